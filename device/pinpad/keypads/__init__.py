"""Physical PIN pads: one file a kind, its name is its name in the configuration."""
