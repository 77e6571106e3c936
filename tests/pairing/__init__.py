"""Pairing, both ends of it: the product has them in packages that never meet."""
