"""Make annotation files of the shape of RAF-AU and RAF-ML whose truth is known.

The truth is chosen by us: no number comes from RAF or another licensed data set. Which codes
an emotion raises follows the source's Table 3, which is one table's claim; AU25 is common in
every emotion, as the source complains. The model, in full:

* a picture shows a blend: a main emotion, a second one, and a little of all six;
* in a few pictures nothing shows; in the others each code is drawn by itself (26 and 27 alone
  exclude each other), so that over all pictures it has the probability that the blend's
  emotions give it; where no code shows, the line says ``null``;
* each tagger names one emotion, drawn from the blend, independently of the other taggers.
"""

from __future__ import annotations

import json
from bisect import bisect
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from math import fsum, isfinite, prod
from pathlib import Path
from random import Random
from types import MappingProxyType

from fau_teach._data import did_you_mean
from fau_teach._reading import whole_files
from fau_teach.datasets.raf import AU_FILE, ML_FILE, RAF_ORDER, Columns
from fau_teach.emotion import SIX, Sample

TRUTH_FILE = "truth.json"
_NOTE = "Synthetic: every probability is chosen by us, none is taken from RAF-AU or RAF-ML."

_PREVALENCE = (0.30, 0.18, 0.12, 0.08, 0.14, 0.18)
# Share of the main and of the second emotion; the rest is spread over all six.
_BLENDS = ((0.40, 0.35), (0.52, 0.28), (0.75, 0.12))
# P(code | emotion) in the order SIX.
_RATES = {
    "1": (0.12, 0.55, 0.04, 0.50, 0.08, 0.35),
    "2": (0.06, 0.55, 0.04, 0.20, 0.04, 0.04),
    "4": (0.03, 0.04, 0.60, 0.35, 0.45, 0.50),
    "5": (0.03, 0.45, 0.25, 0.40, 0.02, 0.01),
    "6": (0.50, 0.02, 0.04, 0.02, 0.06, 0.08),
    "7": (0.08, 0.02, 0.12, 0.08, 0.30, 0.08),
    "9": (0.02, 0.01, 0.18, 0.02, 0.40, 0.03),
    "10": (0.10, 0.06, 0.30, 0.10, 0.45, 0.12),
    "12": (0.80, 0.12, 0.06, 0.10, 0.08, 0.06),
    "14": (0.12, 0.02, 0.04, 0.02, 0.10, 0.10),
    "15": (0.01, 0.01, 0.06, 0.04, 0.12, 0.35),
    "16": (0.03, 0.04, 0.25, 0.10, 0.08, 0.04),
    "17": (0.02, 0.02, 0.15, 0.04, 0.30, 0.40),
    "18": (0.02, 0.03, 0.03, 0.02, 0.03, 0.03),
    "19": (0.03, 0.01, 0.02, 0.01, 0.04, 0.01),
    "20": (0.03, 0.04, 0.05, 0.30, 0.06, 0.05),
    "21": (0.01, 0.01, 0.03, 0.04, 0.02, 0.01),
    "22": (0.01, 0.03, 0.12, 0.02, 0.02, 0.01),
    "23": (0.02, 0.01, 0.25, 0.02, 0.06, 0.04),
    "24": (0.03, 0.01, 0.10, 0.03, 0.15, 0.08),
    "25": (0.65, 0.70, 0.45, 0.65, 0.40, 0.35),
    "26": (0.20, 0.35, 0.10, 0.15, 0.06, 0.06),
    "27": (0.06, 0.20, 0.06, 0.10, 0.02, 0.02),
    "28": (0.05, 0.01, 0.03, 0.01, 0.02, 0.02),
    "29": (0.01, 0.01, 0.02, 0.01, 0.01, 0.01),
    "43": (0.05, 0.01, 0.02, 0.04, 0.06, 0.25),
}
# P(nothing shows), whatever the blend.
_STILL = 0.04
# How a code is written: in full, or with this probability on one side or for one lip.
_PART = 0.06
_SIDED = frozenset({"1", "2", "4", "6", "7", "9", "10", "12", "14", "15", "20"})
_LIPPED = frozenset({"22", "23", "28"})
# Shares of lines, at the rates that another public label file shows.
_UNSORTED = 0.27
_REPEATED = 0.013
_SKIPPED_NUMBER = 0.08


