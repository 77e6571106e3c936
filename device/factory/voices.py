"""Records the voice of the screen with espeak-ng, or lists the sentences for somebody to speak.

A clip that is there stays, unless its sentence has changed since it was recorded: whoever brings
clips of a better voice keeps them. Needs the Debian packages espeak-ng and opus-tools, and for
Japanese mecab and mecab-ipadic-utf8, which tell how its sentences are pronounced.
"""

import argparse
import json
import subprocess
from collections.abc import Iterator, Mapping
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
    reader: tuple[str, ...] = ()
    """Program that writes the sentence as it is pronounced: espeak-ng knows no kanji."""


VOICES = {
    "en": Voice("en-gb"),
    "es": Voice("es-419"),
    "id": Voice("id"),
    # The ninth field of ipadic is the pronunciation; what it does not know stands as it is.
    "ja": Voice("ja", ("mecab", "--node-format=%f[8]", "--unk-format=%m", "--eos-format=\n")),
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
    programs = ["espeak-ng", "opusenc", *(each for tag in tags for each in VOICES[tag].reader[:1])]
    if missing := [program for program in programs if which(program) is None]:
        raise FactoryError(f"{missing[0]} is missing; docs/HARDWARE.md names what to install")
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
    voice, names = VOICES[tag], _names(_load(tag))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        index, made = _kept(folder, names), 0
        for text, name in names.items():
            if text not in index:
                _speak(voice, text, folder / name)
                index[text], made = name, made + 1
                # At once: a recording that breaks off goes on where it was.
                _write_index(folder, index)
        _write_index(folder, index)
    except OSError as error:
        raise FactoryError(f"{error.filename}: {error.strerror}") from error
    return made


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


def _kept(folder: Path, names: Mapping[str, str]) -> dict[str, str]:
    """The sentences whose clip is there and says them, as far as anybody can tell.

    A file of which no index says what it was recorded for was put there by somebody.
    """
    present = {path.name for path in folder.iterdir()}
    recorded = {name: text for text, name in _read_index(folder).items()}
    return {
        text: name
        for text, name in names.items()
        if name in present and recorded.get(name, text) == text
    }


def _read_index(folder: Path) -> dict[str, str]:
    index = folder / INDEX
    if not index.exists():
        return {}
    try:
        files: dict[str, str] = json.loads(index.read_text(encoding="utf-8"))
        return {str(text): str(name) for text, name in files.items()}
    except (ValueError, AttributeError) as error:
        raise FactoryError(
            f"{index} is damaged; delete it to keep all clips as they are"
        ) from error


def _write_index(folder: Path, index: Mapping[str, str]) -> None:
    lines = json.dumps(index, ensure_ascii=False, indent=0)
    (folder / INDEX).write_text(lines, encoding="utf-8")


def _speak(voice: Voice, text: str, clip: Path) -> None:
    said = _run(list(voice.reader), text.encode()) if voice.reader else text.encode()
    speech = _run(["espeak-ng", "-v", voice.name, "-s", _WORDS_A_MINUTE, "--stdout"], said)
    encoder = ["opusenc", "--quiet", "--bitrate", _BITRATE, "-", str(clip)]
    _run(encoder, speech)


def _run(command: list[str], given: bytes) -> bytes:
    done = subprocess.run(command, input=given, capture_output=True, check=False)
    if done.returncode:
        raise FactoryError(f"{command[0]}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout
