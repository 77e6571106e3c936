"""Pairing this agent with a reader, renewing their keys, and ending it: each one command."""
