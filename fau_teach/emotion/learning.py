"""Algorithms 1 and 2 of the source: learn an AU-emotion table from labelled images.

The plain functions run anywhere; :func:`tabulate` does the same with numpy for large data.
An image without action units (``null`` or unknown) has nothing to count: both algorithms
skip it. ``null`` means that no unit was scored, not that the face is neutral.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from math import fsum, isfinite
from typing import TYPE_CHECKING, Any, Literal, get_args

from fau_teach.emotion._codes import EmotionError, by_number, unknown
from fau_teach.facs import NotationError, parse

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

SIX = ("Happiness", "Surprise", "Anger", "Fear", "Disgust", "Sadness")
"""The six basic emotions, in the order of the source's tables."""

LoopVariant = Literal["used", "printed"]
ShareVariant = Literal["used", "first", "printed"]
Reading = Literal["mean", "sum", "share"]
Contributions = dict[str, dict[str, float]]
"""Emotion -> AU code -> contribution, largest first; equal ones by code number."""


_PLAIN = re.compile(r"[A-Z]{0,3}[1-9][0-9]?(?:\+[A-Z]{0,3}[1-9][0-9]?)*")


@lru_cache(maxsize=1 << 16)
def codes_in(annotation: str) -> frozenset[str]:
    """AU codes of one annotation: sides, lip parts and repeats fall to the code.

    Raises
    ------
    NotationError
        The annotation is not a score.
    """
    if isinstance(annotation, str) and _PLAIN.fullmatch(annotation):
        # Data sets hold some 80 distinct items in very many combinations: read each item once.
        with suppress(NotationError):  # which would give the position in the item
            return frozenset().union(*map(_item_codes, annotation.split("+")))
    return parse(annotation).codes


@lru_cache(maxsize=1 << 10)
def _item_codes(item: str) -> frozenset[str]:
    return parse(item).codes


@dataclass(frozen=True, slots=True)
class Sample:
    """One image: what the coder wrote, and how the crowd labelled it.

    Parameters
    ----------
    annotation : AUs in FACS notation, such as ``"1+L2+25"``, or ``"null"``
    scores : emotion -> score, at least 0; names from ``SIX``, beside them ``"Neutral"``.
        A missing emotion has score 0. The scores need not sum to 1.

    Raises
    ------
    EmotionError
        An emotion is unknown, or a score is negative or not a number.

    Source: S0-023.
    """

    annotation: str
    scores: Mapping[str, float]

    def __post_init__(self) -> None:
        for name, score in self.scores.items():
            if name not in SIX and name != "Neutral":
                raise unknown("an emotion", name, (*SIX, "Neutral"))
            if not isfinite(score) or score < 0:
                raise EmotionError(f"{name} has score {score!r}. Use a number of at least 0.")

    @property
    def codes(self) -> frozenset[str]:
        """AU codes; ``26+26`` counts once, ``L2`` and ``T10`` count as 2 and 10.

        Raises
        ------
        NotationError
            The annotation is not a score.
        """
        return codes_in(self.annotation)

    @property
    def emotion(self) -> str:
        """Emotion of the six with the highest score, Neutral ignored.

        A tie goes to the one that stands first in ``SIX``; the source has no rule (E0-09).
        Empty where no emotion has a score above 0.
        """
        top = max(SIX, key=lambda name: self.scores.get(name, 0.0))
        return top if self.scores.get(top, 0.0) > 0 else ""


def loop_indices(n: int, variant: LoopVariant = "used") -> tuple[int, ...]:
    """Images, counted from 1, that the loop of both algorithms visits.

    Parameters
    ----------
    n : number of images
    variant : "used", 1 to n; "printed", the loop as printed, which checks i > n too late
        and visits n + 1 as well (E0-08)

    Raises
    ------
    EmotionError
        ``n`` is negative, or the variant unknown.

    Source: S0-026; E0-08.
    """
    _check("a variant of the loop", variant, get_args(LoopVariant))
    if n < 0:
        raise EmotionError(f"n is {n}. Use the number of images, 0 or more.")
    if variant == "used":
        return tuple(range(1, n + 1))
    visited, i = [], 0
    while True:  # repeat ... until i > N
        i += 1
        visited.append(i)
        if i > n:
            return tuple(visited)


