"""Tests of the house, one to one with the code; `hw_sim` holds the simulated hardware."""
