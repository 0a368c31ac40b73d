"""What a FACS score holds: items, choices between items, and their canonical form.

Nothing here reads text; :mod:`fau_teach.facs.notation` does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

SIDES = "LRUA"
"""Left, right, one side but unknown which, asymmetric. Left is the subject's left."""
LIPS = "TB"
"""Top lip, bottom lip. A B *before* the number is a lip part; *after* it, it means slight."""
LETTERS = "ABCDE"
"""Intensity from trace to maximum."""
LEVELS = "012345"
"""The same scale in numbers: 1 to 5 stand for A to E, 0 says "looked for and absent"."""

_CODE = re.compile(r"(M?)([1-9][0-9]?)")


@dataclass(frozen=True, slots=True, repr=False)
class Item:
    """One code with everything the coder wrote about it.

    Two items are equal when they mean the same; ``raw`` and ``position`` do not count.

    Parameters
    ----------
    code : without kind prefix: ``"12"``, ``"19"``, ``"M59"``
    side : ``"L"``, ``"R"``, ``"U"``, ``"A"`` or empty (both sides)
    lip : ``"T"``, ``"B"`` or empty (both lips, or no lip part)
    intensity : no, one or several grades of one scale, ascending; several are undecided:
        ``()``, ``("C",)``, ``("B", "C")``, ``("3",)``
    uncertain : the coder put ``?`` behind the code
    remark : text in parentheses behind the code
    raw : the item as it was written
    position : its first character in the text, counted from 1; 0 where there is no text

    Raises
    ------
    ValueError
        A part is not of this form (says which).
    """

    code: str
    side: str = ""
    lip: str = ""
    intensity: tuple[str, ...] = ()
    uncertain: bool = False
    remark: str = ""
    raw: str = field(default="", compare=False)
    position: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        if not _CODE.fullmatch(self.code):
            raise ValueError(f"{self.code!r} is not a code such as '12' or 'M59'.")
        if self.side not in ("", *SIDES):
            raise ValueError(f"{self.side!r} is not a side. Use L, R, U, A or nothing.")
        if self.lip not in ("", *LIPS):
            raise ValueError(f"{self.lip!r} is not a lip part. Use T, B or nothing.")
        one_scale = set(self.intensity) <= set(LETTERS) or set(self.intensity) <= set(LEVELS)
        if not one_scale or any(low >= high for low, high in pairwise(self.intensity)):
            raise ValueError(f"{self.intensity!r} is not an ascending part of A to E or of 0 to 5.")
        if set(self.remark) & set("()（）") or self.remark != " ".join(self.remark.split()):
            raise ValueError(f"Remark {self.remark!r} has parentheses or spare spaces.")

    @property
    def label(self) -> str:
        """Code with side and lip part, without intensity: ``L12``, ``B22``."""
        return f"{self.side}{self.lip}{self.code}"

    @property
    def grades(self) -> tuple[int, ...]:
        """Intensity as numbers 0 to 5, letters A to E read as 1 to 5."""
        return tuple(LETTERS.find(grade) + 1 or int(grade) for grade in self.intensity)

    @property
    def absent(self) -> bool:
        """Scored with intensity 0: the coder looked for it and it was not there."""
        return self.intensity == ("0",)

    def __str__(self) -> str:
        grades = "/".join(self.intensity)
        if grades[:1].isdigit():
            grades = f":{grades}"
        remark = f"({self.remark})" if self.remark else ""
        return f"{self.label}{grades}{'?' if self.uncertain else ''}{remark}"

    def __repr__(self) -> str:
        return f"Item({str(self)!r})"


@dataclass(frozen=True, slots=True, repr=False)
class Choice:
    """Items between which the coder did not decide: ``12 or 15``.

    Parameters
    ----------
    options : two or more items, as written

    Raises
    ------
    ValueError
        Fewer than two options.
    """

    options: tuple[Item, ...]

    def __post_init__(self) -> None:
        if len(self.options) < 2:
            raise ValueError("A choice needs at least two options.")

    @property
    def label(self) -> str:
        """Labels of the options: ``12 or L15``."""
        return " or ".join(item.label for item in self.options)

    @property
    def position(self) -> int:
        """First character in the text, counted from 1; 0 where there is no text."""
        return self.options[0].position

    def __str__(self) -> str:
        return " or ".join(map(str, self.options))

    def __repr__(self) -> str:
        return f"Choice({str(self)!r})"


Entry = Item | Choice


@dataclass(frozen=True, slots=True, repr=False)
class Score:
    """A FACS score: the text as written and what it means.

    Parameters
    ----------
    raw : the text, untouched
    entries : items and choices in the order of writing, duplicates included
    state : ``"scored"``, ``"none"`` (nothing moved) or ``"unknown"`` (nobody could tell)
    warnings : sentences about what is doubtful, in order of position
    """

    raw: str
    entries: tuple[Entry, ...]
    state: str
    warnings: tuple[str, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        """Entries the coder decided on; choices are left out."""
        return tuple(entry for entry in self.entries if isinstance(entry, Item))

    @property
    def codes(self) -> frozenset[str]:
        """Codes scored as present, uncertain ones included, choices and intensity 0 not."""
        return frozenset(item.code for item in self.items if not item.absent)

    @property
    def possible_codes(self) -> frozenset[str]:
        """``codes`` and every option of every choice."""
        options = (item for entry in self.entries for item in options_of(entry))
        return frozenset(item.code for item in options if not item.absent)

    @property
    def content(self) -> tuple[Entry, ...]:
        """What the score says, whatever the writing: sorted, identical entries merged."""
        return canonical(self.entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __str__(self) -> str:
        if self.state == "scored":
            return "+".join(map(str, self.content))
        return "null" if self.state == "none" else "?"

    def __repr__(self) -> str:
        return f"Score({str(self)!r})"


def options_of(entry: Entry) -> tuple[Item, ...]:
    """Items of an entry: itself, or the options of a choice."""
    return (entry,) if isinstance(entry, Item) else entry.options


def _item_key(item: Item) -> tuple[int, str, str, str, tuple[str, ...], bool, str]:
    match = _CODE.fullmatch(item.code)
    assert match is not None  # Item checks its code
    side = str(SIDES.find(item.side)) if item.side else ""
    # Top before bottom, as on the face; plain items before marked ones.
    lip = str(LIPS.find(item.lip)) if item.lip else ""
    return (int(match[2]), match[1], side, lip, item.intensity, item.uncertain, item.remark)


def canonical(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Entries sorted by number, side and lip part, identical ones merged.

    Options of a choice are sorted too; a choice between identical options is that item.
    """
    merged: set[Entry] = set()
    for entry in entries:
        options = sorted(set(options_of(entry)), key=_item_key)
        merged.add(options[0] if len(options) == 1 else Choice(tuple(options)))
    return tuple(sorted(merged, key=lambda entry: [_item_key(i) for i in options_of(entry)]))
