"""The search for a patient's traces finds each in every form, and nothing in clean bytes."""

import base64
import gzip
import io
import json
import pickle
import random
import secrets
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image as PillowImage

from device.face.image import PhotoDecoder
from device.face.port import Values
from device.face.preview import preview_jpeg
from hostlink import codec
from hostlink.message_stream import envelop
from hostlink.messages import Ping, SignedResult, VisitOptions
from tests.flows.canary_face import CanaryFace
from tests.flows.canary_patient import CanaryPatient, Pixels
from tests.flows.canary_search import CanarySearch, but_for_the_options
from tests.hw_sim.card.catalog import TARO
from tests.hw_sim.faces import FaceReader

LOG = b"2026-11-22 10:14:03 INFO device.jobs.face: turn 7 ended with %b after 1234.5 ms\n"


@pytest.fixture(scope="module")
def search() -> CanarySearch:
    patient = CanaryPatient.like("taro")
    return CanarySearch(patient, TARO, CanaryFace(FaceReader(), patient))


def file_of(picture: Pixels, kind: str) -> bytes:
    written = io.BytesIO()
    PillowImage.fromarray(picture).save(written, kind)
    return written.getvalue()


def middle(search: CanarySearch, number: int) -> Pixels:
    return search.patient.pictures[number][160:320, 240:400]


def decoded(photo: bytes) -> Pixels:
    with PhotoDecoder() as decoder:
        return decoder.decode(photo)


PLAIN: dict[str, Callable[[CanarySearch], bytes]] = {
    "a frame": lambda s: middle(s, 1).tobytes(),
    "a mirrored frame, blue first": lambda s: middle(s, 1)[:, ::-1, ::-1].tobytes(),
    "a grey frame": lambda s: PillowImage.fromarray(middle(s, 2)).convert("L").tobytes(),
    "a network's input": lambda s: middle(s, 0).astype(np.float32).tobytes(),
    "the photo of the chip": lambda s: s.patient.photo,
    "a piece of it": lambda s: s.patient.photo[2560:2816],
    "its pixels": lambda s: decoded(s.patient.photo)[..., 0].tobytes(),
    "a preview": lambda s: preview_jpeg(s.patient.pictures[3]),
    "the photo's embedding": lambda s: s.face.embeddings[0].tobytes(),
    "a picture's, exactly": lambda s: s.face.embeddings[1].astype(np.float64).tobytes(),
    "a picture's, roughly": lambda s: s.face.embeddings[1].astype(np.float16).tobytes(),
    "a mean, not aligned": lambda s: b"..." + s.face.embeddings[1:3].mean(axis=0).tobytes(),
    "an embedding of length 1": lambda s: unit(s.face.embeddings[2]).tobytes(),
    "printed": lambda s: str(s.face.embeddings[1].tolist()).encode(),
    "printed by numpy": lambda s: str(s.face.embeddings[1]).encode(),
    "printed briefly": lambda s: b",".join(b"%.2f" % each for each in s.face.embeddings[0]),
    "a JPEG of a frame": lambda s: file_of(middle(s, 0), "JPEG"),
    "a PNG of a frame": lambda s: file_of(middle(s, 0), "PNG"),
    "a JPEG 2000 of a frame": lambda s: file_of(middle(s, 0), "JPEG2000"),
    "a WebP of a frame": lambda s: file_of(middle(s, 0), "WebP"),
    "a TIFF of a frame": lambda s: file_of(middle(s, 0), "TIFF"),
}
WRAPPED: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda plain: plain,
    "base64": base64.b64encode,
    "base64 for addresses": base64.urlsafe_b64encode,
    "base64 in lines": base64.encodebytes,
    "hex": lambda plain: plain.hex().encode(),
    "a dump": lambda plain: plain.hex(" ").upper().encode(),
    "as Python prints it": lambda plain: repr(plain).encode(),
    "as JSON": lambda plain: json.dumps(plain.decode("latin-1")).encode(),
    "a list": lambda plain: str(list(plain)).encode(),
    "pickled": pickle.dumps,
    "gzip": gzip.compress,
}


