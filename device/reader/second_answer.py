"""A refusal may be a slip of the chip, the field or the reader: it is asked about once more."""

from collections.abc import Callable
from typing import TypeVar

from device.reader.errors import CardAnswerError
from device.reader.status_word import StatusWord

Answer = TypeVar("Answer")


def asked_once_more(
    question: Callable[[], Answer], *, unless: Callable[[StatusWord], bool]
) -> Answer:
    """The answer to a question; to the second one, where the first was refused unclearly.

    Args:
        question: commands without a secret.
        unless: whether a refusal with this word is clear, and believed at once.

    Raises:
        CardAnswerError: refused clearly, or twice.
        ReaderError: as `question`.
    """
    try:
        return question()
    except CardAnswerError as refusal:
        if unless(refusal.status_word):
            raise
    return question()
