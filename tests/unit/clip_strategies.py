"""Movements that the clip accepts, for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

from fau_teach.clip import SHAPES, Movement, movable

movements = st.builds(
    lambda code, side, letter, onset, steps, shapes: Movement(
        code,
        {"both": "", "either": side, "one": side or "R"}[movable()[code]],
        letter, onset, onset + steps[0], onset + sum(steps) + 1, steps[1], *shapes,
    ),
    st.sampled_from(sorted(movable())),
    st.sampled_from(("", "L", "R")),
    st.sampled_from("ABCDE"),
    st.integers(0, 50),
    st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(0, 20)),
    st.tuples(st.sampled_from(sorted(SHAPES)), st.sampled_from(sorted(SHAPES))),
)  # fmt: skip
