"""Cameras; a file's name is its name in the configuration."""