@dataclass(frozen=True, slots=True)
class Truth:
    """What a learner of the synthetic data could at best find.

    Parameters
    ----------
    rates : emotion -> code -> P(code | a pure face of the emotion)
    prevalence : emotion -> P(it is a picture's main emotion)
    blends : share of the main and of the second emotion, equally likely; the rest is spread
        evenly over all six, and each of the five others is as likely to be the second
    """

    rates: Mapping[str, Mapping[str, float]]
    prevalence: Mapping[str, float]
    blends: tuple[tuple[float, float], ...] = _BLENDS

    def mixtures(self) -> tuple[tuple[float, tuple[float, ...]], ...]:
        """Every blend there is: its probability, and its shares in the order ``SIX``."""
        found = []
        for main in SIX:
            for second in SIX:
                for most, next_most in self.blends:
                    if second == main or not self.prevalence[main]:
                        continue
                    rest = (1 - most - next_most) / len(SIX)
                    extra = {main: most, second: next_most}
                    shares = tuple(rest + extra.get(name, 0.0) for name in SIX)
                    chance = self.prevalence[main] / (len(SIX) - 1) / len(self.blends)
                    found.append((chance, shares))
        return tuple(found)

    def share(self, emotion: str) -> float:
        """P(emotion): its share of all votes that are not Neutral."""
        at = SIX.index(_known("one of the six emotions", emotion, SIX))
        return fsum(chance * shares[at] for chance, shares in self.mixtures())

    def base_rate(self, code: str) -> float:
        """P(code), whatever the emotion."""
        return fsum(chance * self._shown(code, shares) for chance, shares in self.mixtures())

    def reliability(self, code: str, emotion: str) -> float:
        """P(code | a vote for the emotion): what weighting by the scores converges to.

        It lies nearer to the base rate than ``rates`` does, because blends share their codes.
        """
        at = SIX.index(_known("one of the six emotions", emotion, SIX))
        both = (chance * s[at] * self._shown(code, s) for chance, s in self.mixtures())
        return fsum(both) / self.share(emotion)

    def specificity(self, code: str, emotion: str) -> float:
        """P(a vote for the emotion | code), by Bayes."""
        both = self.reliability(code, emotion) * self.share(emotion)
        return both / self.base_rate(code)

    def null_rate(self) -> float:
        """P(no code at all): the share of ``null`` lines."""
        moving = (
            chance * prod(1 - rate for rate in self.drawn(shares).values())
            for chance, shares in self.mixtures()
        )
        return _STILL + (1 - _STILL) * fsum(moving)

    def drawn(self, shares: tuple[float, ...]) -> dict[str, float]:
        """Code -> probability with which it is drawn where something shows in a blend."""
        found = {code: self._shown(code, shares) / (1 - _STILL) for code in _RATES}
        # 27 is struck where 26 shows, so it is drawn more often to come out right.
        found["27"] /= 1 - found["26"]
        return found

    def _shown(self, code: str, shares: tuple[float, ...]) -> float:
        _known("a code of the synthetic data", code, _RATES)
        rates = (self.rates[name][code] for name in SIX)
        return fsum(share * rate for share, rate in zip(shares, rates, strict=True))


@dataclass(frozen=True, slots=True)
class Synthetic:
    """Synthetic pictures, as labels. Each access draws them anew from the seed, and alike.

    Parameters
    ----------
    images : number of pictures
    seed : what the random numbers start from
    taggers : number of independent taggers of each picture
    neutral : probability that a tagger says Neutral; above 0, each picture has seven scores
    truth : the probabilities behind the labels
    """

    images: int
    seed: int
    taggers: int
    neutral: float
    truth: Truth

    @property
    def labels(self) -> int:
        """Number of single votes (S0-022)."""
        return self.images * self.taggers

    @property
    def samples(self) -> tuple[Sample, ...]:
        """The pictures, as ``emotion`` takes them."""
        names = (*SIX, "Neutral") if self.neutral else SIX
        at = {name: self._columns.index(name) for name in names}
        return tuple(
            Sample(text, {name: votes[at[name]] / self.taggers for name in names})
            for _, text, votes in self._draw()
        )

    def columns(self) -> Columns:
        """Annotations and score rows, ready for ``emotion.tabulate``; needs little memory."""
        share = tuple(count / self.taggers for count in range(self.taggers + 1))
        places = tuple(RAF_ORDER.index(name) for name in SIX)
        annotations, rows = [], []
        for _, text, votes in self._draw():
            annotations.append(text)
            rows.append(tuple([share[votes[at]] for at in places]))
        return tuple(annotations), tuple(rows)

    def write(self, folder: str | Path, *, force: bool = False) -> tuple[Path, ...]:
        """Write the two label files and ``truth.json``, a line at a time.

        Parameters
        ----------
        folder : made where it is missing
        force : whether files that exist may be replaced; otherwise they raise DatasetError

        Returns
        -------
        paths of the files
        """
        paths = tuple(Path(folder) / name for name in (AU_FILE, ML_FILE, TRUTH_FILE))
        share = tuple(repr(count / self.taggers) for count in range(self.taggers + 1))
        with whole_files(paths, force) as (au, ml, truth):
            for number, text, votes in self._draw():
                end = "" if "+" in text or text == "null" else " "  # as in the real file
                au.write(f"{number:04d}.jpg {text}{end}\n")
                ml.write(f"{number:04d}.jpg {' '.join([share[count] for count in votes])}\n")
            json.dump(self._settings(), truth, indent=1)
            truth.write("\n")
        return paths

    def _settings(self) -> dict[str, object]:
        names = ("images", "seed", "taggers", "neutral")
        return {
            "note": _NOTE,
            **{name: getattr(self, name) for name in names},
            "prevalence": dict(self.truth.prevalence),
            "blends": self.truth.blends,
            "rates": {name: dict(row) for name, row in self.truth.rates.items()},
        }

    @property
    def _columns(self) -> tuple[str, ...]:
        return (*RAF_ORDER, "Neutral") if self.neutral else RAF_ORDER

    def _draw(self) -> Iterator[tuple[int, str, list[int]]]:
        """Number, written codes and votes in the file's order, of one picture after another."""
        # Only random() is promised to give the same numbers in every version of Python.
        draw = Random(self.seed).random
        edges, pictures = self._blends()
        written = {code: _written(code) for code in _RATES}
        columns, taggers = len(self._columns), range(self.taggers)
        number = 0
        for _ in range(self.images):
            number += 1
            while draw() < _SKIPPED_NUMBER:
                number += 1
            rates, voices = pictures[bisect(edges, draw())]
            still = draw() < _STILL
            codes = [] if still else [code for code, rate in rates if draw() < rate]
            if "27" in codes and "26" in codes:
                codes.remove("27")
            tokens = []
            for code in codes:
                plain, *parts = written[code]
                part = draw() if parts else 1.0
                tokens.append(plain if part >= _PART else parts[part < _PART / 2])
            if tokens and draw() < _REPEATED:
                at = int(draw() * len(tokens))
                tokens.insert(at, tokens[at])
            if len(tokens) > 1 and draw() < _UNSORTED:
                tokens.append(tokens.pop(int(draw() * (len(tokens) - 1))))
            votes = [0] * columns
            for _ in taggers:
                votes[bisect(voices, draw())] += 1
            yield number, "+".join(tokens) or "null", votes

    def _blends(
        self,
    ) -> tuple[list[float], list[tuple[tuple[tuple[str, float], ...], list[float]]]]:
        """Upper edges of the blends' probabilities; rates of codes and edges of votes of each."""
        chances, pictures = [], []
        for chance, shares in self.truth.mixtures():
            voice = dict(zip(SIX, ((1 - self.neutral) * share for share in shares), strict=True))
            voice["Neutral"] = self.neutral
            voices = list(accumulate(voice[name] for name in self._columns))
            chances.append(chance)
            pictures.append((tuple(self.truth.drawn(shares).items()), voices[:-1]))
        # Without its last edge, which rounding can put below 1, a list of edges catches all.
        return list(accumulate(chances))[:-1], pictures


