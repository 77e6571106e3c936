"""The findings as a person reads them."""

from collections.abc import Callable, Iterable

from agent.finding import Finding


def tell(findings: Iterable[Finding], say: Callable[[str], None], encoding: str) -> bool:
    """Say each finding in a line of its own as it comes; return whether all is well.

    Args:
        findings: Each may take a while.
        say: Prints a line at once.
        encoding: Of what is printed.
    """
    well, ill = _marks(encoding)
    count = 0
    for finding in findings:
        count += not finding.is_well
        # A check may wait for seconds: what was found before it is there meanwhile.
        say(f"{well if finding.is_well else ill} {finding}")
    say("All is well." if count == 0 else f"To do: {count}, the uppermost first.")
    return count == 0


def _marks(encoding: str) -> tuple[str, str]:
    """Those the terminal can show; cp932 has neither."""
    try:
        "✓✗".encode(encoding)
    except UnicodeEncodeError:
        return "[ok]", "[!!]"
    return "✓", "✗"
