"""Our measures against other people's programs, on many tables with gaps."""

from __future__ import annotations

import random
import warnings
from typing import Any

import numpy as np
import pytest

from fau_teach.agreement import ac1, alpha, fleiss, icc, kappa, pabak, percent
from fau_teach.agreement.intensity import grades, number
from fau_teach.facs import parse


def tables(
    coders: int, gaps: float, count: int, values: int = 3, seed: int = 1
) -> list[list[list[int | None]]]:
    """Tables of ratings in which coders agree more than by chance."""
    made = random.Random(seed)
    found = []
    for _ in range(count):
        true = [made.randrange(values) for _ in range(made.randrange(6, 40))]
        rows = [[t if made.random() < 0.6 else made.randrange(values) for t in true]
                for _ in range(coders)]  # fmt: skip
        found.append([[None if made.random() < gaps else one for one in row] for row in rows])
    return found


def as_array(table: list[list[int | None]]) -> np.ndarray:
    return np.array([[np.nan if one is None else one for one in row] for row in table], float)


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
def test_alpha_is_krippendorffs(level: Any) -> None:
    peer = pytest.importorskip("krippendorff")
    for table in tables(4, 0.3, 40, values=4):
        theirs = peer.alpha(reliability_data=as_array(table), level_of_measurement=level)
        assert alpha(table, level=level).value == pytest.approx(theirs, abs=1e-12)


def test_ac1_fleiss_and_percent_are_irrcacs() -> None:
    peer = pytest.importorskip("irrCAC.raw")
    pandas = pytest.importorskip("pandas")
    for table in tables(4, 0.3, 8):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = peer.CAC(
                pandas.DataFrame(as_array(table).T),
                # With pandas 3 it would count the gaps as a category of its own.
                categories=sorted({one for row in table for one in row if one is not None}),
                digits=12,
            )
            gwet, kappas, plain = theirs.gwet()["est"], theirs.fleiss()["est"], theirs.bp()["est"]
        assert ac1(table).value == pytest.approx(gwet["coefficient_value"], abs=1e-9)
        assert fleiss(table).value == pytest.approx(kappas["coefficient_value"], abs=1e-9)
        assert pabak(*table).value == pytest.approx(plain["coefficient_value"], abs=1e-9)
        assert percent(*table).value == pytest.approx(gwet["pa"], abs=1e-9)


@pytest.mark.parametrize("weights", ["", "linear", "quadratic"])
def test_kappa_is_scikit_learns(weights: Any) -> None:
    peer = pytest.importorskip("sklearn.metrics")
    for first, second in tables(2, 0, 40, values=5):
        theirs = peer.cohen_kappa_score(first, second, weights=weights or None, labels=range(5))
        assert kappa(first, second, weights).value == pytest.approx(theirs, abs=1e-12)


def test_icc_is_pingouins() -> None:
    peer = pytest.importorskip("pingouin")
    pandas = pytest.importorskip("pandas")
    for table in tables(3, 0, 5, values=6):
        rows = [(i, c, r) for c, row in enumerate(table) for i, r in enumerate(row)]
        frame = pandas.DataFrame(rows, columns=["item", "coder", "grade"])
        theirs = peer.intraclass_corr(frame, "item", "coder", "grade").set_index("Type")
        name = next(one for one in ("ICC(A,1)", "ICC2") if one in theirs.index)
        assert icc(table).value == pytest.approx(theirs.loc[name, "ICC"], abs=1e-9)


def test_fleiss_is_statsmodels() -> None:
    peer = pytest.importorskip("statsmodels.stats.inter_rater")
    for table in tables(4, 0, 25):
        counts, _ = peer.aggregate_raters(np.array(table).T)
        assert fleiss(table).value == pytest.approx(peer.fleiss_kappa(counts), abs=1e-12)


def test_constant_columns_are_undefined_where_others_err() -> None:
    krippendorff = pytest.importorskip("krippendorff")
    irr = pytest.importorskip("irrCAC.raw")
    pandas = pytest.importorskip("pandas")
    metrics = pytest.importorskip("sklearn.metrics")
    same = [[1] * 8, [1] * 8]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(ValueError):
            krippendorff.alpha(reliability_data=same)
        assert np.isnan(metrics.cohen_kappa_score(*same))
        ones = irr.CAC(pandas.DataFrame(np.array(same, float).T)).gwet()["est"]
        assert ones["coefficient_value"] == pytest.approx(1)
    for found in (kappa(*same), pabak(*same), ac1(same), fleiss(same), alpha(same), icc(same)):
        assert found.value is None
        assert "same" in found.undefined
    assert percent(*same).value == 1


def test_nothing_to_compare_is_undefined() -> None:
    apart: list[list[int | None]] = [[1, None], [None, 1]]
    for found in (percent(*apart), pabak(*apart), ac1(apart), fleiss(apart), alpha(apart)):
        assert found.value is None
        assert found.undefined == "no item was rated by two coders"
    assert kappa(*apart).undefined == "no item was rated by two coders"
    assert icc(apart).undefined.startswith("items graded by all 2 coders: 0")
    assert percent().value is None


def test_one_constant_coder_says_so() -> None:
    found = kappa([1, 1, 1], [1, 0, 1])
    assert found.value == 0
    assert "never varied" in found.note


def test_nan_is_a_gap() -> None:
    assert kappa([1, 0, float("nan")], [1, 0, 1]) == kappa([1, 0, None], [1, 0, 1])


def test_letters_are_numbers() -> None:
    letters = [["A", "B", "C", "E"], ["A", "C", "C", "D"]]
    numbers = [[1, 2, 3, 5], [1, 3, 3, 4]]
    assert icc(letters) == icc(numbers)
    assert kappa(*letters, "quadratic") == kappa(*numbers, "quadratic")
    assert alpha(letters, "ordinal") == alpha(numbers, "ordinal")
    assert number("b/c") == 2.5
    assert number("3") == 3
    assert number(None) is number(float("nan")) is None
    assert grades(parse("12B+L12D+6A/B+4+1:0+7:3")) == {"12": 4, "6": 1.5, "7": 3}
    with pytest.raises(ValueError, match="Use A to E"):
        number("strong")


def test_icc_leaves_gaps_out_and_says_why_it_fails() -> None:
    assert icc([[1, 2, 3, None], [1, 2, 4, 5]]).note == "1 items with gaps are left out"
    assert icc([[1, 2, 3, None], [1, 2, 4, 5]]).n == 3
    assert "variances cancel" in icc([[1, 2], [2, 1]]).undefined
    assert icc([[1, 2, 3], [2, 3, 4]]).value == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: kappa([1], [1, 2]), "rated 1, 2 items"),
        (lambda: kappa([1], [1], "cubic"), "no weights"),
        (lambda: kappa(["x"], ["y"], "linear"), "no intensity"),
        (lambda: alpha([[1], [1]], "ratio"), "no level"),
    ],
)
def test_refusals(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
