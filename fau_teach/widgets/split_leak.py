"""SplitLeak: windows of trials of people in sessions, a split, and what crosses it.

The module in the browser parts the windows and looks for nearest neighbours itself; a page test
compares it with :mod:`fau_teach.evaluate.windows`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import traitlets

from fau_teach.widgets._base import check_option
from fau_teach.widgets._panel import Panel, table_html

if TYPE_CHECKING:
    from fau_teach.evaluate.windows import Answered, Windows

EMOTIONS = ("Fear", "Anger", "Disgust")
PEOPLE, SESSIONS, REPEATS, FOLDS, SEED = 4, 2, 3, 3, 1
LENGTH_S, STEP_S, FIRST_S, LAST_S = 0.5, 0.125, 0.625, 1.5
ASKED = (
    ("emotion", "the emotion"), ("trials", "a label dealt to each trial"), ("subject", "who it is"),
)  # fmt: skip
KEPT = {"": "nothing", "trial": "trials", "session": "sessions", "subject": "people"}


@cache
def windows() -> Windows:
    """Four overlapping windows of each trial: log mean absolute value of eight pairs, in 1/100."""
    from dataclasses import replace

    import numpy as np

    from fau_teach.emg.trials import trials
    from fau_teach.evaluate.windows import windows_of

    made = trials(PEOPLE, SESSIONS, EMOTIONS, repeats=REPEATS, seed=SEED)
    cut = windows_of(made, LENGTH_S, STEP_S, first_s=FIRST_S, last_s=LAST_S)
    level = np.log(1e6 * np.abs(cut.items.astype(float)).mean(1))
    return replace(cut, items=np.rint(100 * level).astype(int))


@cache
def found(split: str, ask: str = "emotion") -> Answered:
    """What the nearest training window answers under one of the four splits.

    Source: S4-009; E4-04.
    """
    from fau_teach.evaluate.baselines import knn, relabelled
    from fau_teach.evaluate.windows import SPLITS, answered

    data = windows() if ask == "emotion" else relabelled(windows(), ask, SEED)
    part, apart = SPLITS[split]
    folds = part(data, 0 if apart == "subject" else FOLDS, SEED)
    return answered(knn(1), data, folds, apart="" if ask == "subject" else apart)


def score(split: str, ask: str = "emotion") -> float:
    """Share of right answers over all folds."""
    one = found(split, ask)
    return float((one.found == one.windows.labels).mean())


@cache
def split_leak_data() -> dict[str, Any]:
    """Everything the figure draws; treat it as read-only.

    Returns
    -------
    dictionary with ``items``: windows by person, session, trial and time, eight numbers each;
    ``labels`` and ``dealt``: class of each trial; ``deal``: fold of each window when they are
    dealt out at random; ``sizes``: people, sessions, trials of a session, windows of a trial
    """
    import numpy as np

    from fau_teach.evaluate.baselines import relabelled
    from fau_teach.evaluate.windows import SPLITS, random_windows

    data = windows()
    _, first, each = np.unique(data.trials, return_index=True, return_counts=True)
    deal = np.empty(len(data), int)
    for fold in random_windows(data, FOLDS, SEED):
        deal[fold.test] = fold.number
    dealt = relabelled(data, "trials", SEED).labels
    return {
        "items": data.items.ravel().tolist(), "deal": deal.tolist(), "emotions": list(EMOTIONS),
        "labels": [EMOTIONS.index(one) for one in data.labels[first]],
        "dealt": [EMOTIONS.index(one) for one in dealt[first]],
        "sizes": [PEOPLE, SESSIONS, REPEATS * len(EMOTIONS), int(each[0])],
        "splits": [[name, f"{KEPT[apart]} apart"] for name, (_, apart) in SPLITS.items()],
        "asked": [list(one) for one in ASKED], "folds": FOLDS,
    }  # fmt: skip


class SplitLeak(Panel):
    """A split and a fold: what is tested, what it has in training, and who answers.

    Parameters
    ----------
    split : a name of ``evaluate.windows.SPLITS``
    ask : one of ``ASKED``
    fold : from 1
    window : number of the chosen one among those that are tested, from 1

    Raises
    ------
    ValueError
        Unknown choice.
    traitlets.TraitError
        A number is out of its range.

    Source: S4-009; E4-04.
    """

    figure = "split_leak"

    split = traitlets.Unicode("random windows").tag(sync=True)
    ask = traitlets.Unicode("emotion").tag(sync=True)
    fold = traitlets.Int(1, min=1, max=PEOPLE).tag(sync=True)
    window = traitlets.Int(1, min=1).tag(sync=True)

    def __init__(
        self, split: str = "random windows", ask: str = "emotion", fold: int = 1, window: int = 40,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        check_option("a split", split, (name for name, _ in split_leak_data()["splits"]))
        check_option("a question", ask, (name for name, _ in ASKED))
        kwargs.setdefault("label", "Four splits: what crosses, and what the score is")
        super().__init__(
            data=split_leak_data(), split=split, ask=ask, fold=fold, window=window, **kwargs
        )

    def fallback_html(self) -> str:
        """Table: what crosses each split, and the share of right answers to each question."""
        import numpy as np

        rows = []
        for name, _ in split_leak_data()["splits"]:
            crosses = found(name).crossings
            shares = (float(np.mean([one.tested[level] for one in crosses]))
                      for level in ("trial", "session", "subject"))  # fmt: skip
            asked = ("—" if ask == "subject" and name == "leave person out"
                     else f"{100 * score(name, ask):.0f} %" for ask, _ in ASKED)  # fmt: skip
            rows.append((name, *(f"{100 * one:.0f} %" for one in shares), *asked))
        heads = ("split", "same trial in training", "same session", "same person",
                 *(text for _, text in ASKED))  # fmt: skip
        caption = (
            f"{len(windows())} windows of {PEOPLE} people: how many tested windows have a relative "
            "in training, and how often the nearest one answers rightly."
        )
        return table_html(caption, heads, rows)
