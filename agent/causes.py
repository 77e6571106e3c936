"""Why a connection failed: a few words for journal and staff, without personal data."""

import socket
import ssl
from errno import errorcode


def cause_of(error: Exception) -> str:
    """OpenSSL's reason, the name of an errno, or else the kind of error; never its text.

    Args:
        error: As the client tells it; what lies below says more.
    """
    below: BaseException | None = error
    while below is not None:
        if isinstance(below, socket.gaierror):
            return "no such host"
        if isinstance(below, ssl.SSLError) and below.reason:
            return below.reason
        if isinstance(below, OSError) and (name := errorcode.get(below.errno or 0)):
            return name
        below = _below(below)
    return type(error).__name__


def _below(error: BaseException) -> BaseException | None:
    if isinstance(error, BaseExceptionGroup):  # one for each address of a host
        first: BaseException = error.exceptions[0]
        return first
    return error.__cause__ or error.__context__
