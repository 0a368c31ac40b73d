"""Directives that show the teaching face: one still, and the gallery of all its codes."""

from __future__ import annotations

import html
from collections.abc import Iterator
from functools import cache
from typing import Any, ClassVar

import ntl_face
import numpy as np
from docutils import nodes
from docutils.parsers.rst import directives
from ntl_directives import Base, muscle_names

from fau_teach import facs
from fau_teach._data import read_csv

NONE = "No picture: the teaching face cannot show this code."
NONE_OF = "No pictures: the teaching face cannot show these codes:"
VIEWS = {"front": "from the front", "turned": "turned 30° to the subject's right"}
SHARE = "\u00a0%"
# A mode's word where it is positive and where it is negative, and its unit.
MODES = {
    "lid_upper": ("upper lid comes down", "upper lid goes up", SHARE),
    "lid_lower": ("lower lid goes up", "lower lid goes down", SHARE),
    "jaw_open": ("jaw opens", "", "°"),
    "jaw_forward": ("jaw goes forward", "jaw goes back", " mm"),
    "jaw_side": ("jaw goes to its side", "jaw goes to the other side", " mm"),
    "gaze_x": ("eyes turn to the subject's left", "eyes turn to the subject's right", "°"),
    "gaze_y": ("eyes turn up", "eyes turn down", "°"),
    "head_yaw": ("head turns to the subject's left", "head turns to the subject's right", "°"),
    "head_pitch": ("head turns up", "head turns down", "°"),
    "head_roll": ("head tilts to the subject's left", "head tilts to the subject's right", "°"),
    "head_forward": ("head goes forward", "head goes back", " mm"),
    "tongue_out": ("tongue comes out", "", SHARE),
    "tongue_side": ("tongue goes to the side", "tongue goes to the other side", " mm"),
    "tongue_up": ("tongue goes up", "tongue goes down", " mm"),
}
HEAD = 6.0
"""Length of an arrow's head on a long fibre; on a short one a quarter of the fibre [px]."""
RING_HEADS = 6
SPACING = 6.0
"""Distance of the points of a fibre [mm]."""
GAP = 20.0
"""A longer step of a fibre is not drawn [px]."""


# -- pictures


def drawn(code: str) -> bool:
    """Whether the face can show a code; the neutral face counts as one."""
    from fau_teach.face.actions import actions

    return code == ntl_face.NEUTRAL or code in actions()


def address(still: ntl_face.Still, root: str) -> str:
    """Address of a still; `root` leads from the page to the site's root."""
    return f"{root}{ntl_face.PLACE}/{still.file}"


def image(code: str, root: str, view: str = "front", alt: str = "") -> str:
    """A still as an image that loads when it comes near, with words for who cannot see it."""
    still = ntl_face.Still(code, view)
    width, height = still.size
    words = html.escape(alt or describe(code, view))
    place = address(still, root)
    return f'<img src="{place}" width="{width}" height="{height}" loading="lazy" alt="{words}">'


def describe(code: str, view: str = "front") -> str:
    """Alternative text: who, which code, from where, and what the catalogue says one sees."""
    seen = VIEWS.get(view, f"close view of the {'eyes' if view == 'brow' else view}")
    if code == ntl_face.NEUTRAL:
        return f"Teaching face at rest, {seen}."
    unit = facs.au(code)
    movement = next((one.used for one in unit.all_claims("movement") if one.used), "")
    where = "" if ntl_face.side(code) == "both" else " on the subject's left"
    head = f"Teaching face with {unit.label}, {unit.name.lower()}{where}, {seen}"
    return f"{head}: {movement}." if movement and view != "turned" else f"{head}."


def still_figure(code: str, root: str) -> str:
    """The picture of an atlas card; its button waits for the script that moves the face."""
    if not drawn(code):
        return f'<p class="au-nopicture">{NONE}</p>'
    button = f'<button type="button" data-face-loop="{code}" hidden>Play</button>'
    unit = facs.au(code)
    # What one sees stands beside it.
    picture = image(code, root, alt=f"Teaching face with {unit.label}, {unit.name.lower()}.")
    return (
        f'<figure class="au-still">{picture}<figcaption>{view_note(code)} {button}'
        "</figcaption></figure>"
    )


