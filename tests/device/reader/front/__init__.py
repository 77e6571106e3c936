"""Tests of device.reader.front."""
