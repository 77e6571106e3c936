import functools
import operator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from tests.hw_sim.card import aids
from tests.hw_sim.card.atrs import ATRS
from tests.hw_sim.card.catalog import (
    CERTIFICATE_ENDING,
    CERTIFICATE_EXPIRED,
    CERTIFICATE_LONG_EXPIRED,
    CERTIFICATE_NOT_YET_VALID,
    HANAKO,
    HOLDERS,
    MY_NUMBER,
    PROFILES,
    TARO,
)
from tests.hw_sim.card.era import era_of
from tests.hw_sim.card.errors import CardPulledError
from tests.hw_sim.card.holder import Holder
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.profile import CardKind, CardProfile, CertificateLook
from tests.hw_sim.card.talk import read_file, select, send

TODAY = date(2026, 4, 1)


@pytest.fixture(scope="module")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


def check_digit(first_eleven: str) -> int:
    """Check digit of a 12-digit number (ordinance 85 of 2014, article 5)."""
    weights = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]
    remainder = sum(map(operator.mul, map(int, first_eleven), weights)) % 11
    return 0 if remainder <= 1 else 11 - remainder


@pytest.mark.parametrize("holder", HOLDERS.values())
def test_the_number_can_be_nobodys(holder: Holder) -> None:
    number = holder.my_number

    assert len(number) == 12
    assert int(number[-1]) != check_digit(number[:11])


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_every_card_can_be_issued_and_answers_select(issuer: Issuer, profile: CardProfile) -> None:
    card = issuer.issue(profile)
    card.power_on()

    known = {0x9000, profile.unknown_application_status_word, 0x6F00}
    if profile.kind is CardKind.SILENT:
        with pytest.raises(CardPulledError):
            card.transmit(select(aids.JPKI))
    elif profile.kind is not CardKind.EVIL:
        assert send(card, select(aids.JPKI))[1] in known


@pytest.mark.parametrize("atr", ATRS.values(), ids=ATRS)
def test_every_atr_has_its_check_byte(atr: bytes) -> None:
    assert functools.reduce(operator.xor, atr[1:]) == 0


def test_the_named_cards_are_there() -> None:
    assert {"my_number", "face_only", "android", "iphone"} <= set(PROFILES)
    assert {"juki", "transit", "pin_last_try", "pin_locked"} <= set(PROFILES)
    assert {"driving_licence", "residence_card", "bank_card", "wallet_phone"} <= set(PROFILES)


@pytest.mark.parametrize(
    ("holder", "code_b"), [(TARO, "33031420354821"), (HANAKO, "02100220357306")]
)
def test_matching_code_b_has_the_era_year(holder: Holder, code_b: str) -> None:
    assert MY_NUMBER.issued_to(holder).matching_code_b == code_b


def test_a_foreign_residents_card_prints_the_gregorian_year() -> None:
    holder = replace(TARO, is_birth_printed_in_era=False)

    assert MY_NUMBER.issued_to(holder).matching_code_b == "58031420354821"


@pytest.mark.parametrize(
    ("day", "digit", "year"),
    [
        (date(1980, 2, 17), 3, 55),
        (date(1989, 1, 7), 3, 64),
        (date(1989, 1, 8), 4, 1),
        (date(2020, 2, 24), 5, 2),
    ],
)
def test_eras_follow_the_exact_date(day: date, digit: int, year: int) -> None:
    era = era_of(day)

    assert (era.digit, era.year_of(day)) == (digit, year)


@pytest.mark.parametrize(
    ("name", "code_b"),
    [
        ("taisho", "14080920346640"),
        ("showa_last_day", "64010720336401"),
        ("heisei_first_day", "01010820330101"),
        ("infant", "07050520303333"),
        ("foreign_resident", "85113020270092"),
    ],
)
def test_matching_code_b_of_each_holder(name: str, code_b: str) -> None:
    assert PROFILES[name].matching_code_b == code_b


def certificate_of(issuer: Issuer, profile: CardProfile) -> x509.Certificate:
    card = issuer.issue(profile)
    card.power_on()
    send(card, select(aids.JPKI))
    return x509.load_der_x509_certificate(read_file(card, 0x000A))


@pytest.mark.parametrize(
    ("profile", "age", "days_left"),
    [
        (CERTIFICATE_ENDING, 365, 60),
        (CERTIFICATE_EXPIRED, 5 * 365, -30),
        (CERTIFICATE_LONG_EXPIRED, 6 * 365, -120),
        (CERTIFICATE_NOT_YET_VALID, -30, 4 * 365),
    ],
)
def test_certificate_dates_count_from_the_day_of_issue(
    key_folder: Path, profile: CardProfile, age: int, days_left: int
) -> None:
    certificate = certificate_of(Issuer(key_folder, today=TODAY), profile)

    assert certificate.not_valid_before_utc.date() == TODAY - timedelta(days=age)
    assert certificate.not_valid_after_utc.date() == TODAY + timedelta(days=days_left)


@pytest.mark.parametrize(
    ("look", "organisation", "policy"),
    [
        (CertificateLook.OWN, "O=UKETSUKE-TEST", "1.2.392.200149.8.5.1.0.30"),
        (CertificateLook.TEST_CARD, "O=JPKI-TEST", "1.2.392.200149.8.5.1.0.30"),
        (CertificateLook.PRODUCTION, "OU=JPKI for", "1.2.392.200149.8.5.1.3.30"),
    ],
)
def test_certificates_look_like_test_or_production(
    issuer: Issuer, look: CertificateLook, organisation: str, policy: str
) -> None:
    certificate = certificate_of(issuer, replace(MY_NUMBER, certificate_look=look))
    policies = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value

    authority = issuer.authority(is_signature=False, look=look).certificate
    certificate.verify_directly_issued_by(authority)
    assert organisation in certificate.issuer.rfc4514_string()
    assert "Japan Agency" not in certificate.issuer.rfc4514_string()
    assert [each.policy_identifier.dotted_string for each in policies] == [policy]


def test_issuers_with_one_key_folder_trust_each_other(key_folder: Path) -> None:
    first, second = Issuer(key_folder), Issuer(key_folder)
    certificate = certificate_of(first, MY_NUMBER)

    certificate.verify_directly_issued_by(second.authentication_ca)
    assert all(path.stat().st_mode & 0o077 == 0 for path in key_folder.iterdir())
