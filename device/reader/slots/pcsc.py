"""Card slots behind PC/SC: pcscd on Linux, the Smart Card service on Windows.

Built on the plain functions of `smartcard.scard`, because pyscard's own card monitor dies for
good with pcscd and its connection class reports a pulled card as success (facts/platform.md
§1.6 and §1.7).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic

from smartcard import scard  # type: ignore[import-untyped]  # pyscard ships no types

from device.reader.card_turns import CardTurns
from device.reader.errors import (
    CardLostError,
    CardNotAcceptedError,
    CardUnresponsiveError,
    ReaderError,
    SlotBusyError,
    SlotLostError,
)
from device.reader.port import CardConnection, CardSlot, SlotListener
from device.reader.silent_cards import SilentCards
from device.reader.slot_report import SlotReport
from device.tables import Table
from hostlink.terms import FailureCode

_ANY_READER_ADDED = "\\\\?PnP?\\Notification"
"""Pseudo reader whose state changes when a reader comes or goes."""
_SHORTEST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 0.4
_LONGEST_CLOSE_S = 1.0
_LONGEST_WAIT_MS = 2000
"""Not every version of the service tells of a reader that came just before the wait began."""
_SERVICE_POLL_S = 0.5
"""The service looks for cards every 0.4 s where the reader gives no events (facts/platform.md
§1.5)."""
_ANY_PROTOCOL = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
_PRESENT = scard.SCARD_STATE_PRESENT
_CARD_GONE = frozenset(
    {
        scard.SCARD_W_REMOVED_CARD,
        scard.SCARD_W_RESET_CARD,
        scard.SCARD_W_UNPOWERED_CARD,
        scard.SCARD_E_NO_SMARTCARD,
        scard.SCARD_E_NOT_TRANSACTED,
    }
)
_NO_CHIP_CARD = frozenset(
    {
        scard.SCARD_W_UNRESPONSIVE_CARD,
        scard.SCARD_W_UNSUPPORTED_CARD,
        scard.SCARD_E_PROTO_MISMATCH,
    }
)

_Laying = tuple[str, int]
"""Reader and its count of insertions: another one for every laying of a card."""


class Settings(Table, frozen=True):
    """Which reader."""

    reader: str = ""
    """How its name begins, or several beginnings between semicolons. Left out: every reader; a
    card that stays on another one is served or refused once and then counts no more."""


class PcscConnection:
    """One card, powered through PC/SC."""

    def __init__(self, context: int, reader: str, card: int, protocol: int) -> None:
        """Takes over the service's context, and the handle of a powered card on a reader."""
        self._context = context
        self._reader = reader
        self._card = card
        self._protocol = protocol
        self.on_lost: Callable[[], None] = lambda: None
        self.on_served = self.on_lost
        """Called when a command got no answer, and at the end of a card that always answered."""
        self._is_open = True
        self._lost_at_s: float | None = None
        """Monotonic time at which a command got no answer."""

    def transmit(self, command: bytearray) -> bytes:
        """See `CardConnection.transmit`."""
        result, answer = scard.SCardTransmit(self._card, self._protocol, list(command))
        if result != scard.SCARD_S_SUCCESS or not answer:
            self._lost_at_s = monotonic()
            self.on_lost()
        _require_success(result)
        if not answer:
            # The service calls this success; what happened is that the card was pulled.
            raise CardLostError
        return bytes(answer)

    def close(self) -> None:
        """See `CardConnection.close`.

        After a lost card it waits until the service has noticed that it is gone, or half a second.
        """
        if self._is_open:
            self._is_open = False
            has_power = self._lost_at_s is None or self._is_still_there(self._lost_at_s)
            at_end = scard.SCARD_UNPOWER_CARD if has_power else scard.SCARD_LEAVE_CARD
            scard.SCardDisconnect(self._card, at_end)
            scard.SCardReleaseContext(self._context)
            if self._lost_at_s is None:
                self.on_served()

    def _is_still_there(self, lost_at_s: float) -> bool:
        """Whether the card only did not answer: then it has power, and what was opened is open.

        A card that is gone has none. Asking to take it makes pcscd call the slot empty without
        telling anyone, and a card laid at that moment is never announced.
        """
        state = _state_of(self._context, self._reader, scard.SCARD_STATE_UNAWARE, 0)
        laid = _laid_count(state)
        while laid is not None and _laid_count(state) == laid:
            left_s = lost_at_s + _SERVICE_POLL_S - monotonic()
            if left_s <= 0:
                return True
            # Other bits than that of presence change, too, and say nothing of the card.
            state = _state_of(self._context, self._reader, state, left_s)
        return False


