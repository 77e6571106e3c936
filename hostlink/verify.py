"""Verify a signed result file: `python -m hostlink.verify FILE --trust ROOT.pem`.

Prints one JSON object. Exit status 0: good, 1: invalid, 2: wrong usage or unreadable files.
"""

import argparse
import dataclasses
import json
import sys
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from hostlink.codec import MAX_RESULT_BYTES
from hostlink.errors import InvalidResultError
from hostlink.signing import take_apart, verify_result

GOOD, INVALID, UNREADABLE = 0, 1, 2

Json: TypeAlias = "int | str | bool | Sequence[Json] | Mapping[str, Json] | None"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    given = _parser().parse_args(arguments)
    try:
        with given.file.open("rb") as file:
            cose = file.read(MAX_RESULT_BYTES + 1)
        roots = tuple(x509.load_pem_x509_certificates(given.trust.read_bytes()))
    except (OSError, ValueError) as error:
        return _report({"valid": None, "error": type(error).__name__}, UNREADABLE)
    try:
        verified = verify_result(cose, roots)
    except InvalidResultError as error:
        return _report({"valid": False, "reason": error.reason.value}, INVALID)
    if given.export is not None:
        try:
            export(cose, given.export)
        except OSError as error:
            return _report({"valid": True, "error": type(error).__name__}, UNREADABLE)
    return _report(
        {
            "valid": True,
            "payload_sha256": verified.payload_hash.hex(),
            "claims": as_json(verified.claims),
        },
        GOOD,
    )


def export(cose: bytes, folder: Path) -> None:
    """Write what OpenSSL needs to verify a result by itself (docs/HOSTLINK.md §8).

    Args:
        cose: A result in the accepted form.
        folder: Made if missing; gets `tbs.bin`, `signature.der`, `leaf.pem` and, if the result
            holds more certificates, `intermediates.pem`.

    Raises:
        InvalidResultError: It is not in the accepted form.
        OSError: A file cannot be written.
    """
    parts = take_apart(cose)
    leaf, *intermediates = (_pem(der) for der in parts.chain_der)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tbs.bin").write_bytes(parts.tbs)
    (folder / "signature.der").write_bytes(parts.signature_der)
    (folder / "leaf.pem").write_bytes(leaf)
    if intermediates:
        (folder / "intermediates.pem").write_bytes(b"".join(intermediates))


def as_json(value: object) -> Json:
    """Claims for reading: enums by name, bytes in hex, absent values as null."""
    match value:
        case Enum():
            return value.name
        case bytes():
            return value.hex()
        case tuple():
            return [as_json(item) for item in value]
        case int() | str() | None:
            return value
        case _ if dataclasses.is_dataclass(value):
            names = (field.name for field in dataclasses.fields(value))
            return {name: as_json(getattr(value, name)) for name in names}
        case _:
            raise TypeError(type(value).__name__)


def _pem(der: bytes) -> bytes:
    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m hostlink.verify", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE", help="signed result (COSE_Sign1)")
    parser.add_argument("--trust", type=Path, required=True, metavar="ROOT.pem")
    parser.add_argument("--export", type=Path, metavar="DIR", help="write files for OpenSSL")
    return parser


def _report(result: Mapping[str, Json], status: int) -> int:
    sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
