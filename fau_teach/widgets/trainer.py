"""Training path: pretest, cue lessons, drills, flashes, review and tests, in the page.

What to show next and what an answer is worth is said by :mod:`fau_teach.training.desk`, in a
worker of the page or in the kernel. A few items come with the figure, so that nobody waits.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import traitlets

from fau_teach import facs, training
from fau_teach.training import desk, items, path
from fau_teach.training.marking import verdict
from fau_teach.widgets._base import check_option, has_file, read_text
from fau_teach.widgets._clerk import Clerk
from fau_teach.widgets._panel import table_html
from fau_teach.widgets.faceview import _units, packed

# One face for the two sides of a comparison, and the first that a page fetches.
FACE = "Ana"
OPENING = (
    "1.which.raised_brow_with_4.medium.8",
    "1.which.lip_or_corner.medium.2",
    "1.which.cheek_or_lid.medium.8",
    "1.which.lid_or_brow.medium.3",
    "1.which.corner_or_chin.medium.7",
    "1.which.presence.medium.8",
)
"""Items of the pretest that are there before Python has started; two faces, six skills."""
_WORDS = re.compile(r"[\w][\w .,-]{0,79}")
_MARKS = {"check": "○ to be checked by a certified coder", "fairly": "◐ fairly sure"}


def opening(name: str) -> dict[str, Any]:
    """An item with its answer, as the page reads it while no Python answers.

    Returns
    -------
    what :func:`fau_teach.training.desk.view` gives, and under ``told`` the feedback on each option
    """
    one = items.item(name)
    told = {option: desk.told(one, verdict(one, option)) for option in one.options}
    for each in told.values():
        del each["clip"]
    return desk.view(one, "pretest") | {"told": told}


def _choices() -> list[tuple[str, list[list[Any]]]]:
    """Codes to pick from, by region of the face, as ``codes.js`` reads them."""
    groups: dict[str, list[list[Any]]] = {}
    for code, label, name, group, sides in _units():
        if facs.au(code).kind == "AU":
            groups.setdefault(group, []).append([code, label, name, len(sides) > 1, True])
    return [*groups.items()]


@cache
def trainer_data() -> dict[str, Any]:
    """What the page holds before Python answers; treat it as read-only.

    Returns
    -------
    dictionary with ``opening`` (items with their answers), ``stages``, ``faces`` and ``limits``
    """
    return {
        "opening": [opening(name) for name in OPENING],
        "stages": [
            {"id": one.id, "title": one.title, "what": one.what}
            for one in training.stages().values()
        ],
        # In the form by which the book finds the faces that a page shows.
        "faces": [{"face": name} for name in items.faces()],
        "compare": FACE,
        "limits": [dict(one) for one in training.limits()],
        "clips": training.CLIPS,
        "good": path.GOOD,
        "choices": _choices(),
    }


class Trainer(Clerk):
    """The training path of one learner, kept in the browser.

    Parameters
    ----------
    stage : where it opens: a stage such as ``"lessons"``; empty for the recommended one
    bank : name of a fixed bank of items, which gives a class the same items everywhere
    exam : words from an instructor, by which a class gets the same mock test

    Raises
    ------
    ValueError
        There is no such stage (suggests one), or a name is no short text.
    """

    figure = "trainer"
    library = (
        "faceview_face.js", "faceview_gl.js", "panel.js", "clerk.js", "journal.js", "viewer.js",
        "codes.js", "trainer_views.js",
    )  # fmt: skip

    stage = traitlets.Unicode("", help="Stage that is opened.").tag(sync=True)
    bank = traitlets.Unicode("", help="Name of a bank of items.").tag(sync=True)
    exam = traitlets.Unicode("", help="Words that choose the clips of a test.").tag(sync=True)

    def __init__(self, stage: str = "", bank: str = "", exam: str = "", **kwargs: Any) -> None:
        check_option("a stage", stage, ["", *training.stages()])
        for what, words in (("bank", bank), ("exam", exam)):
            if words and not _WORDS.fullmatch(words):
                raise ValueError(f"{words!r:.60} names no {what}. Use 1 to 80 letters or digits.")
        kwargs.setdefault("label", "Training path")
        super().__init__(data=trainer_data(), stage=stage, bank=bank, exam=exam, **kwargs)
        self.on_msg(self._face)

    @classmethod
    def style_text(cls) -> str:
        """CSS of the figure and of the parts that it shares."""
        names = ("common.css", "viewer.css", "codes.css", "trainer.css")
        return "\n".join(read_text(name) for name in names if has_file(name))

    def _face(self, _: Any, content: Any, __: Any) -> None:
        """Send an identity to a live view; a page has each in a file."""
        name = content.get("face") if isinstance(content, dict) else None
        if name in items.faces():
            self.send({"face": name, "pack": packed(str(name))})

    def fallback_html(self) -> str:
        """What the training is, and every contrast set with its cue."""
        rows = [
            (one.title, one.cue, _MARKS.get(one.confidence, "● sure"))
            for one in training.contrasts()
        ]
        stages = " → ".join(one.title for one in training.stages().values())
        return (
            f"<p>The training path needs scripts. Its stages: {stages}. "
            "Without scripts, the cues are here.</p>"
            + table_html("What tells the codes of a set apart.", ("set", "cue", "sureness"), rows)
        )
