"""`python -m agent verify`: is all still there that was written down, and as it was written?

Journal and results are two witnesses: the journal says whose results were stored, and a result that
was taken out of the store since is missed by it.
"""

import re
from collections.abc import Callable
from contextlib import closing

from agent.chain_check import MOST_FAULTS, Checked, check_chain, files_of
from agent.chained_log import Head, days_of
from agent.config import Config, read_certificates
from agent.errors import ConfigError
from agent.result_check import CheckedResults, check_results
from agent.status import NEVER_RUN
from agent.store import Store

_HEAD = re.compile(r"(\d{1,18}):([0-9a-f]{16,64})")


def verify(config: Config, kept: str | None, tell: Callable[[str], None]) -> bool:
    """Check journal and results, beside the running agent or without it.

    Args:
        config: Of the agent.
        kept: `NUMBER:HASH` that was written down earlier, at least 16 digits of the hash.
        tell: Takes one sentence.

    Returns:
        Whether nothing is missing, altered or contradicted.

    Raises:
        PermissionError: The files are another user's.
        ConfigError: `kept` is no head, or something cannot be read.
        StoreUnavailableError: The store cannot be read.
    """
    head = None if kept is None else head_of(kept)
    if head is None and not _has_run(config):
        tell(NEVER_RUN)
        return False
    roots = read_certificates(config.trust_root, "trust_root")
    # The journal first: what it says is stored by now is in the store.
    checked = _check_journal(config, head)
    if not config.store.path.exists():
        raise ConfigError(f"{config.store.path}: there is no store; the agent has not run here.")
    with closing(Store(config.store.path)) as store:
        results = check_results(store, roots)
    faults = [*checked.faults, *_shortened(results.faults), *_missed(checked, results)]
    for remark in checked.remarks:
        tell(f"Note: {remark}.")
    for fault in faults:
        tell(f"FAULT: {fault}.")
    if not faults:
        tell(
            f"Sound: the journal, which ends with number {checked.head.number}, and"
            f" {results.count} results."
        )
    tell(f"Head of the journal: {checked.head}")
    return not faults


def head_of(text: str) -> Head:
    """The head that somebody kept.

    Raises:
        ConfigError: It is none.
    """
    found = _HEAD.fullmatch(text.strip().lower())
    if found is None:
        raise ConfigError("--head: give number, colon and hash, as `verify` told them.")
    return Head(int(found[1]), found[2])


def _has_run(config: Config) -> bool:
    journal = config.journal
    return config.store.path.exists() or journal.exists() or days_of(journal) != []


def _check_journal(config: Config, head: Head | None) -> Checked:
    try:
        return check_chain(files_of(config.journal), head)
    except PermissionError:
        raise
    except OSError as error:
        raise ConfigError(
            f"{error.filename or config.journal}: {error.strerror}; verify it once more."
        ) from error


def _missed(checked: Checked, results: CheckedResults) -> list[str]:
    missed = sorted(checked.stored - results.visits)
    return _shortened(
        [
            f"the result of visit {each.hex()} was stored and is not there any more"
            for each in missed
        ]
    )


def _shortened(faults: list[str]) -> list[str]:
    more = len(faults) - MOST_FAULTS
    return faults if more <= 0 else [*faults[:MOST_FAULTS], f"and {more} more of this kind"]
