"""What is practised: skills with their cues, stages in their order, and limits to state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from fau_teach import facs
from fau_teach._data import read_csv
from fau_teach._records import Checks, RecordError
from fau_teach.clip import movable

LEVELS = ("easy", "medium", "hard")
"""Difficulties of ``data/clip/difficulty.csv``."""
KINDS = ("which", "score", "mark", "grade", "flash", "neutral")
"""What an item asks for; a neutral one asks for a score and has nothing to score."""
_ASKED = {
    "contrast": ("which", "score", "mark"),
    "presence": ("which",),
    "side": ("which",),
    "intensity": ("grade",),
    "timing": ("mark",),
    "flash": ("flash",),
    "clips": ("score", "mark", "neutral"),
}
# A blink cannot be told from closed eyes in a flash of a fifth of a second.
_TOO_SHORT = "closed_or_blink"


class TrainingError(RecordError):
    """An item, an answer or a record cannot be; place, problem, advice as in the base class."""


checks = Checks(TrainingError)


@dataclass(frozen=True, slots=True)
class Skill:
    """One thing to learn.

    Parameters
    ----------
    id : that of the contrast set, or a short name
    kind : ``"contrast"``, ``"presence"``, ``"side"``, ``"intensity"``, ``"timing"``,
        ``"flash"`` or ``"clips"``
    title : for readers
    codes : alternatives of a contrast set, such as ``("1", "1+4", "4")``; else the scores from
        which items are drawn, none where the sampler or the contrast sets give them
    cue : what decides
    confidence, reference : as in the data dictionary
    letters : code -> intensities to which it is bound
    """

    id: str
    kind: str
    title: str
    codes: tuple[str, ...]
    cue: str
    confidence: str
    reference: str
    letters: Mapping[str, str]

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of items that there are."""
        return _ASKED[self.kind]

    @property
    def members(self) -> frozenset[str]:
        """Every single code of the alternatives."""
        return frozenset(code for one in self.codes for code in one.split("+"))

    @property
    def sided(self) -> bool:
        """Whether every code can act on one side alone."""
        return all(movable()[code] == "either" for code in self.members)

    def alternative(self, codes: frozenset[str]) -> str:
        """The alternative that has these codes; empty where none has."""
        return next((one for one in self.codes if frozenset(one.split("+")) == codes), "")


@cache
def skills() -> Mapping[str, Skill]:
    """Every skill by its id: the contrast sets first, then the rest.

    Source: ``data/facs/contrast_sets.csv``, ``data/training/skills.csv``.
    """
    found = {
        one.id: Skill(
            one.id, "contrast", _title(one.codes), one.codes, one.cue, one.confidence,
            one.reference, MappingProxyType({}),
        )
        for one in facs.contrast_sets()
    }  # fmt: skip
    for row in read_csv("training/skills.csv", ("id", "kind", "codes", "letters", "cue")):
        codes = tuple(filter(None, row["codes"].split("|")))
        letters = dict(part.split(":") for part in row["letters"].split())
        about = row["cue"], row["confidence"], row["reference"], MappingProxyType(letters)
        found[row["id"]] = Skill(row["id"], row["kind"], row["title"], codes, *about)
    return MappingProxyType(found)


def _title(codes: tuple[str, ...]) -> str:
    return f"{', '.join(codes[:-1])} or {codes[-1]}"


def skill(name: str) -> Skill:
    """One skill; refuse an unknown id, with the nearest."""
    return skills()[checks.one_of("skill", name, skills())]


@cache
def contrasts() -> tuple[Skill, ...]:
    """The contrast sets, in the order of the lessons."""
    return tuple(one for one in skills().values() if one.kind == "contrast")


@cache
def flashed() -> tuple[Skill, ...]:
    """Contrast sets of which an alternative can be shown as a flash."""
    return tuple(one for one in contrasts() if one.id != _TOO_SHORT)


@dataclass(frozen=True, slots=True)
class Stage:
    """One part of the path; nobody is locked out of any.

    Parameters
    ----------
    id, title, what : name, heading and a sentence for readers
    kinds : kinds of skills that are practised
    enough : how many items (in lessons: right answers of the last eight) before the next stage
        is recommended
    """

    id: str
    title: str
    kinds: tuple[str, ...]
    enough: int
    what: str

    @property
    def skills(self) -> tuple[Skill, ...]:
        """What is practised."""
        return tuple(one for one in skills().values() if one.kind in self.kinds)


@cache
def stages() -> Mapping[str, Stage]:
    """Stages in the recommended order.

    Source: ``data/training/stages.csv``; numbers ours.
    """
    return MappingProxyType(
        {
            row["id"]: Stage(
                row["id"], row["title"], tuple(row["kinds"].split()), int(row["enough"]),
                row["what"],
            )
            for row in read_csv("training/stages.csv", ("id", "title", "kinds", "enough"))
        }
    )  # fmt: skip


@cache
def limits() -> tuple[Mapping[str, str], ...]:
    """What every page with a result has to say: id, text, confidence, reference."""
    return tuple(MappingProxyType(row) for row in read_csv("training/limits.csv", ("id", "text")))
