"""Whole visits through every real part: pcscd, two processes, pty, models, files."""
