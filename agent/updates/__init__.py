"""Tells that the maker has a newer version. Nothing is ever downloaded but the notice, and nothing
is installed: who keeps this PC decides when.

Source: facts/screens_and_agent.md §9.4; decision 0033.
"""
