"""OpenSC and openssl as a person uses them: clients that know nothing of this project.

Source: facts/card.md §11.2.
"""

import re
import subprocess
from pathlib import Path

_TIMEOUT_S = 20.0


def run(*command: str, is_success: bool = True) -> str:
    """Run a program, which must succeed or must fail, and return all that it wrote."""
    result = subprocess.run(
        command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
    )
    output = result.stdout + result.stderr
    assert (result.returncode == 0) is is_success, output
    return output


def ends_well(*command: str, within_s: float) -> bool:
    """Whether a program succeeds in time; one that goes on is killed."""
    try:
        result = subprocess.run(command, capture_output=True, timeout=within_s, check=False)
    except subprocess.TimeoutExpired:
        return False
    return result.returncode == 0


def pkcs15(*options: str, is_success: bool = True) -> str:
    """pkcs15-tool on the first reader it sees."""
    return run("pkcs15-tool", "--reader", "0", *options, is_success=is_success)


def sign(
    folder: Path, slot_index: int, pin: str, message: bytes, *, is_success: bool = True
) -> str:
    """Sign into the folder; the first slot's PIN opens key 01, the second's key 02."""
    (folder / "message").write_bytes(message)
    return run(
        *("pkcs11-tool", "--slot-index", str(slot_index), "--login", "--pin", pin),
        *("--sign", "--mechanism", "SHA256-RSA-PKCS", "--id", f"0{slot_index + 1}"),
        *("--input-file", str(folder / "message"), "--output-file", str(folder / "signature")),
        is_success=is_success,
    )


def tries_left() -> tuple[int, ...]:
    """Of the authentication PIN and the signature password, as OpenSC sees them."""
    return tuple(map(int, re.findall(r"Tries left +: (\d+)", pkcs15("--dump"))))


def openssl_says(folder: Path, certificate: Path) -> str:
    """What openssl thinks of the signature in the folder, under this certificate."""
    key, message, signature = (str(folder / name) for name in ("key.pem", "message", "signature"))
    run("openssl", "x509", "-in", str(certificate), "-pubkey", "-noout", "-out", key)
    verify = ("openssl", "dgst", "-sha256", "-verify", key, "-signature", signature, message)
    return subprocess.run(verify, capture_output=True, text=True, check=False).stdout.strip()


def read_certificate(folder: Path, certificate_id: str, *pin: str) -> Path:
    """A certificate as PEM, in the folder."""
    path = folder / f"{certificate_id}.pem"
    pkcs15("--read-certificate", certificate_id, "--output", str(path), *pin)
    return path
