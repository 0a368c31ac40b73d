"""Read and write FACS scores: ``L12C+25``, ``15+B22+17``, ``12 or 15``, ``null``, ``?``.

The grammar, with every form that the label files of public data sets use::

    score  = none | unknown | item { separator item }      separator = "+" "," (also full-width)
    none   = "null" | "none" | "0"                         unknown   = "?" | blank
    item   = option { "or" option }
    option = [side] [lip] [kind] number [intensity] ["?"] ["(" remark ")"]
    side   = L | R | U (one side, unknown which) | A (asymmetric)
    lip    = T | B (top, bottom)
    kind   = AU | AD | M
    intensity = grade { "/" grade }  (A to E)   or   ":" level { "/" level }  (0 to 5)

Case, spaces and spare separators do not matter. "or" binds tighter than "+". Position decides
about B: before the number it is the bottom lip, behind it *slight*. Numeric levels need the
colon, because a digit behind a number would be read as part of it; they keep their scale.

Source: S0-023, S2-062; public label files for the rest.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache
from types import MappingProxyType

from fau_teach._data import read_csv
from fau_teach.facs.contradictions import doubts
from fau_teach.facs.refusals import NotationError, Refusal, bad_tail, no_item, unlisted
from fau_teach.facs.score import Choice, Entry, Item, Score, canonical

__all__ = [
    "Choice",
    "Entry",
    "Item",
    "NotationError",
    "Score",
    "canonical",
    "format",
    "listed_codes",
    "parse",
]

NONE_WORDS = frozenset({"null", "none", "0"})
UNKNOWN_WORDS = frozenset({"?", ""})

# Full-width forms and odd spaces become plain ones, character for character: positions stay.
_PLAIN: dict[int, str | int] = {
    **{ord(odd): " " for odd in "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f"},
    **{ord(odd): " " for odd in "\u200b\u205f\u3000\ufeff"},
    **dict.fromkeys(range(0x2000, 0x200B), " "),
    **{wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)},
}
_OPTION = re.compile(
    r"""
    (?:(?P<side>[LRUA])[ ]*)? (?:(?P<lip>[TB])[ ]*)? (?:(?P<kind>AU|AD|M)[ ]*)?
    (?P<number>[0-9]+)
    (?: (?P<letters>[A-E](?:/[A-E])*) | [ ]*[:=][ ]*(?P<levels>[0-5](?:/[0-5])*)(?![0-9./]) )?
    (?P<doubt>[ ]*\?)? (?:[ ]*\((?P<remark>[^()]*)\))? (?P<late_doubt>[ ]*\?)?
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_GAP = re.compile(r"[ +,]*")
_SPACE = re.compile(r" *")
_OR = re.compile(r"or(?![A-Z]) *", re.IGNORECASE | re.ASCII)

Warned = list[tuple[int, str]]


@cache
def _kinds() -> Mapping[str, str]:
    rows = read_csv("facs/aus.csv", ("code", "kind"))
    return MappingProxyType({row["code"]: row["kind"] for row in rows})


def listed_codes() -> frozenset[str]:
    """Every code that some edition of FACS lists: ``"12"``, ``"M59"``.

    Source: ``data/facs/aus.csv``.
    """
    return frozenset(_kinds())


class _Refused(Exception):  # noqa: N818 - a signal inside this module, never seen outside
    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


def parse(text: str, *, none: Collection[str] = (), unknown: Collection[str] = ()) -> Score:
    """Read one score and keep everything it says.

    Parameters
    ----------
    text : such as ``"L12C+25"``; the full grammar stands at the top of this module
    none : further words that mean "nothing moved", beside ``null``, ``none`` and ``0``
    unknown : further words that mean "nobody could tell", beside ``?`` and blank; a loader
        passes ``("9",)`` or ``("999",)`` where its data set writes that

    Returns
    -------
    the score, its entries in the order of writing, and warnings about what is doubtful

    Raises
    ------
    NotationError
        The text is not a score (says position, reason and a suggestion).
    TypeError
        ``text`` is not a text.

    Source: S0-023.
    """
    if not isinstance(text, str):
        raise TypeError(f"parse reads text, not {text!r}. Write it as text, for example '6+12C'.")
    clean = text.translate(_PLAIN)
    no_codes, no_answer = NONE_WORDS | _words(none), UNKNOWN_WORDS | _words(unknown)
    whole = clean.strip(" ").lower()
    # The caller's own words go first: 0 may mean unknown in a data set, 9 too.
    for words, state in (
        (_words(unknown), "unknown"),
        (no_codes, "none"),
        (no_answer, "unknown"),
    ):
        if whole in words:
            return Score(text, (), state)
    try:
        entries, warned = _scan(text, clean, no_codes | no_answer)
    except _Refused as signal:
        raise signal.refusal.error(clean, _readable) from None
    warned += doubts(entries)
    notes = (f"position {at}: {reason}." for at, reason in sorted(warned, key=lambda w: w[0]))
    return Score(text, entries, "scored", tuple(notes))


