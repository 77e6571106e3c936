"""The authority that issues simulated cards: a hierarchy of its own that resembles no real one.

Source: facts/card.md §7.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding

from tests.hw_sim.card.application import Application
from tests.hw_sim.card.card import SimulatedCard
from tests.hw_sim.card.card_manager import build_card_manager, contact_atr_object
from tests.hw_sim.card.card_surface import build_card_surface
from tests.hw_sim.card.card_text import build_card_text
from tests.hw_sim.card.certificates import (
    Authority,
    EndEntity,
    issue_certificate,
    make_authority,
)
from tests.hw_sim.card.common_data import build_common_data, build_resident_record
from tests.hw_sim.card.files import PinReference
from tests.hw_sim.card.jpki import JpkiContent, build_jpki
from tests.hw_sim.card.keys import KeyStore, temporary_folder
from tests.hw_sim.card.pinless import issue_terminal
from tests.hw_sim.card.pins import make_pin_references
from tests.hw_sim.card.profile import CardKind, CardProfile, PinName
from tests.hw_sim.card.record_keys import KEY_ID_SUFFIX, RecordKeys


class Issuer:
    """Issues cards; two issuers with the same key folder trust each other's cards.

    Every CA certificate is made anew around `today`, so only the keys are the same.
    """

    def __init__(self, key_folder: Path | None = None, today: date | None = None) -> None:
        """Open the key folder, by default a temporary one, and count validity from `today`."""
        self._keys = KeyStore(key_folder or temporary_folder())
        self._today = today or datetime.now(UTC).date()
        self._authentication = self._authority("user authentication", "authentication-ca")
        self._signature = self._authority("digital signature", "signature-ca")

    @property
    def authentication_ca(self) -> x509.Certificate:
        """Trust anchor of 利用者証明用 certificates."""
        return self._authentication.certificate

    @property
    def signature_ca(self) -> x509.Certificate:
        """Trust anchor of 署名用 certificates."""
        return self._signature.certificate

    @property
    def record_ca(self) -> RSAPublicKey:
        """Trust anchor of the card-verifiable certificates."""
        return self._keys.key("record-ca").public_key()

    def issue(self, profile: CardProfile, photo_jp2: bytes = b"") -> SimulatedCard:
        """A fresh card.

        Args:
            profile: Holder, content and manners.
            photo_jp2: The face photo as a JPEG 2000 file; empty = the photo object is empty.

        Raises:
            PhotoTooLargeError: The photo does not fit the card.
        """
        pins = make_pin_references(profile)
        return SimulatedCard(profile, self._applications(profile, pins, photo_jp2), pins)

    def issue_terminal(self, folder: Path) -> dict[str, str]:
        """Write into a folder what makes a reader a terminal that our cards trust.

        Returns:
            Paths of `certificate` and `private_key` for the reader's terminal `test_hierarchy`.
        """
        return issue_terminal(self._keys, folder)

    def _applications(
        self, profile: CardProfile, pins: Mapping[PinName, PinReference], photo_jp2: bytes
    ) -> list[Application]:
        if profile.kind is CardKind.FOREIGN:
            return []
        applications = [
            build_card_manager(profile),
            build_jpki(profile, self._jpki_content(profile), pins),
        ]
        if profile.kind in (CardKind.MY_NUMBER, CardKind.FACE_ONLY):
            surface_keys = self._record_keys(profile, "surface", b"TEST023")
            text_keys = self._record_keys(profile, "text", b"TEST033")
            applications += [
                build_card_surface(profile, surface_keys, pins, photo_jp2),
                build_card_text(profile, text_keys, pins),
                build_common_data(profile, pins),
            ]
        if profile.kind not in (CardKind.ANDROID, CardKind.IPHONE):
            applications.append(build_resident_record(profile, pins))
        if not profile.is_contact_atr_at_card_manager:
            for application in applications[1:]:
                application.data_objects = contact_atr_object()
        return applications

    def _jpki_content(self, profile: CardProfile) -> JpkiContent:
        serial = profile.holder.serial
        authentication_key = self._keys.key(f"authentication-{serial}")
        signature_key = self._keys.key(f"signature-{serial}")
        return JpkiContent(
            authentication_key,
            signature_key,
            self._certificate(self._authentication, profile, authentication_key.public_key()),
            self._certificate(self._signature, profile, signature_key.public_key()),
            _der(self.authentication_ca),
            _der(self.signature_ca),
            self._keys.key("terminal-ca").public_key(),
        )

    def _certificate(
        self, authority: Authority, profile: CardProfile, public_key: RSAPublicKey
    ) -> bytes:
        is_signature = authority is self._signature
        subject = EndEntity(
            f"{profile.holder.serial}{'S' if is_signature else 'A'}",
            public_key,
            self._today - timedelta(days=profile.certificate_age_days),
            self._today + timedelta(days=profile.certificate_days_left),
            is_signature,
            profile.holder,
        )
        return _der(issue_certificate(authority, subject))

    def _record_keys(self, profile: CardProfile, purpose: str, key_id: bytes) -> RecordKeys:
        return RecordKeys(
            self._keys.key("record-ca"),
            self._keys.key("record-issuer"),
            self._keys.key(f"{purpose}-{profile.holder.serial}"),
            key_id + KEY_ID_SUFFIX,
        )

    def _authority(self, purpose: str, key_name: str) -> Authority:
        return make_authority(self._keys.key(key_name), purpose, self._today)


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)
