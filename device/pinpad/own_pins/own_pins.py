"""The two calls to use a PIN of the reader: `begin_attempt`, then `check` with what it gave.

Source: facts/security.md §3.3; Java Card `OwnerPINxWithPredecrement` (count, then compare).
"""

from collections.abc import Callable
from dataclasses import dataclass

from device.pinpad.disk import Disk
from device.pinpad.errors import AttemptSettledError, OwnPinUnsuitableError
from device.pinpad.own_pins.guess_count import CountKind, GuessCount
from device.pinpad.own_pins.names import OwnPinName
from device.pinpad.own_pins.policy import OwnPinPolicy
from device.pinpad.own_pins.verifier import COST_LOG2, Verifier
from device.pinpad.own_pins.verifiers import Verifiers
from device.pinpad.pin import Pin
from device.pinpad.reader_key import derive_key


@dataclass(frozen=True, slots=True)
class Blocked:
    """Wrong guesses came before; nothing was compared and nothing counted."""

    until_s: float
    """Seconds since the board was started (CLOCK_BOOTTIME)."""


@dataclass(frozen=True, slots=True)
class Locked:
    """What was kept here was lost or changed: the maintenance PIN must be right first; where that
    is locked too, both must be set anew.
    """


@dataclass(frozen=True, slots=True)
class NotSet:
    """There is no such PIN on this reader: `python -m device.factory password set`."""


class OwnPinToken:
    """The right to compare one guess, which is counted already. Only `begin_attempt` makes one."""

    def __init__(self, name: OwnPinName) -> None:
        self.name = name


class OwnPins:
    """The reader's own PINs. Used from one thread, and by one process at a time."""

    def __init__(
        self,
        disk: Disk,
        key: bytes,
        boot_time_s: Callable[[], float],
        policy: OwnPinPolicy | None = None,
        cost_log2: int = COST_LOG2,
    ) -> None:
        """Reads everything back, and repairs what a power cut left behind. Raises nothing.

        Args:
            disk: The folder that holds all files.
            key: Of this reader and board, 32 bytes.
            boot_time_s: CLOCK_BOOTTIME (s), which nobody sets and which goes on in sleep.
            policy: Lengths and waits; the defaults when not given.
            cost_log2: Of scrypt, for PINs that are set.
        """
        self._key = derive_key(key, "own PIN digest")
        self._now_s = boot_time_s
        self._policy = policy or OwnPinPolicy()
        self._cost_log2 = cost_log2
        self._verifiers = Verifiers(disk, derive_key(key, "own PIN verifiers"))
        self._count = GuessCount(
            disk,
            derive_key(key, "own PIN log"),
            is_begun=self._verifiers.is_begun,
            unknown_failures=self._policy.most_doublings,
        )
        # A wait begins anew with the start, so that switching off and on shortens none.
        self._waits_since_s = dict.fromkeys(OwnPinName, self._now_s())
        self._token: OwnPinToken | None = None

    def is_set(self, name: OwnPinName) -> bool:
        """Whether there is such a PIN on this reader."""
        return self._verifiers.of(name) is not None

    def blocked_until_s(self, name: OwnPinName) -> float:
        """When the next guess is compared, on the same clock as `Blocked`; maybe long ago."""
        return self._waits_since_s[name] + self._policy.wait_s(self._count.of(name).failures)

    def begin_attempt(self, name: OwnPinName) -> OwnPinToken | Blocked | Locked | NotSet:
        """Counts a guess that is about to be compared; on the disk when this returns.

        Raises:
            AttemptLogError: It is not. Compare nothing.
        """
        count = self._count.of(name)
        is_locked = count.kind is CountKind.LOCKED and name is not OwnPinName.MAINTENANCE
        if is_locked or self._verifiers.is_lost:
            return Locked()
        if self._verifiers.of(name) is None:
            return NotSet()
        until_s = self.blocked_until_s(name)
        if self._now_s() < until_s:
            return Blocked(until_s)
        self._count.note(CountKind.ATTEMPT, name, count.failures + 1)
        self._waits_since_s[name] = self._now_s()
        self._token = OwnPinToken(name)
        return self._token

    def check(self, token: OwnPinToken, typed: Pin) -> bool:
        """Compares, once; a right maintenance PIN also releases the facility password.

        Args:
            token: Of the latest `begin_attempt`.
            typed: Is wiped, whatever happens.

        Returns:
            Whether it is the PIN. Where it is not, the next attempt has to wait.

        Raises:
            AttemptSettledError: This token was used, or another was given since.
            PinStaleError: It was typed too long ago; the guess stays counted.
            AttemptLogError: It was right, but that is not on the disk: it does not count.
        """
        with typed:
            if self._token is None or token is not self._token:
                raise AttemptSettledError
            self._token = None
            is_right = self._is_right(token.name, typed.digits())
        self._waits_since_s[token.name] = self._now_s()
        if not is_right:
            return False
        self._count.note(CountKind.ACCEPTED, token.name, 0)
        facility = self._count.of(OwnPinName.FACILITY)
        if token.name is OwnPinName.MAINTENANCE and facility.failures:
            self._count.note(CountKind.RELEASED, OwnPinName.FACILITY, 0)
        return True

    def set_pin(self, name: OwnPinName, typed: Pin) -> None:
        """Sets a PIN; its wrong guesses are forgotten. For whoever may do anything here anyway.

        Args:
            name: Which one; the other stays as it is.
            typed: Is wiped, whatever happens.

        Raises:
            OwnPinUnsuitableError: Too short, too long, or not digits alone; nothing was changed.
            AttemptLogError: It may not be on the disk: set it again after the next start.
        """
        with typed:
            digits = typed.digits()
            least, most = self._policy.least_digits[name], self._policy.most_digits
            if not (least <= len(digits) <= most and digits.isdigit()):
                raise OwnPinUnsuitableError(least, most)
            verifier = Verifier.make(name, digits, self._key, self._cost_log2)
        self._count.begin(name)
        self._verifiers.keep(verifier)
        self._count.note(CountKind.SET, name, 0)

    def _is_right(self, name: OwnPinName, digits: bytearray) -> bool:
        verifier = self._verifiers.of(name)
        return verifier is not None and verifier.fits(digits, self._key)
