"""Simulated learners of known faults: what curves and class tables make of them can be seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from fau_teach._reading import whole_files
from fau_teach.clip.nuisance import Dice
from fau_teach.training import mock, path
from fau_teach.training.items import Item, bank, item
from fau_teach.training.marking import Verdict, verdict
from fau_teach.training.record import Answer, Record, answered, moment
from fau_teach.training.skills import checks

SECONDS = 25
"""Between two answers [s]."""
A_DAY = 40
"""Answers of a day."""
DOUBT = 0.25
"""Chance of a confusion above which a learner may notice it."""


@dataclass(frozen=True, slots=True)
class Learner:
    """A simulated learner.

    Parameters
    ----------
    name : pseudonym
    swaps : code -> the code that it is taken for, and the chance of that at the start
    half : clips with a code after which its chance is half as large; 0 where nothing is learned
    slip : chance of a wrong answer to any item
    late_ms : by how much key frames are marked late [ms]
    bold : chance of being sure of an answer to which a confusion belongs

    Raises
    ------
    TrainingError
        A chance or a time is not possible (names the field).
    """

    name: str
    swaps: Mapping[str, tuple[str, float]] = field(default_factory=dict)
    half: float = 0.0
    slip: float = 0.05
    late_ms: float = 0.0
    bold: float = 0.3

    def __post_init__(self) -> None:
        for place, chance in (("slip", self.slip), ("bold", self.bold)):
            checks.real(place, chance, 0, 1)
        for code, (_, chance) in self.swaps.items():
            checks.real(f"swaps[{code}]", chance, 0, 1)
        checks.real("half", self.half, 0, 10_000)
        checks.real("late_ms", self.late_ms, 0, 10_000)

    def chance(self, code: str, seen: int) -> float:
        """Chance that a code is mistaken after so many clips with it."""
        start = self.swaps[code][1] if code in self.swaps else 0.0
        return start * 0.5 ** (seen / self.half) if self.half else start


def practise(
    learner: Learner,
    count: int = 100,
    *,
    start: str,
    items: Iterable[str] = (),
    about: str = "",
    seed: int = 0,
) -> Record:
    """The record of a learner after so many mixed drills.

    Parameters
    ----------
    learner : who answers
    count : answers; those of ``items`` where there are fewer
    start : time of the first one, in UTC
    items : ids of a bank; without them the path chooses after each answer
    about : the only skill to be practised, where the path chooses
    seed : of all that is random
    """
    record, seen = Record(learner.name, start), Counter[str]()
    given = list(items)[:count]
    if given:
        return _through(record, learner, given, start, "drills", seed, seen)
    for number in range(count):
        when = _later(start, number)
        name = path.next_item(record, "drills", when, seed, about).item
        record = record.add(_answer(learner, item(name), when, "drills", seed, seen))
    return record


def sit(record: Record, learner: Learner, words: str, when: str, *, count: int = mock.CLIPS,
        seed: int = 0) -> Record:  # fmt: skip
    """A record with a mock test that was begun at some time; ``words`` are its seed."""
    seen = Counter(code for one in record.counted for code in (*one.hits, *one.missed))
    record = mock.start(record, when, words, count=count)
    exam = record.exams[-1]
    return _through(record, learner, exam.items, when, "mock", seed, seen, exam.id)


_MANY = {"6": "7", "9": "10", "23": "24", "15": "17", "12": "13", "4": "9", "18": "22", "1": "2"}
CLASS = (
    Learner("fern", {code: (other, 0.9) for code, other in _MANY.items()}, half=3, slip=0.03),
    Learner("moss", {"6": ("7", 0.9), "12": ("13", 0.8)}, slip=0.15, late_ms=100, bold=0.9),
    Learner("reed", {code: (other, 0.8) for code, other in _MANY.items()}, half=6, late_ms=130),
    Learner("sage", {code: (other, 0.7) for code, other in _MANY.items()}, half=10, slip=0.08),
    Learner("thyme", {"15": ("17", 0.8), "23": ("24", 0.9)}, slip=0.2, bold=0.9),
    Learner("yarrow", {"6": ("7", 0.5)}, half=4, slip=0.03),
)
"""Made-up learners for examples; no person stands behind any of them."""
START, END = "2026-03-02T09:00:00Z", "2026-03-24T09:00:00Z"
"""When the example begins, and a day after its mock test."""


def example(folder: str | Path, start: str = START) -> Path:
    """Write the exports of a made-up class: three weeks of drills and one mock test.

    Parameters
    ----------
    folder : an existing one; no file in it is replaced
    start : time of the first answer, in UTC

    Raises
    ------
    FileError
        A file of a learner is there already, or cannot be written.
    """
    place = Path(folder)
    items = [name for week in range(3) for name in bank(f"example {week}", A_DAY, "lessons")]
    for number, learner in enumerate(CLASS):
        # The fifth one gave up after the first week, and sat no test.
        few = number == 4
        record = practise(learner, A_DAY if few else len(items), start=start, items=items)
        if not few:
            record = sit(record, learner, "example", _later(start, 20 * A_DAY), seed=number)
        with whole_files([place / f"{learner.name}.json"], False) as (file,):
            file.write(record.to_json())
    return place


def _later(start: str, number: int) -> str:
    """Time of an answer: a sitting a day."""
    days, rest = divmod(number, A_DAY)
    at = moment("start", start) + timedelta(days=days, seconds=SECONDS * rest)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _through(
    record: Record, learner: Learner, items: Iterable[str], start: str, stage: str, seed: int,
    seen: Counter[str], exam: str = "",
) -> Record:  # fmt: skip
    answers = tuple(
        _answer(learner, item(name), _later(start, number), stage, seed, seen, exam)
        for number, name in enumerate(items)
    )
    return replace(record, answers=(*record.answers, *answers))


def _answer(
    learner: Learner, one: Item, when: str, stage: str, seed: int, seen: Counter[str],
    exam: str = "",
) -> Answer:  # fmt: skip
    """An answer with what the learner knows so far, which then counts the codes of the clip."""
    dice = Dice(seed, f"learner/{learner.name}/{one.id}/{when}")
    there = {each.code for each in one.key.items if each.code not in one.without}
    doubt = any(learner.chance(code, seen[code]) > DOUBT for code in there)
    found = _judged(learner, one, dice, seen)
    seen.update(there)
    sure = "high" if not doubt or dice.random() < learner.bold else dice.pick(("low", "medium"))
    return answered(
        one, found, when=when, stage=stage, certainty=sure, exam=exam,
        seconds=round(dice.spread(4, SECONDS - 5), 1),
    )  # fmt: skip


def _judged(learner: Learner, one: Item, dice: Dice, seen: Counter[str]) -> Verdict:
    def look(code: str) -> str:
        swapped = dice.random() < learner.chance(code, seen[code])
        return learner.swaps[code][0] if swapped else code

    slips = dice.random() < learner.slip
    if one.options:
        choice = "+".join(map(look, one.answer.split("+"))) if one.contrast else one.answer
        if slips:
            choice = dice.pick([each for each in one.options if each != one.answer])
        return verdict(one, choice if choice in one.options else one.answer)
    if slips:
        return verdict(one, "null" if one.answer != "null" else "1+2")
    late = round(learner.late_ms * one.clip.fps / 1000)
    events: list[tuple[str, int | None, int | None, int | None]] = []
    last = one.key.frames - 1
    for each in (each for each in one.key.items if each.code not in one.without):
        grade = str(each)[len(each.side + each.code) :]
        onset, apex, offset = (min(f + late, last) for f in (each.onset, each.apex, each.offset))
        events.append((f"{each.side}{look(each.code)}{grade}", onset, apex, offset))
    if one.kind == "mark" and events:
        return verdict(one, events=events)
    return verdict(one, "+".join(dict.fromkeys(each[0] for each in events)) or "null")
