"""Nobody speaks to the local API but those who were let in, from the pages they belong to."""

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from limits import RateLimitItemPerMinute
from starlette.types import Receive, Scope, Send
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from agent.api.callers import REQUESTS, UNKNOWN_TOKENS
from agent.api.clients import Clients, Role
from agent.api.connections import BoundedConnection
from agent.api.events import PROTOCOL, REFUSED
from agent.api.feed import MOST_OF_ONE, MOST_OF_SOFTWARE
from agent.api.guard import MOST_BODY_BYTES, Guard
from agent.api.reading import Reading
from agent.errors import ConfigError
from agent.journal import Alarm
from tests.agent.api.api_bench import ApiBench

EMR = "https://emr.example"


def named(token: str) -> list[Subprotocol]:
    """What a page offers on its WebSocket."""
    return [Subprotocol(PROTOCOL), Subprotocol(f"token.{token}")]


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiBench]:
    with ApiBench(tmp_path_factory.mktemp("api")) as bench:
        yield bench


@pytest.fixture(scope="module")
def software(api: ApiBench) -> str:
    return api.enroll("レセコン", Role.SOFTWARE)


@pytest.fixture(scope="module")
def page(api: ApiBench) -> str:
    return api.enroll("電子カルテ", Role.SOFTWARE, EMR)


@pytest.mark.parametrize("path", ["/v1/state", "/v1/results", "/v1/events"])
@pytest.mark.parametrize("token", ["", "x" * 43])
def test_without_a_known_token_nothing_is_told(api: ApiBench, path: str, token: str) -> None:
    answer = api.call("GET", path, token=token)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"


def test_software_takes_results_and_sees_no_console(api: ApiBench, software: str) -> None:
    assert api.call("GET", "/v1/results", token=software).status_code == 200
    assert api.call("GET", "/v1/state", token=software).status_code == 403


def test_a_foreign_name_of_this_pc_is_refused(api: ApiBench) -> None:
    answer = api.call("GET", "/v1/state", headers={"Host": f"evil.example:{api.port}"})
    assert answer.status_code == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", f"{EMR}.evil.example"])
def test_a_foreign_page_is_refused_even_with_a_token(api: ApiBench, origin: str) -> None:
    answer = api.call("GET", "/v1/state", headers={"Origin": origin})
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


def test_the_page_of_a_client_asks_and_is_answered(api: ApiBench, page: str) -> None:
    asked = {"Origin": EMR, "Access-Control-Request-Method": "GET"}
    allowed = api.call("OPTIONS", "/v1/results", token="", headers=asked)
    assert allowed.status_code == 204
    assert allowed.headers["access-control-allow-origin"] == EMR
    answer = api.call("GET", "/v1/results", token=page, headers={"Origin": EMR})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == EMR


def test_a_token_is_of_no_use_to_another_enrolled_page(api: ApiBench, page: str) -> None:
    other = "https://other.example"
    api.enroll("予約", Role.SOFTWARE, other)
    answer = api.call("GET", "/v1/results", token=page, headers={"Origin": other})
    assert answer.status_code == 403
    assert api.call("GET", "/v1/state", headers={"Origin": EMR}).status_code == 403


def test_a_revoked_client_is_refused_at_once(api: ApiBench) -> None:
    token = api.enroll("古い", Role.SOFTWARE)
    assert api.call("GET", "/v1/results", token=token).status_code == 200
    Clients(api.store).revoke("古い")
    assert api.call("GET", "/v1/results", token=token).status_code == 401


def test_health_and_figures_need_no_token_and_name_nobody(api: ApiBench) -> None:
    api.visit_completed()
    assert api.call("GET", "/healthz", token="").json() == {"status": "ok"}
    figures = api.call("GET", "/metrics", token="").text
    assert 'uketsuke_events_total{event="result_stored"}' in figures
    assert "受付" not in figures


def test_every_answer_forbids_to_be_kept_framed_or_sniffed(api: ApiBench) -> None:
    for path in ("/", "/v1/state", "/v1/nothing"):
        headers = api.call("GET", path).headers
        assert headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"


def test_the_store_knows_no_token(api: ApiBench, software: str, page: str) -> None:
    kept = str(api.store.rows("SELECT * FROM clients"))
    assert "レセコン" in kept
    assert software not in kept
    assert page not in kept


def test_a_socket_is_let_in_by_subprotocol_or_header(api: ApiBench, software: str) -> None:
    url = f"ws://127.0.0.1:{api.port}/v1/ws"
    with connect(url, subprotocols=named(software)) as socket:
        assert socket.subprotocol == PROTOCOL
        assert '"state"' in str(socket.recv(5))
    with connect(url, additional_headers={"Authorization": f"Bearer {software}"}) as socket:
        assert '"state"' in str(socket.recv(5))


