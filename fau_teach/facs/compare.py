"""Compare two scores of one event: what agrees, what was missed, what was added.

Source: S0-103 as used (E0-07): for two coders it is the index of Ekman and Wexler.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from fau_teach.facs.notation import parse
from fau_teach.facs.score import Choice, Entry, Item, Score, canonical, options_of


@dataclass(frozen=True, slots=True)
class IntensityDifference:
    """Grades of one matched code in two scores.

    Parameters
    ----------
    label : code with side and lip part
    first, second : grades in the two scores; several are undecided, none is ungraded
    steps : smallest distance between a grade of ``first`` and one of ``second``, positive
        where the second is stronger; None where a score has no grade. Letters A to E count
        as 1 to 5.
    """

    label: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    steps: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a second score agrees with a first, the criterion or the other coder's.

    Parameters
    ----------
    matched : labels in both, such as ``("L12", "25")``
    missing : labels in the first alone
    added : labels in the second alone
    intensity : matched codes whose grades are not the same
    agreement : 2 · matched / (codes of the first + codes of the second), from 0 to 1; None
        where it is undefined
    undefined : why ``agreement`` is None, or empty
    """

    matched: tuple[str, ...]
    missing: tuple[str, ...]
    added: tuple[str, ...]
    intensity: tuple[IntensityDifference, ...]
    agreement: float | None
    undefined: str = ""

    def __str__(self) -> str:
        parts = [
            f"{name} {', '.join(labels) or 'none'}"
            for name, labels in (
                ("matched", self.matched),
                ("missing", self.missing),
                ("added", self.added),
            )
        ]
        index = f"undefined ({self.undefined})"
        if self.agreement is not None:
            index = f"{self.agreement:.2f}"
        return f"{'; '.join(parts)}; agreement {index}"


def compare(first: Score | str, second: Score | str, bilateral: bool = False) -> Comparison:
    """Compare two scores code by code, with sides and lip parts.

    An uncertain code counts as scored, a code with intensity 0 does not. A choice agrees with
    any of its options. Intensity does not change the agreement index.

    Parameters
    ----------
    first, second : scores, or texts to parse; the first is the criterion where there is one
    bilateral : read L and R of one code, and A, as the code without a side. A single L or R
        keeps its side.

    Raises
    ------
    NotationError
        A text is not a score.

    Source: S0-103 as used (E0-07). {1, 2, 5, 6, 12} against {5, 6, 12} gives 0.75.
    """
    pair = [parse(score) if isinstance(score, str) else score for score in (first, second)]
    unknown = [
        name
        for name, score in zip(("first", "second"), pair, strict=True)
        if score.state == "unknown"
    ]
    if unknown:
        which = "both scores are" if len(unknown) == 2 else f"the {unknown[0]} score is"
        return Comparison((), (), (), (), None, f"{which} unknown")
    one, two = (_units(score, bilateral) for score in pair)
    links = _match(one, two)
    matched = [(one[i], two[links[i]]) for i in sorted(links)]
    total = len(one) + len(two)
    reached = set(links.values())
    return Comparison(
        matched=tuple(_common(a, b) for a, b in matched),
        missing=tuple(unit.label for i, unit in enumerate(one) if i not in links),
        added=tuple(unit.label for i, unit in enumerate(two) if i not in reached),
        intensity=tuple(d for a, b in matched if (d := _difference(a, b)) is not None),
        agreement=2 * len(links) / total if total else None,
        undefined="" if total else "neither score has a code",
    )


def _units(score: Score, bilateral: bool) -> tuple[Entry, ...]:
    """Entries to count: one per label, details aside; absent codes left out."""
    items: dict[str, Item] = {}
    choices: list[Entry] = []
    for entry in score.content:
        options = [_two_sided(i) if bilateral else i for i in options_of(entry) if not i.absent]
        if len(options) > 1:
            choices.append(Choice(tuple(options)))
        for item in options if len(options) == 1 else ():
            items[item.label] = _united(items.get(item.label), item)
    if bilateral:
        for label in [label for label in items if label.startswith("L")]:
            right = f"R{label[1:]}"
            if right in items:
                both = _united(items.pop(label), items.pop(right))
                whole = replace(both, side="")
                items[whole.label] = _united(items.get(whole.label), whole)
    return canonical([*items.values(), *choices])


def _two_sided(item: Item) -> Item:
    return replace(item, side="") if item.side == "A" else item


def _united(known: Item | None, item: Item) -> Item:
    """One item for two of a label; grades that differ stay undecided."""
    if known is None:
        return item
    grades = sorted(set(known.intensity) | set(item.intensity))
    if len({grade.isdigit() for grade in grades}) > 1:
        grades = list(known.intensity)  # two scales in one score: keep the first
    return replace(known, intensity=tuple(grades))


def _labels(entry: Entry) -> frozenset[str]:
    return frozenset(item.label for item in options_of(entry))


def _match(one: Sequence[Entry], two: Sequence[Entry]) -> dict[int, int]:
    """Largest one-to-one matching of entries that share a label: index in one -> in two.

    Equal items are matched first: some largest matching contains every such pair. Choices
    then find partners along augmenting paths.
    """
    places: dict[str, list[int]] = {}
    for j, entry in enumerate(two):
        for label in _labels(entry):
            places.setdefault(label, []).append(j)
    items = {entry.label: j for j, entry in enumerate(two) if isinstance(entry, Item)}
    forth = {
        i: items[entry.label]
        for i, entry in enumerate(one)
        if isinstance(entry, Item) and entry.label in items
    }
    back = {j: i for i, j in forth.items()}
    for start in range(len(one)):
        if start not in forth:
            _augment(start, one, places, forth, back)
    return forth


def _augment(
    start: int,
    one: Sequence[Entry],
    places: dict[str, list[int]],
    forth: dict[int, int],
    back: dict[int, int],
) -> None:
    """Find ``start`` a place, moving others to further places of theirs where that helps."""
    came_from: dict[int, int] = {}
    queue = deque([start])
    while queue:
        i = queue.popleft()
        for j in (j for label in sorted(_labels(one[i])) for j in places.get(label, ())):
            if j in came_from:
                continue
            came_from[j] = i
            if j in back:
                queue.append(back[j])
                continue
            place: int | None = j
            while place is not None:
                mover = came_from[place]
                left = forth.get(mover)
                forth[mover], back[place] = place, mover
                place = left
            return


def _common(one: Entry, two: Entry) -> str:
    shared = _labels(two)
    return " or ".join(item.label for item in options_of(one) if item.label in shared)


def _difference(one: Entry, two: Entry) -> IntensityDifference | None:
    """How the grades of a matched pair differ; None where they are the same."""
    label = _common(one, two).split(" or ")[0]
    first, second = (
        next(item for item in options_of(entry) if item.label == label) for entry in (one, two)
    )
    if first.grades == second.grades:
        return None
    gaps = [b - a for a in first.grades for b in second.grades]
    steps = min(gaps, key=abs) if gaps else None
    return IntensityDifference(label, first.intensity, second.intensity, steps)
