"""How strong is one AU-emotion link: counts, intervals and log-odds.

Two questions are kept apart: how often the AU shows with the emotion, P(A|E) (reliability),
and what the AU tells about the emotion, P(E|A) (specificity).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from math import inf, log, log2, sqrt
from statistics import NormalDist
from typing import Literal

from fau_teach._data import read_csv
from fau_teach.emotion._codes import EmotionError, by_number, unknown
from fau_teach.emotion.learning import SIX, Sample

Measure = Literal["reliability", "specificity"]


def wilson_interval(successes: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Wilson score interval of a proportion.

    Parameters
    ----------
    successes : number of persons or clips with the property, 0 to n
    n : number of persons or clips, above 0; weighted counts may be fractions
    level : coverage, 0 to 1

    Returns
    -------
    lower and upper bound, both within 0 to 1

    Raises
    ------
    ValueError
        n is not above 0, successes lie outside 0 to n, or the level outside 0 to 1.

    Source: S0-092.
    """
    if not n > 0:
        raise ValueError(f"n is {n}: an interval needs at least one person or clip.")
    if not 0 <= successes <= n:
        raise ValueError(f"successes is {successes}: use a number from 0 to n = {n}.")
    if not 0 < level < 1:
        raise ValueError(f"level is {level}: use a share between 0 and 1, such as 0.95.")
    z = NormalDist().inv_cdf((1 + level) / 2)
    share = successes / n
    centre = share + z * z / (2 * n)
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)


@dataclass(frozen=True, slots=True)
class LogOdds:
    """Log-odds ratio shrunk by a prior; ``low`` and ``high`` are its 95 % bounds."""

    delta: float
    sd: float
    z: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Association:
    """Counts of one AU and one emotion over the same clips, and what follows from them.

    Parameters
    ----------
    code, emotion : the pair
    n : all clips; n_code, with the AU; n_emotion, with the emotion; both, with both.
        Weighted counts may be fractions

    Raises
    ------
    EmotionError
        The counts cannot stand together (says which), or the AU or emotion never occurs.

    Source: S0-041; E0-12, E0-41.
    """

    code: str
    emotion: str
    n: float
    n_code: float
    n_emotion: float
    both: float

    def __post_init__(self) -> None:
        slack = 1e-9 * self.n
        pair = f"AU{self.code} and {self.emotion}"
        for name, value in (("n_code", self.n_code), ("n_emotion", self.n_emotion)):
            if not 0 < value <= self.n + slack:
                raise EmotionError(f"{pair}: {name} is {value}. Use more than 0, up to {self.n}.")
        least = max(0, self.n_code + self.n_emotion - self.n)
        most = min(self.n_code, self.n_emotion)
        if not least - slack <= self.both <= most + slack:
            raise EmotionError(f"{pair}: both is {self.both}. It must lie from {least} to {most}.")

    @property
    def base_rate(self) -> float:
        """P(A): how often the AU shows at all."""
        return self.n_code / self.n

    @property
    def reliability(self) -> float:
        """P(A|E): how often the AU shows when the emotion is there."""
        return self.both / self.n_emotion

    @property
    def specificity(self) -> float:
        """P(E|A): how often the emotion is there when the AU shows."""
        return self.both / self.n_code

    @property
    def lift(self) -> float:
        """P(A,E) / (P(A) P(E)); 1 means no link. High by chance where the AU is rare."""
        return self.both * self.n / (self.n_code * self.n_emotion)

    @property
    def pmi(self) -> float:
        """Pointwise mutual information, log2 of the lift [bit]; -inf if never together."""
        return log2(self.lift) if self.both else -inf

    @property
    def npmi(self) -> float:
        """PMI on a scale from -1 (never together) over 0 (no link) to 1 (always together)."""
        if not self.both:
            return -1.0
        return self.pmi / -log2(self.both / self.n) if self.both < self.n else 1.0

    @property
    def contrast(self) -> float:
        """H = P(A|E) - P(A|not E), from -1 to 1.

        Raises
        ------
        EmotionError
            Every clip has the emotion, so there is nothing to compare with.
        """
        rest = self.n - self.n_emotion
        if rest <= 0:
            raise EmotionError(f"Every clip is {self.emotion}: there is nothing to compare with.")
        return self.reliability - (self.n_code - self.both) / rest

    def interval(self, measure: Measure, level: float = 0.95) -> tuple[float, float]:
        """Wilson interval of the reliability or the specificity.

        Clips of one person are not independent, so the true interval is wider.

        Raises
        ------
        EmotionError
            The measure is neither of the two.
        """
        if measure not in ("reliability", "specificity"):
            raise unknown("a measure", measure, ("reliability", "specificity"))
        of = self.n_emotion if measure == "reliability" else self.n_code
        return wilson_interval(min(self.both, of), of, level)

    def log_odds(self, prior: float = 20) -> LogOdds:
        """Log-odds of the AU with the emotion against without, shrunk by a prior.

        With m = prior, a = m P(A), b = m (1 - P(A)), k clips with both, k' with the AU alone:
        delta = ln[(k + a) / (n_E - k + b)] - ln[(k' + a) / (n_notE - k' + b)], and its variance
        is about the sum of the four reciprocals. Judge by z: a rare AU keeps a large delta, but
        its sd is large as well.

        Parameters
        ----------
        prior : strength of the prior, in clips; above 0

        Returns
        -------
        delta, its sd and z, and the 95 % bounds. An AU in every clip tells nothing: delta is 0
        and sd infinite

        Raises
        ------
        EmotionError
            The prior is not above 0.

        Source: outside, monroe2008, in a form of ours for units that may show together.
        """
        if not prior > 0:
            raise EmotionError(f"prior is {prior}. Use a number of clips above 0, such as 20.")
        a, b = prior * self.base_rate, prior * (1 - self.base_rate)
        if b <= 0:
            return LogOdds(0.0, inf, 0.0, -inf, inf)
        alone = self.n_code - self.both
        cells = (
            self.both + a,
            self.n_emotion - self.both + b,
            alone + a,
            self.n - self.n_emotion - alone + b,
        )
        delta = log(cells[0] / cells[1]) - log(cells[2] / cells[3])
        sd = sqrt(sum(1 / cell for cell in cells))
        half = NormalDist().inv_cdf(0.975) * sd
        return LogOdds(delta, sd, delta / sd, delta - half, delta + half)


