"""Scores, events and sessions as coders make them, for property tests of every file format."""

from __future__ import annotations

from hypothesis import strategies as st

from fau_teach.coding import CERTAINTIES, KINDS, Event, Session, Watched
from fau_teach.facs import Choice, Item, listed_codes

RATES = (24.0, 25.0, 29.97, 30000 / 1001, 30.0, 50.0, 60.0, 100.0, 200.0)
_HARD = ("=1+1", "@x", "'-", "a,b", 'say "no"', "a; b", "a|b", "<b>&amp;", "Zoë", "田", "a_b", "#2")
_EXCLUDED = "\ufffe\uffff"

names = st.sampled_from(("Kim", "Ada", "S1", "clip 7")) | st.sampled_from(_HARD) | st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters=_EXCLUDED),
    min_size=1, max_size=12,
).map(str.strip).filter(bool)  # fmt: skip
notes = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters=_EXCLUDED)
    | st.sampled_from("\n\t"),
    max_size=30,
)
words = st.just("") | st.sampled_from(("happiness", "others", "positive")) | names
grades = st.sampled_from(((), ("A",), ("C",), ("B", "C"), ("3",), ("4", "5"), ("0",)))
items = st.builds(
    Item, st.sampled_from(sorted(listed_codes())), st.sampled_from(("", *"LRUA")),
    st.sampled_from(("", "", "", "T", "B")), grades, st.booleans(),
    st.sampled_from(("", "", "seen late")),
)  # fmt: skip
choices = st.lists(items, min_size=2, max_size=3).map(lambda many: Choice(tuple(many)))
scored = st.lists(items | choices, min_size=1, max_size=4).flatmap(
    lambda many: st.sampled_from(("+", ", ", " + ")).map(lambda gap: gap.join(map(str, many)))
)
scores = st.sampled_from(("null", "none", "0", "?", "", "AU12", "L12C+25")) | scored
"""Scores in every way of writing."""


@st.composite
def events(draw, **fixed):
    """An event; fields that are given stay as they are."""
    onset = draw(st.integers(0, 400))
    apex = draw(st.none() | st.integers(onset, onset + 60))
    offset = draw(st.none() | st.integers(apex if apex is not None else onset, onset + 120))
    drawn = {
        "coder": names, "subject": st.just("") | names, "clip": names,
        "fps": st.sampled_from(RATES), "aus": scores, "kind": st.sampled_from(KINDS),
        "material": words, "self_report": words, "emotion": words,
        "certainty": st.sampled_from(CERTAINTIES), "notes": notes,
    }  # fmt: skip
    fields = {name: draw(one) for name, one in drawn.items() if name not in fixed}
    return Event(**{"onset": onset, "apex": apex, "offset": offset, **fields, **fixed})


@st.composite
def sessions(draw, most_clips=3, most_coders=3):
    """A session whose clips name everyone who coded in them; some clips have no event."""
    clips = draw(st.lists(names, min_size=1, max_size=most_clips, unique=True))
    coders = draw(st.lists(names, min_size=1, max_size=most_coders, unique=True))
    watched, made = [], []
    for clip in clips:
        fps = draw(st.sampled_from(RATES))
        subject = draw(st.just("") | names)
        saw = draw(st.just(()) | st.permutations(coders).map(tuple))
        frames = draw(st.none() | st.integers(600, 900))
        neutral = draw(st.none() | st.integers(0, 599))
        media = draw(st.just("") | names)
        watched.append(Watched(clip, fps, frames, subject, neutral, media, saw))
        for coder in draw(st.lists(st.sampled_from(saw or coders), max_size=3)):
            person = draw(st.sampled_from((subject, "")))
            made.append(draw(events(coder=coder, clip=clip, fps=fps, subject=person)))
    return Session(draw(names), tuple(draw(st.permutations(made))), tuple(watched))
