"""What is on the screen at this moment, and what a browser that saw less still has to be told.

Nothing is queued: a slow browser skips what was overtaken, and a late one gets the page as it is.
"""

import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from device.screen.language import Language
from device.screen.pages import page_model, printed_code_groups, spoken
from device.screen.port import Move, PageView
from device.screen.voices import Voices

MORE_TIME = "more_time"
"""What a patient touches who was warned."""
_LABELS = (
    *("tagline", "language", "close", "pad", "pad_scrambled", "preview"),
    *("offline_title", "offline_body", "voice_on"),
    *("view", "view_letters", "view_colours"),
    *(f"view_letters_{way}" for way in ("standard", "large", "largest")),
    *(f"view_colours_{way}" for way in ("standard", "strong", "dark", "soft")),
)
_MOST_MOVES = 8
"""No page has more to go to; a browser that is further behind gets the last ones."""


@dataclass(frozen=True, slots=True)
class Sounds:
    """What the screen lets hear without being asked."""

    speaks: bool = False
    """Every page is read aloud until a patient does not want it."""
    chimes: bool = True
    """Two tones say that it is done, and call for a card that is left."""


@dataclass(slots=True)
class Seen:
    """How far one browser has followed."""

    versions: dict[str, int] = field(default_factory=dict)
    """For `page`, `hint`, `length`, `code`, `warning` and `preview`: the version it has."""
    moves: int = 0
    """How many moves it was told, or came too late for."""
    wants_preview: bool = False
    """It asked for the next camera picture and did not get it yet."""

    def catch_up(self, name: str, version: int) -> bool:
        """Whether `version` is news, which it is only once."""
        is_news = version > self.versions.get(name, 0)
        self.versions[name] = version
        return is_news


@dataclass(slots=True)
class _Part:
    """One thing on the screen and how often it changed."""

    version: int = 0
    text: str = field(default="", repr=False)


