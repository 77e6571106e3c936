"""What staff do: alarms settled, parked results sent again or given up, patients chosen."""

from collections.abc import Callable

from agent.board import Board, OpenAlarm
from agent.chosen_patients import ChosenPatients
from agent.clock import Clock
from agent.delivery import Delivery
from agent.journal import Event, Journal
from agent.parcels import Parked


class SeeingTo:
    """The console's hands; used by the API's thread alone.

    Args:
        board: Where alarms are open.
        delivery: With a store of this thread's own; it hands over nothing here.
        chosen: Patients that staff chose.
        journal: Where it is written down that somebody has seen to it.
        wake_delivery: Something may have to be sent now.
    """

    def __init__(
        self,
        board: Board,
        delivery: Delivery,
        chosen: ChosenPatients,
        journal: Journal,
        wake_delivery: Callable[[], None],
        clock: Clock,
    ) -> None:
        self._board = board
        self._delivery = delivery
        self._chosen = chosen
        self._clock = clock
        self._journal = journal
        self._wake_delivery = wake_delivery

    def settle(self, number: int) -> OpenAlarm | None:
        """Take an alarm down; None: it is not open."""
        alarm = self._board.open_alarm(number)
        if alarm is not None:
            # The board hears of it as the journal does.
            self._journal.record(
                Event.ALARM_SETTLED,
                alarm=alarm.alarm,
                visit=alarm.visit,
                seq=alarm.seq,
                detail=alarm.detail,
                counter=alarm.counter or None,
            )
        return alarm

    def send_again(self, relay: str, ueid: bytes, seq: int) -> int | None:
        """Let a parked result be sent again; None: it is not parked there."""
        return self._change(self._delivery.replay, relay, ueid, seq)

    def send_all_again(self, relay: str) -> int | None:
        """Let all results that are parked there be sent again; None: none is."""
        return self._told(self._delivery.replay_all(relay))

    def give_up(self, relay: str, ueid: bytes, seq: int) -> int | None:
        """Never send a parked result; None: it is not parked there."""
        return self._change(self._delivery.give_up, relay, ueid, seq)

    def choose(self, visit_id: bytes, number: str) -> bool:
        """Keep which patient a visit is of; False: it is not kept any more.

        Raises:
            MalformedEntryError: This is no number.
        """
        return self._chosen.choose(visit_id, number, self._clock.now())

    def _change(
        self, change: Callable[[list[Parked]], int], relay: str, ueid: bytes, seq: int
    ) -> int | None:
        found = [
            each
            for each in self._delivery.parked()
            if (each.relay, each.parcel.ueid, each.seq) == (relay, ueid, seq)
        ]
        return self._told(change(found))

    def _told(self, changed: int) -> int | None:
        self._wake_delivery()
        self._board.tell()
        return changed or None
