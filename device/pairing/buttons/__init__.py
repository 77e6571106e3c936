"""Adapters: buttons that begin a pairing, one file each."""