def synthesise(
    images: int,
    seed: int,
    taggers: int = 40,
    *,
    neutral: float = 0.0,
    weights: Mapping[str, float] | None = None,
) -> Synthetic:
    """Make labels of pictures with known truth, in the shape of RAF-AU and RAF-ML.

    Parameters
    ----------
    images : number of pictures, 1 or more
    seed : whole number; the same one gives the same labels in every version of Python
    taggers : independent taggers of each picture; the source has about 40
    neutral : probability, below 1, that a tagger says Neutral. RAF-ML has no such score
    weights : emotion -> how many times as common it becomes as a main emotion, 1 where it is
        not named; ``{"Happiness": 10}`` draws happy faces ten times as often against the others

    Raises
    ------
    ValueError
        A parameter is out of its range, or an emotion is unknown (says which).

    Source: S0-022, S0-023, S0-043; all probabilities are chosen by us.
    """
    for name, value, least in (("images", images, 1), ("taggers", taggers, 1), ("seed", seed, 0)):
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise ValueError(f"{name} is {value!r}. Use a whole number of at least {least}.")
    if not 0 <= neutral < 1:
        raise ValueError(f"neutral is {neutral!r}. Use a probability of at least 0 and below 1.")
    given = dict(weights or {})
    for emotion, weight in given.items():
        _known("one of the six emotions", emotion, SIX)
        if not isfinite(weight) or weight < 0:
            raise ValueError(f"The weight of {emotion} is {weight!r}. Use a number of at least 0.")
    chances = [chance * given.get(name, 1.0) for name, chance in zip(SIX, _PREVALENCE, strict=True)]
    if not any(chances):
        raise ValueError("All weights are 0, so no picture can be drawn. Leave one above 0.")
    total = fsum(chances)
    prevalence = {name: chance / total for name, chance in zip(SIX, chances, strict=True)}
    rates = {
        name: MappingProxyType({code: row[at] for code, row in _RATES.items()})
        for at, name in enumerate(SIX)
    }
    truth = Truth(MappingProxyType(rates), MappingProxyType(prevalence))
    return Synthetic(images, seed, taggers, neutral, truth)


def _known(what: str, name: str, known: Collection[str]) -> str:
    if name not in known:
        hint = did_you_mean(name, known) or f"Use one of {', '.join(known)}."
        raise ValueError(f"{name!r} is not {what}. {hint}")
    return name


def _written(code: str) -> tuple[str, ...]:
    """How a code is written: on both sides, or on one of two parts."""
    marks = "LR" if code in _SIDED else "TB" if code in _LIPPED else ""
    return ("AD19" if code == "19" else code, *(f"{mark}{code}" for mark in marks))
