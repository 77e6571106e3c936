"""Tests of the physical PIN pads."""
