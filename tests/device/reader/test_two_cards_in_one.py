"""A device that shows one genuine card's record and signs with another genuine card.

Nothing on the cards ties the two together: all signatures are right, and so is the face of whom
the record shows. Only who is looked up by the certificate was born on another day.
"""

from pathlib import Path

import pytest

from device.reader.card_files import never
from device.reader.record_anchors import RecordAnchors
from device.reader.session import CardSession
from tests.device.reader.unwatched import unwatched
from tests.device.reader.visit_steps import (
    CHALLENGE,
    PHOTO,
    check_signature,
    code_of,
    session_with,
    terminal_of,
)
from tests.hw_sim.card import aids, catalog
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.profile import CardProfile

THIEF = catalog.MY_NUMBER.issued_to(catalog.HANAKO)
VICTIM = catalog.MY_NUMBER


@pytest.fixture
def session(issuer: Issuer, tmp_path: Path) -> CardSession:
    """Of a thief's own card, but for the certificate and key of a stolen one."""
    own, stolen = issuer.issue(THIEF, PHOTO), issuer.issue(VICTIM)
    own.pass_on(aids.JPKI, stolen)
    return session_with(own, RecordAnchors([issuer.record_ca]), terminal_of(issuer, tmp_path))


def birthdate(profile: CardProfile) -> str:
    return f"{profile.holder.birth_date:%Y%m%d}"


def test_all_that_the_reader_can_ask_of_it_is_right(session: CardSession) -> None:
    """So the comparison with who is looked up is not in vain."""
    session.identify()
    assert session.read_photo(code_of(THIEF), never, unwatched) == PHOTO
    session.refuse_if_not_genuine()
    session.unlock_after_face()
    check_signature(session.sign_challenge(CHALLENGE))


def test_whom_it_would_be_taken_for_was_born_on_another_day(session: CardSession) -> None:
    session.identify()
    session.read_photo(code_of(THIEF), never, unwatched)
    assert not session.may_be_born_on(birthdate(VICTIM))
    assert session.may_be_born_on(birthdate(THIEF))


def test_who_types_the_pin_has_shown_no_record(session: CardSession) -> None:
    session.identify()
    assert session.may_be_born_on(birthdate(VICTIM))
