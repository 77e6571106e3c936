"""A token made of software: the real SoftHSM2, behind the PKCS #11 library a maker would ship.

Source: facts/platform.md §6.1.
"""

import os
import subprocess
from pathlib import Path

import pkcs11
from pkcs11 import Attribute, KeyType
from pkcs11.util.ec import encode_named_curve_parameters

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
SPY = next(Path("/usr/lib").glob("*/pkcs11-spy.so"), Path("pkcs11-spy.so"))
"""OpenSC's PKCS #11 library that passes every call on to another one and writes it down."""
PIN = "135790"
_SO_PIN = "24680135"


class EmptyDrawer:
    """A place for tokens: SoftHSM2 with its folder. Away when the folder is away.

    The library learns of its folder through `SOFTHSM2_CONF`, which must stay set while it is used.
    """

    def __init__(self, folder: Path) -> None:
        self._drawer, self._tokens = folder / "drawer", folder / "tokens"
        self._tokens.mkdir(parents=True)
        conf = folder / "softhsm2.conf"
        conf.write_text(f"directories.tokendir = {self._tokens}\nobjectstore.backend = file\n")
        os.environ["SOFTHSM2_CONF"] = str(conf)

    def take_away(self) -> None:
        """Nobody finds a token any more, and nobody goes on with one."""
        self._tokens.rename(self._drawer)
        self._tokens.mkdir()

    def bring_back(self) -> None:
        """They are there again, with all their keys."""
        self._tokens.rmdir()
        self._drawer.rename(self._tokens)


class SoftToken(EmptyDrawer):
    """A drawer with one token in it, and what others may do with that."""

    def __init__(self, folder: Path, label: str = "reader") -> None:
        super().__init__(folder)
        self.label = label
        self.add(label)

    def add(self, label: str) -> None:
        """One more token, with the same PIN."""
        command = ["softhsm2-util", "--init-token", "--free", "--label", label]
        pins = ["--pin", PIN, "--so-pin", _SO_PIN]
        subprocess.run([*command, *pins], check=True, stdout=subprocess.DEVNULL, timeout=30)

    def make_key(self, label: str, curve: str = "secp256r1", key_id: bytes = b"\x01") -> None:
        """A key pair that somebody else made."""
        with self._session() as session:
            parameters = {Attribute.EC_PARAMS: encode_named_curve_parameters(curve)}
            made = session.create_domain_parameters(KeyType.EC, parameters, local=True)
            made.generate_keypair(id=key_id, label=label, store=True)

    def make_rsa_key(self, label: str) -> None:
        """A key pair of another kind."""
        with self._session() as session:
            session.generate_keypair(KeyType.RSA, 2048, label=label, store=True)

    def remove_key(self, label: str) -> None:
        """Both halves are gone."""
        with self._session() as session:
            for found in list(session.get_objects({Attribute.LABEL: label})):
                found.destroy()

    def serial(self) -> str:
        """What the token says of itself."""
        return self._token().serial.decode()

    def log_in(self) -> None:
        """Somebody enters the right PIN by hand."""
        token = ["--module", str(MODULE), "--token-label", self.label, "--pin", PIN]
        command = ["pkcs11-tool", *token, "--login", "--list-objects"]
        subprocess.run(command, check=True, capture_output=True, timeout=30)

    def _session(self) -> pkcs11.Session:
        return self._token().open(rw=True, user_pin=PIN)

    def _token(self) -> pkcs11.Token:
        library = pkcs11.lib(str(MODULE))
        library.reinitialize()
        return library.get_token(token_label=self.label)


class Spied:
    """What `SPY` wrote down of this process. It opens its file once, so there is one."""

    def __init__(self, log: Path) -> None:
        self.log = log
        log.touch()
        os.environ.update(PKCS11SPY=str(MODULE), PKCS11SPY_OUTPUT=str(log))

    def logins(self) -> int:
        """How many PINs reached the token."""
        return self.log.read_text(errors="replace").count(": C_Login")
