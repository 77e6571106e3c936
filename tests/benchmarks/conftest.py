"""What is measured is watched too."""

from tests.heard_by_cards import heard_by_cards

__all__ = ["heard_by_cards"]
