"""Strangers are refused: wrong Host, wrong Origin, wrong token, and the headers of every answer."""

import base64
import http.client
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import ConnectionClosed

from device.errors import ConfigurationError
from device.screen.guard import SECURITY_HEADERS
from device.screen.server import (
    PROTOCOL,
    TOKEN_REFUSED,
    TOO_MANY,
    ScreenSettings,
    WebScreen,
)
from tests.device.screen.conftest import Touches, offer, open_browser


@pytest.fixture(scope="module")
def token_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("screen") / "screen.token"


@pytest.fixture(scope="module")
def screen(token_file: Path) -> Iterator[WebScreen]:
    screen = WebScreen(ScreenSettings(token_file), Touches())
    yield screen
    screen.close()


def port_of(screen: WebScreen) -> int:
    port = urlsplit(screen.url).port
    assert port is not None
    return port


def get(
    screen: WebScreen, path: str, headers: list[tuple[str, str]]
) -> tuple[int, dict[str, str], bytes]:
    """One HTTP request with exactly these headers."""
    connection = http.client.HTTPConnection("127.0.0.1", port_of(screen), timeout=5)
    connection.putrequest("GET", path, skip_host=True, skip_accept_encoding=True)
    for name, value in headers:
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, dict(answer.getheaders()), body


def handshake(screen: WebScreen, headers: list[tuple[str, str]]) -> int:
    """The HTTP status of a WebSocket handshake with exactly these headers."""
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        "GET /patient HTTP/1.1",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {key}",
        f"Sec-WebSocket-Protocol: {PROTOCOL}",
        *(f"{name}: {value}" for name, value in headers),
    ]
    with socket.create_connection(("127.0.0.1", port_of(screen)), timeout=5) as line:
        line.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return int(line.recv(100).split()[1])


def host(screen: WebScreen, name: str = "127.0.0.1") -> tuple[str, str]:
    return ("Host", f"{name}:{port_of(screen)}")


def origin(screen: WebScreen, name: str = "127.0.0.1") -> tuple[str, str]:
    return ("Origin", f"http://{name}:{port_of(screen)}")


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_our_own_names_are_let_in(screen: WebScreen, name: str) -> None:
    assert get(screen, "/", [host(screen, name)])[0] == 200
    assert handshake(screen, [host(screen, name), origin(screen, name)]) == 101


def test_a_foreign_host_is_refused(screen: WebScreen) -> None:
    for name in ("evil.example", "127.0.0.1.evil.example", "localhost.", "[::1]", ""):
        foreign = host(screen, name)
        assert get(screen, "/", [foreign])[0] == 403, name
        assert handshake(screen, [foreign, origin(screen)]) == 403, name
    assert get(screen, "/", [("Host", "127.0.0.1")])[0] == 403


def test_two_hosts_are_refused(screen: WebScreen) -> None:
    assert get(screen, "/", [host(screen), host(screen, "evil.example")])[0] in (400, 403)


@pytest.mark.parametrize(
    "foreign",
    ["http://evil.example", "https://127.0.0.1:{port}", "null", "http://127.0.0.1:1", ""],
)
def test_a_foreign_origin_is_refused(screen: WebScreen, foreign: str) -> None:
    header = ("Origin", foreign.format(port=port_of(screen)))
    assert get(screen, "/", [host(screen), header])[0] == 403
    assert handshake(screen, [host(screen), header]) == 403


def test_a_websocket_without_an_origin_is_refused(screen: WebScreen) -> None:
    assert handshake(screen, [host(screen)]) == 403


def closed_with(screen: WebScreen, *subprotocols: str) -> int | None:
    """How the server closes on a browser that offers these; None if it sends the page."""
    with offer(screen, *subprotocols) as browser:
        try:
            browser.recv(timeout=5)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else -1
        return None


def test_without_the_token_nothing_is_shown(screen: WebScreen, token_file: Path) -> None:
    token = token_file.read_text()
    assert closed_with(screen, PROTOCOL) == TOKEN_REFUSED
    assert closed_with(screen, PROTOCOL, "token.") == TOKEN_REFUSED
    assert closed_with(screen, PROTOCOL, "token." + "A" * 43) == TOKEN_REFUSED
    assert closed_with(screen, PROTOCOL, "token." + token[:-1]) == TOKEN_REFUSED
    assert closed_with(screen, PROTOCOL, token) == TOKEN_REFUSED
    assert closed_with(screen, PROTOCOL, "token." + token) is None


