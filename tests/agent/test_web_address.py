"""Only addresses on which nobody else can read names are taken."""

import pytest

from agent.errors import ConfigError
from agent.web_address import read_address


@pytest.mark.parametrize(
    "address",
    [
        "https://reception.invalid/visits?clinic=1",
        "http://127.0.0.1:8080",
        "http://localhost/",
        "http://[::1]:8080/visits",
    ],
)
def test_https_and_this_machine(address: str) -> None:
    assert str(read_address(address, "[table]")) == address


@pytest.mark.parametrize(
    "address",
    [
        "http://reception.invalid",
        "http://192.0.2.1",
        "http://127.0.0.1.invalid",
        "ftp://127.0.0.1",
        "reception.invalid",
        "https://",
        "https:///visits",
        "https://reception.invalid:port",
        "",
    ],
)
def test_anything_else_is_one_sentence(address: str) -> None:
    with pytest.raises(ConfigError, match=r"^\[table\] url: write .*\.$"):
        read_address(address, "[table]")
