"""The references that hold one card's secrets and their counters.

Source: facts/card.md §4.
"""

from tests.hw_sim.card.files import PinReference
from tests.hw_sim.card.pin_names import CHANGEABLE_TO, FULL_TRIES, PinName
from tests.hw_sim.card.profile import CardProfile


def make_pin_references(profile: CardProfile) -> dict[PinName, PinReference]:
    """Every reference of a card, with the profile's secrets and tries."""
    code_a, code_b = profile.matching_code_a, profile.matching_code_b
    secrets = {
        PinName.JPKI_AUTHENTICATION: profile.pins.authentication,
        PinName.JPKI_SIGNATURE: profile.pins.signature,
        PinName.TEXT_PIN: profile.pins.text,
        PinName.TEXT_CODE_A: code_a,
        PinName.TEXT_CODE_B: code_b,
        PinName.SURFACE_BIRTH_DATE: profile.holder.printed_birth_digits,
        PinName.SURFACE_CODE_A: code_a,
        PinName.SURFACE_CODE_B: code_b,
        PinName.COMMON_PIN: profile.pins.resident,
        PinName.RESIDENT_PIN: profile.pins.resident,
    }
    return {
        name: PinReference(
            secret.encode("ascii"),
            FULL_TRIES[name],
            profile.start_tries(name),
            profile.blocked_status_word,
            CHANGEABLE_TO.get(name, range(0)),
        )
        for name, secret in secrets.items()
    }
