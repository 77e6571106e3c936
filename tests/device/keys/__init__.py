"""Tests of `device/keys`."""
