"""Where the reader's signing key lives: one adapter a file, each with `create(settings)`."""
