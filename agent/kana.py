"""One form for a name in kana, however a card's insurer or a clinic wrote it.

Insurers write half-width kana, often with large letters where small ones are spoken; clinics write
katakana or hiragana, with or without a space.
"""

import unicodedata

_LONG_VOWEL_MARKS = dict.fromkeys(map(ord, "-‐‒–—―−─━"), "ー")
"""What people and older programs type for ー; a full-width hyphen is one of these by now."""


def kana_key(name: str) -> str:
    """The same text for all ways to write one name: large full-width katakana without spaces.

    Args:
        name: Any text, in kana as a rule; other letters keep their own, capital form.

    Returns:
        Letters and digits only; empty where the name has none. A key of a key is itself.
    """
    full_width = unicodedata.normalize("NFKC", name)
    # A 濁点 that is a character of its own has become a space and a mark: away with the space.
    joined = unicodedata.normalize("NFKC", "".join(full_width.split()))
    large = joined.translate(_ONE_FORM).upper()
    letters = "".join(letter for letter in large if letter.isalnum())
    return unicodedata.normalize("NFKC", letters)


def _large_katakana() -> dict[int, str]:
    """Hiragana and small katakana by what Unicode calls them."""
    hiragana, katakana, of_ainu = (
        range(0x3041, 0x3097),
        range(0x30A1, 0x30FB),
        range(0x31F0, 0x3200),
    )
    iteration_marks = (0x309D, 0x309E)
    table = {}
    for code in (*hiragana, *iteration_marks, *katakana, *of_ainu):
        name = unicodedata.name(chr(code))
        wanted = name.replace("HIRAGANA", "KATAKANA").replace("SMALL ", "")
        if wanted != name:
            table[code] = unicodedata.lookup(wanted)
    return table


_ONE_FORM = _large_katakana() | _LONG_VOWEL_MARKS