class Shown:
    """The screen's state. Used from the server's thread only."""

    def __init__(
        self,
        languages: Mapping[str, Language],
        on_change: Callable[[], None],
        voices: Voices | None = None,
        sounds: Sounds | None = None,
    ) -> None:
        """Starts with the page `starting` in the first of `languages`.

        Args:
            languages: The first is that of every new patient.
            on_change: Called when there is something new to tell.
            voices: What can be said aloud; None: nothing.
            sounds: What is heard without being asked for.
        """
        self._languages = languages
        self._voices = voices or Voices(None)
        self._sounds = sounds or Sounds()
        self._on_change = on_change
        self._default_tag = next(iter(languages))
        self._language = languages[self._default_tag]
        self._page = PageView("starting", 0)
        self._version = 0
        self._hint = ""
        self._entered = 0
        self._code = ""
        self._is_code_doubted = False
        self._left_s = 0
        self._moves: deque[Move] = deque(maxlen=_MOST_MOVES)
        self.moves_made = 0
        """Since the reader was started."""
        self.is_preview_wanted = False
        """Some browser has asked since the last camera picture. Other threads look at it, too."""
        self._jpeg = b""
        self._parts = {name: _Part() for name in ("page", "hint", "length", "code", "warning")}
        self._preview_version = 0
        self.show(self._page)

    @property
    def page(self) -> PageView:
        """The page that is shown."""
        return self._page

    @property
    def warned_turn(self) -> int | None:
        """As `Screen.warned_turn`; the one question that other threads ask here as well."""
        page, left_s = self._page, self._left_s
        return page.turn if left_s else None

    def move(self, move: Move) -> None:
        """Passes a key on, in order, to whoever follows closely enough.

        On a page without choices a key has nothing to go to, and may be a digit that came early;
        but before a visit it may be somebody who wants to be read to.
        """
        if not self._page.choices and self._page.name != "idle":
            return
        self._moves.append(move)
        self.moves_made += 1
        self._on_change()

    def offers(self, choice: str) -> bool:
        """Whether the patient can touch this now."""
        # What was on the page is heard too: the finger may have been on its way.
        is_asked = self._left_s > 0 and choice == MORE_TIME
        return is_asked or choice in self._page.choices

    def text_hash(self) -> bytes:
        """SHA-256 of the sentences on the page, without the one line that may hold a name."""
        model = page_model(self._page, self._language)
        sentences = [model["title"], *model["paragraphs"], *model["items"], *model["notices"]]
        sentences += [choice["text"] for choice in model["choices"]]
        return sha256("\n".join(sentences).encode()).digest()

    def show(self, page: PageView) -> None:
        """Puts a page in place of the one before; `idle` also brings the first language back."""
        if page.name == "idle":
            self._language = self._languages[self._default_tag]
        self._page = page
        self._hint = ""
        self._entered = 0
        self._code, self._is_code_doubted = "", False
        self._left_s = 0
        self._jpeg = b""
        # Keys that were pressed on another page press nothing here.
        self._moves.clear()
        self._write_all()

    def show_hint(self, turn: int, hint: str) -> None:
        """Changes the hint of the page."""
        if turn == self._page.turn and hint != self._hint:
            self._hint = hint
            self._write_hint()
            self._on_change()

    def show_pin_length(self, turn: int, entered: int) -> None:
        """Changes the number of digits entered."""
        if turn == self._page.turn:
            self._entered = entered
            self._write_length()
            self._on_change()

    def show_printed_code(self, turn: int, digits: str, *, is_doubted: bool) -> None:
        """Changes the digits of the printed code."""
        if turn == self._page.turn:
            self._code, self._is_code_doubted = digits, is_doubted
            self._write_code()
            self._on_change()

    def warn_of_end(self, turn: int, left_s: int) -> None:
        """Lays the warning over the page, or takes it away."""
        if turn == self._page.turn:
            self._left_s = left_s
            self._write_warning()
            self._on_change()

    def want_preview(self, seen: Seen) -> None:
        """A browser asks for the next camera picture."""
        seen.wants_preview = True
        self.is_preview_wanted = True

    def show_preview(self, turn: int, jpeg: bytes) -> None:
        """Replaces the camera picture."""
        if turn == self._page.turn:
            self._jpeg = jpeg
            self.is_preview_wanted = False
            self._preview_version = self._next_version()
            self._on_change()

    def speak(self, tag: str) -> None:
        """Writes everything in another language, if there is such a language."""
        language = self._languages.get(tag)
        if language is not None:
            self._language = language
            self._write_all()

    def news_for(self, seen: Seen) -> list[str | bytes]:
        """The messages this browser still has to get, and notes that it gets them."""
        news: list[str | bytes] = [
            part.text for name, part in self._parts.items() if seen.catch_up(name, part.version)
        ]
        if seen.wants_preview and self._jpeg and seen.catch_up("preview", self._preview_version):
            seen.wants_preview = False
            news.append(self._jpeg)
        return [*news, *self._moves_after(seen)]

    def _moves_after(self, seen: Seen) -> Iterator[str]:
        missed = min(self.moves_made - seen.moves, len(self._moves))
        seen.moves = self.moves_made
        for move in list(self._moves)[len(self._moves) - missed :]:
            yield json.dumps({"type": "move", "turn": self._page.turn, "to": move.value})

    def _write_all(self) -> None:
        labels = {name: self._language.text(f"label.{name}") for name in _LABELS}
        model = page_model(self._page, self._language)
        self._write(
            "page",
            {
                "type": "page",
                **model,
                "language": self._language.tag,
                "languages": [[each.tag, each.name] for each in self._languages.values()],
                "labels": labels,
                "spoken": spoken(model),
                "clips": self._voices.names | self._clips(*spoken(model), *labels.values()),
                "speaks": self._sounds.speaks,
                "chimes": self._sounds.chimes,
            },
        )
        self._write_hint()
        self._write_length()
        self._write_code()
        self._write_warning()
        self._on_change()

    def _clips(self, *texts: str) -> dict[str, str]:
        return self._voices.clips(self._language.tag, texts)

    def _write_hint(self) -> None:
        text = self._language.text(f"hint.{self._hint}") if self._hint else ""
        message = {
            "type": "hint",
            "turn": self._page.turn,
            "hint": self._hint,
            "text": text,
            "clips": self._clips(text),
        }
        self._write("hint", message)

    def _write_length(self) -> None:
        label = "label.entered" if self._page.name == "pin" else "label.digits_entered"
        text = self._language.text(label, entered=self._entered)
        message = {
            "type": "pin_length",
            "turn": self._page.turn,
            "entered": self._entered,
            "text": text,
            "clips": self._clips(text),
        }
        self._write("length", message)

    def _write_code(self) -> None:
        text = self._language.text("label.code_entered", entered=len(self._code))
        doubt = self._language.text("page.printed_code.doubt") if self._is_code_doubted else ""
        message = {
            "type": "printed_code",
            "turn": self._page.turn,
            "entered": len(self._code),
            "groups": printed_code_groups(self._code, self._language),
            "text": text,
            "doubt": doubt,
            "clips": self._clips(text, doubt),
        }
        self._write("code", message)

    def _write_warning(self) -> None:
        title = self._language.text("label.warning_title")
        text = self._language.text("label.warning_text", seconds=self._left_s)
        choice = self._language.text(f"choice.{MORE_TIME}")
        message = {
            "type": "warning",
            "turn": self._page.turn,
            "left_s": self._left_s,
            "title": title,
            "text": text,
            "choice": {"name": MORE_TIME, "text": choice},
            "clips": self._clips(title, text, choice),
        }
        self._write("warning", message)

    def _write(self, name: str, message: Mapping[str, object]) -> None:
        part = self._parts[name]
        part.version = self._next_version()
        part.text = json.dumps(message, ensure_ascii=False)

    def _next_version(self) -> int:
        self._version += 1
        return self._version
