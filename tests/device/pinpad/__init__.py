"""Tests of the PIN pad."""
