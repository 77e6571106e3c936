"""What the camera over the card tray sees while somebody uses the bench.

The pictures lie in a folder that the reader's camera driver plays; laying something else makes a
new folder, and one symbolic link is turned to it.
"""

import itertools
import shutil
from pathlib import Path

from PIL import Image as PillowImage

from tests.hw_sim.card.profile import CardProfile
from tests.hw_sim.card_front.laying import Laying, Subject
from tests.hw_sim.card_front.look import PrintLook
from tests.hw_sim.card_front.shot import Shot

_FRAMES = 4
_JPEG_QUALITY = 92


class CardTray:
    """The place under the camera; the reader's camera reads the folder `camera`."""

    def __init__(self, folder: Path, empty_for: CardProfile) -> None:
        """Show an empty tray.

        Args:
            folder: The link that the reader's camera is told of.
            empty_for: A card of which nothing is seen: a laying always names one.
        """
        self._link = folder
        self._numbers = itertools.count()
        self._drawn: dict[tuple[Subject, str, bool], Path] = {}
        """Folder by subject, code printed on the card, and which way round it lies."""
        self.show(Subject.EMPTY, empty_for)

    def show(self, subject: Subject, profile: CardProfile, *, is_upside_down: bool = False) -> None:
        """Let the camera see this from now on."""
        key = (subject, profile.matching_code_b, is_upside_down)
        if key not in self._drawn:
            self._drawn[key] = self._draw(subject, profile, is_upside_down)
        part = self._link.with_suffix(".new")
        part.symlink_to(self._drawn[key].resolve())
        part.replace(self._link)

    def _draw(self, subject: Subject, profile: CardProfile, is_upside_down: bool) -> Path:
        number = next(self._numbers)
        folder = self._link.with_name(f"{self._link.name}-{number}")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        shot = Shot(is_upside_down=is_upside_down)
        laying = Laying(subject, profile, PrintLook(), shot, seed=number)
        for index, frame in enumerate(laying.frames(_FRAMES)):
            picture = PillowImage.fromarray(frame.image)
            picture.save(folder / f"{index}.jpg", quality=_JPEG_QUALITY)
        return folder
