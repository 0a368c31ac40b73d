"""Coding bench: frames beside a session of events, every step taken by the package's own Python."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Any, ClassVar
from weakref import WeakValueDictionary

import traitlets

from fau_teach import clip, facs
from fau_teach.clip import definitions
from fau_teach.coding import CodingError, Session
from fau_teach.coding.saver import Saver
from fau_teach.footage import Footage
from fau_teach.training.skills import LEVELS
from fau_teach.widgets._base import read_text
from fau_teach.widgets._clerk import Clerk
from fau_teach.widgets._frames import Frames
from fau_teach.widgets._panel import table_html
from fau_teach.widgets.faceview import FaceFigure, sampled

_NAME = "first-look"
_GROUPS = {
    "upper": "Upper face",
    "lower": "Lower face",
    "head": "Head and gaze",
    "gross": "Other movements",
    "visibility": "Not visible, unscorable",
}
REGIONS = (
    ("upper", "Upper face", "brows and forehead: 1, 2, 4", "brows"),
    ("eyes", "Eyes", "lids and the skin around them: 5, 6, 7, 43, 45, 46", "eyes"),
    ("cheeks", "Cheeks and nose", "6, 9, 10, 11, 38, 39", "cheeks"),
    ("mouth", "Mouth", "corners first, then lips, then jaw: 12 to 16, 18 to 28", "mouth"),
    ("chin", "Chin and neck", "17, 21, 29, 31", "chin"),
    ("head", "Head and gaze", "51 to 58, 61 to 64", "whole"),
)
"""Order in which the score sheet goes through a face: id, name, codes, part that is shown. Ours."""
KINDS = {"macro": 2, "micro": 2, "neutral": 1}
"""Kinds of clips, and how many of each difficulty the site has ready."""
WORDS = ("Happiness", "Sadness", "Anger", "Fear", "Disgust", "Surprise", "Others", "none")
SHORTCUTS = (
    ("1, 2, 3", "set onset ▲, apex ◆, offset ▼ at the frame that is shown"),
    (", and .", "one frame back, one frame on"),
    ("Space", "play, pause"),
    ("N, O, A, D", "neutral, onset, apex, difference from neutral"),
    ("R", "this region is looked at; show the next"),
    ("Z, + and −", "next part of the face, closer, farther"),
    ("F, L, S", "flash in real time, loop, speed"),
    ("C, Enter", "write codes, save the event"),
    ("Ctrl+Z, Ctrl+Shift+Z", "take a step back, make it again"),
    ("?", "every shortcut"),
)


@cache
def _choices() -> list[list[Any]]:
    groups: dict[str, list[list[Any]]] = {name: [] for name in _GROUPS}
    for unit in facs.catalogue():
        muscular = unit.kind in ("AU", "AD")
        kind = "head" if unit.kind in ("head", "eye") else unit.kind
        group = groups[unit.half if muscular else kind]
        group.append([unit.code, unit.label, unit.name, muscular, muscular])
    return [[_GROUPS[name], units] for name, units in groups.items()]


@cache
def first_clip() -> clip.Clip:
    """The clip that the bench shows where none is given: a smile, then a brief frown."""
    moves = (
        clip.Movement("12", "", "C", 14, 30, 66, 14),
        clip.Movement("6", "", "B", 18, 32, 60, 10),
        clip.Movement("4", "", "C", 78, 82, 90, 2),
    )
    return clip.Clip("Ana", 30, 105, moves, clip.Nuisance(blinks=10), seed=11)


@cache
def bank_script() -> str:
    """Text of ``_static/clips.js``: clips of each kind and difficulty, until Python draws more.

    They are those that ``clip.sample`` draws for their seeds, on the face of the bench.
    """
    found = []
    for place, (kind, level) in enumerate(product(KINDS, LEVELS)):
        for seed in range(10 * place, 10 * place + KINDS[kind]):
            one = clip.sample(kind, difficulty=level, identity=first_clip().identity, seed=seed)
            found.append(
                {"name": f"{kind}-{level}-{seed}", "kind": kind, "level": level}
                | {"clip": json.loads(one.to_json()), "drive": sampled(one)}
            )
    return f"globalThis.nerveToLabelClips = {json.dumps(found, separators=(',', ':'))};\n"


def bench_data(script: clip.Clip | None = None, name: str = "") -> dict[str, Any]:
    """What the page needs before Python answers.

    Parameters
    ----------
    script : clip to open at first
    name : of that clip
    """
    one = script or first_clip()
    return {
        "title": "Coding session",
        "keyed": first_clip().identity,
        "clip": {
            "name": name or (f"{one.identity}-{one.seed}" if script else _NAME),
            "script": json.loads(one.to_json()),
            "drive": sampled(one),
        },
        "choices": _choices(),
        "definitions": [[one.id, one.rule] for one in definitions().values()],
        "regions": [list(one) for one in REGIONS],
        "words": list(WORDS),
        "kinds": [*KINDS],
        "levels": [*LEVELS],
    }


class Bench(Frames, Clerk, FaceFigure):
    """The coding bench.

    Parameters
    ----------
    clip : script of a clip of the teaching face to open at first
    session : a session to go on with
    footage : a video or a folder of pictures, as :func:`fau_teach.footage.open_footage` gives it,
        or several of them
    coder : name of the coder; a pseudonym
    save : file that keeps the session after each change, so that a stopped kernel loses nothing;
        what it holds is joined with nothing and comes first. An older bench of this kernel that
        keeps it is closed. Empty: the browser alone keeps the session
    label : accessible name

    Raises
    ------
    CodingError
        The file to save in holds no session.
    ValueError
        Two clips of the footage have one name.
    """

    figure = "bench"
    library: ClassVar[tuple[str, ...]] = (
        "faceview_face.js", "faceview_gl.js", "clerk.js", "journal.js", "panel.js", "viewer.js",
        "pictures.js", "codes.js",
    )  # fmt: skip

    session = traitlets.Unicode("", help="The session as JSON, after each change.").tag(sync=True)
    coder = traitlets.Unicode("", help="Name of the coder.").tag(sync=True)
    store = traitlets.Unicode("", help="Name of the record in the browser.").tag(sync=True)
    sources: traitlets.List[Any] = traitlets.List(
        help="The footage that is open, as the viewer reads it."
    ).tag(sync=True)
    saved = traitlets.Dict(
        help="The file, why it cannot be written, and what was found of an older kernel."
    ).tag(sync=True)
    _saver: Saver | None = None
    _keepers: ClassVar[WeakValueDictionary[Path, Bench]] = WeakValueDictionary()

    def __init__(
        self,
        clip: clip.Clip | None = None,
        session: Session | None = None,
        footage: Footage | Sequence[Footage] = (),
        coder: str = "",
        save: str | Path = "",
        **kwargs: Any,
    ) -> None:
        self.films = tuple(footage) if isinstance(footage, Sequence) else (footage,)
        names = Counter(film.name for film in self.films)
        if twice := [name for name, count in names.items() if count > 1]:
            advice = "Name one as open_footage(…, name='…')."
            raise ValueError(f"Two clips are called {twice[0]!r}. {advice}")
        store = session.title if session else ""
        if save:
            path = Path(save).resolve()
            # Two files of one name are two records, and no folder of this machine gets around.
            store = f"{path.name} {sha256(str(path).encode()).hexdigest()[:12]}"
            # The cell ran again: what shows the older bench is gone, and it would hold the file.
            if older := self._keepers.pop(path, None):
                older.close()
            self._saver = Saver(path, told=self._report)
            if kept := self._saver.load():
                try:
                    session = Session.from_json(kept, str(save))
                except CodingError:
                    self._saver.close()
                    raise
            self._keepers[path] = self
        kwargs.setdefault("label", "Coding bench")
        data = bench_data(clip)
        if self.films and not clip:
            data["clip"] = None
        super().__init__(
            data=data,
            face=first_clip().identity,  # of which the keys are
            session=session.to_json() if session else "",
            sources=[film.to_dict() for film in self.films],
            coder=coder,
            store=store,
            **kwargs,
        )
        self._report()
        self.observe(self._keep, "session")

    @classmethod
    def style_text(cls) -> str:
        """CSS of the figure and of the parts that it shares."""
        names = ("common.css", "viewer.css", "codes.css", "bench.css")
        return "\n".join(map(read_text, names))

    @property
    def coded(self) -> Session:
        """The session as it is now."""
        return Session.from_json(self.session) if self.session else Session(self.data["title"])

    def _keep(self, change: Any) -> None:
        if self._saver:
            self._saver.save(change["new"] or self.coded)

    def _report(self) -> None:
        if (saver := self._saver) and self.comm:
            found = {"problem": saver.problem, "note": saver.recovered}
            self.saved = {"path": saver.path.name, **found}

    def close(self) -> None:
        """End the figure; the file is complete afterwards."""
        if self._saver:
            self._saver.close()
        super().close()

    def fallback_html(self) -> str:
        """What the bench is, and its shortcuts."""
        return (
            "<p>The coding bench needs scripts. It shows a clip of the teaching face or a folder "
            "of pictures frame by frame, takes onset ▲, apex ◆ and offset ▼ with codes in FACS "
            "notation, and keeps the session on your machine.</p>"
            + table_html("Shortcuts of the bench.", ("key", "what it does"), SHORTCUTS)
        )
