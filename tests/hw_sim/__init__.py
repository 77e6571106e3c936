"""Simulated hardware: physics faked at the hardware's own boundary, so the product runs unchanged.

Everything here is written from the facts about the real thing and never from product code.
"""
