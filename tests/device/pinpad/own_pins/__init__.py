"""Tests of the reader's own PINs."""
