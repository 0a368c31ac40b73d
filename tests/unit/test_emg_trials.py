"""Synthetic trials: repeatable, and harder the more is new, as in real sets."""

from __future__ import annotations

import time

import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.model_selection import LeaveOneGroupOut, StratifiedKFold, cross_val_score

from fau_teach.emg.signals import SignalError
from fau_teach.emg.trials import CHANNELS, NEUTRAL, Spread, Trials, scores, trials


@pytest.fixture(scope="module")
def made() -> tuple[Trials, float]:
    begin = time.process_time()
    found = trials()
    return found, time.process_time() - begin


def log_power(some: Trials) -> np.ndarray:
    return np.log((some.values[:, 600:1800].astype(float) ** 2).mean(axis=1))


def test_twelve_people_take_less_than_ten_seconds(made: tuple[Trials, float]) -> None:
    found, seconds = made
    assert seconds < 10
    assert found.values.shape == (12 * 2 * 7 * 6, 2000, 8)
    assert found.values.dtype == np.float32
    assert len({*found.subject}) == 12
    assert {*found.session} == {"S1", "S2"}
    assert (np.unique(found.label, return_counts=True)[1] == 144).all()
    assert found.trial.tolist() == list(range(1008))


def test_a_score_falls_as_more_is_new(made: tuple[Trials, float]) -> None:
    """Random split in one person, another session, another person; chance is 0.14."""
    found, _ = made
    x, model = log_power(found), LinearDiscriminantAnalysis()
    random, session = [], []
    for person in np.unique(found.subject):
        mine = found.subject == person
        cut = StratifiedKFold(5, shuffle=True, random_state=0)
        random.append(cross_val_score(model, x[mine], found.label[mine], cv=cut).mean())
        days, cut = found.session[mine], LeaveOneGroupOut()
        args = {"groups": days, "cv": cut}
        session.append(cross_val_score(model, x[mine], found.label[mine], **args).mean())
    args = {"groups": found.subject, "cv": LeaveOneGroupOut()}
    people = cross_val_score(model, x, found.label, **args)
    assert np.mean(random) > 0.96
    assert 0.65 < np.mean(session) < 0.93
    assert 0.41 < people.mean() < 0.70
    assert people.max() - people.min() > 0.2


def test_the_signal_tells_who_it_is(made: tuple[Trials, float]) -> None:
    found, _ = made
    cut = StratifiedKFold(5, shuffle=True, random_state=0)
    who = cross_val_score(LinearDiscriminantAnalysis(), log_power(found), found.subject, cv=cut)
    assert who.mean() > 0.5


def test_labels_without_meaning_give_chance(made: tuple[Trials, float]) -> None:
    found, _ = made
    mixed = np.random.default_rng(0).permutation(found.label)
    cut = StratifiedKFold(5, shuffle=True, random_state=0)
    got = cross_val_score(LinearDiscriminantAnalysis(), log_power(found), mixed, cv=cut)
    assert got.mean() == pytest.approx(1 / 7, abs=0.04)


def test_without_spread_a_new_person_is_no_harder() -> None:
    same = Spread(
        habit=0, extra=0, gain=0, placed=0, regain=0, replaced=0, mood=0, trial=0.1, effort=0.05
    )
    found = trials(4, 1, repeats=4, spread=same)
    args = {"groups": found.subject, "cv": LeaveOneGroupOut()}
    got = cross_val_score(LinearDiscriminantAnalysis(), log_power(found), found.label, **args)
    assert got.mean() > 0.95


def test_repeatable_by_seed_and_people_do_not_depend_on_how_many_there_are() -> None:
    one = trials(1, 1, repeats=1, seed=5)
    assert (one.values == trials(2, 1, repeats=1, seed=5).values[:7]).all()
    assert (one.values != trials(1, 1, repeats=1, seed=6).values).any()


def test_neutral_is_the_quietest() -> None:
    found = trials(3, 1, repeats=2)
    power = log_power(found).mean(axis=1)
    assert power[found.label == NEUTRAL].max() < np.median(power[found.label != NEUTRAL])


def test_windows_know_their_trial() -> None:
    found = trials(1, 1, ("Happiness", NEUTRAL), repeats=2)
    cut = found.windows(0.5, 0.25)
    assert cut.values.shape == (4 * 7, 500, 8)
    assert cut.trial.tolist() == np.repeat(np.arange(4), 7).tolist()
    assert cut.begin[:7].tolist() == pytest.approx([0.25 * k for k in range(7)])
    assert (cut.values[8] == found.values[1, 250:750]).all()
    assert (cut.label == found.label[cut.trial]).all()
    some = cut.take(cut.label == NEUTRAL)
    assert {*some.trial} == {1, 3}
    assert some.signal(0).channels == CHANNELS


def test_envelopes() -> None:
    found = trials(1, 1, repeats=1, kind="envelope", rate=500)
    assert found.kind == "envelope"
    assert found.values.min() >= 0
    assert found.values.max() <= 5
    assert found.signal(0).kind == "envelope"


def test_codes_come_from_the_table_and_do_not_exclude_each_other() -> None:
    assert len(scores()) == 7
    assert scores()["Happiness"] == ("6", "12")
    assert scores()[NEUTRAL] == ()


@pytest.mark.parametrize(
    "wrong",
    [{"subjects": 0}, {"emotions": ("Joy",)}, {"kind": "power"}, {"seconds": 0.1}, {"rate": 9}],
)
def test_what_cannot_be_is_refused(wrong: dict) -> None:
    with pytest.raises(SignalError):
        trials(**({"subjects": 1, "sessions": 1, "repeats": 1} | wrong))
