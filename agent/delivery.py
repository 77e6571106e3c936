"""Brings every completed visit to relays, to each exactly once.

Prepare → row "prepared" → commit → row "done" → settle. The relay's commit is the one step that
counts and may be repeated, so a restart at any point ends in the same state; what it finds lost
is prepared again. Several parcels take each step together where the relay can (decision 0034). A
relay that sends is asked to send until it has; its receiver knows repetitions.
What a receiver refuses for good, or what fails for long by itself, is parked with the reason, holds
up nothing, and is kept until staff want it sent again. What there is to be delivered,
`agent/parcels.py` says; what nobody needs any more `agent/forgetting.py` deletes.

Source: facts/security.md §1 (decision 9), §5.1.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from cryptography import x509

from agent.clock import Clock
from agent.errors import PreparedLostError, RelayRefusedError, RelayUnavailableError
from agent.failing import Failing
from agent.fresh import Looked
from agent.journal import Alarm, Event, Journal
from agent.parcels import Parcel, Parcels, Parked
from agent.receptions import Receptions
from agent.relays.port import BundlingRelay, Prepared, Reception, Relay, SendingRelay
from agent.store import Store

STUCK = "failed while later ones were taken"
MOST_TOGETHER = 32
"""Handed over at once: the first of them waits for the last one."""
NO_TOKEN = ""
"""Of a delivery that needs no preparation."""


@dataclass(frozen=True, slots=True)
class DeliveryTerms:
    """What is the same for every parcel."""

    medical_institution_code: str
    """10 digits."""
    roots: tuple[x509.Certificate, ...]
    """Whom a reader's certificate must come from; a result is verified again on its way out."""


