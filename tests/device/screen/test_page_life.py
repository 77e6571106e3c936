"""What a kiosk is told of the page, and that nobody else is told."""

import http.client
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from device.kiosk.page_life import PageLife, ScreenServer
from device.screen.server import WebScreen
from tests.device.screen.conftest import open_browser

WAIT_S = 30.0


def server(screen: WebScreen, token_file: Path) -> ScreenServer:
    return ScreenServer(int(screen.url.strip("/").rsplit(":", 1)[1]), token_file)


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + WAIT_S
    while not is_so():
        assert time.monotonic() < deadline_s
        time.sleep(0.01)


def test_the_page_s_life_is_told(screen: WebScreen, token_file: Path) -> None:
    token = token_file.read_text()
    asked = server(screen, token_file)
    assert asked.page_life() == PageLife(None)

    def silent_s() -> float:
        life = asked.page_life()
        assert life is not None
        return -1.0 if life.silent_s is None else life.silent_s

    with open_browser(screen, token) as browser:
        browser.send(json.dumps({"type": "language", "tag": "en"}))
        time.sleep(0.2)
        assert silent_s() < 0, "it is there, but has not drawn yet"
        browser.send(json.dumps({"type": "alive"}))
        wait_until(lambda: silent_s() >= 0.1)
        before_s = silent_s()
        browser.send(json.dumps({"type": "alive"}))
        wait_until(lambda: silent_s() < before_s)
    wait_until(lambda: silent_s() < 0)


@pytest.mark.parametrize("offered", ["", "Bearer ", "Bearer x", "Bearer \xe9", "Basic x"])
def test_without_the_token_nothing_is_told(
    screen: WebScreen, token_file: Path, offered: str
) -> None:
    port = server(screen, token_file).port
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_S)
    connection.request("GET", "/page-life", headers={"Authorization": offered})
    assert connection.getresponse().status == http.HTTPStatus.UNAUTHORIZED
    connection.close()


def test_a_kiosk_follows_a_reader_that_made_another_token(
    screen: WebScreen, token_file: Path
) -> None:
    asked = server(screen, token_file)
    assert asked.page_life() == PageLife(None)
    token_file.write_text("A" * 43)
    assert asked.page_life() is None
    token_file.unlink()
    assert asked.page_life() is None


def test_where_no_server_is_nothing_is_told(screen: WebScreen, token_file: Path) -> None:
    asked = server(screen, token_file)
    screen.close()
    assert asked.page_life() is None
