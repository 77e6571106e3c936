"""The window after a press, over a real cable: its pages, its end, and what a fault leaves."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from queue import Queue

import pytest

from agent.pairing.ceremony import AgentCeremony
from agent.pairing.conversation import Conversation
from device.pairing import window as window_module
from device.pairing.ceremony import ReaderCeremony, ReaderSide
from device.pairing.pages import PairingChoice
from device.pairing.window import PairingWindow
from device.screen.port import PageView, ScreenListener
from hostlink import tls
from hostlink.messages import PairingRefused, PairingRequested
from hostlink.terms import PairingRefusal
from tests.device.fake_screen import FakeScreen
from tests.hostlink import pki
from tests.hostlink.paired_ends import pairing_agent_end, pairing_device_end
from tests.hostlink.pty_cable import PtyCable
from tests.pairing.ends import AUDIENCE, ROOTS, Kept, an_agent_certificate, reader_side

PATIENCE_S = 10.0


class SeenScreen(FakeScreen):
    """Tells of each page as it comes."""

    def __init__(self, pages: Queue[PageView]) -> None:
        super().__init__()
        self._pages = pages

    def show(self, page: PageView) -> None:
        self._pages.put(page)


class Reader:
    """A reader in its window."""

    def __init__(self, folder: Path, cable: PtyCable, side: ReaderSide, window_s: float) -> None:
        self.stopping = threading.Event()
        self.attempt_over = threading.Event()
        self.pages: Queue[PageView] = Queue()
        self.ceremony = ReaderCeremony(side)
        context = tls.pairing_device_context(*pki.READER.write(folder, "reader"))
        self._window = PairingWindow(
            self.ceremony,
            self._make_screen,
            cable.device_port,
            pairing_device_end(context),
            window_s,
        )
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _make_screen(self, listener: ScreenListener) -> SeenScreen:
        self._listener = listener
        return SeenScreen(self.pages)

    def _run(self) -> None:
        self._window.run(self.stopping, self.attempt_over.set)

    def sees(self, name: str) -> PageView:
        self._page = self.pages.get(timeout=PATIENCE_S)
        assert self._page.name == name
        return self._page

    def touch(self, choice: PairingChoice) -> None:
        self._listener.chosen(self._page.turn, choice.value)

    def end(self) -> None:
        self.stopping.set()
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()


class Bench:
    """A cable, a reader in its window and what it keeps."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cable = PtyCable()
        self.kept = Kept()
        self.readers: list[Reader] = []

    def reader(self, side: ReaderSide | None = None, window_s: float = 60.0) -> Reader:
        made = Reader(self.folder, self.cable, side or reader_side(self.kept), window_s)
        self.readers.append(made)
        made.sees("pairing_waiting")
        return made

    def agent(self) -> Conversation:
        maker, _ = pki.MAKER.write(self.folder, "maker")
        end = pairing_agent_end(tls.pairing_agent_context(maker))
        return Conversation(self.cable.agent_port, end)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr(window_module, "RESULT_S", 0.2)
    made = Bench(tmp_path)
    yield made
    for reader in made.readers:
        reader.end()
    made.cable.unplug()


def begun(agent: Conversation) -> AgentCeremony:
    """The agent as far as its digits."""
    hello, shown = agent.wait_for_reader(PATIENCE_S)
    request = PairingRequested(an_agent_certificate(), AUDIENCE, "受付１")
    ceremony = AgentCeremony(request, hello.ueid, shown, ROOTS)
    agent.say(request)
    while ceremony.code is None:
        go_on(ceremony, agent)
    return ceremony


def go_on(ceremony: AgentCeremony, agent: Conversation) -> None:
    if (answer := ceremony.received(agent.hear(PATIENCE_S))) is not None:
        agent.say(answer)