def associate(samples: Iterable[Sample], weighted: bool = False) -> tuple[Association, ...]:
    """Count every AU against every emotion that occurs; images without AUs are skipped.

    Parameters
    ----------
    samples : labelled images
    weighted : False gives each image to its highest emotion; True shares it out in the
        proportion of all its scores, Neutral included, which belongs to no emotion

    Returns
    -------
    One association a pair, AUs by number, emotions in the order of ``SIX``

    Raises
    ------
    NotationError
        An annotation is not a score.

    Source: S0-023, S0-041.
    """
    n = 0
    n_code: dict[str, int] = {}
    n_emotion = dict.fromkeys(SIX, 0.0)
    both: dict[tuple[str, str], float] = {}
    for sample in samples:
        if not sample.codes:
            continue
        n += 1
        parts = {sample.emotion: 1.0} if sample.emotion else {}
        if weighted and parts:
            total = sum(sample.scores.values())
            parts = {name: sample.scores.get(name, 0.0) / total for name in SIX}
        for code in sample.codes:
            n_code[code] = n_code.get(code, 0) + 1
        for name, part in parts.items():
            n_emotion[name] += part
            for code in sample.codes:
                both[code, name] = both.get((code, name), 0.0) + part
    return tuple(
        Association(code, name, n, n_code[code], n_emotion[name], both.get((code, name), 0.0))
        for code in by_number(n_code)
        for name in SIX
        if n_emotion[name]
    )


@cache
def casme3() -> tuple[Association, ...]:
    """Counts of 860 micro-expressions of CAS(ME)³, part A: ten AUs, six emotions and others.

    Labels may partly follow the AUs there, so links may be circular.

    Source: outside, li2022; counted from the authors' public label file, aggregates only.
    """
    rows = read_csv("emotion/pair_counts.csv", ("code", "emotion", "used"))
    counts = {(row["code"], row["emotion"]): int(row["used"]) for row in rows}
    return tuple(
        Association(code, name, counts["", ""], counts[code, ""], counts["", name], both)
        for (code, name), both in counts.items()
        if code and name
    )
