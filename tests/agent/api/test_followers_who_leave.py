"""Pages that are opened and closed all day: whoever has left takes nobody's place."""

from contextlib import ExitStack
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from agent.api.events import PROTOCOL, TOO_MANY
from agent.api.feed import MOST_OF_ONE
from tests.agent.api.api_bench import ApiBench


def open_page(bench: ApiBench) -> ClientConnection:
    """The wire of a page; it is told the state at once."""
    return connect(
        f"ws://127.0.0.1:{bench.port}/v1/ws",
        origin=Origin(bench.url),
        subprotocols=[Subprotocol(PROTOCOL), Subprotocol(f"token.{bench.staff_token}")],
        close_timeout=0.1,
        proxy=None,
    )


def test_pages_that_left_while_nothing_happened_leave_room(tmp_path: Path) -> None:
    with ApiBench(tmp_path) as bench:
        for _ in range(MOST_OF_ONE + 1):
            with open_page(bench) as page:
                assert '"state"' in str(page.recv(timeout=5))


def test_pages_that_stay_take_room(tmp_path: Path) -> None:
    with ApiBench(tmp_path) as bench, ExitStack() as pages:
        for _ in range(MOST_OF_ONE):
            pages.enter_context(open_page(bench)).recv(timeout=5)
        with open_page(bench) as one_too_many, pytest.raises(ConnectionClosed):
            one_too_many.recv(timeout=5)
        assert one_too_many.close_code == TOO_MANY
