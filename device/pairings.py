"""The reception PCs this reader works for, at most four, and its own key for each of them.

Each PC is one file that is replaced as a whole, beside the reader's keys for it, which are sealed
to the board where one is. What replaces something, be it a renewed key or a whole new pairing
under the same name, stands beside it until the PC comes with it: so there is no moment at which a
power cut, a failing disk or a lost answer leaves a PC that nobody believes.

Source: facts/security.md §5.2.
"""

import hmac
import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import msgspec

from device.disk import keep_file, keep_folder, sync_folder
from device.errors import ConfigurationError
from device.sealed_key import KeyFile
from hostlink.errors import UnsuitableCertificateError
from hostlink.link_certificate import reader_certificate, to_pem
from hostlink.pairing import SECRET_BYTES
from hostlink.tls import paired_device_context, server_name

_log = logging.getLogger(__name__)

MAX_PAIRINGS = 4
"""facts/security.md §5.2."""
_SUFFIX = ".pairing"
_NEW_KEY = "new.key"


class Ends(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the two show each other, and what they both know. Never printed."""

    agent_certificate: bytes
    """DER."""
    reader_certificate: bytes
    """DER."""
    secret: bytes
    """16 bytes."""

    def __repr__(self) -> str:
        return "Ends(hidden)"


class Pairing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One paired agent, as it lies in its file (JSON)."""

    agent_name: str
    """What the reader's screen calls it."""
    audience: str
    """Whom the reader's results are for."""
    ends: tuple[Ends, ...]
    """One; or two, until the agent comes with the second."""


@dataclass(frozen=True, slots=True)
class _Kept:
    path: Path
    pairing: Pairing
    contexts: Mapping[str, ssl.SSLContext]
    """TLS of each of its ends, by server name; made once, for a sealed key takes time to open."""


class Pairings:
    """All pairings of a reader. Changed from one thread at a time; read from any."""

    def __init__(self, folder: Path, device_secret: Path | None) -> None:
        """Read them back. One that cannot be used is left as it lies, and the others serve.

        Args:
            folder: Where they are kept; made if there is none.
            device_secret: To which the reader's keys are sealed; none: they lie open.

        Raises:
            OSError: The folder cannot be used.
        """
        self._folder = folder
        self._device_secret = device_secret
        keep_folder(folder, 0o700)
        self._may_tidy_up = True
        """False: somebody may still need a key that no pairing in use names."""
        self._kept: tuple[_Kept, ...] = ()
        self.unusable: tuple[Path, ...] = ()
        """Files of pairings that cannot be used."""
        self._read_back()

    @property
    def all(self) -> tuple[Pairing, ...]:
        """In no particular order."""
        return tuple(kept.pairing for kept in self._kept)

    @property
    def audience(self) -> str | None:
        """Whom all results of this reader are for; None: it is not paired."""
        return next((pairing.audience for pairing in self.all), None)

    def secret_of(self, agent_certificate: bytes) -> bytes | None:
        """The secret shared with the agent that shows this certificate (DER), if it is paired."""
        found = self._find(agent_certificate)
        return found[1].secret if found else None

    def context_of(self, name: str) -> ssl.SSLContext | None:
        """The TLS context for the agent that expects a certificate; see `tls.server_name`."""
        return next((kept.contexts[name] for kept in self._kept if name in kept.contexts), None)

    def make_certificate(self) -> bytes:
        """Make a new key of this reader and its certificate (DER), which no pairing has yet.

        Raises:
            ConfigurationError: The key cannot be kept.
            OSError: The certificate cannot be kept.
        """
        (self._folder / _NEW_KEY).unlink(missing_ok=True)
        key = KeyFile(self._folder / _NEW_KEY, self._device_secret).make()
        certificate = reader_certificate(key)
        name = server_name(certificate)
        keep_file(self._folder / f"{name}.pem", to_pem(certificate))
        (self._folder / _NEW_KEY).replace(self._folder / f"{name}.key")
        sync_folder(self._folder)
        return certificate

    def add(self, agent_name: str, audience: str, ends: Ends) -> None:
        """Keep a new pairing, beside the one before of an agent of that name.

        Raises:
            OSError: It may not be kept.
            ConfigurationError: Its certificates cannot serve.
        """
        before = [pairing for pairing in self.all if pairing.agent_name == agent_name]
        worked = before[0].ends[:1] if before else ()
        self._keep(Pairing(agent_name, audience, (*worked, ends)))

    def renew(self, shown: bytes, renewed: bytes) -> bytes | None:
        """Believe another certificate of a paired agent, and make one for it in turn.

        Args:
            shown: DER: what the agent showed in this session.
            renewed: DER: what it will show.

        Returns:
            DER: what this reader will show; None: that agent is not paired, or the certificate is
            believed already.

        Raises:
            OSError: It may not be kept; what worked before goes on working.
            ConfigurationError: The certificate cannot serve; nothing was changed.
        """
        found = self._find(shown)
        if found is None or self._find(renewed) is not None:
            return None
        kept, used = found
        own = self.make_certificate()
        after = Ends(renewed, own, used.secret)
        self._keep(msgspec.structs.replace(kept.pairing, ends=(used, after)))
        return own

    def arrived(self, shown: bytes) -> None:
        """An agent came with this certificate (DER): what it replaced is believed no more."""
        found = self._find(shown)
        if found is None:
            return
        kept, used = found
        if len(kept.pairing.ends) == 1 or used is not kept.pairing.ends[-1]:
            return
        try:
            self._keep(msgspec.structs.replace(kept.pairing, ends=(used,)))
        except (OSError, ConfigurationError) as error:
            _log.warning("the replaced certificate stays: %s", type(error).__name__)

    def forget(self, shown: bytes) -> None:
        """End the pairing with the agent that shows this certificate (DER).

        Raises:
            OSError: It may come back after a power cut.
        """
        found = self._find(shown)
        if found is None:
            return
        gone = found[0]
        gone.path.unlink(missing_ok=True)
        self._kept = tuple(kept for kept in self._kept if kept is not gone)
        sync_folder(self._folder)
        self._tidy_up()

    def seal(self) -> None:
        """Seal the keys that lie open to the board, each in place.

        Raises:
            ConfigurationError: There is no secret of the board, or a key cannot be written.
        """
        for path in sorted(self._folder.glob("*.key")):
            key = KeyFile(path, self._device_secret)
            if not key.is_sealed():
                key.seal()

    def _find(self, agent_certificate: bytes) -> tuple[_Kept, Ends] | None:
        return next(
            (
                (kept, ends)
                for kept in self._kept
                for ends in kept.pairing.ends
                if hmac.compare_digest(ends.agent_certificate, agent_certificate)
            ),
            None,
        )

    def _keep(self, pairing: Pairing) -> None:
        # The file is named by the agent's name: a new pairing of the same PC replaces it at once.
        name = sha256(pairing.agent_name.encode()).hexdigest()[:16]
        path = self._folder / f"{name}{_SUFFIX}"
        # What cannot serve is refused before anything changes.
        after = _Kept(path, pairing, self._contexts_of(pairing))
        try:
            keep_file(path, msgspec.json.encode(pairing))
        except OSError:
            # Either file may be the one that a power cut leaves: both keep their keys.
            self._may_tidy_up = False
            self._read_back()
            raise
        self._kept = (*(kept for kept in self._kept if kept.path != path), after)
        self._tidy_up()

    def _read_back(self) -> None:
        kept, unusable = [], []
        for path in sorted(self._folder.glob(f"*{_SUFFIX}")):
            try:
                pairing = _read(path)
                kept.append(_Kept(path, pairing, self._contexts_of(pairing)))
            except ConfigurationError as error:
                _log.error("%s; the other reception PCs are served", error)
                unusable.append(path)
        self._kept, self.unusable = tuple(kept), tuple(unusable)

    def _contexts_of(self, pairing: Pairing) -> dict[str, ssl.SSLContext]:
        contexts = {}
        for ends in pairing.ends:
            name = server_name(ends.reader_certificate)
            key = KeyFile(self._folder / f"{name}.key", self._device_secret)
            try:
                key.open()
                contexts[name] = paired_device_context(
                    self._folder / f"{name}.pem",
                    key.path,
                    [ends.agent_certificate],
                    key.password(),
                )
            except (ValueError, OSError, UnsuitableCertificateError, ConfigurationError) as error:
                raise ConfigurationError(
                    f"the pairing with {pairing.agent_name!r} cannot be used ({error})"
                ) from error
        return contexts

    def _tidy_up(self) -> None:
        """Remove keys that no pairing has any more."""
        if self.unusable or not self._may_tidy_up:
            return
        used = {
            server_name(ends.reader_certificate) for pairing in self.all for ends in pairing.ends
        }
        for path in self._folder.iterdir():
            if path.suffix in {".key", ".pem", ".part"} and path.stem not in used:
                path.unlink()


def _read(path: Path) -> Pairing:
    try:
        pairing = msgspec.json.decode(path.read_bytes(), type=Pairing)
    except (OSError, msgspec.DecodeError) as error:
        raise ConfigurationError(f"{path}: this pairing cannot be read; pair it again") from error
    has_secrets = all(len(ends.secret) == SECRET_BYTES for ends in pairing.ends)
    if not (has_secrets and 1 <= len(pairing.ends) <= 2):
        raise ConfigurationError(f"{path}: this pairing is damaged; pair it again")
    return pairing