class Delivery:
    """The way from the store to the relays; used by one thread."""

    def __init__(
        self,
        store: Store,
        relays: Mapping[str, Relay | SendingRelay],
        terms: DeliveryTerms,
        journal: Journal,
        clock: Clock,
    ) -> None:
        self._store = store
        self._relays = relays
        self._parcels = Parcels(store, list(relays))
        self._receptions = Receptions(store, terms.medical_institution_code, terms.roots)
        self._journal = journal
        self._clock = clock
        self._shut: set[str] = set()
        """Relays that staff have already been told about."""
        self._open: set[str] = set()
        """Relays that staff have been told to work."""
        self._untaken = Failing(clock)
        """What a relay was unavailable for."""
        self._faulty = Failing(clock)
        """What was met with a fault that nobody foresaw."""

    def outstanding(self, visits: Looked = None) -> Sequence[Parcel]:
        """What has to be delivered of these visits, oldest first."""
        return self._parcels.outstanding(visits)

    def bundles(self, visits: Looked = None) -> Sequence[Sequence[Parcel]]:
        """As `outstanding`, as much at once as its relay can hand over."""
        bundles: list[list[Parcel]] = []
        open_bundles: dict[str, list[Parcel]] = {}
        for parcel in self.outstanding(visits):
            is_bundling = isinstance(self._relays[parcel.relay], BundlingRelay)
            bundle = open_bundles.get(parcel.relay, [])
            if is_bundling and 0 < len(bundle) < MOST_TOGETHER:
                bundle.append(parcel)
            else:
                open_bundles[parcel.relay] = [parcel]
                bundles.append(open_bundles[parcel.relay])
        return bundles

    def parked(self) -> list[Parked]:
        """What was refused for good and waits for staff, oldest first."""
        return self._parcels.parked()

    def replay(self, parked: Sequence[Parked]) -> int:
        """Let these be sent again with the next round, all at once; how many there were."""
        return len(self._parcels.unpark(parked))

    def replay_all(self, relay: str) -> int:
        """Let all that one relay has parked be sent again; how many there were."""
        return self._parcels.unpark_all(relay)

    def give_up(self, parked: Sequence[Parked]) -> int:
        """Never send these, all at once; what they say of a patient goes with the next purge."""
        given_up = self._parcels.give_up(parked)
        for parcel in given_up:
            self._journal.record(
                Event.PARCEL_GIVEN_UP,
                visit=parcel.visit_id,
                seq=parcel.seq,
                detail=parcel.relay,
            )
        return len(given_up)

    def deliver(self, parcel: Parcel) -> bool:
        """Hand one parcel over.

        Returns:
            False when its relay is unavailable for now.
        """
        try:
            self._hand_over(parcel)
        except RelayUnavailableError as error:
            if parcel.relay not in self._shut:
                self._shut.add(parcel.relay)
                self._open.discard(parcel.relay)
                detail = f"{parcel.relay}: {error.cause}"
                self._alarm(Alarm.RELAY_UNAVAILABLE, parcel, detail)
            self._untaken.add(parcel, error.cause)
            self._faulty.end(parcel)
            return False
        except RelayRefusedError as error:
            self.park(parcel, error.cause)
            if not self._is_sent(parcel):
                # Nobody was asked: that its folder is there has still to show.
                return True
        self._is_taken(parcel)
        return True

    def deliver_together(self, parcels: Sequence[Parcel]) -> bool:
        """Hand several of one relay over at once, in their order; see `bundles`.

        Returns:
            Whether all are handed over. If not, or after any error, each is to be delivered by
            itself, which tells what is wrong with which.
        """
        relay = self._relays[parcels[0].relay]
        if len(parcels) < 2 or not isinstance(relay, BundlingRelay):
            return False
        try:
            tokens = self._all_prepared(parcels, relay)
            names = relay.commit_all(tokens)
        except (RelayUnavailableError, RelayRefusedError, PreparedLostError):
            return False
        self._book(dict(zip(parcels, names, strict=True)))
        with suppress(RelayUnavailableError):
            relay.settle_all(tokens)
        for parcel in parcels:
            self._is_taken(parcel)
        return True

    def _is_taken(self, parcel: Parcel) -> None:
        """Its relay took it, or refused it for good: it works."""
        self._fails_no_more(parcel)
        if parcel.relay not in self._open:
            self._open.add(parcel.relay)
            self._shut.discard(parcel.relay)
            self._journal.record(Event.RELAY_BACK, detail=parcel.relay)

    def _hand_over(self, parcel: Parcel) -> None:
        relay = self._relays[parcel.relay]
        match relay:
            case SendingRelay():
                name = relay.send(self._reception(parcel))
                self._parcels.keep(parcel, NO_TOKEN)
                self._book({parcel: name})
            case _:
                self._hand_over_prepared(parcel, relay)

    def _hand_over_prepared(self, parcel: Parcel, relay: Relay) -> None:
        token = self._parcels.token(parcel) or self._prepare(parcel, relay)
        try:
            name = relay.commit(token)
        except PreparedLostError:
            token = self._prepare(parcel, relay)
            self._alarm(Alarm.PREPARED_LOST, parcel, parcel.relay)
            name = relay.commit(token)
        self._book({parcel: name})
        with suppress(RelayUnavailableError):
            relay.settle(token)

    def _book(self, names: Mapping[Parcel, str]) -> None:
        # Written before the rows: after a kill in between it is there twice rather than never.
        for parcel, name in names.items():
            self._journal.record(
                Event.RECEPTION_FILE_WRITTEN, visit=parcel.visit_id, seq=parcel.seq, detail=name
            )
        self._parcels.mark_done(names)

    def has_failed_long(self, parcel: Parcel) -> bool:
        """Whether the fault may be with this parcel and not with its relay.

        Never where something was prepared: it may have been handed over, and would be twice.
        """
        return self._is_sent(parcel) and self._untaken.is_long(parcel)

    def _is_sent(self, parcel: Parcel) -> bool:
        return isinstance(self._relays[parcel.relay], SendingRelay)

    def park_stuck(self, parcel: Parcel) -> None:
        """Park what has failed for long, as its relay takes others; see `has_failed_long`."""
        self.park(parcel, f"{STUCK} ({self._untaken.cause(parcel)})")

    def see_to_fault(self, parcel: Parcel, cause: str) -> None:
        """Tell staff of a fault that nobody foresaw, and park the parcel where the fault lasts.

        Only so can they send it again or give it up. As `has_failed_long`, never where something
        was prepared.
        """
        if self._faulty.add(parcel, cause):
            self._alarm(Alarm.INTERNAL, parcel, f"{parcel.relay}: {cause}")
        if self._is_sent(parcel) and self._faulty.is_long(parcel):
            self.park(parcel, cause)

    def park(self, parcel: Parcel, cause: str) -> None:
        """Give a parcel up until staff want it sent again."""
        self._alarm(Alarm.RELAY_REFUSED, parcel, f"{parcel.relay}: {cause}")
        self._parcels.keep(parcel, NO_TOKEN, cause)
        self._fails_no_more(parcel)

    def _fails_no_more(self, parcel: Parcel) -> None:
        self._untaken.end(parcel)
        self._faulty.end(parcel)

    def _all_prepared(self, parcels: Sequence[Parcel], relay: BundlingRelay) -> list[str]:
        """Tokens of all of them, as `Parcels.token` or `_prepare` give for one."""
        tokens = {parcel: self._parcels.token(parcel) for parcel in parcels}
        fresh = [parcel for parcel, token in tokens.items() if token is None]
        if fresh:
            prepared = relay.prepare_all([self._reception(parcel) for parcel in fresh])
            tokens |= self._keep_prepared(dict(zip(fresh, prepared, strict=True)))
        return [token for token in tokens.values() if token is not None]

    def _prepare(self, parcel: Parcel, relay: Relay) -> str:
        prepared = relay.prepare(self._reception(parcel))
        return self._keep_prepared({parcel: prepared})[parcel]

    def _keep_prepared(self, prepared: Mapping[Parcel, Prepared]) -> dict[Parcel, str]:
        with self._store.transaction():
            for parcel, each in prepared.items():
                self._parcels.keep(parcel, each.token)
        for parcel, each in prepared.items():
            if each.is_encoding_changed:
                self._alarm(Alarm.ENCODING_CHANGED, parcel, parcel.relay)
            if each.replaced:
                detail = f"{parcel.relay}: {', '.join(each.replaced)}"
                self._alarm(Alarm.CHARACTER_REPLACED, parcel, detail)
        return {parcel: each.token for parcel, each in prepared.items()}

    def _reception(self, parcel: Parcel) -> Reception:
        reception = self._receptions.find(parcel.ueid, parcel.seq)
        if reception is None:
            raise RelayRefusedError("the visit is not kept any more")
        return reception

    def _alarm(self, alarm: Alarm, parcel: Parcel, detail: str) -> None:
        self._journal.record(
            Event.ALARM, alarm=alarm, visit=parcel.visit_id, seq=parcel.seq, detail=detail
        )
