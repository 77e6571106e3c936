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


def wording_of(failure: str, language: str) -> Wording:
    """The sentences of a failure such as `card_removed`, in a language such as `ja`."""
    with (_LANGUAGES / f"{language}.toml").open("rb") as file:
        sentences = tomllib.load(file)["failure"][failure]
    return Wording(sentences["title"], sentences["next"])
