"""Ways to read 照合番号B from the card's printed face, one file each, named in the configuration.

Each module has a `Settings` table and `create(settings) -> CardFront`.
"""