def format(score: Score | str) -> str:  # noqa: A001 - the field's word for it
    """Write a score in canonical form: sorted, upper case, joined by ``+``.

    Identical entries are merged (``parse`` warns about them). Left and right stay two entries,
    an undecided grade stays undecided, numeric levels stay numeric (``12:3``). The prefixes AU
    and AD go, because the number says the kind; M stays, because it is part of the code.
    "None" is written ``null`` and "unknown" ``?``.

    Parameters
    ----------
    score : a score, or a text to parse first

    Raises
    ------
    NotationError
        The text is not a score.
    """
    return str(parse(score) if isinstance(score, str) else score)


def _words(words: Collection[str]) -> frozenset[str]:
    given = (words,) if isinstance(words, str) else words
    return frozenset(word.strip().lower() for word in given)


def _readable(text: str) -> bool:
    try:
        _scan(text, text, NONE_WORDS | UNKNOWN_WORDS)
    except _Refused:
        return False
    return True


def _scan(text: str, clean: str, alone: Collection[str]) -> tuple[tuple[Entry, ...], Warned]:
    """Entries in order, and what reading them gave cause to warn about."""
    entries: list[Entry] = []
    warned: Warned = []
    at, end = 0, len(clean)
    while True:
        at = _separators(clean, at, bool(entries), warned)
        if at == end:
            break
        options = [_option(text, clean, at, alone, warned)]
        at = _after(clean, at, options[0])
        while joint := _OR.match(clean, at):
            if joint.end() == end:
                advice = "Write 'or' between two codes"
                raise _Refused(Refusal(at, "no code follows 'or'", advice, wholes=(clean[:at],)))
            options.append(_option(text, clean, joint.end(), alone, warned))
            at = _after(clean, joint.end(), options[-1])
        if at < end and clean[at] not in "+,":
            last = options[-1]
            raise _Refused(bad_tail(clean, last.position - 1, at, str(last)))
        entries.append(options[0] if len(options) == 1 else Choice(tuple(options)))
    if not entries:
        at = next(i for i, char in enumerate(clean) if char != " ")
        raise _Refused(no_item(clean, at))
    return tuple(entries), warned


def _after(clean: str, at: int, item: Item) -> int:
    space = _SPACE.match(clean, at + len(item.raw))
    return space.end() if space else at


def _separators(clean: str, at: int, between: bool, warned: Warned) -> int:
    """Skip separators and spaces; warn where they separate nothing."""
    gap = _GAP.match(clean, at)
    stop = gap.end() if gap else at
    count = stop - at - clean.count(" ", at, stop)
    if count > between or (count and stop == len(clean)):
        first = next(i for i in range(at, stop) if clean[i] != " ")
        warned.append((first + 1, f"'{clean[at:stop].strip()}' has a separator too many"))
    return stop


def _option(text: str, clean: str, at: int, alone: Collection[str], warned: Warned) -> Item:
    """One item that begins at ``at``."""
    match = _OPTION.match(clean, at)
    if match is None or (match["number"].strip("0") == "" and match[0].strip() in alone):
        raise _Refused(no_item(clean, at, alone))
    grades = (match["letters"] or match["levels"] or "").upper().split("/")
    remark = ""
    if match["remark"] is not None:
        remark = " ".join(text[slice(*match.span("remark"))].split())
        if not remark:
            warned.append((match.start("remark"), "the remark is empty and is left out"))
    if len(set(grades)) < len(grades):
        warned.append((at + 1, f"'{match[0]}' names one intensity twice"))
    return Item(
        code=_code(match, warned),
        side=(match["side"] or "").upper(),
        lip=(match["lip"] or "").upper(),
        intensity=tuple(sorted(set(grades) - {""})),
        uncertain=bool(match["doubt"] or match["late_doubt"]),
        remark=remark,
        raw=text[at : match.end()],
        position=at + 1,
    )


def _code(match: re.Match[str], warned: Warned) -> str:
    """Listed code of a matched item; warns where the prefix does not fit it."""
    kind, digits = (match["kind"] or "").upper(), match["number"].lstrip("0") or "0"
    code = f"M{digits}" if kind == "M" else digits
    at = match.start("kind") if kind else match.start("number")
    if code not in _kinds():
        if kind == "M" or f"M{digits}" not in _kinds():
            start = at if kind == "M" else match.start("number")
            raise _Refused(unlisted(code, start, match.end("number"), _kinds()))
        warned.append((at + 1, f"{digits} is listed as the movement M{digits} alone; read as that"))
        return f"M{digits}"
    if (kind, _kinds()[code]) in (("AD", "AU"), ("AU", "AD")):
        warned.append((at + 1, f"{kind}{digits} is listed as {_kinds()[code]}{digits}"))
    return code
