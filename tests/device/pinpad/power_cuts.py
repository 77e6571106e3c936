"""Plays designs that count guesses of a secret against every power cut, and judges what is left.

A design is played from a number of wrong guesses before: its log is read back, one guess is made,
then a wrong one. Then the power is cut at every step of that; the disk is read back by the same
design and compared with the truth, which lies with whoever compares.

Source: facts/security.md §3.2 and §8 (acceptance 1).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Protocol

from tests.device.pinpad.fake_disk import Crash, FakeDisk, Image, crashes, random_crash

_BEGUN, _RIGHT, _WRONG, _DONE = "begun", "right", "wrong", "done"


class UnreadableError(Exception):
    """A design cannot read its own count back."""


class World:
    """Who compares a guess with the secret, and knows how many were wrong since the last right."""

    def __init__(self, disk: FakeDisk, limit: int, failures: int) -> None:
        self._disk = disk
        self.limit = limit
        self.failures = failures
        self.next_is_right = False
        self.compared = 0

    @property
    def tries_left(self) -> int:
        return self.limit - self.failures

    def compare(self) -> bool:
        """Compare what the person has typed; this happens outside the disk and is never undone."""
        is_right = self.next_is_right
        self.compared += 1
        self.failures = 0 if is_right else min(self.failures + 1, self.limit)
        self._disk.mark(_RIGHT if is_right else _WRONG)
        return is_right


class Design(Protocol):
    """What keeps the count. Making one is the reader's start: it reads back what is there."""

    def guess(self) -> None:
        """The person confirmed what was typed: have the world compare it, once."""
        ...

    def tries_left(self) -> int | None:
        """How many guesses it still allows; None: none before it has asked who knows."""
        ...

    def ask(self) -> None:
        """Let it ask who knows, where it can."""
        ...


MakeDesign = Callable[[FakeDisk, World], Design]


@dataclass(frozen=True)
class Case:
    limit: int
    """Guesses that may be wrong one after the other."""
    failures: int
    """Wrong guesses before the one that is played."""
    is_right: bool
    """Whether that one is right."""


CASES = tuple(
    Case(limit, failures, is_right)
    for limit, before in ((3, (0, 1, 2)), (10, (0, 4, 9)))
    for failures in before
    for is_right in (True, False)
)


@dataclass
class Verdict:
    """What came out of all power cuts of one design."""

    cuts: int = 0
    free_guesses: int = 0
    """A guess was compared, and the design allows more of them than are left."""
    lost_outcomes: int = 0
    """A guess was told to be right, and the design does not know it."""
    bricks: int = 0
    """The design cannot be read, or allows no guess although some are left."""
    resends: int = 0
    """Something was compared although nobody had confirmed anything."""

    @property
    def is_clean(self) -> bool:
        return not (self.free_guesses or self.lost_outcomes or self.bricks or self.resends)


def judge_all_cuts(
    make: MakeDesign, lies: frozenset[str] = frozenset(), cases: Sequence[Case] = CASES
) -> Verdict:
    """All power cuts of all cases; where little is synced they are too many, and few cases do."""
    verdict = Verdict()
    for case in cases:
        disk = FakeDisk(_image_before(make, case), is_lying=lies)
        _play(make, disk, case)
        for crash in crashes(disk):
            _judge(make, crash, case.limit, case.failures, verdict)
    return verdict


def judge_random_cuts(make: MakeDesign, cuts: int, random: Random, limit: int = 10) -> Verdict:
    """One reader whose power is cut again and again, also while it recovers from the last cut.

    A reader that is of no use any more ends it.
    """
    verdict, image, failures = Verdict(), Image(), 0
    while verdict.cuts < cuts and not verdict.bricks:
        disk = FakeDisk(image)
        world = World(disk, limit, failures)
        design = make(disk, world)
        for _ in range(random.randint(0, 3)):
            _guess(design, disk, world, is_right=random.random() < 0.3 or world.tries_left == 1)
        crash = random_crash(disk, random)
        failures = _judge(make, crash, limit, failures, verdict)
        image = crash.image.without_lost_files()
    return verdict


def _image_before(make: MakeDesign, case: Case) -> Image:
    disk = FakeDisk()
    world = World(disk, case.limit, 0)
    design = make(disk, world)
    for _ in range(case.failures):
        _guess(design, disk, world, is_right=False)
    return disk.now


def _play(make: MakeDesign, disk: FakeDisk, case: Case) -> None:
    world = World(disk, case.limit, case.failures)
    design = make(disk, world)
    _guess(design, disk, world, is_right=case.is_right)
    if world.tries_left:
        _guess(design, disk, world, is_right=False)


def _guess(design: Design, disk: FakeDisk, world: World, *, is_right: bool) -> None:
    design.ask()
    world.next_is_right = is_right
    disk.mark(_BEGUN)
    design.guess()
    disk.mark(_DONE)


def _judge(make: MakeDesign, crash: Crash, limit: int, failures: int, verdict: Verdict) -> int:
    """Adds one power cut to the verdict; gives how many guesses were wrong by then."""
    verdict.cuts += 1
    for mark in crash.marks:
        failures = {_RIGHT: 0, _WRONG: min(failures + 1, limit)}.get(mark, failures)
    disk = FakeDisk(crash.image)
    world = World(disk, limit, failures)
    try:
        design = make(disk, world)
    except UnreadableError:
        verdict.bricks += 1
        return failures
    verdict.resends += world.compared > 0
    allowed = design.tries_left()
    verdict.free_guesses += allowed is not None and allowed > limit - failures
    verdict.lost_outcomes += crash.marks[-2:] == (_RIGHT, _DONE) and allowed != limit
    verdict.bricks += failures < limit and not _can_go_on(make, design, disk, world)
    return failures


def _can_go_on(make: MakeDesign, design: Design, disk: FakeDisk, world: World) -> bool:
    """One guess more is compared, and counted at least once after another start."""
    compared = world.compared
    _guess(design, disk, world, is_right=False)
    after = make(FakeDisk(disk.now), world)
    allowed = after.tries_left()
    return world.compared == compared + 1 and allowed is not None and allowed <= world.tries_left
