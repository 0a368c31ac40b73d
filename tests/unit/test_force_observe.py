"""What is read of the face: the 68 points, dense meshes, depth cameras."""

from __future__ import annotations

import numpy as np
import pytest

from fau_teach._data import DataError, read_csv
from fau_teach.face import Face, face
from fau_teach.face.camera import Camera
from fau_teach.face.depth import REFERENCE, Sensor, depth_map
from fau_teach.force import observe

FEW = (
    "zygomaticus_major_left",
    "zygomaticus_major_right",
    "frontalis_medial_left",
    "mentalis_left",
)
# A point's partner on the other side, written down apart from the table.
MIRROR = np.array(
    [
        *(*range(16, -1, -1), *range(26, 16, -1), *range(27, 31), *range(35, 30, -1)),
        *(45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40),
        *(*range(54, 47, -1), *range(59, 54, -1), *range(64, 59, -1), 67, 66, 65),
    ]
)
LINES = (*(range(*ends) for ends in ((0, 17), (17, 27), (27, 31), (31, 36), (36, 40), (48, 55))),
         range(60, 65))  # fmt: skip


@pytest.fixture(scope="module")
def who() -> Face:
    return face()


# -- 68 points


def test_the_points_are_symmetric_and_all_different(who: Face) -> None:
    at = np.array(observe.vertices68())
    assert len(set(at.tolist())) == 68
    assert np.array_equal(who.mirror[at], at[MIRROR])


def test_the_points_lie_on_the_skin_that_is_seen(who: Face) -> None:
    inside = who.base.attributes["cavity"][list(observe.vertices68())]
    assert inside.max() < 0.5
    assert (np.flatnonzero(inside) >= 36).all()  # margins of the lids, line between the lips


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line[0]}-{line[-1]}")
def test_points_run_in_the_usual_order(who: Face, line: range) -> None:
    points = who.base.vertices[np.array(observe.vertices68())[list(line)]]
    if line[0] == 0:  # round the middle of the face
        assert (np.diff(np.arctan2(points[:, 0], -points[:, 1] - 30)) > 0).all()
    elif line[0] == 27:
        assert (np.diff(points[:, 1]) < 0).all()
    else:
        assert (np.diff(points[:, 0]) > 0).all()  # from the subject's right to left


@pytest.mark.parametrize(
    ("point", "name"),
    [
        (8, "menton"), (30, "pronasale"), (33, "subnasale"), (27, "sellion"),
        (42, "left_endocanthion"), (36, "right_exocanthion"), (64, "left_cheilion"),
        (60, "right_cheilion"), (51, "labrale_superius"), (57, "labrale_inferius"),
    ],
)  # fmt: skip
def test_points_are_the_landmarks_of_anatomy(who: Face, point: int, name: str) -> None:
    assert observe.vertices68()[point] == who.landmarks[name]


def test_upper_points_lie_above_lower_ones(who: Face) -> None:
    y = who.base.vertices[np.array(observe.vertices68()), 1]
    for upper, lower in ((43, 47), (44, 46), (37, 41), (51, 57), (52, 56), (24, 43), (21, 39)):
        assert y[upper] > y[lower]
    lips = who.base.attributes["lip"][np.array(observe.vertices68())]
    assert (lips[[61, 62, 63]] > 0).all()
    assert (lips[[65, 66, 67]] < 0).all()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"point": "9"}, "stands twice"),
        ({"index": "999"}, "no landmark"),
        ({"index": "23 88"}, "no edge"),
        ({"group": "chin"}, "no landmark"),
        (None, "not 0 to 67"),
    ],
)
def test_a_broken_table_is_refused(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, str] | None, told: str
) -> None:
    rows = [dict(row) for row in read_csv("face/landmarks68.csv")]
    rows = rows[1:] if change is None else [{**rows[0], **change}, *rows[1:]]
    monkeypatch.setattr(observe, "read_csv", lambda *_: tuple(rows))
    with pytest.raises(DataError, match=told):
        observe.vertices68.__wrapped__()


# -- reading


@pytest.mark.parametrize("kind", ["dense", "landmarks68", "depth"])
def test_reading_the_skin_is_the_matrix(who: Face, kind: str) -> None:
    observer = getattr(observe, kind)(who, inputs=FEW)
    a = np.array([[0.3, 0.0, 0.9, 0.1], [1.0, 0.5, 0.0, 0.2]])
    at = [who.names.index(name) for name in FEW]
    moved = np.tensordot(a, who.B[at], 1) / 1000
    assert observer.read(moved) == pytest.approx(a @ observer.matrix.T, abs=1e-15)
    assert observer.of(a) == pytest.approx(observer.read(moved), abs=1e-15)
    assert observer.matrix.shape == (len(observer.scale), 4)


def test_a_finer_mesh_is_read_at_its_own_level(who: Face) -> None:
    observer = observe.dense(who, inputs=FEW, level=2)
    moved = who.finer(who.B[who.names.index(FEW[0])]) / 1000
    assert observer.level == 2
    assert observer.read(moved) == pytest.approx(observer.matrix[:, 0], abs=1e-15)
    assert len(observer.scale) > 3 * len(observe.dense(who, inputs=FEW).scale)


