"""A screen that only remembers."""

from device.screen.port import Move, PageView


class FakeScreen:
    """What the patient would have seen, oldest first."""

    def __init__(self) -> None:
        self.pages: list[PageView] = []
        self.hints: list[tuple[int, str]] = []
        self.previews: list[tuple[int, bytes]] = []
        self.lengths: list[tuple[int, int]] = []
        self.codes: list[tuple[int, str, bool]] = []
        self.warnings: list[tuple[int, int]] = []
        self.moves: list[Move] = []
        self.is_watched = True
        self.is_closed = False

    def show(self, page: PageView) -> None:
        self.pages.append(page)

    def show_hint(self, turn: int, hint: str) -> None:
        self.hints.append((turn, hint))

    def wants_preview(self) -> bool:
        return self.is_watched

    def show_preview(self, turn: int, jpeg: bytes) -> None:
        self.previews.append((turn, jpeg))

    def show_pin_length(self, turn: int, entered: int) -> None:
        self.lengths.append((turn, entered))

    def show_printed_code(self, turn: int, digits: str, *, is_doubted: bool) -> None:
        self.codes.append((turn, digits, is_doubted))

    def warn_of_end(self, turn: int, left_s: int) -> None:
        self.warnings.append((turn, left_s))

    def warned_turn(self) -> int | None:
        turn, left_s = self.warnings[-1] if self.warnings else (0, 0)
        return turn if left_s else None

    def move(self, move: Move) -> None:
        self.moves.append(move)

    def text_hash(self) -> bytes:
        return bytes(32)

    def close(self) -> None:
        self.is_closed = True
