"""Origins of web pages, as a policy must name them: exact, and such that nobody can stand in.

Source: RFC 6454 §4 and §6.2 (origin); W3C Secure Contexts §3.1 (loopback is trustworthy).
"""

import re

import httpx

from agent.errors import ConfigError
from agent.web_address import LOOPBACK

_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|[0-9a-f:]*:[0-9a-f:]*")
"""A name in small letters (IDNA, no wildcard) or an address."""


def read_origin(text: str) -> str:
    """The origin as browsers write it.

    Args:
        text: Such as `https://emr.example` or `http://localhost:8080`.

    Raises:
        ConfigError: It is no origin, or one that somebody on the network could pretend to be.
    """
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise ConfigError(f"{text}: write an origin like https://emr.example.") from error
    host = url.raw_host.decode()
    if url.userinfo or not _HOST.fullmatch(host):
        raise ConfigError(f"{text}: write an origin like https://emr.example, without * and @.")
    if url.scheme != "https" and not (url.scheme == "http" and host in LOOPBACK):
        raise ConfigError(f"{text}: write https://, or http:// for a page of this very PC.")
    if url.raw_path != b"/" or "?" in text or "#" in text:
        raise ConfigError(f"{text}: leave out what follows the host and its port.")
    name = f"[{host}]" if ":" in host else host
    return f"{url.scheme}://{name}" + ("" if url.port is None else f":{url.port}")
