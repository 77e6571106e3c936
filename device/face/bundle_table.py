"""One table of a bundle's description, read key by key with its limits."""

from collections.abc import Mapping, Sequence

from device.face.errors import BundleError


class BundleTable:
    """A TOML table whose every reading either fits or raises a sentence."""

    def __init__(self, bundle: str, values: Mapping[str, object]) -> None:
        self._bundle = bundle
        self._values = values

    def table(self, key: str) -> "BundleTable":
        """Reads a table within this one.

        Raises:
            BundleError: if it is missing.
        """
        value = self._values.get(key)
        if not isinstance(value, dict):
            raise self._wrong(key, "a table")
        return BundleTable(self._bundle, value)

    def text(self, key: str) -> str:
        """Reads a text.

        Raises:
            BundleError: if it is missing or empty.
        """
        value = self._values.get(key)
        if not isinstance(value, str) or not value:
            raise self._wrong(key, "a text")
        return value

    def optional_text(self, key: str) -> str | None:
        """Reads a text that may be absent.

        Raises:
            BundleError: if it is something else.
        """
        return self.text(key) if key in self._values else None

    def choice(self, key: str, allowed: Sequence[str]) -> str:
        """Reads a word out of a fixed set.

        Raises:
            BundleError: if it is another one.
        """
        value = self.text(key)
        if value not in allowed:
            raise self._wrong(key, " or ".join(f'"{word}"' for word in allowed))
        return value

    def number(self, key: str, low: float, high: float) -> float:
        """Reads a number between `low` and `high`.

        Raises:
            BundleError: if it is missing or out of range.
        """
        value = self._values.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong(key, "a number")
        if not low <= value <= high:
            raise self._wrong(key, f"between {low:g} and {high:g}")
        return float(value)

    def integer(self, key: str, low: int, high: int) -> int:
        """Reads a whole number between `low` and `high`.

        Raises:
            BundleError: if it is missing or out of range.
        """
        value = self.number(key, low, high)
        if not value.is_integer():
            raise self._wrong(key, "a whole number")
        return int(value)

    def points(self, key: str, count: int, side_px: int) -> list[tuple[float, float]]:
        """Reads `count` points x, y within a square picture.

        Raises:
            BundleError: if there are fewer or more, or one lies outside.
        """
        value = self._values.get(key)
        points = [_point(item) for item in value] if isinstance(value, list) else []
        good = [p for p in points if p is not None and 0 <= min(p) <= max(p) <= side_px]
        if not len(points) == len(good) == count:
            raise self._wrong(key, f"{count} points within the picture")
        return good

    def _wrong(self, key: str, wanted: str) -> BundleError:
        return BundleError(f'"{self._bundle}": "{key}" must be {wanted}')


def _point(item: object) -> tuple[float, float] | None:
    match item:
        case [int() | float() as x, int() | float() as y]:
            return float(x), float(y)
        case _:
            return None
