"""One example of every page, as the visit would ask for it."""

from dataclasses import replace

from device.face.liveness.port import Prompt
from device.face.quality import QualityHint
from device.pairing.ceremony import Comparison
from device.pairing.pages import compare, confirm_there, done, failed, unpaired, waiting
from device.screen.port import PageView
from hostlink.terms import PairingRefusal

TELEPHONE_PAD = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "", "0", "")
SCRAMBLED_PAD = ("8", "3", "0", "5", "9", "1", "7", "2", "6", "", "4", "")
ITEMS = ("surgery", "diagnosis", "medication", "health_checkup")
BOTH_NOTICES = ("certificate_expires_soon", "card_expires_soon")
NAME = "試験 花子"

HINTS = tuple(hint.value for hint in (*Prompt, *QualityHint))

_PAGES = (
    PageView("starting", 1),
    PageView("idle", 2),
    PageView("recognising", 3),
    PageView("choose_method", 4, {}, ("face", "pin", "end")),
    PageView("face", 5, {}, ("pin", "end")),
    PageView(
        "pin",
        6,
        {"tries_left": 3, "is_retry": 0, "pad": TELEPHONE_PAD},
        ("confirm", "erase", "end"),
    ),
    PageView(
        "pin",
        7,
        {"tries_left": 2, "is_retry": 1, "pad": SCRAMBLED_PAD},
        ("confirm", "erase", "end"),
    ),
    PageView("pin_last_try", 8, {"tries_left": 1}, ("confirm_last_try", "face", "end")),
    PageView("staff_password", 9, {"pad": TELEPHONE_PAD}, ("confirm", "erase", "back", "end")),
    PageView(
        "staff_password",
        9,
        {"pad": SCRAMBLED_PAD, "is_retry": 1, "wait_s": 4095},
        ("confirm", "erase", "back", "end"),
    ),
    PageView("staff_compare", 9, {}, ("staff_confirmed", "staff_denied", "end")),
    PageView("choose_method", 9, {}, ("face", "pin", "staff", "end")),
    PageView(
        "failed",
        9,
        {"failure": "card_face_down"},
        ("retry_face", "type_code", "pin", "staff", "end"),
    ),
    PageView("checking", 9),
    PageView("waiting", 10),
    PageView("register", 11, {"patient_name": NAME}, ("register", "end")),
    PageView(
        "consent_all",
        12,
        {"patient_name": NAME, "items": ITEMS, "consent_hours": 24},
        ("agree_all", "refuse_all", "one_by_one", "end"),
    ),
    PageView(
        "consent_one",
        13,
        {"items": ("medication",), "position": 2, "count": 4, "consent_hours": 24},
        ("agree", "refuse", "end"),
    ),
    PageView(
        "consent_all",
        13,
        {"patient_name": NAME, "items": ITEMS, "consent_hours": 24, "emergency": "ambulance"},
        ("agree_all", "refuse_all", "cannot_answer", "end"),
    ),
    PageView("idle", 13, {"emergency": "ambulance"}),
    PageView(
        "staff_compare",
        13,
        {"emergency": "ambulance"},
        ("staff_confirmed", "staff_denied", "end"),
    ),
    PageView("idle", 13, {"emergency": "disaster"}),
    PageView("take_card", 13, {"emergency": "disaster", "failure": "certificate_missing"}),
    PageView("take_card", 13, {"emergency": "ambulance", "failure": "not_registered"}),
    PageView("card_taken", 13, {"notices": ("eligibility_later",)}),
    PageView("finished", 13, {"notices": ("certificate_in_grace", "eligibility_later")}),
    PageView(
        "prescription",
        13,
        {"is_phone": 1},
        ("electronic_prescription", "paper_prescription", "end"),
    ),
    PageView("subsidy", 14, {}, ("use_subsidy", "no_subsidy", "end")),
    PageView("prescription", 14, {}, ("electronic_prescription", "paper_prescription", "end")),
    PageView("saving", 14),
    PageView("finished", 15, {"patient_name": NAME, "notices": ("certificate_expires_soon",)}),
    PageView("take_card", 16, {"failure": "", "is_reminder": 0}),
    PageView("take_card", 17, {"failure": "cancelled", "is_reminder": 0}),
    PageView("take_card", 18, {"failure": "agent_unreachable", "is_reminder": 0}),
    PageView("take_card", 18, {"failure": "cancelled", "is_reminder": 1}),
    PageView("card_taken", 19, {"failure": "card_removed"}),
    PageView("failed", 20, {"failure": "face_not_matched"}, ("retry_face", "pin", "end")),
    PageView(
        "failed", 22, {"failure": "card_face_down"}, ("retry_face", "type_code", "pin", "end")
    ),
    PageView("take_card", 23, {"failure": "several_cards", "is_reminder": 0}),
    PageView("take_card", 24, {"failure": "several_cards", "is_reminder": 1}),
    PageView("printed_code", 25, {"pad": TELEPHONE_PAD}, ("confirm", "erase", "end")),
    PageView("checking", 26, {"is_phone": 1}, ("end",)),
    PageView("waiting", 27, {"is_phone": 1}, ("end",)),
    PageView("finished", 31, {"patient_name": NAME, "is_phone": 1}),
    PageView("take_card", 32, {"failure": "phone_not_authenticated", "is_phone": 1}),
    PageView(
        "take_card", 33, {"failure": "phone_not_authenticated", "is_phone": 1, "is_reminder": 1}
    ),
    PageView("choose_method", 28, {"is_phone": 1}, ("pin", "end")),
    PageView(
        "pin",
        34,
        {"tries_left": 3, "pad": TELEPHONE_PAD, "is_phone": 1},
        ("confirm", "erase", "end"),
    ),
    PageView("pin_last_try", 35, {"tries_left": 1, "is_phone": 1}, ("confirm_last_try", "end")),
    PageView("saving", 36, {"is_phone": 1}),
    PageView("card_taken", 37, {"is_phone": 1}),
    PageView("failed", 38, {"failure": "pin_expired", "is_phone": 1}, ("pin", "end")),
    PageView("failed", 39, {"failure": "printed_code_rejected"}, ("type_code", "pin", "end")),
    PageView("failed", 40, {"failure": "face_not_seen"}, ("retry_face", "pin", "end")),
    PageView("take_card", 41, {"failure": "certificate_missing"}),
    PageView("take_card", 42, {"failure": "face_unavailable"}),
    PageView("take_card", 43, {"failure": "pin_locked"}),
    PageView("take_card", 44, {"failure": "results_waiting"}),
    PageView("finished", 30, {"patient_name": NAME, "notices": BOTH_NOTICES}),
    PageView("out_of_service", 21, {"failure": "reader_unavailable"}),
    unpaired(),
    waiting(),
    compare(Comparison("481516", "受付１")),
    confirm_there(Comparison("481516", "受付１")),
    done(),
    *(failed(refusal) for refusal in PairingRefusal),
)

EXAMPLES = tuple(replace(page, turn=turn) for turn, page in enumerate(_PAGES, 1))
"""Each with a turn of its own, so that one is told from the next of the same name."""