def shares(samples: Iterable[Sample], variant: ShareVariant = "used") -> Contributions:
    """Algorithm 1: share of each AU in an emotion, repeated combinations counted once.

    Parameters
    ----------
    samples : the images
    variant : "used", the mean score of each combination of AUs and emotion, so that the
        order of the images does not matter; "first", the score of the image that shows the
        combination first; "printed", the loop as printed, which runs past the last image

    Returns
    -------
    emotion -> code -> share. Each emotion that leads some image sums to 1, others are empty.

    Raises
    ------
    EmotionError
        The variant is unknown, or is "printed" (names the index that does not exist).
    NotationError
        An annotation is not a score.

    Source: S0-024, S0-026; E0-08, E0-09.
    """
    _check("a variant of Algorithm 1", variant, get_args(ShareVariant))
    if variant == "printed":
        raise _overrun(sum(1 for _ in samples))
    seen: dict[tuple[frozenset[str], str], list[float]] = {}
    for sample in samples:
        codes, emotion = sample.codes, sample.emotion
        if codes and emotion:
            scores = seen.setdefault((codes, emotion), [])
            if variant == "used" or not scores:
                scores.append(sample.scores[emotion])
    parts: dict[str, dict[str, list[float]]] = {emotion: {} for emotion in SIX}
    for (codes, emotion), scores in seen.items():
        for code in codes:
            parts[emotion].setdefault(code, []).append(fsum(scores) / len(scores))
    # fsum rounds once, so that the order of the images cannot move the last digit.
    return {emotion: _shared(_summed(own)) for emotion, own in parts.items()}


def means(samples: Iterable[Sample], reading: Reading = "mean") -> Contributions:
    """Algorithm 2: contribution of each AU to each emotion, every image counted.

    Parameters
    ----------
    samples : the images
    reading : what the sum of scores becomes. "mean", divided by the number of images with
        the AU: the mean score of the emotion given the AU, the only reading that fits the
        source's Table 2 (see ``readings_that_fit``); "sum", as printed; "share", divided
        by the sum over all AUs of the emotion

    Returns
    -------
    emotion -> code -> contribution, for every code in the data. With "share", an emotion
    that no image scores above 0 is empty.

    Raises
    ------
    EmotionError
        The reading is unknown.
    NotationError
        An annotation is not a score.

    Source: S0-025, S0-027; E0-10.
    """
    _check("a reading of Algorithm 2", reading, get_args(Reading))
    parts: dict[str, dict[str, list[float]]] = {emotion: {} for emotion in SIX}
    for sample in samples:
        codes = sample.codes
        for emotion, own in parts.items():
            score = sample.scores.get(emotion, 0.0)
            for code in codes:
                own.setdefault(code, []).append(score)
    if reading == "share":
        return {emotion: _shared(_summed(own)) for emotion, own in parts.items()}
    found = {}
    for emotion, own in parts.items():
        sums = _summed(own)
        if reading == "mean":
            sums = {code: total / len(own[code]) for code, total in sums.items()}
        found[emotion] = _ranked(sums)
    return found


