"""Tests of the agent; `world.py` holds what surrounds it: a card, a reader that signs, a clock."""
