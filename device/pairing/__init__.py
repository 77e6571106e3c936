"""Pairing this reader with a reception PC: a press on its button, six digits, two yeses."""
