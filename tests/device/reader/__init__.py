"""Tests of device.reader."""
