"""What one look at a part of this PC found, for `python -m agent doctor`."""

from dataclasses import dataclass

from agent.errors import AgentError


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: all is well, or what is wrong and what to do."""

    what: str
    """As it was found; starts with the part's name."""
    remedy: str | None = None
    """What somebody has to do, a sentence; None: nothing, empty: `what` says it already."""

    @classmethod
    def told_by(cls, error: AgentError) -> "Finding":
        """An error whose one sentence says what to change."""
        return cls(str(error).removesuffix("."), "")

    @property
    def is_well(self) -> bool:
        """Nothing has to be done."""
        return self.remedy is None

    def __str__(self) -> str:
        return self.what if self.is_well else f"{self.what}. {self.remedy}".rstrip()

    def at(self, part: str) -> "Finding":
        """The same, of a part that only its user can name."""
        return Finding(f"{part}: {self.what}", self.remedy)
