"""What breaks between the reader and any agent, and what must come of it at every desk."""

from collections.abc import Callable

from tests.flows.desk import Desk


def pull_cable_at_many_bytes(desk: Desk, places: int) -> None:
    """At so many places spread over a visit; each visit is completed nevertheless."""
    cable = desk.bench.cable
    in_a_visit = carried_in_a_visit(desk)
    for place in range(places):
        pulls = cable.pulls
        cable.unplug_after(in_a_visit * place // places, for_s=0.2)
        desk.complete_visit()
        assert cable.pulls == pulls + 1, f"pulled within the visit, at {place} of {places} parts"
        assert desk.are_both_alive()


def carried_in_a_visit(desk: Desk) -> int:
    """How many bytes pass through the cable in an undisturbed visit."""
    before_bytes = desk.bench.cable.carried_bytes
    desk.complete_visit()
    return desk.bench.cable.carried_bytes - before_bytes


def leave_cable_out(desk: Desk) -> None:
    """The visit ends kindly, its record arrives later, and the next visit works."""
    desk.bench.cable.unplug()
    assert_unreachable_until(desk, desk.bench.cable.plug_in)


def assert_unreachable_until(desk: Desk, mended: Callable[[], None]) -> None:
    """A patient is told so; the record arrives afterwards, and the next visit works."""
    before = len(desk.results())
    desk.lay()
    desk.go_on_until("take_card")
    desk.assert_told("agent_unreachable")
    desk.take()
    mended()
    desk.wait_until(lambda: len(desk.results()) == before + 1, "the record of the visit")
    desk.complete_visit()


def kill_agent_in_the_middle(desk: Desk) -> None:
    """The visit goes on with the agent that is started next."""
    before = len(desk.completed())
    desk.lay()
    desk.go_on_until("consent_all")
    desk.bench.kill("agent")
    desk.bench.start("agent")
    desk.go_on_until("finished")
    desk.take()
    desk.wait_until(lambda: len(desk.completed()) == before + 1, "the result at the new agent")
    desk.complete_visit()
