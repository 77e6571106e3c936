"""Tests of the bundle commands."""
