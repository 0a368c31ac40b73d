"""What in a score is doubtful, and why. Doubts are told, never refused.

The pairs come from ``data/facs/exclusions.csv``: derived from what the codes mean, not
taken from the manual's list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType

from fau_teach.facs.records import exclusions
from fau_teach.facs.score import Choice, Entry, Item, canonical, options_of

Doubt = tuple[int, str]
"""Position in the text, counted from 1, and one sentence."""
Part = tuple[str, str]
"""Side and lip part of an item."""


def doubts(entries: Sequence[Entry]) -> list[Doubt]:
    """Everything doubtful about a score's entries, in order of position.

    Parameters
    ----------
    entries : as written, duplicates included

    Source: ``data/facs/exclusions.csv``.
    """
    decided = [entry for entry in entries if isinstance(entry, Item)]
    found = [
        *_repeated(entries),
        *_marks(item for entry in entries for item in options_of(entry)),
        *_mixed_parts(decided),
        *_excluded(decided),
    ]
    return sorted(found, key=lambda doubt: doubt[0])


def _repeated(entries: Sequence[Entry]) -> Iterator[Doubt]:
    seen: set[Entry] = set()
    for entry in entries:
        if isinstance(entry, Choice) and len(set(entry.options)) < len(entry.options):
            yield entry.position, f"'{entry}' offers the same option twice"
        (meaning,) = canonical([entry])
        if meaning in seen:
            yield entry.position, f"'{entry}' is written twice; the canonical form keeps one"
        seen.add(meaning)


def _marks(items: Iterator[Item]) -> Iterator[Doubt]:
    lips = next(rule for rule in exclusions() if rule.kind == "lip_part")
    for item in items:
        if item.absent:
            yield (
                item.position,
                f"'{item}' says that {item.code} was absent; it is not counted as present",
            )
        if item.lip and item.code not in lips.codes:
            yield item.position, f"'{item.label}' marks a lip part, but {lips.reason}"
        if item.side in ("L", "R", "U") and item.code in lips.codes:
            yield (
                item.position,
                f"'{item.label}' has a side, but {item.code} acts on the lips; "
                "their parts are T (top) and B (bottom)",
            )


def _mixed_parts(items: Sequence[Item]) -> Iterator[Doubt]:
    """One code scored twice for the same part, or for parts that overlap."""
    seen: set[Item] = set()
    parts: dict[str, set[Part]] = {}
    for item in items:
        if item in seen:
            continue  # reported as written twice
        earlier, part = parts.setdefault(item.code, set()), (item.side, item.lip)
        if part in earlier:
            yield item.position, f"'{item.label}' is scored twice with different details"
        elif any(_overlap(part, other) for other in earlier):
            yield (
                item.position,
                f"'{item.label}' overlaps with another part of {item.code} scored before it",
            )
        seen.add(item)
        earlier.add(part)


def _overlap(one: Part, other: Part) -> bool:
    # Left and right, top and bottom lie beside each other; everything else shares something.
    return {one[0], other[0]} != {"L", "R"} and {one[1], other[1]} != {"T", "B"}


@cache
def _rules() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Code -> (excluded code, reason), in both directions."""
    table: dict[str, list[tuple[str, str]]] = {}
    for rule in exclusions():
        if rule.kind == "lip_part":
            continue
        for code in rule.codes:
            for other in rule.others:
                table.setdefault(code, []).append((other, rule.reason))
                table.setdefault(other, []).append((code, rule.reason))
    return MappingProxyType({code: tuple(pairs) for code, pairs in table.items()})


def _excluded(items: Sequence[Item]) -> Iterator[Doubt]:
    earlier: set[str] = set()
    for item in items:
        if item.absent or item.code in earlier:
            continue
        for other, reason in _rules().get(item.code, ()):
            if other in earlier:
                yield item.position, f"{other} and {item.code} stand together, but {reason}"
        earlier.add(item.code)
