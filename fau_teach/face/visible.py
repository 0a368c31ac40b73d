"""What each code lets a coder see, computed from the face for the answer key.

``python -m fau_teach.face.visible --write`` writes ``data/clip/visible.csv``,
``data/clip/masking.csv`` and ``data/clip/companions.csv``, so that the key needs no face and runs
in any browser. They are those of the default identity; :func:`sight` computes another's. With
``--identities`` it writes ``data/clip/identities.csv``: by how much more or less each named
identity moves at full activation.

A code's region is the skin, without what lies inside mouth and lids, that it moves at full
activation by at least a quarter of its largest displacement. What shows is the 95th percentile
of the displacement there. Two things that a coder sees are no displacement of skin: the gap
between the lips (25) and the iris (61 to 64).

Beside another code, two things take away from a code; what leaves less of it counts.

- *Likeness*: the other looks like it. Both act fully; the other, made half to twice as strong to
  fit best in the region of the code, is taken away.
- *Cancelling*: the other pulls against it. What counts is how far each point of the region
  still moves in the direction in which the code alone moves it, as the coder sees it from in
  front; for codes that move mostly forward, in space. A jaw that drops carries the skin along
  and cancels nothing: the coder judges the skin against the bone.
"""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import permutations
from pathlib import Path
from typing import Protocol

import numpy as np

from fau_teach._data import data_file, read_csv
from fau_teach.clip import Sight, conflict, implied
from fau_teach.clip.key_tables import TABLES
from fau_teach.face.actions import actions, mix, sides
from fau_teach.face.mesh import Float, Int, Mesh

KNOTS = (0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.85, 1.0)
"""Activations at which the displacement is tabulated; lips that touch make it bend early."""
REGION = 0.25
PERCENTILE = 95
SCALES = (0.5, 2.0)
"""How much weaker or stronger a coder may take a movement to be, to explain another by it."""
LEAST_GAP_MM = 0.5
LEAST_COVER, LEAST_CLOSED = 0.1, 0.5
LEVELS = (0.2, 0.5, 1.0)
"""Activations at which the table of companions is made."""
EYE_RADIUS_MM = 12.0
_GAZE = ("61", "62", "63", "64")
_HEAD = ("51", "52", "53", "54", "55", "56", "57", "58")
Row = dict[str, str]


class Poser(Protocol):
    """What a face must do to be measured; all at level 1, in millimetres."""

    @property
    def base(self) -> Mesh: ...  # noqa: D102
    @property
    def contact(self) -> Int: ...  # noqa: D102
    def pose(self, scores: Mapping[tuple[str, str], float]) -> Float: ...  # noqa: D102


