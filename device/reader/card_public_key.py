"""RSA-2048 public keys as cards write them: exponent and modulus, one data object each.

Source: facts/card.md §3.3 (DF24), §3.7.
"""

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers

from device.reader.errors import MalformedAnswerError
from device.reader.tlv_sequence import read_sequence

_EXPONENT_TAG = 0x90
_MODULUS_TAG = 0x91
_EXPONENT_BYTES = 3
_MODULUS_BYTES = 256


def read_public_key(data: bytes) -> RSAPublicKey:
    """The key that `data` consists of.

    Raises:
        MalformedAnswerError: not two such objects, or no RSA-2048 key.
    """
    exponent, modulus = read_sequence(data, _EXPONENT_TAG, _MODULUS_TAG)
    if (len(exponent), len(modulus)) != (_EXPONENT_BYTES, _MODULUS_BYTES) or modulus[0] < 0x80:
        raise MalformedAnswerError("key of another size")
    numbers = RSAPublicNumbers(int.from_bytes(exponent, "big"), int.from_bytes(modulus, "big"))
    try:
        return numbers.public_key()
    except ValueError:
        raise MalformedAnswerError("no RSA key") from None
