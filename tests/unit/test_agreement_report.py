"""The report of several coders over clips: values, intervals, both paths, what it prints."""

from __future__ import annotations

import json
import random
from math import isclose

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fau_teach.agreement import (
    CodedClip,
    Measure,
    Report,
    Segment,
    alpha,
    bootstrap,
    frame_kappa,
    icc,
    kappa,
    match,
    mean_index,
    occurrence,
    pooled_index,
    report,
    timing_errors,
)
from fau_teach.agreement import report as build
from fau_teach.agreement.bootstrap import percentile
from fau_teach.agreement.intensity import grades

CODES = ("1", "2", "4", "6", "12", "L14", "R14", "25")


def made_clips(
    count: int, coders: str = "ABC", seed: int = 1, unknown: str = "?"
) -> list[CodedClip]:
    """Clips with one or two events each, coders who err, gaps, choices and unknowns."""
    rng = random.Random(seed)
    clips = []
    for at in range(count):
        events = [(start, rng.sample(CODES, 3)) for start in (5, 60)[: rng.choice([1, 2])]]
        coded = {}
        for coder in coders:
            if rng.random() < 0.1:
                continue
            found = []
            for start, codes in events:
                kept = [one + rng.choice(["", "A", "B", "C", "E"]) for one in codes
                        if rng.random() < 0.8]  # fmt: skip
                score = rng.choice(["+".join(kept) or "null"] * 12 + [unknown, "12 or 15", "null"])
                onset = start + rng.randrange(4)
                apex = rng.choice([None, onset + 6])
                offset = onset + 20 + rng.randrange(-3, 4)
                found.append(Segment(onset, apex, offset, score))
            coded[coder] = tuple(found)
        frames = rng.choice([None, 100, 120])
        clips.append(CodedClip(f"clip {at}", f"s{at % 6}", rng.choice([25, 30]), frames, coded))
    return clips


def same(one: float | None, two: float | None) -> bool:
    if one is None or two is None:
        return one is two
    return isclose(one, two, rel_tol=1e-11, abs_tol=1e-11)


def agree(first: Report, second: Report) -> None:
    assert len(first.rows) == len(second.rows)
    for a, b in zip(first.rows, second.rows, strict=True):
        assert (a.coders, a.part, a.item) == (b.coders, b.part, b.item)
        one, two = a.measure, b.measure
        assert (one.name, one.n, one.undefined, one.note) == (
            two.name,
            two.n,
            two.undefined,
            two.note,
        )
        assert same(one.value, two.value), (a, b)
        assert same(one.low, two.low), (a, b)
        assert same(one.high, two.high), (a, b)


@pytest.mark.parametrize("coders", ["AB", "ABC", "ABCD"])
@pytest.mark.parametrize("over", ["clip", "subject"])
def test_both_paths_give_the_same(coders: str, over: str) -> None:
    clips = made_clips(30, coders)
    fast = report(clips, over=over, resamples=80, fast=True)  # type: ignore[arg-type]
    plain = report(clips, over=over, resamples=80, fast=False)  # type: ignore[arg-type]
    agree(fast, plain)
    assert any(row.measure.low is not None for row in fast.rows)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 6), st.sampled_from(["event", "code"]))
def test_both_paths_on_small_sets(seed: int, count: int, by: str) -> None:
    clips = [*made_clips(count, seed=seed), CodedClip("last", "s", 25, 9, dict.fromkeys("ABC", ()))]
    made = [report(clips, by=by, resamples=20, fast=f) for f in (True, False)]  # type: ignore[arg-type]
    agree(*made)
    for row in made[0].rows:
        one = row.measure
        assert (one.value is None) == bool(one.undefined)
        assert one.value is None or one.value == one.value  # never NaN


