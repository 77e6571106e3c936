"""One question to an HTTP service, and one repetition, within a time that holds in any case.

A client that waits for each part of an answer never ends with a service that sends a byte now and
then, and the look-up of a name has no time-out at all. An event loop ends everything at once, so
the client lives in one, in a thread of its own.
"""

import asyncio
import re
import ssl
import threading
from collections.abc import Mapping
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus

import httpx

from agent.causes import cause_of
from agent.errors import EligibilityUnreachableError

KEEP_OPEN_S = 3_600.0
LONGEST_ANSWER_BYTES = 65_536
AWAY = frozenset(
    {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
)
"""Answers of whoever stands before a service that is away."""
BROKEN = (httpx.TransportError, OSError)
"""No connection, or it broke, such as an idle one that the service had closed. A TLS 1.3 service
refuses a client's certificate after the handshake, as an error of OpenSSL."""
TOO_LATE = "no answer in time"
ENDING = "the agent is ending"
REPEAT_PAUSE_S = 0.1
LONGEST_RETRY_AFTER_S = 2
"""A patient stands there: who asks for more time is asked by the next one."""
SECONDS = re.compile(r"[0-9]{1,4}")
"""`Retry-After` as seconds; its other form, a date, counts as long."""
GRACE_S = 1.0
"""For the loop, beyond the time of the question; in case it hangs."""


@dataclass(frozen=True, slots=True)
class Times:
    """How long to wait, in seconds."""

    connect_s: float
    """For a connection, TLS included."""
    read_s: float
    """For the next part of an answer."""
    whole_s: float
    """For everything, a repetition included."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the service said."""

    status: int
    body: bytes | None = field(repr=False)
    """None: it is longer than any answer."""
    retry_after: str | None


class Asker:
    """A connection to one service, opened with the first question and kept.

    Args:
        url: Whom to ask, whole.
        tls: What connections are made with.
        times: How long to wait.
    """

    def __init__(self, url: httpx.URL, tls: ssl.SSLContext, times: Times) -> None:
        self._url = url
        self._times = times
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(times.read_s, connect=times.connect_s),
            verify=tls,
            limits=httpx.Limits(keepalive_expiry=KEEP_OPEN_S),
            trust_env=False,
            follow_redirects=False,
            # Unpacked, a short answer could be a very long one.
            headers={"Accept-Encoding": "identity"},
        )
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="eligibility-http", daemon=True
        )
        self._thread.start()

    def post(self, question: Mapping[str, object], waited_s: float = 0.0) -> Reply:
        """Ask, from any thread.

        Args:
            question: Becomes JSON; may arrive twice.
            waited_s: For a thread to ask from; it counts.

        Returns:
            What was said.

        Raises:
            EligibilityUnreachableError: Nothing in time, or no connection.
        """
        left_s = self._times.whole_s - waited_s
        if left_s <= 0:
            raise EligibilityUnreachableError(TOO_LATE)
        asking = self._ask(question, left_s)
        try:
            future = asyncio.run_coroutine_threadsafe(asking, self._loop)
        except RuntimeError:  # closed
            asking.close()
            raise EligibilityUnreachableError(ENDING) from None
        try:
            return future.result(left_s + GRACE_S)
        except (TimeoutError, httpx.TimeoutException):
            raise EligibilityUnreachableError(TOO_LATE) from None
        except CancelledError:
            raise EligibilityUnreachableError(ENDING) from None
        except BROKEN as error:
            raise EligibilityUnreachableError(cause_of(error)) from error
        finally:
            future.cancel()

    def close(self) -> None:
        """End what is asked and close the kept connection."""
        if self._loop.is_closed():
            return
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._client.aclose()

    async def _ask(self, question: Mapping[str, object], longest_s: float) -> Reply:
        async with asyncio.timeout(longest_s):
            pause_s = REPEAT_PAUSE_S
            with suppress(*BROKEN):
                reply = await self._exchange(question)
                if (wanted_s := pause_before_repeating(reply)) is None:
                    return reply
                pause_s = wanted_s
            await asyncio.sleep(pause_s)
            return await self._exchange(question)

    async def _exchange(self, question: Mapping[str, object]) -> Reply:
        async with self._client.stream("POST", self._url, json=question) as response:
            body = await _read(response)
            return Reply(response.status_code, body, response.headers.get("Retry-After"))


def pause_before_repeating(reply: Reply) -> float | None:
    """Seconds until the question is worth repeating; None: it is not."""
    if reply.status not in AWAY:
        return None
    if reply.retry_after is None:
        return REPEAT_PAUSE_S
    if not SECONDS.fullmatch(reply.retry_after):
        return None
    seconds = int(reply.retry_after)
    return max(seconds, REPEAT_PAUSE_S) if seconds <= LONGEST_RETRY_AFTER_S else None


async def _read(response: httpx.Response) -> bytes | None:
    body = bytearray()
    async for part in response.aiter_raw():
        body += part
        if len(body) > LONGEST_ANSWER_BYTES:
            return None
    return bytes(body)
