"""The source's experiments on course clips: Tables 1, 4 and 5, and Figures 4 and 5."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from fau_teach.evaluate.labels import Fold, Scores, evaluate, folds
from fau_teach.experiments.records import Row
from fau_teach.face import face
from fau_teach.face.actions import actions
from fau_teach.force.against import areas, lags
from fau_teach.force.losses import loss_3d
from fau_teach.force.variants import Variant
from fau_teach.models import card
from fau_teach.models.checkpoint import cache_folder, digest, load, save
from fau_teach.models.data import TABLES, Array, Course, Sequences, made
from fau_teach.models.stamp import fingerprint

Tables = dict[str, list[Row]]
Say = Callable[[str], object]
METHODS: tuple[tuple[str, Variant], ...] = (
    ("tracked", "used"), ("geometry", "used"), ("force", "used"), ("force", "printed"),
    ("position", "used"), ("physics", "used"), ("physics", "printed"), ("image", "used"),
    ("fusion", "used"), ("fusion", "printed"),
)  # fmt: skip
"""Rows of Table 1, those with forces in both variants. "tracked" is geometry of the mesh before it
was fitted: what the basis takes away."""
FRACTIONS = (1.0, 0.5, 0.2, 0.05)
SHIFTS: Mapping[str, Mapping[str, Any]] = {
    "other people": {},
    "other faces": {"spread": 2.0},
    "camera": {"head_deg": 0.8, "head_mm": 0.8},
    "noise": {"noise_mm": 0.6},
    "other clips": {"difficulty": "hard"},
    "all": {"spread": 2.0, "head_deg": 0.8, "head_mm": 0.8, "noise_mm": 0.6, "difficulty": "hard"},
}
SCENES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("1+2", ("frontalis_medial", "frontalis_lateral")),
    ("6", ("orbicularis_oculi_orbital",)),
    ("12", ("zygomaticus_major",)),
)
"""Figure 5: codes, and the muscles that are at work in them."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large everything is.

    Parameters
    ----------
    course, pictures, other : people of the folds, of the image branch, and shifted ones
    number : of folds
    seeds : how often Table 4 is repeated: folds, draw of labels and net all change
    epochs, threads, seed : of training
    """

    course: Course = field(default_factory=Course)
    pictures: Course = field(
        default_factory=lambda: Course(subjects=16, clips=6, group="pictures", seed=1)
    )
    other: Course = field(
        default_factory=lambda: Course(subjects=6, clips=8, group="other", picture=0, seed=2)
    )
    number: int = 3
    seeds: int = 3
    epochs: int = card.whole("epochs")
    threads: int = 1
    seed: int = 0


def quick() -> Size:
    """A size that runs through everything in a minute and proves nothing."""
    small = Course(subjects=3, clips=2, frames=10, fps=5, picture=24)
    return Size(
        replace(small, group="quick"),
        replace(small, subjects=1, group="quick-pictures"),
        replace(small, subjects=1, group="quick-other", picture=0),
        epochs=1,
        threads=1,
        seeds=1,
    )


class Trained(NamedTuple):
    """Answers for the sequences of one test: probability, forces and reconstruction."""

    probability: Array
    forces: Array | None
    model: Array | None


@cache
def _course(course: Course, tracked: bool = False) -> Sequences:
    return made(course) if tracked else made(course).fitted()


@cache
def _z2d(size: Size) -> Any:
    from fau_teach.models.image import backbone, features

    shown = _course(size.course).pictures
    return features(backbone(size.pictures), np.asarray(shown))


def trained(
    size: Size, features: str, variant: Variant, train: Array, test: Mapping[str, Sequences],
    *, labelled: float = 1.0, rebuild: bool = True, items: Array | None = None,
) -> dict[str, Trained]:  # fmt: skip
    """Train one net on sequences of the course and ask it; what was asked before is remembered.

    Parameters
    ----------
    train : places in the course
    test : name to sequences; ``"course"`` stands for the places `items` of the course
    rebuild : whether reconstruction and the two terms on forces count
    """
    from fau_teach.models.force_net import ForceNet, Shape
    from fau_teach.models.training import Settings, answers, fit, save_net

    data = _course(size.course, features == "tracked")
    weights = card.weights(variant)
    if not rebuild:
        weights = {**dict.fromkeys(weights, 0.0), "au": weights["au"]}
    settings = Settings(epochs=size.epochs, weights=weights, labelled=labelled, seed=size.seed,
                        threads=size.threads)  # fmt: skip
    places = [] if items is None else items.tolist()
    told = [asdict(size), features, variant, asdict(settings), sorted(test)]
    key = digest([*told, fingerprint(__name__, TABLES), train.tolist(), places])
    path = cache_folder() / "answers" / f"{features}-{variant}-{key}.npz"
    if path.is_file():
        arrays, _ = load(path)
    else:
        import torch

        z2d = _z2d(size) if features in ("image", "fusion") else None
        # Last: learning or loading the image branch draws numbers, too.
        torch.manual_seed(size.seed)
        width = 0 if z2d is None else z2d.shape[-1]
        sees = "geometry" if features == "tracked" else features
        net = ForceNet(Shape(sees, variant, data.codes, width, 1 / data.fps))
        fit(net, data, train, settings, z2d=z2d)
        if items is None:  # It has seen the whole course, and serves whoever wants to look at it.
            save_net(cache_folder() / f"net-{features}-{variant}-{key}.npz", net)
        arrays = {}
        for name, asked in test.items():
            at = items if name == "course" else None
            found = answers(net, asked, at, z2d=z2d, threads=size.threads)
            parts = zip(Trained._fields, found, strict=True)
            arrays |= {f"{name}/{part}": one for part, one in parts if one is not None}
        save(path, arrays)
    return {
        name: Trained(
            arrays[f"{name}/probability"], arrays.get(f"{name}/forces"), arrays.get(f"{name}/model")
        )
        for name in test
    }


def crossed(
    size: Size, features: str, variant: Variant, say: Say, **how: Any
) -> Iterator[tuple[Fold, Trained]]:
    """Train on all but one fold and test on it, for each fold."""
    data = _course(size.course, features == "tracked")
    for fold in folds(data.subjects, size.number, size.seed):
        say(f"{features}, {variant}, fold {fold.number + 1} of {size.number} {how or ''}".strip())
        found = trained(
            size, features, variant, fold.train, {"course": data}, items=fold.test, **how
        )
        yield fold, found["course"]


def scored(data: Sequences, parts: Sequence[tuple[Fold, Trained]]) -> tuple[Scores, list[float]]:
    """F1 over all tested sequences, and the mean F1 of each fold."""
    said = np.zeros(data.labels.shape, bool)
    each = []
    for fold, found in parts:
        said[fold.test] = found.probability > 0.5
        one = data.take(fold.test)
        some = evaluate(one.active, said[fold.test], one.subjects, data.codes, known=one.known,
                        resamples=1)  # fmt: skip
        each.append(some.mean.f1)
    whole = evaluate(data.active, said, data.subjects, data.codes, known=data.known)
    return whole, each


def table1(size: Size, say: Say) -> tuple[Tables, Row]:
    """Which features find which action units: the pattern of Table 1.

    Source: S1-032 to S1-038; E1-17, E1-24.
    """
    data = _course(size.course)
    assert data.c is not None
    assert data.truth is not None
    rows: list[Row] = []
    checks: dict[str, Any] = {}
    for features, variant in METHODS:
        parts = list(crossed(size, features, variant, say))
        scores, each = scored(data, parts)
        for one in scores:
            apart = (min(each), max(each)) if one.code == "mean" else ("", "")
            rows.append({"method": features, "variant": variant, **asdict(one),
                         "fold_low": apart[0], "fold_high": apart[1]})  # fmt: skip
        if parts[0][1].model is not None:
            lost = [float(loss_3d(data.c[fold.test], found.model)) for fold, found in parts]
            force = np.concatenate(
                [np.linalg.norm(np.asarray(f.forces), axis=-1) for _, f in parts]
            )
            true = np.concatenate([data.truth[fold.test] for fold, _ in parts])
            checks[f"{features}, {variant}"] = {
                "loss_3d": round(float(np.mean(lost)), 4),
                "force_truth_r": round(float(np.corrcoef(force.ravel(), true.ravel())[0, 1]), 4),
            }
    size_c = float((data.c**2).sum(-1).mean())
    return {"force_table1": rows}, {"checks": checks, "c_squared": round(size_c, 4)}


def table4(size: Size, say: Say) -> tuple[Tables, Row]:
    """Fewer labels, with and without reconstruction, and the observed coordinates alone.

    The head sees forces only: with observed coordinates beside them, which hold the action units
    already, reconstruction could add nothing. Repeated with other seeds, since the spread between
    seeds can be wider than the interval over subjects.

    Source: S1-055; E1-18, E1-24.
    """
    data = _course(size.course)
    arms: dict[str, tuple[str, Any]] = {
        "labels alone": ("force", {"rebuild": False}),
        "labels and reconstruction": ("force", {}),
        "observed coordinates": ("position", {}),
    }
    rows: list[Row] = []
    for seed in range(size.seed, size.seed + size.seeds):
        again = replace(size, seed=seed)
        for share in FRACTIONS:
            for arm, (features, how) in arms.items():
                found = list(crossed(again, features, "used", say, labelled=share, **how))
                scores, each = scored(data, found)
                rows.append({"labels": share, "arm": arm, "seed": seed, "f1": scores.mean.f1,
                             "low": scores.mean.low, "high": scores.mean.high,
                             "fold_low": min(each), "fold_high": max(each)})  # fmt: skip
    return {"force_table4": rows}, {}


def table5(size: Size, say: Say) -> tuple[Tables, Row]:
    """Trained on the course, tested on other people, faces, cameras, noise and clips.

    Source: S1-056; E1-20.
    """
    data = _course(size.course)
    tests = {}
    for name, change in SHIFTS.items():
        say(f"data: {name}")
        tests[name] = _course(replace(size.other, **change))
    arms: dict[str, tuple[str, Variant, bool]] = {
        "geometry": ("geometry", "used", True),
        "force, labels alone": ("force", "used", False),
        "force with reconstruction": ("force", "used", True),
        "force as printed": ("force", "printed", True),
        "observed coordinates": ("position", "used", True),
        "physics": ("physics", "used", True),
    }
    rows: list[Row] = []
    for arm, (features, variant, rebuild) in arms.items():
        say(arm)
        found = trained(size, features, variant, np.arange(len(data)), tests, rebuild=rebuild)
        for name, test in tests.items():
            said = found[name].probability > 0.5
            mean = evaluate(test.active, said, test.subjects, test.codes, known=test.known).mean
            rows.append({"shift": name, "arm": arm, "f1": mean.f1, "low": mean.low,
                         "high": mean.high, "base_rate": mean.base_rate})  # fmt: skip
    return {"force_table5": rows}, {}


def main_muscle(code: str, inputs: Sequence[str]) -> tuple[str, list[int]]:
    """The muscle that does most of a code, and its columns on both sides."""
    parts = {name: size for name, size in actions()[code].items() if f"{name}_left" in inputs}
    name = max(parts, key=lambda part: parts[part])
    return name, [inputs.index(f"{name}_{side}") for side in ("left", "right")]


def labels(size: Size, say: Say) -> tuple[Tables, Row]:
    """Force against label with lag (Fig. 4), and forces on the skin at three apexes (Fig. 5).

    Source: S1-057, S1-058; E1-11, E1-12.
    """
    data = _course(size.course)
    assert data.truth is not None
    fold = folds(data.subjects, size.number, size.seed)[0]
    test = data.take(fold.test)
    sources = {"truth": np.asarray(test.truth), "observed": np.asarray(test.c)}
    for variant in ("used", "printed"):
        say(f"force, {variant}")
        found = trained(size, "force", variant, fold.train, {"course": data}, items=fold.test)
        sources[variant] = np.linalg.norm(np.asarray(found["course"].forces), axis=-1)
    rows, traces = list[Row](), list[Row]()
    for at, code in enumerate(data.codes):
        muscle, columns = main_muscle(code, data.inputs)
        for source, force in sources.items():
            found_lags = []
            for k, wave in enumerate(force[:, :, columns].sum(-1)):
                label = test.active[k, :, at]
                if 3 <= label.sum() <= len(label) - 3 and np.ptp(wave) > 1e-6:
                    found_lags.append(lags(wave, label, min(8, len(label) // 3)))
            if found_lags:
                zero = len(found_lags[0].frames) // 2
                rows.append({
                    "code": code, "muscle": muscle, "source": source,
                    "r_at_once": float(np.nanmedian([f.correlations[zero] for f in found_lags])),
                    "r_best": float(np.median([f.peak for f in found_lags])),
                    "lag_ms": float(np.median([f.best for f in found_lags]) * 1000 / data.fps),
                    "sequences": len(found_lags),
                })  # fmt: skip
    maps, inside = _maps(test, sources)
    for scene, muscles in SCENES:
        k = _apex(test, muscles)[0]
        at = data.codes.index(scene.split("+")[0])
        columns = [test.inputs.index(f"{m}_{side}") for m in muscles for side in ("left", "right")]
        for t in range(test.labels.shape[1]):
            sizes = {name: float(force[k, t, columns].mean()) for name, force in sources.items()}
            traces.append({"codes": scene, "clip": test.clips[k], "frame": t,
                           "label": int(test.active[k, t, at]), **sizes})  # fmt: skip
    return (
        {"force_labels": rows, "force_traces": traces, "force_maps": maps},
        {"brightest_inside": inside},
    )


def _apex(test: Sequences, muscles: Sequence[str]) -> tuple[int, int]:
    """Sequence and frame in which these muscles pull most, compared with all others."""
    wanted = np.array([name.rsplit("_", 1)[0] in muscles for name in test.inputs])
    truth = np.asarray(test.truth)
    lead = truth[:, :, wanted].mean(-1) - 0.5 * truth[:, :, ~wanted].sum(-1) / wanted.sum()
    k, t = np.unravel_index(int(lead.argmax()), lead.shape)
    return int(k), int(t)


def _maps(test: Sequences, sources: Mapping[str, Array]) -> tuple[list[Row], dict[str, Any]]:
    """Force of each muscle at the apexes, and the share of the 20 brightest vertices in place."""
    standard, rows, inside = face(), list[Row](), {}
    held = areas(standard)
    share = np.linalg.norm(standard.P.reshape(-1, 3, len(test.inputs)), axis=1)
    for scene, muscles in SCENES:
        k, t = _apex(test, muscles)
        area = np.any([held[muscle] for muscle in muscles], axis=0)
        for source, force in sources.items():
            now = force[k, t]
            # Printed forces have no strength of a muscle in them.
            newton = now * (1.0 if source == "printed" else standard.strengths)
            bright = np.argsort(-(share @ newton), kind="stable")[:20]
            inside[f"{scene}, {source}"] = float(area[bright].mean())
            rows += [
                {"codes": scene, "clip": test.clips[k], "frame": t, "source": source,
                 "muscle": name, "force": float(value)}
                for name, value in zip(test.inputs, newton, strict=True) if value > 1e-3
            ]  # fmt: skip
    return rows, inside


EXPERIMENTS: Mapping[str, Callable[[Size, Say], tuple[Tables, Row]]] = {
    "force_table1": table1,
    "force_table4": table4,
    "force_table5": table5,
    "force_labels": labels,
}
