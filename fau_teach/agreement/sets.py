"""Agreement of label sets: Eq. 2 as it is used and as it is printed, and Jaccard.

Source: S0-103, S0-104; E0-07.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from fau_teach import facs
from fau_teach.agreement.measure import Measure, measured
from fau_teach.facs import Item, Score

Labels = Collection[Hashable] | Score | str | None
"""What one coder scored in one item: labels, a score, its text; None and ``?`` are gaps."""
Variant = Literal["used", "printed"]
_NOTHING = facs.parse("null")
_OR = " or "
PARTIAL = (
    "with more than two coders the intersection counts only what all of them scored; "
    "partial agreement is ignored"
)
PRINTED = (
    "the printed denominator counts each label once, so that two coders who agree reach 2 "
    "and not 1: it can exceed 1 (E0-07)"
)


@dataclass(frozen=True, slots=True)
class View:
    """Labels of one coder, ready to be compared.

    Parameters
    ----------
    labels : codes with side and lip part; a choice is one label, ``"12 or 15"``
    score : where it came from, or None
    """

    labels: frozenset[str]
    score: Score | None = None

    @property
    def choices(self) -> tuple[str, ...]:
        """Labels that leave open which code it is."""
        return tuple(sorted(label for label in self.labels if _OR in label)) if self.score else ()


def view(one: Labels, bilateral: bool = False) -> View | None:
    """What one coder scored; None for a gap.

    Raises
    ------
    NotationError
        A text is not a score.
    """
    if isinstance(one, str):
        one = facs.parse(one)
    if not isinstance(one, Score):
        return None if one is None else View(frozenset(map(str, one)))
    if one.state == "unknown":
        return None
    if all(isinstance(entry, Item) and not (bilateral and entry.side) for entry in one.entries):
        return View(frozenset(item.label for item in one.items if not item.absent), one)
    # Against nothing, all labels of a score are missing: the units that compare counts.
    return View(frozenset(facs.compare(one, _NOTHING, bilateral).missing), one)


def counts(views: Sequence[View], bilateral: bool = False) -> tuple[int, int, int, int]:
    """Coders, labels common to all, different labels, and labels counted with repetition."""
    if any(one.choices for one in views):
        if len(views) == 2 and views[0].score and views[1].score:
            pair = facs.compare(views[0].score, views[1].score, bilateral)
            both, apart = len(pair.matched), len(pair.missing) + len(pair.added)
            return 2, both, both + apart, 2 * both + apart
        sets = _decided(views)
    else:
        sets = [one.labels for one in views]
    common = frozenset.intersection(*sets)
    return len(sets), len(common), len(frozenset.union(*sets)), sum(map(len, sets))


def _decided(views: Sequence[View]) -> list[frozenset[str]]:
    """Label sets in which each choice has become the option that most coders scored."""
    sets = [set(one.labels - set(one.choices)) for one in views]
    votes = Counter(label for labels in sets for label in labels)
    for own, one in zip(sets, views, strict=True):
        for choice in one.choices:
            # A new label goes before one that the coder scored anyway, then the more usual one.
            found = max(choice.split(_OR), key=lambda label: (label not in own, votes[label]))
            own.add(found)
            votes[found] += 1
    return [frozenset(labels) for labels in sets]


def parts(variant: Variant, coders: int, common: int, union: int, total: int) -> tuple[int, int]:
    """Numerator and denominator of Eq. 2."""
    if variant not in ("used", "printed"):
        raise ValueError(f"{variant!r} is no variant of the index. Use 'used' or 'printed'.")
    return coders * common, total if variant == "used" else union


def index(*sets: Labels, variant: Variant = "used", bilateral: bool = False) -> Measure:
    """Agreement of two or more coders on the labels of one item; intensity does not count.

    As used, R = N · labels common to all / labels of all, counted with repetition. For two
    coders that is 2 · agreed / (labels of one + labels of the other), from 0 to 1. As printed,
    the denominator is the union, and R reaches N.

    Parameters
    ----------
    sets : what each coder scored: labels, a score or its text; None and ``"?"`` are gaps. A
        choice such as ``12 or 15`` agrees with either.
    variant : ``"used"`` or ``"printed"``
    bilateral : read L and R of one code, and A, as the code without a side

    Raises
    ------
    ValueError
        There is no such variant.
    NotationError
        A text is not a score.

    Source: S0-103; E0-07. {1, 2, 5, 6, 12} against {5, 6, 12} gives 0.75.
    """
    return pooled_index([sets], variant, bilateral)


def pooled_index(
    items: Iterable[Sequence[Labels]], variant: Variant = "used", bilateral: bool = False
) -> Measure:
    """The index with numerator and denominator summed over items, so that each label counts.

    Parameters
    ----------
    items : what each coder scored, for each item; parameters and errors as for :func:`index`

    Source: S0-104; E0-07.
    """
    found = _counted(items, bilateral)
    both = [parts(variant, *one) for one in found]
    sums = sum(above for above, _ in both), sum(below for _, below in both)
    return measured("index", len(found), sums, _why(found), _note(variant, found))


def mean_index(
    items: Iterable[Sequence[Labels]], variant: Variant = "used", bilateral: bool = False
) -> Measure:
    """The mean of the index over items, so that each item counts.

    Items in which nobody scored a code have no index and are left out; the note says how many.

    Parameters
    ----------
    items : what each coder scored, for each item; parameters and errors as for :func:`index`

    Source: S0-104; E0-07.
    """
    found = _counted(items, bilateral)
    both = [parts(variant, *one) for one in found]
    values = [above / below for above, below in both if below]
    empty = len(found) - len(values)
    left_out = f"{empty} items in which nobody scored a code are left out" if empty else ""
    note = "; ".join(filter(None, (left_out, _note(variant, found))))
    return measured("index, mean", len(values), (sum(values), len(values)), _why(found), note)


def jaccard(first: Labels, second: Labels, bilateral: bool = False) -> Measure:
    """Labels common to two coders divided by all different labels, from 0 to 1."""
    found = _counted([(first, second)], bilateral)
    sums = (found[0][1], found[0][2]) if found else (0, 0)
    return measured("Jaccard", len(found), sums, _why(found))


def _counted(items: Iterable[Sequence[Labels]], bilateral: bool) -> list[tuple[int, int, int, int]]:
    found = ([v for one in item if (v := view(one, bilateral)) is not None] for item in items)
    return [counts(views, bilateral) for views in found if len(views) > 1]


def _why(found: Collection[object]) -> str:
    return "no coder scored a code" if found else "no item was scored by two coders"


def _note(variant: Variant, found: Iterable[tuple[int, int, int, int]]) -> str:
    many = any(one[0] > 2 for one in found)
    notes = [PRINTED] if variant == "printed" else []
    return "; ".join([*notes, PARTIAL] if many else notes)
