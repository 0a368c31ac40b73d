"""Why a text is not a score: where it goes wrong, what is wrong there, what would be right."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

EXAMPLE = "6+12C"
_WINDOW = 30
_WORD = re.compile(r"[^+,]*")
_PREFIXED = re.compile(r"([A-Za-z](?:[A-Za-z ]*[A-Za-z])?) *([0-9]+)([^+,]*)")
_LETTERS = re.compile(r"[A-Za-z]*")
_TAIL = re.compile(r"[A-Za-z]+|.", re.DOTALL)
_LABEL = re.compile(r"[A-Z]*[0-9]+")
_GRADE = re.compile(r"[:=][ 0-9./]*")
_PREFIXES = (*"LRUATB", "AU", "AD", "M")
_PREFIX_ADVICE = "Use L, R, U or A for a side, T or B for a lip part, AU, AD or M for the kind"


class NotationError(ValueError):
    """A text is not a score in FACS notation.

    Parameters
    ----------
    position : first character that cannot be read, counted from 1
    reason : what is wrong there
    advice : what would be right, without a full stop
    suggestion : a score that can be read: the text put right, or else the wrong part put
        right, or else any example
    """

    def __init__(self, position: int, reason: str, advice: str, suggestion: str) -> None:
        # All arguments go to the base class, so that the exception can be pickled.
        super().__init__(position, reason, advice, suggestion)
        self.position = position
        self.reason = reason
        self.advice = advice
        self.suggestion = suggestion

    def __str__(self) -> str:
        return (
            f"position {self.position}: {self.reason}. {self.advice}, "
            f"for example '{self.suggestion}'."
        )


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is wrong with a text, before a repair has been tried out.

    Parameters
    ----------
    at : the character that cannot be read, counted from 0
    reason, advice : as in :class:`NotationError`
    start, stop : the characters that a fix replaces, counted from 0
    fixes : what to put in their place, best first
    wholes : repairs of the whole text, tried before the fixes
    """

    at: int
    reason: str
    advice: str
    start: int = 0
    stop: int = 0
    fixes: tuple[str, ...] = ()
    wholes: tuple[str, ...] = ()

    def error(self, text: str, accepts: Callable[[str], bool]) -> NotationError:
        """The exception, with the first repair that ``accepts`` approves."""
        fixed = (f"{text[: self.start]}{fix}{text[self.stop :]}" for fix in self.fixes)
        tries = [repair.strip(" +,") for repair in (*self.wholes, *fixed, *self.fixes)]
        # Nobody reads a long suggestion, and reading long repairs again costs time.
        short = (repair for repair in tries if 0 < len(repair) <= 2 * _WINDOW)
        suggestion = next((repair for repair in short if accepts(repair)), EXAMPLE)
        reason = f"{self.reason} in '{_excerpt(text, self.at)}'"
        return NotationError(self.at + 1, reason, self.advice, suggestion)


def _excerpt(text: str, at: int) -> str:
    if len(text) <= 2 * _WINDOW:
        return text
    low, high = max(0, at - _WINDOW), at + _WINDOW
    return f"{'…' * (low > 0)}{text[low:high]}{'…' * (high < len(text))}"


def _short(text: str) -> str:
    return text if len(text) <= _WINDOW else f"{text[:_WINDOW]}…"


def no_item(text: str, start: int, alone: Collection[str] = ()) -> Refusal:
    """Explain why no item begins at ``start``.

    Parameters
    ----------
    text : cleaned text (same length as the written one)
    start : where an item should begin, counted from 0; not a space
    alone : words for "none" and "unknown", which only stand alone
    """
    match = _WORD.match(text, start)
    word = match[0].rstrip() if match else ""
    stop = start + len(word)
    if word and word.lower() in alone:
        return Refusal(
            start,
            f"'{word}' stands for a whole score, but it has neighbours",
            "Leave it out, and put ? directly behind a code that is uncertain",
            start,
            stop,
            wholes=(f"{text[:start].rstrip(' +,')}+{text[stop:].lstrip(' +,')}",),
        )
    prefixed = _PREFIXED.match(word)
    if prefixed:
        fixes = _prefix_fixes(prefixed[1], prefixed[2], prefixed[3])
        if prefixed[1].lower() == "or":
            reason, advice = "'or' needs a code on either side", "Write 'or' between two codes"
        else:
            reason, advice = f"'{_short(prefixed[1])}' is not a prefix", _PREFIX_ADVICE
        return Refusal(start, reason, advice, start, stop, fixes)
    letters = _LETTERS.match(word)
    if letters and letters[0].upper() in _PREFIXES:
        reason = f"no code number follows '{letters[0]}'"
    else:
        reason = f"'{_short(word) or text[start]}' is not a code"
    advice = "Write code numbers joined by +, with letters for side and intensity where needed"
    return Refusal(start, reason, advice)


