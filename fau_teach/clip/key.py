"""The answer key of a clip: what a coder should score, what not, and why."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

from fau_teach import _records, facs
from fau_teach.clip.checks import ClipError, one_of, real, whole
from fau_teach.clip.movement import LONGEST
from fau_teach.clip.tables import movable, rows

KEY_VERSION = 1
"""Version of the form of a key; a file says which it has."""
KINDS = ("weak", "hidden", "masked", "speech")
"""Why a movement is not scored."""
UNGRADED = ("45", "46", "50")
"""Codes that are scored without a letter; to be checked by a certified coder."""
_SIDES = {"": "", "L": "left ", "R": "right ", "A": "asymmetric "}
_HEADS = ("code", "name", "intensity", "onset", "apex", "offset", "peak [mm]", "why")


@dataclass(frozen=True, slots=True)
class Item:
    """One movement that a coder scores.

    Parameters
    ----------
    code : such as ``"12"``
    side : ``"L"`` or ``"R"``, the subject's; ``"A"`` asymmetric; empty for both
    intensity : ``"A"`` to ``"E"`` by what shows at the apex; empty for speech, and for lips (25)
        that mostly something else parts
    onset, apex, offset : frames, counted from 0
    peak : displacement that shows at the apex [mm]
    by : codes that it shows along with, by spaces; empty where it acts itself
    reason : why it is in the key although not scripted, and what is special about it
    of : movements that it is made of: number, then side; those of the nuisance are counted on
    """

    code: str
    side: str
    intensity: str
    onset: int
    apex: int
    offset: int
    peak: float
    by: str = ""
    reason: str = ""
    of: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        one_of("code", self.code, (*movable(), "50"))
        one_of("side", self.side, _SIDES)
        one_of("intensity", self.intensity, ("", *rows("intensity")))
        whole("onset", self.onset, 0, LONGEST - 1)
        whole("apex", self.apex, self.onset, LONGEST - 1)
        whole("offset", self.offset, self.apex, LONGEST - 1)
        object.__setattr__(self, "peak", real("peak", self.peak, 0, 1000))

    @property
    def implied(self) -> bool:
        """Whether it was not scripted and shows along with something else."""
        return bool(self.by)

    def __str__(self) -> str:
        grade = "" if self.code in UNGRADED else self.intensity
        return f"{self.side}{self.code}{grade}"


@dataclass(frozen=True, slots=True)
class Removed:
    """A movement that happens and that nobody can score.

    Parameters
    ----------
    code, side : as in :class:`Item`
    kind : one of ``KINDS``
    reason : part of a sentence, with the figures
    by : the code that covers or explains it, or empty
    of : as in :class:`Item`; empty for a code that would have shown along with another
    """

    code: str
    side: str
    kind: str
    reason: str
    by: str = ""
    of: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        one_of("code", self.code, movable())
        one_of("side", self.side, ("", "L", "R"))
        one_of("kind", self.kind, KINDS)


@dataclass(frozen=True, slots=True)
class Key:
    """What a coder should score in a clip, relative to the person's own neutral face.

    Parameters
    ----------
    identity, fps, frames : of the clip
    threshold : least displacement that counts [mm]
    items : what is scored, in order of onset
    removed : what is not, with the reasons
    version : of the form of the key

    Raises
    ------
    ClipError
        A part cannot be; the error names it.

    Source: S0-100 for onset, apex and offset; the rules are ours.
    """

    identity: str
    fps: float
    frames: int
    threshold: float
    items: tuple[Item, ...] = ()
    removed: tuple[Removed, ...] = ()
    version: int = KEY_VERSION

    def __post_init__(self) -> None:
        object.__setattr__(self, "fps", real("fps", self.fps, 1, 1000))
        whole("frames", self.frames, 1, LONGEST)
        object.__setattr__(self, "threshold", real("threshold", self.threshold, 0.001, 100))
        whole("version", self.version, KEY_VERSION, KEY_VERSION)
        for at, item in enumerate(self.items):
            if item.offset >= self.frames:
                problem = f"{item} ends in frame {item.offset}, the clip in {self.frames - 1}"
                raise ClipError(f"items[{at}].offset", problem, "End it inside the clip")

    def score(self, frame: int | None = None) -> facs.Score:
        """The key as a score, each code with its letter at the apex.

        Parameters
        ----------
        frame : score what shows in this frame; without it, all that shows in the clip. Of a
            code that shows twice, the strongest counts.
        """
        best: dict[str, Item] = {}
        for item in sorted(self.items, key=lambda item: item.intensity):
            if frame is None or item.onset <= frame < item.offset or frame == item.apex:
                best[item.side + item.code] = item
        return facs.parse(facs.format("+".join(map(str, best.values())) or "null"))

    def explain(self) -> tuple[str, ...]:
        """Plain sentences: what is scored and when, then what is not and why."""
        found = [f"{self._title()}."]
        for one in self.items:
            times = (f"{name} {getattr(one, name)}" for name in ("onset", "apex", "offset"))
            size = f"{one.intensity or 'no letter'}, {one.peak:.1f} mm"
            why = f"; {one.reason}" if one.reason else ""
            found.append(f"Score {one}, {_name(one)}: {', '.join(times)}; {size}{why}.")
        found += [f"Do not score {o.side}{o.code}, {_name(o)}: {o.reason}." for o in self.removed]
        return (*found, *(() if self.items else ("There is nothing to score.",)))

    def to_json(self) -> str:
        """The key as text; equal keys give equal text."""
        return _records.text_of(self)

    @classmethod
    def from_json(cls, text: str, file: str = "") -> Key:
        """Read a key; a :class:`ClipError` names the file and the place in it."""
        return _records.read_text(cls, text, file, KEY_VERSION, ClipError)

    def save(self, path: str | Path) -> Path:
        """Write the key, the whole file or nothing; replaces a file of that name."""
        return _records.write_whole(Path(path), self.to_json())

    @classmethod
    def load(cls, path: str | Path) -> Key:
        """Read a key that :meth:`save` wrote."""
        return cls.from_json(Path(path).read_text(encoding="utf-8"), str(path))

    def _title(self) -> str:
        size = f"{self.frames} frames at {self.fps:g} fps, threshold {self.threshold:g} mm"
        return f"Key of a clip of {self.identity}: {self.score()}; {size}"

    def __str__(self) -> str:
        return "\n".join(self.explain())

    def _repr_html_(self) -> str:
        lines: list[tuple[object, ...]] = [
            (str(o), _name(o), o.intensity, o.onset, o.apex, o.offset, f"{o.peak:.1f}", o.reason)
            for o in self.items
        ]
        lines += [
            (o.side + o.code, _name(o), "not scored", "", "", "", "", o.reason)
            for o in self.removed
        ]
        heads = "".join(f'<th scope="col">{head}</th>' for head in _HEADS)
        cells = ("".join(f"<td>{escape(str(cell))}</td>" for cell in line) for line in lines)
        return (
            '<div class="wide-table" tabindex="0" role="region" aria-label="Key of a clip">'
            f"<table><caption>{escape(self._title())}</caption><thead><tr>{heads}</tr></thead>"
            f"<tbody>{''.join(f'<tr>{row}</tr>' for row in cells)}</tbody></table></div>"
        )


def _name(one: Item | Removed) -> str:
    return f"{_SIDES[one.side]}{facs.au(one.code).name.lower()}"
