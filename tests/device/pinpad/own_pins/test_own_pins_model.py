"""Any sequence of guesses, waits, restarts, power cuts and harm, beside a model in plain words.

The model is two numbers and a PIN for each name. It never asks the product what it should do.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from device.pinpad.own_pins.guess_count import CountKind
from device.pinpad.own_pins.names import OwnPinName
from device.pinpad.own_pins.own_pins import Blocked, Locked, OwnPins, OwnPinToken
from device.pinpad.pin import Pin
from tests.device.pinpad.fake_disk import FakeDisk, random_crash
from tests.device.pinpad.own_pins.reader import (
    FACILITY,
    LONGEST_WAIT_S,
    MAINTENANCE,
    RIGHT,
    WRONG,
    ReaderWithPins,
    pin,
)

NAMES = st.sampled_from(OwnPinName)
LOGS = ("own_pins.log", "own_pins.log.copy")
LOCKED_FAILURES = 12


@dataclass
class Model:
    """What one PIN should do."""

    digits: bytes
    failures: int = 0
    since_s: float = 100.0
    is_locked: bool = False

    @property
    def until_s(self) -> float:
        return self.since_s + min((1 << min(self.failures, 16)) - 1, LONGEST_WAIT_S)


class Marked(OwnPins):
    """Leaves a mark among the steps of its disk when it compares."""

    def __init__(
        self, disk: FakeDisk, key: bytes, boot_time_s: Callable[[], float], cost_log2: int
    ) -> None:
        super().__init__(disk, key, boot_time_s, cost_log2=cost_log2)
        self._disk = disk

    def _is_right(self, name: OwnPinName, digits: bytearray) -> bool:
        self._disk.mark("compared")
        return super()._is_right(name, digits)


class Machine(RuleBasedStateMachine):
    make: type[OwnPins] = Marked

    @initialize()
    def provision(self) -> None:
        self.reader = ReaderWithPins(make=self.make).set_both()
        self.models = {name: Model(digits) for name, digits in RIGHT.items()}

    @rule(name=NAMES, is_right=st.booleans())
    def guess(self, name: OwnPinName, is_right: bool) -> None:
        model, now_s = self.models[name], self.reader.clock.s
        answer = self.reader.guess(name, model.digits if is_right else WRONG)
        if model.is_locked and name is FACILITY:
            assert answer == Locked()
        elif now_s < model.until_s:
            assert answer == Blocked(model.until_s)
        else:
            assert answer is is_right
            self._compared(name, is_right)

    @rule(name=NAMES)
    def give_up(self, name: OwnPinName) -> None:
        """Begin, and never come to compare."""
        token = self.reader.pins.begin_attempt(name)
        if isinstance(token, OwnPinToken):
            self._compared(name, False)

    @rule(wait_s=st.sampled_from([0.5, 1, 3, 100, LONGEST_WAIT_S]))
    def wait(self, wait_s: float) -> None:
        self.reader.wait(wait_s)

    @rule(name=NAMES, tail=st.integers(0, 9))
    def set_pin(self, name: OwnPinName, tail: int) -> None:
        digits = RIGHT[name] + str(tail).encode()
        self.reader.pins.set_pin(name, pin(digits))
        self.models[name] = Model(digits, since_s=self.reader.clock.s)

    @rule()
    def restart(self) -> None:
        self._start_on(self.reader.disk)

    @rule(name=NAMES, is_right=st.booleans(), seed=st.integers(0, 2**16))
    def cut_the_power_in_a_guess(self, name: OwnPinName, is_right: bool, seed: int) -> None:
        """The guess counts as wrong if it may have been compared; else it may or may not count."""
        self.reader.wait()
        model, disk = self.models[name], FakeDisk(self.reader.disk.now)
        reader = ReaderWithPins(disk.now, make=self.make)
        reader.wait()
        answer = reader.guess(name, model.digits if is_right else WRONG)
        crash = random_crash(reader.disk, Random(seed))
        self._start_on(FakeDisk(crash.image))
        if isinstance(answer, Locked):
            return
        failures = {each: self.reader.failures(each) for each in OwnPinName}
        least = model.failures + ("compared" in crash.marks and not is_right)
        assert failures[name] in {least, model.failures + 1, *((0,) if is_right else ())}
        model.failures = failures[name]
        if name is MAINTENANCE and is_right and failures[name] == 0:
            facility = self.models[FACILITY]
            assert failures[FACILITY] in {0, facility.failures}
            facility.failures = failures[FACILITY]
            facility.is_locked = facility.is_locked and failures[FACILITY] > 0

    @rule(is_lost=st.booleans())
    def harm_both_logs(self, is_lost: bool) -> None:
        for name in LOGS:
            if is_lost:
                self.reader.disk.remove(name)
            else:
                self.reader.disk.truncate(name, 0)
        for model in self.models.values():
            model.failures, model.is_locked = LOCKED_FAILURES, True
        self._start_on(self.reader.disk)

    @rule(name=st.sampled_from(LOGS), byte=st.integers(0, 19))
    def harm_one_log(self, name: str, byte: int) -> None:
        self.reader.disk.now.files[self.reader.disk.now.names[name]][byte] ^= 0x40
        self._start_on(self.reader.disk)

    @invariant()
    def counts_agree(self) -> None:
        for name, model in self.models.items():
            assert self.reader.failures(name) == model.failures

    def _compared(self, name: OwnPinName, is_right: bool) -> None:
        model = self.models[name]
        model.failures = 0 if is_right else model.failures + 1
        model.since_s = self.reader.clock.s
        if is_right and name is MAINTENANCE:
            facility = self.models[FACILITY]
            facility.failures, facility.is_locked = 0, False

    def _start_on(self, disk: FakeDisk) -> None:
        self.reader = ReaderWithPins(disk.now, make=self.make)
        for model in self.models.values():
            model.since_s = self.reader.clock.s


SETTINGS = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    database=None,
    phases=(Phase.generate,),
    report_multiple_bugs=False,
)


def test_the_pins_do_what_the_model_does() -> None:
    run_state_machine_as_test(Machine, settings=SETTINGS)


class Forgets(Marked):
    """Wrong on purpose: a guess that was compared is no longer counted, whatever came of it."""

    def check(self, token: OwnPinToken, typed: Pin) -> bool:
        is_right = super().check(token, typed)
        self._count.note(CountKind.ACCEPTED, token.name, 0)
        return is_right


class BlocksByRestart(Marked):
    """Wrong on purpose: the wait is over as soon as the reader was switched off and on."""

    def __init__(
        self, disk: FakeDisk, key: bytes, boot_time_s: Callable[[], float], cost_log2: int
    ) -> None:
        super().__init__(disk, key, boot_time_s, cost_log2)
        self._waits_since_s = dict.fromkeys(OwnPinName, self._now_s() - LONGEST_WAIT_S)


@pytest.mark.parametrize("bad", [Forgets, BlocksByRestart])
def test_the_model_catches_wrong_designs(bad: type[OwnPins]) -> None:
    machine = type("BadMachine", (Machine,), {"make": bad})
    # It ends with the first it finds, which once in a hundred times takes more than SETTINGS try.
    long_search = settings(SETTINGS, max_examples=20 * SETTINGS.max_examples)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine, settings=long_search)