class _Measured:
    """Displacements of one face, remembered."""

    def __init__(self, face: Poser) -> None:
        self.face, self.rest = face, face.pose({})
        self.seen = np.asarray(face.base.attributes["cavity"]) < 0.5
        self.pairs: dict[frozenset[str], Float] = {}
        self.full = {
            (code, side): self.field({code: 1.0}, side)
            for code in actions()
            for side in tabulated(code)
        }
        sizes = {key: self.size(field) for key, field in self.full.items()}
        self.region = {key: size >= max(REGION * size.max(), 1e-9) for key, size in sizes.items()}
        self.along = {code: tuple(self._along(code)) for code in actions()}

    def field(self, scores: Mapping[str, float], side: str = "left") -> Float:
        """(N, 3) displacement under codes, on a side where they have sides [mm]."""
        where = {code: side if side in tabulated(code) else tabulated(code)[0] for code in scores}
        asked = {(code, where[code]): level for code, level in scores.items()}
        return self.face.pose(asked) - self.rest

    def size(self, field: Float) -> Float:
        """(N,) length of a displacement, 0 where the skin is not in view [mm]."""
        return np.where(self.seen, np.linalg.norm(field, axis=1), 0.0)

    def gap(self, field: Float) -> float:
        """How far the lips part, from the little overlap in which they rest [mm]."""
        upper, lower = self.face.contact.T
        rest, moved = ((p[upper] - p[lower])[:, 1] for p in (self.rest, self.rest + field))
        return float((moved - rest).max(initial=0))

    def amount(self, code: str, side: str, field: Float) -> float:
        """What shows of a code in a displacement field [mm]."""
        if code == "25":
            return self.gap(field)
        region = self.region[code, side]
        return float(np.percentile(self.size(field)[region], PERCENTILE)) if region.any() else 0.0

    def _along(self, by: str) -> Iterator[str]:
        """Codes that show along with another: by the rules, or on this face."""
        parts = self.gap(self.full[by, tabulated(by)[-1]]) >= LEAST_GAP_MM
        for code, does in (("25", parts), ("26", "jaw_open" in actions()[by])):
            if code != by and (code in implied(by) or (does and not conflict(code, by))):
                yield code

    def shown(self, code: str, by: str, side: str, knots: Sequence[float] = KNOTS) -> list[float]:
        """What shows of one code while another acts, at every knot [mm]."""
        found = []
        for level in knots:
            modes = mix({(by, side): level}).modes
            if code in _GAZE:
                turn = np.deg2rad(np.hypot(modes["gaze_x"], modes["gaze_y"]))
                found.append(float(2 * EYE_RADIUS_MM * np.sin(turn / 2)))
            elif code == "26" and by != "26":
                # The jaw alone counts: lips that move with it are other codes.
                drop = min(1.0, modes["jaw_open"] / actions()["26"]["jaw_open"])
                found.append(self.amount("26", "both", self.field({"26": drop})))
            else:
                found.append(self.amount(code, side, self.field({by: level}, side)))
        # A table for people: what shows never falls while a movement grows.
        return [round(float(mm), 2) for mm in np.maximum.accumulate(found)]

    def stays(self, code: str, by: str, other: str, levels: tuple[float, float]) -> float:
        """Share of a companion that shows while a third code acts too."""
        alone, both = {by: levels[0]}, {by: levels[0], other: levels[1]}
        if code == "26":
            asked = ({(one, tabulated(one)[-1]): x for one, x in s.items()} for s in (both, alone))
            here, there = (mix(scores).modes["jaw_open"] for scores in asked)
        else:
            here, there = (self.gap(self.field(scores, "both")) for scores in (both, alone))
        return min(1.0, here / there) if there > 0 else 1.0

    def residual(self, code: str, other: str) -> float:
        """Share of a code that the other, at 1, leaves to see; the module says how."""
        pair = frozenset((code, other))
        if pair not in self.pairs:
            self.pairs[pair] = self.field(dict.fromkeys(sorted(pair), 1.0))
        together = self.pairs[pair]
        key, cover = (code, tabulated(code)[0]), self.full[other, tabulated(other)[0]]
        alone = self.amount(*key, self.full[key])
        if code == "25" or not alone:
            return min(1.0, self.gap(together) / alone) if alone else 1.0
        region = self.region[key]
        seen, cover = together[region], cover[region]
        power = float((cover * cover).sum())
        scale = np.clip((seen * cover).sum() / power, *SCALES) if power else 1.0
        rest = np.linalg.norm(seen - scale * cover, axis=1)
        unlike = float(np.percentile(rest, PERCENTILE)) / alone
        return min(1.0, unlike, self._net(self.full[key][region], seen, other))

    def _net(self, own: Float, seen: Float, other: str) -> float:
        """Share of a code's motion that is left in its own direction."""
        if any(part.startswith("jaw_") for part in actions()[other]):
            return 1.0
        length, front = (
            float(np.percentile(np.linalg.norm(part, axis=1), PERCENTILE))
            for part in (own, own[:, :2])
        )
        if front >= length / 2:
            own, length = own * (1, 1, 0), front
        size = np.linalg.norm(own, axis=1)
        along = (seen * own).sum(axis=1) / np.maximum(size, 1e-9)
        return max(0.0, float(np.percentile(along, PERCENTILE))) / length


def tabulated(code: str) -> tuple[str, ...]:
    """Sides in the table: left, which stands for right too, and both, where a code has them."""
    return tuple(side for side in ("left", "both") if side in sides(code))


def table(face: Poser) -> list[Row]:
    """Rows of ``data/clip/visible.csv``.

    Parameters
    ----------
    face : the default identity

    Returns
    -------
    For each code that the face can show, and for 25 and 26 also by each code that parts the
    lips or drops the jaw, the visible displacement [mm] at ``KNOTS``.
    """
    return _table(_Measured(face))


def _table(measured: _Measured) -> list[Row]:
    pairs = [(code, code) for code in actions()]
    pairs += [(code, by) for by in actions() for code in measured.along[by]]
    return [
        {"code": code, "by": by, "side": side}
        | {
            f"{k:g}": f"{mm:.2f}"
            for k, mm in zip(KNOTS, measured.shown(code, by, side), strict=True)
        }
        for code, by in pairs
        for side in tabulated(by)
    ]


