"""The patient's screen as a page for a browser on the same machine.

The browser opens `http://127.0.0.1:PORT/#TOKEN`, takes the token out of its address bar, and
speaks over the WebSocket `/patient` with the subprotocols `uketsuke.screen.v1` and `token.TOKEN`.
A wrong Host or Origin fails the handshake (403); a wrong token is closed with 4401.

From the server, JSON text:
    {"type": "page", "name", "turn", "title", "lead", "paragraphs": [...], "items": [...],
     "notices": [...], "choices": [{"name", "text"}], "pad": [12 faces] or [],
     "picture": name or "", "picture_text": what it shows, "is_phone",
     "language", "languages": [[tag, name]], "labels": {...}, "is_pad_scrambled",
     "spoken": [sentences in the order of reading], "clips": {sentence: address of its recording},
     "speaks", "chimes"}
    {"type": "hint", "turn", "hint", "text"}               hint and text are "" when there is none
    {"type": "pin_length", "turn", "entered", "text"}
    {"type": "printed_code", "turn", "entered", "groups": [{"name", "digits", "length"}],
     "text", "doubt"}                                  doubt is "" while there is none
    {"type": "warning", "turn", "left_s", "title", "text", "choice": {"name", "text"}}
                                                       over the page; left_s is 0 for none
    {"type": "move", "turn", "to"}                     next, previous, press or leave: a keypad's
each with the "clips" of what it says, as the page has them; and binary: one JPEG for each
`preview` asked for, always the newest.

From the browser, JSON text:
    {"type": "choice", "turn", "choice"}       the turn is that of the page which was touched
    {"type": "pad", "turn", "position"}        0 to 11 from the top left; digits never travel back
    {"type": "language", "tag"}
    {"type": "preview"}                        answered when there is a picture not sent before
    {"type": "alive"}                          four times a second, by a page that draws

`GET /page-life` with `Authorization: Bearer TOKEN` tells a kiosk of it: {"silent_s": seconds since
any page was last alive, or null where none was yet}.

Whoever connects is told at once what is shown now; anything else it says is ignored.
"""

import asyncio
import contextlib
import hmac
import logging
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp
from starlette.websockets import WebSocket, WebSocketDisconnect

from device.errors import ConfigurationError
from device.screen.access_token import read_or_make_token
from device.screen.guard import Guard
from device.screen.language import load_languages
from device.screen.pages import page_model
from device.screen.port import Move, PageView, ScreenListener
from device.screen.shown import Seen, Shown, Sounds
from device.screen.theme import SEVEN_INCH, ScreenProfile, theme_css
from device.screen.touches import (
    Alive,
    ChoiceTouched,
    LanguageTouched,
    PadTouched,
    PreviewWanted,
    read_touch,
)
from device.screen.voices import Voices

PROTOCOL = "uketsuke.screen.v1"
TOKEN_REFUSED = 4401
"""Close code for a browser without the token."""
TOO_MANY = 4429
"""Close code when enough browsers look on already."""

_MAX_BROWSERS = 8
_MAX_MESSAGE_BYTES = 1024
_WEB_FOLDER = Path(__file__).parent / "web"
_LOOPBACK = ("127.0.0.1", "localhost")


@dataclass(frozen=True, slots=True)
class ScreenSettings:
    """Where the screen is served and how it looks."""

    token_file: Path
    """Where the browser's secret lies, readable by this user alone."""
    host: str = "127.0.0.1"
    """127.0.0.1 or localhost: the screen is never served to the network."""
    port: int = 0
    """TCP port; 0 lets the operating system choose."""
    language: str = "ja"
    """The language every visit starts in."""
    profile: ScreenProfile = SEVEN_INCH
    """The display."""
    pictures: Path | None = None
    """Folder of pictures that take the place of our own of the same name, such as `place_card.svg`:
    where a card is laid differs from reader to reader."""
    voices: Path | None = None
    """Folder of recorded sentences; None: nothing is said."""
    sounds: Sounds = field(default_factory=Sounds)
    """What is heard without being asked for."""


