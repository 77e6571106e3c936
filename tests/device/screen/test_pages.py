import pytest

from device.pairing.pages import PairingPage
from device.screen.errors import UnknownTextError
from device.screen.language import load_languages
from device.screen.pages import PageModel, page_model, printed_code_groups
from device.screen.port import PageView
from device.visit.effects import PageName
from hostlink.terms import FailureCode
from tests.device.screen.examples import EXAMPLES, NAME, SCRAMBLED_PAD

LANGUAGES = load_languages("ja")
JAPANESE = LANGUAGES["ja"]


def shown(name: str, **values: str | int | tuple[str, ...]) -> PageModel:
    return page_model(PageView(name, 1, values), JAPANESE)


def test_there_is_an_example_of_every_page() -> None:
    assert {page.name for page in EXAMPLES} == {page.value for page in (*PageName, *PairingPage)}


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.parametrize("page", EXAMPLES, ids=lambda page: f"{page.name}-{page.turn}")
def test_every_page_has_words_in_every_language(page: PageView, tag: str) -> None:
    model = page_model(page, LANGUAGES[tag])
    assert model["title"]
    assert all(model["paragraphs"])
    assert [choice["name"] for choice in model["choices"]] == list(page.choices)


@pytest.mark.parametrize("code", FailureCode)
@pytest.mark.parametrize("name", ["failed", "card_taken", "take_card", "out_of_service"])
def test_a_failure_is_told_with_its_own_words(name: str, code: FailureCode) -> None:
    failure = code.name.lower()
    model = shown(name, failure=failure)
    assert JAPANESE.text(f"failure.{failure}.title") in [model["title"], *model["paragraphs"]]
    if name != "out_of_service":
        following = JAPANESE.text(f"failure.{failure}.next")
        end = JAPANESE.texts.get(f"failure.{failure}.end", following)
        assert (following if name == "failed" else end) in model["paragraphs"]


def test_advice_for_another_look_stands_where_one_is_offered() -> None:
    failure = {"failure": "face_not_seen"}
    advice = JAPANESE.text("failure.face_not_seen.look")
    for choices, is_there in ((("retry_face", "end"), True), (("pin", "end"), False)):
        page = PageView("failed", 1, failure, choices)
        assert (advice in page_model(page, JAPANESE)["paragraphs"]) == is_there
    assert advice not in shown("take_card", **failure)["paragraphs"]


def test_a_notice_sends_a_phones_holder_to_no_municipal_office() -> None:
    for is_phone in (0, 1):
        told = shown("finished", notices=("certificate_expires_soon",), is_phone=is_phone)
        assert ("市区町村" in told["notices"][0]) != bool(is_phone)


def test_the_printed_code_cannot_be_taken_for_the_12_digit_number() -> None:
    for language in LANGUAGES.values():
        model = page_model(PageView("printed_code", 1), language)
        assert "14" in model["title"]
        assert "12" in model["paragraphs"][0]
        assert "14" in language.text("choice.type_code")


def test_taking_the_card_comes_before_what_went_wrong() -> None:
    assert shown("take_card", failure="cancelled")["title"] == "カードをお取りください"


def test_a_reminder_says_that_the_card_is_still_there() -> None:
    assert "カードが残っています" in shown("take_card", failure="", is_reminder=1)["paragraphs"][0]


def test_the_tries_left_are_told_before_the_first_key() -> None:
    assert "あと 2 回" in shown("pin", tries_left=2, pad=SCRAMBLED_PAD)["lead"]


def test_a_second_pin_is_asked_for_in_other_words() -> None:
    assert shown("pin", is_retry=1)["paragraphs"] != shown("pin", is_retry=0)["paragraphs"]


@pytest.mark.parametrize("is_phone", [0, 1])
@pytest.mark.parametrize("is_reminder", [0, 1])
def test_what_has_to_be_taken_is_called_by_its_name(is_phone: int, is_reminder: int) -> None:
    model = shown("take_card", is_phone=is_phone, is_reminder=is_reminder, failure="cancelled")
    sentences = [model["title"], *(model["paragraphs"][:1] if is_reminder else [])]
    for sentence in sentences:
        assert ("スマートフォン" in sentence) == bool(is_phone)


PHONE_PAGES = [
    *("choose_method", "pin", "pin_last_try", "checking", "waiting", "saving", "finished"),
]


@pytest.mark.parametrize("name", PHONE_PAGES)
def test_a_phone_is_called_a_phone(name: str) -> None:
    assert "スマートフォン" in shown(name, is_phone=1)["paragraphs"][0]
    assert "カード" in shown(name, is_phone=0)["paragraphs"][0]


def test_a_phone_that_was_lifted_is_called_a_phone() -> None:
    assert "スマートフォン" in shown("card_taken", is_phone=1, failure="cancelled")["paragraphs"][0]


@pytest.mark.parametrize("name", ["failed", "take_card", "card_taken"])
def test_how_to_lay_the_card_is_drawn_and_described(name: str) -> None:
    model = shown(name, failure="card_face_down")
    assert model["picture"] == "card_face_down"
    assert "裏返し" in model["picture_text"]
    assert shown(name, failure="cancelled")["picture"] == ""


def test_a_card_that_is_left_behind_is_to_be_taken_and_not_turned() -> None:
    assert shown("take_card", failure="card_face_down", is_reminder=1)["picture"] == ""


