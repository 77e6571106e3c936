"""A page in words: what the browser draws, in one language.

The browser decides only the looks. Which sentence stands on which page is decided here.
"""

import math
from typing import TypedDict

from device.screen.language import Language
from device.screen.port import PageValue, PageView


class ChoiceModel(TypedDict):
    """One button."""

    name: str
    text: str


class PageModel(TypedDict):
    """One page as the browser gets it; every sentence is ready to be read."""

    name: str
    turn: int
    title: str
    lead: str
    """The one line that matters most, such as the name or the tries left; may be empty."""
    paragraphs: list[str]
    items: list[str]
    notices: list[str]
    choices: list[ChoiceModel]
    pad: list[str]
    """The faces of the twelve pad positions on the pages that take digits, else empty."""
    is_pad_scrambled: bool
    """The digits do not stand as on a telephone."""
    picture: str
    """Picture of what went wrong, a file in `web/pictures`; empty: the page's own, if any."""
    picture_text: str
    """What that picture shows."""
    is_phone: bool
    """A phone lies there, no card: the page's own picture shows one."""


class CodeGroup(TypedDict):
    """One of the three printed things that make up the printed code."""

    name: str
    """What it is called on the card."""
    digits: str
    """As far as they are typed."""
    length: int
    """How many there are."""


_CODE_GROUPS = {"code_birth": 6, "code_expiry": 4, "code_security": 4}
_TOLD_BY_FAILURE = ("failed", "card_taken")
_AT_THE_END = ("end", "next")
"""Where no way is open any more, `end` is said in place of `next`."""
_SYSTEM_IS_DOWN = frozenset(
    {
        *("agent_unreachable", "eligibility_unreachable", "reader_unavailable"),
        *("storage_unavailable", "results_waiting"),
    }
)
_WITHOUT_CARD = frozenset({"idle", "out_of_service"})
_TOLD_AT_THE_END = frozenset({"take_card", "card_taken"})
_TELEPHONE_PAD = (*"123456789", "", "0", "")
_LATER = "eligibility_later"
_LONGEST_TOLD_IN_SECONDS = 90
_LOOKS = frozenset({"face", "retry_face"})
_PICTURE_PAGES = ("failed", "take_card", "card_taken")


def printed_code_groups(digits: str, language: Language) -> list[CodeGroup]:
    """The digits of the printed code, divided as they stand on the card."""
    groups, begin = [], 0
    for name, length in _CODE_GROUPS.items():
        typed = digits[begin : begin + length]
        groups.append(CodeGroup(name=language.text(f"label.{name}"), digits=typed, length=length))
        begin += length
    return groups


def page_model(page: PageView, language: Language) -> PageModel:
    """Writes a page in one language.

    Raises:
        UnknownTextError: The language has no words for something on it.
    """
    return PageModel(
        name=page.name,
        turn=page.turn,
        title=_title(page, language),
        lead=_lead(page, language),
        paragraphs=_paragraphs(page, language),
        items=[language.text(f"consent.{item}") for item in _words(page, "items")],
        notices=[_notice(page, notice, language) for notice in _words(page, "notices")],
        choices=[
            ChoiceModel(name=choice, text=language.text(f"choice.{choice}"))
            for choice in page.choices
        ],
        pad=list(_words(page, "pad")),
        is_pad_scrambled=_words(page, "pad") not in ((), _TELEPHONE_PAD),
        picture=_picture(page, language),
        picture_text=_picture_text(page, language),
        is_phone=bool(page.values.get("is_phone")),
    )


def spoken(model: PageModel) -> list[str]:
    """Every sentence of a page in the order in which it is read aloud."""
    buttons = [choice["text"] for choice in model["choices"]]
    words = [model["title"], model["lead"], *model["paragraphs"]]
    return [*words, *model["items"], *model["notices"], *buttons]


def _title(page: PageView, language: Language) -> str:
    failure = _failure(page)
    if failure and page.name in _TOLD_BY_FAILURE:
        return _failure_text(page, ("title",), language)
    if _is_done(page):
        return language.text("page.finished.title")
    return language.text(_wording(page, "title", language))


def _lead(page: PageView, language: Language) -> str:
    values = page.values
    if "position" in values and "count" in values:
        position, count = _word(values["position"]), _word(values["count"])
        return language.text("label.position", position=position, count=count)
    if page.name == "pin" and "tries_left" in values:
        return language.text("label.tries_left", tries_left=_word(values["tries_left"]))
    if code := values.get("pairing_code"):
        return _word(code)
    if name := values.get("patient_name"):
        return language.text("label.patient", patient_name=_word(name))
    return ""


def _paragraphs(page: PageView, language: Language) -> list[str]:
    body = language.text(_wording(page, "body", language))
    if _is_done(page):
        return [language.text("page.take_card.body"), *_at_the_desk(page, language)]
    retry = f"page.{page.name}.retry"
    if page.values.get("is_retry") and retry in language.texts:
        body = language.text(retry)
    if page.name == "take_card" and page.values.get("is_reminder"):
        body = language.text(_wording(page, "reminder", language))
    if page.name == "staff_password" and page.values.get("wait_s"):
        wait = _wait(page, language)
        return [body, wait] if page.values.get("is_retry") else [wait]
    if _failure(page):
        return [*_of_failure(page, body, language), *_at_the_desk(page, language)]
    added = (
        *_phone_too(page, language),
        *_consent_terms(page, language),
        *_at_the_desk(page, language),
    )
    return [*_of_pairing(page, language), body, *added]