def view_note(code: str) -> str:
    """What the picture of an atlas card is, in few words."""
    side = "" if ntl_face.side(code) == "both" else ", subject's left"
    return f"Teaching face, intensity E{side}"


# -- what moves


def made_of(code: str) -> tuple[dict[str, float], list[str]]:
    """Muscle columns of a code with their amounts, and the words for all that is no muscle."""
    from fau_teach.face.actions import actions
    from fau_teach.face.muscles import muscles

    owners = {pull.id: pull.muscle for pull in muscles()}
    parts = {row["id"]: row for row in read_csv("face/muscles.csv", ("id", "form", "note"))}
    pulled, words = {}, []
    pushed: dict[str, float] = {}
    for part, amount in actions()[code].items():
        if part in owners:
            pulled[part] = amount
        elif part in MODES:
            up, down, unit = MODES[part]
            size = f"{abs(amount) * (100 if unit == SHARE else 1):g}{unit}"
            words.append(f"{up if amount > 0 else down} ({size})")
        elif parts[part]["form"] != "contact":  # lips in touch are no movement that shows
            note = parts[part]["note"].removeprefix("no muscle: ")
            pushed[note] = max(amount, pushed.get(note, 0.0))
    words += (f"{note} ({100 * amount:g}{SHARE})" for note, amount in pushed.items())
    return pulled, list(dict.fromkeys(words))


def muscle_words(pulled: dict[str, float]) -> str:
    """Muscles and their largest amounts, such as "zygomaticus major (100 %)"."""
    from fau_teach.face.muscles import muscles

    owners = {pull.id: pull.muscle for pull in muscles()}
    most: dict[str, float] = {}
    for part, amount in pulled.items():
        most[owners[part]] = max(amount, most.get(owners[part], 0.0))
    return ", ".join(
        f"{muscle_names([name])} ({100 * size:g}{SHARE})" for name, size in most.items()
    )


def in_life(unit: Any) -> str:
    """Muscles of a code that the face shows by a turn or a push."""
    return f"in life {muscle_names(unit.muscles)}; here no skin is pulled" if unit.muscles else ""


@cache
def travel() -> dict[str, float]:
    """Code to what shows of it at full activation [mm], as the key of clips has it."""
    found: dict[str, float] = {}
    for row in read_csv("clip/visible.csv", ("code", "by", "side", "1")):
        if row["code"] == row["by"]:
            found[row["code"]] = max(float(row["1"]), found.get(row["code"], 0.0))
    return found


# -- muscles drawn on the face


@cache
def fibres() -> dict[str, str]:
    """Muscle column to SVG paths of its left side, over the frontal still."""
    from fau_teach.face import face
    from fau_teach.face.muscles import muscles

    skin = face(ntl_face.WHO).hierarchy.levels[1]
    return {pull.id: "".join(paths(pull, skin)) for pull in muscles()}


