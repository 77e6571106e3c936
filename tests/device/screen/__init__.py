"""Tests of the patient's screen."""
