"""Commands to one card and its answers, within limits that even a hostile card cannot stretch."""

from device.reader.apdu import SHORT_ANSWER_BYTES, CommandApdu, ResponseApdu
from device.reader.blocking_calls import BlockingCalls
from device.reader.errors import (
    CardAnswerError,
    CardLostError,
    CardTimeoutError,
    MalformedAnswerError,
    ReaderError,
    SlotLostError,
)
from device.reader.port import CardConnection, CardSlot

_MAX_GET_RESPONSES = 8
"""Longest chain of 61xx followed for one command; an honest card needs one."""

_SELECT = 0xA4

_SESSION_BUDGET_S = 60.0
"""A card may think so long in one session; a slow honest one needs about ten seconds."""


class Exchange:
    """The dialogue with one card. After a lost card or a passed deadline it stays dead."""

    def __init__(self, slot: CardSlot, apdu_deadline_s: float) -> None:
        """Powers the card.

        Raises:
            ReaderError: as `CardSlot.connect`, or the card did not start in time.
        """
        self._calls = BlockingCalls(apdu_deadline_s, _SESSION_BUDGET_S)
        self._end: type[ReaderError] | None = None
        """Why nothing more can be sent. Not the error itself: its traceback holds the command."""
        self._is_first_command = True
        self._is_closed = False
        self._take_power = _nothing_has_power

        def power() -> CardConnection:
            connection = slot.connect()
            self._take_power = connection.close
            return connection

        try:
            self._connection = self._calls.run(power, self._calls.new_deadline())
        except BaseException:
            self.close()
            raise

    def send(self, command: CommandApdu) -> ResponseApdu:
        """One command and its whole answer: 6Cxx is asked again, 61xx is fetched.

        All of it together has one deadline. A command without Le is never sent twice, so a VERIFY
        never spends two tries. Only the SELECT that a session begins with may be lost after
        power-up, and then is sent once more.

        Raises:
            CardLostError: the card was pulled, now or earlier in this session.
            SlotLostError: the slot or its service went away, now or earlier.
            CardTimeoutError: the card was too slow, now or earlier.
            MalformedAnswerError: the answer is no answer, or longer than allowed.

        Source: ISO/IEC 7816-4 §5.6 and §11.7.1 (GET RESPONSE); facts/card.md §1.3.
        """
        ends_at_s = self._calls.new_deadline()
        is_first, self._is_first_command = self._is_first_command, False
        response = self._transmit(command, ends_at_s)
        if is_first and command.ins == _SELECT and response.status_word.is_first_after_power_up:
            response = self._transmit(command, ends_at_s)
        right_length = response.status_word.right_length
        if command.ne and right_length is not None:
            header = (command.cla, command.ins, command.p1, command.p2)
            asked_again = CommandApdu(*header, command.data, right_length)
            response = self._transmit(asked_again, ends_at_s)
        return self._fetch_rest(response, max(command.ne, SHORT_ANSWER_BYTES), ends_at_s)

    def send_ok(self, command: CommandApdu) -> bytes:
        """The answer's data to a command that must succeed.

        Raises:
            CardAnswerError: the card refused.
            ReaderError: as `send`.
        """
        response = self.send(command)
        if not response.status_word.is_ok:
            raise CardAnswerError(response.status_word)
        return response.data

    def require_alive(self) -> None:
        """Whether anything can be sent yet; sends nothing.

        Raises:
            CardLostError: the card was pulled earlier in this session.
            SlotLostError: the slot or its service went away earlier.
            CardTimeoutError: the card was too slow earlier.
        """
        if self._end is not None:
            raise self._end

    def require_whole_deadline(self) -> None:
        """Whether there is time to wait for the answer to a command that may be sent only once.

        Raises:
            CardTimeoutError: the session's time is nearly spent.
        """
        if not self._calls.has_whole_deadline:
            raise CardTimeoutError

    def close(self) -> None:
        """Takes the power off the card. Never raises; a hung card is left to its own thread."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._end is None:
            self._end = CardLostError
        # Looked up by the thread itself: the card may have got its power too late.
        self._calls.close(lambda: self._take_power())

    def _fetch_rest(self, response: ResponseApdu, max_bytes: int, ends_at_s: float) -> ResponseApdu:
        data = response.data
        for _ in range(_MAX_GET_RESPONSES):
            waiting = response.status_word.bytes_waiting
            if waiting is None or len(data) > max_bytes:
                break
            response = self._transmit(CommandApdu(0x00, 0xC0, 0x00, 0x00, ne=waiting), ends_at_s)
            data += response.data
        if len(data) > max_bytes or response.status_word.bytes_waiting is not None:
            raise MalformedAnswerError("answer is longer than asked for")
        return ResponseApdu(data, response.status_word)

    def _transmit(self, command: CommandApdu, ends_at_s: float) -> ResponseApdu:
        self.require_alive()
        connection, encoded = self._connection, command.encode()

        def transmit() -> bytes:
            try:
                return connection.transmit(encoded)
            finally:
                # Here, and not where the deadline passes: a late call would send the zeros.
                encoded[:] = bytes(len(encoded))

        try:
            answer = self._calls.run(transmit, ends_at_s)
        except (CardLostError, SlotLostError) as error:
            self._end = type(error)
            raise
        except CardTimeoutError:
            self._end = CardTimeoutError
            if not self._calls.hangs:
                # There was no time left to send it.
                encoded[:] = bytes(len(encoded))
            self.close()
            raise
        return ResponseApdu.decode(answer)


def _nothing_has_power() -> None:
    """The card was not powered yet."""
