"""What is asked, in which order, and how it ends; with clips of people who do not exist."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import pytest

from device.face.liveness.challenges import BlinkAndTurn
from device.face.liveness.plan import LivenessPlan
from device.face.liveness.port import Prompt, Sight, Verdict
from device.face.liveness.view import view_of
from device.face.port import Image, Values
from device.face.pose import turn_of
from device.face.wiping import WipedAfterwards
from tests.device.face.liveness.sights import clip_with_points

FRAME_S = 1 / 15
PLAN = LivenessPlan(natural_blink_s=1.0, time_limit_s=3.0, turn_pictures=8)
WITHOUT_BLINK = slice(14, 24)
LEFT, RIGHT, BLINK, BACK = Prompt.TURN_LEFT, Prompt.TURN_RIGHT, Prompt.BLINK, Prompt.TURN_BACK
Pictures = Iterable[tuple[Image, Values]]


@dataclass
class Drawn:
    """Chance, as a test wants it."""

    answers: list[Prompt]

    def choice(self, of: tuple[Prompt, Prompt], /) -> Prompt:
        wanted = self.answers.pop(0)
        return wanted if wanted in of else of[1]


@dataclass
class Visit:
    """One patient before a liveness check."""

    check: BlinkAndTurn
    now_s: float = 0.0
    prompts: list[Prompt] = field(default_factory=list)
    """What was asked, one after the other."""

    def show(
        self, pictures: Pictures, *, is_same_person: bool = True, is_good: bool = True
    ) -> None:
        for image, points in pictures:
            self.now_s += FRAME_S
            sight = Sight(image, points, self.now_s, is_good, lambda: is_same_person)
            self.check.observe(sight)
            self._note()

    def begin(self) -> None:
        self.check.begin(self.now_s)
        self._note()

    def _note(self) -> None:
        prompt = self.check.prompt()
        if prompt is not None and self.prompts[-1:] != [prompt]:
            self.prompts.append(prompt)


def _visit(*drawn: Prompt, plan: LivenessPlan = PLAN) -> Visit:
    return Visit(BlinkAndTurn(plan, Drawn([*drawn, LEFT, LEFT])))


def _live(part: slice = slice(None)) -> Pictures:
    return clip_with_points("hanako")[part]


def _turn(side: Prompt) -> Pictures:
    return clip_with_points("hanako", side.value)


@pytest.mark.parametrize("side", [LEFT, RIGHT])
def test_a_blink_that_came_by_itself_and_the_drawn_turn_are_enough(side: Prompt) -> None:
    visit = _visit(BLINK, side)
    visit.show(_live())
    assert visit.check.verdict() is Verdict.UNDECIDED
    visit.begin()
    visit.show(_turn(side))
    assert visit.check.verdict() is Verdict.LIVE
    assert visit.prompts == [side]


def test_a_blink_is_asked_for_only_if_it_does_not_come_by_itself() -> None:
    visit = _visit(BLINK, LEFT)
    visit.show(_live(WITHOUT_BLINK))
    visit.begin()
    visit.show(_live(slice(0, 10)))
    assert visit.prompts == []
    visit.show(_live(WITHOUT_BLINK))
    assert visit.prompts == [BLINK]
    visit.show(_live(slice(8, 20)))
    assert visit.prompts == [BLINK, LEFT]


def test_the_order_is_drawn() -> None:
    visit = _visit(LEFT, RIGHT)
    visit.show(_live(WITHOUT_BLINK))
    visit.begin()
    visit.show(_turn(RIGHT))
    assert visit.prompts[0] is RIGHT
    assert visit.check.verdict() is Verdict.UNDECIDED
    visit.show(_live())
    assert visit.check.verdict() is Verdict.LIVE


def test_a_blink_is_awaited_looking_straight() -> None:
    visit = _visit(LEFT, LEFT)
    visit.show(_live(WITHOUT_BLINK))
    visit.begin()
    visit.show([*list(_turn(LEFT))[:6], *list(_turn(LEFT))[4:6]])
    assert visit.prompts == [LEFT, BACK]


def test_a_turn_to_the_other_side_costs_a_new_draw_and_the_second_one_ends_it() -> None:
    visit = _visit(BLINK, LEFT, RIGHT)
    visit.show(_live())
    visit.begin()
    visit.show(_turn(RIGHT))
    visit.show(_live(slice(0, 3)))
    assert visit.prompts == [LEFT, BACK, RIGHT]
    assert visit.check.verdict() is Verdict.UNDECIDED
    visit.show(_turn(LEFT))
    assert visit.check.verdict() is Verdict.NOT_DONE


def test_without_that_cost_a_recording_of_both_turns_would_pass() -> None:
    """The control for the test above."""
    visit = _visit(BLINK, LEFT, RIGHT, LEFT, plan=replace(PLAN, wrong_turns=9, time_limit_s=9))
    visit.show(_live())
    visit.begin()
    for side in (RIGHT, LEFT, LEFT):
        visit.show(_turn(side))
        visit.show(_live(slice(0, 5)))
    assert visit.check.verdict() is Verdict.LIVE


def _flat(side: Prompt) -> Iterator[tuple[Image, Values]]:
    """Twice a turn of a flat thing: nothing in the picture moves against the rest.

    Its nose point moves all the same, for the detector sees a head in a sheet as well.
    """
    image, points = next(iter(_live()))
    eye_distance_px = float(points[1, 0] - points[0, 0])
    for turned in (0.08, 0.14, 0.18, 0.18, 0.18, 0.14, 0.08) * 2:
        seeming = points.copy()
        seeming[2, 0] += turned * eye_distance_px * (1 if side is LEFT else -1)
        yield image, seeming


def test_a_face_without_relief_is_asked_for_the_other_side_and_then_refused() -> None:
    visit = _visit(BLINK, LEFT)
    visit.show(_live())
    visit.begin()
    visit.show(_flat(LEFT), is_good=False)
    visit.show(_live(slice(0, 3)))
    assert visit.prompts == [LEFT, BACK, RIGHT]
    assert visit.check.verdict() is Verdict.UNDECIDED
    visit.show(_flat(RIGHT), is_good=False)
    assert visit.check.verdict() is Verdict.LIKE_A_PICTURE


def test_whose_nose_stands_out_to_one_side_only_passes_by_that_side() -> None:
    visit = _visit(BLINK, LEFT)
    visit.show(_live())
    visit.begin()
    visit.show(_flat(LEFT), is_good=False)
    visit.show(_live(slice(0, 3)))
    visit.show(_turn(RIGHT))
    assert visit.check.verdict() is Verdict.LIVE


def test_whose_nose_stands_out_too_little_is_not_taken_for_a_picture() -> None:
    plan = replace(PLAN, least_relief_from_bent=0.3, time_limit_s=9.0)
    visit = _visit(BLINK, LEFT, plan=plan)
    visit.show(_live())
    visit.begin()
    for side in (LEFT, RIGHT):
        visit.show([*_turn(side), *_turn(side)], is_good=False)
        visit.show(_live(slice(0, 3)))
    assert visit.check.verdict() is Verdict.NOT_DONE


def test_a_design_that_asks_for_no_relief_lets_a_flat_face_pass() -> None:
    """The control."""
    lax = replace(
        PLAN, least_relief_from_flat=-1.0, least_relief_from_bent=-1.0, on_the_way=(-1e6, 1e6)
    )
    visit = _visit(BLINK, LEFT, plan=lax)
    visit.show(_live())
    visit.begin()
    visit.show(_flat(LEFT), is_good=False)
    assert visit.check.verdict() is Verdict.LIVE


@pytest.mark.parametrize("first", [BLINK, LEFT])
def test_who_does_nothing_is_not_taken_for_a_picture(first: Prompt) -> None:
    visit = _visit(first, LEFT)
    visit.show(_live(WITHOUT_BLINK))
    visit.begin()
    while visit.check.verdict() is Verdict.UNDECIDED:
        visit.show(_live(WITHOUT_BLINK))
    assert visit.check.verdict() is Verdict.NOT_DONE
    assert visit.now_s < PLAN.time_limit_s + 2


def test_somebody_else_in_the_turn_is_refused() -> None:
    visit = _visit(BLINK, LEFT)
    visit.show(_live())
    visit.begin()
    visit.show(_turn(LEFT), is_same_person=False)
    assert visit.check.verdict() is Verdict.LIKE_A_PICTURE


def _slides(plan: LivenessPlan) -> Verdict:
    """A picture of the turned face in place of one that looks straight, and nothing between."""
    visit = _visit(BLINK, LEFT, plan=plan)
    visit.show(_live())
    visit.begin()
    while visit.check.verdict() is Verdict.UNDECIDED:
        visit.show(list(_turn(LEFT))[3:6])
        visit.show(_live(slice(0, 3)))
    return visit.check.verdict()


def test_a_turn_without_a_way_to_it_does_not_count() -> None:
    assert _slides(PLAN) is Verdict.NOT_DONE


def test_without_looking_for_the_way_slides_would_pass() -> None:
    assert _slides(replace(PLAN, on_the_way=(0.0, 1.0))) is Verdict.LIVE


def _still_points(side: Prompt) -> Pictures:
    """A turn that the detector hardly notices, as behind a face mask: its nose point stays."""
    straight = next(iter(_live()))[1]
    nose = (straight[2] - straight[:2].mean(axis=0)) / (straight[1, 0] - straight[0, 0])
    for image, points in _turn(side):
        staying = points.copy()
        staying[2] = points[:2].mean(axis=0) + nose * (points[1, 0] - points[0, 0])
        yield image, staying


@pytest.mark.parametrize("side", [LEFT, RIGHT])
def test_a_turn_is_seen_though_the_points_hardly_move(side: Prompt) -> None:
    """The control: by the points, which a design of before followed, nobody turned."""
    straight = next(iter(_live()))[1]
    turned = [abs(turn_of(points) - turn_of(straight)) for _, points in _still_points(side)]
    assert max(turned) < PLAN.least_turn
    visit = _visit(BLINK, side)
    visit.show(_live())
    visit.begin()
    visit.show(_still_points(side))
    assert visit.check.verdict() is Verdict.LIVE


def test_a_frozen_picture_is_refused_within_a_second() -> None:
    visit = _visit(BLINK, LEFT, plan=replace(PLAN, is_active=False))
    frozen = list(_live(slice(0, 1)))
    visit.show(frozen * 10)
    visit.begin()
    assert visit.check.verdict() is Verdict.UNDECIDED
    visit.show(frozen * 7)
    assert visit.check.verdict() is Verdict.LIKE_A_PICTURE


def test_pictures_that_are_no_longer_good_do_not_keep_a_patient_who_is_asked_nothing() -> None:
    visit = _visit(BLINK, LEFT, plan=replace(PLAN, is_active=False))
    visit.show(list(_live(slice(0, 1))) * 3)
    visit.begin()
    visit.show(list(_live()) * 2, is_good=False)
    assert visit.check.verdict() is Verdict.NOT_DONE


def _verdicts_of_a_stuttering_camera() -> list[Verdict]:
    """It hands out every sixth picture three times more."""
    visit = _visit(BLINK, LEFT)
    verdicts = []
    for folder in ("live", LEFT.value):
        for number, picture in enumerate(clip_with_points("hanako", folder)):
            visit.show([picture] * (4 if number % 6 == 0 else 1))
            verdicts.append(visit.check.verdict())
        if folder == "live":
            visit.begin()
    return verdicts


def test_a_camera_that_repeats_a_picture_accuses_nobody() -> None:
    verdicts = _verdicts_of_a_stuttering_camera()
    assert Verdict.LIKE_A_PICTURE not in verdicts
    assert verdicts[-1] is Verdict.LIVE


def test_where_any_repetition_counts_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    monkeypatch.setattr("device.face.liveness.stillness.LONGEST_STILL_S", 0.1)
    assert Verdict.LIKE_A_PICTURE in _verdicts_of_a_stuttering_camera()


def test_who_is_still_turned_at_first_is_looked_at_when_they_look_straight() -> None:
    visit = _visit(LEFT, RIGHT)
    turned = list(_turn(LEFT))[4:6]
    visit.show([*turned, *turned])
    visit.begin()
    visit.show(_live())
    visit.show(_turn(RIGHT))
    visit.show(_live())
    assert visit.check.verdict() is Verdict.LIVE


@pytest.mark.parametrize("side", [LEFT, RIGHT])
def test_without_that_they_would_never_be_seen_to_look_straight(
    side: Prompt, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    monkeypatch.setattr(BlinkAndTurn, "_is_straighter", lambda *_: False)
    visit = _visit(BLINK, side)
    visit.show(list(_turn(LEFT))[4:5])
    visit.begin()
    visit.show(_live())
    assert visit.prompts == [BACK]


def test_a_turn_that_is_done_stays_done_when_a_straighter_picture_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    visit = _visit(LEFT, RIGHT)
    visit.show(_live(WITHOUT_BLINK))
    visit.begin()
    visit.show(_turn(RIGHT))
    straighter = [True]
    monkeypatch.setattr(
        BlinkAndTurn, "_is_straighter", lambda *_: straighter.pop() if straighter else False
    )
    visit.show(_live())
    assert straighter == []
    assert visit.check.verdict() is Verdict.LIVE


def test_bad_pictures_show_no_blink() -> None:
    visit = _visit(BLINK, LEFT)
    visit.show(_live(slice(0, 9)))
    visit.begin()
    visit.show(_live(slice(9, 20)), is_good=False)
    assert visit.prompts == []


def test_with_challenges_switched_off_nobody_is_asked() -> None:
    visit = _visit(BLINK, LEFT, plan=replace(PLAN, is_active=False))
    visit.show(_live(slice(0, 3)))
    visit.begin()
    assert visit.prompts == []
    assert visit.check.verdict() is Verdict.LIVE


def test_forgetting_wipes_starts_anew_and_draws_nothing_anew() -> None:
    visit = _visit(BLINK, RIGHT)
    visit.show(_live())
    visit.begin()
    kept = [visit.check._straight_view, visit.check._stillness._last, visit.check._eyes._open]
    visit.check.forget()
    assert not any(view is None or view.any() for view in kept)
    assert visit.check.verdict() is Verdict.UNDECIDED
    assert visit.check.prompt() is None
    visit.show(_live())
    visit.begin()
    assert visit.prompts[-1] is RIGHT


@pytest.mark.parametrize("is_wiped", [True, False])
def test_a_view_is_wiped_though_its_eyes_cannot_be_found(
    is_wiped: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: without the wiping it is left."""
    if not is_wiped:
        monkeypatch.setattr(WipedAfterwards, "__exit__", lambda *_: None)
    kept: list[Values] = []

    def noted(image: Image, points: Values) -> Values:
        kept.append(view_of(image, points))
        return kept[-1]

    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("device.face.liveness.challenges.view_of", noted)
    monkeypatch.setattr("device.face.liveness.eyes.find_patches", fail)
    visit = _visit(BLINK, RIGHT)
    with pytest.raises(MemoryError):
        visit.show(_live(slice(0, 2)))
    assert [view.any() for view in kept] == [not is_wiped] * 2


def test_a_check_that_keeps_its_view_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("device.face.liveness.eyes.BlinkWatch.forget", lambda watch: None)
    visit = _visit(BLINK, RIGHT)
    visit.show(_live(slice(0, 3)))
    kept = visit.check._eyes._open
    visit.check.forget()
    assert kept is not None
    assert kept.any()