def test_the_report_repeats_the_single_measures() -> None:
    clips = made_clips(40, unknown="null")
    found = report(clips, over="", by="event")
    for who in (("A", "B"), ("A", "C"), ("A", "B", "C")):
        items = [[whole(clip, coder) for coder in who] for clip in clips]
        assert same(found.find("index", "per clip", "pooled", who).value, pooled_index(items).value)
        assert same(found.find("index", "per clip", "mean", who).value, mean_index(items).value)
        for one in occurrence(items, codes=found.codes):
            for theirs in (one.kappa, one.ac1, one.pabak, one.alpha, one.percent):
                ours = found.find("occurrence", one.code, theirs.name, who)
                assert (same(ours.value, theirs.value), ours.n) == (True, theirs.n), (one, theirs)
            for coder, base in zip(who, one.base, strict=True):
                ours = found.find("base rate", one.code, "base rate", [coder])
                assert same(ours.value, base.value)
        table = [[grades_of(clip, coder) for coder in who] for clip in clips]
        rows = [[row[at].get(code) for row in table for code in found.codes]
                for at in range(len(who))]  # fmt: skip
        assert same(found.find("intensity", "all codes", "ICC(A,1)", who).value, icc(rows).value)
        ours = found.find("intensity", "all codes", "alpha (ordinal)", who)
        assert same(ours.value, alpha(rows, "ordinal").value)
        if len(who) == 2:
            ours = found.find("intensity", "all codes", "weighted kappa", who)
            assert same(ours.value, kappa(*rows, "quadratic").value)


def whole(clip: CodedClip, coder: str) -> str | None:
    """All that a coder scored in a clip as one score; a part unknown makes it a gap."""
    if coder not in clip.coders:
        return None
    texts = [one.scored.raw for one in clip.coders[coder] if one.scored.state != "none"]
    return "?" if "?" in texts else "+".join(texts) or "null"


