"""A reader is paired, renewed and unpaired by staff who look at the console."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.pairing.failures import Failure, PairingFailedError
from tests.agent.api.api_bench import COUNTER
from tests.agent.api.console_bench import SECOND, THIRD, Reception, Window
from tests.agent.api.pictures import picture
from tests.agent.fake_steps import DIGITS, NEW_UEID
from tests.agent.running_agent import wait_until
from tests.browser import open_chromium, violations

SHOWN = f"{DIGITS[:3]} {DIGITS[3:]}"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with open_chromium() as browser:
        yield browser


@pytest.fixture
def reception(tmp_path: Path) -> Iterator[Reception]:
    with Reception(tmp_path) as reception:
        yield reception


@pytest.fixture(scope="module")
def only_window(chromium: Any) -> Iterator[Window]:
    window = Window(chromium)
    yield window
    window.close()


@pytest.fixture
def window(only_window: Window, reception: Reception) -> Iterator[Window]:
    """Its clock stands still but where a test lets it go."""
    only_window.turn_to(reception)
    yield only_window
    only_window.leave()
    assert only_window.complaints == []


def settings_of(window: Window, counter: str) -> None:
    """Open that reader's dialog."""
    window.press(".reader", f"設定：{counter}")
    window.see("#reader-title", counter)


def unpaired(reception: Reception, counter: str) -> None:
    """No reader is paired there."""
    reception.counters[counter].kept = None
    reception.counters[counter].link.follow()


def test_a_new_reader_is_paired_by_hand_and_eye(reception: Reception, window: Window) -> None:
    unpaired(reception, THIRD)
    window.open()
    window.see(".reader[data-look=unpaired]", THIRD, "組み合わせていません", "「設定」を押して")
    settings_of(window, THIRD)
    window.page.locator("#reader input").fill("受付１")
    window.press("#reader", "組み合わせる")
    window.see("#reader .phase", "リーダーの中のボタンを押して")
    window.see(".reader[data-look=pairing]", THIRD, "組み合わせの作業中")
    reception.steps.press()
    window.see("#reader .digits", SHOWN)
    window.see("#reader .phase", "同じですか")
    assert violations(window.page) == []
    picture(window, "pairing-ja")
    # Enter alone is no yes.
    window.page.keyboard.press("Enter")
    reception.steps.agree()
    window.see("#reader .phase", "リーダーでは「同じ」が押されました")
    window.press("#reader", "はい、同じです")
    window.see("#reader .phase", "組み合わせました")
    window.see("#reader dd", NEW_UEID.hex())
    assert window.page.locator("#reader .digits").inner_text() == ""
    assert reception.steps.names == ["受付１"]
    window.press("#reader", "閉じる")
    wait_until(lambda: reception.ceremonies.look(THIRD) is None)


def test_digits_that_differ_are_said_to_and_nothing_is_paired(
    reception: Reception, window: Window
) -> None:
    unpaired(reception, THIRD)
    window.open()
    settings_of(window, THIRD)
    window.press("#reader", "組み合わせる")
    reception.steps.press()
    window.see("#reader .digits", SHOWN)
    window.press("#reader", "いいえ、違います")
    window.see("#reader .phase", "知らない機器がないか")
    assert reception.counters[THIRD].kept is None


def test_whoever_goes_away_in_the_middle_ends_it(reception: Reception, window: Window) -> None:
    window.open()
    settings_of(window, COUNTER)
    window.press("#reader", "もう一度組み合わせる")
    window.press("#question", "組み合わせる")
    reception.steps.press()
    window.see("#reader .digits", SHOWN)
    window.page.keyboard.press("Escape")
    wait_until(lambda: reception.ceremonies.running_at(COUNTER) is None)
    assert SHOWN not in window.page.content()


def test_keys_are_renewed_and_a_reader_is_unpaired(reception: Reception, window: Window) -> None:
    window.open()
    settings_of(window, COUNTER)
    window.see("#reader dd", "9:01 から接続中")
    window.see("#reader dd", "1.2.3")
    window.see("#reader dd", "良好です")
    window.press("#reader", "鍵を新しくする")
    window.see("#reader .phase", "両方の鍵を新しくしました")
    reception.steps.fault = PairingFailedError(Failure.NO_READER, "no reader answers")
    window.press("#reader", "組み合わせを解除する")
    # Enter alone ends nothing.
    window.page.keyboard.press("Enter")
    window.press("#reader", "組み合わせを解除する")
    window.press("#question", "組み合わせを解除する")
    window.see("#reader .phase", "リーダーが答えません")
    reception.steps.fault = None
    window.press("#reader", "組み合わせを解除する")
    window.press("#question", "組み合わせを解除する")
    window.see("#reader .phase", "組み合わせを解除しました")
    window.see("#reader dd", "組み合わせていません")


def test_a_patient_at_the_reader_is_not_disturbed(reception: Reception, window: Window) -> None:
    reception.lay(1, SECOND)
    window.open()
    settings_of(window, SECOND)
    # A browser writes down what was refused.
    window.expect("status of 409")
    window.press("#reader", "鍵を新しくする")
    window.see("#reader .answer", "患者さんが使っているか")
