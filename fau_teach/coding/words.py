"""Words for codes: names of tiers and behaviours, and what people write beside them.

Programs for annotation know no FACS. A lab says "AU12" by the name of a tier or a behaviour, and
side and intensity in that name, in a value or in a modifier. This module reads all of these, and
writes the form that it reads best.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache, reduce

from fau_teach import facs
from fau_teach.coding.event import Event
from fau_teach.facs import Item, NotationError
from fau_teach.facs.score import LETTERS, Entry, options_of

SIDES = {
    "left": "L", "right": "R", "l": "L", "r": "R", "unilateral": "U", "asymmetric": "A",
    "both": "", "bilateral": "",
}  # fmt: skip
LIPS = {"top": "T", "upper": "T", "bottom": "B", "lower": "B"}
GRADES = ("trace", "slight", "marked|pronounced", "severe|extreme", "maximum|max")
NOTHING = ("", "none", "na", "n/a", "-")
"""What stands in a cell where nobody wrote anything."""
FIELDS = {
    "id": "id", "score": "aus", "type": "kind", "emotion": "emotion",
    "self-report": "self_report", "material": "material", "certainty": "certainty",
    "notes": "notes",
}  # fmt: skip
"""Name in a line of fields -> field of an event."""
EXTRA = "offset"
"""One more field: ``unknown``, or ``last`` where the span ends one frame after the offset."""

_WORD = "|".join((*(side for side in SIDES if len(side) > 1), *LIPS))
_NAME = re.compile(
    rf"""\s*(?:(?P<before>{_WORD})[\s_-]+)?
    (?P<prefix>[LRUA]?[TB]?)\s?(?P<kind>A[UD][\s_-]?|M)?(?P<number>[0-9]{{1,2}}[A-E]?)
    (?:[\s_-]*(?P<after>{_WORD}|[LR])(?![^\W_]))?(?![^\W_])(?P<rest>.*)""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_GRADE = re.compile(r"(?:([A-E](?:/[A-E])*)|:?([0-5](?:/[0-5])*))?(\?)?", re.IGNORECASE)
_FIELD = re.compile(r'\s*([a-z-]+): ("(?:[^"\\]|\\.)*"|[^|"]*?)\s*(?:\||\Z)')


@lru_cache(4096)
def code_of(name: str) -> tuple[tuple[Entry, ...], str]:
    """Codes that a name stands for, and the rest of the name behind them.

    Read are ``AU12``, ``12``, ``L12``, ``AU12 left``, ``12_L``, ``Left AU 12``, ``AU12C``,
    ``AU12_Kim`` (rest ``_Kim``), ``6+12`` and ``12 or 15``. A bare letter for one side unknown, for
    an asymmetry or for a lip needs ``AU`` (``BAU22``), so that a tier ``A1`` is no code.

    Returns
    -------
    the codes, none where the name is no code; the rest, as written
    """
    stem = re.split("[_#]", name, maxsplit=1)[0]
    if "+" in stem or " or " in stem:
        return _parsed(stem), name[len(stem) :]
    found = _NAME.fullmatch(name)
    if found is None or (not found["kind"] and found["prefix"].upper() not in ("", "L", "R")):
        return (), name
    kind = (found["kind"] or "")[:2].upper()
    prefix = found["prefix"].upper()
    for word in (found["before"], found["after"]):
        low = (word or "").lower()
        side, lip = SIDES.get(low, ""), LIPS.get(low, "")
        if side and prefix[:1] in (*"LRUA",) and prefix[:1] != side:
            return (), name
        if (side or lip) not in prefix:
            prefix = side + prefix + lip
    return _parsed(f"{prefix}{kind}{found['number']}"), found["rest"]


def name_of(entry: Entry) -> str:
    """Name for a tier: ``AU12``, ``L12``, ``BAU22``, ``12 or L15``; :func:`code_of` reads it."""
    return " or ".join(_named(item) for item in options_of(entry))


def _named(item: Item) -> str:
    prefix, label = f"{item.side}{item.lip}", facs.au(item.code).label
    if prefix in ("L", "R"):
        return item.label
    return f"{prefix}{'AU' if prefix and label.isdigit() else ''}{label}"


def _parsed(text: str) -> tuple[Entry, ...]:
    try:
        return facs.parse(text).entries
    except NotationError:
        return ()


