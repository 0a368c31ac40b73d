"""Who the face is: proportions, look, hair and resting tone, by name or by seed."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from fau_teach._data import read_csv
from fau_teach.face.materials import Look
from fau_teach.face.proportions import check, parameters

DEFAULT = "Ana"
HAIR = ("short", "cropped", "parted", "shaved", "bob", "bun", "curly", "scarf")
_SIDES = {"L": "left", "R": "right"}
Score = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Identity:
    """One person.

    Parameters
    ----------
    name : of a row of ``data/face/identities.csv``, or any other text, which then is a seed
    proportions : parameter to units of about one standard deviation; the rest are 0
    look : colours and lines
    hair : one of ``HAIR``
    tone : (code, side) to activation that the face keeps at rest, such as a raised lip corner
    """

    name: str
    proportions: Mapping[str, float] = field(default_factory=dict)
    look: Look = field(default_factory=Look)
    hair: str = "short"
    tone: Mapping[Score, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check(self.proportions)
        if self.hair not in HAIR:
            raise ValueError(f"hair {self.hair!r} is none of {', '.join(HAIR)}")


def _pairs(text: str) -> dict[str, float]:
    return {name: float(value) for name, value in (item.split("=") for item in text.split())}


def _tone(text: str) -> dict[Score, float]:
    found = {}
    for name, value in _pairs(text).items():
        side = _SIDES.get(name[-1], "both")
        found[name.rstrip("LR"), side] = value
    return found


@cache
def named() -> Mapping[str, Identity]:
    """The named identities, the default one first."""
    return MappingProxyType(
        {
            row["name"]: Identity(
                row["name"],
                MappingProxyType(_pairs(row["proportions"])),
                Look.from_mapping(_pairs(row["look"])),
                row["hair"],
                MappingProxyType(_tone(row["tone"])),
            )
            for row in read_csv("face/identities.csv", ("name", "hair", "proportions", "look"))
        }
    )


@cache
def identity(name: str = DEFAULT) -> Identity:
    """The named identity, or the one that this name is the seed of.

    Proportions, age, skin and hair are drawn independently of each other.
    """
    if name in named():
        return named()[name]
    # Python's own hash of a text changes from run to run; a digest does not.
    draw = random.Random(hashlib.sha256(name.encode()).digest())
    proportions = {
        parameter: round(max(-2.0, min(2.0, draw.gauss(0, 0.75))), 2) for parameter in parameters()
    }
    age, melanin = draw.random(), round(draw.betavariate(1.1, 1.4) * 0.9 + 0.05, 3)
    lines = max(0.0, age - 0.35)
    for sagging, most in (("jowls", 1.4), ("eye_bags", 1.6), ("hooding", 1.2)):
        proportions[sagging] = round(lines * most / 0.65 + 0.3 * draw.gauss(0, 1), 2)
    grey = round(max(0.0, age - 0.5) * 2 * draw.random() ** 0.5, 3)
    look = {
        "melanin": melanin,
        "haemoglobin": round(draw.uniform(0.25, 0.7), 3),
        "lip_redness": round(draw.uniform(0.3, 0.6), 3),
        "wrinkle_gain": round(0.7 + 0.9 * age, 3),
        "hair_eumelanin": round(min(1.0, draw.uniform(0.1, 1.0) + 1.2 * melanin), 3),
        "hair_pheomelanin": round(draw.uniform(0, 0.6) * (1 - melanin), 3),
        "hair_grey": grey,
        "iris_melanin": round(min(1.0, draw.random() + 1.6 * melanin), 3),
        "brow_thickness": round(draw.uniform(0.75, 1.25), 3),
        "freckles": round(max(0.0, draw.uniform(-1, 0.6)) * (1 - melanin), 3),
    }
    for line in ("forehead", "glabella", "crow", "under_eye", "nasolabial", "marionette"):
        look[f"line_{line}"] = round(lines * draw.uniform(0.3, 1.0), 3)
    hair = draw.choice(HAIR)
    return Identity(name, MappingProxyType(proportions), Look.from_mapping(look), hair)