class PcscSlot:
    """The readers of this machine, seen as one slot.

    What lies there and does not answer is a laid card too: somebody must be told. Where cards lie
    on several readers when one is to be powered, none is: see `CardTurns`.
    """

    def __init__(self, readers: str) -> None:
        """Takes how the readers' names begin, split by semicolons; "" fits every reader."""
        self._beginnings = tuple(beginning.strip() for beginning in readers.split(";"))
        self._turns: CardTurns[_Laying] = CardTurns()
        self._silent_cards = SilentCards()
        self._context: int | None = None
        self._thread: Thread | None = None
        self._stopping = Event()
        self._has_lost_card = Event()
        self._needs_cold_start = Event()
        self._needs_cold_start.set()
        """Nobody here saw the card come to power: before the start, while the service was away, or
        in place of a lost one, for which the service may take it. Something may be open on it."""

    def watch(self, listener: SlotListener) -> None:
        """See `CardSlot.watch`."""
        report = SlotReport(listener)
        self._thread = Thread(target=self._monitor, args=(report,), name="card-slot", daemon=True)
        self._thread.start()

    def connect(self) -> CardConnection:
        """See `CardSlot.connect`.

        Raises:
            CardNotAcceptedError: cards lie on several readers.
        """
        if self._turns.has_several:
            raise CardNotAcceptedError(FailureCode.SEVERAL_CARDS)
        laid, context = self._turns.served, _establish()
        try:
            reader = laid[0] if laid else self._first_reader(context)
            result, card, protocol = scard.SCardConnect(
                context, reader, scard.SCARD_SHARE_EXCLUSIVE, _ANY_PROTOCOL
            )
            _require_power(result)
            if self._needs_cold_start.is_set():
                protocol = self._start_cold(card)
        except ReaderError as error:
            scard.SCardReleaseContext(context)
            if isinstance(error, CardUnresponsiveError):
                self._turns.end(laid)
            raise
        connection = PcscConnection(context, reader, card, protocol)
        connection.on_lost, connection.on_served = self._lose_card, lambda: self._turns.end(laid)
        return connection

    def close(self) -> None:
        """See `CardSlot.close`."""
        self._stopping.set()
        if self._thread is not None:
            # A service that hangs holds both threads; as daemons they do not keep the process.
            Thread(target=self._end, args=(self._thread,), name="slot-end", daemon=True).start()
            self._thread.join(_LONGEST_CLOSE_S)

    def _start_cold(self, card: int) -> int:
        """Power the card off and on; gives the protocol."""
        # Before, not after: who loses a card or the service meanwhile asks for one more.
        self._needs_cold_start.clear()
        result, protocol = scard.SCardReconnect(
            card, scard.SCARD_SHARE_EXCLUSIVE, _ANY_PROTOCOL, scard.SCARD_UNPOWER_CARD
        )
        if result != scard.SCARD_S_SUCCESS:
            self._needs_cold_start.set()
        _require_success(result)
        return int(protocol)

    def _lose_card(self) -> None:
        """A command got no answer: the card is gone, whatever the service still believes."""
        self._needs_cold_start.set()
        self._has_lost_card.set()
        self._wake_monitor()

    def _end(self, monitor: Thread) -> None:
        while monitor.is_alive():
            # A wake that comes before the wait begins is lost, hence again and again.
            self._wake_monitor()
            monitor.join(_SHORTEST_PAUSE_S)

    def _wake_monitor(self) -> None:
        if self._context is not None:
            scard.SCardCancel(self._context)

    def _first_reader(self, context: int) -> str:
        readers = self._list_readers(context)
        if not readers:
            raise SlotLostError
        return readers[0]

    def _list_readers(self, context: int) -> list[str]:
        result, names = scard.SCardListReaders(context, [])
        if result == scard.SCARD_E_NO_READERS_AVAILABLE:
            return []
        _require_success(result)
        return [name for name in names if name.startswith(self._beginnings)]

    def _monitor(self, report: SlotReport) -> None:
        pause_s = _SHORTEST_PAUSE_S
        while not self._stopping.is_set():
            try:
                with self._watching_context() as context:
                    pause_s = _SHORTEST_PAUSE_S
                    self._follow(context, report)
            except ReaderError:
                self._turns = CardTurns()
                self._silent_cards = SilentCards()
                self._miss_slot(report)
                self._stopping.wait(pause_s)
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    @contextmanager
    def _watching_context(self) -> Iterator[int]:
        self._context = context = _establish()
        try:
            yield context
        finally:
            self._context = None
            scard.SCardReleaseContext(context)

    def _follow(self, context: int, report: SlotReport) -> None:
        """Reports changes until the service dies or the slot is closed."""
        states: dict[str, int] = {}
        while not self._stopping.is_set():
            if self._has_lost_card.is_set():
                self._forget_card(report)
                states = {}
            readers = self._list_readers(context)
            if not readers:
                self._miss_slot(report)
            known = [(name, states.get(name, 0)) for name in (_ANY_READER_ADDED, *readers)]
            states = _wait_for_change(context, known)
            self._turns.see(self._silent_cards.served_of(_laid_cards(states, readers)))
            if readers:
                report.saw_slot()
                report.saw_card(self._turns.served)

    def _miss_slot(self, report: SlotReport) -> None:
        self._needs_cold_start.set()
        report.missed_slot()

    def _forget_card(self, report: SlotReport) -> None:
        """Report the lost card, then look anew: one laid back at once never made an event."""
        if self._turns.served is not None:
            self._silent_cards.lost(self._turns.served)
        self._turns.forget_served()
        report.saw_card(None)
        self._stopping.wait(_SERVICE_POLL_S)
        self._has_lost_card.clear()


