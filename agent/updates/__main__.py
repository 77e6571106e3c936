"""For makers: `python -m agent.updates sign` makes the notice that agents look for.

A key: `openssl ecparam -name prime256v1 -genkey -noout -out maker.key`; what clinics get of it:
`openssl ec -in maker.key -pubout -out maker.pub`.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from agent.updates.notice import Notice, sign_notice


def main(words: Sequence[str] | None = None) -> int:
    """Exit status 2: nothing was signed."""
    arguments = _command_line().parse_args(words)
    try:
        notice = Notice(arguments.version, arguments.released, arguments.text)
        signed = sign_notice(notice, _key(arguments.key))
        arguments.out.write_bytes(signed)
    except ValueError as error:
        print(f"{error}.", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    print(f"{arguments.out}: version {notice.version}, {notice.released}")
    return 0


def _key(path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ValueError(f"{path} must be PEM of a private key without a password") from error
    match key:
        case ec.EllipticCurvePrivateKey(curve=ec.SECP256R1()):
            return key
    raise ValueError(f"{path} must be a key on P-256")


def _command_line() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m agent.updates", description=__doc__)
    sign = parser.add_subparsers(required=True, metavar="sign").add_parser(
        "sign", help="make a signed notice"
    )
    sign.add_argument("--key", type=Path, required=True, help="the maker's private key, PEM")
    sign.add_argument("--version", required=True, help="such as 0.2.0")
    sign.add_argument(
        "--released",
        type=date.fromisoformat,
        default=datetime.now(UTC).date(),
        help="YYYY-MM-DD; left out: today",
    )
    sign.add_argument("--text", required=True, help="one line: what is new, where to get it")
    sign.add_argument("--out", type=Path, required=True, help="the file to publish")
    return parser


if __name__ == "__main__":
    sys.exit(main())