class WebScreen:
    """The screen's server, in a thread of its own from the moment it is made."""

    url: str
    """Where the page is; the token is not part of it."""

    def __init__(self, settings: ScreenSettings, listener: ScreenListener) -> None:
        """Opens the port and starts serving the page `starting`.

        Raises:
            ConfigurationError: A setting is impossible, or the port is taken.
        """
        self._listener = listener
        self._languages = load_languages(settings.language)
        self._default_language = self._languages[settings.language]
        self._voices = Voices(settings.voices)
        own_routes = self._own_routes(settings)
        self._token = read_or_make_token(settings.token_file)
        self._theme = theme_css(settings.profile)
        self._socket = _open_port(settings)
        port = self._socket.getsockname()[1]
        self.url = f"http://{settings.host}:{port}/"
        self._browsers: dict[asyncio.Event, float | None] = {}
        """The news of each browser, and the monotonic second at which its page was last alive."""
        self._shown = Shown(self._languages, self._wake_browsers, self._voices, settings.sounds)
        self._loop = asyncio.new_event_loop()
        self._server = uvicorn.Server(_server_config(self._application(own_routes, port)))
        self._thread = threading.Thread(target=self._serve, name="screen", daemon=True)
        self._thread.start()

    def show(self, page: PageView) -> None:
        """As `Screen.show`."""
        page_model(page, self._default_language)
        self._post(lambda: self._shown.show(page))

    def show_hint(self, turn: int, hint: str) -> None:
        """As `Screen.show_hint`."""
        self._default_language.text(f"hint.{hint}")
        self._post(lambda: self._shown.show_hint(turn, hint))

    def wants_preview(self) -> bool:
        """As `Screen.wants_preview`."""
        return self._shown.is_preview_wanted

    def show_preview(self, turn: int, jpeg: bytes) -> None:
        """As `Screen.show_preview`."""
        self._post(lambda: self._shown.show_preview(turn, jpeg))

    def show_pin_length(self, turn: int, entered: int) -> None:
        """As `Screen.show_pin_length`."""
        self._post(lambda: self._shown.show_pin_length(turn, entered))

    def show_printed_code(self, turn: int, digits: str, *, is_doubted: bool) -> None:
        """As `Screen.show_printed_code`."""
        self._post(lambda: self._shown.show_printed_code(turn, digits, is_doubted=is_doubted))

    def warn_of_end(self, turn: int, left_s: int) -> None:
        """As `Screen.warn_of_end`."""
        self._post(lambda: self._shown.warn_of_end(turn, left_s))

    def warned_turn(self) -> int | None:
        """As `Screen.warned_turn`."""
        return self._shown.warned_turn

    def move(self, move: Move) -> None:
        """As `Screen.move`."""
        self._post(lambda: self._shown.move(move))

    def text_hash(self) -> bytes:
        """See `Screen.text_hash`."""
        return self._shown.text_hash()

    def close(self) -> None:
        """As `Screen.close`."""
        self._server.should_exit = True
        self._post(self._wake_browsers)
        self._thread.join()

    def _post(self, change: Callable[[], None]) -> None:
        # A closed loop means that the screen is off: there is nobody left to show anything to.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(change)

    def _serve(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._server.serve(sockets=[self._socket]))

    def _application(self, own_routes: list[Mount], port: int) -> ASGIApp:
        routes = [
            Route("/theme.css", self._send_theme),
            Route("/page-life", self._tell_page_life),
            WebSocketRoute("/patient", self._attend),
            *own_routes,
            Mount("/", StaticFiles(directory=_WEB_FOLDER, html=True)),
        ]
        hosts = frozenset(f"{name}:{port}" for name in _LOOPBACK)
        return Guard(Starlette(routes=routes), hosts)

    def _own_routes(self, settings: ScreenSettings) -> list[Mount]:
        """What a maker put beside our own files, and in place of some pictures."""
        routes = []
        if (voices := self._voices.folder) is not None:
            routes.append(Mount("/voices", StaticFiles(directory=voices)))
        if (pictures := settings.pictures) is not None:
            if not pictures.is_dir():
                raise ConfigurationError(f"screen: there is no folder {pictures}")
            files = StaticFiles(directory=pictures, packages=[("device.screen", "web/pictures")])
            routes.append(Mount("/pictures", files))
        return routes

    async def _send_theme(self, _: Request) -> Response:
        return Response(self._theme, media_type="text/css")

    async def _tell_page_life(self, request: Request) -> Response:
        offered = request.headers.get("authorization", "")
        if not hmac.compare_digest(offered.encode(), f"Bearer {self._token}".encode()):
            return Response(status_code=401)
        now_s = time.monotonic()
        alive_s = (each for each in self._browsers.values() if each is not None)
        silent_s = min((now_s - each for each in alive_s), default=None)
        return JSONResponse({"silent_s": silent_s})

    async def _attend(self, browser: WebSocket) -> None:
        """Serves one browser until it goes."""
        offered = browser.scope["subprotocols"]
        await browser.accept(PROTOCOL if PROTOCOL in offered else None)
        if not self._is_token_offered(offered):
            await browser.close(TOKEN_REFUSED)
            return
        if len(self._browsers) >= _MAX_BROWSERS:
            await browser.close(TOO_MANY)
            return
        news, seen = asyncio.Event(), Seen(moves=self._shown.moves_made)
        news.set()
        self._browsers[news] = None
        telling = asyncio.create_task(self._tell(browser, news, seen))
        try:
            while (text := await _next_text(browser)) is not None:
                self._hear(text, news, seen)
        finally:
            del self._browsers[news]
            telling.cancel()

    def _is_token_offered(self, offered: list[str]) -> bool:
        expected = f"token.{self._token}".encode()
        return any(hmac.compare_digest(each.encode(), expected) for each in offered)

    async def _tell(self, browser: WebSocket, news: asyncio.Event, seen: Seen) -> None:
        try:
            while not self._server.should_exit:
                await news.wait()
                news.clear()
                for message in self._shown.news_for(seen):
                    if isinstance(message, bytes):
                        await browser.send_bytes(message)
                    else:
                        await browser.send_text(message)
        except WebSocketDisconnect:
            # The reading side notices too and ends the browser's service.
            pass

    def _hear(self, text: str, news: asyncio.Event, seen: Seen) -> None:
        match read_touch(text):
            case ChoiceTouched(turn, choice):
                self._pass_on_choice(turn, choice)
            case PadTouched(turn, position):
                self._listener.pad_pressed(turn, position)
            case LanguageTouched(tag):
                self._shown.speak(tag)
            case Alive():
                self._browsers[news] = time.monotonic()
            case PreviewWanted():
                self._shown.want_preview(seen)
                news.set()
            case None:
                pass

    def _pass_on_choice(self, turn: int, choice: str) -> None:
        # A touch on an earlier page is passed on too: the visit knows that its turn is over.
        is_known = f"choice.{choice}" in self._default_language.texts
        if self._shown.offers(choice) if turn == self._shown.page.turn else is_known:
            self._listener.chosen(turn, choice)

    def _wake_browsers(self) -> None:
        for news in self._browsers:
            news.set()


async def _next_text(browser: WebSocket) -> str | None:
    """What the browser says next, "" for a binary message; None when it is gone."""
    message = await browser.receive()
    if message["type"] == "websocket.disconnect":
        return None
    text = message.get("text")
    return text if isinstance(text, str) else ""


def _open_port(settings: ScreenSettings) -> socket.socket:
    if settings.host not in _LOOPBACK:
        raise ConfigurationError("screen: set host to 127.0.0.1; it is never served to the network")
    try:
        return socket.create_server(("127.0.0.1", settings.port))
    except (OSError, OverflowError) as error:
        raise ConfigurationError(f"screen: port {settings.port} cannot be opened") from error


def _server_config(application: ASGIApp) -> uvicorn.Config:
    # Below this level the server's loggers would write whole messages, pad faces among them.
    for name in ("uvicorn", "uvicorn.error", "uvicorn.asgi", "websockets.server"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return uvicorn.Config(
        application,
        access_log=False,
        lifespan="off",
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=1,
        ws="websockets-sansio",
        ws_max_size=_MAX_MESSAGE_BYTES,
        ws_per_message_deflate=False,
    )
