"""Birth dates as they are written: the list of patients and the console read them alike."""

import json
import subprocess
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from agent.patients._birth_dates import ERAS, read_birth_date

CONSOLE = Path(__file__).parents[3] / "agent/api/console/birth_dates.js"
READ_ALL = """
import("data:text/javascript," + encodeURIComponent(process.argv[1])).then(({ readBirthDate }) =>
  console.log(JSON.stringify(JSON.parse(process.argv[2]).map(readBirthDate))));
"""
DAYS = {
    "19550601": date(1955, 6, 1),
    "1955-06-01": date(1955, 6, 1),
    " 1955/6/1 ": date(1955, 6, 1),
    "1955.06.01": date(1955, 6, 1),
    "１９５５年６月１日": date(1955, 6, 1),
    "昭和30年6月1日": date(1955, 6, 1),
    "昭和　三十年": None,
    "昭30.6.1": date(1955, 6, 1),
    "ｓ30/06/01": date(1955, 6, 1),
    "S300601": date(1955, 6, 1),
    "3300601": date(1955, 6, 1),
    "平成元年1月8日": date(1989, 1, 8),
    "H1.1.7": None,
    "昭和64年1月7日": date(1989, 1, 7),
    "昭和64年1月8日": None,
    "明治45年7月30日": date(1912, 7, 30),
    "大正1年7月30日": date(1912, 7, 30),
    "令和2年2月29日": date(2020, 2, 29),
    "令和3年2月29日": None,
    "R7-4-1": date(2025, 4, 1),
    "M0.1.1": None,
    "6300601": None,
    "55.6.1": None,
    "550601": None,
    "1955061": None,
    "19550631": None,
    "0000-01-01": None,
    "1955-06/01x": None,
    "昭和30年 6月 1日": date(1955, 6, 1),
    "Ｓ３０・６・１": date(1955, 6, 1),
    "S30･6･1": date(1955, 6, 1),
    "1955ー06ー01": date(1955, 6, 1),
    "1955−6‐1": date(1955, 6, 1),
    "S30.6.1\u001c": None,
    "\ufeffS30.6.1": None,
    "S30.6.1\u0085": None,
    "": None,
}


@pytest.mark.parametrize(("written", "day"), DAYS.items())
def test_a_written_day_is_read(written: str, day: date | None) -> None:
    assert read_birth_date(written) == day


def test_every_day_of_every_era_is_read_back() -> None:
    for era in ERAS:
        day = era.first
        while day <= min(era.last, date(2026, 12, 31)):
            year = day.year - era.first.year + 1
            assert read_birth_date(f"{era.name}{year}年{day.month}月{day.day}日") == day
            assert read_birth_date(f"{era.short}{year}.{day.month}.{day.day}") == day
            for head in (era.letter, era.digit):
                assert read_birth_date(f"{head}{year:02}{day:%m%d}") == day
            day += timedelta(days=1)


def test_the_console_reads_the_same() -> None:
    random = Random(1)
    texts = [*DAYS, *(_written(random) for _ in range(5000))]
    process = subprocess.run(
        ["node", "--eval", READ_ALL, CONSOLE.read_text(encoding="utf-8"), json.dumps(texts)],
        capture_output=True,
        check=True,
        text=True,
    )
    found = [read_birth_date(text) for text in texts]
    expected = [f"{day:%Y%m%d}" if day else None for day in found]
    assert json.loads(process.stdout) == expected
    assert 500 < sum(day is not None for day in found) < 4000


def _written(random: Random) -> str:
    """Something like a date; about half of them are one."""
    era = random.choice([*(name for era in ERAS for name in era[:4]), "", "19"])
    year, month, day = random.randrange(70), random.randrange(14), random.randrange(1, 32)
    form = random.choice(["{}{:02}{:02}{:02}", "{}{}.{}.{}", "{}{}年{}月{}日", "{}{:02}/{:02}/{}"])
    written = form.format(era, year, month, day)
    # Somewhere in it what somebody's keyboard or export adds.
    place = random.randrange(len(written) + 1)
    extra = random.choice(
        ["", "", "", " ", "\u3000", "\t", "\u00a0", "\ufeff", "\u0085", "・", "ー"]
    )
    return written[:place] + extra + written[place:]
