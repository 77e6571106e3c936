"""The readers this agent is paired with, and its own key for each of them.

Each pairing is one file that is replaced as a whole, beside the agent's key and certificate for
it. After a power cut there is the pairing from before or the one from after.

Source: facts/security.md §5.2.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from agent.errors import ConfigError, NotPairedError
from agent.folders import keep_folder, sync_folder
from agent.whole_file import keep_file
from hostlink.link_certificate import agent_certificate, to_pem
from hostlink.pairing import SECRET_BYTES

_SUFFIX = ".pairing"
_IDENTITY_SUFFIX = ".pem"


class Pairing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One paired reader, as it lies in its file (JSON). Never printed: it holds the secret."""

    ueid: bytes
    """Who signs the reader's results."""
    secret: bytes
    """16 bytes that both ends know."""
    identity: str
    """Name of the file with this agent's key and certificate for the reader."""
    reader_certificate: bytes
    """DER: the one that is believed."""
    counter: str = ""
    """Where it stands, as the configuration calls it; empty: it is the only one."""
    generation: int = 0
    """Of several at a counter the highest counts: the others are left of a power cut between the
    last two steps of a pairing."""

    def __repr__(self) -> str:
        return f"Pairing({self.ueid.hex()})"


@dataclass(frozen=True, slots=True)
class NewIdentity:
    """A key of this agent that no pairing has yet; it is on no disk."""

    name: str
    """Of its file."""
    certificate: bytes
    """DER."""
    pem: bytes = field(repr=False)
    """Key and certificate."""

    @classmethod
    def make(cls, now: datetime) -> "NewIdentity":
        """A fresh one, made now (with time zone)."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = agent_certificate(key, now)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        name = f"{sha256(certificate).hexdigest()[:16]}{_IDENTITY_SUFFIX}"
        return cls(name, certificate, pem + to_pem(certificate))


class Pairings:
    """A folder of pairings, for this user alone."""

    def __init__(self, folder: Path, *, is_only_looked_at: bool = False) -> None:
        """The folder is made if there is none, and closed to others.

        Args:
            folder: On a local disk.
            is_only_looked_at: It is there and is left as it is.

        Raises:
            PermissionError: It is another user's.
            ConfigError: It cannot be used.
        """
        self._folder = folder
        if is_only_looked_at:
            return
        try:
            keep_folder(folder)
            folder.chmod(0o700)
        except PermissionError:
            raise
        except OSError as error:
            raise ConfigError(f"pairings: {folder}: {error.strerror}.") from error

    def all(self) -> tuple[Pairing, ...]:
        """Those there are, by the readers' names.

        Raises:
            ConfigError: A file cannot be read.
        """
        return tuple(_read(path) for path in sorted(self._folder.glob(f"*{_SUFFIX}")))

    def at(self, counter: str) -> Pairing:
        """The one reader at this counter.

        Raises:
            NotPairedError: There is none.
            ConfigError: There is more than one, or a file cannot be read.
        """
        where = f" at {counter}" if counter else ""
        match _newest(self.all_at(counter)):
            case [pairing]:
                return pairing
            case []:
                raise NotPairedError(
                    f"no reader is paired{where} yet; pair one with `python -m agent pair`."
                )
            case many:
                names = ", ".join(pairing.ueid.hex() for pairing in many)
                raise ConfigError(
                    f"several readers are paired{where} ({names}) and one is served there;"
                    " take the files of the others out of the folder `pairings`."
                )

    def all_at(self, counter: str) -> tuple[Pairing, ...]:
        """Those of this counter, also what a power cut left of earlier ones, oldest first.

        Raises:
            ConfigError: A file cannot be read.
        """
        here = (pairing for pairing in self.all() if pairing.counter == counter)
        return tuple(sorted(here, key=lambda pairing: pairing.generation))

    def identity_of(self, pairing: Pairing) -> Path:
        """The PEM file with the agent's key and certificate for that reader."""
        return self._folder / pairing.identity

    def keep(self, pairing: Pairing, identity: NewIdentity) -> None:
        """Keep a pairing, in place of the one with the same reader.

        Args:
            pairing: Which names the identity.
            identity: This agent's key for it.

        Raises:
            OSError: It may not be kept.
        """
        keep_file(self._folder / identity.name, identity.pem)
        keep_file(self._path(pairing), msgspec.json.encode(pairing))
        self._remove_unused_keys()

    def forget(self, pairing: Pairing) -> None:
        """End a pairing at this end.

        Raises:
            OSError: It may come back after a power cut.
        """
        self._path(pairing).unlink(missing_ok=True)
        sync_folder(self._folder)
        self._remove_unused_keys()

    def forget_all_at(self, counter: str) -> None:
        """End what there is of this counter, the oldest first: none of them comes back.

        Raises:
            ConfigError: A file cannot be read.
            OSError: As of `forget`.
        """
        for pairing in self.all_at(counter):
            self.forget(pairing)

    def _path(self, pairing: Pairing) -> Path:
        return self._folder / f"{pairing.ueid.hex()}{_SUFFIX}"

    def _remove_unused_keys(self) -> None:
        try:
            used = {pairing.identity for pairing in self.all()}
        except ConfigError:
            return  # whose keys these are cannot be told
        for path in self._folder.iterdir():
            if path.suffix in {_IDENTITY_SUFFIX, ".part"} and path.name not in used:
                path.unlink()


def _newest(pairings: Sequence[Pairing]) -> list[Pairing]:
    newest = max((pairing.generation for pairing in pairings), default=0)
    return [pairing for pairing in pairings if pairing.generation == newest]


def _read(path: Path) -> Pairing:
    try:
        pairing = msgspec.json.decode(path.read_bytes(), type=Pairing)
    except (OSError, msgspec.DecodeError) as error:
        raise ConfigError(
            f"{path}: this pairing cannot be read; take the file away and pair the reader again."
        ) from error
    if len(pairing.secret) != SECRET_BYTES or Path(pairing.identity).name != pairing.identity:
        raise ConfigError(
            f"{path}: this pairing is damaged; take the file away and pair the reader again."
        )
    return pairing
