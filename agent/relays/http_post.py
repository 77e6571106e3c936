"""Posts every completed visit to software of the clinic: one JSON document, signed.

`POST {url}` with

    {"visit": "<32 hex digits>", "ueid": "<hex>", "seq": 1,
     "medical_institution_code": "1311234567",
     "card_kind": "my_number", "method": "face",
     "verified_at": "2026-11-22T09:00:55.000+09:00",
     "has_registered": false, "emergency": null,
     "consents": [{"item": "medication", "answer": "given",
                   "at": "2026-11-22T09:00:55.000+09:00"}, ...],
     "decisions": ["use_subsidy", "electronic_prescription"],
     "notices": ["certificate_expires_soon"],
     "record": {"qualification_validity": "1",
                "person": {"name": "...", "name_kana": "...", ...}, ...},
     "answered_at": "2026-11-22T09:00:54.000+09:00",
     "received_at": "2026-11-22T09:01:02.000+09:00",
     "signed_result": "<base64 of the tagged COSE_Sign1>"}

Every key is always there; `null` stands for none. Words are those of `hostlink/terms.py` in small
letters: `card_kind` my_number, face_only, android, iphone; `method` face, pin, staff, phone;
`emergency` ambulance, disaster; `item` surgery, diagnosis, medication, health_checkup; `answer`
given, refused, unobtainable (asked in an emergency, and not able to answer). An item that is not
there was not asked, or could not be. `record` has the fields of
`agent.qualification.EligibilityRecord`, or is null where the clinic asks no source; `answered_at`
is when the eligibility source gave it and `received_at` when the agent stored the result. Times are
RFC 3339 with an offset; where the reader had no time that can be, `verified_at` and `at` are that
of `received_at`, or that of `answered_at` where the result came on another day in Japan than that.
`signed_result` is what the reader signed, docs/HOSTLINK.md says how to verify it; the rest is the
agent's word.

With it come

    Content-Type: application/json
    Idempotency-Key: "<ueid>-<seq>"
    webhook-id: <ueid>-<seq>
    webhook-timestamp: <seconds since 1970 of this attempt>
    webhook-signature: v1,<base64 of the HMAC>

where `<ueid>-<seq>` is the same at every attempt, and so is the document, byte for byte. The HMAC
is HMAC-SHA-256; its key are the bytes of `secret_file`, all of them; its message is the value of
`webhook-id`, a full stop, the value of `webhook-timestamp`, a full stop, and the body as it came.
A receiver compares the whole value of `webhook-signature`, in constant time, before it reads the
body, and then the timestamp with its own clock: more than 300 s apart is a repetition by somebody
else.

Answers: 2xx when the document is kept safely, also when it was before; or, then, 409 with the
header `Idempotency-Key` as it was sent. 401, 403, 404, 405, 407, 408, 425, 429, 5xx, a redirect
(which is not followed), 409 without that header, or none within `timeout_s`: it is sent again, so a
receiver that doubts the timestamp says 425. Any other status refuses the document for good and
staff are told. The answer's body is not looked at.

Source: Standard Webhooks 1.0 (headers and signature, for which there are ready libraries: their
secret is `whsec_` and base64 of the key); draft-ietf-httpapi-idempotency-key-header-07;
facts/oqs.md §6.3.
"""

import base64
import hmac
import json
from collections.abc import Iterable, Sequence
from enum import IntEnum
from pathlib import Path

from agent.clock import Clock, SystemClock, rfc_3339
from agent.errors import ConfigError
from agent.finding import Finding
from agent.qualification import record_to_json
from agent.relays._passed_on import believable_time, consents_passed_on, decisions_passed_on
from agent.relays._sending import (
    Sender,
    SendingSettings,
    examine_receiver,
    relay_file_errors,
    result_key,
)
from agent.relays.port import Reception, SendingRelay
from hostlink.messages import ConsentDecision, Moment

SHORTEST_KEY_BYTES = 32
"""As long as the HMAC (RFC 2104 §3)."""


class Settings(SendingSettings, frozen=True, kw_only=True):
    """What `[[relays]]` holds for `target = "http_post"`."""

    secret_file: Path
    """Holds the key that this agent and the receiver share: 32 random bytes or more."""


def create(settings: Settings) -> SendingRelay:
    """Make the relay; the connection is opened with the first visit.

    Raises:
        ConfigError: The address, the key or a certificate cannot be used.
    """
    return HttpPost(_read_key(settings.secret_file), Sender(settings), SystemClock())


def examine(settings: Settings) -> Sequence[Finding]:
    """See `examine_receiver`."""
    return examine_receiver(settings)


class HttpPost:
    """One receiver of documents."""

    needs_record = False

    def __init__(self, key: bytes, sender: Sender, clock: Clock) -> None:
        self._key = key
        self._sender = sender
        self._clock = clock

    def send(self, reception: Reception) -> str:
        """Post the document; see `SendingRelay.send`."""
        name, body = result_key(reception), render(reception)
        timestamp = str(int(self._clock.now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "webhook-id": name,
            "webhook-timestamp": timestamp,
            "webhook-signature": self._signature(f"{name}.{timestamp}.".encode() + body),
        }
        self._sender.post(body, name, headers)
        return name

    def close(self) -> None:
        """Close the kept connection."""
        self._sender.close()

    def _signature(self, message: bytes) -> str:
        return f"v1,{_base64(hmac.digest(self._key, message, 'sha256'))}"


def render(reception: Reception) -> bytes:
    """The document of a visit as UTF-8, the same at every attempt."""
    visit = reception.visit
    document = {
        "visit": visit.visit_id.hex(),
        "ueid": reception.ueid.hex(),
        "seq": reception.seq,
        "medical_institution_code": reception.medical_institution_code,
        "card_kind": _word(visit.card_kind),
        "method": _word(visit.method),
        "verified_at": _time(visit.verified_at, reception),
        "has_registered": visit.has_registered,
        "emergency": _word(visit.emergency),
        "consents": [_consent(each, reception) for each in consents_passed_on(reception).values()],
        "decisions": _words(decisions_passed_on(reception)),
        "notices": None if visit.notices is None else _words(visit.notices),
        "record": json.loads(record_to_json(reception.record)) if reception.record else None,
        "answered_at": rfc_3339(reception.answered_at),
        "received_at": rfc_3339(reception.received_at),
        "signed_result": _base64(reception.signed_result),
    }
    return json.dumps(document, ensure_ascii=False).encode()


def _consent(decision: ConsentDecision, reception: Reception) -> dict[str, str | None]:
    return {
        "item": _word(decision.item),
        "answer": _word(decision.answer),
        "at": _time(decision.at, reception),
    }


def _time(moment: Moment | None, reception: Reception) -> str | None:
    return None if moment is None else rfc_3339(believable_time(moment, reception))


def _word(member: IntEnum | None) -> str | None:
    return None if member is None else member.name.lower()


def _words(members: Iterable[IntEnum]) -> list[str]:
    return [member.name.lower() for member in members]


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _read_key(path: Path) -> bytes:
    with relay_file_errors("secret_file", path, "a readable file"):
        key = path.read_bytes()
    if len(key) < SHORTEST_KEY_BYTES:
        raise ConfigError(
            f"[[relays]] secret_file: {path} must hold {SHORTEST_KEY_BYTES} random bytes or more."
        )
    return key
