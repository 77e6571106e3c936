"""The audit trail is written for one at a time, and a fault of one is none of the next."""

import threading
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest

from tests.agent.api.api_bench import ApiBench


@pytest.fixture
def api(tmp_path: Path) -> Iterator[ApiBench]:
    with ApiBench(tmp_path) as bench:
        yield bench


def take_along(api: ApiBench) -> httpx.Response:
    return api.call("GET", "/v1/audit-trail")


def asked_meanwhile(api: ApiBench, monkeypatch: pytest.MonkeyPatch) -> httpx.Response:
    """What is answered to whoever asks while the file is being written for another one."""
    answers: list[httpx.Response] = []
    write = api.export

    def ask_and_write(path: Path) -> None:
        monkeypatch.setattr(api, "export", write)
        answers.append(take_along(api))
        write(path)

    monkeypatch.setattr(api, "export", ask_and_write)
    assert take_along(api).content == b"PK"
    (meanwhile,) = answers
    return meanwhile


def test_one_is_written_at_a_time(api: ApiBench, monkeypatch: pytest.MonkeyPatch) -> None:
    meanwhile = asked_meanwhile(api, monkeypatch)
    assert meanwhile.status_code == HTTPStatus.CONFLICT
    assert meanwhile.json()["detail"] == "the file is being written already; ask again later"
    assert take_along(api).content == b"PK", "and then the next one"


def test_two_at_a_time_would_be_found_out(api: ApiBench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: room for two."""
    monkeypatch.setattr("agent.api.audit._turn", threading.Semaphore(2))
    assert asked_meanwhile(api, monkeypatch).content == b"PK"


def test_one_that_fails_is_no_hindrance_to_the_next(
    api: ApiBench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folders = tmp_path / "temporary"
    folders.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folders))

    def fail(path: Path) -> None:
        path.write_bytes(b"PK")
        raise OSError(28, "No space left on device", str(path))

    with monkeypatch.context() as broken:
        broken.setattr(api, "export", fail)
        assert take_along(api).status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert list(folders.iterdir()) == []
    assert take_along(api).content == b"PK"
