"""Windows and four splits of them; what crosses is seen and refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.neighbors import KNeighborsClassifier

from fau_teach.emg.trials import Trials
from fau_teach.evaluate import baselines, windows
from fau_teach.evaluate.baselines import Scale, calibrated, knn, lda, majority, relabelled, tuned
from fau_teach.evaluate.labels import Fold
from fau_teach.evaluate.windows import (
    SPLITS,
    Windows,
    answered,
    blocked,
    crossing,
    leave_session_out,
    leave_subject_out,
    random_windows,
    windows_of,
)


def raw(people: int = 4, sessions: int = 2, repeats: int = 4, seed: int = 0) -> Trials:
    """Trials whose level tells the class, shifted by person and session, with a tone of its own."""
    chance = np.random.default_rng(seed)
    rows = [(f"P{p}", f"S{s}", label)
            for p in range(people) for s in range(sessions)
            for _ in range(repeats) for label in "abc"]  # fmt: skip
    who, session, label = (np.array(column) for column in zip(*rows, strict=True))
    level = np.eye(3)[np.searchsorted(np.array(list("abc")), label)]
    gain = {one: np.exp(1.2 * chance.normal(size=3)) for one in np.unique(who)}
    own = np.exp(0.7 * chance.normal(size=(len(rows), 3)))
    strength = (0.3 + level) * own * np.stack([gain[one] for one in who])
    values = strength[:, None] * chance.normal(size=(len(rows), 200, 3))
    number = np.arange(len(rows))
    return Trials(values.astype(np.float32), 200.0, "raw", ("1", "2", "3"), who, session, label,
                  number, np.zeros(len(rows)))  # fmt: skip


@pytest.fixture(scope="module")
def cut() -> Windows:
    return windows_of(raw(), 0.4, 0.1)


def levels(data: Windows) -> Windows:
    return replace(data, items=np.log(np.abs(data.items).mean(1)))


def accuracy(found: windows.Answered) -> float:
    return float((found.found == found.windows.labels).mean())


def test_windows_know_their_trial_session_and_person(cut: Windows) -> None:
    assert len(cut) == 96 * 7
    assert cut.items.shape[1:] == (80, 3)
    assert len(np.unique(cut.trials)) == 96
    assert len(np.unique(cut.named("session"))) == 8
    assert cut.trials[0].startswith("P0/S0/")
    first, second = cut.items[:2]
    assert (first[20:] == second[:-20]).all()  # neighbours share what overlaps
    part = windows_of(raw(), 0.4, 0.1, first_s=0.3, last_s=0.8)
    assert len(part) == 96 * 2
    assert (part.items[0] == cut.items[3]).all()
    with pytest.raises(ValueError, match="windows, of some"):
        windows_of(raw(), 0.4, first_s=0.9)
    with pytest.raises(ValueError, match="two labels"):
        replace(cut, labels=np.arange(len(cut)))
    with pytest.raises(ValueError, match="items"):
        replace(cut, items=cut.items[1:])
    with pytest.raises(ValueError, match="level"):
        cut.named("day")


EXPECTED = {
    "random windows": (True, True, True), "blocked in time": (False, True, True),
    "leave session out": (False, False, True), "leave person out": (False, False, False),
}  # fmt: skip


@pytest.mark.parametrize("name", SPLITS)
def test_S4_009_what_each_split_keeps_apart(name: str, cut: Windows) -> None:
    split, apart = SPLITS[name]
    folds = split(cut, 0 if apart == "subject" else 4, 0)
    assert sorted(np.concatenate([fold.test for fold in folds])) == list(range(len(cut)))
    for fold in folds:
        assert sorted([*fold.train, *fold.test]) == list(range(len(cut)))
        found = crossing(cut.take(fold.train), cut.take(fold.test))
        assert (bool(found.trial), bool(found.session), bool(found.subject)) == EXPECTED[name]
        assert bool(found) == any(EXPECTED[name])
        found.refuse(apart)
        assert fold.test_subjects == tuple(sorted({*cut.subjects[fold.test].tolist()}))
    assert {*cut.labels[folds[0].test].tolist()} == {"a", "b", "c"}
    # The next level up must not pass, or the split keeps more apart than it says.
    higher = {"": "trial", "trial": "session", "session": "subject"}.get(apart)
    if higher:
        with pytest.raises(ValueError, match=f"{higher}s are trained on and tested"):
            answered(majority, levels(cut), folds, apart=higher)


def test_S4_009_one_trial_or_one_person_that_crosses_is_refused(cut: Windows) -> None:
    """A single window on the wrong side is enough."""
    good = leave_subject_out(cut)[0]
    answered(majority, cut, [good])
    moved = Fold(0, good.test_subjects, np.append(good.train, good.test[0]), good.test[1:])
    with pytest.raises(ValueError, match="1 trials are trained on and tested"):
        answered(majority, cut, [moved], apart="trial")
    whole = cut.trials[good.test] == cut.trials[good.test[0]]
    moved = Fold(0, good.test_subjects, np.append(good.train, good.test[whole]), good.test[~whole])
    answered(majority, cut, [moved], apart="trial")
    with pytest.raises(ValueError, match=r"1 sessions .*P0/S0\. Split by subject"):
        answered(majority, cut, [moved])
    day = cut.sessions[good.test] == "S0"
    later = Fold(0, good.test_subjects, np.append(good.train, good.test[day]), good.test[~day])
    answered(majority, cut, [later], apart="session")
    with pytest.raises(ValueError, match=r"1 subjects .*100% .*P0\. Split by subject"):
        answered(majority, cut, [later])
    told = str(crossing(cut.take(moved.train), cut.take(moved.test)))
    assert told == "of the tested windows, trained on as well: trial 0%, session 48%, subject 100%"


def test_blocks_are_in_time(cut: Windows) -> None:
    for number, fold in enumerate(blocked(cut, 4)):
        place = {name: at for at, name in enumerate(dict.fromkeys(cut.trials.tolist()))}
        rounds = {place[name] % 12 // 3 for name in cut.trials[fold.test]}
        assert rounds == {number}


def test_folds_that_cannot_be_are_refused(cut: Windows) -> None:
    with pytest.raises(ValueError, match="4 trials of a in session P0/S0 for 5 folds"):
        blocked(cut, 5)
    with pytest.raises(ValueError, match="1 sessions"):
        leave_session_out(cut.take(np.flatnonzero(cut.sessions == "S0")))
    with pytest.raises(ValueError, match="two folds"):
        random_windows(cut, 1)
    fold = leave_subject_out(cut)[0]
    with pytest.raises(ValueError, match="tested twice"):
        answered(majority, cut, [fold, fold])
    with pytest.raises(ValueError, match="no fold"):
        answered(majority, cut, [])
    with pytest.raises(ValueError, match="learned from and tested"):
        answered(majority, cut, [replace(fold, train=fold.test)])
    with pytest.raises(ValueError, match="1 answers"):
        answered(lambda learn: lambda asked: ["a"], cut, [fold])
    with pytest.raises(ValueError, match="apart 'day'"):
        answered(majority, cut, [fold], apart="day")
    assert len(leave_subject_out(cut, 2)) == 2


def test_no_label_of_the_test_reaches_the_model(cut: Windows) -> None:
    def peek(learn: Windows) -> Any:
        return lambda asked: asked.labels

    found = answered(peek, cut, leave_subject_out(cut))
    assert {*found.found.tolist()} == {""}


def test_scores_are_pooled_and_told_person_by_person(cut: Windows) -> None:
    found = answered(lda(), levels(cut), leave_subject_out(cut))
    people = found.by_person(("a", "b", "c"))
    assert np.mean([one for one, _ in people.values()]) == pytest.approx(accuracy(found))
    got = found.scores(permutations=5, resamples=50)
    assert got.accuracy.value == pytest.approx(accuracy(found))
    assert got.subjects == 4


@pytest.mark.parametrize("shrinkage", [0.0, 0.1, 0.7])
def test_lda_agrees_with_a_peer(shrinkage: float, cut: Windows) -> None:
    data = levels(cut)
    learn, asked = data.take(np.arange(0, len(data), 2)), data.take(np.arange(1, len(data), 3))
    learn = learn.take(np.flatnonzero((learn.labels != "c") | (np.arange(len(learn)) % 3 == 0)))
    scale = Scale.of(learn.items)
    peer = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=shrinkage)
    peer.fit(scale(learn.items), learn.labels)
    own = lda(shrinkage)(learn)(asked)
    assert (own == peer.predict(scale(asked.items))).all()


@pytest.mark.parametrize("k", [1, 5, 15])
def test_neighbours_agree_with_a_peer(k: int, cut: Windows) -> None:
    data = levels(cut)
    learn, asked = data.take(np.arange(0, len(data), 2)), data.take(np.arange(1, len(data), 3))
    scale = Scale.of(learn.items)
    peer = KNeighborsClassifier(k).fit(scale(learn.items), learn.labels)
    votes = np.sort(peer.predict_proba(scale(asked.items)), axis=1)
    clear = votes[:, -1] > votes[:, -2]  # of equal votes each has its own rule
    own = np.array(knn(k, part=50)(learn)(asked))
    assert clear.mean() > 0.6
    assert (own == peer.predict(scale(asked.items)))[clear].all()


def test_of_equal_votes_the_nearest_decides() -> None:
    one = Windows(np.array([[0.0], [1.0], [5.0], [6.0]]), list("abbb"), list("wxyz"),
                  list("1111"), list("ppqq"), 1.0)  # fmt: skip
    near = replace(one, items=np.array([[0.1]] * 4), labels=[""] * 4)
    assert knn(2)(one)(near) == ["a"] * 4
    assert knn(3)(one)(near) == ["b"] * 4


def test_learners_refuse_what_cannot_be(cut: Windows) -> None:
    with pytest.raises(ValueError, match="shrinkage"):
        lda(1.2)
    with pytest.raises(ValueError, match="one neighbour"):
        knn(0)
    with pytest.raises(ValueError, match="5 neighbours need 5"):
        knn(5)(levels(cut).take([0, 1]))
    with pytest.raises(ValueError, match="nothing to choose"):
        tuned({}, random_windows)
    with pytest.raises(ValueError, match="control"):
        relabelled(cut, "people")


def test_nothing_of_the_test_moves_what_was_learned(cut: Windows) -> None:
    """Scale, voters and weights are the same whatever the tested windows hold."""
    data = levels(cut)
    fold = leave_subject_out(data)[1]
    other = data.items.copy()
    other[fold.test] *= 7
    fits = {
        "lda": lda(),
        "knn": knn(),
        "tuned": tuned({"1": knn(1), "9": knn(9)}, leave_subject_out, number=2),
    }
    for fit in fits.values():
        probe = data.take(fold.test)
        models = [fit(replace(data, items=items).take(fold.train)) for items in (data.items, other)]
        assert list(models[0](probe)) == list(models[1](probe))
    all_of_it, part = (Scale.of(items) for items in (data.items, data.items[fold.train]))
    assert not np.allclose(all_of_it.middle, part.middle)  # so a leak of the scale would show


def test_tuning_chooses_inside_the_training_windows(cut: Windows) -> None:
    data = levels(cut)
    asked: list[int] = []

    def spy(learn: Windows) -> Any:
        asked.append(len(learn))
        return majority(learn)

    fold = leave_subject_out(data)[0]
    fit = tuned({"none": spy, "lda": lda()}, leave_subject_out, number=3)
    found = answered(fit, data, [fold])
    assert accuracy(found) == accuracy(answered(lda(), data, [fold]))
    assert len(asked) == 3
    assert max(asked) < len(fold.train)


def test_a_declared_calibration_brings_people_together_and_stays_apart(cut: Windows) -> None:
    segment = np.isin(cut.trials, np.unique(cut.trials)[np.arange(96) % 12 < 3])
    segments, rest = (cut.take(np.flatnonzero(one)) for one in (segment, ~segment))
    found = calibrated(rest, segments)
    before, after = (
        accuracy(answered(lda(), levels(one), leave_subject_out(one))) for one in (rest, found)
    )
    assert after > before + 0.05
    with pytest.raises(ValueError, match="calibrates and is counted as well"):
        calibrated(cut, segments)
    other = segments.take(np.flatnonzero(segments.subjects != "P2"))
    with pytest.raises(ValueError, match="P2/S0 has no calibration"):
        calibrated(rest, other)


def test_S4_009_controls(cut: Windows) -> None:
    """Labels without meaning are known where the trial leaks, and only there."""
    data = levels(cut)
    scores = {}
    for what in ("windows", "trials", "subject"):
        asked = relabelled(data, what, seed=3)
        for name, (split, apart) in SPLITS.items():
            if what != "subject" or apart != "subject":
                folds = split(asked, 0 if apart == "subject" else 4, 0)
                scores[what, name] = accuracy(answered(knn(3), asked, folds, apart=apart))
    for (what, name), score in scores.items():
        if what == "windows" or (what == "trials" and name != "random windows"):
            assert abs(score - 1 / 3) < 0.12, (what, name)
    assert scores["trials", "random windows"] > 0.6
    assert scores["subject", "blocked in time"] > 0.5
    dealt = relabelled(data, "trials", seed=3)
    assert (np.sort(dealt.labels) == np.sort(data.labels)).all()
    assert (dealt.labels != data.labels).any()
    assert (relabelled(data, "subject").labels == data.subjects).all()


def test_hudgins_features_are_those_of_the_signal(cut: Windows) -> None:
    some = cut.take([0, 8, 50])
    found = baselines.hudgins(some, 0.05, part=2).items.reshape(3, 3, 4)
    x = some.items.astype(float)
    assert found[..., 0] == pytest.approx(np.log(np.abs(x).mean(1)))
    assert found[..., 3] == pytest.approx(np.log(np.abs(np.diff(x, axis=1)).sum(1)))
    crosses = (x[:, 1:] * x[:, :-1] < 0) & (np.abs(np.diff(x, axis=1)) >= 0.05)
    assert (found[..., 1] == crosses.sum(1)).all()


def test_S4_009_the_same_model_falls_from_split_to_split(cut: Windows) -> None:
    data = levels(cut)
    found = {}
    for name, (split, apart) in SPLITS.items():
        folds = split(data, 0 if apart == "subject" else 4, 0)
        for model, fit in (("knn", knn(1)), ("lda", lda())):
            found[model, name] = accuracy(answered(fit, data, folds, apart=apart))
    assert found["knn", "random windows"] > found["knn", "blocked in time"] + 0.15
    assert found["lda", "blocked in time"] > found["lda", "leave person out"] + 0.05