def tabulate(
    annotations: Sequence[str],
    scores: ArrayLike,
    algorithm: Literal[1, 2] = 1,
    *,
    variant: ShareVariant = "used",
    reading: Reading = "mean",
) -> Contributions:
    """Both algorithms for large data, by numpy; equal to the plain functions.

    Parameters
    ----------
    annotations : (N,) AUs of each image in FACS notation
    scores : (N, 6) score of each image and emotion, columns as in ``SIX``; no Neutral
    algorithm : 1, as :func:`shares`; 2, as :func:`means`
    variant : of Algorithm 1: "used" or "first"
    reading : of Algorithm 2: "mean", "sum" or "share"

    Raises
    ------
    EmotionError
        Shapes disagree, a score is negative or not a number (names the image, counted
        from 1), or algorithm, variant or reading is unknown or "printed".
    NotationError
        An annotation is not a score.

    Source: S0-024 to S0-027; E0-08 to E0-10.
    """
    import numpy as np

    _check("a variant of Algorithm 1", variant, get_args(ShareVariant))
    _check("a reading of Algorithm 2", reading, get_args(Reading))
    if algorithm not in (1, 2):
        raise EmotionError(f"There is no algorithm {algorithm!r}. Use 1 or 2.")
    matrix = np.asarray(scores)
    if matrix.shape != (len(annotations), len(SIX)):
        raise EmotionError(
            f"scores has shape {matrix.shape}, but {len(annotations)} annotations need "
            f"({len(annotations)}, 6). Leave Neutral out; columns are {', '.join(SIX)}."
        )
    # A minimum below 0 or NaN fails the first test, an infinite maximum the second.
    if matrix.size and not (matrix.min() >= 0 and matrix.max() < np.inf):
        image = int(np.argmax(~((matrix >= 0) & (matrix < np.inf)).all(axis=1))) + 1
        raise EmotionError(f"Image {image} has a score that is not a number of at least 0.")
    if algorithm == 1 and variant == "printed":
        raise _overrun(len(annotations))
    each, row, column, codes = _combinations(annotations)
    kinds = int(each.max(initial=-1)) + 1

    def per_code(values: NDArray[Any]) -> NDArray[Any]:
        """Sum of a value per combination over the combinations with each code."""
        return np.bincount(column, values[row], len(codes))

    if algorithm == 1:
        scored = _leading(each, matrix, kinds, variant)
        # A code stands with every emotion that leads one of its combinations: its sum is not 0.
        sums = [per_code(own) for own in scored.T]
        return {
            emotion: _shared({c: v for c, v in _named(codes, own).items() if v})
            for emotion, own in zip(SIX, sums, strict=True)
        }
    sums = [per_code(np.bincount(each, own, kinds)) for own in matrix.T]
    if reading == "mean":
        counts = per_code(np.bincount(each, minlength=kinds))
        sums = [own / counts for own in sums]
    finish = _shared if reading == "share" else _ranked
    return {e: finish(_named(codes, own)) for e, own in zip(SIX, sums, strict=True)}


def _combinations(
    annotations: Sequence[str],
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp], tuple[str, ...]]:
    """Combination of each image; combination and code of each pair of the two; and the codes."""
    import numpy as np

    # Each distinct text is read once; texts that name the same set become one combination.
    numbers: dict[frozenset[str], int] = {}
    place = {
        text: numbers.setdefault(codes_in(text), len(numbers))
        for text in dict.fromkeys(annotations)
    }
    each = np.fromiter(map(place.__getitem__, annotations), np.intp, len(annotations))
    codes = by_number(frozenset[str]().union(*numbers))
    at = {code: column for column, code in enumerate(codes)}
    sizes = np.fromiter(map(len, numbers), np.intp, len(numbers))
    column = np.fromiter(map(at.__getitem__, chain.from_iterable(numbers)), np.intp)
    return each, np.repeat(np.arange(len(numbers)), sizes), column, codes


def _leading(
    combination: NDArray[np.intp], matrix: NDArray[np.float64], kinds: int, variant: ShareVariant
) -> NDArray[np.float64]:
    """(combinations, 6) one score for each combination and leading emotion, else 0."""
    import numpy as np

    if not kinds:
        return np.zeros((0, len(SIX)))
    # argmax takes the first of equal columns: the tie rule of Sample.emotion.
    key = combination * len(SIX) + matrix.argmax(axis=1)
    top = matrix.max(axis=1)
    found: NDArray[np.float64] = np.zeros(kinds * len(SIX))
    if variant == "first":
        led = np.flatnonzero(top > 0)[::-1]
        found[key[led]] = top[led]  # of repeated places the last written stays: the first image
    else:
        key, top = key[top > 0], top[top > 0]
        counts = np.bincount(key, minlength=found.size)
        found = np.bincount(key, top, found.size) / np.maximum(counts, 1)
    return found.reshape(kinds, len(SIX))


def _named(codes: Sequence[str], values: NDArray[np.float64]) -> dict[str, float]:
    return dict(zip(codes, values.tolist(), strict=True))


def _check(what: str, value: object, known: tuple[str, ...]) -> None:
    if value not in known:
        raise unknown(what, value, known)


def _overrun(n: int) -> EmotionError:
    return EmotionError(
        f"The loop as printed asks for image {loop_indices(n, 'printed')[-1]} of {n}: "
        "it tests i > N after the work is done (E0-08). Use variant='used'."
    )


def _summed(parts: Mapping[str, Iterable[float]]) -> dict[str, float]:
    return {code: fsum(own) for code, own in parts.items()}


def _shared(sums: Mapping[str, float]) -> dict[str, float]:
    total = fsum(sums.values())
    return _ranked({code: value / total for code, value in sums.items()} if total else {})


def _ranked(values: Mapping[str, float]) -> dict[str, float]:
    return {code: values[code] for code in sorted(by_number(values), key=lambda c: -values[c])}
