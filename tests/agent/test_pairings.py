"""What an agent keeps of its pairing, whatever a power cut leaves of it."""

from pathlib import Path

import msgspec
import pytest

from agent.config import ONLY_COUNTER
from agent.errors import ConfigError
from agent.link import paired_end
from agent.pairings import NewIdentity, Pairing, Pairings
from tests.agent.world import TODAY
from tests.device.pinpad.fake_disk import crashes
from tests.device.recorded_disk import lay_out, recorded, told_apart
from tests.hostlink.paired_ends import SECRET, certificate_of
from tests.hostlink.pki import READER, UEID
from tests.hostlink.samples import AGENT_HELLO

READER_CERTIFICATE = certificate_of(READER)


def paired(pairings: Pairings, ueid: bytes = UEID, counter: str = ONLY_COUNTER) -> Pairing:
    identity = NewIdentity.make(TODAY)
    made = Pairing(ueid, SECRET, identity.name, READER_CERTIFICATE, counter)
    pairings.keep(made, identity)
    return made


def works(folder: Path, pairing: Pairing) -> bool:
    """Whether a session could begin with it."""
    end = paired_end(Pairings(folder), pairing, lambda _: AGENT_HELLO)
    return end.secret == SECRET and end.server_name is not None


def test_without_one_the_sentence_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="agent pair"):
        Pairings(tmp_path / "pairings").at(ONLY_COUNTER)


def test_it_is_there_again(tmp_path: Path) -> None:
    made = paired(Pairings(tmp_path))
    assert Pairings(tmp_path).at(ONLY_COUNTER) == made
    assert works(tmp_path, made)


def test_it_is_for_this_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "pairings"
    paired(Pairings(folder))
    assert folder.stat().st_mode & 0o777 == 0o700
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o077 == 0, path


def test_pairing_again_replaces_and_leaves_no_key_behind(tmp_path: Path) -> None:
    pairings = Pairings(tmp_path)
    paired(pairings)
    again = paired(pairings)
    assert pairings.at(ONLY_COUNTER) == again
    assert len(list(tmp_path.glob("*.pem"))) == 1


def test_several_readers_are_told_apart_in_a_sentence(tmp_path: Path) -> None:
    pairings = Pairings(tmp_path)
    paired(pairings)
    paired(pairings, ueid=b"another reader")
    with pytest.raises(ConfigError, match=b"another reader".hex()):
        pairings.at(ONLY_COUNTER)


def test_of_two_at_a_counter_the_later_counts_and_none_comes_back(tmp_path: Path) -> None:
    """A power cut came after the new reader was kept and before the old one was forgotten."""
    pairings = Pairings(tmp_path)
    old = paired(pairings)
    identity = NewIdentity.make(TODAY)
    new = Pairing(b"\0 sorts first", SECRET, identity.name, READER_CERTIFICATE, generation=1)
    pairings.keep(new, identity)
    assert pairings.at(ONLY_COUNTER) == new
    assert pairings.all_at(ONLY_COUNTER) == (old, new)
    assert works(tmp_path, new)
    pairings.forget_all_at(ONLY_COUNTER)
    assert list(tmp_path.iterdir()) == []


def test_each_counter_has_its_reader(tmp_path: Path) -> None:
    pairings = Pairings(tmp_path)
    first = paired(pairings, counter="1番窓口")
    second = paired(pairings, ueid=b"another reader", counter="2番窓口")
    assert pairings.at("1番窓口") == first
    assert pairings.at("2番窓口") == second
    with pytest.raises(ConfigError, match="at 3番窓口 yet"):
        pairings.at("3番窓口")
    moved = paired(pairings, counter="3番窓口")
    assert pairings.at("3番窓口") == moved
    with pytest.raises(ConfigError):
        pairings.at("1番窓口")


def test_a_pairing_from_before_there_were_counters_is_the_only_one(tmp_path: Path) -> None:
    pairings = Pairings(tmp_path)
    made = paired(pairings)
    (path,) = tmp_path.glob("*.pairing")
    fields = msgspec.json.decode(path.read_bytes())
    del fields["counter"]
    path.write_bytes(msgspec.json.encode(fields))
    assert pairings.at(ONLY_COUNTER) == made


def test_forgotten_it_leaves_nothing(tmp_path: Path) -> None:
    pairings = Pairings(tmp_path)
    pairings.forget(paired(pairings))
    assert list(tmp_path.iterdir()) == []


def test_the_secret_is_not_printed(tmp_path: Path) -> None:
    printed = repr(paired(Pairings(tmp_path)))
    assert SECRET.hex() not in printed
    assert repr(SECRET) not in printed


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff" * 100, b"[" * 100_000])
def test_a_damaged_file_is_told_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    paired(Pairings(tmp_path))
    (path,) = tmp_path.glob("*.pairing")
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="pair the reader again"):
        Pairings(tmp_path).at(ONLY_COUNTER)


def test_an_identity_outside_the_folder_is_damage(tmp_path: Path) -> None:
    pairings = Pairings(tmp_path / "pairings")
    made = paired(pairings)
    (path,) = (tmp_path / "pairings").glob("*.pairing")
    path.write_bytes(
        msgspec.json.encode(msgspec.structs.replace(made, identity="../elsewhere.pem"))
    )
    with pytest.raises(ConfigError, match="damaged"):
        pairings.at(ONLY_COUNTER)


def test_without_its_key_it_is_to_be_paired_again(tmp_path: Path) -> None:
    pairings = Pairings(tmp_path)
    made = paired(pairings)
    pairings.identity_of(made).unlink()
    with pytest.raises(ConfigError, match="pair it again"):
        paired_end(pairings, made, lambda _: AGENT_HELLO)


def test_after_each_power_cut_a_renewal_leaves_a_pairing_that_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "pairings"
    folder.mkdir()
    with recorded(folder, monkeypatch) as disk:
        pairings = Pairings(folder)
        before = paired(pairings)
        disk.mark("before")
        after = paired(pairings)
        disk.mark("after")
    seen = set()
    # Most cuts leave a disk as others do, and each disk is looked at once.
    disks: dict[frozenset[tuple[str, bytes]], Pairing] = {}
    for crash in crashes(disk):
        if not crash.marks:
            continue
        found = told_apart(crash)
        if found not in disks:
            laid = tmp_path / f"after-{len(disks)}"
            lay_out(crash, laid)
            disks[found] = Pairings(laid).at(ONLY_COUNTER)
            assert works(laid, disks[found])
        left = disks[found]
        assert left == after or (crash.marks[-1] == "before" and left == before)
        seen.add(left.identity)
    assert seen == {before.identity, after.identity}
