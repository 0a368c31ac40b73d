"""What many comparisons with a key add up to: rates, biases, and what to practise next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist, fmean
from typing import TYPE_CHECKING

from fau_teach import facs
from fau_teach.agreement.measure import Measure
from fau_teach.coding.marks import beside, mates, sided
from fau_teach.emotion import wilson_interval

if TYPE_CHECKING:
    from fau_teach.coding.feedback import Feedback

FRAMES = ("onset", "apex", "offset")
_FEWEST, _LISTED = 4, 3
_REST = ("side", "intensity", *FRAMES)
_SIGNS = {"onset": "▲", "apex": "◆", "offset": "▼"}


@dataclass(frozen=True, slots=True)
class Bias:
    """A signed mean with its 95 % interval: positive is later, or stronger, than the key.

    Parameters
    ----------
    name : ``"onset"``, ``"apex"``, ``"offset"`` or ``"intensity"``
    unit : ``"ms"`` or ``"steps"``
    n : number of matched marks that count
    mean : in the unit; None where n is 0
    low, high : the interval; None below four marks, or where two clips are too few
    frames : the mean in frames; None for steps, and where clips differ in frame rate
    """

    name: str
    unit: str
    n: int
    mean: float | None
    low: float | None
    high: float | None
    frames: float | None = None

    @property
    def sure(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high

    def __str__(self) -> str:
        if self.mean is None:
            return f"{self.name}: nothing to compare"
        frames = "" if self.frames is None else f"{self.frames:+.1f} frames = "
        to = "+.2f" if self.unit == "steps" else "+.0f"
        text = f"{self.name}: {frames}{self.mean:{to}} {self.unit}"
        if self.low is None or self.high is None:
            return f"{text} (n {self.n}: too few for an interval)"
        return f"{text} (n {self.n}, {self.low:{to}} to {self.high:{to}})"


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of one code: in the key and found, missed, added, confused."""

    code: str
    matched: int
    missed: int
    added: int
    confused: int


@dataclass(frozen=True, slots=True)
class Practice:
    """One thing to practise.

    Parameters
    ----------
    topic : id of a contrast set, ``"AU6"``, ``"side"``, ``"intensity"``, or a key frame
    codes : codes that it is about
    errors : how many errors hang on it
    reason : sentences
    """

    topic: str
    codes: tuple[str, ...]
    errors: int
    reason: str

    def __str__(self) -> str:
        return f"{self.topic}: {self.reason}"


def _rate(name: str, count: int, n: int) -> Measure:
    if not n:
        return Measure(name, None, 0, undefined="it could not happen")
    return Measure(name, count / n, n, *wilson_interval(count, n))


def rates(parts: Sequence[Feedback]) -> dict[str, Measure]:
    """How often codes were missed, confused, added and put on the wrong side, with 95 % intervals.

    ``missed`` counts of the marks of the key, ``confused`` of those that a contrast set gives a
    rival outside the key, ``added`` the clips with an added mark, ``wrong side`` the matched
    marks whose code can act on one side.
    """
    swapped = may = turned = paired = 0
    for part in parts:
        present = {code for mark in part.marks_of_key for code in mark.codes}
        free = {code for code in present if {*mates(code)} - present}
        may += sum(not free.isdisjoint(mark.codes) for mark in part.marks_of_key)
        lost = [mark for one in part.confusions for mark in one.key]
        swapped += sum(not free.isdisjoint(mark.codes) for mark in lost)
        paired += sum(sided(one.code) for one in part.matched)
        turned += sum(one.wrong_side and sided(one.code) for one in part.matched)
    missed = sum(len(part.missed) for part in parts)
    marks = sum(len(part.marks_of_key) for part in parts)
    added = sum(bool(part.added) for part in parts)
    found = (
        _rate("missed", missed, marks),
        _rate("confused", swapped, may),
        _rate("added", added, len(parts)),
        _rate("wrong side", turned, paired),
    )
    return {one.name: one for one in found}


def tallies(parts: Iterable[Feedback]) -> dict[str, Tally]:
    """What became of each code, by number."""
    counts: dict[str, Counter[str]] = {}

    def count(kind: str, codes: Iterable[str]) -> None:
        for code in codes:
            counts.setdefault(code, Counter())[kind] += 1

    for part in parts:
        count("matched", (one.code for one in part.matched))
        count("missed", (code for mark in part.missed for code in mark.codes[:1]))
        count("added", (code for mark in part.added for code in mark.codes[:1]))
        count("confused", (m.codes[0] for one in part.confusions for m in (*one.key, *one.given)))
    kinds = ("matched", "missed", "added", "confused")
    return {
        code: Tally(code, *(counts[code][kind] for kind in kinds))
        for code in sorted(counts, key=_number)
    }


def timing(parts: Sequence[Feedback]) -> dict[str, Bias]:
    """Signed bias of onset, apex and offset [ms]."""
    rate_of = {part.fps for part in parts}
    found = {}
    for name in FRAMES:
        groups = [
            [
                1000 * shift / part.fps
                for one in part.matched
                if (shift := one.shift(name)) is not None
            ]
            for part in parts
        ]
        bias = _bias(name, "ms", groups)
        if bias.mean is not None and len(rate_of) == 1:
            frames = bias.mean * max(rate_of) / 1000
            bias = Bias(name, "ms", bias.n, bias.mean, bias.low, bias.high, frames)
        found[name] = bias
    return found


