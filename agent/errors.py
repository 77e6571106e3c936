"""Everything that can go wrong on the reception PC."""


class AgentError(Exception):
    """Root of all errors of the agent. Never carries personal data."""


class ConfigError(AgentError):
    """The configuration cannot be used; the text is one sentence saying what to change."""


class NotPairedError(ConfigError):
    """No reader is paired at a counter yet."""


class PairingError(AgentError):
    """A reader could not be paired, renewed or unpaired; the text says why and what to do."""


class BackupError(AgentError):
    """A backup could not be made or restored; the text says why and what to do."""


class StoreUnavailableError(AgentError):
    """The agent's database cannot be trusted or written: nothing may be acknowledged any more.

    After a failed fsync a record counts as not stored, and the agent stops instead of trying
    again on the same connection (facts/security.md §6.6).
    """


class JournalUnavailableError(AgentError):
    """The journal cannot be opened."""


class LinkDiedError(AgentError):
    """The thread that moves the link's bytes ended; only a restart brings the reader back."""


class MalformedQualificationError(AgentError):
    """What the eligibility source said does not have the agreed form."""

    def __init__(self, field: str) -> None:
        super().__init__(f"eligibility answer: field {field} is missing or malformed")
        self.field = field
        """Name of the field, never its value."""


class EligibilityUnreachableError(AgentError):
    """The eligibility source cannot be asked, or not now."""

    def __init__(self, cause: str) -> None:
        super().__init__(f"eligibility source unreachable: {cause}")
        self.cause = cause
        """Short technical word, such as an HTTP status; never what the source wrote."""


class PatientsUnavailableError(AgentError):
    """Nobody can be looked up in the clinic's list of patients now; the text says what to do."""

    def __init__(self, cause: str) -> None:
        super().__init__(f"the list of patients {cause}")


class MalformedEntryError(AgentError):
    """What staff typed or chose does not have the agreed form."""

    def __init__(self, field: str) -> None:
        super().__init__(f"entry: field {field} is missing or malformed")
        self.field = field
        """Name of the field, never its value."""


class MalformedNumberError(AgentError):
    """What staff typed cannot be such a number."""

    def __init__(self, field: str) -> None:
        super().__init__(f"{field} cannot be such a number: compare it with the paper")
        self.field = field
        """Name of the field, never its value."""


class NumbersUnavailableError(AgentError):
    """A question by numbers could not be put; nothing of it is left, so it may be tried again."""

    def __init__(self, cause: str) -> None:
        super().__init__(
            f"the folders of 連携アプリ cannot be used ({cause}): look at the share and at the"
            " 資格確認端末"
        )
        self.cause = cause
        """Short technical word, such as an errno name."""


class NumbersTimedOutError(AgentError):
    """A question by numbers has no answer yet; the 資格確認端末 shows what became of it."""

    def __init__(self, *, is_taken: bool) -> None:
        told = {
            True: "has not answered: look at the 資格確認端末 before you ask again",
            False: "did not take the question, which was taken back: start it and ask again",
        }
        super().__init__(f"連携アプリ {told[is_taken]}")
        self.is_taken = is_taken
        """False: it lay there untouched and was taken back."""


class RelayUnavailableError(AgentError):
    """The reception software's door is shut for now; the hand-over is tried again later."""

    def __init__(self, cause: str) -> None:
        super().__init__(f"relay unavailable: {cause}")
        self.cause = cause
        """Short technical word, such as an errno name."""


class RelayRefusedError(AgentError):
    """The receiver will never take this result; staff have to look."""

    def __init__(self, cause: str) -> None:
        super().__init__(f"relay refused: {cause}")
        self.cause = cause
        """Short technical word, such as an HTTP status; never what the receiver wrote."""


class UpdateNoticeError(AgentError):
    """The maker's notice of a new version cannot be had or not be believed; the text says why."""


class PreparedLostError(AgentError):
    """What was prepared is gone and was surely not handed over; it must be prepared again."""


class OtherReadersVisitError(AgentError):
    """A reader goes on with a visit that another one opened."""