def test_the_number_of_browsers_is_limited(screen: WebScreen, token_file: Path) -> None:
    token = token_file.read_text()
    with ExitStack() as browsers:
        for _ in range(8):
            browsers.enter_context(open_browser(screen, token)).recv(timeout=5)
        assert closed_with(screen, PROTOCOL, f"token.{token}") == TOO_MANY


FILES = {
    "/": "text/html; charset=utf-8",
    "/app.js": "text/javascript; charset=utf-8",
    "/style.css": "text/css; charset=utf-8",
    "/pages.css": "text/css; charset=utf-8",
    "/theme.css": "text/css; charset=utf-8",
    "/favicon.svg": "image/svg+xml",
    "/pictures/done.svg": "image/svg+xml",
}


@pytest.mark.parametrize("path", FILES)
def test_every_file_comes_with_its_type_and_the_headers(screen: WebScreen, path: str) -> None:
    status, headers, _ = get(screen, path, [host(screen)])
    assert status == 200
    assert headers["content-type"] == FILES[path]
    assert_guarded(headers)


def test_refusals_come_with_the_headers_too(screen: WebScreen) -> None:
    for path, name in (("/nothing", "127.0.0.1"), ("/", "evil.example")):
        status, headers, _ = get(screen, path, [host(screen, name)])
        assert status in (403, 404)
        assert_guarded(headers)


def assert_guarded(headers: dict[str, str]) -> None:
    names = {name.lower(): value for name, value in headers.items()}
    for name, value in SECURITY_HEADERS.items():
        assert names[name.lower()] == value
    assert "server" not in names
    assert "unsafe" not in names["content-security-policy"]


@pytest.mark.parametrize("path", ["/../server.py", "/..%2fserver.py", "/%2e%2e/server.py"])
def test_nothing_outside_the_web_folder_is_served(screen: WebScreen, path: str) -> None:
    assert get(screen, path, [host(screen)])[0] == 404


def test_no_answer_hands_the_token_out(screen: WebScreen, token_file: Path) -> None:
    token = token_file.read_text().encode()
    for path in FILES:
        _, headers, body = get(screen, path, [host(screen)])
        assert token not in body
        assert token.decode() not in str(headers)


@pytest.fixture
def own_screen(tmp_path: Path) -> Iterator[WebScreen]:
    """The screen of a maker who brought a picture and a voice."""
    own = tmp_path / "own"
    for path in (own / "pictures" / "place_card.svg", own / "voices" / "en" / "index.json"):
        path.parent.mkdir(parents=True)
        path.write_text("{}")
    (own / "secret").write_text("1234")
    pictures, voices = own / "pictures", own / "voices"
    settings = ScreenSettings(tmp_path / "screen.token", pictures=pictures, voices=voices)
    screen = WebScreen(settings, Touches())
    yield screen
    screen.close()


def test_a_maker_replaces_a_picture_and_the_others_stay(own_screen: WebScreen) -> None:
    where = [host(own_screen)]
    assert get(own_screen, "/pictures/place_card.svg", where)[2] == b"{}"
    status, headers, body = get(own_screen, "/pictures/done.svg", where)
    assert (status, body[:4]) == (200, b"<svg")
    assert_guarded(headers)


@pytest.mark.parametrize("folder", ["pictures", "voices"])
@pytest.mark.parametrize(
    "path", ["../secret", "..%2fsecret", "%2e%2e/secret", "../../screen.token"]
)
def test_nothing_beside_what_a_maker_brought_is_served(
    own_screen: WebScreen, folder: str, path: str
) -> None:
    assert get(own_screen, f"/{folder}/{path}", [host(own_screen)])[0] == 404


def test_a_folder_of_pictures_that_is_not_there_is_named(tmp_path: Path) -> None:
    settings = ScreenSettings(tmp_path / "token", pictures=tmp_path / "nowhere")
    with pytest.raises(ConfigurationError, match="nowhere"):
        WebScreen(settings, Touches())
