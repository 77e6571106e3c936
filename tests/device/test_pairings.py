"""What a reader keeps of its pairings, whatever a power cut leaves of it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from device.disk import keep_file
from device.errors import ConfigurationError
from device.pairings import Ends, Pairing, Pairings
from hostlink.link_certificate import agent_certificate
from hostlink.tls import server_name
from tests.device.keys.board import board_secret
from tests.device.pinpad.fake_disk import Crash, crashes
from tests.device.recorded_disk import lay_out, recorded, told_apart
from tests.hostlink.paired_ends import certificate_of
from tests.hostlink.pki import MAKER

SECRET = bytes(range(16))


def an_agent() -> bytes:
    return agent_certificate(ec.generate_private_key(ec.SECP256R1()))


def paired(pairings: Pairings, name: str = "受付１", agent: bytes = b"") -> Pairing:
    """A new pairing with a PC of that name."""
    ends = Ends(agent or an_agent(), pairings.make_certificate(), SECRET)
    pairings.add(name, "clinic", ends)
    return next(each for each in pairings.all if each.agent_name == name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "pairings"


@pytest.fixture
def pairings(folder: Path) -> Pairings:
    return Pairings(folder, None)


def test_none_at_first(pairings: Pairings) -> None:
    assert pairings.all == ()
    assert pairings.audience is None
    assert pairings.secret_of(an_agent()) is None
    assert pairings.context_of("reader-0000000000000000") is None


def test_they_are_there_again_after_a_restart(pairings: Pairings, folder: Path) -> None:
    made = {paired(pairings, name) for name in ("受付１", "受付２")}
    again = Pairings(folder, None)
    assert set(again.all) == made
    assert again.audience == "clinic"
    for each in made:
        assert again.secret_of(each.ends[0].agent_certificate) == SECRET
        assert again.context_of(server_name(each.ends[0].reader_certificate)) is not None


def test_all_of_it_is_for_this_user_alone(pairings: Pairings, folder: Path) -> None:
    paired(pairings)
    assert folder.stat().st_mode & 0o777 == 0o700
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_new_pairing_stands_beside_the_one_before_until_it_comes(
    pairings: Pairings, folder: Path
) -> None:
    old, new = an_agent(), an_agent()
    paired(pairings, agent=old)
    paired(pairings, agent=new)
    assert pairings.secret_of(old) == pairings.secret_of(new) == SECRET
    pairings.arrived(old)
    assert pairings.secret_of(new) == SECRET
    pairings.arrived(new)
    assert pairings.secret_of(old) is None
    assert sorted(path.suffix for path in folder.iterdir()) == [".key", ".pairing", ".pem"]


def test_two_pcs_of_one_name_are_one_pairing(pairings: Pairings) -> None:
    for _ in range(3):
        paired(pairings)
    (pairing,) = pairings.all
    assert len(pairing.ends) == 2


def test_a_renewed_certificate_is_believed_beside_the_old_until_it_comes(
    pairings: Pairings, folder: Path
) -> None:
    old, new = an_agent(), an_agent()
    before = paired(pairings, agent=old)
    own = pairings.renew(old, new)
    assert own is not None
    for reader in (before.ends[0].reader_certificate, own):
        assert pairings.context_of(server_name(reader)) is not None
    pairings.arrived(old)  # the agent did not hear our answer: it comes as before
    assert pairings.secret_of(old) == pairings.secret_of(new) == SECRET
    pairings.arrived(new)
    assert pairings.secret_of(old) is None
    assert pairings.context_of(server_name(before.ends[0].reader_certificate)) is None
    assert Pairings(folder, None).all == pairings.all


def test_renewing_again_lets_the_one_go_that_never_came(pairings: Pairings) -> None:
    old, lost, new = an_agent(), an_agent(), an_agent()
    paired(pairings, agent=old)
    pairings.renew(old, lost)
    pairings.renew(old, new)
    assert [pairings.secret_of(each) for each in (old, lost, new)] == [SECRET, None, SECRET]


def test_a_stranger_renews_and_forgets_nothing(pairings: Pairings) -> None:
    made = paired(pairings)
    assert pairings.renew(an_agent(), an_agent()) is None
    pairings.arrived(an_agent())
    pairings.forget(an_agent())
    assert pairings.all == (made,)


def test_a_ca_is_not_taken_and_nothing_changes(pairings: Pairings) -> None:
    old = an_agent()
    made = paired(pairings, agent=old)
    for wrong in (certificate_of(MAKER), b"no certificate"):
        with pytest.raises(ConfigurationError):
            pairings.renew(old, wrong)
        assert pairings.all == (made,)
        assert pairings.secret_of(wrong) is None


def test_one_is_forgotten_and_the_others_are_not(pairings: Pairings, folder: Path) -> None:
    kept, gone = paired(pairings, "受付１"), paired(pairings, "受付２")
    pairings.forget(gone.ends[0].agent_certificate)
    assert pairings.all == Pairings(folder, None).all == (kept,)
    assert pairings.context_of(server_name(gone.ends[0].reader_certificate)) is None


def test_its_keys_are_sealed_to_the_board(folder: Path) -> None:
    with board_secret() as secret:
        paired(Pairings(folder, secret))
        (key,) = folder.glob("*.key")
        assert b"ENCRYPTED" in key.read_bytes()
        assert Pairings(folder, secret).audience == "clinic"
    with board_secret() as other:
        elsewhere = Pairings(folder, other)
        assert (elsewhere.audience, len(elsewhere.unusable)) == (None, 1)


def test_keys_from_before_the_sealing_are_not_taken_silently(folder: Path) -> None:
    paired(Pairings(folder, None))
    with board_secret() as secret:
        before = Pairings(folder, secret)
        assert before.all == ()
        before.seal()
        before.seal()  # harmless when repeated
        assert Pairings(folder, secret).audience == "clinic"


@pytest.mark.parametrize(
    "content", [b"", b"{}", b'{"agent_name": "x"}', b"\xff" * 100, b"[" * 100_000]
)
def test_a_damaged_file_costs_that_pc_only(
    pairings: Pairings, folder: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    kept = paired(pairings, "受付１")
    paired(pairings, "受付２")
    for path in folder.glob("*.pairing"):
        if "受付２" in path.read_text():
            path.write_bytes(content)
            damaged = path
    again = Pairings(folder, None)
    assert (again.all, again.unusable) == ((kept,), (damaged,))
    assert "pair it again" in caplog.text
    paired(again, "受付２")
    assert len(Pairings(folder, None).all) == 2


def test_so_does_a_key_that_is_gone_and_no_other_key_is_removed(
    pairings: Pairings, folder: Path
) -> None:
    lost, kept = paired(pairings, "受付１"), paired(pairings, "受付２")
    (folder / f"{server_name(lost.ends[0].reader_certificate)}.key").unlink()
    again = Pairings(folder, None)
    assert again.all == (kept,)
    again.renew(kept.ends[0].agent_certificate, an_agent())
    assert (folder / f"{server_name(lost.ends[0].reader_certificate)}.pem").exists()


def test_a_secret_of_another_length_is_damage(pairings: Pairings, folder: Path) -> None:
    paired(pairings)
    (path,) = folder.glob("*.pairing")
    path.write_bytes(path.read_bytes().replace(b"AAECAwQFBgcICQoLDA0ODw==", b"AAEC"))
    assert Pairings(folder, None).unusable == (path,)


def test_a_certificate_that_is_believed_already_renews_nothing(pairings: Pairings) -> None:
    old, other = an_agent(), an_agent()
    made = paired(pairings, agent=old)
    also = paired(pairings, "受付２", agent=other)
    for known in (old, other):
        assert pairings.renew(old, known) is None
    assert set(pairings.all) == {made, also}


def test_a_folder_that_cannot_be_synced_leaves_a_reader_that_starts(
    pairings: Pairings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = an_agent(), an_agent()
    paired(pairings, agent=old)
    with monkeypatch.context() as patch:
        patch.setattr("device.pairings.keep_file", kept_and_failed)
        with pytest.raises(OSError, match="Input/output"):
            pairings.renew(old, new)
    assert pairings.secret_of(old) == SECRET
    pairings.make_certificate()
    for again in (pairings, Pairings(folder, None)):
        assert again.secret_of(old) == SECRET
        assert again.unusable == ()


def kept_and_failed(path: Path, content: bytes) -> None:
    """The new file is there, and its folder could not be synced."""
    keep_file(path, content)
    if path.suffix == ".pairing":
        raise OSError(5, "Input/output error")


OLD, NEW, RENEWED = an_agent(), an_agent(), an_agent()
WORKS = {
    "pair": lambda pairings: paired(pairings, agent=NEW),
    "renew": lambda pairings: pairings.renew(OLD, RENEWED),
    "let the old go": lambda pairings: (pairings.renew(OLD, RENEWED), pairings.arrived(RENEWED)),
    "forget": lambda pairings: pairings.forget(OLD),
}
MAY_BE = {
    "pair": [{OLD}, {OLD, NEW}],
    "renew": [{OLD}, {OLD, RENEWED}],
    "let the old go": [{OLD}, {OLD, RENEWED}, {RENEWED}],
    "forget": [{OLD}, set()],
}
DONE = {
    "pair": {OLD, NEW},
    "renew": {OLD, RENEWED},
    "let the old go": {RENEWED},
    "forget": set[bytes](),
}


def states(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, work: Callable[[Pairings], object]
) -> tuple[list[set[bytes]], list[set[bytes]]]:
    """Whom the reader believes after each power cut: while it works, and after it was done."""
    folder = tmp_path / "pairings"
    folder.mkdir(0o700)
    with recorded(folder, monkeypatch) as disk:
        pairings = Pairings(folder, None)
        paired(pairings, agent=OLD)
        disk.mark("begun")
        work(pairings)
        disk.mark("done")
    meanwhile: list[set[bytes]] = []
    afterwards: list[set[bytes]] = []
    # Most cuts leave a disk as others do, and each disk is looked at once.
    looked_at: dict[frozenset[tuple[str, bytes]], set[bytes]] = {}
    for crash in crashes(disk):
        if not crash.marks:
            continue
        left = told_apart(crash)
        if left not in looked_at:
            looked_at[left] = believed_after(crash, tmp_path / f"after-{len(looked_at)}")
        (afterwards if crash.marks[-1] == "done" else meanwhile).append(looked_at[left])
    return meanwhile, afterwards


def believed_after(crash: Crash, laid: Path) -> set[bytes]:
    """Whose certificates the reader takes when it finds that disk."""
    lay_out(crash, laid)
    again = Pairings(laid, None)
    assert again.unusable == ()
    believed = {ends.agent_certificate for each in again.all for ends in each.ends}
    assert all(again.secret_of(each) == SECRET for each in believed)
    return believed


@pytest.mark.parametrize("work", WORKS)
def test_after_a_power_cut_there_is_the_pairing_from_before_or_from_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, work: str
) -> None:
    meanwhile, afterwards = states(tmp_path, monkeypatch, WORKS[work])
    assert meanwhile
    assert afterwards
    assert all(state in MAY_BE[work] for state in meanwhile)
    assert all(state == DONE[work] for state in afterwards)


def test_negative_control_keys_thrown_away_first_would_be_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless(pairings: Pairings) -> None:
        for path in pairings._folder.glob("*.key"):
            path.unlink()
        pairings.forget(OLD)

    with pytest.raises(AssertionError):
        states(tmp_path, monkeypatch, careless)
