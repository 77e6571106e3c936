"""Tests of device.reader.cards."""
