"""How long a patient waits for the next page, how smooth the camera picture is, and what it costs.

`python -m benchmarks.screen [--touches N] [--seconds N]` runs the screen's server in a process of
its own, as on the reader, and its page in a real Chromium (headless, without a graphics card).

* Page change: from the touch of a button until the next page stands in a finished frame, both by
  the browser's own clock. The visit is left out: whoever hears the touch shows the next page at
  once. Its bound is a page that changes one word by itself, until that frame is finished.
* Preview: camera pictures of 640 x 480 that are drawn in a second, when the camera gives 30 a
  second, and when it gives as many as it can (the pictures are encoded before). The bound is what
  the camera gives.
* Memory: what the server's process holds for itself (private), beside the least server of the
  same kind (Starlette and uvicorn with one empty answer).

All in one run, one after the other; ratios are what can be compared.
"""

import argparse
import asyncio
import multiprocessing
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import uvicorn
from playwright import sync_api
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from device.face.preview import preview_jpeg
from device.screen.port import PageValue, PageView
from device.screen.server import ScreenSettings, WebScreen

CHROMIUM = Path("/usr/bin/chromium")
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
_CHOICES = ("agree_all", "refuse_all", "one_by_one", "end")
_ITEMS = ("surgery", "diagnosis", "medication", "health_checkup")
_UNTOUCHABLE_MS = 450
"""A page that came just now takes no touch (`web/app.js`)."""
_SETTLING_S = 1.0
_TOUCH = """() => new Promise((done) => {
  const begun = performance.now();
  new MutationObserver((_, observer) => {
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun)));
  }).observe(document.querySelector("#page"), { childList: true });
  document.querySelector("[data-choice=agree_all]").click();
})"""
_ONE_WORD = """() => new Promise((done) => {
  const begun = performance.now();
  document.querySelector("h1").textContent = `${begun}`;
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun)));
})"""
_COUNT_DRAWN = """() => {
  const { drawImage } = CanvasRenderingContext2D.prototype;
  window.drawn = 0;
  CanvasRenderingContext2D.prototype.drawImage = function (...all) {
    window.drawn += 1;
    return drawImage.apply(this, all);
  };
}"""


class _NextPage:
    """Shows another page for each touch."""

    def __init__(self) -> None:
        self.screen: WebScreen | None = None

    def chosen(self, turn: int, choice: str) -> None:
        """As `ScreenListener.chosen`."""
        if self.screen is not None:
            self.screen.show(_consent_page(turn + 1))

    def pad_pressed(self, turn: int, position: int) -> None:
        """As `ScreenListener.pad_pressed`."""


def _consent_page(turn: int) -> PageView:
    values: dict[str, PageValue] = {
        "patient_name": "試験 花子",
        "items": _ITEMS,
        "consent_hours": 24,
    }
    return PageView("consent_all", turn, values, _CHOICES)


def serve_screen(folder: Path, parent: Connection) -> None:
    """The screen's process: tells its address, then does as it is told."""
    listener = _NextPage()
    screen = listener.screen = WebScreen(ScreenSettings(folder / "screen.token"), listener)
    parent.send(screen.url)
    jpeg = _picture()
    while (command := parent.recv()) is not None:
        if command == "memory":
            parent.send(_private_mb())
        elif command == "page":
            screen.show(_consent_page(1))
        else:
            screen.show(PageView("face", 10_000, {}, ("end",)))
            parent.send(_give_pictures(screen, jpeg, *command))
    screen.close()


def _picture() -> bytes:
    """A face-like amount of detail; what is on it does not matter."""
    rng = np.random.default_rng(1)
    small = rng.integers(0, 256, (60, 80, 3), np.uint8)
    return preview_jpeg(np.kron(small, np.ones((8, 8, 1), np.uint8)))


def _give_pictures(screen: WebScreen, jpeg: bytes, a_second: float, seconds: float) -> int:
    begun_s, given = time.monotonic(), 0
    while (now_s := time.monotonic() - begun_s) < seconds:
        if given <= now_s * a_second:
            screen.show_preview(10_000, jpeg)
            given += 1
        else:
            time.sleep(0.001)
    return given


def serve_least(parent: Connection) -> None:
    """The peer's process."""

    async def answer(_: Request) -> Response:
        return Response("")

    config = uvicorn.Config(Starlette(routes=[Route("/", answer)]), port=0, log_level="error")
    server = uvicorn.Server(config)
    threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True).start()
    time.sleep(_SETTLING_S)
    parent.send(_private_mb())


def _private_mb() -> float:
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    kb = sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))
    return kb / 1024


@contextmanager
def _process(target: Callable[..., None], *arguments: object) -> Iterator[Connection]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=target, args=(*arguments, theirs), daemon=True)
    process.start()
    yield ours
    process.terminate()
    process.join()


def _measure_page(page: Any, touches: int) -> tuple[list[float], list[float]]:
    ours, bound = [], []
    for _ in range(touches):
        page.wait_for_timeout(_UNTOUCHABLE_MS)
        ours.append(page.evaluate(_TOUCH))
        bound.append(page.evaluate(_ONE_WORD))
    return ours, bound


def _measure_preview(page: Any, screen: Connection, a_second: float, seconds: float) -> None:
    page.evaluate("window.drawn = 0")
    screen.send((a_second, seconds))
    given = screen.recv()
    page.wait_for_timeout(200)
    drawn = page.evaluate("window.drawn")
    print(
        f"preview: {drawn / seconds:.1f} pictures a second drawn of {given / seconds:.1f} given"
        f" (ratio {drawn / given:.2f})"
    )


def main() -> None:
    """Prints the method and the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.screen")
    parser.add_argument("--touches", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=5.0)
    arguments = parser.parse_args()
    print(__doc__)
    with tempfile.TemporaryDirectory() as folder, sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        page = browser.new_page(viewport={"width": 1024, "height": 600})
        with _process(serve_screen, Path(folder)) as screen:
            url = screen.recv()
            page.goto(f"{url}#{(Path(folder) / 'screen.token').read_text()}")
            screen.send("page")
            page.locator("[data-choice=agree_all]").wait_for()
            _report_pages(*_measure_page(page, arguments.touches))
            page.evaluate(_COUNT_DRAWN)
            for a_second in (30.0, 1000.0):
                _measure_preview(page, screen, a_second, arguments.seconds)
            screen.send("memory")
            ours_mb = screen.recv()
        browser.close()
    with _process(serve_least) as least:
        least_mb = least.recv()
    print(f"memory: {ours_mb:.0f} MB, least {least_mb:.0f} MB (ratio {ours_mb / least_mb:.2f})")


def _report_pages(ours_ms: list[float], bound_ms: list[float]) -> None:
    for name, values in (("page change", ours_ms), ("one word (bound)", bound_ms)):
        p50, p95 = np.percentile(values, (50, 95))
        print(f"{name}: p50 {p50:.1f} ms, p95 {p95:.1f} ms")
    ratio = statistics.median(ours_ms) / statistics.median(bound_ms)
    print(f"ratio of the medians: {ratio:.2f}")


if __name__ == "__main__":
    main()
