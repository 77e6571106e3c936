"""Fetching from a real server: what is right gets in, whatever is wrong leaves nothing behind."""

import bz2
import io
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from device.face.bundle import read_embedder
from device.factory.__main__ import main
from device.factory.bundle import downloading, recipe
from tests.device.factory import tiny_resnet
from tests.device.factory.bundle.https_server import Publisher, publishing

RECIPE = """
summary = "a network without a teacher"
conversion = "dlib-resnet"
[licence]
id = "CC0-1.0"
address = "https://example.org/LICENSE"
holder = "nobody"
remark = "taught on nothing"
[file]
size_bytes = {size}
{file_sum}
{sources}
[bundle.model]
input_px = 35
embedding_length = 16
[bundle.alignment]
landmarks = "eyes-nose-mouth"
template = [[10, 10], [25, 10], [17, 17], [12, 25], [23, 25]]
[bundle.decision]
space = "network"
metric = "cosine"
threshold = "made-up"
[[bundle.thresholds]]
id = "made-up"
value = 0.9
fmr = 0.1
population = "nobody"
"""
MEMBER = "models/tiny.dat"


@dataclass
class Maker:
    """Somebody at the command line, with a recipe of one file."""

    publisher: Publisher
    dat: bytes
    folder: Path
    monkeypatch: pytest.MonkeyPatch

    @property
    def models(self) -> Path:
        return self.folder / "models"

    def source(self, path: str, download: bytes, *more: str, summed: bool = True) -> str:
        lines = [
            "[[sources]]",
            f'address = "{self.publisher.address(path)}"',
            'known_from = "the test"',
            "is_fetched = true",
            *more,
        ]
        if summed:
            lines += [f"size_bytes = {len(download)}", f'sha256 = "{sha256(download).hexdigest()}"']
        return "\n".join(lines)

    def writes(self, *sources: str, file: bytes | None = None) -> None:
        file = self.dat if file is None else file
        text = RECIPE.format(
            size=len(file),
            file_sum=f'sha256 = "{sha256(file).hexdigest()}"',
            sources="\n".join(sources),
        )
        (self.folder / "recipes" / "tiny.toml").write_text(text)

    def fetches(self, *options: str) -> int:
        asked = ["factory", "bundle", "fetch", "tiny", "--models", str(self.models), *options]
        self.monkeypatch.setattr(sys, "argv", asked)
        return main()

    def is_left_with_nothing(self) -> bool:
        return not list(self.models.iterdir()) and not list((self.folder / "temp").iterdir())


