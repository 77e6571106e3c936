"""What holds for every test of the reader."""

from tests.heard_by_cards import heard_by_cards

__all__ = ["heard_by_cards"]