def test_from_the_press_to_the_last_page(bench: Bench) -> None:
    reader = bench.reader()
    with bench.agent() as agent:
        ceremony = begun(agent)
        page = reader.sees("pairing_compare")
        assert ceremony.code is not None
        assert str(page.values["pairing_code"]).replace(" ", "") == ceremony.code
        reader.touch(PairingChoice.SAME)
        reader.sees("pairing_confirm_there")
        go_on(ceremony, agent)
        answer = ceremony.answered(is_same=True)
        assert answer is not None
        agent.say(answer)
        go_on(ceremony, agent)
        reader.sees("pairing_done")
    reader.end()
    assert reader.ceremony.is_kept
    assert ceremony.paired is not None
    assert len(bench.kept.pairings) == 1


def test_no_is_said_on_both_displays(bench: Bench) -> None:
    reader = bench.reader()
    with bench.agent() as agent:
        ceremony = begun(agent)
        reader.sees("pairing_compare")
        reader.touch(PairingChoice.DIFFERENT)
        failed = reader.sees("pairing_failed")
        assert failed.values["pairing_refusal"] == "digits_differ"
        go_on(ceremony, agent)
    assert ceremony.refusal is PairingRefusal.DIGITS_DIFFER
    assert bench.kept.pairings == []


@pytest.mark.parametrize("is_in_the_middle", [False, True])
def test_time_is_up(bench: Bench, is_in_the_middle: bool) -> None:
    reader = bench.reader(window_s=8.0 if is_in_the_middle else 0.3)
    if is_in_the_middle:
        with bench.agent() as agent:
            begun(agent)
            reader.sees("pairing_compare")
            assert agent.hear(PATIENCE_S) == PairingRefused(PairingRefusal.TIMED_OUT)
    assert reader.sees("pairing_failed").values["pairing_refusal"] == "timed_out"


def test_the_end_button_calls_it_off(bench: Bench) -> None:
    reader = bench.reader()
    reader.touch(PairingChoice.END)
    assert reader.sees("pairing_failed").values["pairing_refusal"] == "declined"


def test_an_agent_that_goes_before_it_asked_uses_up_nothing(bench: Bench) -> None:
    reader = bench.reader()
    with bench.agent() as agent:
        agent.wait_for_reader(PATIENCE_S)
    with bench.agent() as agent:
        begun(agent)
        reader.sees("pairing_compare")


def test_a_cable_that_is_pulled_in_the_middle_ends_it(bench: Bench) -> None:
    reader = bench.reader()
    with bench.agent() as agent:
        begun(agent)
        reader.sees("pairing_compare")
        bench.cable.unplug()
        assert reader.sees("pairing_failed").values["pairing_refusal"] == "interrupted"
    bench.cable.plug()


def test_a_disk_that_refuses_is_told_at_both_ends(bench: Bench) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    reader = bench.reader(replace(reader_side(bench.kept), keep=refuse))
    with bench.agent() as agent:
        ceremony = begun(agent)
        reader.sees("pairing_compare")
        reader.touch(PairingChoice.SAME)
        reader.sees("pairing_confirm_there")
        go_on(ceremony, agent)
        answer = ceremony.answered(is_same=True)
        assert answer is not None
        agent.say(answer)
        go_on(ceremony, agent)
        assert reader.sees("pairing_failed").values["pairing_refusal"] == "not_stored"
    assert ceremony.refusal is PairingRefusal.NOT_STORED
    assert ceremony.paired is None


def test_a_touch_on_a_page_that_is_gone_is_none(bench: Bench) -> None:
    reader = bench.reader()
    with bench.agent() as agent:
        begun(agent)
        reader.sees("pairing_compare")
        for turn, choice in ((1, "end"), (2, "agree"), (99, "pairing_same")):
            reader._listener.chosen(turn, choice)
        reader.touch(PairingChoice.DIFFERENT)
        assert reader.sees("pairing_failed").values["pairing_refusal"] == "digits_differ"
        assert reader.attempt_over.is_set()


def test_told_to_stop_it_stops(bench: Bench) -> None:
    reader = bench.reader()
    reader.end()
    assert not reader.ceremony.is_kept
