"""Model bundles: each folder holds a network and the `bundle.toml` that says how to use it."""
