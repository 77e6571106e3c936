"""An agent's end that looks its reader up by its USB ids, and a reader that is plugged in anew."""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue

from agent.config import LinkTable
from agent.link import LinkEvents, hello_maker, stream_opener
from hostlink.events import LinkEvent, LinkUp, Received
from hostlink.link import Link
from hostlink.messages import ResultAcknowledged, SignedResult
from hostlink.port import ByteStream
from tests.agent.reader_end import Cable, ReaderEnd
from tests.agent.world import AUDIENCE, ToldClock
from tests.hostlink.paired_ends import agent_end_of
from tests.hw_sim.usb_host import PRODUCT_ID, VENDOR_ID, UsbHost

_ANSWERED_WITHIN_S = 0.5
SERIAL_NUMBER = "UK-000123"
BY_IDS = LinkTable(usb_vendor_id=VENDOR_ID, usb_product_id=PRODUCT_ID, usb_serial=SERIAL_NUMBER)


class UsbCable(Cable):
    """The reader's own end of a USB cable."""

    def __init__(self, host: UsbHost, serial_number: str = SERIAL_NUMBER) -> None:
        super().__init__(Path())
        self._host = host
        self._serial_number = serial_number

    def plug(self) -> None:
        self.port, self._handle = self._host.plug(self._serial_number)

    def unplug(self) -> None:
        handle, self._handle = self._handle, None
        if handle is not None:
            self._host.unplug(self.port)
            os.close(handle)


def usb_reader(folder: Path, host: UsbHost, next_seq: Callable[[], int] = lambda: 1) -> ReaderEnd:
    """A reader at the end of a USB cable."""
    return ReaderEnd(folder, next_seq, cable=UsbCable(host))


class ReplugBench:
    """Both ends' links; the agent's acknowledges every result at once."""

    def __init__(self, folder: Path, table: LinkTable = BY_IDS) -> None:
        self.host = UsbHost(folder)
        self.reader = usb_reader(folder, self.host)
        self.arrived: Queue[int] = Queue()
        self.ups = 0
        end = agent_end_of(folder, make_hello=hello_maker(AUDIENCE, ToldClock()))
        open_stream: Callable[[], ByteStream] = stream_opener(table, folder)
        self._link = Link(open_stream, end, LinkEvents(self._hear))

    def __enter__(self) -> "ReplugBench":
        self.reader.__enter__()
        self._link.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._link.close()
        self.reader.__exit__()

    def is_delivered(self, result: SignedResult, sessions_before: int, within_s: float) -> bool:
        """Send it again and again until it is acknowledged, in a session after so many."""
        ends_at_s = time.monotonic() + within_s
        while time.monotonic() < ends_at_s:
            is_taken = self.ups > sessions_before and self.reader.link.send(result)
            if is_taken and self._is_acknowledged(result.seq):
                return True
            time.sleep(0.005)
        return False

    def _is_acknowledged(self, seq: int) -> bool:
        with suppress(Empty):
            return self.reader.heard.get(timeout=_ANSWERED_WITHIN_S) == ResultAcknowledged(seq)
        return False

    def _hear(self, event: LinkEvent) -> None:
        match event:
            case LinkUp():
                self.ups += 1
            case Received(SignedResult(seq)):
                self.arrived.put(seq)
                self._link.send(ResultAcknowledged(seq))
            case _:
                pass
