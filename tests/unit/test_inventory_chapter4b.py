"""Pages 4 and 5 of chapter 4: their figures and words against the package."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest

from fau_teach import facs, force, force_plots
from fau_teach.face import face
from fau_teach.force import against, hidden, identify, observe, variants
from fau_teach.force.integrators import METHODS


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def test_S1_016_slopes_of_the_figure_are_the_orders():
    ax = force_plots.step_errors()
    assert len(ax.lines) == 5
    for line in ax.lines:
        steps, errors = line.get_data()
        slope = np.polyfit(np.log(steps[-6:]), np.log(errors[-6:]), 1)[0]
        order = int(line.get_label()[-1])
        assert (
            METHODS[{v.title: k for k, v in METHODS.items()}[line.get_label()[:-9]]].order == order
        )
        assert slope == pytest.approx(order, abs=0.25)


def test_S1_059_the_two_panels_show_what_they_are_given():
    times = np.arange(5.0)
    upper, lower = force_plots.read_back(times, times, times + 1, -times)
    assert [list(line.get_ydata()) for line in upper.lines] == [list(times), list(times + 1)]
    assert list(lower.lines[0].get_ydata()) == list(-times)


def test_S1_058_E1_12_maps_are_darkest_where_the_muscle_is():
    axes = force_plots.force_maps(face(), ("6", "12"))
    for ax, score, muscle in zip(
        axes, ("6", "12"), ("orbicularis_oculi_orbital", "zygomaticus_major"), strict=True
    ):
        paint = ax.collections[0].get_facecolors()[:, :3]
        middle = np.array(
            [path.vertices[:-1].mean(axis=0) for path in ax.collections[0].get_paths()]
        )
        coloured = middle[paint[:, 0] - paint[:, 2] > 0.3]
        skin = face().hierarchy.levels[1].vertices
        own = skin[against.areas(face())[muscle]][:, :2] * (-1, 1)
        far = np.linalg.norm(coloured[:, None] - own[None], axis=2).min(axis=1)
        assert len(coloured) > 4
        assert far.max() < 12
        bright = against.brightest(face(), force.activations(face(), score))
        assert against.areas(face())[muscle][bright].all()
    assert facs.au("6").muscles == ("orbicularis_oculi_orbital",)


def test_E1_11_the_muscle_of_au11_is_no_ring():
    assert facs.au("11").muscles == ("zygomaticus_minor",)


def test_S1_057_a_label_six_frames_late():
    level = force.envelope(2.0, 0.01)
    label = np.roll(level > 0.5, 6)
    found = against.lags(level, label)
    assert found.best == 6
    assert found.peak > against.point_biserial(level, label) > 0.8


def test_S1_020_one_step_with_the_printed_velocity_lands_on_the_second_frame():
    first, second = np.array([0.1, 0.5]), np.array([0.2, 0.45])
    velocity = variants.initial_velocity(first, second, 0.01, "printed")
    assert first + 0.01 * velocity == pytest.approx(second)


def test_E1_06_a_penalty_calls_a_held_smile_rest():
    mesh, few = observe.dense(face()), observe.landmarks68(face())
    tense = hidden.co_contraction(mesh, "zygomaticus_major_left").values
    seen = few.of(tense, noise=3e-4, seed=1)
    guess = identify.activations(few, seen, noise=3e-4, clean=20).values[0]
    at = few.names.index("zygomaticus_major_left")
    assert tense[at] == 0.5
    assert guess[at] < 0.1
    assert guess.sum() < 0.5 * tense.sum()


def test_precision_is_the_interval_of_least_squares():
    few = observe.landmarks68(face(), inputs=observe.leading())
    found = identify.precision(few, 3e-4)
    one = identify.activations(few, few.of(np.full(46, 0.3)), noise=3e-4, method="least squares")
    assert found.half == pytest.approx((one.high - one.low)[0] / 2)
    assert str(found).startswith("68 points     204 readings, rank 46")


def test_both_sides_move_together():
    few = observe.landmarks68(face())
    folded = hidden.both_sides(few)
    one = np.zeros(len(few.names))
    one[[few.names.index(f"risorius_{side}") for side in ("left", "right")]] = 0.4
    two = np.zeros(len(folded.names))
    two[folded.names.index("risorius")] = 0.4
    assert folded.of(two) == pytest.approx(few.of(one))


def test_several_may_hold_against_one():
    folded = hidden.both_sides(observe.dense(face()))
    pair = ("depressor_supercilii", "procerus")
    found = hidden.co_contraction(folded, "frontalis_medial", pair)
    alone = hidden.co_contraction(folded, "frontalis_medial", pair[0])
    assert {name for name, _ in found.parts} == {"frontalis_medial", *pair}
    assert found.remainder < alone.remainder < 1
    with pytest.raises(ValueError, match="No coordinate 'nobody'"):
        hidden.co_contraction(folded, "frontalis_medial", ("nobody",))
    assert str(found).startswith(f"{found.alone_mm:.2f} mm → {found.left_mm:.2f} mm")


def test_results_say_what_they_are_in_a_line():
    skin = force.reduced(face())
    shown = [
        repr(skin), repr(skin.modes), repr(force.full(face())),
        repr(force.integrate(skin, np.zeros((2, 84)), step=0.01)),
        str(variants.null_space(np.ones((1, 3)))), str(identify.Recovery("x", 0.1, 1, 0.5, 0.2)),
    ]  # fmt: skip
    assert all(len(text) < 70 and "\n" not in text for text in shown)
    assert "rank 1, nullity 2" in shown
