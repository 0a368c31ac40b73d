"""Simulated coders of known faults: whether a measure finds what was put in can be tested."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

from fau_teach._records import Checks
from fau_teach.clip import Key, movable
from fau_teach.clip.key import UNGRADED, Item
from fau_teach.clip.nuisance import Dice
from fau_teach.coding.event import CodingError, Event
from fau_teach.coding.marks import mates, sided
from fau_teach.coding.session import Session, Watched
from fau_teach.facs.score import LETTERS

_BELL = NormalDist()
_checks = Checks(CodingError)
Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Coder:
    """A simulated coder.

    Parameters
    ----------
    name : of the coder
    miss : chance that an item of the key is not scored
    confuse : chance that it is taken for its rival in a contrast set, where it has one that
        neither the key nor the coder has in this clip; with ``miss`` at most 1
    side : chance that a scored item whose code can act on one side gets a wrong side
    add : chance that a clip gets one code that is not in the key
    delay_ms : mean by which onset, apex and offset are late [ms]; one number stands for all
    spread_ms : standard deviation of each [ms]
    intensity, intensity_spread : mean and standard deviation of the grade less the key's
        [steps]; whole steps are drawn, and the scale ends at A and E
    gap : chance that the coder does not look at a clip

    Raises
    ------
    CodingError
        A chance or a time is not possible (names the field).
    """

    name: str
    miss: float = 0.0
    confuse: float = 0.0
    side: float = 0.0
    add: float = 0.0
    delay_ms: Triple | float = 0.0
    spread_ms: Triple | float = 0.0
    intensity: float = 0.0
    intensity_spread: float = 0.0
    gap: float = 0.0

    def __post_init__(self) -> None:
        for name in ("miss", "confuse", "side", "add", "gap"):
            _checks.real(name, getattr(self, name), 0, 1)
        if self.miss + self.confuse > 1:
            problem = f"{self.confuse:g} and a miss of {self.miss:g} make more than 1"
            raise CodingError("confuse", problem, "Lower one of them")
        _checks.real("intensity", self.intensity, -5, 5)
        _checks.real("intensity_spread", self.intensity_spread, 0, 5)
        for name, low in (("delay_ms", -60_000), ("spread_ms", 0)):
            value = getattr(self, name)
            three = tuple(value) if isinstance(value, Sequence) else (value,) * 3
            if len(three) != 3:
                advice = "Give one number, or onset, apex and offset"
                raise CodingError(name, f"{len(three)} numbers", advice)
            object.__setattr__(
                self, name, tuple(_checks.real(name, each, low, 60_000) for each in three)
            )


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was drawn for one item of a key, or for a code added to a clip.

    Parameters
    ----------
    coder, clip : names
    item : code with side and grade as the key has it; empty for an added code
    given : as it was scored; empty where it was not
    what : ``"hit"``, ``"missed"``, ``"confused"`` or ``"added"``
    wrong_side : whether the side was changed
    steps : grade less that of the key; None where one has none
    frames : how much later onset, apex and offset are than in the key; None where not scored
    """

    coder: str
    clip: str
    item: str
    given: str
    what: str
    wrong_side: bool = False
    steps: int | None = None
    frames: tuple[int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class Simulated:
    """A session of simulated coders, and what was drawn for them.

    Parameters
    ----------
    session : the events; a clip that a coder did not look at says so
    truth : every draw, in order of coder, clip and key
    gaps : (coder, clip) that was not looked at
    """

    session: Session
    truth: tuple[Drawn, ...]
    gaps: tuple[tuple[str, str], ...]


def simulate(keys: Mapping[str, Key], coders: Sequence[Coder], seed: int = 0) -> Simulated:
    """Let coders of known faults code clips.

    Every coder and clip has its own stream of random numbers, and every item takes the same
    number of them: changing one rate, coder or clip leaves the others as they are. Times are
    rounded to frames and kept in order and inside the clip, which shortens large delays of
    short events. A code is added only where it is neither in the key, nor left out there, nor a
    rival of one that is: then it is an addition and nothing else.

    Parameters
    ----------
    keys : name of each clip -> its key
    coders : who codes
    seed : of all that is random

    Raises
    ------
    CodingError
        Two coders have one name.
    """
    names = [coder.name for coder in coders]
    if len({*names}) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise CodingError("coders", f"{twice!r} stands twice", "Give each coder a name")
    events: list[Event] = []
    truth: list[Drawn] = []
    gaps: list[tuple[str, str]] = []
    for coder in coders:
        for clip, key in keys.items():
            dice = Dice(seed, f"coder/{coder.name}/{clip}")
            if dice.random() < coder.gap:
                gaps.append((coder.name, clip))
                continue
            drawn: list[tuple[Drawn, Event | None]] = []
            taken = {item.code for item in key.items}
            for item in key.items:
                drawn.append(_item(coder, clip, key, item, dice, taken))
            drawn += _added(coder, clip, key, dice)
            truth += (one for one, _ in drawn)
            events += sorted((e for _, e in drawn if e), key=lambda event: event.onset)
    watched = []
    for clip, key in keys.items():
        looked = tuple(name for name in names if (name, clip) not in gaps)
        if looked:  # an empty list would mean everybody
            watched.append(Watched(clip, key.fps, key.frames, key.identity, coders=looked))
    title = f"{len(coders)} simulated coders, seed {seed}"
    return Simulated(Session(title, tuple(events), tuple(watched)), tuple(truth), tuple(gaps))


def _item(
    coder: Coder, clip: str, key: Key, item: Item, dice: Dice, taken: set[str]
) -> tuple[Drawn, Event | None]:
    fate, rival, turn, where = (dice.random() for _ in range(4))
    shifts, grade = [_bell(dice) for _ in range(3)], _bell(dice)
    about = coder.name, clip, str(item)
    if fate < coder.miss:
        return Drawn(*about, "", "missed"), None
    free = [code for code in mates(item.code) if code not in taken]
    confused = bool(free) and fate < coder.miss + coder.confuse
    code = free[int(rival * len(free))] if confused else item.code
    taken.add(code)  # two movements are not taken for one and the same
    side, wrong = item.side, turn < coder.side and sided(code) and not confused
    if wrong:
        one_sided = movable()[code] == "one"
        others = [s for s in ("L", "R", *(() if one_sided else ("",))) if s != item.side]
        side = others[int(where * len(others))]
    elif confused and not sided(code):
        side = ""
    elif confused and movable()[code] == "one" and side not in ("L", "R"):
        side = "LR"[int(where * 2)]
    letter, steps = "", None
    if item.intensity and code not in UNGRADED:
        start = LETTERS.index(item.intensity)
        drift = round(coder.intensity + coder.intensity_spread * grade)
        letter = LETTERS[min(max(start + drift, 0), len(LETTERS) - 1)]
        steps = LETTERS.index(letter) - start
    times = _times(coder, key, item, shifts)
    frames = times[0] - item.onset, times[1] - item.apex, times[2] - item.offset
    aus = f"{side}{code}{letter}"
    what = "confused" if confused else "hit"
    event = Event(coder.name, key.identity, clip, key.fps, *times, aus)
    return Drawn(*about, aus, what, wrong, steps, frames), event


def _times(coder: Coder, key: Key, item: Item, shifts: list[float]) -> tuple[int, int, int]:
    delays, spreads = coder.delay_ms, coder.spread_ms
    assert isinstance(delays, tuple)  # made so by Coder
    assert isinstance(spreads, tuple)
    last, found = 0, []
    for at, frame in enumerate((item.onset, item.apex, item.offset)):
        late = (delays[at] + spreads[at] * shifts[at]) * key.fps / 1000
        last = min(max(frame + round(late), last), key.frames - 1)
        found.append(last)
    return found[0], found[1], found[2]


def _added(coder: Coder, clip: str, key: Key, dice: Dice) -> list[tuple[Drawn, Event | None]]:
    chance, pick, start = (dice.random() for _ in range(3))
    present = {one.code for one in key.items} | {one.code for one in key.removed}
    rivals = {mate for code in present for mate in mates(code)}
    free = [
        code
        for code, where in movable().items()
        if where != "one" and int(code) < 50 and code not in present | rivals | {*UNGRADED}
    ]
    if chance >= coder.add or not free:
        return []
    aus = f"{free[int(pick * len(free))]}B"
    onset = int(start * key.frames / 2)
    apex, end = (onset + int(key.frames * share) for share in (0.2, 0.4))
    event = Event(coder.name, key.identity, clip, key.fps, onset, apex, end, aus)
    return [(Drawn(coder.name, clip, "", aus, "added"), event)]


def _bell(dice: Dice) -> float:
    """A standard normal number; 0 has no place on the curve."""
    return _BELL.inv_cdf(max(dice.random(), 1e-12))
