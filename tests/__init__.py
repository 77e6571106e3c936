"""Tests of the house: they mirror the code one to one, and `hw_sim` holds the simulated hardware."""
