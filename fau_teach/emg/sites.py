"""Where electrodes go: site, muscle, action units, and place on the teaching face.

A pair of electrodes hears a region, not a muscle. How much it hears of which muscle follows
from the distance to it, through :func:`conduction`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from fau_teach import anatomy, facs
from fau_teach._data import DataError, did_you_mean, read_csv
from fau_teach.emg.activity import sources
from fau_teach.emg.signals import Float, SignalError
from fau_teach.face.face import face
from fau_teach.face.identity import DEFAULT, identity
from fau_teach.face.muscles import muscles, strands
from fau_teach.face.overlay import bind
from fau_teach.face.proportions import displace

SPACING = 10.0
"""Distance of the two contacts of a pair [mm]."""
REFERENCE = "forehead, in the middle below the hair, or the mastoid behind the ear"
"""Where the one ground electrode of all pairs goes."""
_CORE, _DECAY, _SPEED = 4.0, 12.0, 4000.0
"""Half the thickness of a muscle [mm], decay length [mm], conduction velocity [mm/s]."""
_ACROSS = 0.3
_MASSETER = np.array([[62.0, -40.0, -48.0], [59.0, -68.0, -46.0], [53.0, -88.0, -58.0]])
_COLUMNS = ("site", "name", "muscle", "aus", "x", "y", "z", "dx", "dy", "placement")


@dataclass(frozen=True, slots=True)
class Site:
    """One place for a pair of electrodes, on the subject's left; the right one is its mirror.

    Parameters
    ----------
    id, name : short and full name
    muscle : id in ``anatomy`` of the muscle that is meant
    aus : action units that this muscle shows in
    region : part of the face
    centre : (x, y, z) between the contacts on the default face [mm]
    along : (x, y, 0) direction of the pair, of length 1
    placement : how to find it
    check : movement to ask for, to see whether the pair sits right
    confidence, reference, note : where it comes from

    Source: S0-107, E0-36; Fridlund and Cacioppo 1986.
    """

    id: str
    name: str
    muscle: str
    aus: tuple[str, ...]
    region: str
    centre: tuple[float, float, float]
    along: tuple[float, float, float]
    placement: str
    check: str
    confidence: str
    reference: str
    note: str


@cache
def atlas() -> MappingProxyType[str, Site]:
    """Every site of ``data/emg/sites.csv``, from the forehead down.

    Raises
    ------
    DataError
        A muscle or code is not known to ``anatomy`` or ``facs``, or a number is none.
    """
    found = {}
    for row in read_csv("emg/sites.csv", _COLUMNS):
        try:
            muscle = anatomy.muscle(row["muscle"]).id
            aus = tuple(facs.au(code).code for code in row["aus"].split(";") if code)
            x, y, z, dx, dy = (float(row[name]) for name in ("x", "y", "z", "dx", "dy"))
        except ValueError as error:
            raise DataError(f"data/emg/sites.csv, {row['site']}: {error}") from None
        if muscle not in {name for name, _ in sources()}:
            raise DataError(f"data/emg/sites.csv, {row['site']}: {muscle} gives no signal here.")
        size = float(np.hypot(dx, dy))
        texts = {n: row[n] for n in ("name", "region", "placement", "check")}
        texts |= {n: row[n] for n in ("confidence", "reference", "note")}
        found[row["site"]] = Site(
            id=row["site"],
            muscle=muscle,
            aus=aus,
            centre=(x, y, z),
            along=(dx / size, dy / size, 0.0),
            **texts,
        )
    return MappingProxyType(found)


def channel(name: str) -> tuple[Site, str]:
    """Site and side of a channel such as ``"zygomaticus_R"``; the left without a letter.

    Raises
    ------
    SignalError
        There is no such site.
    """
    stem, side = (name[:-2], name[-1]) if name[-2:] in ("_L", "_R") else (name, "L")
    if stem not in atlas():
        hint = did_you_mean(stem, atlas()) or f"There are {', '.join(atlas())}."
        raise SignalError(f"no site {stem!r}. {hint}")
    return atlas()[stem], side


def positions(who: str = DEFAULT, names: Sequence[str] | None = None) -> dict[str, Float]:
    """The two contacts of each pair on a face: name -> (2, 3) points on its skin at rest [mm].

    Parameters
    ----------
    who : identity of the face
    names : channels; every site on both sides unless given
    """
    skin = face(who).hierarchy.levels[1]
    chosen = tuple(f"{n}_{s}" for n in atlas() for s in "LR") if names is None else tuple(names)
    pairs = displace(np.concatenate([_contacts(name) for name in chosen]), _proportions(who))
    corners, weights = bind(skin, pairs)
    on_skin = np.einsum("nk,nkd->nd", weights, skin.vertices[corners]).reshape(-1, 2, 3)
    return dict(zip(chosen, on_skin, strict=True))


def _contacts(name: str) -> Float:
    site, side = channel(name)
    offset = 0.5 * SPACING * np.array(site.along)
    pair = np.array(site.centre) + np.array([-offset, offset])
    return np.asarray(pair * ((1, 1, 1) if side == "L" else (-1, 1, 1)))


def _proportions(who: str) -> dict[str, float]:
    return dict(identity(who).proportions)


@cache
def _fibres(who: str) -> tuple[tuple[Float, Float], ...]:
    """Points (n, 3) [mm] along the fibres of every source, and the fibre's direction there."""
    proportions = _proportions(who)
    found: dict[tuple[str, str], list[tuple[Float, Float]]] = {one: [] for one in sources()}
    for pull in muscles():
        for strand in strands(pull, 5, proportions):
            found[pull.muscle, strand.side[0].upper()].append(_line(strand.points))
    belly = displace(_MASSETER, proportions)
    for side in "LR":
        found["masseter", side].append(_line(belly * ((1, 1, 1) if side == "L" else (-1, 1, 1))))
    return tuple(
        (np.concatenate([at for at, _ in lines]), np.concatenate([way for _, way in lines]))
        for lines in found.values()
    )


