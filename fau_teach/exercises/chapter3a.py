"""Exercises of chapter 3, first pages: "What is coded" to "Three conditions for one word"."""

from __future__ import annotations

from fau_teach.coding.conditions import fuse
from fau_teach.coding.event import Event
from fau_teach.coding.keyframes import key_frames
from fau_teach.exercises._core import Exercise
from fau_teach.micro import definitions

CLIPS, SECONDS, FPS, PER_FRAME, CODERS = 24, 5, 60, 3, 2
REST = {"1": 0.6, "4": 1.4, "6": 0.1, "12": 0.9, "15": 0.3}
LATER = {"1": 0.7, "4": 2.3, "6": 0.2, "12": 4.1, "15": 0.4}
LIMIT = 0.35
CURVE = (
    0, 0, 0.1, 0.2, 0.3, 0.4, 0.8, 1.3, 1.9, 2.2, 2.4, 2.4, 2.4,
    2.1, 1.6, 1.0, 0.7, 0.5, 0.4, 0.3, 0.2, 0.1, 0, 0,
)  # fmt: skip
FRAMES = (412, 418, 427)
ANSWERS = {
    "a": ("positive", "positive", "positive"),
    "b": ("negative", "none", "negative"),
    "c": ("positive", "negative", "positive"),
    "d": ("none", "none", "negative"),
    "e": ("none", "none", "none"),
    "f": ("positive", "none", "negative"),
    "g": ("none", "positive", "positive"),
    "h": ("positive", "none", "none"),
}


def _hours(fps: float = FPS, coders: int = CODERS) -> float:
    return CLIPS * SECONDS * fps * PER_FRAME * coders / 3600


def _moved(limit: float = LIMIT) -> set[str]:
    return {code for code, mm in LATER.items() if mm - REST[code] >= limit}


def _marks() -> tuple[int | None, ...]:
    found = key_frames(CURVE, 30, LIMIT)[0]
    return found.onset, found.apex, found.offset


def _verdicts() -> dict[str, str]:
    onset, apex, offset = FRAMES
    event = Event("", "", "clip", 30, onset, apex, offset, "4B")
    words = {(True, True): "yes", (False, False): "no"}
    return {one.id: words.get(event.micro_range(one.id), "open") for one in definitions()}  # type: ignore[arg-type]


def _review() -> set[str]:
    return {name for name, said in ANSWERS.items() if fuse(*said).review}


def _votes(name: str) -> set[str]:
    return {*ANSWERS[name]} - {"none"}