BORN = f"{TARO.birth_date:%Y%m%d}"
OPTIONS = VisitOptions(bytes(16), "", True, (), (), birthdate=BORN)
FIELD = b"\x07\x68" + BORN.encode()
"""As the birth date stands in `VisitOptions`."""
ELSEWHERE = {
    "another field": envelop(codec.encode(replace(OPTIONS, patient_name=BORN))),
    "another message": envelop(codec.encode(SignedResult(1, b"..." + FIELD))),
    "a message whose end is missing": (100).to_bytes(4, "big") + codec.encode(OPTIONS),
}


def unit(values: Values) -> Values:
    return np.asarray(values / np.linalg.norm(values), np.float32)


@pytest.mark.parametrize("form", PLAIN)
def test_a_face_is_found_in_every_form(search: CanarySearch, form: str) -> None:
    assert search.face_in(LOG % PLAIN[form](search))


@pytest.mark.parametrize("way", WRAPPED)
@pytest.mark.parametrize("form", ["a piece of it", "the photo's embedding"])
def test_and_however_it_is_wrapped(search: CanarySearch, form: str, way: str) -> None:
    assert search.face_in(LOG % WRAPPED[way](PLAIN[form](search)))


@pytest.mark.parametrize(
    "written",
    ["PIN %s", "pin=%r", "%s", "[%s]", "{'pin': '%s'}", "\\x00\\x20\\x00\\x98\\x04%s"],
)
def test_the_pin_is_found(search: CanarySearch, written: str) -> None:
    assert search.pin_in(LOG % (written % search.patient.pin).encode())


@pytest.mark.parametrize("separator", [",", ", ", " ", "', '"])
def test_so_are_its_digits_in_a_row(search: CanarySearch, separator: str) -> None:
    assert search.pin_in(LOG % separator.join(search.patient.pin).encode())


def test_so_is_the_command_that_carries_it(search: CanarySearch) -> None:
    command = b"\x00\x20\x00\x98\x04" + search.patient.pin.encode()
    for way in ("plain", "hex", "a dump", "as Python prints it", "a list"):
        assert search.pin_in(LOG % WRAPPED[way](command + bytes(20))), way


def test_the_birth_date_is_found_in_messages_but_for_its_own_field(search: CanarySearch) -> None:
    known = envelop(codec.encode(OPTIONS))
    assert search.birth_date_in(known)
    ping = envelop(codec.encode(Ping(bytes(8))))
    kept = but_for_the_options(ping + known + ping)
    assert not search.birth_date_in(kept)
    assert kept.startswith(ping)
    assert kept.endswith(ping)


@pytest.mark.parametrize("way", [*ELSEWHERE])
def test_anywhere_else_in_messages_it_is_found(search: CanarySearch, way: str) -> None:
    assert search.birth_date_in(but_for_the_options(ELSEWHERE[way]))


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "utf-16-le", "unicode_escape"])
def test_name_and_birth_date_are_found(search: CanarySearch, encoding: str) -> None:
    told = f"{TARO.name} {TARO.birth_date}".encode(encoding)
    assert search.name_in(LOG % told)
    assert search.birth_date_in(LOG % told.replace(b"\0", b""))


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "utf-16-le"])
@pytest.mark.parametrize(
    "written",
    [
        TARO.my_number,
        " ".join(TARO.my_number[at : at + 4] for at in (0, 4, 8)),
        ", ".join(TARO.my_number),
        TARO.my_number.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
    ],
)
def test_the_12_digit_number_is_found(search: CanarySearch, written: str, encoding: str) -> None:
    told = LOG % f"番号 {written}".encode(encoding)
    assert search.number_in(told) == {"the 12-digit number"}
    assert search.number_in(LOG % base64.b64encode(told * 3))


def test_nothing_is_found_in_what_is_clean(search: CanarySearch) -> None:
    stranger = CanaryPatient.like("hanako").pictures[0][160:320, 240:400]
    noise = secrets.token_bytes(300_000)
    numbers = np.random.default_rng().normal(0, 0.1, 5000)
    digits = "".join(random.choices("0123456789abcdef", k=20_000)).encode()
    for clean in (noise, digits, stranger.tobytes(), str(numbers.tolist()).encode(), LOG * 50):
        assert search.anything_in(clean) == set()


def test_a_stranger_has_another_embedding(search: CanarySearch) -> None:
    stranger = CanaryPatient.like("hanako")
    values = CanaryFace(FaceReader(), stranger).embeddings[1]
    assert search.face_in(values.tobytes()) == set()
