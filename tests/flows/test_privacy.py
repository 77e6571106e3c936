"""After whole visits by face and PIN: what lies on the disks of reader and PC."""

from pathlib import Path

from tests.flows.desk import Desk
from tests.hw_sim.camera_patient import PEOPLE
from tests.hw_sim.card.catalog import TARO

ALLOWED = ("reception", "card_camera", "camera", "keys")
"""How folders begin that the world brings or is meant to have: the file for the reception
software, the pictures before both cameras, the bench's own keys."""


def traces(folder: Path) -> dict[str, bytes]:
    """Every file that reader and agent wrote or could have written."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.relative_to(folder).parts[0].startswith(ALLOWED)
    }


def personal() -> dict[str, bytes]:
    """What must be in none of them."""
    portrait = (PEOPLE / "taro" / "portrait.jp2").read_bytes()
    live = (PEOPLE / "taro" / "live" / "000.jpg").read_bytes()
    family_name = TARO.name.split("\u3000")[0]
    return {
        "name in UTF-8": family_name.encode(),
        "name in Shift_JIS": family_name.encode("cp932"),
        "12-digit number": TARO.my_number.encode(),
        "photo of the chip": portrait[200:264],
        "picture of the camera": live[700:764],
        "printed code": f"{TARO.printed_birth_digits}2035{TARO.security_code}".encode(),
    }


def found(files: dict[str, bytes]) -> list[str]:
    """Which personal datum lies in which file."""
    return [
        f"{what} in {name}"
        for name, content in files.items()
        for what, datum in personal().items()
        if datum in content
    ]


def test_nothing_personal_is_left_on_any_disk(desk: Desk) -> None:
    desk.bench.show_face("taro")
    desk.complete_visit()
    desk.complete_visit(method="face")
    desk.wait_until(lambda: not found(traces(desk.bench.folder)), "the purge of what was delivered")
    assert len(traces(desk.bench.folder)) > 5


def test_the_search_finds_what_a_careless_program_would_leave(desk: Desk) -> None:
    """Negative control: each datum, planted where a log would be."""
    folder = desk.bench.folder
    for what, datum in personal().items():
        planted = folder / "planted.log"
        planted.write_bytes(b"2026-11-22 visit of " + datum + b" done\n")
        assert found(traces(folder)) == [f"{what} in planted.log"]
        planted.unlink()


def test_the_12_digit_number_never_left_the_card(desk: Desk) -> None:
    desk.complete_visit(method="face")
    assert not desk.card.has_disclosed_my_number
