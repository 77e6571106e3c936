"""What a terminal may say to a card by itself, and that none of it names the 12-digit number."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from device.reader.apdu import CommandApdu
from device.reader.card_files import CardFiles
from device.reader.card_map import Application, JpkiFile, SurfaceFile
from device.reader.errors import CardAnswerError, PinlessUnavailableError
from device.reader.exchange import Exchange
from device.reader.pinless import PinlessAuthenticator
from tests.device.reader.laid_cards import InProcessSlot, ScriptedConnection, ScriptedSlot
from tests.hw_sim.card import catalog
from tests.hw_sim.card.issuer import Issuer

FOR_TERMINALS = {0x22, 0x2A, 0x82, 0x84, 0x86, 0x88, 0xFC}
"""With any CLA and P2; one more goes through in one form only."""
ELSEWHERE = {0x2A, 0xFC}
SIGN, SET_ENVIRONMENT, GENERAL_AUTHENTICATE, TERMINAL_CERTIFICATE = 0x2A, 0x22, 0x86, 0xA2
REFUSALS = "files are selected|a security environment"


def card_that_agrees() -> ScriptedConnection:
    return ScriptedConnection(lambda _: b"\x90\x00")


def files_of(card: ScriptedConnection) -> CardFiles:
    return CardFiles(Exchange(ScriptedSlot(card), apdu_deadline_s=2))


def with_jpki_open(files: CardFiles) -> None:
    files.open_application(Application.JPKI)


def with_surface_open(files: CardFiles) -> None:
    files.open_file(SurfaceFile.FACE)


def with_jpki_left(files: CardFiles) -> None:
    files.open_application(Application.JPKI)
    files.open_application(Application.SURFACE)


def with_nothing_open(files: CardFiles) -> None:
    """As after power-up."""


def let_through(files: CardFiles, card: ScriptedConnection) -> set[int]:
    """The instructions that reach the card; all others are refused before they are sent."""
    before = len(card.sent)
    for ins in range(0x100):
        with suppress(ValueError):
            files.send_ok(CommandApdu(0x00, ins, 0x00, 0x00))
    return {command[1] for command in card.sent[before:]}


def test_which_instructions_go_through_in_jpki() -> None:
    card = card_that_agrees()
    files = files_of(card)
    files.open_application(Application.JPKI)
    assert let_through(files, card) == FOR_TERMINALS


@pytest.mark.parametrize("opened", [with_surface_open, with_jpki_left, with_nothing_open])
def test_which_instructions_go_through_elsewhere(opened: Callable[[CardFiles], None]) -> None:
    card = card_that_agrees()
    files = files_of(card)
    opened(files)
    assert let_through(files, card) == ELSEWHERE


@pytest.mark.parametrize("p1", [0x00, 0x06])
def test_a_terminals_certificate_goes_through_in_jpki(p1: int) -> None:
    card = card_that_agrees()
    files = files_of(card)
    files.open_application(Application.JPKI)
    files.send_ok(CommandApdu(0x80, TERMINAL_CERTIFICATE, p1, 0xC1, b"\x7f\x21\x00"))
    assert card.sent[-1][:4] == bytes((0x80, 0xA2, p1, 0xC1))


@pytest.mark.parametrize("opened", [with_jpki_open, with_surface_open, with_nothing_open])
@pytest.mark.parametrize(
    ("cla", "p2"),
    [(0x00, 0x34), (0x00, 0x04), (0x00, 0xC1), (0x0C, 0xC1), (0x10, 0xC1), (0x80, 0x34)],
)
def test_search_record_does_not_go_through(
    opened: Callable[[CardFiles], None], cla: int, p2: int
) -> None:
    """The same instruction in ISO's class; 00 A2 01 34 searches the file with short id 6."""
    card = card_that_agrees()
    files = files_of(card)
    opened(files)
    before = len(card.sent)
    with pytest.raises(ValueError, match=REFUSALS):
        files.send_ok(CommandApdu(cla, TERMINAL_CERTIFICATE, 0x01, p2, b"JPKI", 256))
    assert len(card.sent) == before


@pytest.mark.parametrize(
    "objects",
    ["", "80010283 01 96", "840197", "831031323334353637383132333435363738", "7F4C03060100 840197"],
)
def test_a_security_environment_may_name_keys(objects: str) -> None:
    card = card_that_agrees()
    files = files_of(card)
    files.open_application(Application.JPKI)
    data = bytes.fromhex(objects)
    files.send_ok(CommandApdu(0x00, SET_ENVIRONMENT, 0x41, 0xA4, data))
    assert card.sent[-1].endswith(data)


@pytest.mark.parametrize(
    "objects",
    [
        "81020001",
        "810105",
        "81043F000001",
        "820AD3921000310001010408",
        "840197 820AD3921000310001010408 81020001",
        "8381020001 81020005",
        "A00481020001",
        "A60C 820AD3921000310001010408",
        "84",
        "8401",
        "8480",
    ],
)
def test_a_security_environment_names_no_file_and_no_application(objects: str) -> None:
    card = card_that_agrees()
    files = files_of(card)
    files.open_application(Application.JPKI)
    with pytest.raises(ValueError, match=REFUSALS):
        files.send_ok(CommandApdu(0x00, SET_ENVIRONMENT, 0x41, 0xA4, bytes.fromhex(objects)))
    assert len(card.sent) == 1


class TerminalInOneFile:
    """How an accredited module may look that sets an environment and authenticates by it."""

    def unlock(self, files: CardFiles) -> None:
        try:
            files.open_file(JpkiFile.TERMINAL_TRUST)
            files.send_ok(CommandApdu(0x00, SET_ENVIRONMENT, 0x81, 0xB6, b"\x83\x01\x96"))
            files.send_ok(CommandApdu(0x00, SIGN, 0x00, 0xBE, b"\x7f\x4e\x00"))
            files.send_ok(CommandApdu(0x00, SET_ENVIRONMENT, 0xC1, 0xA4, b"\x83\x01\x96"))
            files.send_ok(CommandApdu(0x00, GENERAL_AUTHENTICATE, 0, 0, b"\x7c\x00", 256))
        except CardAnswerError as refusal:
            raise PinlessUnavailableError from refusal


def test_a_module_that_needs_them_is_one_file() -> None:
    card = card_that_agrees()
    terminal: PinlessAuthenticator = TerminalInOneFile()
    terminal.unlock(files_of(card))
    assert [command[1] for command in card.sent[2:]] == [0x22, 0x2A, 0x22, 0x86]


def test_a_card_that_knows_neither_refuses_kindly(issuer: Issuer) -> None:
    card = issuer.issue(catalog.MY_NUMBER)
    files = CardFiles(Exchange(InProcessSlot(card), apdu_deadline_s=2))
    with pytest.raises(PinlessUnavailableError):
        TerminalInOneFile().unlock(files)


@pytest.mark.parametrize("ins", sorted({*FOR_TERMINALS, TERMINAL_CERTIFICATE}))
@pytest.mark.parametrize("p2", [0x85, 0x93, 0x81, 0x94])
def test_no_instruction_takes_a_short_identifier_to_where_the_number_is(ins: int, p2: int) -> None:
    card = card_that_agrees()
    files = files_of(card)
    with_surface_open(files)
    before = len(card.sent)
    with pytest.raises(ValueError, match=REFUSALS):
        files.send_ok(CommandApdu(0x00, ins, 0x00, p2, b"\x7c\x00"))
    assert len(card.sent) == before
