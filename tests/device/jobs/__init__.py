"""Tests of `device/jobs`: a card, a camera, a pad and a disk without any hardware."""
