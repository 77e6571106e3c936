import pytest

from device.errors import ConfigurationError
from device.screen.theme import ScreenProfile, theme_css


def test_the_page_is_told_how_long_a_millimetre_is() -> None:
    assert theme_css(ScreenProfile(800, 154.1)) == ":root { --mm: 5.191px; }\n"


@pytest.mark.parametrize("profile", [ScreenProfile(0, 154.0), ScreenProfile(800, 0)])
def test_impossible_displays_are_refused(profile: ScreenProfile) -> None:
    with pytest.raises(ConfigurationError):
        theme_css(profile)
