"""What a reader signs besides results: a statement by the same key, under the same certificates."""

from collections.abc import Sequence

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from hostlink.certificates import load_chain, names_reader, verify_chain
from hostlink.errors import InvalidResultError, InvalidResultReason


def verify_statement(
    statement: bytes,
    chain_der: Sequence[bytes],
    signature: bytes,
    ueid: bytes,
    roots: Sequence[x509.Certificate],
) -> None:
    """Make sure that a reader of the maker, by this name, signed a statement.

    Args:
        statement: What was signed.
        chain_der: Its certificates, DER, leaf first, without the root; 1 to 4.
        signature: ECDSA with SHA-256, DER.
        ueid: Who must have signed.
        roots: The maker's root certificates.

    Raises:
        InvalidResultError: It did not.
    """
    chain = load_chain(chain_der)
    key = verify_chain(chain, roots)
    try:
        key.verify(signature, statement, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise InvalidResultError(InvalidResultReason.SIGNATURE_WRONG) from None
    if not names_reader(chain[0], ueid):
        raise InvalidResultError(InvalidResultReason.WRONG_DEVICE)
