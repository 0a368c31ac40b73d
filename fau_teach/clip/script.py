"""A clip: its movements and disturbances, what they drive, and its file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from types import MappingProxyType

from fau_teach import _records, facs
from fau_teach.clip.checks import ClipError, real, whole
from fau_teach.clip.key import Key
from fau_teach.clip.key_tables import Sight
from fau_teach.clip.movement import LONGEST, Movement
from fau_teach.clip.nuisance import TRACES, Nuisance
from fau_teach.clip.watch import watched

VERSION = 1
"""Version of the form of a script; a file says which it has."""
_STILL = Nuisance()
_HEADS = ("code", "name", "side", "intensity", "onset", "apex", "hold", "offset", "ms", "micro by")
_IDENTITY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Clip:
    """A script from which a face is moved.

    Parameters
    ----------
    identity : name of the face
    fps : frames a second [1/s]
    frames : number of frames
    movements : what acts; two that exclude each other never at the same time
    nuisance : what disturbs
    seed : of everything in ``nuisance`` that is random
    version : of the form of the script

    Raises
    ------
    ClipError
        A part cannot be; the error names it.
    """

    identity: str
    fps: float
    frames: int
    movements: tuple[Movement, ...] = ()
    nuisance: Nuisance = _STILL
    seed: int = 0
    version: int = VERSION

    def __post_init__(self) -> None:
        if not _IDENTITY.fullmatch(self.identity):
            advice = "Use up to 64 letters, digits, dots, hyphens and underscores"
            raise ClipError("identity", f"{self.identity!r:.60} is no name of a face", advice)
        object.__setattr__(self, "movements", tuple(self.movements))
        object.__setattr__(self, "fps", real("fps", self.fps, 1, 1000))
        whole("frames", self.frames, 1, LONGEST)
        # A browser holds whole numbers exactly up to here.
        whole("seed", self.seed, 0, 2**53 - 1)
        whole("version", self.version, VERSION, VERSION)
        for at, one in enumerate(self.movements):
            place = f"movements[{at}]"
            if one.offset >= self.frames:
                problem = f"{one.code} ends in frame {one.offset}, the clip in {self.frames - 1}"
                raise ClipError(f"{place}.offset", problem, "End it earlier or lengthen the clip")
            for before, other in enumerate(self.movements[:at]):
                reason = one.clash(other)
                if reason:
                    problem = f"{one.code} beside {other.code} of movements[{before}]: {reason}"
                    advice = f"Put it before frame {other.onset} or after frame {other.offset}"
                    raise ClipError(place, problem, advice)

    def disturbances(self) -> tuple[Movement, ...]:
        """Blinks and syllables. One that a scripted movement excludes does not happen."""
        found = self.nuisance.movements(self.seed, self.frames, self.fps)
        return tuple(one for one in found if not any(map(one.clash, self.movements)))

    def drive(self) -> Mapping[tuple[str, str], tuple[float, ...]]:
        """What was scripted: (code, side) -> activation, 0 to 1, a value a frame.

        The side is ``"L"`` or ``"R"``, the subject's, or empty where a code has no sides.
        Blinks and syllables are in it; codes that merely show along (:func:`implied`) are not.
        """
        levels: dict[tuple[str, str], list[float]] = {}
        for one in (*self.movements, *self.disturbances()):
            for side in one.sides:
                row = levels.setdefault((one.code, side), [0.0] * self.frames)
                for frame in range(one.onset, one.offset + 1):
                    row[frame] = one.level(frame)
        return MappingProxyType({key: tuple(row) for key, row in levels.items()})

    def traces(self) -> Mapping[str, tuple[float, ...]]:
        """Gaze and head in degrees and light as a factor, a value a frame; see ``TRACES``."""
        size = (self.seed, self.frames, self.fps)
        return MappingProxyType({name: self.nuisance.trace(name, *size) for name in TRACES})

    def key(self, threshold: float | None = None, sight: Sight | None = None) -> Key:
        """What a coder should score, with frames, and what cannot be seen and why.

        Parameters
        ----------
        threshold : least displacement that a coder can see [mm]; that of ``key.csv`` unless given
        sight : what shows how much; that of the default identity unless given. For another,
            ``clip.seen_on(name)`` is near and ``fau_teach.face.visible.sight(name)`` exact

        Raises
        ------
        ClipError
            The threshold is not between 0.001 and 100 mm.

        Source: S0-100 for onset, apex and offset; :mod:`fau_teach.clip.watch` states the rules.
        """
        return watched(self, threshold, sight)

    def to_json(self) -> str:
        """The script as text; equal clips give equal text."""
        return _records.text_of(self)

    @classmethod
    def from_json(cls, text: str, file: str = "") -> Clip:
        """Read a script; a :class:`ClipError` names the file and the place in it."""
        return _records.read_text(cls, text, file, VERSION, ClipError)

    def save(self, path: str | Path) -> Path:
        """Write the script, the whole file or nothing; replaces a file of that name."""
        return _records.write_whole(Path(path), self.to_json())

    @classmethod
    def load(cls, path: str | Path) -> Clip:
        """Read a script that :meth:`save` wrote, or one written by hand."""
        try:
            return cls.from_json(Path(path).read_text(encoding="utf-8"), str(path))
        except UnicodeDecodeError:
            raise ClipError("", "this is not text in UTF-8", "Save it so", str(path)) from None

    def _cells(self) -> list[tuple[str, ...]]:
        times = ("onset", "apex", "hold", "offset")
        found = []
        for one in self.movements:
            names = (one.code, facs.au(one.code).name, one.side or "both", one.intensity)
            frames = (str(getattr(one, name)) for name in times)
            lasts = f"{1000 * (one.offset - one.onset) / self.fps:.0f}"
            found.append((*names, *frames, lasts, ", ".join(one.micro(self.fps)) or "none"))
        return found

    def _title(self) -> str:
        parts = [f"{name} {size:g}" for name, size in asdict(self.nuisance).items() if size]
        nuisance = ", ".join(parts) or "none"
        start = f"Clip of {self.identity}: {self.frames} frames at {self.fps:g} fps"
        return f"{start}, seed {self.seed}; nuisance: {nuisance}"

    def __str__(self) -> str:
        rows = [_HEADS, *self._cells()]
        wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(map(str.ljust, row, wide)).rstrip() for row in rows]
        return "\n".join([self._title(), *(lines if self.movements else ["nothing moves"])])

    def _repr_html_(self) -> str:
        heads = "".join(f'<th scope="col">{head}</th>' for head in _HEADS)
        body = (
            f"<tr>{''.join(f'<td>{escape(c)}</td>' for c in row)}</tr>" for row in self._cells()
        )
        return (
            '<div class="wide-table" tabindex="0" role="region" aria-label="Movements of a clip">'
            f"<table><caption>{escape(self._title())}</caption><thead><tr>{heads}</tr></thead>"
            f"<tbody>{''.join(body)}</tbody></table></div>"
        )
