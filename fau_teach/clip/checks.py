"""The one error of clips, and the checks that raise it."""

from __future__ import annotations

from collections.abc import Iterable

from fau_teach._data import did_you_mean


class ClipError(ValueError):
    """A clip, or a part of it, cannot be.

    Parameters
    ----------
    place : where, as a path into the script such as ``movements[2].onset``; may be empty
    problem : what is wrong there, without a full stop
    advice : what would be right, without a full stop
    file : the file it came from, or empty
    """

    def __init__(self, place: str, problem: str, advice: str, file: str = "") -> None:
        # All arguments go to the base class, so that the exception can be pickled.
        super().__init__(place, problem, advice, file)
        self.place, self.problem, self.advice, self.file = place, problem, advice, file

    def __str__(self) -> str:
        where = [part for part in (self.file, self.place) if part]
        end = "" if self.advice.endswith("?") else "."
        return f"{': '.join([*where, self.problem])}. {self.advice}{end}"

    def within(self, outer: str, file: str = "") -> ClipError:
        """The same error, its place as seen from outside."""
        dot = "." if outer and self.place and not self.place.startswith("[") else ""
        return ClipError(f"{outer}{dot}{self.place}", self.problem, self.advice, file or self.file)


def one_of(place: str, value: str, known: Iterable[str]) -> str:
    """The word; refuse one that is not among the known ones."""
    words = tuple(known)
    if value not in words:
        advice = f"{did_you_mean(value, words)} Use one of {', '.join(map(repr, words))}"
        raise ClipError(place, f"{_shown(value)} is unknown", advice.strip())
    return value


def whole(place: str, value: object, low: int, high: int) -> None:
    """Refuse what is not a whole number from ``low`` to ``high``."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        advice = f"Use a whole number from {low} to {high}"
        raise ClipError(place, f"{_shown(value)} is not possible", advice)


def real(place: str, value: object, low: float, high: float) -> float:
    """The value as a float; refuse what is not a number from ``low`` to ``high``."""
    if not isinstance(value, bool) and isinstance(value, (int, float)) and low <= value <= high:
        return float(value)
    advice = f"Use a number from {low:g} to {high:g}"
    raise ClipError(place, f"{_shown(value)} is not possible", advice)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}…"
