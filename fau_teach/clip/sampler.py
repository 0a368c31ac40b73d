"""Draw clips: macro- and micro-expressions of sourced durations, and neutral faces."""

from __future__ import annotations

import math
from collections.abc import Iterable

from fau_teach import facs
from fau_teach.clip.checks import ClipError, one_of, real, whole
from fau_teach.clip.movement import Movement
from fau_teach.clip.nuisance import Dice, Nuisance
from fau_teach.clip.script import Clip
from fau_teach.clip.tables import conflict, definitions, implied, movable, quantity, rows
from fau_teach.micro import TOLERANCE_S

Target = tuple[str, str, str]
Share = tuple[float, float]

_LETTERS = "ABCDE"
# What each part of the nuisance measures where a difficulty asks for it; ours but for blinks.
_SIZES = {"gaze": 4.0, "head": 1.5, "speech": 4.0, "light": 0.1, "noise": 2.0}


def sample(
    kind: str = "macro",
    codes: str | Iterable[str] | None = None,
    *,
    intensity: str | None = None,
    sides: str | None = None,
    competing: int | None = None,
    masked: bool | None = None,
    asymmetry: float | None = None,
    difficulty: str | None = None,
    definition: str | None = None,
    fps: float = 30.0,
    identity: str | None = None,
    seed: int = 0,
) -> Clip:
    """Draw a clip; the same arguments give the same clip in every version of Python.

    The movements asked for come first, then those that mask or compete.

    Parameters
    ----------
    kind : ``"macro"`` (more than 0.5 s to 4 s, micro by no definition), ``"micro"`` (by at
        least one) or ``"neutral"`` (nothing but disturbance)
    codes : a score such as ``"L12C+6"``, or codes; without it, one to three are drawn
    intensity : of codes without a letter
    sides : ``"L"``, ``"R"`` or ``""`` (both), for codes without a side
    competing : how many other codes act in the same half second or so
    masked : whether a strong code that is confused with the first, or lies in the same half
        of the face, sets in during it and outlasts it
    asymmetry : chance that a code that can act on one side does so, or acts unevenly
    difficulty : ``"easy"``, ``"medium"`` or ``"hard"``: intensities, which part of the range of
        durations, competing, masked, asymmetry and nuisance, unless given here
        (``data/clip/difficulty.csv``)
    definition : id of the definition of "micro" to meet, such as ``"classic"``
    fps : frames a second [1/s]
    identity : name of the face; without it, one of a hundred names is drawn
    seed : of all that is random

    Raises
    ------
    ClipError
        Something asked for is unknown or impossible.
    NotationError
        The score cannot be read.

    Source: S0-007, E0-27 for micro; durations of micro-expressions after CAS(ME)^3.
    """
    one_of("kind", kind, ("macro", "micro", "neutral"))
    if definition and kind != "micro":
        raise ClipError("definition", "only a micro clip meets one", "Ask for kind 'micro'")
    level = rows("difficulty")[one_of("difficulty", difficulty or "any", rows("difficulty"))]
    fps, dice = real("fps", fps, 1, 1000), Dice(seed, "sample")
    competing = int(level["competing"]) if competing is None else competing
    whole("competing", competing, 0, 5)
    uneven = real("asymmetry", float(level["asymmetry"]) if asymmetry is None else asymmetry, 0, 1)
    masked = dice.random() < float(level["masked"]) if masked is None else masked
    letters = one_of("intensity", intensity, _LETTERS) if intensity else level["letters"]
    share = float(level["shortest"]), float(level["longest"])
    name = identity or f"seed-{dice.between(0, 99)}"
    lead, tail = (round(dice.spread(0.5, 1) * fps) for _ in range(2))
    parts = level["nuisance"].split()
    if kind == "neutral":
        if codes is not None:
            raise ClipError("codes", "nothing moves in a neutral clip", "Leave codes out")
        frames = lead + round(dice.spread(1, 2) * fps) + tail
        return Clip(name, fps, frames, (), _nuisance(parts, []), seed)
    targets = _targets(dice, codes, sides, uneven, letters)
    micro = kind == "micro"
    rise, hold, total = _micro(dice, fps, share, definition) if micro else _macro(dice, fps, share)
    end = lead + total
    made = [Movement(*one, lead, lead + rise, end, hold) for one in targets]
    used = [code for code, _, _ in targets]
    for number in range(competing + masked):
        hides = masked and number == 0
        used.append(dice.pick(_free(used, hides)))
        onset = dice.between(lead + 1 if hides else lead // 2, end)
        letter = dice.pick("DE" if hides else level["letters"])
        rise, hold, total = _macro(dice, fps, share)
        more = max(0, end + 1 - onset - total) if hides else 0
        times = onset, onset + rise, onset + total + more, hold + more
        made.append(Movement(used[-1], "", letter, *times))
    frames = max(one.offset for one in made) + 1 + tail
    return Clip(name, fps, frames, tuple(made), _nuisance(parts, used), seed)


def _targets(
    dice: Dice, codes: str | Iterable[str] | None, sides: str | None, uneven: float, letters: str
) -> list[Target]:
    """Code, side and letter of each movement asked for; an uneven code comes twice."""
    if codes is None:
        chosen: list[str] = []
        for _ in range(dice.between(1, 3)):
            chosen.append(dice.pick(_free(chosen)))
        codes = chosen
    score = facs.parse(codes if isinstance(codes, str) else "+".join(codes))
    found: list[Target] = []
    for item in score.items:
        side, where = item.side or sides, movable().get(item.code)
        letter = _LETTERS[item.grades[0] - 1] if item.grades else dice.pick(letters)
        if item.lip or item.uncertain or item.absent or len(item.grades) > 1 or side in ("U", "A"):
            raise ClipError("codes", f"{item} leaves something open", "Give a code such as L12C")
        if side is None and where == "one":
            side = dice.pick("LR")
        if side is None and where == "either" and dice.random() < uneven:
            side = dice.pick("LR")
            if dice.random() < 0.5:
                weaker = _LETTERS[max(0, _LETTERS.index(letter) - 1)]
                found.append((item.code, "R" if side == "L" else "L", weaker))
        found.append((item.code, side or "", letter))
    if not found or len(score.items) < len(score.entries):
        raise ClipError("codes", f"{str(score)!r} names no certain code", "Name one, such as 12")
    return found


def _free(used: list[str], hiding: bool = False) -> list[str]:
    """Codes that may be added; for hiding, those confused with the first or of its half."""
    shown = {*used, *(extra for code in used for extra in implied(code))}
    found = [
        code
        for code, row in rows("movements").items()
        if row["drawn"] == "yes"
        and not shown & {code, *implied(code)}
        and not any(conflict(code, other) for other in used)
    ]
    if hiding:
        first = facs.au(used[0])
        alike = {one.other for one in first.confusions} & {*found}
        found = [c for c in found if (c in alike if alike else facs.au(c).half == first.half)]
    if not found:
        raise ClipError("codes", f"no code is left beside {'+'.join(used)}", "Ask for fewer codes")
    return found


def _within(dice: Dice, fps: float, low_s: float, high_s: float, least: int, share: Share) -> int:
    """A number of frame intervals that lasts from ``low_s`` to ``high_s``."""
    low = max(least, math.ceil((low_s - TOLERANCE_S) * fps))
    high = math.floor((high_s + TOLERANCE_S) * fps)
    if low > high:
        problem = f"{fps:g} frames a second are too few for {low_s:g} to {high_s:g} s"
        raise ClipError("fps", problem, "Use a higher frame rate")
    return dice.between(low + int((high - low) * share[0]), low + int((high - low) * share[1]))


def _held(dice: Dice, rise: int, total: int) -> tuple[int, int, int]:
    """Rise, hold and total; at most half of what is left is held, and at least 1 falls."""
    return rise, dice.between(0, (total - rise - 1) // 2), total


def _macro(dice: Dice, fps: float, share: Share) -> tuple[int, int, int]:
    # A frame more than half a second, and than the longest fast onset: micro for nobody.
    low = quantity("macro_shortest") + 1 / fps
    total = _within(dice, fps, low, quantity("macro_longest"), 3, share)
    slow = math.floor((definitions()["onset260"].longest_s + TOLERANCE_S) * fps) + 1
    return _held(dice, dice.between(slow, max(slow, total // 2)), total)


def _micro(dice: Dice, fps: float, share: Share, name: str | None) -> tuple[int, int, int]:
    # As many short events as in CAS(ME)^3; the others are micro by their fast onset alone.
    short = dice.random() * quantity("micro_rows") < quantity("micro_short")
    chosen = name or ("total500" if short else "onset260")
    wanted = definitions()[one_of("definition", chosen, definitions())]
    low, high, fast = wanted.shortest_s, wanted.longest_s, quantity("micro_fast_s")
    if wanted.measured == "onset":
        low = 0 if name else definitions()["total500"].longest_s + 1 / fps
        high, fast = quantity("micro_longest"), wanted.longest_s
    total = _within(dice, fps, low, high, 2, share)
    rise = _within(dice, fps, 0, min(fast, (total - 1) / fps), 1, (0, 1))
    return _held(dice, rise, total)


def _nuisance(parts: list[str], codes: list[str]) -> Nuisance:
    """The parts of a difficulty; no speech where it would make codes doubtful."""
    doubtful = {code for one in facs.exclusions() if "50" in one.others for code in one.codes}
    silent = doubtful & {extra for code in codes for extra in (code, *implied(code))}
    sizes = {"blinks": quantity("blink_per_minute"), **_SIZES}
    return Nuisance(**{part: sizes[part] for part in parts if part != "speech" or not silent})
