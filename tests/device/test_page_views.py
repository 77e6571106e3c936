"""Each page shows what belongs on it, in every language, and digits only on the PIN pad."""

import json

import pytest

from device.page_views import page_view
from device.screen.language import Language, load_languages
from device.screen.pages import page_model
from device.visit.effects import Choice, PageName, ShowPage
from hostlink.terms import CONSENT_HOURS, ConsentItem, Emergency, FailureCode, Notice

PAD = ("8", "3", "0", "5", "9", "1", "7", "2", "6", "", "4", "")
NAME = "試験 花子"
LANGUAGES = load_languages("ja").values()


def full(page: PageName) -> ShowPage:
    return ShowPage(
        turn=4,
        page=page,
        choices=tuple(Choice),
        failure=FailureCode.FACE_NOT_MATCHED,
        tries_left=0,
        is_retry=True,
        wait_s=3,
        is_reminder=True,
        is_phone=True,
        patient_name=NAME,
        consents=tuple(ConsentItem),
        notices=tuple(Notice),
        position=2,
        count=3,
    )


@pytest.mark.parametrize("page", PageName)
def test_everything_on_a_page_arrives(page: PageName) -> None:
    view = page_view(full(page), PAD)
    assert (view.name, view.turn) == (page.value, 4)
    assert view.choices == tuple(choice.value for choice in Choice)
    expected = {
        "failure": "face_not_matched",
        "tries_left": 0,
        "patient_name": NAME,
        "position": 2,
        "count": 3,
        "is_retry": 1,
        "wait_s": 3,
        "is_reminder": 1,
        "is_phone": 1,
        "items": ("surgery", "diagnosis", "medication", "health_checkup"),
        "notices": (
            *("certificate_expires_soon", "certificate_in_grace", "card_expires_soon"),
            "eligibility_later",
        ),
    }
    if page in {PageName.CONSENT_ALL, PageName.CONSENT_ONE}:
        expected["consent_hours"] = CONSENT_HOURS
    assert {key: value for key, value in view.values.items() if key != "pad"} == expected


@pytest.mark.parametrize("page", PageName)
def test_what_the_reader_serves_arrives_on_every_page(page: PageName) -> None:
    view = page_view(ShowPage(1, page), (), Emergency.AMBULANCE)
    assert view.values["emergency"] == "ambulance"
    assert "emergency" not in page_view(ShowPage(1, page), ()).values


@pytest.mark.parametrize("page", PageName)
def test_what_is_not_on_a_page_is_not_there(page: PageName) -> None:
    view = page_view(ShowPage(1, page), ())
    absent = {"failure", "tries_left", "patient_name", "position", "count"}
    assert absent.isdisjoint(view.values)
    assert view.choices == ()


@pytest.mark.parametrize("page", PageName)
def test_digits_stand_on_the_pages_that_take_some_alone(page: PageName) -> None:
    view = page_view(full(page), PAD)
    takes_digits = page in {PageName.PIN, PageName.PRINTED_CODE, PageName.STAFF_PASSWORD}
    assert view.values.get("pad", ()) == (PAD if takes_digits else ())


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.tag)
@pytest.mark.parametrize("page", PageName)
def test_every_language_has_words_for_it(page: PageName, language: Language) -> None:
    for failure in FailureCode:
        for wanted in (full(page), ShowPage(1, page, failure=failure), ShowPage(1, page)):
            model = page_model(page_view(wanted, PAD), language)
            assert model["title"]
            assert "{" not in json.dumps(model["paragraphs"])


def test_neither_name_nor_pad_prints() -> None:
    shown = repr((full(PageName.PIN), page_view(full(PageName.PIN), PAD)))
    assert NAME not in shown
    assert "'8'" not in shown