EXERCISES = (
    Exercise(
        id="3.1",
        title="What a small study costs",
        prompt=(
            f"A lab has {CLIPS} clips of {SECONDS} seconds at {FPS} frames a second. Coders need "
            f"{PER_FRAME} seconds a frame, and {CODERS} coders do every clip. How many *hours* of "
            "work is that? Set `answer` to the number."
        ),
        starter=f"""\
clips, seconds, fps = {CLIPS}, {SECONDS}, {FPS}
seconds_a_frame, coders = {PER_FRAME}, {CODERS}

answer = ...  # hours
""",
        solution=_hours,
        tolerance=0.01,
        right="Two minutes of video cost twelve hours. Decide first what must be coded at all.",
        hint="Frames are clips × seconds × fps. Multiply by time and coders, divide by 3600.",
        wrong=(
            (_hours(coders=1), "That is one coder. Both do every clip."),
            (_hours() * 60, "These are minutes."),
            (_hours() * 3600, "These are seconds."),
            (_hours(fps=1), "You counted seconds of video. Each has many frames."),
            (_hours() / PER_FRAME, "You left out that a frame takes three seconds."),
        ),
        source="S0-010",
    ),
    Exercise(
        id="3.2",
        title="What has moved in this face",
        prompt=(
            "For one person, two frames were compared with an average face: how far each sign "
            "lies from it, in millimetres, at rest and in frame 40. A change counts from "
            f"{LIMIT} mm on. Which codes do you score in frame 40? Set `answer` to a set of codes."
        ),
        starter=f"""\
at_rest = {REST}
frame_40 = {LATER}

answer = ...  # a set of codes, such as {{"1"}}
""",
        solution=_moved,
        right="The other signs are this face at rest. Only the difference from it is movement.",
        hint="Subtract rest from frame 40 for each code, and keep what reaches the limit.",
        wrong=(
            (
                {code for code, mm in LATER.items() if mm >= LIMIT},
                "That compares with an average face. Compare with this person's own rest.",
            ),
            (
                {code for code, mm in LATER.items() if mm != REST[code]},
                "Every number wavers a little. Ask for a change that reaches the limit.",
            ),
            ({"12"}, "One more: its line was there before, and it got deeper."),
            ({"4"}, "One more, and the largest: subtract rest for each code."),
            (
                {code for code, mm in REST.items() if mm >= LIMIT},
                "These signs are there at rest. None of them needs to have moved.",
            ),
        ),
        source="S0-100",
    ),
    Exercise(
        id="3.3",
        title="Three frames of one curve",
        prompt=(
            "A movement in millimetres, a value a frame, counted from 0. Movement counts from "
            f"{LIMIT} mm on. Give onset, apex and offset by the three answers of this page. Set "
            "`answer` to three frame numbers."
        ),
        starter=f"""\
curve = [{", ".join(map(str, CURVE[:13]))},
         {", ".join(map(str, CURVE[13:]))}]
print(len(curve), curve[2], max(curve))

answer = ...  # (onset, apex, offset)
""",
        solution=_marks,
        right="First frame at the threshold, first of the plateau, first below it again.",
        hint="Go through the list with enumerate, and compare each value with 0.35.",
        wrong=(
            ((5, 12, 19), "Right ends. Of a plateau take the first frame as the apex."),
            ((5, 11, 19), "Right ends. Of a plateau take the first frame as the apex."),
            ((4, 10, 19), "The onset is the first frame that moved, not the last neutral one."),
            ((5, 10, 18), "Offset is the first neutral frame, not the last that shows movement."),
            (
                (4, 10, 18),
                "Both ends are the other answer: take the first that moved and the first neutral.",
            ),
            (
                (5, 11, 18),
                "Right onset. Of a plateau take the first frame; the offset is neutral again.",
            ),
            (
                (5, 12, 18),
                "Right onset. Of a plateau take the first frame; the offset is neutral again.",
            ),
            ((6, 10, 20), "One frame late at both ends: did you count from 1?"),
            ((6, 11, 20), "You count from 1. Frames count from 0 here."),
            ((2, 10, 22), "That is where the numbers leave 0. Movement counts from 0.35 mm on."),
            ((1, 10, 22), "That is where the numbers leave 0. Movement counts from 0.35 mm on."),
        ),
        source="S0-100",
    ),
    Exercise(
        id="3.4",
        title="Yes, no, or open",
        prompt=(
            "An event at 30 frames a second: onset {}, apex {}, offset {}. By each of the three "
            'definitions, is it a micro-expression? Say `"yes"` or `"no"` only where *every* '
            'movement that gives these frames agrees, otherwise `"open"`. Set `answer` to a '
            "dictionary."
        ).format(*FRAMES),
        starter="""\
from fau_teach import micro
from fau_teach.coding import Event

event = Event("", "", "clip", 30, {}, {}, {}, "4B")
print(event.duration)
print(event.rise)
print([one.id for one in micro.definitions()])

answer = ...  # a dictionary: each name to "yes", "no" or "open"
""".format(*FRAMES),
        solution=_verdicts,
        right="Fifteen frames are just half a second, so the frames leave that definition open.",
        hint="event.micro_range(name) gives two answers. Equal ones decide, others leave it open.",
        wrong=(
            (
                {"classic": False, "total500": True, "onset260": True},
                'That is micro_by, as counted. Answer "yes", "no" or "open", with micro_range.',
            ),
            (
                {"classic": "no", "total500": "yes", "onset260": "yes"},
                "As counted, yes. The true event may have lasted 533 ms: ask micro_range.",
            ),
            (
                {"classic": "no", "total500": "open", "onset260": "open"},
                "The rise took at most 233 ms, and its bound is 260.",
            ),
            (
                {"classic": "open", "total500": "open", "onset260": "yes"},
                "The classic bound is 200 ms in all. Can 15 frames be that short?",
            ),
            (
                {"classic": "no", "total500": "no", "onset260": "yes"},
                "Half a second itself is allowed, and the event may have been shorter.",
            ),
        ),
        source="S0-007; E0-27",
    ),
    Exercise(
        id="3.5",
        title="Which labels need a second look",
        prompt=(
            "Eight clips with what AU label, material and self-report say, in this order. Which "
            "of them need review by the rule of this page? Set `answer` to the set of their names."
        ),
        starter=f"""\
from fau_teach import coding

clips = {{
{"".join(f'    "{name}": {said},' + chr(10) for name, said in ANSWERS.items()).replace("'", '"')}}}
print(coding.fuse(*clips["a"]))

answer = ...  # a set of names, such as {{"a"}}
""",
        solution=_review,
        right="Contradictions and single votes. Silence alone is no contradiction.",
        hint="Collect the names for which coding.fuse(*said).review is true.",
        wrong=(
            (
                {name for name in ANSWERS if len(_votes(name)) > 1},
                "These contradict each other. A single vote needs review as well.",
            ),
            (
                {name for name in ANSWERS if len({*ANSWERS[name]}) > 1},
                "You count none as a vote. A silent condition contradicts nobody.",
            ),
            (
                {name for name, said in ANSWERS.items() if fuse(*said).confidence == "low"},
                "One clip has no vote at all: no label, and nothing to review.",
            ),
            (
                {name for name, said in ANSWERS.items() if fuse(*said).label == "none"},
                "A label can be there and still need review.",
            ),
        ),
        source="S0-098",
    ),
)
