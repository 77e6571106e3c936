import numpy as np

from device.face.port import Image
from training.detector.labels import Portraits
from training.detector.scenes import Scene, Stage

SIDE_PX = 112
COUNT = 12


class WatchedPictures(list[Image]):
    """Remembers which ones were looked at."""

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        shape = (SIDE_PX, SIDE_PX, 3)
        super().__init__(rng.integers(0, 256, shape).astype(np.uint8) for _ in range(COUNT))
        self.seen: set[int] = set()

    def __getitem__(self, index: int) -> Image:  # type: ignore[override]
        self.seen.add(index)
        return super().__getitem__(index)


def portraits(pictures: WatchedPictures) -> Portraits:
    """Noise with a face in its middle, a third of it held out."""
    points = np.array([[40, 45], [70, 45], [56, 60], [44, 75], [68, 75]], np.float32)
    return Portraits(
        images=pictures,  # type: ignore[arg-type]
        boxes=np.tile(np.array([30, 25, 52, 62], np.float32), (COUNT, 1)),
        points=np.tile(points, (COUNT, 1, 1)),
        is_held_out=np.arange(COUNT) % 3 == 0,
    )


def alike(some: list[Scene], others: list[Scene]) -> bool:
    return all(
        np.array_equal(one.image, other.image)
        and np.array_equal(one.boxes, other.boxes)
        and np.array_equal(one.points, other.points)
        for one, other in zip(some, others, strict=True)
    )


def stage(sets: Portraits, *, is_held_out: bool = False) -> Stage:
    return Stage([sets], [1.0], is_held_out)


def test_a_step_sees_the_same_scenes_after_a_resumption() -> None:
    straight = stage(portraits(WatchedPictures()))
    batches = [straight.scenes(1, step, 5) for step in range(4)]
    resumed = stage(portraits(WatchedPictures()))
    for step in (2, 3):
        assert alike(resumed.scenes(1, step, 5), batches[step])
    assert not alike(resumed.scenes(1, 2, 5), batches[3])
    assert not alike(resumed.scenes(2, 2, 5), batches[2])


def test_people_who_are_held_out_are_never_learnt_from() -> None:
    watched = WatchedPictures()
    sets = portraits(watched)
    held_out = {int(index) for index in np.flatnonzero(sets.is_held_out)}
    for step in range(20):
        stage(sets).scenes(1, step, 10)
    assert watched.seen == set(range(COUNT)) - held_out
    watched.seen.clear()
    for step in range(20):
        stage(sets, is_held_out=True).scenes(1, step, 10)
    assert watched.seen == held_out, "negative control: the judges see them"


def test_points_lie_in_their_face() -> None:
    for scene in stage(portraits(WatchedPictures())).scenes(3, 0, 60):
        assert scene.image.shape == (160, 160, 3)
        assert len(scene.boxes) == len(scene.points) <= 2
        for box, points in zip(scene.boxes, scene.points, strict=True):
            middle = box[:2] + box[2:] / 2
            assert np.abs(points - middle).max() < box[2:].max()
