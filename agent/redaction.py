"""Takes out of a log line whatever could be a patient's, wherever it stands in it.

The lines of this program name no patient. This is for the one that will by mistake: a later line, a
library's error text, a value of another type than was thought. A name that is written in no way of
its own (`Taro Uketsuke` in the middle of a sentence) is not recognised.

Source: facts/screens_and_agent.md §9.5; facts/oqs.md §3.2 (how names and numbers are written).
"""

import re
from collections.abc import Mapping, MutableMapping, Sequence, Set
from dataclasses import fields
from datetime import date
from pathlib import PurePath
from typing import get_args

from agent.qualification import Group

REMOVED = "[removed]"
LONGEST = 8_000
"""Characters of one text; the rest is cut off."""
DEEPEST = 6
"""Of tables in tables."""
_KEYS = re.compile(
    r"(^|_)(pin|password|secret|token|key|kana|face|photo|image|picture|embedding|certificate"
    r"|address|post_number|sex\d?|birth_?date|insured|insurer|reference_number|person|record"
    r"|elderly|limit|personal|preschool|reason_of_loss|qualification|disqualification"
    r"|processing_result|prescription|specific_diseases|medical_tickets?)(_|$)"
    r"|^name(_|$)|^(patient|family|given)_name$",
    re.IGNORECASE,
)
"""Of fields that are never shown, whatever is in them: those of cards and of faces, and words that
names of a person's fields are made of."""
_RECORD_FIELDS = frozenset(field.name for group in get_args(Group) for field in fields(group))
"""Of every record of `agent.qualification`: one that is added there is never shown either."""
_FOLDER = r"(?:[a-z_-]|(?<!\d)\d{1,3}(?!\d)){0,31}"
_TEXT = re.compile(
    # The random id of a visit and a reader's UEID, 16 or 17 bytes in hexadecimal, may be shown.
    r"(?P<id>(?<![0-9A-Za-z])(?=[0-9]*[a-f])[0-9a-f]{32}(?:[0-9a-f]{2})?(?![0-9A-Za-z]))"
    # And a path in small letters, though it could be Base64.
    rf"|(?P<path>(?<![A-Za-z0-9+/_-])(?:{_FOLDER}/)+{_FOLDER}(?![A-Za-z0-9+/_=-]))"
    # Base64 of a picture, certificate or secret, or as many bytes in hexadecimal.
    r"|(?<![A-Za-z0-9+/_-])(?=[a-z_-]*[A-Z0-9+/])[A-Za-z0-9+/_-]{40,}={0,2}"
    # A 12-digit number as it is printed on cards.
    r"|\d{4}[ \u3000_./‐－-]\d{4}[ \u3000_./‐－-]\d{4}"
    # Numbers of persons and insurers, in full-width digits too. A date with hyphens is none.
    r"|\d{8,}"
    # Names as the eligibility network writes them: around a full-width space, or half-width kana.
    r"|(?<![^\W\d_])[^\W\d_]+(?:\u3000|\\u3000)[^\W\d_]+"
    r"|[\uff66-\uff9f]{2,}(?:[ \u3000][\uff66-\uff9f]+)*"
    # Japanese text as `repr` and JSON escape it, and bytes of it.
    r"|(?:\\u[0-9a-f]{4}){2,}"
    r"|(?:\\x[0-9a-f]{2}[ -\[\]-~]?){3,}"
)


def redact(
    _logger: object, _method: str, line: MutableMapping[str, object]
) -> MutableMapping[str, object]:
    """The line without what could be personal; a processor of structlog."""
    return _table(line, 0)


def _table(table: Mapping[str, object], depth: int) -> dict[str, object]:
    return {
        _shown(str(key)): REMOVED if _is_personal(str(key)) else _value(value, depth + 1)
        for key, value in table.items()
    }


def _is_personal(key: str) -> bool:
    return key.lower() in _RECORD_FIELDS or _KEYS.search(key) is not None


def _value(value: object, depth: int) -> object:
    match value:
        case _ if depth > DEEPEST:
            return REMOVED
        case None | bool():
            return value
        case str() | PurePath() | date():
            return _shown(str(value))
        case int() | float():
            return value if _shown(str(value)) == str(value) else REMOVED
        case bytes() | bytearray() | memoryview():
            return f"[{len(value)} bytes]"
        case Mapping():
            return _table(value, depth)
        case Sequence() | Set():
            return [_value(each, depth + 1) for each in value]
        case _:
            # Its text could hold anything.
            return f"[{type(value).__name__}]"


def _shown(text: str) -> str:
    kept = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    return _TEXT.sub(lambda found: found[0] if found.lastgroup else REMOVED, kept)
