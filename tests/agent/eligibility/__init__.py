"""Tests of `agent/eligibility`."""
