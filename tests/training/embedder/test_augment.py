import io

import numpy as np
import pytest
from PIL import Image as PillowImage

from training.embedder.augment import Cut, Sample, Sampler
from training.embedder.crops import SIDE_PX, Crops


@pytest.fixture
def sampler() -> Sampler:
    """Of six noisy pictures, with one more teacher."""
    return Sampler(made_up_crops(), [Cut(np.eye(3)[:2], 112)])


def made_up_crops() -> Crops:
    rng = np.random.default_rng(0)
    files = []
    for _ in range(6):
        file = io.BytesIO()
        pixels = rng.integers(0, 256, (11, 11, 3)).astype(np.uint8)
        picture = PillowImage.fromarray(pixels).resize((SIDE_PX, SIDE_PX))
        picture.save(file, "WEBP", quality=78)
        files.append(file.getvalue())
    return Crops(files, np.ones(6, bool))


def alike(some: list[Sample], others: list[Sample]) -> bool:
    return all(
        np.array_equal(a, b)
        for one, other in zip(some, others, strict=True)
        for a, b in zip(
            (one.student, one.resnet, *one.others),
            (other.student, other.resnet, *other.others),
            strict=True,
        )
    )


def test_a_step_sees_the_same_faces_after_a_resumption(sampler: Sampler) -> None:
    straight = [sampler.batch(1, step, 4) for step in range(4)]
    resumed = Sampler(made_up_crops(), [Cut(np.eye(3)[:2], 112)])
    for step in (2, 3):
        assert alike(resumed.batch(1, step, 4), straight[step])


def test_another_step_and_another_seed_see_other_faces(sampler: Sampler) -> None:
    batch = sampler.batch(1, 2, 4)
    assert not alike(sampler.batch(1, 3, 4), batch)
    assert not alike(sampler.batch(2, 2, 4), batch)


def test_teachers_see_what_is_not_degraded(sampler: Sampler) -> None:
    samples = sampler.batch(1, 0, 40)
    degraded = sum(not np.array_equal(s.student, s.resnet) for s in samples)
    assert 10 < degraded < 30
    assert {(s.student.shape, s.others[0].shape) for s in samples} == {
        ((150, 150, 3), (112, 112, 3))
    }
