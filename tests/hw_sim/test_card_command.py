"""`python -m tests.hw_sim card` as a person types it."""

import subprocess
import sys

import pytest

TIMEOUT_S = 30.0


def card(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.hw_sim", "card", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)


def test_a_program_sees_the_personas_card_and_its_status_is_kept() -> None:
    ask = "opensc-tool --reader 0 -s 00:A4:04:0C:0A:D3:92:F0:00:26:01:00:00:00:01 -s 00:20:00:98"
    result = card(
        *("--persona", "hanako", "--variant", "tries_left.jpki_authentication=2"),
        *("--", "sh", "-c", f"{ask}; exit 7"),
    )

    assert result.returncode == 7, result.stderr
    assert "SW1=0x63, SW2=0xC2" in result.stdout


@pytest.mark.parametrize(
    ("faults", "answers"),
    [([], 2), (["--fault", "2=pull_before_command"], 1), (["--fault", "1=pull_before_answer"], 0)],
)
def test_a_fault_happens_at_its_command(faults: list[str], answers: int) -> None:
    """The program's first command is the card's first: pcscd itself says nothing to it."""
    query = "-s 00:A4:04:0C:0A:D3:92:F0:00:26:01:00:00:00:01 -s 00:20:00:98"
    result = card(
        *faults, "--", "sh", "-c", f"opensc-tool --reader 0 --card-driver default {query}"
    )

    assert result.stdout.count("SW1=") == answers, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--persona", "hanakko", "--", "true"], "did you mean 'hanako'?"),
        (["--variant", "is_first=1", "--", "true"], "no switch 'is_first'"),
        (["--persona", "hanako"], "name the command"),
        (["--fault", "hang", "--", "true"], "a fault is N=WHAT"),
        (["--fault", "3=hangg", "--", "true"], "did you mean 'hang'?"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(arguments: list[str], sentence: str) -> None:
    result = card(*arguments)

    assert result.returncode == 64
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr


def test_the_list_shows_personas_switches_and_faults() -> None:
    result = card("--list")

    assert result.returncode == 0
    assert "  hanako " in result.stdout
    assert "  is_first_command_lost " in result.stdout
    assert "  pull_before_answer " in result.stdout
