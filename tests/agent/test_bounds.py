"""Every number of the configuration has two ends, and whoever goes beyond is told which."""

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from msgspec import inspect

import agent.eligibility
import agent.patients
import agent.relays
from agent.adapters import adapters_in, settings_of
from agent.config import Config, parse_config
from agent.errors import ConfigError
from agent.tables import Table, read_table
from tests.agent.test_config import GOOD

USB = '[link]\nusb_product_id = 1\nusb_serial = "1"\nusb_vendor_id'
API, AUDIT = "[api]\nport", "[audit]\nkeep_days"
KEEP, LATER = "[api]\nkeep_hours", "[eligibility]\nask_later_hours"
OPEN = "[store]\nkeep_open_visits_days"


def file_with(setting: str, value: str) -> str:
    """The good file, in which a table begins with this setting."""
    table, _, key = setting.partition("\n")
    if table == "[link]":
        return GOOD.replace('[link]\nport = "/dev/ttyACM0"', f"{setting} = {value}")
    if table in GOOD:
        return GOOD.replace(table, f"{table}\n{key} = {value}")
    return f"{GOOD}{setting} = {value}\n"


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        (OPEN, "0", "`keep_open_visits_days` in [store] must be a whole number from 1 to 365"),
        (OPEN, "-5", "must be a whole number from 1 to 365"),
        (OPEN, "1000000000000", "must be a whole number from 1 to 365"),
        (OPEN, "1.5", "must be a whole number from 1 to 365"),
        (AUDIT, "0", "`keep_days` in [audit] must be a whole number from 1 to 36500"),
        (AUDIT, "36501", "must be a whole number from 1 to 36500"),
        (LATER, "-1", "`ask_later_hours` in [eligibility] must be a number from 0 to 168"),
        (LATER, "169", "must be a number from 0 to 168"),
        (LATER, "nan", "must be a number from 0 to 168"),
        (KEEP, "inf", "`keep_hours` in [api] must be a number from 0 to 72"),
        (API, "65536", "`port` in [api] must be a whole number from 0 to 65535"),
        (USB, "-1", "`usb_vendor_id` in [link] must be a whole number from 0 to 65535"),
        (USB, "0x10000", "must be a whole number from 0 to 65535"),
    ],
)
def test_a_number_without_sense_is_one_sentence(setting: str, value: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config(file_with(setting, value), Path("/etc/agent.toml"))
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("setting", "value"),
    [(OPEN, "1"), (OPEN, "365"), (AUDIT, "36500"), (LATER, "168"), (KEEP, "72"), (USB, "0xFFFF")],
)
def test_the_ends_themselves_can_be_used(setting: str, value: str) -> None:
    parse_config(file_with(setting, value), Path("/etc/agent.toml"))


HTTP = {"url": "https://service.invalid"}
POST = {**HTTP, "secret_file": "secret"}


@pytest.mark.parametrize("value", [-1.0, 0.0, 0.0001, 601.0, float("nan")])
@pytest.mark.parametrize(
    ("package", "adapter", "others", "key", "least"),
    [
        (agent.eligibility, "http", HTTP, "timeout_s", "0.1"),
        (agent.eligibility, "http", HTTP, "connect_timeout_s", "0.1"),
        (agent.eligibility, "http", HTTP, "read_timeout_s", "0.1"),
        (agent.eligibility, "oqs_folder", {"folder": "OQS"}, "timeout_s", "1"),
        (agent.relays, "http_post", POST, "timeout_s", "0.1"),
        (agent.relays, "fhir", HTTP, "timeout_s", "0.1"),
    ],
)
def test_a_time_out_without_sense_is_one_sentence(
    package: ModuleType,
    adapter: str,
    others: dict[str, object],
    key: str,
    least: str,
    value: float,
) -> None:
    with pytest.raises(ConfigError, match=rf"`{key}` must be a number from {least} to 600$"):
        settings_of(package, adapter, {**others, key: value}, Path("/etc"))


def endless(kind: inspect.Type, name: str) -> Iterator[str]:
    """Numbers in a table, and in those in it, that lack an end."""
    if isinstance(kind, inspect.IntType | inspect.FloatType) and None in (kind.ge, kind.le):
        yield name
    for inner, inside in within(kind):
        yield from endless(inside, f"{name}{inner}")


def within(kind: inspect.Type) -> list[tuple[str, inspect.Type]]:
    match kind:
        case inspect.StructType():
            return [(f".{field.name}", field.type) for field in kind.fields]
        case inspect.UnionType():
            return [("", each) for each in kind.types]
        case inspect.VarTupleType():
            return [("", kind.item_type)]
        case inspect.Metadata():
            return [("", kind.type)]
        case _:
            return []


def test_every_number_has_two_ends() -> None:
    tables: list[type[Table]] = [Config]
    for package in (agent.eligibility, agent.patients, agent.relays):
        for name in adapters_in(package):
            module = __import__(f"{package.__name__}.{name}", fromlist=["Settings"])
            tables.append(module.Settings)
    assert len(tables) > 6
    found = [each for table in tables for each in endless(inspect.type_info(table), table.__name__)]
    assert found == []


def test_negative_control_a_number_without_an_end() -> None:
    class Days(Table, frozen=True):
        days: int = 7

    assert list(endless(inspect.type_info(Days), "Days")) == ["Days.days"]
    assert read_table({"days": 10**12}, Days, Path("/etc"), "test").days == 10**12
