"""Lesion lab: cut the chain at one station and see which half of the face still obeys.

Everything the figure says comes from :func:`fau_teach.anatomy.simulate`, computed here
for each lesion, command, unit and side; the module in the browser only looks it up.
"""

from __future__ import annotations

import html
import re
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import traitlets

from fau_teach import anatomy, clip, facs
from fau_teach._data import read_csv
from fau_teach.anatomy import LesionResult
from fau_teach.anatomy.explain import SIGNS
from fau_teach.widgets._base import check_option, read_text
from fau_teach.widgets.faceview import FaceFigure

COMMANDS = ("voluntary", "emotional")
SIDES = ("R", "L")
# The viewer's left shows the subject's right, so right comes first everywhere here.
SIDE_WORDS = {"R": "right", "L": "left"}
GROUPS = {
    "Above the nucleus": ("cortex", "emotional_pathway"),
    "Facial nerve (VII)": (
        "facial_nucleus",
        "facial_nerve",
        "temporal",
        "zygomatic",
        "buccal",
        "marginal_mandibular",
        "cervical",
    ),
    "Other cranial nerves": ("oculomotor_nerve", "mandibular_nerve"),
}


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to ask the face: an id, words after "to", and the units that do it."""

    id: str
    label: str
    aus: tuple[str, ...]


TASKS = (
    Task("rest", "rest", ()),
    Task("raise_brows", "raise the brows", ("1", "2")),
    Task("frown", "frown", ("4",)),
    Task("widen_eyes", "open the eyes wide", ("5",)),
    Task("close_eyes", "close the eyes", ("43",)),
    Task("wrinkle_nose", "wrinkle the nose", ("9",)),
    Task("smile", "smile", ("6", "12")),
    Task("pucker", "pucker the lips", ("18",)),
    Task("corners_down", "pull the corners down", ("15", "17")),
    Task("lower_teeth", "show the lower teeth", ("16", "25")),
    Task("drop_jaw", "let the jaw drop", ("25", "26")),
)
# The default identity; its package needs numpy, and this figure does not.
FACE = "Ana"
# A unit that is kept whole acts at the activation of this letter, a weak one at its share of it.
LETTER = "D"
# How the face shows a muscle that is slack at rest: a code and its activation, or a mode of the
# face and its value. The face knows no gravity, so a small pull stands for what sinks.
SLACK = {
    "levator_palpebrae_superioris": ("lid_upper", 0.5),
    "frontalis_medial": ("4", 0.4),
    "orbicularis_oculi_palpebral": ("lid_lower", -0.35),
    "zygomaticus_major": ("15", 0.65),
}
# Areas that the figure hatches when their units fail together.
ZONES = {
    "forehead": ("1", "2", "4"),
    "lid": ("5",),
    "eye": ("6", "7"),
    "cheek": ("9", "10", "11", "12", "13"),
    "mouth": ("15", "16", "17", "18", "23"),
    "jaw": ("26", "27"),
    "neck": ("21",),
}


class _Pool:
    """Numbers for repeated things, in order of first use."""

    def __init__(self) -> None:
        self.numbers: dict[Any, int] = {}

    def number(self, item: Any) -> int:
        return self.numbers.setdefault(item, len(self.numbers))

    def items(self) -> list[Any]:
        return list(self.numbers)


def _phrases(text: str) -> list[str]:
    """Cut a text into phrases that come back in other explanations; " " joins them again."""
    return re.split(r"(?<=[→.;:,]) ", text)


@cache
def lab_data() -> dict[str, Any]:
    """All outcomes as compact JSON; treat it as read-only.

    Returns
    -------
    dictionary with ``cells[command][lesion][code + side]``, each a text such as
    ``"w50 3 17"``: first letter of the status, strength in percent, number of the path and
    of the sentence. Both are lists of numbers in ``phrases``, to be joined with spaces. Under
    a lesion only those cells stand that differ from ``cells[command][""]``.

    Source: S0-059, S0-070; E0-20, E0-34.
    """
    phrases, paths, sentences = _Pool(), _Pool(), _Pool()

    def cell(result: LesionResult, code: str, side: str) -> str:
        path, _, sentence = result.explain(code, side).partition(". ")
        texts = (
            pool.number(" ".join(str(phrases.number(one)) for one in _phrases(text)))
            for pool, text in ((paths, path), (sentences, sentence))
        )
        percent = round(100 * result.strength(code, side))
        return " ".join([f"{result.status(code, side)[0]}{percent}", *map(str, texts)])

    cells: dict[str, dict[str, dict[str, str]]] = {}
    signs: dict[str, dict[str, list[str]]] = {}
    for command in COMMANDS:
        cells[command] = {}
        for lesion in ("", *(one.id for one in anatomy.lesions())):
            result = anatomy.simulate(lesion or None, command)
            healthy = cells[command].get("", {})
            found = {c + s: cell(result, c, s) for c in result.aus for s in SIDES}
            cells[command][lesion] = {
                place: text for place, text in found.items() if healthy.get(place) != text
            }
            signs[lesion] = _signs(result)
    shown = {row["code"] for row in read_csv("face/actions.csv", ("code",))}
    return {
        "aus": [
            [code, facs.au(code).label, facs.au(code).name, facs.au(code).face_half]
            for code in result.aus
        ],
        "groups": [
            [name, [[site, _site_label(site)] for site in sites]] for name, sites in GROUPS.items()
        ],
        "tasks": [asdict(task) for task in TASKS],
        "zones": {name: list(codes) for name, codes in ZONES.items()},
        "phrases": phrases.items(),
        "paths": paths.items(),
        "sentences": sentences.items(),
        "cells": cells,
        "signs": {lesion: found for lesion, found in signs.items() if found},
        "signTexts": dict(SIGNS),
        "face": {
            "full": clip.activation(LETTER),
            "slack": SLACK,
            "unseen": [code for code in result.aus if code not in shown],
        },
    }


def _site_label(site: str) -> str:
    """Name of a site without its side."""
    return anatomy.lesion(f"left_{site}").label.removeprefix("left ")


def _signs(result: LesionResult) -> dict[str, list[str]]:
    """Muscles whose slackness shows at rest, by side: what the face lets hang."""
    muscle_of = {text: muscle for muscle, text in SIGNS.items()}
    found: dict[str, list[str]] = {}
    for sign in result.signs:
        word, _, text = sign.partition(": ")
        found.setdefault(word[0].upper(), []).append(muscle_of[text])
    return found


class LesionLab(FaceFigure):
    """A face that obeys, half by half, what a lesion leaves of the chain.

    Parameters
    ----------
    lesion : id such as ``"left_cortex"``, see :func:`fau_teach.anatomy.lesions`; None for none
    command : ``"voluntary"`` or ``"emotional"``
    task : what the face is asked to do, such as ``"smile"``; or one AU code, such as ``"12"``

    Raises
    ------
    AnatomyError
        Unknown lesion.
    ValueError
        Unknown command or task.

    Source: S0-014, S0-020, S0-059, S0-070; E0-20, E0-34.
    """

    figure = "lesion_lab"

    lesion = traitlets.Unicode(help="Lesion id, or empty.").tag(sync=True)
    command = traitlets.Unicode("voluntary", help="Voluntary or emotional.").tag(sync=True)
    task = traitlets.Unicode("smile", help="Task id or AU code.").tag(sync=True)
    selected = traitlets.Unicode(help="AU code that is explained, or empty.").tag(sync=True)

    def __init__(
        self,
        lesion: str | None = None,
        command: str = "voluntary",
        task: str = "smile",
        **kwargs: Any,
    ) -> None:
        if lesion is not None:
            anatomy.lesion(lesion)
        check_option("a command", command, COMMANDS)
        data = lab_data()
        codes = [code for code, *_ in data["aus"]]
        check_option("a task", task, [*(one.id for one in TASKS), *codes])
        aus = next((one.aus for one in TASKS if one.id == task), (task,))
        kwargs.setdefault("label", "Lesion lab: what each half of the face can still do")
        super().__init__(
            data=data,
            face=FACE,
            lesion=lesion or "",
            command=command,
            task=task,
            selected=aus[-1] if aus else "",
            **kwargs,
        )

    @classmethod
    def module_text(cls) -> str:
        """JavaScript of the figure: the face, helpers, marks on the face, the lab."""
        names = (*cls.library, "common.js", "face_marks.js", "lesion_lab.js")
        return "\n".join(map(read_text, names))

    def fallback_html(self) -> str:
        """Table of lesions: units lost and weak on each side, for both commands."""
        heads = "".join(
            f'<th scope="col">{command}, {SIDE_WORDS[side]} side</th>'
            for command in COMMANDS
            for side in SIDES
        )
        rows = "".join(
            f'<tr><th scope="row">{html.escape(one.label)}</th>'
            + "".join(
                f"<td>{_losses(anatomy.simulate(one.id, command), side)}</td>"
                for command in COMMANDS
                for side in SIDES
            )
            + "</tr>"
            for one in anatomy.lesions()
        )
        return (
            '<div class="wide-table"><table><caption>Action units lost and weak after one '
            "lesion, by command. Right and left are the subject’s.</caption>"
            f'<thead><tr><th scope="col">lesion</th>{heads}</tr></thead>'
            f"<tbody>{rows}</tbody></table></div>"
        )


def _losses(result: LesionResult, side: str) -> str:
    """Lost and weak codes of one side in words."""
    parts = [
        f"{word}: {' '.join(code for code in result.aus if code in found)}"
        for word, found in (("lost", result.lost(side)), ("weak", result.weak(side)))
        if found
    ]
    return "; ".join(parts) or "all kept"
