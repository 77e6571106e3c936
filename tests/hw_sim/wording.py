"""How the screen words a failure: what a patient must be able to read when it happened."""

import tomllib
from pathlib import Path
from typing import NamedTuple

_LANGUAGES = Path(__file__).parent.parent.parent / "device" / "screen" / "languages"


class Wording(NamedTuple):
    """The sentences of one failure in one language."""

    title: str
    """What happened."""
    advice: str
    """What to do now."""


def wording_of(
    failure: str, language: str, *, is_over: bool = False, is_phone: bool = False
) -> Wording:
    """The sentences of a failure such as `card_removed`, in a language such as `ja`.

    Args:
        failure: Its name.
        language: BCP 47 tag.
        is_over: No way is open any more, the card has to be taken.
        is_phone: A phone lies there, or lay there.
    """
    with (_LANGUAGES / f"{language}.toml").open("rb") as file:
        sentences = tomllib.load(file)["failure"][failure]
    advice = "end" if is_over and "end" in sentences else "next"
    keys = [
        f"{key}_phone" if is_phone and f"{key}_phone" in sentences else key
        for key in ("title", advice)
    ]
    return Wording(*(sentences[key] for key in keys))
