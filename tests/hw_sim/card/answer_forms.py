"""How a T=0 card hands out its data: announced by 61xx and fetched, or refused with 6Cxx first.

Source: ISO/IEC 7816-3:2006 §10.3, §12.2; ISO/IEC 7816-4:2020 §11.8.1 (GET RESPONSE).
"""

from collections.abc import Callable

from tests.hw_sim.card import status_words as sw
from tests.hw_sim.card.apdu import Answer, Command
from tests.hw_sim.card.errors import RefusedError
from tests.hw_sim.card.profile import CardProfile

_GET_RESPONSE = 0xC0
_MOST_BYTES = 256


class AnswerForms:
    """Stands between the card and its answers; a card with T=1 manners gives them as they are."""

    def __init__(self, profile: CardProfile) -> None:
        self._is_fetched = profile.is_answer_fetched
        self._is_exact_le_demanded = profile.is_exact_le_demanded
        self._waiting = Answer()

    def forget(self) -> None:
        """Nothing waits any more."""
        self._waiting = Answer()

    def answer(self, command: Command, carry_out: Callable[[Command], Answer]) -> Answer:
        """Carry out a command, or hand out what waits from the last one.

        Raises:
            RefusedError: 6Cxx, Le is above what is there; or the card's own refusal.
        """
        if self._is_fetched and command.ins == _GET_RESPONSE:
            return self._hand_out(command)
        self.forget()
        answer = carry_out(command)
        if not answer.data:
            return answer
        self._require_exact_le(command, answer.data)
        if self._is_fetched:
            self._waiting = answer
            return Answer(status_word=_announced(answer.data))
        return answer

    def _hand_out(self, command: Command) -> Answer:
        if not self._waiting.data:
            raise RefusedError(sw.CONDITIONS_NOT_SATISFIED)
        self._require_exact_le(command, self._waiting.data)
        whole = self._waiting
        piece, rest = whole.data[: command.ne], whole.data[command.ne :]
        self._waiting = Answer(rest, whole.status_word)
        return Answer(piece, _announced(rest) if rest else whole.status_word)

    def _require_exact_le(self, command: Command, data: bytes) -> None:
        if self._is_exact_le_demanded and command.ne > len(data):
            raise RefusedError(sw.WRONG_LE | len(data) & 0xFF)


def _announced(data: bytes) -> int:
    return sw.ANSWER_WAITS | min(len(data), _MOST_BYTES) & 0xFF