def paths(pull: Any, skin: Any) -> Iterator[str]:
    """Lines of one muscle, then the heads of its arrows, which say where it pulls."""
    from fau_teach.face.muscles import strands

    view = ntl_face.camera("front")
    number = 3 if pull.pull in ("path", "parallel", "deep", "centre", "inward") else 1
    lines, heads = [], []
    for strand in strands(pull, number):
        if strand.side == "left":
            # A wide ring would cross the midline into the other half's.
            line = strand.points[strand.points[:, 0] >= -1e-9]
            if len(line) < 2:
                continue
            line = fine(line, ring=pull.is_ring)
            # A ring stays flat as authored: the nearest skin would pull it out of shape.
            line = line if pull.is_ring else on_skin(line, skin)
            lines.append(view.project(line)[:, :2])
    middle = lines[len(lines) // 2]
    long = float(np.linalg.norm(np.diff(middle, axis=0), axis=1).sum())
    size = min(HEAD, long / (16 if pull.is_ring else 4))
    if pull.is_ring:
        centre = view.project(pull.path[0])[:2]
        for at in np.linspace(0, len(middle) - 1, RING_HEADS, endpoint=False).round().astype(int):
            heads.append((middle[at], centre - middle[at]))
    elif pull.pull in ("path", "parallel", "deep"):
        # From the insertion back to the bone.
        shown = lines if pull.pull == "parallel" else [middle]
        heads = [(line[len(line) // 3], line[0] - line[len(line) // 3]) for line in shown]
    elif number == 1:
        # What pushes outwards comes towards the reader.
        words = "0 0 1" if pull.pull == "outward" else pull.pull
        turn = np.array([float(x) for x in words.split()])
        for at in np.linspace(0.2, 0.8, 2) * (len(middle) - 1):
            heads.append((middle[round(at)], turn[:2] * (1, -1)))
    pieces = "M".join(numbers(line) for line in lines).split("M")
    # A point alone, where the nearest skin jumps, would draw nothing.
    yield f'<path d="{"".join(f"M{piece}" for piece in pieces if len(piece.split()) > 2)}"/>'
    if heads := [head(point, way, size) for point, way in heads]:
        yield f'<path class="face-head" d="{"".join(heads)}"/>'


def fine(points: Any, *, ring: bool = False) -> Any:
    """The line through points with a point every few millimetres."""
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    if ring and steps.max() > 4 * np.median(steps):  # a part of a ring, cut somewhere else
        points = np.roll(points, -1 - int(steps.argmax()), axis=0)
        steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    stops = np.linspace(0, along[-1], max(4, round(along[-1] / SPACING)))
    return np.stack([np.interp(stops, along, axis) for axis in points.T], axis=1)


def on_skin(line: Any, skin: Any) -> Any:
    """The points of the skin that are nearest to those of a line."""
    from fau_teach.face.overlay import bind

    corners, weights = bind(skin, line)
    return np.einsum("nc,ncd->nd", weights, skin.vertices[corners])


def numbers(points: Any) -> str:
    """Points of a path, with a gap where it runs out of sight below the chin."""
    far = np.linalg.norm(np.diff(points, axis=0, prepend=points[:1]), axis=1) > GAP
    # Tenths of a pixel would be noise.
    return " ".join(
        f"{'M' if hide else ''}{x:.0f} {y:.0f}" for hide, (x, y) in zip(far, points, strict=True)
    )


def head(point: Any, way: Any, size: float) -> str:
    """An arrow's head; a small circle where the pull comes out of the picture."""
    far = float(np.hypot(*way))
    if far < 0.3:
        x, y = point
        return f"M{x - 2:.1f} {y:.1f}a2 2 0 1 0 4 0a2 2 0 1 0-4 0"
    along = way / far * size
    across = np.array([-along[1], along[0]]) * 0.42
    corners = (point + along * 0.7, point - along * 0.5 + across, point - along * 0.5 - across)
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners) + "Z"


def symbols() -> str:
    """Every muscle once per page, hidden; the overlays refer to it."""
    made = "".join(f'<g id="mus-{name}">{lines}</g>' for name, lines in fibres().items())
    return f'<svg class="face-symbols" aria-hidden="true"><defs>{made}</defs></svg>'


def overlay(code: str, root: str) -> str:
    """The neutral face with the muscles of a code on it, or why there are none."""
    pulled, _ = made_of(code)
    if not pulled:
        return '<p class="face-none">No muscle of the skin: see below what moves.</p>'
    both = ntl_face.side(code) == "both"
    uses = "".join(f'<use href="#mus-{name}"/>' for name in pulled)
    uses += f'<g class="face-mirror">{uses}</g>' * both
    owners = muscle_words(pulled).replace(f" (100{SHARE})", "")
    alt = f"Teaching face at rest with fibres drawn on it: {owners}."
    size = f"{ntl_face.WIDTH} {ntl_face.HEIGHT}"
    return (
        f'<span class="face-stack">{image(ntl_face.NEUTRAL, root, alt=alt)}'
        f'<svg viewBox="0 0 {size}" aria-hidden="true">{uses}</svg></span>'
    )


# -- directives


def to_root(docname: str) -> str:
    """Way from a page to the site's root."""
    return "../" * docname.count("/")


class FaceStill(Base):
    """One picture of the teaching face with its caption; the content replaces the caption."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {
        "yaw": lambda text: directives.choice(text, ("0", "30")),
        "alt": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        """Write a figure, or say that there is no picture."""
        code = self.arguments[0]
        if code != ntl_face.NEUTRAL:
            code = facs.au(code).code
        if not drawn(code):
            return [self.raw(f'<p class="face-none">{NONE}</p>')]
        view = "turned" if self.options.get("yaw") == "30" else "front"
        picture = image(code, to_root(self.env.docname), view, self.options.get("alt", ""))
        words = self.parse(self.content).children if self.content else [self.raw(caption(code))]
        opened = f'<figure class="face-still">{picture}<figcaption>'
        return [self.raw(opened), *words, self.raw("</figcaption></figure>")]


def caption(code: str) -> str:
    """What a picture shows."""
    if code == ntl_face.NEUTRAL:
        return "The teaching face at rest."
    unit = facs.au(code)
    return f"<b>{unit.label}</b> {html.escape(unit.name)}. {view_note(code)}."


class FaceGallery(Base):
    """Every code of a kind: at rest, from the front, turned, and the muscles behind it."""

    option_spec: ClassVar[dict[str, Any]] = {
        "kind": directives.unchanged_required,
        "half": lambda text: directives.choice(text, ("upper", "lower", "none")),
    }

    def run(self) -> list[nodes.Node]:
        """Write one entry a code that the face can show, then the names of the others."""
        half, root = self.options.get("half"), to_root(self.env.docname)
        units = [
            one for one in facs.catalogue(self.options.get("kind")) if half in (None, one.half)
        ]
        shown = [unit for unit in units if drawn(unit.code)]
        jumps = (f'<a href="#face-{unit.code.lower()}">{unit.label}</a>' for unit in shown)
        parts = [f'<p class="face-jump">{" ".join(jumps)}</p>']
        parts += [entry(unit, root) for unit in shown]
        if missing := [f"{unit.label} {unit.name}" for unit in units if not drawn(unit.code)]:
            names = html.escape(", ".join(missing))
            parts.append(
                f'<p class="face-none">{NONE.replace("this code", "these codes")} {names}.</p>'
            )
        if not self.env.temp_data.setdefault("face-symbols", False):
            self.env.temp_data["face-symbols"] = True
            parts.insert(0, symbols())
        return [self.raw(f'<div class="face-gallery">{"".join(parts)}</div>')]


def entry(unit: Any, root: str) -> str:
    """One code of the gallery."""
    from ntl_atlas import facts

    code, label = unit.code, unit.label
    cells = {
        "At rest": image(ntl_face.NEUTRAL, root),
        "Front": image(code, root),
        "30°": image(code, root, "turned"),
        "Muscles": overlay(code, root),
    }
    columns = "".join(f"<div>{what}<span>{name}</span></div>" for name, what in cells.items())
    known = dict(facts(unit))
    pulled, words = made_of(code)
    rows = {
        "What to see": known.get("What you see", ""),
        "Folds": known.get("Folds and bulges", ""),
        "Muscles": html.escape(muscle_words(pulled) or in_life(unit)),
        "Also moves": html.escape("; ".join(words)),
        "Shows": f"{travel()[code]:.1f} mm" if code in travel() else "",
    }
    lines = "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in rows.items() if text)
    close = ""
    if view := ntl_face.near(code):
        pair = f"{image(ntl_face.NEUTRAL, root, view)}{image(code, root, view)}"
        close = f"<details><summary>Close view of {label}</summary><div>{pair}</div></details>"
    side = "" if ntl_face.side(code) == "both" else " <small>on the subject's left</small>"
    link = f'<a href="action-units.html#au-{code.lower()}">Card of {label}</a>'
    return (
        f'<figure class="face-entry" id="face-{code.lower()}"><h3>{label} {html.escape(unit.name)}'
        f'{side}</h3><div class="face-row">{columns}</div>{close}<figcaption><dl>{lines}</dl>'
        f"{link}</figcaption></figure>"
    )


DIRECTIVES = {"face-still": FaceStill, "face-gallery": FaceGallery}