def test_a_socket_with_a_wrong_token_or_page_is_closed(api: ApiBench, software: str) -> None:
    url = f"ws://127.0.0.1:{api.port}/v1/ws"
    with (
        pytest.raises(ConnectionClosed) as closed,
        connect(url, subprotocols=named("x")) as socket,
    ):
        socket.recv(5)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == REFUSED
    with pytest.raises(InvalidStatus, match="403"):
        connect(url, subprotocols=named(software), origin=Origin("https://evil.example"))


@pytest.mark.parametrize(
    "origin", ["emr.example", "http://emr.example", "https://emr.example/", "https://*.example"]
)
def test_an_origin_that_is_none_is_refused_at_enrolment(api: ApiBench, origin: str) -> None:
    with pytest.raises(ConfigError, match="origin"):
        api.enroll("x", Role.SOFTWARE, origin)


def test_a_name_is_enrolled_once(api: ApiBench) -> None:
    with pytest.raises(ConfigError, match="already"):
        api.enroll("受付", Role.STAFF)
    assert [each.name for each in Clients(api.store).all()].count("受付") == 1


def test_who_asks_too_often_or_guesses_is_slowed_down(tmp_path: Path) -> None:
    with ApiBench(tmp_path) as api:
        guesses = [
            api.call("GET", "/v1/results", token=f"guess {number}").status_code
            for number in range(UNKNOWN_TOKENS.amount + 1)
        ]
        assert guesses == [401] * UNKNOWN_TOKENS.amount + [429]
    assert REQUESTS.amount > UNKNOWN_TOKENS.amount


def test_who_is_enrolled_and_asks_too_often_costs_the_others_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.api.callers.REQUESTS", RateLimitItemPerMinute(3))
    with ApiBench(tmp_path) as api:
        busy = api.enroll("忙しいソフト", Role.SOFTWARE)
        asked = [api.call("GET", "/v1/results", token=busy).status_code for _ in range(5)]
        assert asked == [200] * 3 + [429] * 2
        assert api.call("GET", "/v1/results").status_code == 200


def test_a_fault_is_told_by_its_kind_and_ends_one_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("受付　太郎")

    with ApiBench(tmp_path) as api:
        monkeypatch.setattr(Reading, "state", fail)
        answer = api.call("GET", "/v1/state")
        assert answer.status_code == 500
        assert answer.json()["title"] == "Internal Server Error"
        assert api.call("GET", "/v1/results").status_code == 200
        faults = [each.detail for each in api.heard.heard if each.alarm is Alarm.INTERNAL]
    assert faults == ["api: ZeroDivisionError"]
    written = capfd.readouterr()
    assert "受付　太郎" not in written.out + written.err + answer.text


