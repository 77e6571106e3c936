"""Colours and sizes of the page are those of the デジタル庁デザインシステム."""

import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[3] / "node_modules" / "@digital-go-jp" / "design-tokens"
WEB = Path(__file__).parents[3] / "device" / "screen" / "web"
PX_A_UNIT = 4
TOKENS = dict(re.findall(r"--([a-z0-9-]+): ([^;]+);", (PACKAGE / "dist/tokens.css").read_text()))
COLOUR = r"#[0-9a-f]{3,8}|(?:rgb|hsl)a?\([^)]*\)"
DECLARED = re.compile(rf"--[a-z-]+: ({COLOUR});(?: /\* ([a-z0-9-]+)\b)?")
SIZES = re.compile(r"font(?:-size)?: calc\(var\(--(?:letter|u)\) \* ([0-9.]+)\)")
CORNERS = re.compile(r"border-radius: calc\(var\(--u\) \* ([0-9.]+)\)")


def long_form(colour: str) -> str:
    return colour if len(colour) != 4 else "#" + "".join(2 * sign for sign in colour[1:])


def unknown_colours(style: str) -> list[str]:
    """Colours that are not the token that is named beside them."""
    tuned, _, _ = style.partition(':root[data-colours="soft"] {')
    return [
        f"{colour} {name}"
        for colour, name in DECLARED.findall(tuned)
        if TOKENS.get(f"color-{name}") != long_form(colour)
    ]


def test_every_colour_is_the_token_it_says() -> None:
    style = (WEB / "colours.css").read_text(encoding="utf-8")
    assert len(DECLARED.findall(style)) > 40
    assert unknown_colours(style) == []


@pytest.mark.parametrize(
    "style",
    ["--ink: #1b1b1b; /* neutral-solid-gray-900 */", "--ink: #1a1a1a;", "--ink: #fff; /* x */"],
)
def test_a_colour_of_our_own_would_be_found(style: str) -> None:
    assert unknown_colours(style)


@pytest.mark.parametrize("name", ["style.css", "pages.css"])
def test_no_colour_stands_anywhere_else(name: str) -> None:
    assert re.findall(COLOUR, (WEB / name).read_text(encoding="utf-8")) == []


def test_pictures_have_its_colours_too() -> None:
    known = set(TOKENS.values())
    for picture in (WEB / "pictures").glob("*.svg"):
        used = {long_form(each) for each in re.findall(r"#[0-9a-f]{3,6}", picture.read_text())}
        assert used <= known, picture.name


@pytest.mark.parametrize(("steps", "kind"), [(SIZES, "font-size"), (CORNERS, "border-radius")])
def test_letters_and_corners_have_its_steps(steps: re.Pattern[str], kind: str) -> None:
    known = {int(name.rsplit("-", 1)[1]) for name in TOKENS if re.fullmatch(rf"{kind}-\d+", name)}
    style = "".join((WEB / name).read_text() for name in ("style.css", "pages.css"))
    used = {float(each) * PX_A_UNIT for each in steps.findall(style)}
    assert len(used) >= 3
    assert used <= known
