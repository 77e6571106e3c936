"""A serial read that waited in vain ends well, as on Windows; loaded at every start of Python.

Wine 8 lets GetOverlappedResult fail with ERROR_TIMEOUT there. Windows says that the read is done,
with no bytes, since STATUS_TIMEOUT is no error; pyserial relies on it.

Source: Microsoft, COMMTIMEOUTS and GetOverlappedResult; Wine 8.0, dlls/kernelbase/file.c.
"""

import sys
from typing import Any

from serial import win32

assert sys.platform == "win32"
ERROR_TIMEOUT = 1460
_of_wine = win32.GetOverlappedResult


def get_overlapped_result(*told: Any) -> bool:
    """As on Windows."""
    return bool(_of_wine(*told)) or win32.GetLastError() == ERROR_TIMEOUT


win32.GetOverlappedResult = get_overlapped_result