@pytest.fixture
def maker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Maker]:
    for name in ("models", "recipes", "temp"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(recipe, "RECIPES_FOLDER", tmp_path / "recipes")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temp"))
    monkeypatch.setattr(tiny_resnet, "LENGTH", 16)
    with publishing(tmp_path) as publisher:
        monkeypatch.setenv("SSL_CERT_FILE", str(publisher.certificate))
        yield Maker(publisher, tiny_resnet.TinyResnet().dat(), tmp_path, monkeypatch)


def archive(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as packed:
        for path in ("README", name):
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            packed.addfile(entry, io.BytesIO(content))
    return file.getvalue()


@pytest.mark.parametrize("packing", ["none", "bz2", "tar.gz"])
def test_a_published_network_becomes_an_installed_bundle(
    maker: Maker, packing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    packed = {
        "none": maker.dat,
        "bz2": bz2.compress(maker.dat),
        "tar.gz": archive(MEMBER, maker.dat),
    }[packing]
    member = [f'member = "{MEMBER}"'] * (packing == "tar.gz")
    maker.publisher.files["tiny"] = packed
    maker.writes(maker.source("tiny", packed, f'packing = "{packing}"', *member))
    assert maker.fetches() == 0
    said = capsys.readouterr().out
    assert 'embedder = "tiny"' in said
    assert "not calibrated: run calibrate" in said
    bundle = read_embedder(maker.models / "tiny")
    assert (bundle.name, bundle.embedding_length) == ("tiny", 16)
    text = (maker.models / "tiny" / "bundle.toml").read_text()
    assert "# CC0-1.0, nobody: https://example.org/LICENSE" in text
    assert f'sha256 = "{sha256(bundle.content).hexdigest()}"' in text
    assert not list((maker.folder / "temp").iterdir())


def test_a_redirect_to_another_https_address_is_followed(maker: Maker) -> None:
    maker.publisher.files["here"] = maker.dat
    maker.publisher.redirects["there"] = maker.publisher.address("here")
    maker.writes(maker.source("there", maker.dat))
    assert maker.fetches() == 0


def test_the_next_address_is_used_where_one_cannot_be_reached(
    maker: Maker, caplog: pytest.LogCaptureFixture
) -> None:
    maker.publisher.files["here"] = maker.dat
    maker.writes(maker.source("gone", maker.dat), maker.source("here", maker.dat))
    assert maker.fetches() == 0
    assert "another address was used" in caplog.text


def test_a_wrong_file_at_the_first_address_is_not_passed_over(
    maker: Maker, capsys: pytest.CaptureFixture[str]
) -> None:
    maker.publisher.files |= {"other": maker.dat[::-1], "here": maker.dat}
    maker.writes(maker.source("other", maker.dat), maker.source("here", maker.dat))
    assert maker.fetches() == 1
    assert "is another file" in capsys.readouterr().err
    assert maker.is_left_with_nothing()


def published_wrongly(publisher: Publisher, dat: bytes) -> None:
    """Every way at a path of its own."""
    publisher.files |= {
        "other": dat[::-1],
        "longer": dat + b"?",
        "longer-unannounced": dat + bytes(1 << 20),
        "cut": dat,
        "shorter": dat[:-1],
    }
    publisher.unannounced.add("longer-unannounced")
    publisher.cut_after["cut"] = len(dat) // 2
    publisher.redirects |= {
        "to-http": f"http://127.0.0.1:{publisher.port}/other",
        "to-file": "file:///etc/hostname",
        "round": publisher.address("round"),
    }
    publisher.endless.add("endless")
    publisher.silent.add("silent")


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("other", "is another file: its sha256 is not"),
        ("longer", "is larger than it may be"),
        ("longer-unannounced", "is larger than it may be"),
        ("endless", "takes too long"),
        ("silent", "timed out"),
        ("cut", "bytes; try again"),
        ("shorter", "bytes; try again"),
        ("to-http", "leads away from HTTPS"),
        ("to-file", "is not allowed"),
        ("round", "infinite loop"),
        ("missing", "Not Found"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_left_behind(
    maker: Maker, path: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    maker.monkeypatch.setattr(downloading, "LONGEST_S", 0.5)
    maker.monkeypatch.setattr(downloading, "LONGEST_SILENCE_S", 1.0)
    published_wrongly(maker.publisher, maker.dat)
    maker.writes(maker.source(path, maker.dat))
    assert maker.fetches() == 1
    assert sentence in capsys.readouterr().err
    assert maker.is_left_with_nothing()


def test_a_server_whom_nobody_vouches_for_is_not_believed(
    maker: Maker, capsys: pytest.CaptureFixture[str]
) -> None:
    maker.publisher.files["tiny"] = maker.dat
    maker.writes(maker.source("tiny", maker.dat))
    maker.monkeypatch.delenv("SSL_CERT_FILE")
    assert maker.fetches() == 1
    assert "CERTIFICATE_VERIFY_FAILED" in capsys.readouterr().err
    assert maker.is_left_with_nothing()


@pytest.mark.parametrize(
    ("packing", "more", "sentence"),
    [
        ("tar.gz", b"", "cannot be unpacked"),
        ("bz2", b"", "another file"),
        ("bz2", b"?", "larger than it may be"),
    ],
)
def test_a_good_sum_over_a_bad_packing_is_refused(
    maker: Maker, packing: str, more: bytes, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The author of a recipe may be wrong too: what is within has a size and a sum of its own."""
    packed = (
        archive("elsewhere", maker.dat)
        if packing == "tar.gz"
        else bz2.compress(maker.dat[::-1] + more)
    )
    member = [f'member = "{MEMBER}"'] * (packing == "tar.gz")
    maker.publisher.files["tiny"] = packed
    maker.writes(maker.source("tiny", packed, f'packing = "{packing}"', *member))
    assert maker.fetches() == 1
    assert sentence in capsys.readouterr().err
    assert maker.is_left_with_nothing()


def test_a_right_sum_of_something_that_is_no_network_is_refused(
    maker: Maker, capsys: pytest.CaptureFixture[str]
) -> None:
    page = b"<html>sign in first</html>"
    maker.publisher.files["tiny"] = page
    maker.writes(maker.source("tiny", page), file=page)
    assert maker.fetches() == 1
    assert "no integer at byte 0 of the model file" in capsys.readouterr().err
    assert maker.is_left_with_nothing()


def test_a_file_whose_sum_nobody_published_needs_one(
    maker: Maker, capsys: pytest.CaptureFixture[str]
) -> None:
    maker.publisher.files["tiny"] = maker.dat
    maker.writes(maker.source("tiny", maker.dat, summed=False))
    assert maker.fetches() == 1
    assert "name its sum by --sha256" in capsys.readouterr().err
    assert maker.fetches("--sha256", "0" * 64) == 1
    assert "is another file" in capsys.readouterr().err
    assert maker.is_left_with_nothing()
    assert maker.fetches("--sha256", sha256(maker.dat).hexdigest()) == 0


def test_a_known_sum_is_not_replaced_by_another(
    maker: Maker, capsys: pytest.CaptureFixture[str]
) -> None:
    maker.publisher.files["tiny"] = maker.dat[::-1]
    maker.writes(maker.source("tiny", maker.dat))
    assert maker.fetches("--sha256", sha256(maker.dat[::-1]).hexdigest()) == 1
    assert "knows another sum" in capsys.readouterr().err


def test_what_is_installed_is_not_even_downloaded(
    maker: Maker, capsys: pytest.CaptureFixture[str]
) -> None:
    (maker.models / "tiny").mkdir()
    maker.writes(maker.source("missing", maker.dat))
    assert maker.fetches() == 1
    assert "installed already" in capsys.readouterr().err
