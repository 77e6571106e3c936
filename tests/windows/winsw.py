"""Runs a program as WinSW 2.12 runs a service's: in a console of its own, ended by Ctrl-C.

Runs in Windows' Python, without a console or beside one:

    python.exe winsw.py PROGRAM [WORD …]

It reads one word a line from standard input: `stop` sends Ctrl-C, `kill` ends the program
at once. What the program writes on standard error goes to its own; the exit status is
the program's.

Source: WinSW 2.12, `SignalHelper.SendCtrlCToProcess`; Microsoft, `GenerateConsoleCtrlEvent`.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading

assert sys.platform == "win32"
KERNEL = ctypes.WinDLL("kernel32", use_last_error=True)


def main(words: list[str]) -> int:
    hidden = subprocess.STARTUPINFO(dwFlags=subprocess.STARTF_USESHOWWINDOW, wShowWindow=0)
    program = subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        creationflags=subprocess.CREATE_NEW_CONSOLE,
        startupinfo=hidden,
    )
    threading.Thread(target=obey, args=(program,), daemon=True).start()
    return program.wait()


def obey(program: subprocess.Popen[bytes]) -> None:
    for line in sys.stdin:
        match line.strip():
            case "stop":
                press_ctrl_c(program.pid)
            case "kill":
                program.kill()


def press_ctrl_c(process: int) -> None:
    """Of all that share the process's console, of which this one becomes one for a moment."""
    KERNEL.FreeConsole()
    require(KERNEL.AttachConsole(process))
    require(KERNEL.SetConsoleCtrlHandler(None, True))
    require(KERNEL.GenerateConsoleCtrlEvent(signal.CTRL_C_EVENT, 0))
    KERNEL.FreeConsole()


def require(was_done: int) -> None:
    if not was_done:
        raise ctypes.WinError(ctypes.get_last_error())


if __name__ == "__main__":
    # A thread that still reads would make the interpreter end with words of its own.
    os._exit(main(sys.argv[1:]))
