"""Tests of `agent/relays`."""
