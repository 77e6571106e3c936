"""Show the patient's page: `python -m device.kiosk --config FILE -- BROWSER ...`, until stopped."""

import argparse
import logging
import signal
import sys
import threading
from pathlib import Path

from device.config import read_config
from device.errors import DeviceError
from device.kiosk.page_life import ScreenServer
from device.kiosk.start_page import write_start_page
from device.kiosk.supervisor import Kiosk, KioskPlan
from device.screen.access_token import read_token

_WRONG_CONFIGURATION = 2


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m device.kiosk", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="the reader's TOML file")
    parser.add_argument("browser", nargs="+", help="command that opens the page given to it last")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    try:
        screen = read_config(arguments.config).screen
        make_kiosk(screen.port, screen.token_file, arguments.browser).run(stopping)
    except (DeviceError, OSError) as error:
        print(f"The kiosk cannot start: {error}", file=sys.stderr)
        return _WRONG_CONFIGURATION
    return 0


def make_kiosk(
    port: int, token_file: Path, browser: list[str], plan: KioskPlan | None = None
) -> Kiosk:
    """A kiosk for the screen at this port of 127.0.0.1, whose reader makes the token."""
    start_page = token_file.with_name("kiosk.html")

    def prepare() -> bool:
        token = read_token(token_file)
        if token is None:
            return False
        write_start_page(start_page, f"http://127.0.0.1:{port}/", token)
        return True

    command = [*browser, start_page.absolute().as_uri()]
    return Kiosk(command, ScreenServer(port, token_file).page_life, prepare, plan)


if __name__ == "__main__":
    sys.exit(main())
