"""The staff console in a real Chromium: what reception sees, and what it can do."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.api.clients import Clients, Role
from agent.eligibility.port import NobodyFound, NumberQuery, NumbersRefused, SeveralFound
from agent.errors import NumbersTimedOutError
from agent.journal import Alarm, Event
from agent.patients.port import Patient
from hostlink.terms import (
    Decision,
    FailureCode,
    Notice,
    VerificationMethod,
    VisitOutcome,
)
from tests.agent.api.api_bench import COUNTER, RELAY
from tests.agent.api.console_bench import (
    HANAKO,
    SECOND,
    THIRD,
    UNREACHABLE,
    Reception,
    Window,
    named,
)
from tests.agent.api.pictures import PICTURED, PICTURES, picture
from tests.agent.api.test_lookups import NUMBERS
from tests.agent.api.test_patients import ToldPatients
from tests.agent.world import RECORD
from tests.browser import open_chromium, violations

STEPS = {"face": "顔を確認", "eligibility": "資格を確認", "answering": "回答しています"}
BY_PIN: dict[str, Any] = {"method": VerificationMethod.PIN, "match": None}
OUTSIDE = """() => [...document.querySelectorAll(
  "body > *, main > *, .reader, #today .bar > *, #alarms .alarm, #detail .bar > *, #match")]
  .filter((each) => each.checkVisibility() && !each.matches(".heard-only"))
  .filter((each) => {
    const box = each.getBoundingClientRect();
    return box.left < 0 || box.top < 0 || box.right > innerWidth || box.bottom > innerHeight;
  })
  .map((each) => each.outerHTML.slice(0, 120))"""
LOOKS_LIVE = """() => [...document.querySelectorAll(
  ".reader:not([data-look=old]), .spent:not(:empty), #health li, #clock:not(:empty),"
  + ".alarm [aria-label]:enabled, #link-list [data-look=good], #match button:enabled:not(:empty)"
)].map((each) => each.outerHTML.slice(0, 120))"""
WRAPPED = """() => [...document.querySelectorAll("td.method")].filter((each) => {
  const letters = document.createRange();
  letters.selectNodeContents(each);
  return letters.getClientRects().length > 1;
}).map((each) => each.textContent)"""
READ_LATE = """async (module) => {
  const { Results } = await import(module);
  const waiting = [];
  const get = () => new Promise((answer) => waiting.push(answer));
  const results = new Results({ get }, () => {});
  const reads = [results.read("result"), results.read("result")];
  waiting[1]({ id: "result", arrival: 1, seen: "newer" });
  await reads[1];
  waiting[0]({ id: "result", arrival: 1, seen: "older" });
  await reads[0];
  return results.find("result").seen;
}"""
NOTIFICATIONS = """
window.told = [];
window.Notification = class {
  static permission = "default";
  static async requestPermission() { this.permission = "granted"; }
  constructor(title, { body }) { window.told.push(body); }
  addEventListener() {}
};"""
# Chromium's own patience runs by a clock that no test can put forward.
PATIENCE_BY_THE_CLOCK = """() => {
  AbortSignal.timeout = (ms) => {
    const patience = new AbortController();
    setTimeout(() => patience.abort(), ms);
    return patience.signal;
  };
}"""
SEVERAL: dict[str, Any] = {
    "answer": "several",
    "by": None,
    "patients": [
        {"number": "1001", "kana": "ｼｹﾝ ﾊﾅｺ", "birthdate": "19931130", "name": "試験　花子"},
        {"number": "2002", "kana": "ｼｹﾝ ﾊﾅｺ", "birthdate": "19931130", "name": "試験　華子"},
    ],
    "named": [],
    "chosen": None,
}
TWO_OF_ONE_NUMBER = {
    **SEVERAL,
    "patients": [
        *SEVERAL["patients"],
        {"number": "1001", "kana": "ｼｹﾝ ﾊﾅｴ", "birthdate": "19931130", "name": "試験　花枝"},
    ],
}
PAPER = {
    **dict.fromkeys(("counter", "insured_card_symbol", "insured_branch_number", "name")),
    "kind": "qualification_certificate",
    "insurer_number": "01130012",
    "insured_identification_number": "５６７８",
    "birthdate": "19550601",
    "name_kana": "ウケツケ タロウ",
}


class SlowLookup:
    """A network that answers as the test says, once it says so."""

    def __init__(self) -> None:
        self.answer: Any = RECORD
        self.asked: list[NumberQuery] = []
        self.is_there = threading.Event()

    def look_up(self, query: NumberQuery) -> Any:
        self.asked.append(query)
        assert self.is_there.wait(10)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with open_chromium() as browser:
        yield browser


@pytest.fixture
def patients() -> None:
    """The clinic gave no list."""


@pytest.fixture
def network() -> None:
    """Nobody can be asked by numbers."""


@pytest.fixture
def reception(tmp_path: Path, patients: Any, network: Any) -> Iterator[Reception]:
    with Reception(tmp_path, patients=patients, lookup=network) as reception:
        yield reception


@pytest.fixture(scope="module")
def only_window(chromium: Any) -> Iterator[Window]:
    window = Window(chromium)
    yield window
    window.close()


@pytest.fixture
def window(only_window: Window, reception: Reception) -> Iterator[Window]:
    """As staff find it who come for the first time."""
    only_window.turn_to(reception)
    yield only_window
    only_window.leave()
    assert only_window.complaints == []


@pytest.fixture
def own_window(chromium: Any, reception: Reception) -> Iterator[Window]:
    """For who answers its sockets: that would stay for the tests that come."""
    with closing(Window(chromium, reception)) as window:
        yield window
        assert window.complaints == []


def test_a_visit_comes_and_goes(reception: Reception, window: Window) -> None:
    window.open()
    window.see("#today-none", "まだありません")
    # What nobody has tried is not said to work.
    window.see("#health [data-look=unknown]", "資格確認 未確認")
    for name in ("資格確認サーバー", "レセコン連携フォルダー"):
        window.see("#link-list li:has([data-look=unknown])", name, "まだ確認していません")
    visit = reception.lay(1)
    window.see(".reader", COUNTER, "カードを読み取っています", "お名前を確認中")
    reception.identify(visit)
    window.see(".reader", COUNTER, "受付　太郎 様", "同意などに回答しています")
    window.see("#link-list li:has([data-look=good])", "資格確認サーバー", "正常")
    window.wait(42)
    window.see(".reader", COUNTER, "42秒")
    reception.complete(visit)
    window.see(".reader", "カードの取り外しを待っています")
    window.wait(61)
    window.see(".reader[data-look=left]", "カードが置かれたままです", "お返しください")
    reception.step(visit, "left")
    reception.journal.record(Event.RELAY_BACK, detail=RELAY)
    window.see("#link-list li:has([data-look=good])", "レセコン連携フォルダー", "正常")
    window.see(".reader[data-look=calm]", COUNTER, "空いています")
    window.see("tbody tr", "9:01", COUNTER, "受付　太郎", "ｳｹﾂｹ ﾀﾛｳ")
    window.see("#news", "受付　太郎 有効")


def test_staff_who_are_wanted_see_it(reception: Reception, window: Window) -> None:
    window.open()
    reception.step(reception.lay(1, SECOND), "staff_wanted", SECOND)
    window.see(".reader[data-look=wanted]", SECOND, "職員を呼び出しています", "施設パスワード")
    window.see("#calls", f"{SECOND}：職員を呼び出しています")
    assert window.page.title() == "(1) 受付"
    reception.journal.record(Event.LINK_DOWN, counter=THIRD)
    window.see(".reader[data-look=joining]", THIRD)
    window.wait(11)
    window.see(".reader[data-look=away]", THIRD, "切断", "USBケーブル")
    window.see("#health", "リーダー 2/3 台")


def test_a_failed_visit_says_what_to_do(reception: Reception, window: Window) -> None:
    reception.fail(1, FailureCode.CERTIFICATE_EXPIRED)
    window.open()
    window.see("tbody tr", "確認できず", "電子証明書の期限切れ", "市区町村での更新をご案内")
    reception.fail(2, FailureCode.CANCELLED, outcome=VisitOutcome.ABANDONED)
    window.see("tbody tr", "途中で終了", "患者さんの操作で中止されました")
    window.speak("en")
    window.see("tbody tr", "not verified", "The certificate has expired", "renewal")


def test_all_of_a_result_is_told(reception: Reception, window: Window) -> None:
    reception.visit(
        1,
        notices=(Notice.CERTIFICATE_IN_GRACE,),
        decisions=(Decision.USE_SUBSIDY, Decision.PAPER_PRESCRIPTION),
    )
    window.open()
    window.page.locator("tbody button").click()
    for texts in (
        ("テスト健康保険組合", "１２－３４", "５６７８"),
        ("限度額", "適用区分", "一般", "2026年8月1日 ～ 2027年7月31日"),
        ("高齢受給者証", "2割"),
        ("昭和30年6月1日（1955年・71歳）",),
        ("手術・傷病名・感染症", "× 同意しない"),
        ("薬剤・処方", "○ 同意（2026/11/23 9:01 まで）"),
    ):
        window.see(".group", *texts)
    window.see(
        "#detail .note",
        "2026年10月23日 に期限切れ（資格確認は 2027年1月23日 まで、あと 62 日）",
        "診療・薬剤の情報は閲覧できません",
    )
    window.see("#detail .note", "医療費助成を使う")
    assert window.page.evaluate("document.activeElement.id") == "detail-title"
    window.page.keyboard.press("Escape")
    assert window.page.locator("#detail").is_hidden()
    assert window.page.evaluate("document.activeElement.closest('tr') !== null")
    # What was not asked is not called refused.
    reception.visit(2, HANAKO, consents=())
    window.see("tbody tr", "試験　花子").click()
    window.see(".group", "薬剤・処方", "－ 確認していません")
    assert window.page.locator(".group").filter(has_text="同意しない").count() == 0


def test_why_nothing_is_known_of_a_patient_is_told(reception: Reception, window: Window) -> None:
    visit = reception.lay(1)
    reception.postpone(visit)
    reception.complete(visit)
    window.open()
    window.see("tbody tr", "氏名不明（資格はあとで確認）", "資格はあとで確認します")
    reception.answer_later(visit, HANAKO)
    window.wait(2)
    window.see("tbody tr", "試験　花子", "有効")
    reception.clock.time += timedelta(hours=13)
    reception.forgetting.purge()
    window.page.locator("tbody button").click()
    window.wait(2)
    window.see("tbody tr", "氏名は保存期間を過ぎました", "詳しい内容は保存期間を過ぎました")


@pytest.mark.parametrize("has_failed", [True, False])
def test_what_cannot_be_verified_is_told_as_such(
    reception: Reception, window: Window, *, has_failed: bool
) -> None:
    if has_failed:
        reception.damage(reception.fail(1, FailureCode.CERTIFICATE_EXPIRED))
    else:
        reception.damage(reception.visit(1))
    window.open()
    row = window.see("tbody tr", "氏名不明（記録を確認できません）", "この結果は使わず")
    assert row.locator("[data-look=doubt]", has_text="確認できません").count() > 0
    window.speak("en")
    window.see("tbody tr", "not verifiable", "Do not use this result")


def test_the_audit_trail_is_taken_along(reception: Reception, window: Window) -> None:
    window.open()
    with window.page.expect_download() as download:
        window.press("footer", "監査用の記録を保存")
    assert download.value.suggested_filename == "uketsuke-export-20261122-090102.zip"
    assert Path(download.value.path()).read_bytes() == b"PK"
    window.see("#answer", "ダウンロードしました")


def test_somebody_is_found_however_the_name_is_typed(reception: Reception, window: Window) -> None:
    reception.visit(1)
    reception.visit(2, HANAKO)
    window.open()
    for typed in ("しけん はな", "シケンハナ", "ｼｹﾝ", "花子", "187", "１８７"):
        window.page.locator("#search").fill(typed)
        window.see("#today-count", "2 件のうち 1 件")
        window.see("tbody tr", "試験　花子")
    window.page.locator("#search").fill("架空")
    window.see("#today-none", "見つかりません")


def test_rows_are_gone_through_with_the_arrows(reception: Reception, window: Window) -> None:
    names = [f"試験　{number}郎" for number in range(3)]
    for number, name in enumerate(names):
        reception.visit(number + 1, named(name, "ｼｹﾝ"))
    window.open()
    focused = "document.activeElement.querySelector('.name').textContent"
    window.page.locator("tbody button").first.focus()
    window.page.keyboard.press("ArrowDown")
    assert window.page.evaluate(focused) == names[1]
    reception.visit(4)
    window.see("tbody tr:first-child", "受付　太郎")
    # The list has changed, and whoever goes through it is where they were.
    assert window.page.evaluate(focused) == names[1]
    window.page.keyboard.press("End")
    assert window.page.evaluate(focused) == names[0]
    assert window.page.locator("tbody button[tabindex='0']").count() == 1


def test_alarms_are_settled(reception: Reception, window: Window) -> None:
    for alarm in (Alarm.CLOCK_DOUBTFUL, Alarm.RESULT_GAP):
        reception.journal.record(Event.ALARM, alarm=alarm, counter=COUNTER)
    window.open()
    window.see(".alarm", "前の受付の結果が届いていません", "照らし合わせ")
    window.press(".alarm", "対応済み：前の受付の結果が届いていません")
    window.miss(".alarm", "前の受付の結果が届いていません")
    window.see("#answer", "対応済みにしました")
    # Whoever works with the keyboard goes on with the next one.
    assert window.page.evaluate("document.activeElement.getAttribute('aria-label')") == (
        "対応済み：このパソコンの時計が合っていません"
    )
    assert [each.alarm for each in reception.board.alarms()] == [Alarm.CLOCK_DOUBTFUL]


def test_alarms_too_many_to_be_shown_are_counted_and_come_later(
    reception: Reception, window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.api.reading.MOST_ALARMS_SHOWN", 1)
    for alarm in (Alarm.CHARACTER_REPLACED, Alarm.RESULT_GAP):
        reception.journal.record(Event.ALARM, alarm=alarm, visit=b"v" * 16)
    window.open()
    window.see("#alarms-count", "2 件（うち 1 件を表示。")
    window.press(".alarm", "対応済み：前の受付の結果が届いていません")
    window.see(".alarm", "連携先で表せない文字を〓に置き換えました")
    window.see("#alarms-count", "1 件")


def test_why_a_result_was_not_sent_is_said_in_the_language_of_the_page(
    reception: Reception, window: Window
) -> None:
    reception.park(reception.visit(1), "software of the profile myclinic reads files of today only")
    window.open()
    said = "「myclinic」の設定のソフトは当日のファイルだけを読み取ります"
    window.see(".parked li", f"送信できませんでした（{said}）")
    window.see(".alarm", f"レセコン連携フォルダー: {said}")
    window.page.locator("tbody button").click()
    window.see("#detail", said)


def test_a_parked_result_is_sent_again_or_given_up(reception: Reception, window: Window) -> None:
    first, second = reception.visit(1), reception.visit(2, HANAKO)
    reception.park(first)
    reception.park(second, "HTTP 422")
    window.open()
    window.see("#health", "保留 2 件")
    window.see(".parked li", "受付　太郎", "HTTP 400")
    window.see(".alarm", "レセコン連携フォルダー: HTTP 400")
    window.see("tbody tr", "受付　太郎", "レセコンなどに送信できていません")
    window.press(".parked li", "再送する")
    window.miss(".parked li", "受付　太郎")
    assert [each.why for each in reception.delivery.parked()] == ["HTTP 422"]
    window.press(".parked li", "送信を取りやめる")
    window.see("#question", "この受付の内容は消えます")
    # Enter alone gives nothing up.
    window.page.keyboard.press("Enter")
    window.see(".parked li", "試験　花子")
    window.press(".parked li", "送信を取りやめる")
    window.press("#question", "送信を取りやめる")
    window.miss(".parked li", "試験　花子")
    assert reception.delivery.parked() == []
    assert reception.woken == 2
    # At another window somebody is quicker, and it is seen here without waiting.
    reception.park(first, "HTTP 500")
    window.see(".parked li", "HTTP 500")
    reception.call("POST", f"/v1/relays/{RELAY}/give-up", params={"result": first})
    window.miss(".parked li", "HTTP 500")


def test_staff_can_say_why_the_insurance_service_does_not_answer(
    reception: Reception, window: Window
) -> None:
    unreachable = FailureCode.ELIGIBILITY_UNREACHABLE
    reception.journal.record(Event.ELIGIBILITY_FAILED, failure=unreachable, detail="HTTP 401")
    window.open()
    window.see("#link-list li", "応答なし", "担当者に次の内容を伝えてください：HTTP 401")
    reception.journal.record(Event.ELIGIBILITY_POSTPONED)
    window.miss("#link-list li", "HTTP 401")
    window.see("#link-list li", "応答なし")


def test_all_parked_results_are_sent_again_at_once(
    reception: Reception, window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.api.reading.MOST_PARKED_SHOWN", 2)
    for number in (1, 2, 3):
        reception.park(reception.visit(number))
    window.open()
    window.see("#health", "保留 3 件")
    window.see("#link-list", "送信できなかった結果 3 件（古い順に 2 件を表示）")
    window.press("#link-list", "すべて再送する")
    window.press("#question", "すべて再送する")
    window.see("#answer", "すべて再送します")
    window.miss("#link-list", "送信できなかった")
    assert reception.delivery.parked() == []
    # Whoever works with the keyboard goes on from there.
    assert window.page.evaluate("document.activeElement.id") == "links-title"


def test_what_is_old_is_not_shown_as_live(reception: Reception, window: Window) -> None:
    shown = reception.visit(3, HANAKO)
    reception.step(reception.lay(1), "pin")
    reception.journal.record(Event.ALARM, alarm=Alarm.CLOCK_DOUBTFUL)
    looked_at(window, shown)
    window.see(".reader[data-look=busy] .spent", "秒")
    window.see("#link-list [data-look=good]")
    window.see("#match button:enabled", "2002")
    window.expect(*UNREACHABLE)
    reception.stop()
    window.see("#connection", "受付エージェントと通信できません。9:01:0", "時点の表示")
    assert window.page.evaluate(LOOKS_LIVE) == []
    reception.visit(2, named("例示　桜", "ﾚｲｼﾞ ｻｸﾗ"))
    reception.start()
    # What came meanwhile is there, and nothing is old any more.
    window.see("tbody tr", "例示　桜")
    window.see("#match button:enabled", "2002")
    assert window.page.locator("#connection").is_hidden()
    assert window.page.locator(".reader[data-look=old]").count() == 0


def test_a_console_that_says_nothing_of_it_would_be_found(
    reception: Reception, window: Window
) -> None:
    window.spoil("app.js", 'link = isCrowded ? "crowded" : "lost";', "")
    reception.lay(1)
    window.open()
    window.expect(*UNREACHABLE)
    reception.stop()
    # The page knows that nobody is there.
    window.hear("WebSocket connection to")
    assert window.page.evaluate(LOOKS_LIVE) != []
    reception.start()


def test_one_connection_lasts(
    reception: Reception, window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.api.connections.WHOLE_REQUEST_S", 0.3)
    connections: list[Any] = []
    window.page.on("websocket", lambda each: connections.append(each))
    window.open()
    window.see("#today-none", "まだありません")
    window.page.wait_for_timeout(1000)
    reception.visit(1)
    window.see("tbody tr", "受付　太郎")
    assert len(connections) == 1


def test_an_agent_that_hangs_is_noticed(reception: Reception, window: Window) -> None:
    window.open()
    window.expect(*UNREACHABLE)
    window.wait(11)
    assert window.page.locator("#connection").is_hidden()
    # The connection stays open, and nobody answers.
    window.page.route("**/healthz", lambda route: route.abort())
    window.page.route("**/v1/ws", lambda route: route.abort())
    window.wait(11)
    window.see("#connection", "時点の表示")


def test_a_connection_too_many_comes_back_later_and_later(
    reception: Reception, own_window: Window
) -> None:
    window = own_window
    refusing = True
    tries = 0

    def answer(socket: Any) -> None:
        nonlocal tries
        tries += 1
        if refusing:
            socket.close(code=4429)
        else:
            socket.connect_to_server()

    window.page.route_web_socket("**/v1/ws*", answer)
    window.page.goto(f"{reception.url}/#{reception.staff_token}")
    window.see("#connection", "使わない画面を閉じて")
    window.wait(0.6)
    for _ in range(500):
        if tries == 1:
            window.page.wait_for_timeout(10)
    assert tries == 2
    window.wait(0.6)
    window.page.wait_for_timeout(100)
    assert tries == 2, "it waits longer each time"
    # The agent answers something else, and so only the connection is still away.
    window.press("footer", "監査用の記録を保存")
    window.see("#answer", "ダウンロードしました")
    assert window.page.locator("#connection").is_visible()
    assert window.page.evaluate(LOOKS_LIVE) == []
    refusing = False
    window.wait(2)
    window.see("#health li")
    assert window.page.locator("#connection").is_hidden()
    # Who is revoked is not let in any more, and does not try.
    Clients(reception.store).revoke("受付")
    reception.journal.record(Event.ALARM, alarm=Alarm.CLOCK_DOUBTFUL)
    window.see("#welcome", "登録が無効です。もう一度登録してください")
    assert window.page.locator("#readers").is_hidden()


def read_while(window: Window, happen: Callable[[], None]) -> list[str]:
    """The results that are asked for while something happens, and until everything is told."""
    asked: list[str] = []
    window.page.on("request", lambda told: asked.append(told.url.rpartition("/v1/")[2]))
    happen()
    return [each for each in asked if each.startswith("results")]


def test_many_who_are_looked_up_later_are_asked_for_by_one_list(
    reception: Reception, window: Window
) -> None:
    visits = [reception.lay(number) for number in range(1, 5)]
    for visit in visits:
        reception.postpone(visit)
        reception.complete(visit)

    def a_patient_comes() -> None:
        for step in ("face", "eligibility", "answering"):
            reception.step(visits[-1], step)
            window.see(".reader", COUNTER, STEPS[step])
            window.wait(3)

    def the_service_is_back() -> None:
        reception.answer_later(visits[0], HANAKO)
        window.see("tbody tr", "試験　花子")

    window.open()
    window.wait(3)
    assert read_while(window, a_patient_comes) == []
    assert read_while(window, the_service_is_back) == ["results?last=100"]
    # An answer that is late takes nothing back; a page without numbered readings is found.
    assert window.page.evaluate(READ_LATE, "/results.js") == "newer"
    window.spoil("results.js?bad", "reading > (", "reading > 0 * (")
    assert window.page.evaluate(READ_LATE, "/results.js?bad") == "older"
    # A page that reads whenever anything happens is found.
    window.spoil("app.js", "key !== watched", "true")
    window.open()
    assert read_while(window, a_patient_comes) != []


def test_the_token_leaves_the_address_and_stays_with_the_browser(
    reception: Reception, window: Window
) -> None:
    window.open()
    assert window.page.url == f"{reception.url}/"
    window.page.goto(f"{reception.url}/")
    window.see(".reader", COUNTER)
    # Any page can open this one with an address of its own: what is kept stays, and no reload is
    # needed for it to be seen.
    window.expect("status of 401")
    window.page.goto(f"{reception.url}/#of-a-stranger")
    window.page.locator("[data-shown=all]").wait_for()
    window.see(".reader", COUNTER)
    kept = "localStorage.getItem('token')"
    assert window.page.evaluate(kept) == reception.staff_token
    # A page that takes whatever comes would be found.
    window.spoil("token.js", "(await isAccepted(brought))", "true")
    window.page.goto(f"{reception.url}/#of-another")
    window.see("#welcome", "登録が無効です")
    window.page.unroute_all()
    window.page.goto(f"{reception.url}/")
    window.see(".reader", COUNTER)
    window.press("footer", "このブラウザーの登録を解除する")
    window.press("#question", "解除する")
    window.see("#welcome", "登録が必要です", "uketsuke-agent console", "担当者に連絡して")
    assert window.page.locator(".reader").count() == 0
    assert window.page.evaluate(kept) is None


def test_a_token_that_is_not_of_staff_sees_nothing(reception: Reception, window: Window) -> None:
    # A browser writes down what was refused.
    window.expect("status of 40")
    for token in ("unknown", reception.enroll("レセコン", Role.SOFTWARE)):
        window.page.goto(f"{reception.url}/#{token}")
        window.see("#welcome", "登録が無効です")
        assert window.page.locator(".reader").count() == 0
        assert window.page.evaluate("localStorage.getItem('token')") is None


def test_a_name_is_never_html(reception: Reception, window: Window) -> None:
    name = "<img src=x onerror=alert(1)>"
    reception.identify(reception.lay(9, SECOND), named(name, "<b>ｶﾅ"), counter=SECOND)
    reception.park(reception.visit(1, named(name, "<b>ｶﾅ")), "<script>alert(2)</script>")
    window.open()
    window.page.locator("tbody button").click()
    for place in (".reader", "tbody tr", ".parked li", "#detail-title"):
        window.see(place, name)
    assert window.page.locator("img, main script, .kana b").count() == 0


def test_html_out_of_a_name_would_be_found(reception: Reception, window: Window) -> None:
    window.spoil("element.js", "node.textContent = text", "node.innerHTML = text")
    window.page.goto(f"{reception.url}/#{reception.staff_token}")
    window.hear("TrustedHTML")


@pytest.mark.parametrize(
    "patients",
    [
        ToldPatients(
            Patient("1001", "ｼｹﾝ ﾊﾅｺ", date(1993, 11, 30), "試験　花子"),
            Patient("2002", "ｼｹﾝ ﾊﾅｺ", date(1993, 11, 30), "試験　華子"),
            Patient("24434", "ｳｹﾂｹ ﾀﾛｳ", date(1955, 6, 1), "受付　太郎"),
        )
    ],
)
def test_several_patients_are_never_chosen_from_but_by_staff(
    reception: Reception, window: Window
) -> None:
    stranger = named("例示　桜", "ﾚｲｼﾞ ｻｸﾗ")
    stranger = replace(stranger, person=replace(stranger.person, reference_number=None))
    for number, record in enumerate((RECORD, HANAKO, stranger), start=1):
        reception.visit(number, record)
    window.open()
    rows = window.page.locator("tbody button")
    for row, look in ((0, "none"), (2, "one")):
        rows.nth(row).click()
        window.page.locator(f"#match[data-look={look}]").wait_for()
        assert window.page.locator("#match button:not(:empty)").count() == 0
    window.see("tbody tr", "患者さんを選んでください")
    rows.nth(1).click()
    window.see("#match[data-look=several]", "選んでください", "試験　華子")
    assert window.page.locator("#match [aria-pressed=true]").count() == 0
    window.press("#match", "患者番号 2002 の方を選ぶ")
    window.see("#answer", "患者さんを選択しました")
    kept = reception.store.rows("SELECT visit_id, patient_number FROM matches")
    assert kept == [((2).to_bytes(16), "2002")]


def test_a_number_of_two_patients_chooses_neither(reception: Reception, window: Window) -> None:
    result = reception.visit(1, HANAKO)
    window.change_results([(result, {"match": TWO_OF_ONE_NUMBER})])

    def shown() -> tuple[int, list[str]]:
        window.open()
        window.page.locator("tbody button").click()
        window.page.locator("#match[data-look=several]").wait_for()
        buttons = window.page.locator("#match button:not(:empty)").all_text_contents()
        return window.page.locator("#match li").count(), buttons

    assert shown() == (3, ["患者番号 2002 の方を選ぶ"])
    for name in ("試験　花子", "試験　花枝"):
        window.see("#match li", name, "同じ患者番号の方がほかにもいるため、選べません")
    # Where rows are told apart by their number alone, one of them is not to be seen.
    window.spoil("match.js", "({ patient }) => keyOf(patient)", "({ patient }) => patient.number")
    assert shown() == (2, ["患者番号 2002 の方を選ぶ"])


@pytest.mark.parametrize("patients", [ToldPatients()])
def test_who_bears_the_number_and_who_fits_are_told_apart(
    reception: Reception, window: Window, patients: ToldPatients
) -> None:
    bearer = Patient("24434", "ｶｸｳ ｼﾞﾛｳ", date(1960, 1, 2), "架空　次郎")
    fitting = Patient("1001", "ｳｹﾂｹ ﾀﾛｳ", date(1955, 6, 1), "受付　太郎")
    patients.patients = [bearer, fitting]
    result = reception.visit(1)
    window.open()
    window.page.locator("tbody button").click()
    window.see("#match[data-look=contradiction] .groups > div", "照会番号の方", "架空　次郎")
    window.see("#match .groups > div", "生年月日とカナが一致する方", "受付　太郎")
    window.press("#match", "患者番号 24434 の方を選ぶ")
    window.see("#match[data-look=chosen]", "患者番号 24434 の方を選択しました", "選び直して")
    assert violations(window.page) == []
    # Somebody at another window knows better, and it is seen here without waiting.
    reception.call("PUT", f"/v1/results/{result}/match", json={"patient": "1001"})
    window.wait(2)
    window.see("#match li:has([aria-pressed=true])", "受付　太郎")
    patients.is_away = True
    reception.visit(2)
    window.see("tbody tr:nth-child(2)")
    window.page.locator("tbody button").first.click()
    window.see("#match[data-look=unavailable]", "患者さんの一覧を読み込めません")


def test_characters_that_cannot_be_written_are_told_with_their_reading(
    reception: Reception, window: Window
) -> None:
    record = named("𠮷田　見本", "ﾖｼﾀﾞ ﾐﾎﾝ")
    person = replace(record.person, insured_name="𠮷田　花子", address="𠮷町")
    person = replace(person, name_of_other="𠮷木", name_of_other_kana="ﾖｼｷ")
    result = reception.visit(1, replace(record, person=person))
    window.change_results([(result, {"earlier": ["first", "second", "third", result]})])
    window.open()
    window.page.locator("tbody button").click()
    facts = window.page.locator("[data-group=unwritable] dd").all_text_contents()
    # The address and whoever else is insured have none: another's would be wrong.
    alone = "𠮷（U+20BB7）"
    assert facts == [f"{alone} 読み ﾖｼﾀﾞ ﾐﾎﾝ", alone, f"{alone} 読み ﾖｼｷ", alone]
    window.see("tbody tr", "この方は今日 5 回目です")
    # The last two; the others are folded.
    earlier = window.page.locator("#detail .earlier button:visible").all_text_contents()
    assert [f"{COUNTER} の受付を見る" in earlier[0], "third" in earlier[1]] == [True, True]
    window.see("summary", "これより前の受付 2 件").click()
    window.see("details .earlier button", "first")


def test_a_visit_of_another_day_is_told_among_those_of_today(
    reception: Reception, window: Window
) -> None:
    late, _ = reception.visit(1), reception.visit(2)
    window.change_results([(late, {"answered_at": "2026-11-20T17:59:00.000+09:00"})])
    reception.journal.record(
        Event.ALARM, alarm=Alarm.RESULT_LATE, counter=COUNTER, detail="2026-11-20"
    )
    window.open()
    window.see(".alarm", "以前の日の受付の結果が遅れて届きました", "2026-11-20")
    window.see("tbody tr", "今日ではなく 2026年11月20日 の受付です", "その日の受付として")
    assert window.page.locator("tbody .note", has_text="今日ではなく").count() == 1


def test_papers_are_recorded(reception: Reception, window: Window) -> None:
    def kept() -> list[dict[str, Any]]:
        papers: list[dict[str, Any]] = reception.call("GET", "/v1/papers").json()["papers"]
        return papers

    window.open()
    window.press("header", "紙での確認を記録")
    form = window.page.locator("#papers")
    # Nobody can be asked by numbers here.
    assert form.get_by_role("button", name="資格を照会する").count() == 0
    assert form.get_by_role("checkbox").count() == 0
    form.locator("[name=name_kana]").fill("ウケツケ タロウ")
    form.get_by_label("生年月日", exact=True).fill("昭和65年6月1日")
    form.locator("[name=insured_identification_number]").fill("５６７８")
    form.locator("[name=insurer_number]").fill("0113")
    window.press("#papers", "記録する")
    assert kept() == []
    form.locator("[name=birthdate]").fill("Ｓ３０．６．１")
    window.see("#papers output", "昭和30年6月1日（1955年")
    picture(window, "papers-ja")
    window.press("#papers", "記録する")
    assert kept() == []
    form.locator("[name=insurer_number]").fill("01130012")
    window.press("#papers", "記録する")
    window.see(".papers li", "9:01", "資格確認書", "ウケツケ タロウ", "昭和30年6月1日")
    (paper,) = kept()
    assert {key: paper[key] for key in PAPER} == PAPER
    assert violations(window.page) == []


AGREES = "限度額情報の提供に患者さんが同意している"


def test_a_paper_belongs_to_the_visit_that_came_to_nothing(
    reception: Reception, window: Window
) -> None:
    reception.fail(1, FailureCode.CERTIFICATE_EXPIRED)
    window.open()
    window.page.locator("tbody button").click()
    window.press("#detail", "紙での確認を記録")
    window.see("#papers", f"{COUNTER} の受付（確認できず）の記録として")
    form = window.page.locator("#papers")
    assert form.locator("[name=counter]").input_value() == COUNTER
    form.locator("[name=insured_identification_number]").fill("5678")
    window.press("#papers", "記録する")
    window.see(".papers li", "資格確認書", "番号 5678")
    # The next one is somebody else's.
    form.locator("[name=insured_identification_number]").fill("6789")
    window.press("#papers", "記録する")
    window.see(".papers li", "番号 6789")
    papers = reception.call("GET", "/v1/papers").json()["papers"]
    assert {paper["insured_identification_number"]: paper["visit"] for paper in papers} == {
        "5678": (1).to_bytes(16).hex(),
        "6789": None,
    }
    assert violations(window.page) == []


def test_a_visit_that_went_well_needs_no_paper(reception: Reception, window: Window) -> None:
    reception.visit(1)
    window.open()
    window.page.locator("tbody button").click()
    assert window.page.locator("#detail .bar button:visible").count() == 2


def ask(window: Window, *, agrees_to_limit: bool = False) -> None:
    """Type the numbers of a paper and ask."""
    window.open()
    window.page.evaluate(PATIENCE_BY_THE_CLOCK)
    window.press("header", "紙での確認を記録")
    window.press("#papers", "資格を照会する")
    # Nothing is asked without what a question needs.
    assert window.page.locator(".lookup").is_hidden()
    for name in ("insurer_number", "insured_identification_number", "insured_branch_number"):
        window.page.locator(f"[name={name}]").fill(NUMBERS[name])
    window.page.locator("[name=birthdate]").fill("S30.6.1")
    window.page.get_by_label(AGREES).set_checked(agrees_to_limit)
    window.press("#papers", "資格を照会する")


@pytest.mark.parametrize("network", [SlowLookup()])
def test_a_paper_is_looked_up(window: Window, network: SlowLookup) -> None:
    ask(window, agrees_to_limit=True)
    window.see(".lookup", "資格を照会しています", "番号 ５６７８", "昭和30年6月1日")
    window.wait(170)
    waiting = window.see("#papers button", "照会しています… 2分50秒")
    # It cannot be pressed a second time meanwhile.
    waiting.click(force=True)
    window.page.keyboard.press("Escape")
    network.is_there.set()
    window.see("#answer", "資格の照会が終わりました")
    assert [query.agrees_to_limit for query in network.asked] == [True]
    window.press("header", "紙での確認を記録")
    window.see(".lookup[data-look=good]", "見つかりました", "番号 ５６７８", "受付　太郎", "有効")
    window.see(".lookup .group", "負担割合", "2割")
    window.see(".lookup .group", "限度額", "一般")
    assert violations(window.page) == []
    picture(window, "lookup-ja")
    number = window.page.locator("[name=insurer_number]")
    assert number.input_value() == NUMBERS["insurer_number"]
    # Who has seen it has no use for it beside the next paper.
    window.page.keyboard.press("Escape")
    window.press("header", "紙での確認を記録")
    assert window.page.locator(".lookup").is_hidden()
    assert number.input_value() == ""


@pytest.mark.parametrize("network", [SlowLookup()])
def test_for_a_limit_is_asked_only_for_the_patient_who_agrees(
    window: Window, network: SlowLookup
) -> None:
    network.is_there.set()
    ask(window)
    window.see(".lookup[data-look=good]")
    box = window.page.get_by_label(AGREES)
    box.check()
    window.press("#papers", "資格を照会する")
    window.see(".lookup[data-look=good]")
    assert [query.agrees_to_limit for query in network.asked] == [False, True]
    # It is no part of the paper, and says nothing of the next patient.
    window.press("#papers", "記録する")
    window.see(".papers li", "資格確認書")
    assert not box.is_checked()
    box.check()
    window.page.keyboard.press("Escape")
    window.press("header", "紙での確認を記録")
    assert not box.is_checked()
    assert violations(window.page) == []


@pytest.mark.parametrize("network", [SlowLookup()])
def test_a_box_that_keeps_its_tick_for_the_next_patient_would_be_found(
    window: Window, network: SlowLookup
) -> None:
    window.spoil("lookup.js", "this.#consent.checked = false;", "")
    network.is_there.set()
    ask(window)
    box = window.page.get_by_label(AGREES)
    box.check()
    window.page.keyboard.press("Escape")
    window.press("header", "紙での確認を記録")
    assert box.is_checked()


@pytest.mark.parametrize("network", [SlowLookup()])
def test_a_page_that_waits_for_it_no_longer_than_for_others_would_be_found(
    window: Window, network: SlowLookup
) -> None:
    window.spoil("lookup.js", "PATIENCE_MS = 660_000", "PATIENCE_MS = 5000")
    ask(window)
    window.see(".lookup", "資格を照会しています")
    window.wait(170)
    window.see(".lookup[data-look=doubt]", "結果を受け取れませんでした")
    network.is_there.set()


@pytest.mark.parametrize("network", [SlowLookup()])
def test_every_answer_to_numbers_says_what_to_do(window: Window, network: SlowLookup) -> None:
    network.is_there.set()
    network.answer = NumbersRefused("E123", "時間外です")
    ask(window)
    window.see(".lookup", "照会が受け付けられませんでした", "E123 時間外です", "書類のとおり")
    window.expect("status of 503")
    for answer, texts in (
        (NobodyFound(None, "該当なし"), ("見つかりません", "該当なし", "入力に間違い")),
        (
            SeveralFound((RECORD, HANAKO)),
            ("2 件見つかりました", "1. 受付", "2. 試験", "選びません"),
        ),
        (NumbersTimedOutError(is_taken=True), ("has not answered", "資格確認端末の画面を確認")),
    ):
        network.answer = answer
        window.press("#papers", "資格を照会する")
        window.see(".lookup", *texts)


def test_notifications_are_asked_for_and_name_nobody(reception: Reception, chromium: Any) -> None:
    window = Window(chromium, reception)
    window.page.add_init_script(NOTIFICATIONS)
    visit = reception.lay(1, SECOND)
    reception.identify(visit, counter=SECOND)
    reception.journal.record(Event.ALARM, alarm=Alarm.CLOCK_DOUBTFUL)
    window.open()
    window.press("header", "通知をオンにする")
    window.see("header button:disabled", "通知：オン")
    reception.step(visit, "staff_wanted", SECOND)
    window.see("#calls", "職員を呼び出しています")
    reception.journal.record(Event.ALARM, alarm=Alarm.RESULT_GAP)
    window.see("#calls", "前の受付の結果が届いていません")
    # What was there when the page came is no news.
    assert window.page.evaluate("window.told") == [
        f"{SECOND}：職員を呼び出しています",
        "前の受付の結果が届いていません",
    ]
    window.close()


def a_busy_morning(reception: Reception) -> str:
    """Something of everything; the result that is looked at."""
    reception.visit(1, decisions=(Decision.NO_SUBSIDY, Decision.ELECTRONIC_PRESCRIPTION))
    reception.wait(150)
    reception.fail(2, FailureCode.FACE_NOT_MATCHED)
    reception.wait(95)
    reception.journal.record(Event.RELAY_BACK, detail=RELAY)
    shown = reception.visit(3, HANAKO, notices=(Notice.CERTIFICATE_EXPIRES_SOON,))
    reception.wait(130)
    refused = reception.visit(4, named("見本　一郎", "ﾐﾎﾝ ｲﾁﾛｳ"), has_registered=True, **BY_PIN)
    reception.park(refused)
    reception.wait(40)
    reception.fail(5, FailureCode.CARD_REMOVED, outcome=VisitOutcome.ABANDONED)
    visit = reception.lay(6)
    reception.identify(visit, named("架空　次郎", "ｶｸｳ ｼﾞﾛｳ"))
    reception.step(reception.lay(7, SECOND), "staff_wanted", SECOND)
    reception.wait(25)
    reception.journal.record(Event.LINK_DOWN, counter=THIRD)
    reception.wait(12)
    return shown


def looked_at(window: Window, shown: str) -> None:
    """The window with that result open, among several patients."""
    details = {"match": SEVERAL, "earlier": []}
    window.change_results([(shown, details)])
    window.open()
    window.page.locator("tbody tr").filter(has_text="試験　花子").locator("button").click()
    window.page.locator("#match[data-look=several]").wait_for()


@pytest.mark.parametrize(("time", "scheme"), [("day", "light"), ("night", "dark")])
def test_nobody_meets_a_barrier(
    reception: Reception, window: Window, time: str, scheme: str
) -> None:
    window.page.emulate_media(color_scheme=scheme)
    shown = a_busy_morning(reception)
    window.open()
    for tag in ("ja", "en"):
        window.speak(tag)
        picture(window, f"{time}-{tag}")
        assert window.page.evaluate(OUTSIDE) == []
        assert window.page.evaluate(WRAPPED) == []
    # Languages differ in their words alone: one of each page is enough for axe.
    assert violations(window.page) == []
    window.speak("ja")
    looked_at(window, shown)
    for tag in ("en", "ja"):
        window.speak(tag)
        assert window.page.evaluate(OUTSIDE) == []
        picture(window, f"result-{time}-{tag}")
    assert violations(window.page) == []
    window.page.emulate_media(color_scheme="light")


def test_a_small_window_scrolls_and_loses_nothing(reception: Reception, window: Window) -> None:
    a_busy_morning(reception)
    whole = window.page.viewport_size
    window.page.set_viewport_size({"width": 640, "height": 480})
    window.open()
    assert window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations(window.page) == []
    window.page.set_viewport_size(whole)


def test_every_picture_of_the_docs_is_there() -> None:
    shown = (PICTURES.parent / "CONSOLE.md").read_text(encoding="utf-8")
    pictures = {path.name for path in PICTURES.iterdir()}
    assert pictures == {name for name in pictures if f"console/{name}" in shown}
    assert pictures == {f"{name}.webp" for name in PICTURED}
