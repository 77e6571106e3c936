"""How the resources of one result are called, the same at every attempt.

Every name is made of `(ueid, seq)` and of what the resource is, and of nothing else.

Source: FHIR R4 (4.0.1), Bundle, resolving references; RFC 9562 §5.5 (UUID of a name);
facts/oqs.md §10.
"""

from uuid import UUID, uuid5

from agent.relays._fhir_elements import Element, identifier
from agent.relays._sending import result_key
from agent.relays.port import Reception

OWN_UUIDS = UUID("7d1f6c0a-5b0e-4c55-9a7c-2f3f4b7c9e61")
"""Drawn once at random: no UUID made from it is anybody else's."""
RESULT = "urn:uketsuke:result"
VISIT = "urn:uketsuke:visit"
READER = "urn:uketsuke:ueid"
INSTITUTION = "http://jpfhir.jp/fhir/core/IdSystem/insurance-medical-institution-no"


def own_identifier(reception: Reception, part: str) -> Element:
    """Identifier of the resource that this result has of a kind, such as `coverage`."""
    return identifier(RESULT, f"{result_key(reception)}-{part}")


def own_uuid(reception: Reception, part: str) -> str:
    """The same as a UUID."""
    return str(uuid5(OWN_UUIDS, f"{result_key(reception)}-{part}"))


def full_url(reception: Reception, part: str) -> str:
    """What the resource is called inside the bundle."""
    return f"urn:uuid:{own_uuid(reception, part)}"


def reference(reception: Reception, part: str) -> Element:
    """Reference to it inside the bundle; the server puts its own address there."""
    return {"reference": full_url(reception, part)}


def clinic(reception: Reception) -> Element:
    """Reference to the clinic by its 医療機関コード: its resource is not ours to send."""
    code = reception.medical_institution_code
    return {"type": "Organization", "identifier": identifier(INSTITUTION, code)}


def reader(reception: Reception) -> Element:
    """Reference to the reader by its UEID."""
    return {"type": "Device", "identifier": identifier(READER, reception.ueid.hex())}