def _line(points: Float) -> tuple[Float, Float]:
    steps = np.linspace(0, len(points) - 1, 25)
    line = np.stack([np.interp(steps, np.arange(len(points)), c) for c in points.T], axis=1)
    way = np.gradient(line, axis=0)
    return line, way / np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-9)


def distances(
    names: Sequence[str], who: str = DEFAULT, shift: npt.ArrayLike | None = None
) -> tuple[Float, Float]:
    """How far each source is from each pair, and how well the pair lies along its fibres.

    Parameters
    ----------
    names : channels such as ``"zygomaticus_L"``
    who : identity of the face
    shift : (channels, 3) by which the pairs were put on beside their place [mm]

    Returns
    -------
    distances (channels, sources) [mm], 0 within a muscle's thickness, and the cosine of the
    angle between pair and nearest fibre, 0 to 1
    """
    pairs = np.stack([_contacts(name) for name in names])
    along = (pairs[:, 1] - pairs[:, 0]) / SPACING
    centres = displace(pairs.mean(axis=1), _proportions(who))
    centres = centres + (0 if shift is None else np.asarray(shift, float))
    far, cosine = np.empty((2, len(names), len(sources())))
    for column, (points, way) in enumerate(_fibres(who)):
        away = np.linalg.norm(centres[:, None] - points[None], axis=2)
        nearest = away.argmin(axis=1)
        far[:, column] = away.min(axis=1)
        cosine[:, column] = abs(np.sum(along * way[nearest], axis=1))
    return np.maximum(far - _CORE, 0), np.minimum(cosine, 1)


def conduction(distance: npt.ArrayLike, frequency: npt.ArrayLike = 100.0) -> Float:
    """Share of a source's amplitude that reaches a pair along its fibres, 0 to 1.

    Tissue damps what is far, and fast swings more than slow ones: exp(-d / 12 mm) for the pair,
    which cancels what both contacts hear alike, times exp(-2 pi f d / v) for a source that
    travels with v = 4 m/s along its fibres. The second is the limit of Lindström and Magnusson
    (1977); the first, and that the two are enough, is our choice.

    Parameters
    ----------
    distance : from the muscle [mm]
    frequency : [1/s]; shapes are broadcast
    """
    d, f = np.asarray(distance, float), np.asarray(frequency, float)
    return np.asarray(np.exp(-d / _DECAY - 2 * np.pi * f * d / _SPEED))


def hearing(
    names: Sequence[str],
    who: str = DEFAULT,
    shift: npt.ArrayLike | None = None,
    frequency: npt.ArrayLike = 100.0,
) -> Float:
    """Share of each source's amplitude that each pair hears, 0 to 1.

    It is :func:`conduction`, times 1 where the pair lies along the fibres and 0.3 where it
    lies across them (our choice between).

    Parameters
    ----------
    names, who, shift : as for :func:`distances`
    frequency : one [1/s] gives (channels, sources); (F,) of them (channels, sources, F)
    """
    far, cosine = distances(names, who, shift)
    lying = _ACROSS + (1 - _ACROSS) * cosine
    f = np.asarray(frequency, float)
    if f.ndim:
        return lying[..., None] * conduction(far[..., None], f)
    return np.asarray(lying * conduction(far, f))


def neighbours(name: str, who: str = DEFAULT, least: float = 0.1) -> tuple[tuple[str, float], ...]:
    """Other muscles that a pair hears, and their share relative to its own muscle, loudest first.

    Parameters
    ----------
    name : a channel
    least : smallest share that counts, at 100 Hz and equal activation
    """
    site, side = channel(name)
    gain = hearing([name], who)[0]
    share = gain / gain[sources().index((site.muscle, side))]
    others = {
        f"{muscle}_{s}": float(part)
        for (muscle, s), part in zip(sources(), share, strict=True)
        if part >= least and (muscle, s) != (site.muscle, side)
    }
    return tuple(sorted(others.items(), key=lambda item: -item[1]))


@dataclass(frozen=True, slots=True)
class Budget:
    """What so many muscles cost in electrodes, channels and samples.

    Attributes
    ----------
    muscles : pairs on the whole face
    electrodes : two each, and one ground
    free : channels of the board that are left, negative where it has too few
    rate : samples a second and channel that one converter leaves for each [1/s]
    enough : raw EMG up to 500 Hz needs 1,000 a second

    Source: S0-107, E0-36, S4-003.
    """

    muscles: int
    electrodes: int
    free: int
    rate: float
    enough: bool


def budget(muscles: int, sides: int = 1, inputs: int = 16, total: float = 125e3 / 13) -> Budget:
    """Count the electrodes and channels for bipolar recording.

    Parameters
    ----------
    muscles : on one side
    sides : 1 or 2
    inputs : of the board
    total : conversions a second of its one converter [1/s]

    Raises
    ------
    SignalError
        There is no muscle, or a number of sides other than 1 and 2.

    Source: S0-107: 12 muscles on a side need 25 electrodes; E0-36, E4-06.
    """
    if muscles < 1 or sides not in (1, 2):
        raise SignalError(f"{muscles} muscles on {sides} sides: at least 1, on 1 or 2 sides.")
    pairs = muscles * sides
    rate = total / pairs
    return Budget(pairs, 2 * pairs + 1, inputs - pairs, rate, rate >= 1000)
