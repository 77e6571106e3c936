import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from hypothesis import given
from hypothesis import strategies as st

from device.reader.errors import CardNotGenuineError
from device.reader.record_signature import RecordDigests, digest_info, open_signature
from hostlink.terms import FailureCode
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.signature import digest_info as issued_digest_info
from tests.hw_sim.card.signature import pad_and_sign

DIGESTS = bytes(range(96))
CONTENT = issued_digest_info(DIGESTS)


@pytest.fixture(scope="module")
def issuing_key(issuer: Issuer) -> RSAPrivateKey:
    return issuer._keys.key("record-issuer")


def sign_block(key: RSAPrivateKey, block: bytes) -> bytes:
    """The RSA private operation on a block as given, whatever its padding."""
    numbers = key.private_numbers()
    power = pow(int.from_bytes(block, "big"), numbers.d, numbers.public_numbers.n)
    return power.to_bytes(256, "big")


def opens_naively(signature: bytes, key: RSAPublicKey) -> bytes:
    """Negative control: looks for the DigestInfo and not at what surrounds it."""
    numbers = key.public_numbers()
    block = pow(int.from_bytes(signature, "big"), numbers.e, numbers.n).to_bytes(256, "big")
    prefix = issued_digest_info(bytes(96))[:19]
    return block[block.index(prefix) + 19 :][:96]


FORGED_BLOCKS = {
    "short padding, slack behind": (
        b"\0\1" + b"\xff" * 8 + b"\0" + CONTENT + b"\x5a" * (245 - 115)
    ),
    "one byte of slack": b"\0\1" + b"\xff" * 137 + b"\0" + CONTENT + b"\0",
    "slack before": b"\0\1" + b"\xff" * 8 + b"\0" + b"\x5a" * 130 + CONTENT,
    "not all FF": b"\0\1" + b"\xff" * 100 + b"\xfe" + b"\xff" * 37 + b"\0" + CONTENT,
    "a zero within": b"\0\1" + b"\xff" * 100 + b"\0" + b"\xff" * 37 + b"\0" + CONTENT,
    "padding of encryption": b"\0\2" + b"\xff" * 138 + b"\0" + CONTENT,
    "no separator": b"\0\1" + b"\xff" * 139 + CONTENT,
    "zeros as padding": b"\0\1" + b"\0" * 139 + CONTENT,
}
GOOD_BLOCK = b"\0\1" + b"\xff" * 138 + b"\0" + CONTENT


def test_the_block_as_it_should_be(issuing_key: RSAPrivateKey) -> None:
    signature = sign_block(issuing_key, GOOD_BLOCK)
    assert signature == pad_and_sign(issuing_key, CONTENT)
    digests = open_signature(signature, issuing_key.public_key())
    assert digests == RecordDigests(identity=DIGESTS[:32], photo=DIGESTS[64:])


@pytest.mark.parametrize("name", FORGED_BLOCKS)
def test_forged_padding(issuing_key: RSAPrivateKey, name: str) -> None:
    block = FORGED_BLOCKS[name]
    assert len(block) == 256
    signature, key = sign_block(issuing_key, block), issuing_key.public_key()
    with pytest.raises(CardNotGenuineError) as error:
        open_signature(signature, key)
    assert error.value.failure is FailureCode.CARD_RECORD_UNTRUSTED
    assert opens_naively(signature, key) == DIGESTS


OTHER_CONTENTS = {
    "nothing": b"",
    "cut off": CONTENT[:-1],
    "too long": CONTENT + b"\0",
    "digests alone": DIGESTS,
    "one digest": issued_digest_info(bytes(32)),
    "two digests": issued_digest_info(bytes(64)),
    "four digests": issued_digest_info(bytes(128)),
    "no parameters": bytes.fromhex("306F300B06096086480165030402010460") + DIGESTS,
    "long length": bytes.fromhex("308171") + CONTENT[2:],
    "SHA-384": CONTENT.replace(bytes.fromhex("0402010500"), bytes.fromhex("0402020500")),
    "no NULL": CONTENT.replace(bytes.fromhex("0402010500"), bytes.fromhex("0402010400")),
}


@pytest.mark.parametrize("name", OTHER_CONTENTS)
def test_content_that_is_not_three_digests(issuing_key: RSAPrivateKey, name: str) -> None:
    signature = pad_and_sign(issuing_key, OTHER_CONTENTS[name])
    with pytest.raises(CardNotGenuineError) as error:
        open_signature(signature, issuing_key.public_key())
    assert error.value.failure is FailureCode.CARD_RECORD_UNTRUSTED


def test_digest_infos_are_those_of_the_cards() -> None:
    assert digest_info(DIGESTS) == CONTENT
    assert CONTENT.startswith(bytes.fromhex("3071"))
    assert digest_info(bytes(32)) == issued_digest_info(bytes(32))


@given(st.binary(max_size=260))
def test_arbitrary_bytes_are_nobodys_signature(issuer: Issuer, signature: bytes) -> None:
    with pytest.raises(CardNotGenuineError):
        open_signature(signature, issuer.record_ca)
