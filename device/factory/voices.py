"""Records the voice of the screen with espeak-ng, or lists the sentences for somebody to speak.

A clip that is there stays, unless its sentence has changed: whoever replaces clips by a better
voice keeps them. Needs the Debian packages espeak-ng and opus-tools.
"""

import argparse
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import which

from device.factory.errors import FactoryError
from device.screen.language import LANGUAGES_FOLDER, Language, load_language
from device.screen.voices import INDEX, NAME_KEY, clip_name, sentences

NAME = "voices"
_WORDS_A_MINUTE = "140"
"""Slower than the 175 of espeak-ng: many who listen are old."""
_BITRATE = "24"
"""kbit/s; a sentence of three seconds has 9 kB."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks a language."""

    name: str
    """Of espeak-ng."""
    spoken: str = ""
    """The language file that is read in place of this one: espeak-ng knows no kanji."""


VOICES = {
    "en": Voice("en-gb"),
    "es": Voice("es-419"),
    "id": Voice("id"),
    "ja": Voice("ja", spoken="ja-x-easy"),
    "ja-x-easy": Voice("ja"),
    "ko": Voice("ko"),
    "my": Voice("my"),
    "ne": Voice("ne"),
    "pt": Voice("pt-br"),
    # It has no Tagalog; Indonesian is read by nearly the same rules.
    "tl": Voice("id"),
    "vi": Voice("vi"),
    "zh-Hans": Voice("cmn"),
    "zh-Hant": Voice("cmn"),
}
_OWN_NAME = clip_name(NAME_KEY, {})
_NAMES_IN_KANA = {"ja": "にほんご"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    parser.add_argument("task", choices=("record", "list"), help="what to do")
    parser.add_argument("--folder", type=Path, help="where the clips lie ([screen] voices)")
    parser.add_argument(
        "--language", action="append", choices=sorted(VOICES), help="one of them; else all"
    )


def run(arguments: argparse.Namespace) -> None:
    """Does it and says so."""
    tags = arguments.language or sorted(VOICES)
    if arguments.task == "list":
        for tag in tags:
            for text, name in _names(_load(tag)).items():
                print(f"{tag}/{name}\t{text}")  # noqa: T201 - a command's answer
        return
    if arguments.folder is None:
        raise FactoryError("say with --folder where the clips shall lie")
    if missing := [program for program in ("espeak-ng", "opusenc") if which(program) is None]:
        raise FactoryError(f"install espeak-ng and opus-tools: {missing[0]} is missing")
    for tag in tags:
        made = record(tag, arguments.folder / tag)
        print(f"{tag}: {made} sentences recorded")  # noqa: T201 - a command's answer


def record(tag: str, folder: Path) -> int:
    """Records what is missing or has changed.

    Args:
        tag: of the language.
        folder: of its clips; made where it is missing.

    Returns:
        How many sentences were recorded.

    Raises:
        FactoryError: espeak-ng, opusenc or the disk refuses.
    """
    voice = VOICES[tag]
    names = _names(_load(tag))
    spoken = {name: text for text, name in _sentences(_load(voice.spoken or tag))}
    spoken[_OWN_NAME] = _NAMES_IN_KANA.get(tag, _load(tag).name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        wanted = names.items() - _kept(folder).items()
        for _, name in sorted(wanted):
            _speak(voice, spoken[name], folder / name)
        lines = json.dumps(names, ensure_ascii=False, indent=0)
        (folder / INDEX).write_text(lines, encoding="utf-8")
    except OSError as error:
        raise FactoryError(f"{error.filename}: {error.strerror}") from error
    return len(wanted)


def _load(tag: str) -> Language:
    return load_language(LANGUAGES_FOLDER / f"{tag}.toml")


def _names(language: Language) -> dict[str, str]:
    """The file of each sentence; sentences of several keys that read alike share one."""
    names: dict[str, str] = {}
    for text, name in _sentences(language):
        names.setdefault(text, name)
    return names


def _sentences(language: Language) -> Iterator[tuple[str, str]]:
    yield language.name, _OWN_NAME
    for key, values in sentences(language):
        yield language.text(key, **values), clip_name(key, values)


def _kept(folder: Path) -> dict[str, str]:
    """The sentences that have their clip already, each with its file."""
    index = folder / INDEX
    if not index.exists():
        return {}
    present = {path.name for path in folder.iterdir()}
    files: dict[str, str] = json.loads(index.read_text(encoding="utf-8"))
    return {text: name for text, name in files.items() if name in present}


def _speak(voice: Voice, text: str, clip: Path) -> None:
    speech = _run(["espeak-ng", "-v", voice.name, "-s", _WORDS_A_MINUTE, "--stdout"], text.encode())
    encoder = ["opusenc", "--quiet", "--bitrate", _BITRATE, "-", str(clip)]
    _run(encoder, speech)


def _run(command: list[str], given: bytes) -> bytes:
    done = subprocess.run(command, input=given, capture_output=True, check=False)
    if done.returncode:
        raise FactoryError(f"{command[0]}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout
