"""Tests of `device/factory/identity`."""