def marked(entries: Sequence[Entry], texts: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Codes with what stands beside them.

    A text counts as a mark where all of its words are marks: a side (``left``, ``R``), a lip,
    an intensity (``C``, ``B/C``, ``3``, ``slight``), ``?``, or the code itself written out
    (``L12C?``). A number from 0 to 5 is an intensity unless it is the code itself.

    Parameters
    ----------
    entries : the codes, as :func:`code_of` gives them
    texts : values or modifiers

    Returns
    -------
    the score, and the texts that are no marks

    Raises
    ------
    ValueError
        A text names another code, or two marks contradict each other.
    """
    free = []
    for text in texts:
        text = text.strip()
        if text.lower() in NOTHING:
            continue
        base = entries[0] if len(entries) == 1 else None
        number = isinstance(base, Item) and text.rstrip("? ") == base.code
        parts = () if _GRADE.fullmatch(text) and not number else _parsed(text)
        if parts and _codes(parts) != _codes(entries):
            raise ValueError(f"{text!r:.40} is not about {'+'.join(map(str, entries))}")
        more = parts[0] if len(parts) == 1 else None
        if isinstance(base, Item) and not parts:
            more = _marks(text, base.code)
        if isinstance(base, Item) and isinstance(more, Item):
            entries = (_merged(base, more),)
        elif parts:
            entries = parts
        else:
            free.append(text)
    return "+".join(map(str, entries)), tuple(free)


def _codes(entries: Sequence[Entry]) -> set[str]:
    return {item.code for entry in entries for item in options_of(entry)}


def _marks(text: str, code: str) -> Item | None:
    """An item with nothing but the marks that a text holds; None where it holds other words."""
    found = [_mark(word, code) for word in re.split(r"[\s|,;]+", text.lower()) if word]
    marks = [item for item in found if item]
    return reduce(_merged, marks, Item(code)) if len(marks) == len(found) else None


def _mark(word: str, code: str) -> Item | None:
    if word in NOTHING:
        return Item(code)
    if word in SIDES or word == "u":
        return Item(code, side=SIDES.get(word, "U"))
    if word in LIPS:
        return Item(code, lip=LIPS[word])
    for letter, names in zip(LETTERS, GRADES, strict=True):
        if word in names.split("|"):
            return Item(code, intensity=(letter,))
    if not (found := _GRADE.fullmatch(word)):
        return None
    grades = set((found[1] or found[2] or "").upper().split("/")) - {""}
    return Item(code, intensity=tuple(sorted(grades)), uncertain=bool(found[3]))


def _merged(base: Item, more: Item) -> Item:
    fields = {}
    for name in ("side", "lip", "intensity", "remark"):
        first, second = getattr(base, name), getattr(more, name)
        if first and second and first != second:
            raise ValueError(f"two values for {name}: {_shown(first)} and {_shown(second)}")
        fields[name] = first or second
    return Item(base.code, uncertain=base.uncertain or more.uncertain, **fields)


def _shown(value: str | tuple[str, ...]) -> str:
    return repr(value if isinstance(value, str) else "/".join(value))


def packed(event: Event, extra: str = "", only: Collection[str] = tuple(FIELDS)) -> str:
    """The fields of an event that a program for annotation does not know, in one line.

    Such as ``id: e1 | score: L12C+25 | emotion: happiness``. A value that could be mistaken
    stands in quotation marks, as in JSON. Empty fields are left out.
    """
    values = {name: getattr(event, FIELDS[name]) for name in only} | {EXTRA: extra}
    return " | ".join(
        f"{name}: {_quoted(value)}" for name, value in values.items() if value or name == "score"
    )


def _quoted(value: str) -> str:
    plain = value and value == value.strip() and not set(value) & set('|"\\\n\t')
    return value if plain else json.dumps(value, ensure_ascii=False)


def unpacked(text: str) -> Mapping[str, str] | None:
    """The fields in a line that :func:`packed` wrote or a person changed; None for other text."""
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        part = _FIELD.match(text, at)
        if part is None or part[1] in found or part[1] not in (*FIELDS, EXTRA):
            return None
        value = part[2]
        if value.startswith('"'):
            try:
                value = json.loads(value)
            except ValueError:
                return None
        found[part[1]] = value
        at = part.end()
    return found or None