def test_noise_has_the_size_that_was_asked_for(who: Face) -> None:
    observer = observe.depth(who, inputs=FEW)
    still = np.zeros((400, 4))
    read = observer.of(still, noise=2e-3, seed=3)
    assert read.std(axis=0) / (2e-3 * observer.scale) == pytest.approx(1, abs=0.15)
    assert np.array_equal(read, observer.of(still, noise=2e-3, seed=3))
    assert not np.array_equal(read, observer.of(still, noise=2e-3, seed=4))


def test_an_unknown_muscle_is_named(who: Face) -> None:
    with pytest.raises(ValueError, match="zygomaticus_major_left"):
        observe.dense(who, inputs=["zygomaticus_majr_left"])


def test_leading_has_one_column_for_each_muscle_and_side() -> None:
    from fau_teach.face.muscles import muscles

    of = {pull.id: pull.muscle for pull in muscles()}
    named = [(of[name.rsplit("_", 1)[0]], name.rsplit("_", 1)[1]) for name in observe.leading()]
    assert len(set(named)) == len(named) == 2 * len(set(of.values()))


# -- depth


@pytest.mark.parametrize("muscle", ["zygomaticus_major_left", "corrugator_supercilii_right"])
def test_the_reading_is_what_a_depth_map_shows(who: Face, muscle: str) -> None:
    # A fine mesh, since a coarse one has other normals inside its faces than at its vertices.
    camera, amount, level = Camera.sensor(), 0.02, 3
    observer = observe.depth(who, camera, inputs=[muscle], level=level)
    skin = who.hierarchy.levels[level]
    moved = amount * who.finer(who.B[who.names.index(muscle)], level)
    before, after = (
        depth_map(vertices, skin.faces, camera)
        for vertices in (skin.vertices, skin.vertices + moved)
    )
    x, y, z = camera.project(skin.vertices[observer.vertices]).T
    # The scale is |n.d| (z / 600)^2: divided by the first, a distance from a plane is a depth.
    facing = observer.scale / (z / REFERENCE) ** 2
    foreseen = -1000 * amount * observer.matrix[:, 0] / facing
    flat = facing > 0.6
    loud = flat & (np.abs(foreseen) > 0.3 * np.abs(foreseen[flat]).max())
    seen = (after - before)[np.floor(y).astype(int), np.floor(x).astype(int)]
    ratio = seen[loud] / foreseen[loud]
    assert loud.sum() > 200
    assert np.median(ratio) == pytest.approx(1, abs=0.06)
    assert (np.abs(ratio - 1) < 0.25).mean() > 0.8


def test_a_depth_camera_does_not_see_skin_slide(who: Face) -> None:
    observer = observe.depth(who, inputs=FEW)
    slide = np.zeros((len(who.base.vertices), 3))
    across = np.cross(observer.directions, [0.0, 1.0, 0.0])
    slide[observer.vertices] = across
    assert np.abs(across).max() > 0.5
    assert observer.read(slide) == pytest.approx(0, abs=1e-12)
    assert np.abs(observe.dense(who, inputs=FEW).read(slide)).max() > 0.5


def test_only_visible_skin_is_read(who: Face) -> None:
    front = observe.depth(who, inputs=FEW)
    vertices = who.base.vertices[front.vertices]
    assert vertices[:, 2].min() > -110  # nothing of the back of the head
    assert who.base.attributes["cavity"][front.vertices].max() <= 0.5
    x = who.base.vertices[observe.depth(who, Camera.sensor(yaw=60), inputs=FEW).vertices, 0]
    # Turned to the subject's left, the camera sees more of the right side.
    assert (x < 0).mean() > 0.6
    assert abs((vertices[:, 0] < 0).mean() - 0.5) < 0.03


def test_a_camera_that_looks_past_the_face_is_refused(who: Face) -> None:
    with pytest.raises(ValueError, match="no vertex is seen"):
        observe.depth(who, Camera.sensor(cx=-5000.0), inputs=FEW)


def test_noise_grows_with_the_square_of_distance_and_shrinks_towards_grazing(who: Face) -> None:
    near, far = (
        observe.depth(who, Camera.sensor(distance=distance, focal=2.2 * distance), inputs=FEW)
        for distance in (600.0, 1200.0)
    )
    both = np.intersect1d(near.vertices, far.vertices)
    pick = [np.searchsorted(one.vertices, both) for one in (near, far)]
    ratio = far.scale[pick[1]] / near.scale[pick[0]]
    assert np.median(ratio) == pytest.approx(Sensor().sigma(1200) / Sensor().sigma(600), rel=0.1)
    facing = np.abs(near.directions[:, 2])
    assert np.corrcoef(facing, near.scale)[0, 1] > 0.9


def test_all_pixels_are_shared_out_once(who: Face) -> None:
    camera = Camera.sensor()
    one, every = (observe.depth(who, camera, pixels=how, inputs=FEW) for how in ("one", "all"))
    counted = ((one.scale / every.scale) ** 2).sum()
    skin = who.hierarchy.levels[1]
    seen = depth_map(skin.vertices, skin.faces, camera) > 0
    assert 0.75 * seen.sum() < counted < seen.sum()  # all but the steep parts
    with pytest.raises(ValueError, match="pixels"):
        observe.depth(who, pixels="two")  # type: ignore[arg-type]


def test_whitening_divides_by_the_noise(who: Face) -> None:
    observer = observe.depth(who, inputs=FEW)
    assert observer.whitened * observer.scale[:, None] == pytest.approx(observer.matrix)
