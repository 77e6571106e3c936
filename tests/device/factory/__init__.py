"""Tests of set-up and factory tools."""