def _prefix_fixes(letters: str, digits: str, rest: str) -> tuple[str, ...]:
    """Items that letters in a wrong order, or too many of them, may have meant."""
    marks = letters.upper().replace(" ", "")
    for kind in ("AU", "AD"):
        marks = marks.replace(kind, "", 1)
    sides, lips = [c for c in marks if c in "LRUA"], [c for c in marks if c in "TB"]
    plain = (f"{digits}{rest}", digits)
    if set(marks) - set("LRUATBM"):
        return plain
    number = f"M{digits}{rest}" if "M" in marks else f"{digits}{rest}"
    marked = f"{''.join(sides[:1])}{''.join(lips[:1])}{number}"
    both = (f"L{number}+R{number}",) if set(sides) == {"L", "R"} else ()
    return (*both, marked, *plain)


def unlisted(number: str, start: int, stop: int, listed: Collection[str]) -> Refusal:
    """Explain that no edition lists a number.

    Parameters
    ----------
    number : code as read, without leading zeros; may begin with M
    start, stop : where it stands in the text, counted from 0
    listed : all codes
    """
    movement, digits = number[:1] == "M", number.lstrip("M")
    peers = sorted(int(code.lstrip("M")) for code in listed if (code[0] == "M") == movement)
    # Long numbers are squashed lists ("1215"); only their size on the scale matters here.
    value = int(digits[:4])
    below = [f"{'M' * movement}{peer}" for peer in peers if peer <= value][-1:]
    above = [f"{'M' * movement}{peer}" for peer in peers if peer > value][:1]
    near = sorted(below + above, key=lambda code: abs(int(code.lstrip("M")) - value))
    splits = [f"{digits[:cut]}+{digits[cut:]}" for cut in (2, 1) if 2 < len(digits) < 5]
    fixes = (digits,) if movement and digits in listed else ()
    return Refusal(
        start,
        f"no edition of FACS lists '{_short(number)}'",
        f"The nearest listed code{'s are' if below and above else ' is'} "
        f"{' and '.join(below + above)}",
        start,
        stop,
        (*fixes, *splits, *near),
    )


def bad_tail(text: str, start: int, at: int, item: str) -> Refusal:
    """Explain what is wrong directly behind an item.

    Parameters
    ----------
    text : cleaned text
    start : where the item begins, counted from 0
    at : the first character behind it that is neither separator nor space
    item : the item in canonical form
    """
    match = _TAIL.match(text, at)
    tail = match[0] if match else ""
    stop = at + len(tail)
    digit_next = text[stop : stop + 1].isdigit()
    if tail in "0123456789" or (tail.upper() in _PREFIXES and digit_next):
        return Refusal(
            at,
            f"a separator is missing before '{tail}'",
            "Put + between codes",
            start,
            at,
            (f"{item}+", item),
            ("+".join(text.split()),),
        )
    if tail.isascii() and tail.isalpha():
        reason, advice, fixes = _bad_letters(item, tail, spaced=text[at - 1] == " ")
        return Refusal(at, reason, advice, start, stop, fixes)
    if tail in ":=":
        grade = _GRADE.match(text, at)
        stop = grade.end() if grade else stop
        reason, advice = f"no grade from 0 to 5 follows '{tail}'", "Write a whole number"
        return Refusal(at, reason, advice, start, stop, (f"{item}:3", item))
    if tail == "(":
        reason = "a remark is not closed, is a second one or has parentheses inside"
        advice = "Write one remark in one pair of parentheses"
        return Refusal(at, reason, advice, start, len(text), (item,))
    if tail == "/":
        reason, advice = "'/' does not join codes", "Write 'or' between codes you waver between"
        wholes = (text.replace("/", " or "),)
        return Refusal(at, reason, advice, start, stop, (f"{item} or ", item), wholes)
    return Refusal(
        at,
        f"'{tail}' does not join codes",
        "Put + between codes",
        start,
        stop,
        (f"{item}+", item),
        (text.replace(tail, "+"),),
    )


def _bad_letters(item: str, tail: str, spaced: bool) -> tuple[str, str, tuple[str, ...]]:
    """Reason, advice and fixes for letters behind an item."""
    upper = tail.upper()
    label = _LABEL.match(item)
    cut = label.end() if label else len(item)
    graded = item[cut : cut + 1] in tuple("ABCDE:")
    if upper in tuple("ABCDE") and graded:
        both = f"{item}/{upper}"
        advice = "Put / between two grades you waver between"
        return f"'{tail}' is a second intensity", advice, (both, item)
    if upper in tuple("ABCDE"):
        what = "a space stands before" if spaced else "something stands before"
        advice = "Write the intensity directly behind the number"
        return f"{what} the intensity '{tail}'", advice, (f"{item[:cut]}{upper}{item[cut:]}", item)
    if upper in tuple("LRUT"):
        advice = "Write side and lip part before the number"
        return f"'{tail}' stands behind the number", advice, (f"{upper}{item}", item)
    fixes = (f"{item}C", item)
    return f"'{_short(tail)}' is not an intensity", "Use A to E or 0 to 5", fixes
