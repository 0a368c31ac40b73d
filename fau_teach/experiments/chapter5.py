"""The depth source's experiments on the depth course: Tables I to IV, and light against flow.

All scores are pooled over folds of whole subjects, so that nobody is in training and in the test
unless a row says so. Epochs are fixed before. Intervals are over subjects, and chance is what the
same answers reach when they are dealt out at random.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from fau_teach.depth.course import Course, ceiling
from fau_teach.depth.pictures import under_lamps
from fau_teach.emotion.objective import OBJECTIVE
from fau_teach.evaluate.classes import Recognition, recognition
from fau_teach.evaluate.labels import Fold
from fau_teach.evaluate.splits import Cases, Fit, Predict, cross_validate, grouped, loso, overlap
from fau_teach.experiments.depth_clips import COUNTS, LAMPS, Classes, Clips, clips, prepare
from fau_teach.experiments.records import Row
from fau_teach.face.materials import Lights
from fau_teach.models import point_card
from fau_teach.models.checkpoint import cache_folder, digest, load, save
from fau_teach.models.stamp import fingerprint

Tables = dict[str, list[Row]]
Say = Callable[[str], object]
CARD = "depth/network"
CONDITIONS: Mapping[str, Mapping[str, Any]] = {
    "clean": {"head": 0.0, "drift": 0.0, "noise": 0.0},
    "sensor": {"head": 0.0, "drift": 0.0},
    "sensor and head": {},
}
"""What is between the skin and the network: whole millimetres alone; noise, holes and mixed
pixels, too; and a head that moves."""
NETS = ("pointnet", "pointnet2", "pointconv", "transformer")
SIZES: tuple[Classes, ...] = ("3", "4", "7", "objective")
HABITS = (0.0, 0.5)
SCENES = (("25", "Ana"), ("16+24", "Bao"), ("12", "Chidi"), ("4", "Dagny"))
"""Movements and faces that are shown under each lamp; the first two as in the source."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large everything is.

    Parameters
    ----------
    course : of ablation, networks and classes
    transfer, light : of those experiments
    folds : of whole subjects; 0 leaves one subject out at a time
    seeds : how often all is repeated: folds and net change
    thin : networks read every so many of the chosen points
    width : of the networks, share of the published widths
    scenes : movements under lamps
    epochs, threads, device, seed : of training
    jobs : processes that make clips
    """

    course: Course = field(default_factory=lambda: Course(subjects=20, micro=10, macro=0))
    transfer: Course = field(default_factory=lambda: Course(subjects=20, micro=6, macro=6, seed=2))
    light: Course = field(
        default_factory=lambda: Course(subjects=20, micro=6, macro=0, light=0.0, seed=3)
    )
    folds: int = 4
    seeds: int = 3
    thin: int = 4
    width: float = field(default_factory=lambda: point_card.number("width"))
    scenes: tuple[tuple[str, str], ...] = SCENES
    epochs: int = 20
    threads: int = 1
    jobs: int = 2
    device: str = "cpu"
    seed: int = 0


def quick() -> Size:
    """A size that runs through everything in half a minute and proves nothing."""
    small = Course(subjects=3, micro=3, macro=0, width=320)
    return Size(
        small, replace(small, subjects=2, micro=2, macro=2), replace(small, micro=2),
        folds=2, seeds=1, thin=16, scenes=SCENES[:1], epochs=1, jobs=1,
    )  # fmt: skip


def full() -> Size:
    """The source's own size, for a GPU: all points, the published widths, each subject left out."""
    size = Size()
    more = {name: replace(getattr(size, name), subjects=60) for name in ("transfer", "light")}
    course = replace(size.course, subjects=100, micro=11)
    return replace(
        size, course=course, **more, folds=0, thin=1, width=1.0, epochs=60, device="cuda"
    )


def _clips(size: Size, course: Course, lamps: bool = False) -> Clips:
    return clips(course, 1 if lamps else size.thin, lamps, size.jobs)


def _names(data: Clips, classes: Classes) -> tuple[str, ...]:
    """Classes that the course can show, in a steady order."""
    if classes == "objective":
        return OBJECTIVE
    return tuple(sorted({one for one in data.labels(classes) if one is not None}))


