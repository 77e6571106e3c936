"""When the browser is started anew, and when it is left alone. The browsers here are programs that
write down each start; a real one is in `test_real_browser.py`.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from device.errors import ConfigurationError
from device.kiosk.page_life import PageLife
from device.kiosk.supervisor import Kiosk, KioskPlan

MOVING, HANGING, GONE = PageLife(0.1), PageLife(9.0), PageLife(None)
NO_SERVER = None
PLAN = KioskPlan(
    look_every_s=0.02,
    hung_after_s=1.0,
    gone_after_s=0.2,
    start_within_s=600.0,
    shortest_run_s=0.0,
    pause_s=0.0,
)
WAIT_S = 30.0


@dataclass
class Bench:
    folder: Path
    life: PageLife | None = MOVING
    asked: int = 0
    is_prepared: bool = True
    stopping: threading.Event = field(default_factory=threading.Event)

    def page_life(self) -> PageLife | None:
        self.asked += 1
        return self.life

    def prepare(self) -> bool:
        return self.is_prepared

    def starts(self) -> int:
        log = self.folder / "starts"
        return len(log.read_text()) if log.exists() else 0

    def command(self, then: str = "time.sleep(600)") -> list[str]:
        log = str(self.folder / "starts")
        return [sys.executable, "-c", f"import time; open({log!r}, 'a').write('x'); {then}"]

    @contextmanager
    def kiosk(self, command: list[str], plan: KioskPlan = PLAN) -> Iterator[None]:
        kiosk = Kiosk(command, self.page_life, self.prepare, plan)
        thread = threading.Thread(target=kiosk.run, args=(self.stopping,))
        thread.start()
        try:
            yield
        finally:
            self.stopping.set()
            thread.join(WAIT_S)
            assert not thread.is_alive()

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        deadline_s = time.monotonic() + WAIT_S
        while not is_so():
            assert time.monotonic() < deadline_s
            time.sleep(0.01)

    def look_often(self) -> None:
        """Longer than any of the plan's times."""
        until = self.asked + 60
        self.wait_until(lambda: self.asked >= until)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_browser_with_a_living_page_is_left_alone(bench: Bench) -> None:
    with bench.kiosk(bench.command()):
        bench.wait_until(lambda: bench.starts() == 1)
        bench.look_often()
        assert bench.starts() == 1


@pytest.mark.parametrize("life", [HANGING, GONE], ids=["hangs", "gone"])
def test_a_page_that_hangs_or_is_gone_is_started_anew(bench: Bench, life: PageLife) -> None:
    with bench.kiosk(bench.command()):
        bench.wait_until(lambda: bench.starts() == 1)
        bench.look_often()
        bench.life = life
        bench.wait_until(lambda: bench.starts() == 2)
        bench.life = MOVING
        bench.look_often()
        assert bench.starts() == 2


def test_while_the_reader_is_started_anew_the_browser_waits_for_it(bench: Bench) -> None:
    with bench.kiosk(bench.command()):
        bench.wait_until(lambda: bench.starts() == 1)
        bench.look_often()
        bench.life = NO_SERVER
        bench.look_often()
        bench.life = MOVING
        bench.look_often()
        assert bench.starts() == 1


def test_a_first_page_may_take_longer_than_a_lost_one(bench: Bench) -> None:
    bench.life = GONE
    with bench.kiosk(bench.command(), replace(PLAN, gone_after_s=0.0)):
        bench.wait_until(lambda: bench.starts() == 1)
        bench.look_often()
        assert bench.starts() == 1


def test_a_first_page_that_never_comes_is_not_waited_for_for_ever(bench: Bench) -> None:
    bench.life = GONE
    with bench.kiosk(bench.command(), replace(PLAN, start_within_s=0.2)):
        bench.wait_until(lambda: bench.starts() > 1)


def test_a_browser_that_ends_is_started_anew(bench: Bench) -> None:
    with bench.kiosk(bench.command(then="")):
        bench.wait_until(lambda: bench.starts() > 2)


def test_one_that_ends_at_once_is_not_started_all_day(bench: Bench) -> None:
    plan = KioskPlan(look_every_s=0.01, shortest_run_s=600.0, pause_s=600.0)
    with bench.kiosk(bench.command(then=""), plan):
        bench.wait_until(lambda: bench.starts() == 1)
        time.sleep(1.0)
        assert bench.starts() == 1


def test_without_a_token_no_browser_is_started_and_with_one_it_is(bench: Bench) -> None:
    bench.is_prepared = False
    with bench.kiosk(bench.command()):
        time.sleep(0.3)
        assert bench.starts() == 0
        bench.is_prepared = True
        bench.wait_until(lambda: bench.starts() == 1)


def test_one_that_is_only_slow_is_not_killed_for_ever() -> None:
    plan = KioskPlan(hung_after_s=3.0, gone_after_s=1.5, start_within_s=20.0)
    assert [plan.after(kills).hung_after_s for kills in (0, 1, 4, 100)] == [3.0, 6.0, 48.0, 48.0]
    assert plan.after(2).gone_after_s == 6.0
    assert plan.after(2).start_within_s == 80.0


def test_of_a_browser_that_goes_none_of_its_processes_is_left(bench: Bench) -> None:
    beats, child = bench.folder / "beats", bench.folder / "child.py"
    child.write_text(
        f"import time\nwhile True:\n open({str(beats)!r}, 'a').write('x')\n time.sleep(0.01)\n"
    )
    then = f"import subprocess, sys; subprocess.run([sys.executable, {str(child)!r}])"
    with bench.kiosk(bench.command(then)):
        bench.wait_until(beats.exists)
    size = beats.stat().st_size
    time.sleep(0.3)
    assert beats.stat().st_size == size


def test_a_browser_that_is_not_there_is_told(bench: Bench) -> None:
    kiosk = Kiosk(["no-such-browser"], bench.page_life, plan=PLAN)
    with pytest.raises(ConfigurationError, match="no-such-browser"):
        kiosk.run(threading.Event())
