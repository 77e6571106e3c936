"""Commands that present a secret, use a key, or bring a terminal's certificate.

Source: facts/card.md §4, §6.1, §8.1.
"""

import hashlib

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests.hw_sim.card import signature
from tests.hw_sim.card import status_words as sw
from tests.hw_sim.card.apdu import Answer, Command
from tests.hw_sim.card.errors import RefusedError
from tests.hw_sim.card.file_selection import FileSelection
from tests.hw_sim.card.files import KeyFile, PinReference
from tests.hw_sim.card.pinless import TerminalReference

_SIGNATURE_BYTES = 256
_LONGEST_CHALLENGE_BYTES = 255


def verify(selection: FileSelection, command: Command, is_ok_once_verified: bool) -> Answer:
    """`00 20`: compare a secret; without data tell the tries left.

    Args:
        selection: The application's files.
        command: The command.
        is_ok_once_verified: Without data, a verified reference answers 9000 instead of 63Cx.
    """
    if command.p1 != 0:
        raise RefusedError(sw.WRONG_P1_P2)
    reference = selection.named_by_p2(command.p2, PinReference)
    if command.data:
        reference.verify(command.data)
        return Answer()
    if reference.is_verified and is_ok_once_verified:
        return Answer()
    raise RefusedError(reference.query_status_word)


def change(selection: FileSelection, command: Command) -> Answer:
    """`00 24 01 80` (JPKI, text) or `80 32 00 80` (common, resident): a new secret after VERIFY."""
    if command.p1 != (0x01 if command.ins == 0x24 else 0x00):
        raise RefusedError(sw.WRONG_P1_P2)
    selection.named_by_p2(command.p2, PinReference).change(command.data)
    return Answer()


def sign(selection: FileSelection, own_key: RSAPrivateKey | None, command: Command) -> Answer:
    """`80 2A`: with a key file under its PIN, or P2=00 with the chip's own key, free."""
    if command.p2 == 0x00 and own_key is not None:
        key = own_key
    else:
        file = selection.named_by_p2(command.p2, KeyFile)
        selection.require_opened(file.opened_by)
        key = file.key
    if command.ne == 0:
        raise RefusedError(sw.WRONG_LENGTH)
    if command.ne < _SIGNATURE_BYTES:
        raise RefusedError(sw.WRONG_LE_256)
    return Answer(signature.sign(key, command.p1, command.data))


def internal_authenticate(selection: FileSelection, command: Command) -> Answer:
    """`00 88 00 99`: the common key signs 1 to 255 bytes without any credential.

    How the card pads is not public; here it is PKCS#1 v1.5 over the SHA-256 DigestInfo.
    """
    if command.p1 != 0:
        raise RefusedError(sw.WRONG_P1_P2)
    file = selection.named_by_p2(command.p2, KeyFile)
    if not 1 <= len(command.data) <= _LONGEST_CHALLENGE_BYTES or command.ne < _SIGNATURE_BYTES:
        raise RefusedError(sw.WRONG_LENGTH)
    digest = hashlib.sha256(command.data).digest()
    return Answer(signature.pad_and_sign(file.key, signature.digest_info(digest)))


def take_terminal_certificate(selection: FileSelection, command: Command) -> Answer:
    """`80 A2`: a terminal's card-verifiable certificate in two parts."""
    reference = selection.current_as(TerminalReference)
    match command.p1, command.p2:
        case 0x06, 0xC1:
            reference.take_body(command.data)
        case 0x00, 0xC1:
            reference.take_signature(command.data)
        case _:
            raise RefusedError(sw.WRONG_P1_P2)
    return Answer()


def external_authenticate(selection: FileSelection, command: Command) -> Answer:
    """`00 82`: the terminal's answer to the challenge."""
    selection.current_as(TerminalReference).take_answer(command.data)
    return Answer()