def net(size: Size, names: Sequence[str], seed: int, name: str = "pointnet") -> Fit:
    """A point network as ``cross_validate`` wants it.

    Positions count from the tip of the nose: the centroid of the chosen points would move with
    the choice, and hide whether brow or mouth moved.
    """
    from fau_teach.models.point_nets import PointShape, make
    from fau_teach.models.point_training import Learner, PointSettings

    levels = tuple(
        replace(one, centres=one.centres // size.thin) for one in make(name, len(names)).levels
    )
    shape = PointShape(name, len(names), width=size.width, centre="given", levels=levels)
    settings = PointSettings(
        epochs=size.epochs, balanced=True, seed=seed, threads=size.threads, device=size.device
    )
    return Learner(shape, tuple(names), settings)


def ridge(names: Sequence[str], strength: float = 30.0) -> Fit:
    """A linear recogniser without a network, each class with the same weight.

    Parameters
    ----------
    strength : how much it holds its weights small, chosen by us before any test
    """

    def fit(learn: Cases, _: Cases | None = None) -> Predict:
        x = np.asarray(learn.items, float)
        wanted = np.array([[label == name for name in names] for label in learn.labels], float)
        known = wanted.any(0) / max(wanted.any(0).sum(), 1)
        weight = wanted @ (known / np.maximum(wanted.sum(0), 1))
        middle = weight @ x
        spread = np.sqrt(weight @ (x - middle) ** 2) + 1e-12
        z = (x - middle) / spread
        held = np.diag(strength / len(x) / weight)
        solved = z.T @ np.linalg.solve(z @ z.T + held, wanted - known)

        def answers(items: Any) -> list[str]:
            given = (np.asarray(items, float) - middle) / spread
            told = given @ solved + known
            told[:, known == 0] = -np.inf
            return [names[at] for at in told.argmax(1)]

        return answers

    return fit


def _splits(size: Size, subjects: Sequence[str], seed: int) -> tuple[Fold, ...]:
    return grouped(subjects, size.folds, seed) if size.folds else loso(subjects)


def scored(
    size: Size, data: Cases, names: Sequence[str], splits: Sequence[Fold], seed: int,
    learner: str = "pointnet", shared: bool = False,
) -> Recognition:  # fmt: skip
    """Learn and test fold by fold; what was asked before is remembered.

    Parameters
    ----------
    learner : one of `NETS`, or ``"regions"`` for `ridge`
    shared : whether people may be in training and test
    """
    items = np.ascontiguousarray(data.items)
    told = [
        hashlib.sha256(items.tobytes()).hexdigest(), data.labels, data.subjects, list(names),
        [[fold.train.tolist(), fold.test.tolist()] for fold in splits], seed, learner,
        [size.epochs, size.thin, size.width, size.threads, size.device],
        fingerprint(__name__, (CARD,)),
    ]  # fmt: skip
    path = cache_folder() / "answers" / f"depth-{learner}-{digest(told)}.npz"
    places = np.concatenate([fold.test for fold in splits])
    if path.is_file():
        found = load(path)[0]["found"]
    else:
        fit = ridge(names) if learner == "regions" else net(size, names, seed, learner)
        given = cross_validate(fit, data, splits, validation=0, shared=shared)
        found = np.array([names.index(one) for one in given.found])
        save(path, {"found": found})
    asked = data.take(places)
    number = [fold.number for fold in splits for _ in fold.test]
    return recognition(
        asked.labels, [names[at] for at in found], asked.subjects, names, folds=number, seed=seed
    )


def _row(found: Recognition) -> dict[str, Any]:
    row: dict[str, Any] = {"items": found.items, "subjects": found.subjects}
    for one in (found.uf1, found.uar):
        row |= {
            one.name: one.value, f"{one.name}_low": one.low, f"{one.name}_high": one.high,
            f"{one.name}_chance": one.chance, f"{one.name}_beyond": one.beyond,
            f"{one.name}_p": one.p,
        }  # fmt: skip
    return {**row, "fold_uf1": found.fold_uf1}


def _seeds(size: Size) -> range:
    return range(size.seed, size.seed + size.seeds)


def _repeated(
    size: Size, data: Cases, names: Sequence[str], learner: str = "pointnet"
) -> Iterator[dict[str, Any]]:
    """One row a seed."""
    for seed in _seeds(size):
        found = scored(size, data, names, _splits(size, data.subjects, seed), seed, learner)
        yield {"seed": seed, **_row(found)}


def ablation(size: Size, say: Say) -> tuple[Tables, Row]:
    """Which points, how many, from which pipeline, and what is between: the pattern of Table III.

    Source: S3-050, S3-053; E3-03, E3-04, E3-18, E3-21.
    """
    rows: list[Row] = []
    precise: list[Row] = []
    say("clips")
    courses = {name: replace(size.course, **change) for name, change in CONDITIONS.items()}
    prepare(list(courses.values()), size.thin, jobs=size.jobs)
    for condition, course in courses.items():
        data = _clips(size, course)
        names, moving = _names(data, "3"), data.arrays["moving"].mean()
        for pipeline in ("printed", "used"):
            right = data.arrays[f"{pipeline} precision"].mean(0)
            for pick, count in (*(("rank", count) for count in COUNTS), ("random", COUNTS[1])):
                say(f"{condition}, {pipeline}, {pick} {count}")
                cases = data.cases(f"{pipeline} {pick}", "3", points=count // size.thin)
                told = {"condition": condition, "pipeline": pipeline, "pick": pick, "points": count}
                rows += [{**told, **row} for row in _repeated(size, cases, names)]
                share = (
                    right[COUNTS.index(count)] if pick == "rank" else data.arrays["moving"].mean()
                )
                precise.append({**told, "precision": float(share),
                                "chance": float(moving)})  # fmt: skip
    return {"depth_ablation": rows, "depth_precision": precise}, {}


def networks(size: Size, say: Say) -> tuple[Tables, Row]:
    """The same points in four networks, and regions without one: the pattern of Table II.

    Source: S3-049; E3-09, E3-17.
    """
    data = _clips(size, size.course)
    names = _names(data, "3")
    rows: list[Row] = []
    for pipeline in ("used", "printed"):
        cases = data.cases(f"{pipeline} rank", "3", points=COUNTS[1] // size.thin)
        for name in NETS:
            say(f"{name}, {pipeline}")
            told = {"pipeline": pipeline, "network": name}
            rows += [{**told, **row} for row in _repeated(size, cases, names, name)]
    plain = data.cases("used regions", "3")
    told = {"pipeline": "used", "network": "regions"}
    rows += [{**told, **row} for row in _repeated(size, plain, names, "regions")]
    return {"depth_networks": rows}, {"parameters": _parameters(size, len(names))}


def _parameters(size: Size, classes: int) -> dict[str, int]:
    from fau_teach.models.point_nets import make

    return {name: make(name, classes, width=size.width).parameter_count for name in NETS}


def classes(size: Size, say: Say) -> tuple[Tables, Row]:
    """Three, four and seven emotions and the objective classes: the pattern of Table I.

    Source: S3-041, S3-042, S3-046 to S3-048; E3-12.
    """
    data = _clips(size, size.course)
    rows: list[Row] = []
    for number in SIZES:
        names = _names(data, number)
        for pipeline in ("used", "printed"):
            say(f"{number} classes, {pipeline}")
            cases = data.cases(f"{pipeline} rank", number, points=COUNTS[1] // size.thin)
            told = {"classes": number, "pipeline": pipeline}
            rows += [{**told, **row} for row in _repeated(size, cases, names)]
    best = {number: round(ceiling(int(number)), 4) for number in SIZES if number != "objective"}
    return {"depth_classes": rows}, {"uar_of_one_who_knows_the_units": best}


def transfer(size: Size, say: Say) -> tuple[Tables, Row]:
    """Macro- to micro-expressions, with and without the tested people: the pattern of Table IV.

    "the same people" are the tested ones and others, as many as "other people"; "all people" is
    the source's own way.

    Source: S3-051, S3-060; E3-14.
    """
    rows: list[Row] = []
    leaks: dict[str, str] = {}
    say("clips")
    courses = {habit: replace(size.transfer, habit=habit) for habit in HABITS}
    prepare(list(courses.values()), size.thin, jobs=size.jobs)
    for habit, course in courses.items():
        data = _clips(size, course)
        cases = data.cases("used rank", "objective", "", COUNTS[1] // size.thin)
        kinds = np.array([one.kind for one in data.shown])
        for seed in _seeds(size):
            for arm, splits in _arms(size, cases.subjects, kinds, seed).items():
                say(f"habit {habit}, seed {seed}: {arm}")
                parts = splits[0].train, splits[0].test
                who = [[cases.subjects[i] for i in part] for part in parts]
                leak = overlap(*who)
                found = scored(size, cases, OBJECTIVE, splits, seed, shared=bool(leak))
                rows.append({"habit": f"habit {habit}", "arm": arm, "seed": seed,
                             "learned": len(who[0]), "shared": leak.tested,
                             **_row(found)})  # fmt: skip
                leaks[arm] = str(leak)
    return {"depth_transfer": rows}, {"overlap": leaks}


def _arms(
    size: Size, subjects: Sequence[str], kinds: npt.NDArray[Any], seed: int
) -> dict[str, tuple[Fold, ...]]:
    """Folds of each way to learn."""
    who, chance = np.asarray(subjects), np.random.default_rng(seed)
    found: dict[str, list[Fold]] = {
        "micro, other people": [], "macro, other people": [], "macro, the same people": [],
    }  # fmt: skip
    for fold in _splits(size, subjects, seed):
        test = fold.test[kinds[fold.test] == "micro"]
        others = sorted({*who[fold.train]})
        some = chance.permutation(others)[: max(0, len(others) - len(fold.test_subjects))]
        same = np.isin(who, [*some, *fold.test_subjects])
        trains = (
            fold.train[kinds[fold.train] == "micro"],
            fold.train[kinds[fold.train] == "macro"],
            np.flatnonzero(same & (kinds == "macro")),
        )
        for name, train in zip(found, trains, strict=True):
            found[name].append(Fold(fold.number, fold.test_subjects, train, test))
    people = tuple(sorted({*subjects}))
    every = [np.flatnonzero(kinds == kind) for kind in ("macro", "micro")]
    whole = (Fold(0, people, *every),)
    return {**{name: tuple(parts) for name, parts in found.items()}, "macro, all people": whole}


def light(size: Size, say: Say) -> tuple[Tables, Row]:
    """The light changes between onset and apex: what flow and depth make of it.

    Motion by region is learned under steady light and tested under each lamp, on other people.

    Source: S3-003, S3-052; E3-16.
    """
    say("clips")
    data = _clips(size, size.light, lamps=True)
    names, rows = _names(data, "3"), list[Row]()
    for features in ("flow", "depth", "used"):
        for lamp in LAMPS:
            say(f"{features}, {lamp}")
            steady, shown = (
                data.cases(features if features == "depth" else f"{features} {one}", "3")
                for one in ("the same", lamp)
            )
            both = Cases(np.concatenate([steady.items, shown.items]),
                         [*steady.labels, *shown.labels],
                         [*steady.subjects, *shown.subjects])  # fmt: skip
            for seed in _seeds(size):
                splits = [
                    replace(fold, test=fold.test + len(steady))
                    for fold in _splits(size, steady.subjects, seed)
                ]
                found = scored(size, both, names, splits, seed, "regions")
                rows.append({"features": features, "lamp": lamp, "seed": seed, **_row(found)})
    lamps: list[Row] = []
    for code, identity in size.scenes:
        say(f"AU{code} of {identity} under lamps")
        shown_lamps = {name: lamp or Lights() for name, lamp in LAMPS.items()}
        for lamp, one in under_lamps(shown_lamps, code, identity).items():
            lamps.append({
                "code": code, "identity": identity, "lamp": lamp,
                "flow_still": float(one.flow[one.still].mean()),
                "flow_moving": float(one.flow[one.moving].mean()),
                "depth_still": float(abs(one.depth[one.still]).mean()),
                "depth_moving": float(abs(one.depth[one.moving]).mean()),
            })  # fmt: skip
    return {"depth_light": rows, "depth_lamps": lamps}, {}


EXPERIMENTS: Mapping[str, Callable[[Size, Say], tuple[Tables, Row]]] = {
    "depth_ablation": ablation,
    "depth_networks": networks,
    "depth_classes": classes,
    "depth_transfer": transfer,
    "depth_light": light,
}
