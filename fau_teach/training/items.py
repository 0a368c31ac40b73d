"""Items: a clip, a question and the answer of its key, each made again from its id alone.

An id such as ``1.which.cheek_or_lid.easy.7`` holds version, kind, skill, level and seed. The
alternative to be shown is drawn from the seed first, all equally likely; then clips are drawn
until the *key* of one shows it and it is fair (:mod:`fau_teach.training.fair`), at the last tries
without anything beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from hashlib import sha256

from fau_teach import facs
from fau_teach._data import read_csv
from fau_teach.clip import Clip, ClipError, Key, Movement, movable, sample
from fau_teach.clip.nuisance import Dice
from fau_teach.clip.tables import quantity
from fau_teach.training.fair import scored, unfair
from fau_teach.training.skills import (
    KINDS,
    LEVELS,
    Skill,
    TrainingError,
    checks,
    flashed,
    skill,
    stages,
)

VERSION = 1
"""Version of the items; an id says which it is of."""
WITHOUT = ("45", "50")
"""Blinks and speech are not asked for, except where the set is about them."""
NOTHING = "null"
HIGHEST = 2**53 - 1
SIDES = {"L": "left", "R": "right", "": "both", "A": "asymmetric"}
_LETTERS = "ABCDE"
_TRIES, _PLAIN = 14, 10
_FPS, _FLASH_FPS = 30.0, 100.0
# Ours: what is seen of a code in presence items, and how often a macro clip is a micro one.
_FAINT = {"easy": "BC", "medium": "AB", "hard": "A"}
_MICRO = 0.25
_ID = re.compile(r"(\d+)\.(\w+)\.(\w+)\.(\w+)\.(\d+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Item:
    """One item.

    Parameters
    ----------
    id : makes it again
    kind : one of ``KINDS``
    skill : what is practised
    level : ``"easy"``, ``"medium"`` or ``"hard"``
    ask : the question
    clip : what is shown
    key : what shows in it
    options : to choose from; empty where a score is written
    answer : the option, or the score, that the key says
    codes : codes that the question is about; empty where it is about the whole face
    contrast : id of the contrast set of which a flash is a member, or of a contrast item
    without : codes that are not asked for
    """

    id: str
    kind: str
    skill: str
    level: str
    ask: str
    clip: Clip
    key: Key
    options: tuple[str, ...]
    answer: str
    codes: frozenset[str]
    contrast: str
    without: tuple[str, ...] = WITHOUT

    @property
    def flash(self) -> dict[str, float] | None:
        """How a flash is shown: once, with the first and the last frame held [ms], or None."""
        if self.kind != "flash":
            return None
        one = self.key.items[0]
        return {
            "hold_before": round(Dice(self.clip.seed, "hold").spread(500, 1200)),
            "ms": round(1000 * (one.offset - one.onset) / self.clip.fps),
            "hold_after": 1000,
        }


def name_of(kind: str, about: str, level: str, seed: int) -> str:
    """The id of an item; refuses kinds, skills and levels that there are not."""
    checks.one_of("kind", kind, KINDS)
    checks.one_of("kind", kind, skill(about).kinds)
    checks.one_of("level", level, LEVELS)
    checks.whole("seed", seed, 0, HIGHEST)
    return f"{VERSION}.{kind}.{about}.{level}.{seed}"


def parts_of(name: str) -> tuple[str, Skill, str, int]:
    """Kind, skill, level and seed of an id.

    Raises
    ------
    TrainingError
        It is no id of this version.
    """
    version, kind, about, level, seed = split(name)
    if version != VERSION:
        problem = f"{name!r:.60} is no item of version {VERSION}"
        raise TrainingError("item", problem, "Take the id from an item")
    name_of(kind, about, level, seed)
    return kind, skill(about), level, seed


def split(name: str) -> tuple[int, str, str, str, int]:
    """Version, kind, skill, level and seed of an id of any version, for old records.

    Raises
    ------
    TrainingError
        It has not the form of an id.
    """
    found = _ID.fullmatch(name) if len(name) < 100 else None
    if not found:
        raise TrainingError("item", f"{name!r:.60} is no item", "Take the id from an item")
    return int(found[1]), found[2], found[3], found[4], int(found[5])


@lru_cache(maxsize=512)
def target(name: str) -> tuple[str, str]:
    """What an item shows, before any clip is drawn: contrast set or code, and the answer."""
    kind, about, level, seed = parts_of(name)
    dice = Dice(seed, f"{kind}/{about.id}/{level}")
    if about.kind == "contrast":
        return about.id, dice.pick(about.codes)
    if about.kind == "flash":
        one = dice.pick(flashed())
        return one.id, dice.pick(one.codes)
    if not about.codes:
        return "", NOTHING if kind == "neutral" else ""
    code = dice.pick(about.codes)
    if about.kind == "intensity":
        return code, dice.pick(_LETTERS)
    if about.kind == "side":
        return code, dice.pick(_words(level))
    return code, dice.pick(("present", "absent")) if about.kind == "presence" else ""


@lru_cache(maxsize=64)
def item(name: str) -> Item:
    """The item with an id; the same in every version of Python.

    Raises
    ------
    TrainingError
        There is no such item.
    """
    kind, about, level, seed = parts_of(name)
    subject, answer = target(name)
    contrast = subject if about.kind in ("contrast", "flash") else ""
    codes = skill(contrast).members if contrast else frozenset(filter(None, subject.split("+")))
    without = tuple(code for code in WITHOUT if code not in codes)
    make, fits = _maker(kind, about, level, subject, answer)
    for attempt in range(_TRIES):
        dice = Dice(seed, f"{name}/{attempt}")
        try:
            clip = make(dice, attempt >= _PLAIN)
        except ClipError:
            continue  # nothing is left to stand beside it
        key = clip.key()
        if fits(key) and not unfair(clip, key, without, codes if kind == "flash" else ()):
            break
    else:
        raise TrainingError("item", f"no clip shows what {name} asks for", "Take another seed")
    if kind in ("score", "mark"):
        answer = scored(key, without)
    options = _options(kind, about, level, contrast)
    ask = _ask(kind, about, subject)
    codes = frozenset() if about.kind in ("clips", "timing") else codes
    return Item(
        name, kind, about.id, level, ask, clip, key, options, answer, codes, contrast, without
    )


def asked(key: Key, codes: Iterable[str]) -> frozenset[str]:
    """Those codes that act themselves in a key; what merely shows along is left out."""
    return frozenset({*codes} & {one.code for one in key.items if not one.implied})


_Maker = tuple[Callable[[Dice, bool], Clip], Callable[[Key], bool]]


def _maker(kind: str, about: Skill, level: str, subject: str, answer: str) -> _Maker:
    """How to draw a clip, and whether its key shows what it shall."""
    if about.kind in ("contrast", "flash"):
        one = skill(subject)
        wanted = frozenset(answer.split("+"))
        flash = kind == "flash"
        return (
            lambda dice, plain: _alternative(dice, one, answer, level, plain, flash),
            lambda key: asked(key, one.members) == wanted,
        )
    if about.kind == "clips":
        return (
            lambda dice, _: _whole(dice, level, not answer),
            lambda key: (scored(key, WITHOUT) == NOTHING) is bool(answer),
        )
    if about.kind == "presence":
        there = answer == "present"
        return (
            lambda dice, plain: _faint(dice, subject, there, level, plain),
            lambda key: (subject in {one.code for one in key.items}) is there,
        )
    if about.kind == "side":
        side = next(letter for letter, word in SIDES.items() if word == answer)
        return (
            lambda dice, plain: _drawn(dice, _sided(dice, subject, side, level), level, plain),
            lambda key: {o.side for o in key.items if o.code == subject} == {side},
        )
    if about.kind == "intensity":
        return (
            lambda dice, plain: _drawn(dice, subject + answer, level, plain),
            lambda key: [o.intensity for o in key.items if o.code == subject] == [answer],
        )
    codes = frozenset(subject.split("+"))
    return (
        lambda dice, plain: _drawn(dice, subject, level, plain),
        lambda key: asked(key, codes) == codes,
    )


@cache
def faces() -> tuple[str, ...]:
    """Names of the faces that items show; a page may show any clip on any face."""
    return tuple(row["name"] for row in read_csv("face/identities.csv"))


def _drawn(
    dice: Dice,
    codes: str | None,
    level: str,
    plain: bool = False,
    *,
    kind: str = "macro",
    sides: str | None = "",
    blinks: bool = True,
    **more: object,
) -> Clip:
    """A clip without speech; beside hard items another code acts, unless they are plain."""
    options: dict[str, object] = {
        "competing": int(level == "hard" and not plain), "masked": False, "asymmetry": 0,
        "fps": _FPS, **more,
    }  # fmt: skip
    made = sample(
        kind, codes, sides=sides, difficulty="easy" if plain else level,
        identity=dice.pick(faces()), seed=dice.between(0, 2**31), **options,  # type: ignore[arg-type]
    )  # fmt: skip
    kept = made.nuisance.blinks if blinks else 0
    return replace(made, nuisance=replace(made.nuisance, speech=0, blinks=kept))


def _alternative(
    dice: Dice, about: Skill, answer: str, level: str, plain: bool, flash: bool
) -> Clip:
    side = dice.pick(("", "", "L", "R")) if about.sided and level != "easy" else ""
    bound = about.letters
    codes = "+".join(c + (dice.pick(bound[c]) if c in bound else "") for c in answer.split("+"))
    if flash:
        return _drawn(
            dice, codes, level, plain, kind="micro", sides=side, definition="classic",
            fps=_FLASH_FPS, competing=0, blinks=False,
        )  # fmt: skip
    lids = "45" in about.members
    if answer != "45":
        return _drawn(dice, codes, level, plain, sides=side, blinks=not lids)
    # The sampler's movements are longer than a blink.
    made = _drawn(dice, "43", level, plain, sides="", blinks=False)
    length = dice.spread(quantity("blink_shortest"), quantity("blink_longest")) * made.fps
    onset, total = made.movements[0].onset, max(3, round(length))
    blink = Movement("45", "", "E", onset, onset + max(1, total // 3), onset + total)
    return replace(made, movements=(blink, *made.movements[1:]))


def _faint(dice: Dice, code: str, there: bool, level: str, plain: bool) -> Clip:
    """A trace of a code; without it, at higher levels, something that is taken for it."""
    if there:
        return _drawn(dice, code + dice.pick(_FAINT[level]), level, plain)
    if level == "easy":
        return _drawn(dice, None, level, kind="neutral", competing=None, asymmetry=None)
    units = {one.other for one in facs.au(code).confusions}
    alike = sorted(c for c in units if movable().get(c) in ("either", "both") and int(c) < 43)
    return _drawn(dice, dice.pick(alike), level, plain)


def _sided(dice: Dice, code: str, side: str, level: str) -> str:
    if side != "A":
        return side + code
    strong = dice.pick("LR")
    weak = "R" if strong == "L" else "L"
    return f"{strong}{code}D+{weak}{code}{'B' if level == 'medium' else 'C'}"


def _whole(dice: Dice, level: str, moves: bool) -> Clip:
    if not moves:
        return _drawn(dice, None, level, kind="neutral", competing=None, asymmetry=None)
    kind = "micro" if level == "hard" and dice.random() < _MICRO else "macro"
    return _drawn(
        dice, None, level, kind=kind, sides=None, competing=None, asymmetry=None,
        masked=None if level == "hard" else False,
    )  # fmt: skip


def _options(kind: str, about: Skill, level: str, contrast: str) -> tuple[str, ...]:
    if kind == "grade":
        return tuple(_LETTERS)
    if kind not in ("which", "flash"):
        return ()
    if contrast:
        return skill(contrast).codes
    return ("present", "absent") if about.kind == "presence" else _words(level)


def _words(level: str) -> tuple[str, ...]:
    return tuple(SIDES.values())[: 3 + (level != "easy")]


def _ask(kind: str, about: Skill, subject: str) -> str:
    if kind == "grade":
        return f"How strong is {facs.au(subject)} at its apex?"
    if about.kind == "presence":
        return f"Does {facs.au(subject)} move away from neutral?"
    if about.kind == "side":
        return f"On which side of the subject does {facs.au(subject)} act?"
    if kind in ("which", "flash"):
        return "Which of these do you see?"
    if kind == "mark":
        return "Write the whole score and mark onset, apex and offset."
    return "Write the whole score. Write null if nothing moves."


def bank(name: str, count: int = 34, stage: str = "drills") -> tuple[str, ...]:
    """Ids of a fixed bank for a class: the same name gives the same items everywhere.

    Parameters
    ----------
    name : any text
    count : how many items, 1 to 1000; the skills of the stage take turns
    stage : whose skills are in it
    """
    checks.whole("count", count, 1, 1000)
    dice = Dice(hashed(name, stage), "bank")
    pool = stages()[checks.one_of("stage", stage, stages())].skills
    found = []
    for number in range(count):
        about, level = pool[number % len(pool)], LEVELS[number // len(pool) % len(LEVELS)]
        found.append(name_of(about.kinds[0], about.id, level, dice.between(0, 2**40)))
    return tuple(found)


def hashed(*parts: object) -> int:
    """A seed from any texts and numbers, from which they cannot be read back."""
    text = "\x1f".join(map(str, parts))
    return int.from_bytes(sha256(text.encode("utf-8", "replace")).digest()[:6], "big")