def shares(faces: Mapping[str, Poser], whole: Iterable[Row]) -> list[Row]:
    """Rows of ``data/clip/identities.csv``.

    Parameters
    ----------
    faces : name to face
    whole : rows of ``data/clip/visible.csv``, which are those of the default identity

    Returns
    -------
    For each of its rows, what shows on each face at full activation, as a share of what it says.
    """
    measured = {name: _Measured(one) for name, one in faces.items()}
    found = []
    for row in whole:
        place, full = (row["code"], row["by"], row["side"]), float(row["1"])
        cells = {
            name: one.shown(*place, (1.0,))[0] / full if full else 1.0
            for name, one in measured.items()
        }
        head = dict(zip(("code", "by", "side"), place, strict=True))
        found.append(head | {name: f"{share:.2f}" for name, share in cells.items()})
    return found


def masking(face: Poser) -> list[Row]:
    """Rows of ``data/clip/masking.csv``: pairs of which one takes away at least a tenth.

    Both act fully; the residual is what is left to see of the code, as a share of what it shows
    alone, by likeness or by cancelling. Head and gaze neither cover nor are covered, and no code
    covers what shows along with it.
    """
    return _masking(_Measured(face))


def _masking(measured: _Measured) -> list[Row]:
    found = []
    codes = [code for code in actions() if code not in (*_GAZE, *_HEAD)]
    for code, other in permutations(codes, 2):
        if conflict(code, other) or code in measured.along[other]:
            continue
        share = round(measured.residual(code, other), 2)
        if share <= 1 - LEAST_COVER:
            found.append({"code": code, "other": other, "residual": f"{share:.2f}"})
    return found


def companions(face: Poser) -> list[Row]:
    """Rows of ``data/clip/companions.csv``: where a third code closes lips or lifts the jaw.

    A code shows along with another, such as 25 with 26. For each third code that somewhere
    takes away half of that: the share that stays, at ``LEVELS`` of both.
    """
    return _companions(_Measured(face))


def _companions(measured: _Measured) -> list[Row]:
    found = []
    pairs = [(code, by) for by in actions() for code in measured.along[by]]
    for code, by in pairs:
        for other in actions():
            if other in (code, by, *_GAZE, *_HEAD) or conflict(by, other) or conflict(code, other):
                continue
            share = {
                at: [round(measured.stays(code, by, other, (level, at)), 2) for level in LEVELS]
                for at in LEVELS
            }
            if min(map(min, share.values())) > 1 - LEAST_CLOSED:
                continue
            for at, shares in share.items():
                cells = {f"{k:g}": f"{s:.2f}" for k, s in zip(LEVELS, shares, strict=True)}
                row = {"code": code, "by": by, "other": other, "at": f"{at:g}"}
                found.append(row | cells)
    return found


def sight(who: str | Poser) -> Sight:
    """What an identity shows, for ``clip.key(sight=...)``; takes some ten seconds.

    Parameters
    ----------
    who : an identity by name, any text as the seed of one, or a face

    All is measured from this person's own neutral, resting tone included.
    """
    if isinstance(who, str):
        from fau_teach.face.face import face

        who = face(who)
    measured = _Measured(who)
    return Sight.of(_table(measured), _masking(measured), _companions(measured))


def text_of(rows: Sequence[Row]) -> str:
    """Rows as CSV."""
    page = io.StringIO(newline="")
    writer = csv.DictWriter(page, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return page.getvalue()


def default_face() -> Poser:
    """The identity whose figures the package ships."""
    from fau_teach.face.face import face

    return face()


def other_faces() -> dict[str, Poser]:
    """The named identities but the default one."""
    from fau_teach.face.face import face
    from fau_teach.face.identity import DEFAULT, named

    return {name: face(name) for name in named() if name != DEFAULT}


def main(arguments: Sequence[str] | None = None) -> int:
    """Show the tables, or write them into ``data/clip/``."""
    parser = argparse.ArgumentParser(prog="python -m fau_teach.face.visible", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the tables")
    parser.add_argument("--identities", action="store_true", help="that of the other identities")
    asked = parser.parse_args(arguments)
    if asked.identities:
        tables = {"identities": shares(other_faces(), read_csv("clip/visible.csv"))}
    else:
        measured = _Measured(default_face())
        made = _table(measured), _masking(measured), _companions(measured)
        tables = dict(zip(TABLES, made, strict=True))
    for name, rows in tables.items():
        if asked.write:
            path = Path(str(data_file("clip/key.csv"))).with_name(f"{name}.csv")
            path.write_text(text_of(rows), encoding="utf-8", newline="\n")
        else:
            print(text_of(rows))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
