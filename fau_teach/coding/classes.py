"""Emotion classes: any label as one of six, four and three, or why it has none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fau_teach._data import did_you_mean
from fau_teach.emotion import EmotionError, convert, label_spaces

Variant = Literal["used", "printed"]

# Words of the public label files and of questionnaires; the list is ours.
_WORDS = {
    "happy": "Happiness", "joy": "Happiness", "enjoyment": "Happiness", "sad": "Sadness",
    "angry": "Anger", "afraid": "Fear", "fearful": "Fear", "disgusted": "Disgust",
    "surprised": "Surprise", "contemptuous": "Contempt", "other": "Others",
}  # fmt: skip
# As the source prints it; the erratum has the negation back.
_PRINTED = "can be classified into the six basic emotions"
_SPACES = ("six", "seven_others", "seven_contempt", "four")


@dataclass(frozen=True, slots=True)
class Classes:
    """One label in three sets of classes; None where a set has no place for it.

    Parameters
    ----------
    label : as it was given
    six : one of the basic emotions
    four : ``"Positive"``, ``"Negative"``, ``"Surprise"`` or ``"Others"``
    three : the same without ``"Others"``
    reason : why something is None, or how the label was read; empty where all is plain
    """

    label: str
    six: str | None
    four: str | None
    three: str | None
    reason: str = ""

    def __str__(self) -> str:
        found = (
            f"six {self.six or 'none'}, four {self.four or 'none'}, three {self.three or 'none'}"
        )
        return f"{self.label!r}: {found}" + (f" ({self.reason})" if self.reason else "")


def classes(label: str, variant: Variant = "used") -> Classes:
    """Bring an emotion label into the six, the four and the three classes.

    Every label of every label space has its place here, whatever its case; a word of none gives
    None everywhere, never an error. Contempt has no class of four or three, because no source
    gives it one. Others is a class of four that the three leave out.

    Parameters
    ----------
    label : a basic emotion, contempt, others, positive, negative, or another word
    variant : ``"used"``; ``"printed"`` says of others what the source prints (E0-28)

    Source: S0-095 to S0-097; SX-02; E0-28.
    """
    text = label.strip().lower() if isinstance(label, str) else ""
    if not text:
        return Classes(str(label), None, None, None, "no label was given")
    known = {one.lower(): one for space in _SPACES for one in label_spaces()[space]}
    name = known.get(text) or _WORDS.get(text, "")
    if not name:
        hint = did_you_mean(text, (*known, *_WORDS)).rstrip(".")
        return Classes(label, None, None, None, f"the word is in no set of classes. {hint}".strip())
    space = next(space for space in _SPACES if name in label_spaces()[space])
    six, four, three = (_class(name, space, end) for end in ("six", "four", "three"))
    reason = "" if text in known else f"read as {name}"
    if name == "Contempt":
        reason = "no source gives contempt a class of four or three, and it is none of the six"
    elif name == "Others" and variant == "printed":
        reason = f"printed: {_PRINTED}; no rule says into which, a negation seems lost (E0-28)"
    elif name == "Others":
        reason = "others cannot be classified into the six (E0-28); the three classes leave it out"
    elif six is None:
        reason = "a coarse class does not say which of the six"
    return Classes(label, six, four, three, reason)


def _class(name: str, space: str, end: str) -> str | None:
    try:
        return convert(name, space, end)
    except EmotionError:
        return None