def intensity(parts: Sequence[Feedback]) -> Bias:
    """Signed bias of the intensity [steps]."""
    groups = [[float(o.steps) for o in part.matched if o.steps is not None] for part in parts]
    return _bias("intensity", "steps", groups)


def _bias(name: str, unit: str, groups: Sequence[Sequence[float]]) -> Bias:
    """Mean of all values; the interval takes the values of one clip as belonging together."""
    groups = [group for group in groups if group]
    if len(groups) == 1:
        groups = [[value] for value in groups[0]]
    values = [value for group in groups for value in group]
    if not values:
        return Bias(name, unit, 0, None, None, None)
    mean, many = fmean(values), len(groups)
    if many < _FEWEST:
        return Bias(name, unit, len(values), mean, None, None)
    spread = sum(sum(value - mean for value in group) ** 2 for group in groups)
    half = _student(many - 1) * sqrt(spread * many / (many - 1)) / len(values)
    return Bias(name, unit, len(values), mean, mean - half, mean + half)


# Series of Student's t in powers 9, 7, 5, 3, 1 of the normal point: divisor and factors.
_SERIES = (
    (4.0, (0, 0, 0, 1, 1)),
    (96.0, (0, 0, 5, 16, 3)),
    (384.0, (0, 3, 19, 17, -15)),
    (92160.0, (79, 776, 1482, -1920, -945)),
)


def _student(degrees: int) -> float:
    """97.5 % point of Student's t by its series; within 0.2 % from 3 degrees on."""
    z = found = NormalDist().inv_cdf(0.975)
    for order, (below, terms) in enumerate(_SERIES, 1):
        total = sum(c * z**power for power, c in zip((9, 7, 5, 3, 1), terms, strict=True))
        found += total / (below * float(degrees) ** order)
    return found


def practise_next(parts: Sequence[Feedback]) -> tuple[Practice, ...]:
    """What to practise: contrast sets and codes, most errors first, then side, grade and timing.

    A confusion counts two errors for its contrast set. A missed or added code counts one: for
    the contrast set in which it makes the difference beside codes that were right, such as 6
    beside 12, otherwise for itself. Sides count one each. Intensity counts where it is two or
    more steps off, and all marks off in the direction of a bias whose interval leaves 0 out;
    key frames likewise, where the bias is more than a frame. Equal inputs give equal lists.
    """
    errors: Counter[str] = Counter()
    said: dict[str, Counter[str]] = {}

    def note(topic: str, text: str, count: int = 1) -> None:
        errors[topic] += count
        said.setdefault(topic, Counter())[text] += 1

    for part in parts:
        right = {one.code for one in part.matched}
        for swap in part.confusions:
            note(swap.contrast, f"Scored {_listed(swap.given)} for {_listed(swap.key)}", 2)
        for verb, marks in (("Missed", part.missed), ("Added", part.added)):
            for mark in marks:
                code = mark.codes[0]
                note(beside(code, right - {code}) or f"AU{code}", f"{verb} {code}")
        for one in part.matched:
            if one.wrong_side:
                note("side", f"Wrong side of {one.code}")
    strong = intensity(parts)
    off = [one for part in parts for one in part.matched if one.steps]
    for one in off:
        if abs(one.steps or 0) > 1 or (strong.sure and (one.steps or 0) * (strong.mean or 0) > 0):
            way = "strong" if (one.steps or 0) > 0 else "weak"
            note("intensity", f"Graded {one.code} too {way}")
    for name, bias in timing(parts).items():
        if not bias.sure or bias.mean is None:
            continue
        way = "late" if bias.mean > 0 else "early"
        for part in parts:
            for one in part.matched if abs(bias.mean) > 1000 / part.fps else ():
                if (one.shift(name) or 0) * bias.mean > 0:
                    note(name, f"{_SIGNS[name]} {name} too {way}")
    cues = {one.id: (one.codes, one.cue) for one in facs.contrast_sets()}
    order = [*cues, *sorted((t for t in errors if t[:2] == "AU"), key=lambda t: _number(t[2:]))]
    order += _REST
    found = []
    for topic in sorted(errors, key=lambda t: (t in _REST, -errors[t], order.index(t))):
        codes, cue = cues.get(topic, ((topic[2:],) if topic[:2] == "AU" else (), ""))
        times = sorted(said[topic].items(), key=lambda each: (-each[1], each[0]))
        what = "; ".join(t + (f" ({n} times)" if n > 1 else "") for t, n in times[:_LISTED])
        if len(times) > _LISTED:
            what += f"; and {sum(n for _, n in times[_LISTED:])} more"
        found.append(Practice(topic, codes, errors[topic], f"{what}. {cue}".strip()))
    return tuple(found)


def _listed(marks: Iterable[object]) -> str:
    return "+".join(code for mark in marks for code in getattr(mark, "codes", ()))


def _number(code: str) -> tuple[int, str]:
    return int(code.lstrip("M")), code