def create(settings: Settings) -> CardSlot:
    """The slot of the configured reader, which need not be there yet."""
    return PcscSlot(settings.reader)


def _establish() -> int:
    result, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    _require_success(result)
    return int(context)


def _wait_for_change(context: int, known: list[tuple[str, int]]) -> dict[str, int]:
    """Blocks until a reader's state is another than the known one (unknown: 0), or for a while."""
    result, states = scard.SCardGetStatusChange(context, _LONGEST_WAIT_MS, known)
    if result in (scard.SCARD_E_TIMEOUT, scard.SCARD_E_CANCELLED):
        return dict(known)
    _require_success(result)
    return {name: state & ~scard.SCARD_STATE_CHANGED for name, state, _ in states}


def _state_of(context: int, reader: str, known: int, within_s: float) -> int:
    """State of a reader, as soon as it is another than the known one; 0: it or the service is away.

    Args:
        context: of whoever asks.
        reader: its name.
        known: SCARD_STATE_UNAWARE: answer at once.
        within_s: longest time to wait.
    """
    result, states = scard.SCardGetStatusChange(context, int(1000 * within_s), [(reader, known)])
    if result == scard.SCARD_E_TIMEOUT:
        return known
    return states[0][1] & ~scard.SCARD_STATE_CHANGED if result == scard.SCARD_S_SUCCESS else 0


def _laid_cards(states: dict[str, int], readers: list[str]) -> list[_Laying]:
    counted = ((name, _laid_count(states[name])) for name in readers)
    return [(name, count) for name, count in counted if count is not None]


def _laid_count(state: int) -> int | None:
    """The count of insertions of the card that lies there; None: none lies there."""
    return state >> 16 if state & _PRESENT else None


def _require_power(result: int) -> None:
    # So says pcscd of a card that lies there and could not be powered (state MUTE).
    if result == scard.SCARD_W_UNPOWERED_CARD:
        raise CardUnresponsiveError
    _require_success(result)


def _require_success(result: int) -> None:
    if result == scard.SCARD_S_SUCCESS:
        return
    if result in _CARD_GONE:
        raise CardLostError
    if result in _NO_CHIP_CARD:
        raise CardUnresponsiveError
    if result == scard.SCARD_E_SHARING_VIOLATION:
        raise SlotBusyError
    raise SlotLostError
