"""All checks in the order in which somebody would repair what they find."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from agent.clock import Clock, unix_ms
from agent.config import Config, read_config
from agent.doctor import adapters, files, local_api, packages, readers, times, trust, versions
from agent.errors import AgentError, ConfigError
from agent.finding import Finding
from agent.status import read_status, says_it_runs

Check = Callable[[], Iterable[Finding]]


def examine(path: Path, status: Callable[[Config], Path], clock: Clock) -> Iterator[Finding]:
    """Look at everything.

    Args:
        path: The configuration file.
        status: Where the agent of a configuration tells how it is.
        clock: Of this PC.

    Yields:
        A finding as soon as there is one; some take seconds.
    """
    yield from _looked("Python packages", packages.examine)
    try:
        config = read_config(path)
    except ConfigError as error:
        yield Finding.told_by(error).at("configuration")
        return
    yield Finding(f"configuration: {path} can be used")
    folder = path.absolute().parent
    checks: dict[str, Check] = {
        "store": lambda: files.examine_store(config.store.path),
        "journal": lambda: files.examine_journal(config.journal),
        "trust_root": lambda: trust.examine_root(config.trust_root, clock.now()),
        "card_trust": lambda: trust.examine_anchors(config.card_trust.anchors, clock.now()),
        "pairings": lambda: trust.examine_pairings(config.pairings, config.places, clock.now()),
        "clock": lambda: times.examine(config, clock.now()),
        "reader": lambda: readers.examine(config.places, folder, status(config), clock),
        "eligibility": lambda: adapters.examine_source(config.eligibility, folder),
        "patients": lambda: adapters.examine_patients(config.patients, folder),
        "api": lambda: local_api.examine(
            config.api,
            is_running=says_it_runs(read_status(status(config)), unix_ms(clock.now())),
        ),
        "relays": lambda: adapters.examine_relays(config, folder),
        "updates": lambda: versions.examine(config, folder, clock),
    }
    for part, check in checks.items():
        yield from _looked(part, check)


def _looked(part: str, check: Check) -> Iterator[Finding]:
    """What cannot even be looked at is a finding too."""
    try:
        yield from check()
    except AgentError as error:
        found = Finding.told_by(error)
        yield found if found.what.startswith(f"{part}:") else found.at(part)
    except OSError as error:
        where = f" {error.filename}" if error.filename else ""
        yield Finding(
            f"{part}:{where} {error.strerror}",
            "Run this as the user of the agent, and look who owns the file.",
        )
