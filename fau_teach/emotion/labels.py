"""Label spaces: which emotion classes each source uses, and how to convert between them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from fau_teach._data import read_csv
from fau_teach.emotion._codes import EmotionError, unknown


@cache
def _facts() -> dict[tuple[str, str], dict[str, str]]:
    """(space, attribute) -> label -> value."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    columns = ("space", "label", "attribute", "used")
    for row in read_csv("emotion/label_spaces.csv", columns):
        found.setdefault((row["space"], row["attribute"]), {})[row["label"]] = row["used"]
    return found


def label_spaces() -> dict[str, tuple[str, ...]]:
    """Label spaces: "six", "seven_contempt", "seven_others", "four", "three".

    Source: SX-02; S0-095, S0-096, S2-047 to S2-053, S3-041; EX-01.
    """
    return {
        space: tuple(labels)
        for (space, attribute), labels in _facts().items()
        if attribute == "member"
    }


def _members(space: str) -> tuple[str, ...]:
    spaces = label_spaces()
    if space not in spaces:
        raise unknown("a label space", space, spaces)
    return spaces[space]


def _label(label: str, labels: Iterable[str], space: str) -> str:
    for known in labels:
        if known.lower() == label.strip().lower():
            return known
    raise unknown(f"a label of {space!r}", label, labels)


def convert(label: str, start: str, end: str) -> str | None:
    """Carry a label from one label space to another.

    Parameters
    ----------
    label : label of the space ``start``; case does not matter
    start, end : ids of label spaces

    Returns
    -------
    The label in ``end``; None where ``end`` leaves such clips out (others, three classes)

    Raises
    ------
    EmotionError
        Label or space unknown, or ``end`` has no place for the label: contempt outside its
        own set, others among the basic emotions (E0-28), a coarse class among finer ones.

    Source: SX-02; S0-096, S3-041; EX-01.
    """
    known = _label(label, _members(start), start)
    ends = _members(end)
    coarse = {"four", "three"}
    if end not in coarse and start not in coarse and known in ends:
        return known
    if end in coarse:
        if start not in coarse:
            # The six keep their class in every space; each space adds its own seventh.
            known = _facts()["six", "four"].get(
                known, _facts()["seven_others", "four"].get(known, "")
            )
        if known and end == "three":
            known = _facts()["four", "three"][known]
        if known == "dropped":
            return None
        if known in ends:
            return known
    raise EmotionError(
        f"{label!r} of {start!r} has no counterpart in {end!r} ({', '.join(ends)}). "
        "Leave the clip out, or keep its own label space."
    )


def four_class(labels: Iterable[str]) -> str:
    """Class of a clip that was given none, one or several of the six emotions.

    Labels of one class give that class; none, or labels of different classes, are
    ambiguous and give "Others".

    Raises
    ------
    EmotionError
        A label is not one of the six, contempt and others.

    Source: S0-096, S0-097; E0-28.
    """
    classes = {convert(label, "seven_others", "four") for label in labels}
    return classes.pop() or "Others" if len(classes) == 1 else "Others"


def valence(emotion: str) -> str:
    """Valence of one of the six emotions: "positive", "negative" or "neither" (surprise).

    Raises
    ------
    EmotionError
        The emotion is not one of the six; no source gives contempt a valence.

    Source: S0-075.
    """
    facts = _facts()["six", "valence"]
    return facts[_label(emotion, facts, "six")]