def grades_of(clip: CodedClip, coder: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for one in clip.coders.get(coder, ()):
        for code, grade in grades(one.scored).items():
            found[code] = max(grade, found.get(code, 0))
    return found


def test_events_and_timing_repeat_the_single_measures() -> None:
    clips = made_clips(25, "AB")
    found = report(clips, over="", by="event")
    matched, hits, total, films = [], 0, 0, []
    for clip in clips:
        if len(clip.coders) < 2:
            continue
        one, two = ([s for s in clip.coders[c] if s.scored.state != "none"] for c in "AB")
        pairs = match(one, two).pairs
        matched += [(one[i], two[j], clip.fps) for i, j in pairs]
        hits, total = hits + len(pairs), total + len(one) + len(two)
        films.append((one, two, clip.frames))
    assert same(found.find("events", "events", "F1").value, 2 * hits / total)
    for error in timing_errors(matched):
        assert found.find("timing", error.mark, "mean error (ms)").value == pytest.approx(
            error.ms.value
        )
        ours = found.find("timing", error.mark, "within 1 frame")
        assert same(ours.value, error.within[0].value)
    events = [(a.score, b.score) for a, b, _ in matched]
    assert same(
        found.find("index", "per matched event", "pooled").value, pooled_index(events).value
    )
    first, second, frames = next(one for one in films if one[2])
    alone = CodedClip("x", "", 30, frames, {"A": tuple(first), "B": tuple(second)})
    ours = report([alone], over="").find("events", "frames", "kappa")
    assert same(ours.value, frame_kappa(first, second, frames or 0).value)


def test_the_interval_is_the_plain_bootstrap() -> None:
    clips = made_clips(20, "AB")
    for over in ("clip", "subject"):
        found = report(clips, over=over, resamples=60, seed=7).find("index", "per clip", "pooled")  # type: ignore[arg-type]
        plain = bootstrap(
            clips,
            lambda some: pooled_index([[whole(clip, c) for c in "AB"] for clip in some]),
            groups=[clip.subject for clip in clips] if over == "subject" else None,
            resamples=60,
            seed=7,
        )
        assert same(found.low, plain.low)
        assert same(found.high, plain.high)


def test_percentiles_are_numpys() -> None:
    numpy = pytest.importorskip("numpy")
    values = sorted(random.Random(1).random() for _ in range(37))
    for share in (0, 0.025, 0.5, 0.975, 1):
        assert percentile(values, share) == pytest.approx(numpy.quantile(values, share))


def test_bootstrap_leaves_undefined_resamples_out() -> None:
    def share(items: list[int]) -> Measure:
        return Measure("share", 1.0, 1) if any(items) else Measure("share", None, 0, undefined="no")

    found = bootstrap([1, 0, 0], share, resamples=100)
    assert "of 100 resamples" in found.note
    assert bootstrap([0, 0], share).value is None
    with pytest.raises(ValueError, match="Name one group"):
        bootstrap([1, 2], share, groups=["a"])
    few = bootstrap([1, 0, 0], share, resamples=1)
    assert few.low is None


def test_events_that_overlap_are_matched_code_by_code() -> None:
    def coded(shift: int) -> tuple[Segment, ...]:
        return Segment(0, 5, 20, "1"), Segment(2 + shift, 7, 22, "12"), Segment(2, 7, 22, "?")

    clip = CodedClip("a", "", 25, 30, {"A": coded(0), "B": coded(1)})
    found = report([clip], over="")
    assert found.by == "code"
    assert "Events of one coder overlap" in " ".join(found.notes)
    assert found.find("events", "events", "F1").value == 1
    assert found.find("timing", "onset", "mean error (frames)").value == pytest.approx(0.5)
    assert not any(row.item == "per matched event" for row in found.rows)
    assert found.unknown == 2


def test_gaps_are_counted_and_never_none() -> None:
    clips = [
        CodedClip("a", "s", 25, 50, {"A": (Segment(0, 3, 9, "1"),), "B": (Segment(0, 3, 9, "1"),)}),
        CodedClip("b", "s", 25, 50, {"A": (Segment(0, 3, 9, "1"),)}),
        CodedClip("c", "", 25, 50, {"A": (Segment(0, 3, 9, "?"),), "B": ()}),
    ]
    found = report(clips, codes=[1, 9], over="")
    assert (found.gaps, found.unknown, found.clips, found.subjects) == (1, 1, 2, 1)
    assert found.find("occurrence", "1", "kappa").undefined == "both coders scored it in every item"
    assert found.find("occurrence", "9", "kappa").undefined == "no coder scored it in any item"
    assert found.find("occurrence", "9", "kappa").n == 1
    text = str(found)
    assert "undefined (a)" in text
    assert "(a) both coders scored it in every item" in text
    assert "No intervals" in text
    assert build([clips[2]], over="").find("index", "per clip", "pooled").value is None


def test_sides_count_by_option() -> None:
    clip = CodedClip(
        "a", "", 25, 50, {"A": (Segment(0, 3, 9, "L12+R12"),), "B": (Segment(0, 3, 9, "12"),)}
    )
    assert report([clip], over="").find("index", "per clip", "pooled").value == 0
    both = report([clip], over="", bilateral=True)
    assert both.find("index", "per clip", "pooled").value == 1
    assert "are one code" in str(both)


def test_what_it_prints() -> None:
    found = report(made_clips(12), resamples=50)
    text = str(found)
    for part in ("3 coders (A, B, C), ", "Gaps: ", "resamples of clips, seed 0",
                 "partial agreement", "== A and B and C ==", "== B and C ==", "per matched event",
                 "weighted kappa",
                 "within 1/30 s", "base A", "over='subject'", "unknown length"):  # fmt: skip
        assert part in text, part
    page = found._repr_html_()
    assert page.count("<table>") == 4 * 5
    assert page.count("<caption>") == 4 * 5
    data = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert data["version"] == 1
    assert len(data["rows"]) == len(found.rows)
    frame = found.to_frame()
    assert len(frame) == len(found.rows)
    assert {"coders", "part", "item", "name", "value", "low", "high", "n"} <= set(frame.columns)
    few = report(made_clips(12), over="subject", resamples=9)
    assert "subjects are few" in str(few)


def test_without_numpy_fewer_resamples_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib import import_module

    module = import_module("fau_teach.agreement.report")
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    assert report(made_clips(4, "AB")).resamples == 1000
    found = report(made_clips(4, "AB"), resamples=5000)
    assert found.resamples == module.PLAIN_RESAMPLES == 1000
    assert "Without numpy, 1000 resamples stand for 5000." in found.notes


def test_names_in_html_are_escaped() -> None:
    clip = CodedClip("a", "", 25, 50, {"<b>": (Segment(0, 3, 9, "1"),), "B": ()})
    assert "<b>" not in report([clip], over="")._repr_html_()


A = CodedClip("a", "", 25, 50, {"Ann": (), "Bob": ()})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"clips": []}, "two coders"),
        ({"clips": [A], "coders": ["Ann", "Bop"]}, "Did you mean 'Bob'"),
        ({"clips": [A], "coders": ["Ann", "Ann"]}, "two coders"),
        ({"clips": [A, A]}, "comes twice"),
        ({"clips": [A], "over": "subject"}, "names no subject"),
        ({"clips": [A], "over": "frame"}, "over='frame'"),
        ({"clips": [A], "least": 2.0}, "no overlap"),
    ],
)
def test_refusals(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        report(**arguments)  # type: ignore[arg-type]


def test_looking_up_what_is_not_there() -> None:
    found = report([A], over="", codes=["12"])
    with pytest.raises(KeyError, match="Did you mean"):
        found.find("occurrence", "12", "kapa")
    with pytest.raises(KeyError, match="There are coders"):
        found.find("occurrence", "12", "kappa", ["Cid"])
    with pytest.raises(ValueError, match="no part"):
        found.table("emotion")


def test_planted_rates_lie_within_their_intervals() -> None:
    rng = random.Random(5)
    truth = [[c for c in CODES[:5] if rng.random() < 0.4] for _ in range(300)]
    clips = []
    for at, codes in enumerate(truth):
        coded = {}
        for coder, late in (("A", 0), ("B", 3)):
            kept = [c for c in codes if rng.random() < 0.9]
            segment = Segment(20 + late, 30, 60, "+".join(kept) or "25")
            coded[coder] = (segment,)
        clips.append(CodedClip(str(at), "", 25, 100, coded))
    found = report(clips, resamples=200)
    delay = found.find("timing", "onset", "mean error (ms)")
    assert delay.value == pytest.approx(120)
    one = found.find("occurrence", "1", "percent agreement")
    # They differ where one of the two misses a code that is there: 0.4 · 2 · 0.9 · 0.1.
    assert one.low is not None
    assert one.high is not None
    assert one.low <= 1 - 0.4 * 0.18 <= one.high


def test_codes_that_are_none_are_refused() -> None:
    for wrong in ("L12", "AU12", "99", ""):
        with pytest.raises(ValueError, match=f"'{wrong}' is no code. Name codes without sides"):
            report(made_clips(3), codes=[12, wrong], resamples=0)


def test_few_clips_and_no_common_clip_are_told() -> None:
    assert "3 clips are few: intervals are too narrow" in str(report(made_clips(3), resamples=9))
    assert "are few" not in str(report(made_clips(3), resamples=0))
    assert "are few" not in str(report(made_clips(20), resamples=9))
    apart = [
        CodedClip(name, "", 25, 50, {name: (Segment(1, 2, 3, "12"),)}) for name in ("Kim", "Ada")
    ]
    assert "are they named alike in all files?" in str(report(apart, resamples=0))


def test_a_part_unknown_is_told() -> None:
    told = "In a clip with a part unknown, codes that were scored count"
    for aus, known in (("12", False), ("?", True)):
        seen = {"A": (Segment(1, 2, 3, "12"), Segment(5, 6, 7, aus)), "B": ()}
        assert (told in str(report([CodedClip("c", "", 25, 50, seen)], resamples=0))) == known


def test_codes_leave_the_others_out_everywhere() -> None:
    def clip(one: str, two: str) -> CodedClip:
        spans = ((3, 9, one), (20, 30, "4"))
        coders = {
            "A": tuple(Segment(on, None, off, score) for on, off, score in spans),
            "B": (Segment(3, None, 9, two),),
        }
        return CodedClip("a", "", 25, 50, coders)

    whole = report([clip("12+25", "12")], over="")
    found = report([clip("12+25", "12")], over="", codes=["12"])
    index = ("index", "per clip", "pooled")
    assert whole.find(*index).value == pytest.approx(2 / 4)
    assert found.find(*index).value == 1
    choice = clip("12 or 25", "12 or 4").only(["12", "4"])
    assert [str(one.score) for one in choice.coders["A"]] == ["12", "4"]
    assert [str(one.score) for one in choice.coders["B"]] == ["4 or 12"]
    assert [str(one.score) for one in clip("null", "?").only(["9"]).coders["A"]] == ["null"]
    assert [str(one.score) for one in clip("null", "?").only(["9"]).coders["B"]] == ["?"]
