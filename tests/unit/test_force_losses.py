"""Losses: the source's numbers, both variants, numpy and torch alike."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fau_teach.force import losses

NEEDS_TORCH = pytest.mark.skipif(find_spec("torch") is None, reason="torch is not installed")


def arrays(kind: str) -> Any:
    """Make an array of the kind asked for."""
    if kind == "numpy":
        return np.asarray
    import torch

    return lambda value: torch.tensor(value, dtype=torch.float64)


KINDS = pytest.mark.parametrize("kind", ["numpy", pytest.param("torch", marks=NEEDS_TORCH)])


@KINDS
def test_reconstruction_is_the_mean_over_frames(kind: str) -> None:
    make = arrays(kind)
    c = make([[1.0, 2.0], [3.0, 4.0]])
    assert float(losses.loss_3d(c, 0 * c)) == 15
    batch = make([[[1.0, 2.0], [3.0, 4.0]], [[0.0, 0.0], [0.0, 0.0]]])
    assert float(losses.loss_3d(batch, 0 * batch)) == 7.5


@KINDS
def test_cross_entropy_has_its_minus_only_as_used(kind: str) -> None:
    make = arrays(kind)
    y, p = make([[1.0, 0.0]]), make([[0.9, 0.2]])
    assert float(losses.loss_au(y, p)) == pytest.approx(0.16425, abs=5e-6)
    assert float(losses.loss_au(y, p, "printed")) == pytest.approx(-0.16425, abs=5e-6)


def test_plain_lists_will_do() -> None:
    assert losses.loss_au([1, 0], [0.9, 0.2]) == pytest.approx(0.16425, abs=5e-6)
    assert losses.loss_clean([[3, -4, 0], [0, 0, 1]]) == 4


@KINDS
@pytest.mark.parametrize(("p", "score"), [(0.9, -0.105), (0.01, -4.605)])
def test_the_printed_sign_prefers_the_wrong_answer(kind: str, p: float, score: float) -> None:
    make = arrays(kind)
    assert float(losses.loss_au(make([1.0]), make([p]), "printed")) == pytest.approx(
        score, abs=5e-4
    )


@KINDS
def test_logits_and_probabilities_agree(kind: str) -> None:
    make, rng = arrays(kind), np.random.default_rng(3)
    z = rng.normal(size=(5, 4)) * 3
    y = make((rng.uniform(size=(5, 4)) < 0.4).astype(float))
    by_p = losses.loss_au(y, make(1 / (1 + np.exp(-z))))
    assert float(losses.loss_au(y, make(z), given="logit")) == pytest.approx(float(by_p), rel=1e-12)


@KINDS
def test_certain_answers_stay_finite(kind: str) -> None:
    make = arrays(kind)
    y = make([[1.0, 0.0]])
    assert float(losses.loss_au(y, make([[1.0, 0.0]]))) == 0
    assert float(losses.loss_au(y, make([[-800.0, 800.0]]), given="logit")) == 800


@KINDS
def test_frames_without_label_do_not_count(kind: str) -> None:
    make = arrays(kind)
    y, p, known = make([[1.0, np.nan]]), make([[0.9, 0.2]]), make([[1.0, 0.0]])
    assert float(losses.loss_au(y, p, known=known)) == pytest.approx(-np.log(0.9))
    assert float(losses.loss_au(y, p, known=0 * known)) == 0


@NEEDS_TORCH
def test_a_label_that_is_not_known_leaves_no_trace_in_the_gradient() -> None:
    import torch

    p = torch.tensor([[0.9, 0.2]], requires_grad=True)
    y = torch.tensor([[1.0, float("nan")]])
    losses.loss_au(y, p, known=torch.tensor([[True, False]])).backward()
    assert p.grad is not None
    assert p.grad[0, 0] == pytest.approx(-1 / 0.9)
    assert p.grad[0, 1] == 0


@KINDS
def test_force_terms_have_the_numbers_of_the_inventory(kind: str) -> None:
    make = arrays(kind)
    assert float(losses.loss_clean(make([[3.0, -4.0, 0.0], [0.0, 0.0, 1.0]]))) == 4
    forces = make([[[0.0, 0.0, 0.0]], [[1.0, 2.0, 2.0]]])
    assert float(losses.loss_smooth(forces, "printed")) == 4.5
    assert float(losses.loss_smooth(forces)) == 9


def test_printed_and_used_differ_by_frames_alone() -> None:
    forces = np.random.default_rng(5).normal(size=(2, 10, 7, 3))
    assert losses.loss_smooth(forces, "printed") == pytest.approx(0.9 * losses.loss_smooth(forces))
    assert losses.loss_clean(forces, "printed") == pytest.approx(20 * losses.loss_clean(forces))
    assert losses.loss_smooth(forces) == pytest.approx(
        np.mean([losses.loss_smooth(one) for one in forces])
    )


def test_a_single_frame_is_smooth() -> None:
    assert losses.loss_smooth(np.ones((1, 2, 1))) == 0


@given(
    st.dictionaries(st.sampled_from(losses.TERMS), st.floats(0, 1e3), min_size=1),
    st.floats(0, 10),
    st.sampled_from(losses.TERMS),
)
def test_the_total_is_linear_in_its_weights(
    parts: dict[str, float], change: float, name: str
) -> None:
    weights = dict.fromkeys(losses.TERMS, 0.5)
    before = losses.total(parts, weights)
    after = losses.total(parts, {**weights, name: 0.5 + change})
    assert after - before == pytest.approx(change * parts.get(name, 0.0), abs=1e-9 * (1 + after))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: losses.total({}, {}), "choose from"),
        (lambda: losses.total({"4d": 1.0}, {"4d": 1.0}), "4d.*choose from 3d, au, clean, smooth"),
        (lambda: losses.total({"3d": 1.0, "au": 1.0}, {"3d": 1.0}), "no weight for au"),
        (lambda: losses.loss_au([1.0], [0.5], "right"), "right"),  # type: ignore[arg-type]
        (lambda: losses.loss_au([1.0], [0.5], given="odds"), "odds"),  # type: ignore[arg-type]
        (lambda: losses.loss_clean([[1.0]], "right"), "right"),  # type: ignore[arg-type]
        (lambda: losses.loss_smooth([[[1.0]]], "right"), "right"),  # type: ignore[arg-type]
        (lambda: losses.descend(1, "right"), "right"),  # type: ignore[arg-type]
    ],
)
def test_what_is_not_there_is_refused(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_training_with_the_printed_sign_runs_away_from_the_label() -> None:
    printed = losses.descend(1, "printed")
    assert len(printed) == 51
    assert printed[0] == 0.5
    assert printed[-1] == pytest.approx(4.5e-11, rel=0.005)
    assert losses.descend(1)[-1] > 0.95
    np.testing.assert_allclose(losses.descend(0), 1 - losses.descend(1))


@NEEDS_TORCH
def test_descent_is_that_of_the_loss() -> None:
    import torch

    z = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    for p in losses.descend(1, "printed", steps=5)[1:]:
        (slope,) = torch.autograd.grad(
            losses.loss_au(torch.ones(1), z, "printed", given="logit"), z
        )
        z = (z - 0.5 * slope).detach().requires_grad_()
        assert torch.sigmoid(z).item() == pytest.approx(p, rel=1e-12)


@NEEDS_TORCH
def test_every_loss_has_a_right_gradient() -> None:
    import torch

    rng = torch.Generator().manual_seed(1)
    f = torch.randn(4, 3, 2, generator=rng, dtype=torch.float64, requires_grad=True)
    y = (torch.rand(4, 6, generator=rng) < 0.5).double()

    def whole(f: torch.Tensor) -> torch.Tensor:
        flat = f.reshape(4, 6)
        parts = {
            "3d": losses.loss_3d(y, flat),
            "au": losses.loss_au(y, torch.sigmoid(flat)) + losses.loss_au(y, flat, given="logit"),
            "clean": losses.loss_clean(f),
            "smooth": losses.loss_smooth(f),
        }
        found: torch.Tensor = losses.total(parts, dict.fromkeys(parts, 0.7))
        return found

    assert torch.autograd.gradcheck(whole, (f,))


def test_losses_do_not_load_torch() -> None:
    code = "import sys, fau_teach.force.losses; sys.exit('torch' in sys.modules)"
    assert not subprocess.run([sys.executable, "-c", code], check=False).returncode
