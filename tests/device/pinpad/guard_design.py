"""The attempt log as the harness of power cuts plays it, with a card as the one who knows."""

from device.pinpad.attempts import AttemptOutcome, PinAttempts
from tests.device.pinpad.fake_disk import FakeDisk
from tests.device.pinpad.power_cuts import World

KEY = bytes(range(32))
NOW_S = 1_800_000_000


class Guard:
    """The product's own."""

    _CARD = b"certificate of the card"

    def __init__(self, disk: FakeDisk, world: World) -> None:
        self._world = world
        self._attempts = PinAttempts(disk, KEY, lambda: NOW_S)

    def guess(self) -> None:
        token = self._attempts.begin(self._CARD)
        if self._world.compare():
            token.settle(AttemptOutcome.ACCEPTED)
        else:
            token.settle(AttemptOutcome.REJECTED, self._world.tries_left)

    def tries_left(self) -> int | None:
        if self._attempts.has_unsettled(self._CARD):
            return None
        told = self._attempts.tries_left_seen(self._CARD)
        return self._world.limit if told is None else told

    def ask(self) -> None:
        self._attempts.note_tries(self._CARD, self._world.tries_left)
