"""Which PINs the reader has of its own."""

from enum import Enum, unique


@unique
class OwnPinName(Enum):
    """The values are on disk: never reuse one."""

    FACILITY = 1
    """施設パスワード: staff confirm 目視確認 with it (facts/oqs.md §7.1)."""
    MAINTENANCE = 2
    """Releases the facility password when that is locked; for whoever looks after the reader."""
