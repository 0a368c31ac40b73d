"""One set of made-up trials, four splits: what a number says of a person never seen.

Trials come from :mod:`fau_teach.emg.trials`. The first trial of each emotion in a session is kept
apart from everything: it is the declared calibration segment of the last arm. All arms learn from
and test on the same windows of all other trials.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fau_teach.emg.trials import trials
from fau_teach.evaluate.baselines import (
    calibrated,
    hudgins,
    knn,
    lda,
    majority,
    relabelled,
    tuned,
)
from fau_teach.evaluate.windows import (
    SPLITS,
    Answered,
    Fit,
    Split,
    Windows,
    answered,
    blocked,
    leave_subject_out,
    windows_of,
)
from fau_teach.experiments.records import Row

Tables = dict[str, list[Row]]
Say = Callable[[str], object]
MODELS = ("majority", "LDA", "k nearest neighbours", "CNN", "LSTM")
CALIBRATED = "leave person out, calibrated"
CONTROLS: Mapping[str, tuple[str, ...]] = {
    "labels dealt to windows": ("random windows", "leave person out"),
    "labels dealt to trials": tuple(SPLITS),
    "who is it": tuple(SPLITS)[:3],
}
"""Each control and the splits that it is asked in; nobody is left who is both asked and unknown."""
_WHAT = dict(zip(CONTROLS, ("windows", "trials", "subject"), strict=True))
DEAD_BAND = 5e-6
"""Of zero crossings and turns [V]: about the noise of amplifier and contact; ours."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large everything is.

    Parameters
    ----------
    subjects, sessions, repeats : people, sessions of each, trials of each emotion in a session,
        the first of them for calibration
    length_s, step_s, first_s, last_s : windows, and the part of each trial that counts [s]
    folds : of random windows and of blocks in time
    people : folds of whole people; 0 leaves one person out at a time
    neighbours : numbers of voters to choose from inside the training windows
    epochs, threads, seed : of training
    """

    subjects: int = 12
    sessions: int = 2
    repeats: int = 6
    length_s: float = 0.5
    step_s: float = 0.125
    first_s: float = 0.5
    last_s: float = 1.75
    folds: int = 5
    people: int = 0
    neighbours: tuple[int, ...] = (1, 5, 15)
    epochs: int = 15
    threads: int = 1
    seed: int = 0


def quick() -> Size:
    """A size that runs through everything in seconds and proves nothing."""
    return Size(
        subjects=3, sessions=2, repeats=5, step_s=0.25, folds=2, neighbours=(1, 5), epochs=1
    )


def windows(size: Size) -> tuple[Windows, Windows]:
    """Windows to learn from and to test on, and those of the calibration trials; both raw [V]."""
    made = trials(size.subjects, size.sessions, repeats=size.repeats, seed=size.seed)
    about = np.stack([made.subject, made.session, made.label], 1)
    first = np.unique(about, axis=0, return_index=True)[1]
    apart = np.isin(np.arange(len(made)), first)
    cut = size.length_s, size.step_s
    part = {"first_s": size.first_s, "last_s": size.last_s}
    asked, segments = (windows_of(made.take(one), *cut, **part) for one in (~apart, apart))
    return asked, segments


def _seen(raw: Windows) -> dict[str, Windows]:
    """What each model reads; nothing in it is fitted."""
    from fau_teach.models.emg_nets import frames

    vectors = hudgins(raw, DEAD_BAND)
    framed = replace(raw, items=frames(raw.items, raw.rate))
    return {name: framed if name in ("CNN", "LSTM") else vectors for name in MODELS}


def fits(size: Size, split: Split) -> dict[str, Fit]:
    """The models; the number of voters is chosen inside the training windows.

    Parameters
    ----------
    split : outside; inside, sessions are parted in time, since one may be left
    """
    from fau_teach.models.emg_nets import EmgLearner, EmgSettings

    settings = EmgSettings(epochs=size.epochs, threads=size.threads, seed=size.seed)
    inside = split if split in (SPLITS["random windows"][0], leave_subject_out) else blocked
    voters = {str(k): knn(k) for k in size.neighbours}
    return {
        "majority": majority,
        "LDA": lda(),
        "k nearest neighbours": tuned(voters, inside, number=2, seed=size.seed),
        "CNN": EmgLearner("cnn", settings),
        "LSTM": EmgLearner("lstm", settings),
    }


def _number(size: Size, split: Split) -> int:
    return size.people if split is leave_subject_out else size.folds


def _answers(
    size: Size, seen: Mapping[str, Windows], name: str, models: tuple[str, ...]
) -> Iterator[tuple[str, Answered]]:
    split, apart = SPLITS[name.partition(",")[0]]
    for model in models:
        data, fit = seen[model], fits(size, split)[model]
        yield model, answered(fit, data, split(data, _number(size, split), size.seed), apart=apart)


def _row(found: Answered, classes: tuple[str, ...], seed: int) -> dict[str, Any]:
    got = found.scores(classes, seed=seed, permutations=1)
    people = [one for one, _ in found.by_person(classes).values()]
    crosses = {
        f"{level}s_in_training": float(np.mean([one.tested[level] for one in found.crossings]))
        for level in ("trial", "session", "subject")
    }
    return {
        "windows": len(found.found), "classes": len(classes),
        "accuracy": got.accuracy.value, "accuracy_low": got.accuracy.low,
        "accuracy_high": got.accuracy.high, "uf1": got.uf1.value, "uf1_low": got.uf1.low,
        "uf1_high": got.uf1.high, "worst": min(people), "best": max(people), **crosses,
    }  # fmt: skip


def splits(size: Size, say: Say) -> tuple[Tables, Row]:
    """Every model under the four splits, and once more with a calibration of each person.

    Source: S4-006, S4-007, S4-009; E4-04, E4-05, E4-07.
    """
    raw, segments = windows(size)
    classes = tuple(str(one) for one in np.unique(raw.labels))
    arms = dict.fromkeys(SPLITS, raw) | {CALIBRATED: calibrated(raw, segments)}
    rows: list[Row] = []
    people: list[Row] = []
    counts: list[Row] = []
    for name, data in arms.items():
        say(name)
        for model, found in _answers(size, _seen(data), name, MODELS):
            told = {"split": name, "model": model}
            rows.append({**told, **_row(found, classes, size.seed)})
            for person, (right, uf1) in found.by_person(classes).items():
                people.append({**told, "person": person, "classes": len(classes),
                               "accuracy": right, "uf1": uf1})  # fmt: skip
            table = found.scores(classes, permutations=1, resamples=1).table
            for truth, row in zip(classes, table.tolist(), strict=True):
                counts += [{**told, "truth": truth, "answer": answer, "windows": count}
                           for answer, count in zip(classes, row, strict=True)]  # fmt: skip
            say(f"{name}, {model}: accuracy {rows[-1]['accuracy']:.3f}")
    about = {"trials": len(np.unique(raw.trials)), "calibration_windows": len(segments)}
    return {"emg_splits": rows, "emg_people": people, "emg_confusion": counts}, about


def controls(size: Size, say: Say) -> tuple[Tables, Row]:
    """Labels without meaning, and whether the same features tell who it is.

    Labels dealt out to whole trials have no meaning either, but whoever meets the same trial again
    can know them: what stays above chance is the leak.

    Source: S4-009; E4-04.
    """
    raw, _ = windows(size)
    models = tuple(one for one in MODELS if one not in ("majority", "LSTM"))
    rows: list[Row] = []
    seen = _seen(raw)
    for control, names in CONTROLS.items():
        asked = {model: relabelled(data, _WHAT[control], size.seed) for model, data in seen.items()}
        classes = tuple(str(one) for one in np.unique(asked["LDA"].labels))
        for name in names:
            for model, found in _answers(size, asked, name, models):
                told = {"control": control, "split": name, "model": model}
                whole = _row(found, classes, size.seed)
                kept = {key: whole[key] for key in ("windows", "accuracy", "uf1", "worst", "best")}
                rows.append({**told, "chance": 1 / len(classes), **kept})
                say(f"{control}, {name}, {model}: accuracy {rows[-1]['accuracy']:.3f}")
    return {"emg_controls": rows}, {}


EXPERIMENTS: Mapping[str, Callable[[Size, Say], tuple[Tables, Row]]] = {
    "emg_splits": splits,
    "emg_controls": controls,
}
