"""Simulated learners: whether the path finds what was put in can be tested."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from fau_teach.clip.key import Item as Shown
from fau_teach.training import Item, Record, answered, item, next_item, verdict
from fau_teach.training.marking import Verdict

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def at(minutes: float) -> str:
    return (START + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Learner:
    """Sees what the key shows, but takes some codes for others, misses some, slips at times."""

    swaps: Mapping[str, tuple[str, float]] = field(default_factory=dict)
    slip: float = 0.05
    miss: float = 0.0
    late_frames: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    def look(self, one: Item) -> list[Shown]:
        return [each for each in one.key.items if each.code not in one.without]

    def code(self, code: str) -> str:
        other, chance = self.swaps.get(code, (code, 0.0))
        return other if self.random.random() < chance else code

    def answer(self, one: Item) -> Verdict:
        if one.options:
            return verdict(one, self.choice(one))
        if self.random.random() < self.slip:
            return verdict(one, "null" if one.answer != "null" else "1+2")
        seen = [each for each in self.look(one) if self.random.random() >= self.miss]
        events = []
        for each in seen:
            frames = (
                min(frame + self.late_frames, one.key.frames - 1)
                for frame in (each.onset, each.apex, each.offset)
            )
            grade = str(each)[len(each.side + each.code) :]
            events.append((f"{each.side}{self.code(each.code)}{grade}", *frames))
        if one.kind == "mark" and events:
            return verdict(one, events=events)
        return verdict(one, "+".join(dict.fromkeys(each[0] for each in events)) or "null")

    def choice(self, one: Item) -> str:
        if self.random.random() < self.slip:
            return self.random.choice([each for each in one.options if each != one.answer])
        if not one.contrast:
            return one.answer
        seen = "+".join(map(self.code, one.answer.split("+")))
        return seen if seen in one.options else one.answer


def practise(
    learner: Learner, count: int, stage: str = "drills", seed: int = 0, about: str = ""
) -> tuple[Record, Counter[str]]:
    """A record of so many items, and how often each skill was practised."""
    record, times = Record("simulated", at(0)), Counter[str]()
    for number in range(count):
        coming = next_item(record, stage, at(number), seed, about)
        one = item(coming.item)
        times[one.skill] += 1
        found = learner.answer(one)
        record = record.add(answered(one, found, when=at(number), stage=stage, seconds=3.0))
    return record, times
