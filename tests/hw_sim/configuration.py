"""The two configuration files of the bench: what a maker and a clinic would write."""

from collections.abc import Mapping
from pathlib import Path

from tests.hw_sim.provisioning import Provisioned

AUDIENCE = "bench-clinic"
INSTITUTION_CODE = "1311234567"


def device_toml(
    port: Path,
    keys: Provisioned,
    terminal: Mapping[str, str],
    screen_port: int,
    limits: Mapping[str, float | bool],
    emergency: str,
    *,
    asks_for_movement: bool,
) -> str:
    """The reader's configuration; pictures come from the folders `camera` and `card_camera`."""
    visit = "".join(f"{name} = {str(value).lower()}\n" for name, value in limits.items())
    visit += _emergency_line(emergency)
    return f"""\
state_folder = "device-state"
journal = "device-journal.jsonl"

[link]
port = "{port}"
certificate = "{keys.reader_certificate}"
key = "{keys.reader_key}"

[identity]
name = "file"
[identity.settings]
certificate = "{keys.reader_certificate}"
key = "{keys.reader_key}"

[pairing_button]
name = "input_event"
[pairing_button.settings]
device = "button"

[slot]
name = "pcsc"

[camera]
name = "frames"
[camera.settings]
folder = "camera"
fps = 15.0

[card_camera]
name = "frames"
[card_camera.settings]
folder = "card_camera"
fps = 15.0

[records]
anchors = ["record_ca.pem"]

[terminal]
name = "test_hierarchy"
[terminal.settings]
is_test_hierarchy = true
certificate = "{terminal["certificate"]}"
private_key = "{terminal["private_key"]}"

[face]
asks_for_movement = {str(asks_for_movement).lower()}

[screen]
port = {screen_port}
token_file = "screen.token"

[visit]
{visit}"""


def agent_toml(
    port: Path,
    keys: Provisioned,
    eligibility_url: str,
    ask_later_hours: float,
    encoding: str,
    emergency: str,
    api_port: int | None = None,
) -> str:
    """The agent's configuration; reception files go to the folder `reception`."""
    return f"""\
{_emergency_line(emergency)}audience = "{AUDIENCE}"
medical_institution_code = "{INSTITUTION_CODE}"
pairings = "agent-pairings"
trust_root = "{keys.root}"
journal = "agent-journal.jsonl"

[link]
port = "{port}"

[card_trust]
anchors = ["card_ca.pem"]

[store]
path = "agent.sqlite"

[eligibility]
source = "http"
url = "{eligibility_url}"
ask_later_hours = {ask_later_hours}

[[relays]]
target = "oqs_folder"
folder = "reception"
encoding = "{encoding}"
{_api_table(api_port)}"""


def _api_table(port: int | None) -> str:
    return "" if port is None else f"\n[api]\nport = {port}\n"


def _emergency_line(emergency: str) -> str:
    return f'emergency = "{emergency}"\n' if emergency else ""