def test_the_digits_of_the_code_are_divided_as_they_are_printed() -> None:
    for typed in ("", "3", "330314", "3303142", "33031420354821"):
        groups = printed_code_groups(typed, JAPANESE)
        assert "".join(group["digits"] for group in groups) == typed
        assert [group["length"] for group in groups] == [6, 4, 4]
        assert all(len(group["digits"]) <= group["length"] for group in groups)


def test_the_name_stands_on_the_page() -> None:
    assert shown("finished", patient_name=NAME)["lead"] == "試験 花子 様"


@pytest.mark.parametrize("name", ["consent_all", "consent_one"])
def test_a_consent_says_who_sees_it_why_and_how_long(name: str) -> None:
    model = shown(name, items=("surgery",), consent_hours=24)
    why, who = model["paragraphs"]
    assert "診" in why
    assert "医師" in who
    assert "24時間" in who


def test_staff_are_told_whether_the_password_was_wrong_and_how_long_to_wait() -> None:
    wrong, wait = shown("staff_password", is_retry=1, wait_s=7)["paragraphs"]
    assert "違" in wrong
    assert "7秒" in wait
    assert shown("staff_password", wait_s=7)["paragraphs"] == [wait]


SYSTEM_IS_DOWN = ("agent_unreachable", "eligibility_unreachable", "storage_unavailable")


@pytest.mark.parametrize("failure", SYSTEM_IS_DOWN)
def test_where_the_system_is_down_the_page_says_what_proves_the_insurance(failure: str) -> None:
    for name in ("take_card", "card_taken"):
        assert "資格確認書" in shown(name, failure=failure)["paragraphs"][-1]
    reminder = shown("take_card", failure=failure, is_reminder=1)
    assert "資格確認書" not in "".join(reminder["paragraphs"])


def test_a_patient_who_ended_it_is_not_sent_for_papers() -> None:
    assert "資格確認書" not in "".join(shown("take_card", failure="cancelled")["paragraphs"])


def test_consents_one_by_one_say_which_of_how_many() -> None:
    model = shown("consent_one", items=("surgery",), position=2, count=4, patient_name=NAME)
    assert model["lead"] == "2 / 4"


@pytest.mark.parametrize(
    "page",
    [
        PageView("nowhere", 1),
        PageView("idle", 1, {}, ("fly",)),
        PageView("failed", 1, {"failure": "nothing"}),
        PageView("consent_all", 1, {"items": ("dreams",)}),
        PageView("finished", 1, {"notices": ("rain",)}),
    ],
)
def test_what_no_language_describes_is_refused(page: PageView) -> None:
    with pytest.raises(UnknownTextError):
        page_model(page, JAPANESE)


def test_a_page_never_prints_what_is_written_on_it() -> None:
    page = PageView("pin", 6, {"pad": SCRAMBLED_PAD, "patient_name": NAME})
    assert NAME not in repr(page)
    assert SCRAMBLED_PAD[0] not in repr(page)


@pytest.mark.parametrize(("wait_s", "told"), [(90, "90秒"), (91, "2分"), (4095, "69分")])
def test_a_long_wait_is_told_in_minutes(wait_s: int, told: str) -> None:
    assert told in shown("staff_password", wait_s=wait_s)["paragraphs"][0]


def test_in_an_ambulance_the_crew_are_spoken_to() -> None:
    for name in ("idle", "staff_compare", "consent_all"):
        (body, *_) = shown(name, emergency="ambulance")["paragraphs"]
        assert "救急隊" in body
        assert "救急隊" not in "".join(shown(name)["paragraphs"])
    terms = shown("consent_all", emergency="ambulance", consent_hours=24)["paragraphs"][-1]
    assert "24時間" in terms
    assert shown("pin", emergency="ambulance", tries_left=3) == shown("pin", tries_left=3)


STUCK = {"idle": "", "out_of_service": "reader_unavailable", "take_card": "card_expired"}


@pytest.mark.parametrize("name", STUCK)
def test_after_a_disaster_nobody_is_sent_away_for_want_of_a_card(name: str) -> None:
    values = {"failure": STUCK[name]} if STUCK[name] else {}
    assert "カードがなくても" in shown(name, emergency="disaster", **values)["paragraphs"][-1]
    assert "カードがなくても" not in "".join(shown(name, **values)["paragraphs"])


def test_after_a_disaster_whoever_is_done_is_told_nothing_more() -> None:
    for name in ("take_card", "finished", "choose_method"):
        assert shown(name, emergency="disaster") == shown(name)


def test_who_is_looked_up_later_is_told_what_to_show_now() -> None:
    model = shown("finished", notices=("eligibility_later",))
    assert "あとで" in model["notices"][0]
    assert "資格確認書" in model["paragraphs"][-1]


def test_after_a_completed_visit_nobody_is_asked_for_the_card_again() -> None:
    done = shown("card_taken", notices=("eligibility_later",))
    assert done["title"] == "受付が終わりました"
    assert "もう一度" not in "".join(done["paragraphs"])
    assert "資格確認書" in done["paragraphs"][-1]
    assert "あとで" in done["notices"][0]
    assert "もう一度" in "".join(shown("card_taken", failure="card_removed")["paragraphs"])


@pytest.mark.parametrize("name", ["take_card", "card_taken"])
@pytest.mark.parametrize("failure", ["not_registered", "eligibility_unreachable", "card_expired"])
def test_the_crew_are_sent_to_no_desk(name: str, failure: str) -> None:
    for language in LANGUAGES.values():
        page = PageView(name, 1, {"failure": failure, "emergency": "ambulance"})
        told = page_model(page, language)["paragraphs"]
        assert told[-1] == language.text("label.crew_goes_on")
        assert language.text("label.at_the_desk") not in told
