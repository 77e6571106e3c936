"""Tests of the wire contract. Only `test_link` and `test_serial_stream` use a thread or a pty."""
