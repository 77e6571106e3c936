import stat
from pathlib import Path

import pytest

from device.screen.access_token import read_or_make_token


def test_a_new_token_lies_in_a_file_for_this_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "token"
    token = read_or_make_token(path)
    assert path.read_text() == token
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(token) == 43
    assert list(tmp_path.iterdir()) == [path]


def test_it_stays_the_same_while_the_file_lives(tmp_path: Path) -> None:
    path = tmp_path / "token"
    assert read_or_make_token(path) == read_or_make_token(path)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660])
def test_a_token_that_others_may_have_read_is_replaced(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "token"
    first = read_or_make_token(path)
    path.chmod(mode)
    assert read_or_make_token(path) != first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["", "short", "x" * 44, "あ" * 43])
def test_something_else_in_the_file_is_replaced(tmp_path: Path, text: str) -> None:
    path = tmp_path / "token"
    path.touch(0o600)
    path.write_text(text)
    assert read_or_make_token(path) != text


def test_a_link_to_another_file_is_not_followed(tmp_path: Path) -> None:
    elsewhere, path = tmp_path / "elsewhere", tmp_path / "token"
    planted = read_or_make_token(elsewhere)
    path.symlink_to(elsewhere)
    assert read_or_make_token(path) != planted
    assert elsewhere.read_text() == planted
