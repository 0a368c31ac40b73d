"""Activations from readings and from motion, their intervals, and what stays hidden."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from fau_teach import force
from fau_teach.face import Face, face
from fau_teach.face.muscles import muscles
from fau_teach.force import against, hidden, identify, observe, variants
from fau_teach.force.observe import Observer

MM = 1e-3
Float = npt.NDArray[np.float64]


@pytest.fixture(scope="module")
def who() -> Face:
    return face()


@pytest.fixture(scope="module")
def mesh(who: Face) -> Observer:
    return observe.dense(who)


@pytest.fixture(scope="module")
def few(who: Face) -> Observer:
    return observe.landmarks68(who)


def toy(matrix: Float, scale: Float | None = None) -> Observer:
    rows, columns = matrix.shape
    return Observer(
        "toy", tuple(f"m{k}_left" for k in range(columns)), matrix,
        np.zeros(rows, np.int32), np.zeros((rows, 3)), np.ones(rows) if scale is None else scale,
    )  # fmt: skip


def correlated(rows: int = 14, columns: int = 6) -> Observer:
    chance = np.random.default_rng(5)
    common = chance.standard_normal((rows, 1))
    matrix = common + 0.7 * chance.standard_normal((rows, columns))
    return toy(matrix, chance.uniform(0.5, 2, rows))


# -- values


def test_without_noise_everything_is_found_again(who: Face, mesh: Observer) -> None:
    a = np.random.default_rng(0).uniform(0, 1, (3, len(mesh.names)))
    for method in identify.METHODS:
        found = identify.activations(mesh, mesh.of(a), method=method)
        assert found.values == pytest.approx(a, abs=1e-6)
        assert found.rank == len(mesh.names) == 84
        assert found.null_space.shape == (84, 0)
        assert found.residual == pytest.approx(0, abs=1e-9)
    assert found.condition == pytest.approx(np.linalg.cond(mesh.matrix), rel=1e-6)
    assert found.of("mentalis_left") == pytest.approx(a[:, who.names.index("mentalis_left")])


def test_nonnegative_solutions_obey_the_conditions_of_an_optimum() -> None:
    observer = correlated()
    truth = np.array([[0.8, 0, 0, 0.5, 0, 0], [0, 0, 0.1, 0, 0, 0.9]])
    seen = observer.of(truth, noise=0.5, seed=1)
    found = identify.activations(observer, seen, noise=0.5).values
    slope = ((found @ observer.matrix.T - seen) / observer.scale**2) @ observer.matrix
    assert (found >= 0).all()
    assert (slope >= -1e-8).all()
    assert slope * found == pytest.approx(0, abs=1e-8)
    assert (found == 0).any()
    plain = identify.activations(observer, seen, noise=0.5, method="least squares").values
    expected = np.linalg.lstsq(observer.whitened, (seen / observer.scale).T)[0].T
    assert plain == pytest.approx(expected)
    assert (plain < 0).any()


def test_ridge_and_clean_are_what_their_formulae_say() -> None:
    observer, noise, ridge, clean = correlated(), 0.3, 4.0, 3.0
    seen = observer.of(np.array([[0.8, 0, 0, 0.5, 0, 0]]), noise=noise, seed=2)
    matrix, target = observer.whitened / noise, (seen / observer.scale / noise)[0]
    gram = matrix.T @ matrix + ridge * np.eye(6)
    plain = identify.activations(
        observer, seen, noise=noise, method="least squares", ridge=ridge
    ).values[0]
    assert plain == pytest.approx(np.linalg.solve(gram, matrix.T @ target))

    def cost(a: Float) -> float:
        return float(
            ((matrix @ a - target) ** 2 + 0).sum() / 2 + ridge * a @ a / 2 + clean * a.sum()
        )

    best = identify.activations(observer, seen, noise=noise, ridge=ridge, clean=clean).values[0]
    free = identify.activations(observer, seen, noise=noise).values[0]
    assert best.sum() < free.sum()
    chance = np.random.default_rng(0)
    nearby = (np.maximum(best + 0.05 * chance.standard_normal(6), 0) for _ in range(300))
    assert all(cost(best) <= cost(other) for other in nearby)


def test_unknown_noise_is_found(mesh: Observer) -> None:
    a = np.zeros((4, 84))
    seen = mesh.of(a, noise=0.4 * MM, seed=3)
    found = identify.activations(mesh, seen, intervals="")
    assert found.noise == pytest.approx(0.4 * MM, rel=0.02)
    assert found.residual == pytest.approx(0.4 * MM, rel=0.05)
    assert np.isnan(found.low).all()


def test_what_too_few_readings_cannot_tell() -> None:
    full = np.random.default_rng(1).standard_normal((3, 5))
    matrix = np.hstack([full[:, :2], full[:, :1] + full[:, 1:2], np.zeros((3, 1)), full[:, 3:4]])
    observer = toy(matrix)
    found = identify.activations(observer, np.ones(3), noise=0.1, method="least squares")
    assert found.rank == 3
    assert found.null_space.shape == (5, 2)
    assert matrix @ found.null_space == pytest.approx(0, abs=1e-12)
    assert found.null_space.T @ found.null_space == pytest.approx(np.eye(2))
    # Three trade with one another, one moves nothing; the last alone is known.
    assert np.isinf(found.high[0]).tolist() == [True, True, True, True, False]
    best = identify.activations(observer, np.ones(3), noise=0.1)
    assert np.isinf(best.high[0, 3])
    assert best.low[0, 3] == 0
    sharp = identify.activations(observer, np.ones(3), noise=0.1, intervals="profile")
    assert np.isinf(sharp.high[0]).tolist()[3]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"method": "guess"}, "unknown"),
        ({"intervals": "wide"}, "unknown"),
        ({"ridge": -1}, "negative"),
        ({"method": "least squares", "clean": 1}, "needs"),
        ({"readings": np.ones(3)}, "finite"),
        ({"readings": np.full(6, np.nan)}, "finite"),
        ({"noise": None}, "give the noise"),
    ],
)
def test_wrong_questions_are_refused(arguments: dict[str, object], told: str) -> None:
    asked: dict[str, object] = {"readings": np.ones(6), "noise": 1.0, **arguments}
    with pytest.raises(ValueError, match=told):
        identify.activations(toy(np.eye(6)), asked.pop("readings"), **asked)  # type: ignore[arg-type]


# -- intervals


@pytest.mark.parametrize("method", identify.METHODS)
def test_intervals_cover_as_often_as_they_say(method: str) -> None:
    observer, noise = correlated(), 0.4
    truth = np.tile([0.8, 0.0, 0.05, 0.5, 0.0, 0.0], (3000, 1))
    seen = observer.of(truth, noise=noise, seed=4)
    for level in (0.95, 0.7):
        found = identify.activations(observer, seen, noise=noise, method=method, level=level)
        covered = ((found.low <= truth) & (truth <= found.high)).mean(axis=0)
        least = level - 4 * np.sqrt(level * (1 - level) / len(truth))
        assert covered.min() > least
        if method == "least squares":
            assert covered.max() < 2 * level - least
        assert (found.low <= found.values).all()
        assert (found.values <= found.high).all()


@pytest.mark.parametrize("rows", [7, 9])
def test_intervals_cover_where_the_noise_is_found_from_few_readings(rows: int) -> None:
    chance = np.random.default_rng(9)
    observer = toy(chance.standard_normal((rows, 6)))
    truth, inside = np.full(6, 0.5), []
    for _ in range(1500):
        seen = observer.of(truth) + 0.1 * chance.standard_normal(rows)
        found = identify.activations(observer, seen, method="least squares")
        inside.append(((found.low <= truth) & (truth <= found.high)).mean())
    assert np.mean(inside) == pytest.approx(0.95, abs=0.03)


def test_profile_intervals_cover_too_and_are_narrower() -> None:
    observer, noise = correlated(), 0.4
    truth = np.tile([0.8, 0.0, 0.05, 0.5, 0.0, 0.0], (400, 1))
    seen = observer.of(truth, noise=noise, seed=6)
    wide = identify.activations(observer, seen, noise=noise)
    sharp = identify.activations(observer, seen, noise=noise, intervals="profile")
    covered = ((sharp.low <= truth) & (truth <= sharp.high)).mean(axis=0)
    assert covered.min() > 0.95 - 4 * np.sqrt(0.95 * 0.05 / 400)
    assert (sharp.high - sharp.low).mean() < 0.8 * (wide.high - wide.low).mean()
    # One unknown: both are the textbook's interval.
    one = toy(np.ones((4, 1)))
    both = [
        identify.activations(one, np.full(4, 2.0), noise=1.0, intervals=how)  # type: ignore[arg-type]
        for how in ("covariance", "profile")
    ]
    for found in both:
        assert (found.low[0, 0], found.high[0, 0]) == pytest.approx(
            (2 - 1.959964 / 2, 2 + 1.959964 / 2), abs=1e-3
        )


def test_intervals_cover_on_the_face(mesh: Observer) -> None:
    chance = np.random.default_rng(7)
    truth = np.zeros((60, 84))
    for row in truth:
        row[chance.choice(84, 6, replace=False)] = chance.uniform(0.2, 1, 6)
    found = identify.activations(mesh, mesh.of(truth, noise=MM, seed=8), noise=MM)
    inside = (found.low <= truth) & (truth <= found.high)
    assert inside[truth > 0].mean() > 0.92
    assert inside[truth == 0].mean() > 0.95
    assert inside.mean(axis=0).min() > 0.85


# -- how well it works


def test_muscles_that_only_pull_are_found_better(who: Face) -> None:
    main = observe.leading()
    seen = [(observe.dense(who, inputs=main), (0.3, 1.0)),
            (observe.landmarks68(who, inputs=main), (0.1, 0.3)),
            (observe.depth(who, inputs=main), (0.5,)),
            (observe.depth(who, inputs=main, pixels="all"), (0.5,))]  # fmt: skip
    rows = [row for one, noises in seen for row in identify.recovery([one], noises, draws=60)]
    for row in rows:
        assert row.clean < row.nonnegative < 0.6 * row.plain
    by = {(row.observer, row.noise_mm): row for row in rows}
    # Least squares is linear in the noise.
    assert by["dense mesh", 1.0].plain == pytest.approx(by["dense mesh", 0.3].plain / 0.3, rel=1e-6)
    # The table of our survey, made with a smaller face of 31 columns, is not far.
    for key, bound in {("dense mesh", 0.3): 0.09, ("dense mesh", 1.0): 0.3,
                       ("68 points", 0.1): 0.25, ("68 points", 0.3): 0.7}.items():  # fmt: skip
        assert by[key].nonnegative < bound
    assert by["depth, all pixels", 0.5].nonnegative < by["depth", 0.5].nonnegative / 3


def test_68_points_cannot_tell_all_parts_apart(few: Observer, mesh: Observer) -> None:
    (blind,), (sharp,) = (identify.recovery([one], [0.1], draws=20) for one in (few, mesh))
    assert blind.nonnegative > 1 > 10 * sharp.nonnegative
    assert blind.clean < 0.3  # a preference for few muscles chooses among what fits alike
    last = hidden.weak_directions(few, 1)[0]
    assert last.gain < 1e-5
    assert all(name.startswith("platysma") for name, _ in last.parts[:2])


# -- motion


@pytest.fixture(scope="module")
def smile(who: Face) -> tuple[force.System, Float, Float, Float]:
    """System, motion, drive and envelope of a smile that is held."""
    system = force.reduced(who, inputs=observe.leading())
    level = force.envelope(2.0, 0.01)
    drive = np.zeros((len(level), len(system.inputs)))
    for name, size in (("zygomaticus_major_left", 0.9), ("zygomaticus_major_right", 0.7)):
        drive[:, system.inputs.index(name)] = size * level
    return system, force.integrate(system, drive, step=0.01).c, drive, level


def test_the_full_equation_reads_the_activation_back(smile: tuple) -> None:
    system, c, drive, _ = smile
    back = identify.from_motion(system, c, 0.01)
    assert np.corrcoef(back.ravel(), drive.ravel())[0, 1] > 0.9999995
    assert np.abs(back - drive).max() < 2e-3
    pulled = identify.from_motion(system, c, 0.01, method="nnls")
    assert (pulled >= 0).all()
    assert np.corrcoef(pulled.ravel(), drive.ravel())[0, 1] > 0.99999


def test_inertia_alone_does_not(smile: tuple) -> None:
    system, c, drive, level = smile
    at = system.inputs.index("zygomaticus_major_left")
    net = identify.from_motion(system, c, 0.01, stiffness=False, damping=False)
    assert np.corrcoef(net[:, at], drive[:, at])[0, 1] < -0.3
    assert np.abs(net).max() < 0.01 * drive.max()
    held = np.flatnonzero(level == 1)[30:-5]
    assert len(held) > 50
    assert np.abs(net[held]).max() < 1e-4 * np.abs(net).max() + 1e-6
    assert drive[held, at].min() == pytest.approx(0.9)
    # Damping follows the velocity, which is no better in the hold; stiffness is what counts.
    slow = identify.from_motion(system, c, 0.01, damping=False)
    assert np.corrcoef(slow[:, at], drive[:, at])[0, 1] > 0.999


def test_the_skin_of_the_full_space_is_read_too(who: Face, smile: tuple) -> None:
    system, _, drive, _ = smile
    whole = force.full(who, inputs=system.inputs)
    seen = observe.landmarks68(who, inputs=system.inputs)
    watched = np.array(sorted(set(seen.vertices.tolist())))
    ran = whole.simulate(drive[:80], 0.01, vertices=watched)
    moved = np.zeros((80, len(whole.masses), 3))
    moved[:, watched] = ran.u
    c = identify.activations(seen, seen.read(moved, noise=0.1 * MM, seed=1), noise=0.1 * MM)
    back = identify.from_motion(system, c.values, 0.01, window=9, order=3)
    at = system.inputs.index("zygomaticus_major_left")
    assert np.corrcoef(back[:, at], drive[:80, at])[0, 1] > 0.999


def test_derivatives_are_those_of_a_polynomial() -> None:
    t = np.linspace(0, 1, 41)[:, None]
    place, speed, change = identify.derivatives(t**3, 1 / 40)
    assert place == pytest.approx(t**3, abs=1e-12)
    assert speed == pytest.approx(3 * t**2, abs=1e-9)
    assert change == pytest.approx(6 * t, abs=1e-7)


def test_constant_speed_needs_no_force_and_constant_force_is_a_parabola() -> None:
    system = force.System(np.eye(1), np.zeros((1, 1)), np.zeros((1, 1)), np.eye(1), ("c",), ("f",))
    t = np.linspace(0, 1, 41)[:, None]
    assert identify.from_motion(system, 3 * t, 1 / 40) == pytest.approx(0, abs=1e-9)
    assert identify.from_motion(system, t**2, 1 / 40) == pytest.approx(2, abs=1e-7)
    for wrong in ({"c": t[:3]}, {"c": np.ones((41, 2))}, {"method": "guess"}):
        with pytest.raises(ValueError, match=r"frames|method"):
            identify.from_motion(system, **{"c": t, "step": 0.1, **wrong})


# -- what stays hidden


@pytest.mark.parametrize(
    ("muscles_", "diagonal", "trace", "full"), [(4, 1, 0, 20), (8, 8, 7, 36), (12, 88, 87, 116)]
)
def test_mass_and_force_trade_with_one_another(
    muscles_: int, diagonal: int, trace: int, full: int
) -> None:
    found = (
        hidden.unknown_directions(8, muscles_, 20),
        hidden.unknown_directions(8, muscles_, 20, trace_known=True),
        hidden.unknown_directions(8, muscles_, 20, "full"),
    )
    assert found == (diagonal, trace, full)
    assert hidden.unknown_directions(8, muscles_, 20, seed=9) == diagonal
    with pytest.raises(ValueError, match="mass"):
        hidden.unknown_directions(8, muscles_, 20, "half")  # type: ignore[arg-type]


def test_seven_times_mass_and_force_move_alike(smile: tuple) -> None:
    system, _, drive, _ = smile
    free = system.but(K=0 * system.K, D=0 * system.D)
    heavy = free.but(M=7 * free.M, G=7 * free.G)
    a, b = (force.integrate(one, drive[:40], step=0.01).c for one in (free, heavy))
    assert np.abs(a).max() > 0.1
    assert a == pytest.approx(b, rel=1e-6, abs=1e-9)


def test_one_vector_a_muscle_leaves_more_unknown_than_known(who: Face) -> None:
    share = np.linalg.norm(who.P.reshape(-1, 3, 84), axis=1)
    printed = variants.null_space(variants.force_map(MM * who.B, share))
    used = variants.null_space(MM * who.B.reshape(84, -1) @ (who.P * who.strengths))
    assert (printed.rank, printed.nullity) == (84, 168)
    assert (used.rank, used.nullity) == (84, 0)


def test_one_vector_stands_for_a_linear_muscle_but_not_for_a_sphincter(who: Face) -> None:
    angle = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    ring = -np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=1)
    assert hidden.lost_by_one_vector(ring) == pytest.approx(1)
    assert hidden.lost_by_one_vector(np.outer(np.arange(1, 5), [0, 0.6, 0.8])) == pytest.approx(0)
    lost = {}
    for name in ("orbicularis_oris_rounding", "orbicularis_oculi_palpebral", "frontalis_medial"):
        at = who.names.index(f"{name}_left")
        sides = who.P[:, [at, at + 1]] if "oris" in name else who.P[:, [at]]
        lost[name] = hidden.lost_by_one_vector(sides.sum(axis=1).reshape(-1, 3))
    assert lost["orbicularis_oris_rounding"] > 0.7
    assert lost["orbicularis_oculi_palpebral"] > 0.7
    assert lost["frontalis_medial"] < 0.1


def test_muscles_that_look_alike_are_named(mesh: Observer) -> None:
    pairs = hidden.weak_pairs(mesh, 0.8, side="left")
    assert all(first.cosine**2 >= second.cosine**2 for first, second in pairwise(pairs))
    told = {frozenset((p.first, p.second)): p.cosine for p in pairs}
    assert told[frozenset(("risorius_left", "buccinator_left"))] > 0.8
    assert told[frozenset(("levator_labii_superioris_left", "zygomaticus_minor_left"))] > 0.8
    assert told[frozenset(("frontalis_medial_left", "depressor_supercilii_left"))] < -0.8
    assert np.diag(hidden.cosines(mesh)) == pytest.approx(1)
    x, y = (mesh.matrix[:, mesh.names.index(name)] for name in (pairs[0].first, pairs[0].second))
    assert x @ y / np.linalg.norm(x) / np.linalg.norm(y) == pytest.approx(pairs[0].cosine)
    last = hidden.weak_directions(mesh, 2, parts=84)
    assert last[0].gain <= last[1].gain
    assert sum(share**2 for _, share in last[0].parts) == pytest.approx(1)
    pattern = np.zeros(84)
    for name, share in last[0].parts:
        pattern[mesh.names.index(name)] = share
    assert np.linalg.norm(mesh.matrix @ pattern) == pytest.approx(last[0].gain, rel=1e-6)


def test_more_unknowns_than_readings_have_directions_without_any_gain() -> None:
    found = hidden.weak_directions(toy(np.eye(3)[:2]), 1)
    assert found[0].gain == pytest.approx(0, abs=1e-12)
    assert found[0].parts[0] == ("m2_left", pytest.approx(1))


def test_co_contraction_hides_effort(mesh: Observer) -> None:
    best = hidden.hiding(mesh, side="left")[0]
    assert best.remainder < 0.2
    assert best.left_mm < 0.5 < 2 < best.alone_mm
    assert best.effort > 1.5
    assert "names" not in repr(mesh)
    assert ((best.values >= 0) & (best.values <= 1)).all()
    moved = 1000 * mesh.matrix @ best.values
    assert np.abs(moved).max() == pytest.approx(best.left_mm)
    assert dict(best.parts)[best.parts[0][0]] == best.values.max()
    # A smile with it and a smile without: the skin differs less than the noise of a depth
    # camera, and muscles work more than twice as hard.
    smile = np.zeros(84)
    smile[mesh.names.index("zygomaticus_major_left")] = 0.8
    apart = mesh.of(smile + best.values) - mesh.of(smile)
    assert np.abs(apart).max() < 0.5 * MM
    assert (smile + best.values).sum() > 2 * smile.sum()


def test_two_muscles_cancel_as_far_as_their_cosine_allows(mesh: Observer) -> None:
    names = ("risorius_left", "incisivii_labii_left")
    found = hidden.co_contraction(mesh, *names, amount=0.4)
    cosine = hidden.cosines(mesh)[mesh.names.index(names[0]), mesh.names.index(names[1])]
    assert found.remainder == pytest.approx(np.sqrt(1 - cosine**2), rel=1e-6)
    assert {name for name, _ in found.parts} == set(names)
    # Where the helper would have to pull more than fully, it does not.
    weak = hidden.co_contraction(mesh, "frontalis_medial_left", "procerus_left", amount=0.9)
    assert dict(weak.parts)["procerus_left"] == pytest.approx(1)
    far = hidden.co_contraction(mesh, "mentalis_left", "frontalis_medial_right")
    assert far.remainder == pytest.approx(1, abs=0.01)
    with pytest.raises(ValueError, match="No coordinate"):
        hidden.co_contraction(mesh, "risorius")
    with pytest.raises(ValueError, match="moves no reading"):
        hidden.co_contraction(toy(np.diag([1.0, 0.0])), "m1_left")


# -- force against label and place


def test_point_biserial_is_the_textbooks() -> None:
    chance = np.random.default_rng(0)
    here = chance.random(200) < 0.3
    size = chance.standard_normal(200) + here
    assert against.point_biserial(size, here) == pytest.approx(
        stats.pointbiserialr(here, size).statistic
    )
    with pytest.raises(ValueError, match="one value a frame"):
        against.point_biserial(size[1:], here)
    with pytest.raises(ValueError, match="never or always"):
        against.point_biserial(size, np.ones(200))
    with pytest.raises(ValueError, match="never changes"):
        against.point_biserial(np.ones(200), here)


@pytest.mark.parametrize("planted", [-4, 0, 5])
def test_a_planted_force_goes_with_its_label_and_shows_its_lag(smile: tuple, planted: int) -> None:
    system, c, drive, _ = smile
    at = system.inputs.index("zygomaticus_major_left")
    strength = identify.from_motion(system, c, 0.01)[:, at]
    clean = drive[:, at] > 0.45
    # The force is symmetric about its half height only if the movement is: no lag without delay.
    own = against.lags(strength, clean, 20)
    found = against.lags(strength, np.roll(clean, planted), 20)
    assert own.peak > 0.8
    assert found.peak > 0.8
    assert found.best - own.best == planted
    assert against.point_biserial(strength, clean) > 0.8
    assert found.correlations[found.frames == found.best][0] == found.peak


def test_lags_refuse_what_has_no_answer() -> None:
    with pytest.raises(ValueError, match="frames"):
        against.lags(np.arange(5.0), np.arange(5) > 2, 5)
    with pytest.raises(ValueError, match="never or always"):
        against.lags(np.arange(5.0), np.zeros(5), 1)


@pytest.mark.parametrize(
    ("score", "right", "wrong"),
    [
        ("1+2", ("frontalis_medial", "frontalis_lateral"), ()),
        ("6", ("orbicularis_oculi_orbital",), ("orbicularis_oris", "zygomaticus_major")),
        ("12", ("zygomaticus_major",), ("orbicularis_oculi_orbital",)),
        ("11", ("zygomaticus_minor",), ("mentalis", "frontalis_medial")),
    ],
)
def test_force_maps_shine_where_the_muscle_holds(
    who: Face, score: str, right: tuple[str, ...], wrong: tuple[str, ...]
) -> None:
    a = force.activations(who, score)
    bright, areas = against.brightest(who, a), against.areas(who)
    assert set(areas) == {pull.muscle for pull in muscles()}
    held = np.any([areas[name] for name in right], axis=0)
    assert held[bright].all()
    assert held.mean() < 0.25
    for name in wrong:
        assert not areas[name][bright].any()
    sizes = against.force_map(who, a)
    assert sizes[bright[0]] == sizes.max()
    assert sizes == pytest.approx(sizes[who.mirror])


def test_force_maps_by_name(who: Face) -> None:
    one = against.force_map(who, {"zygomaticus_major_left": 0.5})
    at = who.names.index("zygomaticus_major_left")
    assert one.sum() == pytest.approx(0.5 * who.strengths[at])
    with pytest.raises(ValueError, match="No muscle"):
        against.force_map(who, {"zygomaticus": 1.0})
