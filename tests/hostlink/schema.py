"""`messages.cddl` as a judge of bytes, by an implementation that is not ours."""

import re
from functools import cache
from pathlib import Path

import pycddl  # type: ignore[import-untyped]  # the package ships no types

import hostlink

CDDL = Path(hostlink.__file__).with_name("messages.cddl")


@cache
def schema(rule: str) -> pycddl.Schema:
    """A schema that starts at one rule of the file."""
    text = CDDL.read_text(encoding="utf-8")
    # The judge miscounts `&(name: value)` inside arrays; `(value / value)` means the same
    # (RFC 8610 §2.2.2.2).
    text = re.sub(r"&\(([^)]*)\)", lambda choice: _values(choice[1]), text)
    return pycddl.Schema(f"start = {rule}\n{text}")


def words(rule: str) -> dict[str, int]:
    """Names and values of one `&(…)` rule, names in Python's spelling."""
    text = CDDL.read_text(encoding="utf-8")
    found = re.search(rf"^{rule} = &\(([^)]*)\)", text, re.MULTILINE)
    assert found is not None, rule
    return {
        name.upper().replace("-", "_"): int(value)
        for name, value in re.findall(r"([\w-]+): (\d+)", found[1])
    }


def fields(rule: str) -> list[str]:
    """The commented field names of one map rule, in the order of their keys."""
    text = CDDL.read_text(encoding="utf-8")
    found = re.search(rf"^{rule} = (?:\[\d+, )?{{\n(.*?)^}}", text, re.MULTILINE | re.DOTALL)
    assert found is not None, rule
    numbered = re.findall(r"^  (?:\? )?(\d+): .*; (\w+)", found[1], re.MULTILINE)
    assert [int(key) for key, _ in numbered] == list(range(1, len(numbered) + 1))
    return [name for _, name in numbered]


def _values(choice: str) -> str:
    return "(" + " / ".join(re.findall(r": (\d+)", choice)) + ")"