def _wait(page: PageView, language: Language) -> str:
    wait_s = int(_word(page.values["wait_s"]))
    if wait_s <= _LONGEST_TOLD_IN_SECONDS:
        return language.text("page.staff_password.wait", seconds=wait_s)
    minutes = math.ceil(wait_s / 60)
    return language.text("page.staff_password.wait_minutes", minutes=minutes)


def _of_failure(page: PageView, body: str, language: Language) -> list[str]:
    title = _failure_text(page, ("title",), language)
    if page.values.get("emergency") == "ambulance" and page.name in _TOLD_AT_THE_END:
        crew = language.text("label.crew_goes_on")
        return [crew] if page.name == "card_taken" else [title, crew]
    match page.name:
        case "out_of_service":
            return [title, body]
        case "take_card":
            following = _failure_text(page, _AT_THE_END, language)
            return [body if page.values.get("is_reminder") else title, following]
        case "card_taken":
            return [_failure_text(page, _AT_THE_END, language)]
        case _:
            return _what_next(page, language)


def _at_the_desk(page: PageView, language: Language) -> list[str]:
    """What proves the insurance without this machine and its network (facts/oqs.md §7.10)."""
    if page.values.get("is_reminder"):
        return []
    is_stuck = page.name in _WITHOUT_CARD or (page.name in _TOLD_AT_THE_END and _failure(page))
    if is_stuck and page.values.get("emergency") == "disaster":
        return [language.text("label.without_card")]
    is_later = _LATER in _words(page, "notices")
    is_down = _failure(page) in _SYSTEM_IS_DOWN or is_later
    is_at_a_desk = page.values.get("emergency") != "ambulance"
    return [language.text("label.at_the_desk")] if is_down and is_at_a_desk else []


def _phone_too(page: PageView, language: Language) -> list[str]:
    """A phone is laid like a card, but by patients alone (facts/oqs.md §7.8)."""
    is_open = page.name == "idle" and page.values.get("emergency") != "ambulance"
    return [language.text("label.phone_too")] if is_open else []


def _consent_terms(page: PageView, language: Language) -> list[str]:
    """Who sees what the patient agrees to, and for how long."""
    hours = page.values.get("consent_hours")
    key = _variant(page, "label.consent_terms", language)
    return [language.text(key, hours=_word(hours))] if hours else []


def _of_pairing(page: PageView, language: Language) -> list[str]:
    if agent_name := page.values.get("agent_name"):
        return [language.text("label.agent", agent_name=_word(agent_name))]
    if refusal := page.values.get("pairing_refusal"):
        return [language.text(f"pairing_refusal.{refusal}")]
    return []


def _what_next(page: PageView, language: Language) -> list[str]:
    """What helps the next look, if the page offers one; then what can be done at all."""
    following = _failure_text(page, ("next",), language)
    has_look = not _LOOKS.isdisjoint(page.choices)
    advice = language.texts.get(f"failure.{_failure(page)}.look", "") if has_look else ""
    return [advice, following] if advice else [following]


def _wording(page: PageView, part: str, language: Language) -> str:
    return _variant(page, f"page.{page.name}.{part}", language)


def _variant(page: PageView, key: str, language: Language) -> str:
    """Where a phone lies and no card, or a crew reads and no patient, some sentences are others."""
    is_phone = bool(page.values.get("is_phone"))
    is_crew = page.values.get("emergency") == "ambulance"
    for name, is_so in {"ambulance": is_crew, "phone": is_phone}.items():
        if is_so and f"{key}_{name}" in language.texts:
            return f"{key}_{name}"
    return key


def _notice(page: PageView, notice: str, language: Language) -> str:
    return language.text(_variant(page, f"notice.{notice}", language))


def _failure_text(page: PageView, parts: tuple[str, ...], language: Language) -> str:
    """The first of these parts that this failure has words for."""
    keys = [f"failure.{_failure(page)}.{part}" for part in parts]
    known = (key for key in keys if key in language.texts)
    return language.text(_variant(page, next(known, keys[-1]), language))


def _picture(page: PageView, language: Language) -> str:
    if _is_done(page):
        return "done"
    return _failure(page) if _picture_text(page, language) else ""


def _picture_text(page: PageView, language: Language) -> str:
    """What the picture of a failure shows; empty where it has none, or the card has to go."""
    if page.name not in _PICTURE_PAGES or page.values.get("is_reminder"):
        return ""
    return language.texts.get(f"failure.{_failure(page)}.picture", "")


def _is_done(page: PageView) -> bool:
    """The card was taken after a visit that is completed: nothing goes on."""
    return page.name == "card_taken" and not _failure(page)


def _failure(page: PageView) -> str:
    return str(page.values.get("failure", ""))


def _word(value: PageValue) -> str:
    return value if isinstance(value, str) else str(value)


def _words(page: PageView, key: str) -> tuple[str, ...]:
    value = page.values.get(key, ())
    return value if isinstance(value, tuple) else (str(value),)
