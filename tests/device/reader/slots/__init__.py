"""Tests of device.reader.slots."""
