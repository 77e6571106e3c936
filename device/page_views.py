"""Turns what the visit wants shown into what the screen can show."""

from device.screen.port import PageValue, PageView
from device.visit.effects import PageName, ShowPage
from hostlink.terms import CONSENT_HOURS, Emergency

_TYPED = {PageName.PIN, PageName.PRINTED_CODE, PageName.STAFF_PASSWORD}


def page_view(
    wanted: ShowPage, pad: tuple[str, ...], emergency: Emergency | None = None
) -> PageView:
    """The page with everything that is written on it.

    Args:
        wanted: The page of the visit.
        pad: The faces of the twelve pad positions, for the pages that take digits.
        emergency: What the reader serves instead of an ordinary reception.
    """
    values: dict[str, PageValue] = {}
    if emergency is not None:
        values["emergency"] = emergency.name.lower()
    if wanted.failure is not None:
        values["failure"] = wanted.failure.name.lower()
    if wanted.tries_left is not None:
        values["tries_left"] = wanted.tries_left
    if wanted.patient_name:
        values["patient_name"] = wanted.patient_name
    if wanted.count:
        values |= {"position": wanted.position, "count": wanted.count}
    if wanted.page in _TYPED:
        values["pad"] = pad
    if wanted.page in {PageName.CONSENT_ALL, PageName.CONSENT_ONE}:
        values["consent_hours"] = CONSENT_HOURS
    values |= {
        "is_retry": int(wanted.is_retry),
        "wait_s": wanted.wait_s,
        "is_reminder": int(wanted.is_reminder),
        "is_phone": int(wanted.is_phone),
        "items": tuple(item.name.lower() for item in wanted.consents),
        "notices": tuple(notice.name.lower() for notice in wanted.notices),
    }
    choices = tuple(choice.value for choice in wanted.choices)
    return PageView(wanted.page.value, wanted.turn, values, choices)
