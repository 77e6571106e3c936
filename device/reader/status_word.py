"""The two bytes with which a card ends every answer.

Source: ISO/IEC 7816-4 §5.6; facts/card.md §6.2.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StatusWord:
    """SW1 and SW2."""

    value: int
    """Both bytes, 0x0000 to 0xFFFF."""

    def __repr__(self) -> str:
        return f"StatusWord({self.value:04X})"

    @property
    def is_ok(self) -> bool:
        """The command was carried out."""
        return self.value == 0x9000

    @property
    def is_selected(self) -> bool:
        """What a SELECT named is selected now; 62xx only warns of something."""
        return self.is_ok or self.value >> 8 == 0x62

    @property
    def is_end_of_file(self) -> bool:
        """Fewer bytes were there than asked for, or none at that offset (6B00)."""
        return self.value in (0x6282, 0x6B00)

    @property
    def is_not_found(self) -> bool:
        """There is no such file, record or reference."""
        return self.value in (0x6A82, 0x6A83, 0x6A88)

    @property
    def is_first_after_power_up(self) -> bool:
        """What some cards answer to their very first command, whatever it is."""
        return self.value == 0x6F00

    @property
    def is_naming_refused(self) -> bool:
        """Nothing was done, perhaps because the card does not know files by short identifier."""
        return self.value in (0x6A81, 0x6A82, 0x6A86, 0x6A88, 0x6981, 0x6986, 0x6B00, 0x6D00)

    @property
    def is_application_missing(self) -> bool:
        """A SELECT by name found no such application, or whatever answers selects none by name.

        Any other word tells nothing of what is there: the chip was disturbed, or is broken.

        Source: ISO/IEC 7816-4 §5.6; facts/card.md §12; Java Card Runtime Environment
        Specification, chapter 4 (6999).
        """
        return self.is_naming_refused or self.value in (0x6E00, 0x6999)

    @property
    def is_unauthorised(self) -> bool:
        """Something must be verified first."""
        return self.value == 0x6982

    @property
    def is_not_allowed(self) -> bool:
        """The card knows what was asked for and does not do it: rights, use, kind of file."""
        return self.value >> 8 == 0x69

    @property
    def is_blocked(self) -> bool:
        """The PIN or code is locked; cards differ in how they say so (facts/card.md §4)."""
        return self.value in (0x6983, 0x6984, 0x63C0)

    @property
    def is_rejected_uncounted(self) -> bool:
        """A wrong PIN or code on a reference without a try counter."""
        return self.value == 0x6300

    @property
    def tries_left(self) -> int | None:
        """The x of 63Cx, 0 to 15; None for any other word."""
        return self.value & 0x0F if self.value & 0xFFF0 == 0x63C0 else None

    def tries_left_of(self, full_tries: int) -> int | None:
        """Tries that a VERIFY without secret tells; None for a word that tells none.

        Args:
            full_tries: of an untouched counter, for cards that tell only that it is untouched.
        """
        if self.is_blocked:
            return 0
        return full_tries if self.is_ok or self.is_rejected_uncounted else self.tries_left

    @property
    def bytes_waiting(self) -> int | None:
        """The xx of 61xx, 1 to 256: fetch them by GET RESPONSE; None for any other word."""
        return (self.value & 0xFF or 256) if self.value >> 8 == 0x61 else None

    @property
    def right_length(self) -> int | None:
        """The xx of 6Cxx, 1 to 256: the Le the card wants; None for any other word."""
        return (self.value & 0xFF or 256) if self.value >> 8 == 0x6C else None
