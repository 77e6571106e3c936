"""The authority that issues simulated cards: a hierarchy of its own that resembles no real one.

Source: facts/card.md §7.
"""

from collections.abc import Mapping
from dataclasses import replace
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
from tests.hw_sim.card.front_record import front_record
from tests.hw_sim.card.jpki import JpkiContent, build_jpki
from tests.hw_sim.card.keys import KeyStore, temporary_folder
from tests.hw_sim.card.other_cards import build_other_applications
from tests.hw_sim.card.pinless import issue_terminal
from tests.hw_sim.card.pins import make_pin_references
from tests.hw_sim.card.profile import CardKind, CardProfile, CertificateLook, PinName, Tampering
from tests.hw_sim.card.record_keys import KEY_ID_SUFFIX, RecordKeys
from tests.hw_sim.card.victim import victim_of, victim_photo


class Issuer:
    """Issues cards; two issuers with the same key folder trust each other's cards.

    Every CA certificate is made anew around `today`, so only the keys are the same.
    """

    def __init__(self, key_folder: Path | None = None, today: date | None = None) -> None:
        """Open the key folder, by default a temporary one, and count validity from `today`."""
        self._keys = KeyStore(key_folder or temporary_folder())
        self._today = today or datetime.now(UTC).date()
        self._authorities: dict[tuple[str, CertificateLook], Authority] = {}

    @property
    def authentication_ca(self) -> x509.Certificate:
        """Trust anchor of 利用者証明用 certificates of the usual look."""
        return self.authority(is_signature=False).certificate

    @property
    def signature_ca(self) -> x509.Certificate:
        """Trust anchor of 署名用 certificates of the usual look."""
        return self.authority(is_signature=True).certificate

    def authority(
        self, *, is_signature: bool, look: CertificateLook = CertificateLook.OWN
    ) -> Authority:
        """The CA of one purpose; each look has its own name, all have the same key."""
        purpose = "digital signature" if is_signature else "user authentication"
        if (purpose, look) not in self._authorities:
            key = self._keys.key("signature-ca" if is_signature else "authentication-ca")
            self._authorities[purpose, look] = make_authority(key, purpose, self._today, look)
        return self._authorities[purpose, look]

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
        others = build_other_applications(profile)
        if not profile.has_my_number_chip:
            return others
        surface_keys = self._record_keys(profile, "surface", b"TEST023")
        manager_keys = replace(surface_keys, issuer_key_id=b"TEST020" + KEY_ID_SUFFIX)
        applications = [build_card_manager(profile, manager_keys)]
        if profile.has_jpki:
            applications.append(build_jpki(profile, self._jpki_content(profile), pins))
        if profile.is_my_number_card:
            front = self._front_record(profile, surface_keys, photo_jp2)
            text_keys = self._record_keys(profile, "text", b"TEST033")
            common_key = self._keys.key(f"common-{profile.holder.serial}")
            applications += [
                build_card_surface(profile, surface_keys, pins, front),
                build_card_text(profile, text_keys, pins),
                build_common_data(profile, common_key, pins),
            ]
        if profile.kind not in (CardKind.ANDROID, CardKind.IPHONE):
            applications.append(build_resident_record(profile, pins))
        if not profile.is_contact_atr_at_card_manager:
            for application in applications[1:]:
                application.data_objects = contact_atr_object()
        return applications + others

    def _front_record(self, profile: CardProfile, keys: RecordKeys, photo_jp2: bytes) -> bytes:
        """EF 0002 as it was issued, or what somebody put into its place."""
        other_photo = victim_photo(photo_jp2)
        if Tampering.RECORD_SWAPPED in profile.tampered:
            victim = profile.issued_to(victim_of(profile.holder))
            return front_record(victim, self._record_keys(victim, "surface", b""), other_photo)
        if Tampering.CLONED in profile.tampered:
            original_chip = self._keys.key(f"surface-original-{profile.holder.serial}")
            return front_record(profile, replace(keys, chip=original_chip), photo_jp2)
        return front_record(profile, keys, photo_jp2, other_photo)

    def _jpki_content(self, profile: CardProfile) -> JpkiContent:
        serial, look = profile.holder.serial, profile.certificate_look
        authentication_key = self._keys.key(f"authentication-{serial}")
        signature_key = self._keys.key(f"signature-{serial}")
        certified, certified_key = profile, authentication_key
        if Tampering.CERTIFICATE_CLONED in profile.tampered:
            certified = profile.issued_to(victim_of(profile.holder))
            certified_key = self._keys.key(f"authentication-{certified.holder.serial}")
        return JpkiContent(
            authentication_key,
            signature_key,
            self._certificate(certified, certified_key.public_key(), is_signature=False),
            self._certificate(profile, signature_key.public_key(), is_signature=True),
            _der(self.authority(is_signature=False, look=look).certificate),
            _der(self.authority(is_signature=True, look=look).certificate),
            self._keys.key("terminal-ca").public_key(),
        )

    def _certificate(
        self, profile: CardProfile, public_key: RSAPublicKey, *, is_signature: bool
    ) -> bytes:
        subject = EndEntity(
            f"{profile.holder.serial}{'S' if is_signature else 'A'}",
            public_key,
            self._today - timedelta(days=profile.certificate_age_days),
            self._today + timedelta(days=profile.certificate_days_left),
            is_signature,
            profile.holder,
        )
        look = profile.certificate_look
        authority = self.authority(is_signature=is_signature, look=look)
        return _der(issue_certificate(authority, subject, look))

    def _record_keys(self, profile: CardProfile, purpose: str, key_id: bytes) -> RecordKeys:
        is_unknown = Tampering.RECORD_ISSUER_UNKNOWN in profile.tampered
        prefix = "unknown-" if is_unknown else ""
        return RecordKeys(
            self._keys.key(f"{prefix}record-ca"),
            self._keys.key(f"{prefix}record-issuer"),
            self._keys.key(f"{purpose}-{profile.holder.serial}"),
            key_id + KEY_ID_SUFFIX,
        )


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)
