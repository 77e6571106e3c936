"""The renderer's own arithmetic, on tiny meshes; MakeHuman's data is not needed."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from tests.hw_sim.rendering.assets import ENVIRONMENT_VARIABLE, AssetLibrary, AssetsMissingError
from tests.hw_sim.rendering.camera import Camera, develop
from tests.hw_sim.rendering.cast import CAST, SIBLINGS, patient_called
from tests.hw_sim.rendering.choose import pick
from tests.hw_sim.rendering.glasses import spectacles
from tests.hw_sim.rendering.made_up import made_up
from tests.hw_sim.rendering.mask import inside_mask_dm, stretched
from tests.hw_sim.rendering.meshes import vertex_normals
from tests.hw_sim.rendering.morphs import parse_target
from tests.hw_sim.rendering.noise import Noise, smoothstep
from tests.hw_sim.rendering.occlusion import Occluders, sky_directions
from tests.hw_sim.rendering.raster import nearest, rasterize, split_quads
from tests.hw_sim.rendering.recipe import GlassesRecipe
from tests.hw_sim.rendering.skin_paint import polyline_distance
from tests.hw_sim.rendering.skull import Skull
from tests.hw_sim.rendering.strands import seen_points
from tests.hw_sim.rendering.subdivision import Subdivision
from tests.hw_sim.rendering.wavefront import parse_obj

SQUARE_OBJ = """\
# one square of the body and one helper
v 0 0 0
v 1 0 0
v 1 1 0
v 0 1 0
vt 0 0
g body
f 1/1 2/1 3/1 4/1
g helper-hair
f 4 3 2 1
"""


def test_obj_gives_vertices_and_quads_by_group() -> None:
    mesh = parse_obj(SQUARE_OBJ)
    assert mesh.vertices.shape == (4, 3)
    assert mesh.quads_of("body").tolist() == [[0, 1, 2, 3]]
    assert mesh.quads_of("helper-hair").tolist() == [[3, 2, 1, 0]]


def test_target_moves_only_its_own_vertices() -> None:
    positions = np.zeros((3, 3))
    parse_target("# comment\n2 .1 -.2 0\n0 1 0 0\n").add_to(positions, 0.5)
    assert positions.tolist() == [[0.5, 0, 0], [0, 0, 0], [0.05, -0.1, 0]]


def test_empty_target_moves_nothing() -> None:
    assert len(parse_target("# nothing\n").vertices) == 0


@pytest.mark.parametrize("is_zip", [False, True])
def test_library_finds_files_by_the_end_of_their_path(tmp_path: Path, is_zip: bool) -> None:
    inside = "makehuman/targets/nose/nose-hump-incr.target"
    location = tmp_path / "data.zip" if is_zip else tmp_path
    if is_zip:
        with zipfile.ZipFile(location, "w") as archive:
            archive.writestr(inside, "1 0 0 0")
    else:
        (tmp_path / inside).parent.mkdir(parents=True)
        (tmp_path / inside).write_text("1 0 0 0")
    library = AssetLibrary(location)
    assert library.read_text("targets/nose/nose-hump-incr.target") == "1 0 0 0"
    assert library.list_tails("targets/nose", ".target") == [inside.removeprefix("makehuman/")]
    with pytest.raises(AssetsMissingError):
        library.read_text("hump-incr.target")


def test_library_says_which_variable_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENVIRONMENT_VARIABLE, raising=False)
    with pytest.raises(AssetsMissingError, match=ENVIRONMENT_VARIABLE):
        AssetLibrary.from_environment()


def test_raster_covers_a_triangle_and_nothing_else() -> None:
    points = np.array([[0.0, 0.0, 1.0], [4.0, 0.0, 1.0], [0.0, 4.0, 1.0]])
    found = rasterize(points, np.array([[0, 1, 2]]), 6, 6)
    covered = {(int(pixel) % 6, int(pixel) // 6) for pixel in found.pixel}
    assert covered == {(x, y) for x in range(6) for y in range(6) if x + y <= 4}
    np.testing.assert_allclose(found.weights.sum(axis=1), 1)
    np.testing.assert_allclose(found.depth, 1)


def test_raster_interpolates_in_perspective() -> None:
    points = np.array([[0.0, 0.0, 1.0], [4.0, 0.0, 3.0], [0.0, 4.0, 1.0]])
    triangles = np.array([[0, 1, 2]])
    found = rasterize(points, triangles, 6, 6)
    middle = found.select(found.pixel == 2)
    np.testing.assert_allclose(middle.depth, 1.5)
    np.testing.assert_allclose(middle.interpolate(triangles, points[:, 2:]), [[1.5]])


def test_raster_ignores_what_is_behind_the_camera_or_outside() -> None:
    behind = np.array([[0.0, 0.0, -1.0], [4.0, 0.0, 1.0], [0.0, 4.0, 1.0]])
    outside = np.array([[9.0, 9.0, 1.0], [12.0, 9.0, 1.0], [9.0, 12.0, 1.0]])
    triangles = np.array([[0, 1, 2]])
    assert len(rasterize(behind, triangles, 6, 6).pixel) == 0
    assert len(rasterize(outside, triangles, 6, 6).pixel) == 0


def test_nearest_keeps_one_fragment_a_pixel() -> None:
    near = np.array([[0.0, 0.0, 1.0], [2.0, 0.0, 1.0], [0.0, 2.0, 1.0]])
    points = np.concatenate([near + np.array([0, 0, 4]), near])
    found = nearest(rasterize(points, np.array([[0, 1, 2], [3, 4, 5]]), 3, 3), 9)
    assert set(found.triangle.tolist()) == {1}
    assert len(set(found.pixel.tolist())) == len(found.pixel) == 6


def test_subdivision_rounds_a_cube_towards_a_ball() -> None:
    corners = np.array([[x, y, z] for x in (-1.0, 1) for y in (-1.0, 1) for z in (-1.0, 1)])
    quads = np.array(
        [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
    )
    step = Subdivision.of(quads, 8)
    points = step.smooth(corners)
    assert (len(points), len(step.quads)) == (8 + 12 + 6, 24)
    np.testing.assert_allclose(np.abs(points[:8]), 5 / 9)
    normals = vertex_normals(points, split_quads(step.quads))
    assert (np.einsum("vk,vk->v", normals, points) > 0).all()


def test_subdivision_keeps_a_flat_rim_in_place() -> None:
    square = np.array([[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]])
    points = Subdivision.of(np.array([[0, 1, 2, 3]]), 4).smooth(square)
    np.testing.assert_allclose(points[8], [0.5, 0.5, 0])
    np.testing.assert_allclose(points[4:8, :2].mean(axis=0), [0.5, 0.5])
    assert (points[:, 2] == 0).all()


def test_camera_puts_the_middle_in_the_middle_and_left_on_the_right() -> None:
    camera = Camera(width_px=64, height_px=48, eye_level_dm=7.0, scale_px=10.0)
    middle, left, up = camera.project(np.array([[0.0, 7, 1], [1, 7, 1], [0, 8, 1]]))
    np.testing.assert_allclose(middle, [63.5, 47.5, camera.distance_dm])
    np.testing.assert_allclose(left - middle, [20, 0, 0])
    np.testing.assert_allclose(up - middle, [0, -20, 0])


def test_developed_picture_has_camera_size_and_fresh_noise() -> None:
    camera = Camera(width_px=32, height_px=24)
    rng = np.random.default_rng(1)
    light = np.full((48, 64, 3), 0.5, np.float32)
    first, second = develop(light, camera, 1.0, rng), develop(light, camera, 1.0, rng)
    assert first.shape == (24, 32, 3)
    assert (first != second).any()
    assert develop(light, camera, 0.01, rng).mean() < 0.2 * first.mean()


def test_distance_from_a_polyline_and_place_along_it() -> None:
    path = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))
    distance, along = polyline_distance(np.array([[0.5, 0.2], [1.3, 1.0]]), path)
    np.testing.assert_allclose(distance, [0.2, 0.3])
    np.testing.assert_allclose(along, [0.25, 1.0])


def test_every_cast_member_is_younger_on_the_card_and_of_whole_ancestry() -> None:
    for patient in (CAST | SIBLINGS).values():
        assert patient.on_the_card.age_years < patient.now.age_years
        assert patient.on_the_card.seed == patient.now.seed
        assert sum(share for _, share in patient.now.ancestry) == pytest.approx(1)


def test_a_seed_always_makes_up_the_same_person() -> None:
    assert made_up(7) == made_up(7) != made_up(8)
    assert patient_called("seed-7") == made_up(7)
    assert patient_called("taro") is CAST["taro"]


def test_noise_is_smooth_and_depends_on_the_seed() -> None:
    points = np.linspace([0, 0, 0], [1, 1, 1], 200)
    values = Noise(1)(points, 0.3)
    assert np.abs(np.diff(values)).max() < 0.2 < np.ptp(values)
    assert not np.allclose(values, Noise(2)(points, 0.3))


def test_smoothstep_rises_between_its_bounds() -> None:
    assert smoothstep(1, 3, np.array([0.0, 1, 2, 3, 9])).tolist() == [0, 0, 0.5, 1, 1]


def test_a_plate_hides_what_lies_behind_it() -> None:
    grid = np.linspace(-0.5, 0.5, 60)
    x, y = (part.ravel() for part in np.meshgrid(grid, grid))
    plate = np.stack([x, y + 6.6, np.full_like(x, 1.0)], axis=1)
    points = np.array([[0.0, 6.6, 0.5], [0.0, 6.6, 1.5]])
    share = Occluders(plate).visibility(points, np.array([0.0, 0.0, 1.0]), 0.03, 0.05)
    assert share[0] < 0.01
    assert share[1] == 1


def test_sky_directions_are_unit_and_balanced() -> None:
    directions = sky_directions(50)
    np.testing.assert_allclose(np.linalg.norm(directions, axis=1), 1)
    assert np.abs(directions.mean(axis=0)).max() < 0.05


def test_skull_pushes_hair_out_but_never_in() -> None:
    ball = sky_directions(4000)
    skull = Skull(ball, np.zeros(3))
    pushed = skull.push_out(np.array([[0.0, 0.5, 0.1], [0.0, 3.0, 0.0]]), np.full(2, 0.2))
    np.testing.assert_allclose(np.linalg.norm(pushed, axis=1), [1.2, 3.0], atol=0.01)


def test_hair_is_seen_before_the_skin_and_not_behind_it_or_other_hair() -> None:
    projected = np.array([[1.0, 1, 5], [6, 1, 5], [1, 1, 6], [6, 1, 6], [1, 4, 5], [6, 4, 5]])
    depth = np.full(8 * 6, 5.5)
    depth[4 * 8 :] = 4.0
    seen = seen_points(projected, np.array([0, 2, 4]), depth, (8, 6))
    assert seen.pixel.tolist() == [8 + x for x in range(1, 6)]
    assert set(seen.start.tolist()) == {0}
    np.testing.assert_allclose(seen.blend(projected[:, 2]), 5)


def test_spectacles_lie_before_the_eyes_and_reach_the_ears() -> None:
    eyes = [(np.array([side * 0.3, 7.3, 1.25]), 0.15) for side in (1.0, -1.0)]
    frame = spectacles(GlassesRecipe(), eyes, np.array([0.75, 7.35, 0.5]))
    front = frame.vertices[frame.vertices[:, 2] > 1.4]
    assert np.abs(front[:, 0]).max() < 0.75
    assert frame.vertices[:, 2].min() < 0.55
    np.testing.assert_allclose(frame.vertices[:, 0].min(), -frame.vertices[:, 0].max(), atol=1e-6)
    assert frame.triangles.max() < len(frame.vertices)


def test_a_mask_covers_mouth_and_nose_but_not_the_eyes() -> None:
    mouth, nose, eye, neck = np.array(
        [[0.0, 6.6, 1.4], [0.0, 6.95, 1.7], [0.3, 7.28, 1.4], [0.0, 5.8, 0.9]]
    )
    inside = inside_mask_dm(np.stack([mouth, nose, eye, neck])) > 0
    assert inside.tolist() == [True, True, False, False]


def test_a_mask_hides_what_stands_out_without_its_edges() -> None:
    side = np.linspace(-1, 1, 41)
    x, y = (part.ravel() for part in np.meshgrid(side, side))
    nose = np.where(np.hypot(x, y) < 0.1, 0.25, 0.0)
    corner = (np.arange(40)[:, None] * 41 + np.arange(40)).ravel()
    quads = np.stack([corner, corner + 1, corner + 42, corner + 41], axis=1)
    sheet = stretched(np.stack([x, y, nose], axis=1), split_quads(quads))
    assert (sheet[:, 2] > nose).all()
    steepest = np.abs(np.diff(sheet[:, 2].reshape(41, 41), axis=1)).max()
    assert steepest < 0.2 * np.abs(np.diff(nose.reshape(41, 41), axis=1)).max()


def test_whoever_is_least_like_those_picked_comes_next() -> None:
    angles = np.radians([0, 5, 180, 185, 90, 270])
    likeness = np.cos(angles[:, None] - angles[None])
    assert set(pick(likeness, 1, 4)) in ({0, 2, 4, 5}, {0, 3, 4, 5})
    assert pick(likeness, 2, 2) == [0, 1]
