"""Run a command beside a simulated card: `make card COMMAND='pkcs15-tool --reader 0 --dump'`.

A real pcscd with the virtual reader runs in a private namespace, the card `my_number` of the
fictitious 受付 太郎 lies on it, PIN 1234, and the command sees it as any PC/SC card.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.hw_sim.card.catalog import MY_NUMBER
from tests.hw_sim.card.issuer import Issuer
from tests.hw_sim.card.vicc import VirtualSlot
from tests.hw_sim.namespace import is_isolated, run_isolated
from tests.hw_sim.pcscd import Pcscd

_PORTRAIT = Path(__file__).parent / "people" / "taro" / "portrait.jp2"
_SETTLE_S = 1.5
"""pcscd polls the virtual reader every 0.4 s; a card is seen within 0.75 s."""


def main(command: list[str]) -> int:
    """Run the command and return its exit status."""
    if not command:
        print("usage: python -m tests.hw_sim.lay_card COMMAND…", file=sys.stderr)
        return 64
    if not is_isolated():
        run_isolated([sys.executable, "-m", "tests.hw_sim.lay_card", *command])
    with tempfile.TemporaryDirectory() as keys, Pcscd(), VirtualSlot() as slot:
        slot.lay(Issuer(Path(keys)).issue(MY_NUMBER, _PORTRAIT.read_bytes()))
        time.sleep(_SETTLE_S)
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
