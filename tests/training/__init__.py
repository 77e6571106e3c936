"""Tests of how the project trains its own models; none of them needs PyTorch."""
