"""Tests of device.reader.terminals."""
