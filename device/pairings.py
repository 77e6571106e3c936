"""The reception PCs this reader works for, at most four, and its own key for each of them.

Each pairing is one file that is replaced as a whole, beside the reader's keys for it, which are
sealed to the board where one is. After a power cut there is the pairing from before or the one
from after.

Source: facts/security.md §5.2.
"""

import hmac
import logging
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
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


class Pairing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One paired agent, as it lies in its file (JSON). Never printed: it holds the secret."""

    agent_name: str
    """What the reader's screen calls it."""
    audience: str
    """Whom the reader's results are for."""
    secret: bytes
    """16 bytes that both ends know."""
    agent_certificates: tuple[bytes, ...]
    """DER, 1 or 2: the agent's own, and beside it a renewed one until that is used."""
    reader_certificates: tuple[bytes, ...]
    """DER, as many: what this reader shows for it."""

    def __repr__(self) -> str:
        return f"Pairing({self.agent_name!r})"


@dataclass(frozen=True, slots=True)
class _Kept:
    path: Path
    pairing: Pairing


class Pairings:
    """All pairings of a reader. Changed from one thread; `secret_of` and `context_of` may be
    called from any.
    """

    def __init__(self, folder: Path, device_secret: Path | None) -> None:
        """Read them back.

        Args:
            folder: Where they are kept; made if there is none.
            device_secret: To which the reader's keys are sealed; none: they lie open.

        Raises:
            ConfigurationError: A file cannot be used.
            OSError: The folder cannot be used.
        """
        self._folder = folder
        self._device_secret = device_secret
        keep_folder(folder, 0o700)
        self._kept = [_Kept(path, _read(path)) for path in sorted(folder.glob(f"*{_SUFFIX}"))]
        self._contexts = dict(self._make_contexts())

    @property
    def all(self) -> tuple[Pairing, ...]:
        """In no particular order."""
        return tuple(kept.pairing for kept in self._kept)

    @property
    def audience(self) -> str | None:
        """Whom all results of this reader are for; None: it is not paired."""
        return self._kept[0].pairing.audience if self._kept else None

    def secret_of(self, agent_certificate: bytes) -> bytes | None:
        """The secret shared with the agent that shows this certificate (DER), if it is paired."""
        kept = self._find(agent_certificate)
        return kept.pairing.secret if kept else None

    def context_of(self, name: str) -> ssl.SSLContext | None:
        """The TLS context for the agent that expects a certificate; see `tls.server_name`."""
        return self._contexts.get(name)

    def make_certificate(self) -> bytes:
        """Make a new key of this reader and its certificate (DER), which no pairing has yet.

        Raises:
            ConfigurationError: The key cannot be kept.
            OSError: The certificate cannot be kept.
        """
        self._remove_unused_keys()
        key = KeyFile(self._folder / "new.key", self._device_secret).make()
        certificate = reader_certificate(key)
        name = server_name(certificate)
        keep_file(self._folder / f"{name}.pem", to_pem(certificate))
        (self._folder / "new.key").replace(self._folder / f"{name}.key")
        sync_folder(self._folder)
        return certificate

    def add(self, pairing: Pairing) -> None:
        """Keep a new pairing; one with an agent of the same name is replaced.

        Raises:
            OSError: It may not be kept.
            ConfigurationError: Its certificates cannot serve.
        """
        before = [kept for kept in self._kept if kept.pairing.agent_name == pairing.agent_name]
        path = self._folder / f"{server_name(pairing.reader_certificates[0])}{_SUFFIX}"
        self._keep(path, pairing)
        for kept in before:
            self._forget(kept)
        self._remove_unused_keys()

    def renew(self, shown: bytes, renewed: bytes) -> bytes | None:
        """Believe another certificate of a paired agent, and make one for it in turn.

        Args:
            shown: DER: what the agent showed in this session.
            renewed: DER: what it will show.

        Returns:
            DER: what this reader will show; None: that agent is not paired.

        Raises:
            OSError: It may not be kept; the pairing is as it was.
            ConfigurationError: The certificate cannot serve; the pairing is as it was.
        """
        kept = self._find(shown)
        if kept is None:
            return None
        used = kept.pairing.agent_certificates.index(shown)
        own = self.make_certificate()
        self._keep(
            kept.path,
            msgspec.structs.replace(
                kept.pairing,
                agent_certificates=(shown, renewed),
                reader_certificates=(kept.pairing.reader_certificates[used], own),
            ),
        )
        return own

    def arrived(self, shown: bytes) -> None:
        """An agent came with this certificate (DER): the one it replaced is believed no more."""
        kept = self._find(shown)
        if kept is None or kept.pairing.agent_certificates[-1:] != (shown,):
            return
        if len(kept.pairing.agent_certificates) == 1:
            return
        try:
            self._keep(
                kept.path,
                msgspec.structs.replace(
                    kept.pairing,
                    agent_certificates=(shown,),
                    reader_certificates=kept.pairing.reader_certificates[-1:],
                ),
            )
            self._remove_unused_keys()
        except OSError as error:
            _log.warning("the replaced certificate stays: %s", error.strerror)

    def forget(self, shown: bytes) -> None:
        """End the pairing with the agent that shows this certificate (DER).

        Raises:
            OSError: It may come back after a power cut.
        """
        kept = self._find(shown)
        if kept is not None:
            self._forget(kept)
            self._remove_unused_keys()

    def _find(self, agent_certificate: bytes) -> _Kept | None:
        return next(
            (
                kept
                for kept in self._kept
                for certificate in kept.pairing.agent_certificates
                if hmac.compare_digest(certificate, agent_certificate)
            ),
            None,
        )

    def _keep(self, path: Path, pairing: Pairing) -> None:
        others = [kept for kept in self._kept if kept.path != path]
        contexts = dict(self._contexts_of(pairing))
        keep_file(path, msgspec.json.encode(pairing))
        self._kept = [*others, _Kept(path, pairing)]
        stale = set(self._contexts) - {
            server_name(certificate)
            for kept in self._kept
            for certificate in kept.pairing.reader_certificates
        }
        self._contexts = {
            name: context for name, context in self._contexts.items() if name not in stale
        } | contexts

    def _forget(self, kept: _Kept) -> None:
        kept.path.unlink(missing_ok=True)
        sync_folder(self._folder)
        self._kept = [other for other in self._kept if other is not kept]
        self._contexts = dict(self._make_contexts())

    def _make_contexts(self) -> Iterator[tuple[str, ssl.SSLContext]]:
        for kept in self._kept:
            yield from self._contexts_of(kept.pairing)

    def _contexts_of(self, pairing: Pairing) -> Iterator[tuple[str, ssl.SSLContext]]:
        for certificate in pairing.reader_certificates:
            name = server_name(certificate)
            key = KeyFile(self._folder / f"{name}.key", self._device_secret)
            try:
                context = paired_device_context(
                    self._folder / f"{name}.pem",
                    key.path,
                    pairing.agent_certificates,
                    key.password(),
                )
            except (ValueError, OSError, UnsuitableCertificateError) as error:
                raise ConfigurationError(
                    f"{key.path}: the pairing with {pairing.agent_name!r} cannot be used"
                    f" ({type(error).__name__}); pair the reader again"
                ) from error
            yield name, context

    def _remove_unused_keys(self) -> None:
        used = {
            server_name(certificate)
            for kept in self._kept
            for certificate in kept.pairing.reader_certificates
        }
        for path in self._folder.iterdir():
            if path.suffix in {".key", ".pem", ".part"} and path.stem not in used:
                path.unlink()


def _read(path: Path) -> Pairing:
    try:
        pairing = msgspec.json.decode(path.read_bytes(), type=Pairing)
    except (OSError, msgspec.DecodeError) as error:
        raise ConfigurationError(
            f"{path}: this pairing cannot be read; take the file away and pair the reader again"
        ) from error
    counts = {len(pairing.agent_certificates), len(pairing.reader_certificates)}
    if len(pairing.secret) != SECRET_BYTES or counts not in ({1}, {2}):
        raise ConfigurationError(
            f"{path}: this pairing is damaged; take the file away and pair the reader again"
        )
    return pairing
