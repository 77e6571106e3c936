"""Tests of device.reader.ocr."""
