"""A reception with three readers behind a served API, and a window of the console before it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete

from agent.inbox import Inbox
from agent.journal import Event
from agent.qualification import EligibilityRecord, read_record
from agent.schema import POSTPONED
from agent.visits import Visits
from hostlink.messages import VisitRecord
from hostlink.signing import verify_result
from hostlink.terms import (
    CardKind,
    FailureCode,
    Notice,
    Question,
    VerificationMethod,
    VisitOutcome,
)
from tests.agent.api.api_bench import COUNTER, ApiBench
from tests.agent.world import RECORD, ROOTS, TODAY, abandoned, completed, options
from tests.hostlink.pki import OTHER_UEID, UEID
from tests.hw_sim.eligibility_service import SHIKEN_HANAKO

UNREACHABLE = ("net::ERR_", "WebSocket connection to")
"""How a browser complains of a server that is not there."""

SECOND, THIRD = "2番窓口", "発熱外来"
UEIDS = {COUNTER: UEID, SECOND: OTHER_UEID, THIRD: bytes([1]) + bytes([3]) * 16}
HANAKO = read_record(SHIKEN_HANAKO["record"])


def named(name: str, kana: str) -> EligibilityRecord:
    """Somebody else, insured as 受付 太郎 is."""
    return replace(RECORD, person=replace(RECORD.person, name=name, name_kana=kana))


CERTIFICATE_ENDS: dict[tuple[Notice, ...], datetime] = {
    (Notice.CERTIFICATE_EXPIRES_SOON,): TODAY + timedelta(days=30),
    (Notice.CERTIFICATE_IN_GRACE,): TODAY - timedelta(days=30),
}


class Reception(ApiBench):
    """What happens at the readers; every reader is there from the start."""

    def __init__(self, folder: Path, **around: Any) -> None:
        super().__init__(folder, ueids=UEIDS, **around)
        self._visits = Visits(self.store)
        for counter in UEIDS:
            self.journal.record(Event.LINK_UP, counter=counter)

    def wait(self, seconds: float) -> None:
        """Time passes at the agent."""
        self.clock.time += timedelta(seconds=seconds)

    def lay(self, number: int, counter: str = COUNTER) -> bytes:
        """A card is laid; the id of the visit."""
        visit_id = number.to_bytes(16)
        self._visits.challenge(visit_id, CardKind.MY_NUMBER, self.clock.now())
        self.journal.record(Event.VISIT_OPENED, visit=visit_id, counter=counter)
        self.step(visit_id, "card_read", counter)
        return visit_id

    def step(self, visit_id: bytes, step: str, counter: str = COUNTER) -> None:
        """The reader tells where its patient is."""
        self.journal.record(Event.VISIT_PROGRESSED, visit=visit_id, detail=step, counter=counter)

    def identify(
        self,
        visit_id: bytes,
        record: EligibilityRecord = RECORD,
        *,
        counter: str = COUNTER,
        notices: tuple[Notice, ...] = (),
    ) -> None:
        """The eligibility source says who it is."""
        method, ends = VerificationMethod.FACE, CERTIFICATE_ENDS.get(notices)
        self._visits.accept(visit_id, b"i" * 32, visit_id * 2, method, ends)
        told = replace(
            options(visit_id),
            patient_name=record.person.name,
            notices=notices,
            questions=tuple(Question),
        )
        self._visits.answer(record, told, self.clock.now())
        self.journal.record(Event.ELIGIBILITY_ANSWERED, visit=visit_id)
        self.journal.record(Event.OPTIONS_SENT, visit=visit_id, counter=counter)
        self.step(visit_id, "answering", counter)

    def postpone(self, visit_id: bytes) -> None:
        """The eligibility source does not answer; it is to be asked later."""
        self._visits.accept(visit_id, b"i" * 32, visit_id * 2, VerificationMethod.FACE)
        told = replace(options(visit_id), consents=(), questions=())
        self._visits.postpone(b"certificate", told, self.clock.now())
        self.journal.record(Event.ELIGIBILITY_POSTPONED, visit=visit_id)

    def answer_later(self, visit_id: bytes, record: EligibilityRecord = RECORD) -> None:
        """It answers after all."""
        self._visits.answer(record, options(visit_id), self.clock.now())
        self.store.change(delete(POSTPONED).where(POSTPONED.c.visit_id == visit_id))
        self.journal.record(Event.ELIGIBILITY_ANSWERED, visit=visit_id)

    def complete(self, visit_id: bytes, *, counter: str = COUNTER, **changes: Any) -> str:
        """The result arrives; its name."""
        nonce = self._visits.challenge(visit_id, None, self.clock.now()).nonce
        record = replace(completed(nonce, visit_id, self.clock.now()), **changes)
        return self._arrive(record, counter)

    def visit(self, number: int, record: EligibilityRecord = RECORD, **changes: Any) -> str:
        """A whole visit by face; the name of its result."""
        visit_id = self.lay(number)
        notices = changes.get("notices") or ()
        self.identify(visit_id, record, notices=notices)
        result = self.complete(visit_id, **changes)
        self.step(visit_id, "left")
        return result

    def fail(
        self,
        number: int,
        failure: FailureCode,
        *,
        counter: str = COUNTER,
        outcome: VisitOutcome = VisitOutcome.FAILED,
    ) -> str:
        """A visit that comes to nothing; the name of its result."""
        visit_id = self.lay(number, counter)
        record = replace(abandoned(visit_id=visit_id), outcome=outcome, failure=failure)
        result = self._arrive(record, counter)
        self.step(visit_id, "left", counter)
        return result

    def _arrive(self, record: VisitRecord, counter: str) -> str:
        result = self.reader.sign(record)
        Inbox(self.store).keep(result.cose, verify_result(result.cose, ROOTS), self.clock.now())
        self.journal.record(
            Event.RESULT_STORED, visit=record.visit_id, seq=result.seq, counter=counter
        )
        return f"{UEID.hex()}-{result.seq}"


class Window:
    """A browser window with the console of a reception, and what it complained about."""

    def __init__(self, browser: Any, reception: Reception | None = None, **kind: Any) -> None:
        size = {"width": 1366, "height": 768}
        # Its times are Japan's, wherever the PC believes to be.
        kind = {"viewport": size, "timezone_id": "America/New_York", **kind}
        self._context = browser.new_context(**kind)
        self._reception = reception
        self.page = self._context.new_page()
        self.page.clock.install()
        self._complaints: list[str] = []
        self._expected: tuple[str, ...] = ()
        self.page.on("console", lambda message: self._complaints.append(message.text))
        self.page.on("pageerror", lambda error: self._complaints.append(str(error)))

    @property
    def reception(self) -> Reception:
        """Whose console this shows."""
        assert self._reception is not None
        return self._reception

    def turn_to(self, reception: Reception) -> None:
        """From now on it is another one's; it has not come yet."""
        self._reception = reception
        self._complaints.clear()
        self._expected = ()

    @property
    def complaints(self) -> list[str]:
        """What was written on the browser's console that no test expects."""
        return [
            told
            for told in self._complaints
            if not any(expected in told for expected in self._expected)
        ]

    def expect(self, *complaints: str) -> None:
        """Until the end this may be complained of: a page may be late, so nothing is cleared."""
        self._expected += complaints

    def hear(self, complaint: str) -> None:
        """Wait until this is complained of."""
        self.expect(complaint)
        for _ in range(200):
            if any(complaint in told for told in self._complaints):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"nobody complained of {complaint}: {self._complaints}")

    def leave(self) -> None:
        """Go away, and leave nothing behind for the next one."""
        self.page.unroute_all(behavior="ignoreErrors")
        if self.page.url != "about:blank":
            # Another reception may serve at this port later.
            self.page.evaluate("localStorage.clear()")
        self.page.goto("about:blank")

    def open(self, token: str | None = None) -> None:
        """Come with the address that the command prints, and wait for the first picture."""
        self.page.goto(f"{self.reception.url}/#{token or self.reception.staff_token}")
        self.page.locator("[data-shown=all]").wait_for()

    def wait(self, seconds: float) -> None:
        """Time passes here and at the agent; whole days of it cost nothing."""
        self.reception.wait(seconds)
        self.page.clock.fast_forward(seconds * 1000)

    def see(self, selector: str, *texts: str) -> Any:
        """Wait until something there bears all these texts; the first such thing."""
        found = self.page.locator(selector)
        for text in texts:
            found = found.filter(has_text=text)
        found.first.wait_for(timeout=10_000)
        return found.first

    def miss(self, selector: str, text: str) -> None:
        """Wait until nothing there bears this text."""
        found = self.page.locator(selector).filter(has_text=text)
        found.first.wait_for(state="detached", timeout=10_000)

    def press(self, selector: str, name: str) -> None:
        """Press the button of that name."""
        self.page.locator(selector).get_by_role("button", name=name, exact=True).first.click()

    def speak(self, tag: str) -> None:
        """Change the language, if it is another one."""
        if self.page.locator("html").get_attribute("lang") != tag:
            self.page.locator("#language").click()
            self.page.locator(f"html[lang={tag}]").wait_for()

    def change_results(self, changes: Iterable[tuple[str, dict[str, Any]]]) -> None:
        """From now on the API tells these details too, of results by their names."""
        changed = dict(changes)

        def answer(route: Any) -> None:
            if route.request.method != "GET":
                route.continue_()
                return
            told = route.fetch()
            document = told.json()
            for each in document.get("results", [document]):
                if each["id"] in changed and each["detail"]:
                    each["detail"].update(changed[each["id"]])
            route.fulfill(response=told, json=document)

        self.page.route("**/v1/results**", answer)

    def spoil(self, name: str, good: str, bad: str) -> None:
        """A design that a test must catch: another text in one of the console's files."""

        def answer(route: Any) -> None:
            told = route.fetch()
            text = told.text()
            assert good in text
            route.fulfill(response=told, body=text.replace(good, bad))

        self.page.route(f"**/{name}", answer)

    def close(self) -> None:
        self._context.close()