def test_strangers_who_only_connect_are_few_and_do_not_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each holds a descriptor, of which the agent needs some for its files."""
    monkeypatch.setattr("agent.api.connections.MOST_CONNECTIONS", 10)
    monkeypatch.setattr("agent.api.connections.WHOLE_REQUEST_S", 0.3)
    with ApiBench(tmp_path) as api, ExitStack() as strangers:
        silent = [
            strangers.enter_context(socket.create_connection(("127.0.0.1", api.port)))
            for _ in range(30)
        ]
        for each in silent:
            assert is_let_go(each)
        assert api.call("GET", "/v1/results").status_code == 200


def is_let_go(stranger: socket.socket) -> bool:
    """Nothing more is said to this one."""
    stranger.settimeout(2)
    with suppress(ConnectionError):
        while stranger.recv(4096):
            pass
    return True


@pytest.mark.parametrize(
    "begun",
    [
        "GET /healthz HTTP/1.1\r\nHost: {host}\r\n",
        "POST /v1/lookups HTTP/1.1\r\nHost: {host}\r\nContent-Length: 9\r\n\r\n{{",
        "GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n"
        "POST /v1/lookups HTTP/1.1\r\nHost: {host}\r\nContent-Length: 9\r\n\r\n{{",
    ],
)
def test_who_never_ends_a_request_does_not_stay(
    api: ApiBench, monkeypatch: pytest.MonkeyPatch, begun: str
) -> None:
    monkeypatch.setattr("agent.api.connections.WHOLE_REQUEST_S", 0.3)
    with socket.create_connection(("127.0.0.1", api.port)) as stranger:
        stranger.sendall(begun.format(host=f"127.0.0.1:{api.port}").encode())
        assert is_let_go(stranger)


def test_a_socket_stays_beyond_the_time_for_a_request(
    api: ApiBench, software: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.api.connections.WHOLE_REQUEST_S", 0.3)
    with connect(f"ws://127.0.0.1:{api.port}/v1/ws", subprotocols=named(software)) as page:
        assert '"state"' in str(page.recv(5))
        time.sleep(0.6)
        api.visit_completed(77)
        assert page.recv(5)


def a_body(size: int) -> Iterator[bytes]:
    """Of an untold length."""
    for start in range(0, size, 8192):
        yield b" " * min(8192, size - start)


@pytest.mark.parametrize("is_told", [True, False])
def test_a_body_that_is_too_long_is_refused_before_anybody_is_known(
    api: ApiBench, *, is_told: bool
) -> None:
    size = MOST_BODY_BYTES + 1
    content = b" " * size if is_told else a_body(size)
    answer = api.call("POST", "/v1/lookups", token="", content=content)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert api.call("POST", "/v1/lookups", token="", content=b" ").status_code == 401


def test_of_a_body_that_is_too_long_no_more_is_read(api: ApiBench) -> None:
    with socket.create_connection(("127.0.0.1", api.port)) as stranger:
        head = f"POST /v1/lookups HTTP/1.1\r\nHost: 127.0.0.1:{api.port}\r\n"
        stranger.sendall(f"{head}Content-Length: {2**40}\r\n\r\n".encode())
        stranger.sendall(b" " * (MOST_BODY_BYTES + 1))
        stranger.settimeout(5)
        assert stranger.recv(4096).startswith(b"HTTP/1.1 413 ")


def test_a_revoked_client_is_told_nothing_more(tmp_path: Path) -> None:
    with ApiBench(tmp_path) as api:
        token = api.enroll("盗まれた", Role.STAFF)
        url = f"ws://127.0.0.1:{api.port}/v1/ws"
        with connect(url, subprotocols=named(token)) as stolen:
            assert '"state"' in str(stolen.recv(5))
            Clients(api.store).revoke("盗まれた")
            api.visit_completed()
            with pytest.raises(ConnectionClosed):
                stolen.recv(5)
        assert stolen.close_code == REFUSED


def test_who_is_revoked_amid_a_backlog_is_told_no_more_of_it(tmp_path: Path) -> None:
    with ApiBench(tmp_path) as api:
        for number in range(1, 6):
            api.visit_completed(number)
        clients = Clients(api.store)
        stolen = clients.find(api.enroll("盗まれた", Role.SOFTWARE))
        assert stolen is not None
        events = api.feed.follow(stolen, after=0)

        async def hear() -> list[str]:
            heard: list[str] = []
            async for told in events:
                heard.append(told.event)
                if len(heard) == 3:
                    clients.revoke("盗まれた")
            return heard

        assert asyncio.run(hear()) == ["state", "result", "result"]


def test_software_leaves_room_for_staff(api: ApiBench) -> None:
    url = f"ws://127.0.0.1:{api.port}/v1/ws"
    with ExitStack() as stays:
        for number in range(MOST_OF_SOFTWARE // MOST_OF_ONE):
            token = api.enroll(f"多い {number}", Role.SOFTWARE)
            for _ in range(MOST_OF_ONE):
                stays.enter_context(connect(url, subprotocols=named(token))).recv(5)
        other = api.enroll("もう一つ", Role.SOFTWARE)
        answer = api.call("GET", "/v1/events", token=other)
        assert answer.status_code == 429
        staff = stays.enter_context(connect(url, subprotocols=named(api.staff_token)))
        assert '"state"' in str(staff.recv(5))


def test_a_cursor_beyond_all_numbers_is_refused(api: ApiBench) -> None:
    url = f"ws://127.0.0.1:{api.port}/v1/ws?after=99999999999999999999"
    with pytest.raises(InvalidStatus), connect(url, subprotocols=named(api.staff_token)) as page:
        page.recv(5)


def test_an_agent_whose_main_thread_hangs_says_so(api: ApiBench) -> None:
    api.is_serving = False
    answer = api.call("GET", "/healthz", token="")
    assert (answer.status_code, answer.json()) == (503, {"status": "silent"})
    api.is_serving = True


def test_negative_control_without_the_guard_a_foreign_page_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def pass_all(guard: Guard, scope: Scope, receive: Receive, send: Send) -> None:
        await guard._app(scope, receive, send)

    monkeypatch.setattr(Guard, "__call__", pass_all)
    with ApiBench(tmp_path) as api:
        foreign = {"Host": f"evil.example:{api.port}"}
        assert api.call("GET", "/v1/results", headers=foreign).status_code == 200


def test_negative_control_without_a_bound_a_long_body_is_kept_for_anybody(
    api: ApiBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.api.guard._bounded", lambda receive: receive)
    body = b" " * (8 * MOST_BODY_BYTES)
    assert api.call("POST", "/v1/lookups", token="", content=body).status_code == 401


def test_negative_control_with_a_time_for_the_first_byte_alone_strangers_stay(
    api: ApiBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.api.connections.WHOLE_REQUEST_S", 0.3)
    monkeypatch.setattr(BoundedConnection, "_is_request_on_its_way", lambda _: False)
    with socket.create_connection(("127.0.0.1", api.port)) as stranger:
        stranger.sendall(f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{api.port}\r\n".encode())
        with pytest.raises(TimeoutError):
            is_let_go(stranger)


def test_negative_control_without_roles_software_sees_the_console(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ApiBench(tmp_path) as api:
        token = api.enroll("レセコン", Role.SOFTWARE)
        assert api.call("GET", "/v1/state", token=token).status_code == 403
        api.store.change("UPDATE clients SET role = 'staff'")
        assert api.call("GET", "/v1/state", token=token).status_code == 200
