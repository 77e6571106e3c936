"""The verifiers of all PINs that were set, in two files that are replaced as a whole."""

from device.pinpad.disk import Disk
from device.pinpad.own_pins.names import OwnPinName
from device.pinpad.own_pins.verifier import BODY_BYTES, Verifier
from device.pinpad.record_log import LogCondition, RecordLog
from device.pinpad.sealed_records import RecordSeal

_COPIES = ("own_pins.verifiers", "own_pins.verifiers.copy")


class Verifiers:
    """Used from one thread."""

    def __init__(self, disk: Disk, key: bytes) -> None:
        """Reads them back; `key` (32 bytes) authenticates the files."""
        self._log = RecordLog(disk, _COPIES, RecordSeal(key, BODY_BYTES))
        self._of: dict[OwnPinName, Verifier] = {}
        try:
            verifiers = [Verifier.decode(body) for body in self._log.bodies]
        except ValueError:
            return
        self._of = {verifier.name: verifier for verifier in verifiers}

    @property
    def is_begun(self) -> bool:
        """Whether any PIN was ever set here, even if what was kept of it cannot be read."""
        return self._log.condition is not LogCondition.MISSING

    @property
    def is_lost(self) -> bool:
        """Whether a PIN was set and nothing can be read of any."""
        return self.is_begun and not self._of

    def of(self, name: OwnPinName) -> Verifier | None:
        """What recognises this PIN; None where it was not set, or cannot be read."""
        return self._of.get(name)

    def keep(self, verifier: Verifier) -> None:
        """Sets one and keeps the others; a power cut leaves the old one or the new one.

        Raises:
            AttemptLogError: It may not be on the disk; nothing is written until the next start.
        """
        kept = {**self._of, verifier.name: verifier}
        self._log.rewrite(each.encode() for each in kept.values())
        self._of = kept
