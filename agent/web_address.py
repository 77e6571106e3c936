"""Addresses that data of patients may be sent to: nobody on the way can read along."""

import httpx

from agent.errors import ConfigError

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def read_address(address: str, where: str) -> httpx.URL:
    """The address, if it is https, or http on this very machine.

    Args:
        address: What the configuration says.
        where: Name of the table that says it, for the error's sentence.

    Raises:
        ConfigError: It is no address, or names would show on a network.
    """
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL as error:
        raise ConfigError(f"{where} url: write an address like https://host.") from error
    if url.scheme != "https" and not (url.scheme == "http" and url.host in LOOPBACK):
        raise ConfigError(f"{where} url: write https://, or http:// on this machine only.")
    if not url.host:
        raise ConfigError(f"{where} url: write an address like https://host.")
    return url
