"""A page from the Internet and the agent's address, in a real Chromium: shut, and open by policy.

Two servers on this machine; the browser is told that one of them is the Internet.
"""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright import sync_api

from agent.policy.files import policy_files
from agent.policy.origin import read_origin
from tests.browser import CHROMIUM, FLAGS

CALL = "(url) => fetch(url).then(() => 'heard', () => 'refused')"
WITH_POLICY = """#!/bin/sh
# Only this browser sees the policies: they lie over the machine's in a mount of its own.
exec unshare --mount sh -c '
    mount --bind {folder}/linux/etc/chromium /etc/chromium && exec {chromium} "$@"' sh "$@"
"""


class Anybody(http.server.BaseHTTPRequestHandler):
    """Answers every page."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Content-Type", "text/html")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def server() -> Iterator[int]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Anybody) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield serving.server_address[1]
        serving.shutdown()


def called(browser: Path, page_port: int, agent_port: int) -> str:
    """What a public page hears of the agent."""
    flags = [*FLAGS, f"--ip-address-space-overrides=127.0.0.1:{page_port}=public"]
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=browser, args=flags)
        page = running.new_page()
        page.goto(f"http://127.0.0.1:{page_port}/")
        heard = page.evaluate(CALL, f"http://127.0.0.1:{agent_port}/")
        running.close()
        return str(heard)


@pytest.mark.parametrize("is_installed", [False, True])
def test_only_an_installed_policy_lets_the_page_call(tmp_path: Path, *, is_installed: bool) -> None:
    browser = CHROMIUM
    with server() as page_port, server() as agent_port:
        if is_installed:
            origin = read_origin(f"http://127.0.0.1:{page_port}")
            for name, content in policy_files([origin]).items():
                (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / name).write_bytes(content)
            browser = tmp_path / "chromium"
            browser.write_text(WITH_POLICY.format(folder=tmp_path, chromium=CHROMIUM))
            browser.chmod(0o700)
        heard = called(browser, page_port, agent_port)
    assert heard == ("heard" if is_installed else "refused")
