"""The card as the kinds of card see it: what it says, asked only when somebody wants to know."""

from datetime import date
from functools import cached_property

from device.reader.card_files import CardFiles
from device.reader.card_map import ForeignApplication
from device.reader.common_data import read_expiry
from device.reader.errors import ApplicationMissingError, CardAnswerError
from device.reader.jpki import CardToken, Jpki
from device.reader.second_answer import asked_once_more
from device.reader.status_word import StatusWord


class LaidCard:
    """Answers of one card; each is asked for at most once."""

    def __init__(self, files: CardFiles, jpki: Jpki) -> None:
        """Reads what every kind needs to know.

        Args:
            files: of the card.
            jpki: the application of these files.

        Raises:
            ReaderError: the card cannot be read.
        """
        self._files = files
        self._jpki = jpki
        self._applications: dict[ForeignApplication, bool] = {}
        self.expiry: date | None = self._ask_any_card()
        """Last day of the card; None: not told."""
        self._unclear_word: StatusWord | None = None
        """What it said of its JPKI application where it told neither yes nor no."""
        self.token = self._read_token() if self._has_jpki() else None
        """What its JPKI application says; None: no such application was found."""
        if self.expiry is None and self.is_my_number_card:
            # Every such card tells its last day: that this one does not may have been a slip.
            self.expiry = read_expiry(files)

    @property
    def is_my_number_card(self) -> bool:
        """A plastic card of today, by its token label."""
        return self.token is not None and self.token.has_label(b"JPKIAPICCTOKEN2")

    @cached_property
    def pin_tries_left(self) -> int:
        """Tries of the authentication PIN, 0 to 3; a PIN the card knows nothing of has none.

        Raises:
            CardAnswerError: the card does not say.
            ReaderError: the card cannot be read.
        """
        try:
            return self._jpki.pin_tries_left()
        except CardAnswerError as refusal:
            if refusal.status_word.is_not_found:
                return 0
            raise

    @cached_property
    def has_signing_certificate(self) -> bool:
        """署名用証明書 is there. Children and many adults have none.

        Raises:
            ReaderError: the card cannot be read.
        """
        return self._jpki.has_signing_certificate()

    def require_clear_token(self) -> None:
        """Before a card is called unknown: it may be a My Number card that is disturbed.

        Raises:
            CardAnswerError: it told neither that it has a JPKI application nor that it has none.
        """
        if self._unclear_word is not None:
            raise CardAnswerError(self._unclear_word)

    def require_certificate(self) -> None:
        """A plastic card shows its 利用者証明用電子証明書 to anybody; one without it is of no use.

        Raises:
            CertificateMissingError: there is none.
            ReaderError: the card cannot be read.
        """
        self._jpki.require_certificate()

    def has_application(self, application: ForeignApplication) -> bool:
        """Whether it is also, or rather, a card of another kind.

        Raises:
            ReaderError: the card cannot be read.
        """
        if application not in self._applications:
            self._applications[application] = self._files.has_application(application)
        return self._applications[application]

    @cached_property
    def unique_id(self) -> bytes:
        """By what the reader tells cards apart; empty where it does not say.

        Raises:
            ReaderError: the card cannot be read.
        """
        return self._files.unique_id()

    def _ask_any_card(self) -> date | None:
        """Of a card that is no My Number card the last day is of no use, however it refuses."""
        try:
            return read_expiry(self._files)
        except CardAnswerError:
            return None

    def _has_jpki(self) -> bool:
        """Whether it can be selected; no, too, where even a second answer is unclear.

        For chips that know no applications the reader makes up the word, and readers differ in
        it: such a card may still be refused by its name. One that shows other applications of a
        My Number card may not, as it would be called 住基カード.

        Raises:
            CardAnswerError: unclear, and it may well be a My Number card.
            ReaderError: the card cannot be read.

        Source: PC/SC part 3 §3.2.2.1 (the reader answers for storage cards); facts/card.md §2.
        """
        try:
            asked_once_more(self._jpki.select, unless=lambda _: False)
        except ApplicationMissingError:
            return False
        except CardAnswerError as refusal:
            if self.expiry or self.has_application(ForeignApplication.RESIDENT_RECORD):
                raise
            self._unclear_word = refusal.status_word
            return False
        return True

    def _read_token(self) -> CardToken:
        # Phones tell no expiry, and only theirs need a name.
        return self._jpki.read_token(is_named=self.expiry is None)
