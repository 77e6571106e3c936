"""Drivers for card slots, one file each, named in the configuration.

Each module has a `Settings` table and `create(settings) -> CardSlot`.
"""
