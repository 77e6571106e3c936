"""What the configuration names, made or found: adapters, paired readers, certificates."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from cryptography import x509

import agent.eligibility
import agent.patients
import agent.relays
from agent import log
from agent.adapters import create_adapter
from agent.config import Config, read_certificates
from agent.eligibility.port import EligibilitySource
from agent.errors import ConfigError, NotPairedError
from agent.pairings import Pairing, Pairings
from agent.patients.port import PatientList
from agent.relays.port import Relay, SendingRelay
from agent.trust import CardTrust

FOLDERS = ("folder", "staging_folder")
"""Settings of a relay that name a folder in which it keeps files."""


def source_of(config: Config, folder: Path) -> EligibilitySource:
    """The eligibility source."""
    wanted = config.eligibility
    source = create_adapter(agent.eligibility, wanted.source, wanted.settings, folder)
    return cast(EligibilitySource, source)


def patients_of(config: Config, folder: Path) -> PatientList | None:
    """The clinic's list of its patients, if it gives one."""
    wanted = config.patients
    if wanted is None:
        return None
    found = create_adapter(agent.patients, wanted.source, wanted.settings, folder)
    return cast(PatientList, found)


def relays_of(
    config: Config, folder: Path, source: EligibilitySource
) -> dict[str, Relay | SendingRelay]:
    """The relays by their labels.

    Raises:
        ConfigError: One of them cannot be made, could hand over nothing of this source, or has
            the folder of another one.
    """
    if not config.relays:
        log.warn("there is no [[relays]]: results are kept and handed to nobody")
    _require_own_folders(config, folder)
    made: dict[str, Relay | SendingRelay] = {}
    for wanted in config.relays:
        relay = create_adapter(agent.relays, wanted.target, wanted.settings, folder)
        made[wanted.label] = cast(Relay | SendingRelay, relay)
        if made[wanted.label].needs_record and not source.knows_people:
            raise ConfigError(
                f"[[relays]] {wanted.label}: it hands over what the eligibility source knows, and"
                f" {config.eligibility.source!r} knows nobody; http_post can be used with it."
            )
    return made


def _require_own_folders(config: Config, folder: Path) -> None:
    """Two relays would give their files the same names, and one would take the other's for its.

    The names alone are compared: a share that is away must not hold up the start.
    """
    used: set[str] = set()
    for relay in config.relays:
        own = {
            os.path.normcase(os.path.abspath(folder / str(relay.settings[key])))  # noqa: PTH100
            for key in FOLDERS
            if key in relay.settings
        }
        if own & used:
            raise ConfigError(f"[[relays]] {relay.label}: name folders of its own.")
        used |= own


def paired_readers(config: Config, pairings: Pairings) -> dict[str, Pairing]:
    """The reader of each counter; those that are not paired yet are left out.

    Raises:
        ConfigError: None is paired and there is no console to pair one; or none can be read.
    """
    paired, unpaired = {}, []
    for counter in config.places:
        try:
            paired[counter] = pairings.at(counter)
        except ConfigError as error:
            unpaired.append(error)
    if not paired:
        for why in unpaired:
            if config.api is None or not isinstance(why, NotPairedError):
                raise why
    for why in unpaired:
        log.warn(str(why))
    return paired


def card_trust_of(config: Config) -> CardTrust:
    """Who may issue cards."""
    anchors: Sequence[x509.Certificate] = [
        certificate
        for path in config.card_trust.anchors
        for certificate in read_certificates(path, "[card_trust] anchors")
    ]
    return CardTrust(anchors)
