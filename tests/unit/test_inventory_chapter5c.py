"""Checks that the inventory asks for on networks and tests of chapter 5, its quiz and a figure."""

from __future__ import annotations

import json
import math
import re
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
import traitlets

from fau_teach import coding, depth, depth_plots, emotion, evaluate, published, sources
from fau_teach.depth.course import Course
from fau_teach.evaluate import shown
from fau_teach.exercises import chapter5c, exercise
from fau_teach.models import point_card
from fau_teach.models.point_sampling import ball_query, farthest_points
from fau_teach.widgets import FIGURES, Neighbours
from fau_teach.widgets.neighbours import RULES, cloud_mm, grouped, neighbours_data

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "book" / "05-depth-mer"
NETWORKS = (PAGES / "5-networks-for-points.md").read_text(encoding="utf-8")
PEOPLE = (PAGES / "6-people-never-seen.md").read_text(encoding="utf-8")
sys.path.insert(0, str(ROOT / "book" / "_tools"))

import items  # noqa: E402

QUIZ = {item["id"]: item for item in items.quiz("05-depth-mer")}
CLIPS = shown.cohort()
BY_PERSON = evaluate.loso(CLIPS.subjects)
BY_CLIP = evaluate.grouped(range(len(CLIPS)), 10)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def closed() -> object:
    yield
    plt.close("all")


def right(name: str) -> set[str]:
    return {one["text"] for one in QUIZ[name]["options"] if one["correct"]}


def numbers(name: str) -> list[float]:
    return [QUIZ[name]["answer"], *(trap["answer"] for trap in QUIZ[name]["traps"])]


def scored(cases: evaluate.Cases, folds: tuple[evaluate.Fold, ...]) -> evaluate.Recognition:
    found = evaluate.cross_validate(shown.nearest, cases, folds, shared=True, validation=0)
    return found.scores(resamples=100, permutations=200)


# -- networks


def test_S3_023_farthest_points_by_hand_are_those_of_the_package() -> None:
    points = np.array([chapter5c.POINTS], float)
    assert exercise("5.9").solution() == farthest_points(points, 4)[0].tolist()
    line = np.array([[[x, 0, 0] for x in (0, 1, 6, 10)]], float)
    answer, second, near = numbers("farthest")
    assert [line[0, k, 0] for k in farthest_points(line, 4)[0]] == [0, second, answer, near]


def test_S3_023_ball_query_by_hand_is_that_of_the_package() -> None:
    points = np.array([chapter5c.POINTS], float)
    centre = points[:, [chapter5c.CENTRE]]
    kept = {
        rule: {*ball_query(points, centre, chapter5c.RADIUS, chapter5c.MOST, rule).places[0, 0]}  # type: ignore[arg-type]
        for rule, _ in RULES
    }
    assert exercise("5.10").solution() == kept["first"] - kept["nearest"]
    assert chapter5c.CENTRE in kept["nearest"] - kept["first"]  # as the feedback says


def test_S3_023_the_page_has_the_four_steps_of_a_set_abstraction() -> None:
    assert re.findall(r"^\d\. \*\*(\w+)\*\*", NETWORKS, re.MULTILINE) == [
        "sample", "group", "map", "pool",
    ]  # fmt: skip


def test_S3_024_all_networks_stand_on_the_page() -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed (SET=light)")
    from fau_teach import models

    rows = re.findall(r"; ours: \*(\w+)\*", NETWORKS)
    assert rows == list(models.NETWORKS)
    assert len(QUIZ["networks"]["pairs"]) == len(models.NETWORKS)
    chance = np.random.default_rng(0)
    cloud = chance.normal(0, 0.03, (300, 6)).astype(np.float32)
    net = models.make("pointnet", 3, centre="given")
    few = models.deciding(net, cloud)
    assert 0 < len(few) <= net.every.linear[-1].out_features
    all_of_it, less = (models.predict(net, one[None]) for one in (cloud, cloud[few]))
    assert np.array_equal(all_of_it, less)
    one_less = models.predict(net, np.delete(cloud, few[0], 0)[None])
    assert not np.array_equal(all_of_it, one_less)
    assert not net.every._forward_hooks
    assert isinstance(net, torch.nn.Module)


def test_E3_09_E3_17_differences_of_the_page() -> None:
    table = published.table("2", "depthcloud")
    assert table.gain("PointNet++", "PointNet") == {"UF1": 2.84, "UAR": 2.83}
    gain = {name: table.gain(name, "PointNet")["UF1"] for name in ("KP-Conv", "PT-v1")}
    assert gain["KP-Conv"] == pytest.approx(numbers("pt-v1")[2])
    assert -gain["PT-v1"] == pytest.approx(numbers("pt-v1")[0])
    assert right("local-global") == {"The other way round"}


def test_S3_025_E3_22_what_is_printed_and_what_is_chosen() -> None:
    card = point_card.parameters()
    printed = {one.id: one.value for one in card.values() if one.source != "chosen"}
    assert printed == {"points": 2048, "batch": 24, "learning_rate": 1e-3, "weight_decay": 1e-4}
    for value in ("0.001", "0.0001", "24 clouds", "2,048 points"):
        assert value in NETWORKS
    assert {"epochs", "radius_1", "radius_2", "neighbours"} <= {*card} - {*printed}
    assert right("printed-settings") == {"Learning rate", "Weight decay", "Clouds a step"}


# -- the figure of neighbours


def test_neighbours_are_registered_and_light() -> None:
    assert FIGURES["neighbours"] is Neighbours
    figure = Neighbours()
    assert len(figure.static_html().encode()) < 20_000
    json.dumps(figure.state(), allow_nan=False)
    assert figure.fallback_html().startswith('<div class="wide-table"><table><caption>')
    assert 500 < len(cloud_mm()) < 700
    assert sorted(neighbours_data()["shuffled"]) == list(range(len(cloud_mm())))


def test_E3_22_a_shuffle_changes_the_first_and_never_the_nearest() -> None:
    for rule, same in (("nearest", True), ("first", False)):
        one, other = (grouped(16, 30, 16, rule, order)[1] for order in ("rows", "chance"))
        pairs = zip(one, other, strict=True)
        assert all({*a.tolist()} == {*b.tolist()} for a, b in pairs) == same
    head = grouped(16, 30, 16, "first", "rows")[1]
    assert all((np.diff(one) > 0).all() for one in head)


def test_the_cloud_of_the_figure_is_a_face() -> None:
    """The nose is nearest, and the lines lie on the points."""
    points = cloud_mm()
    nose = np.array(neighbours_data()["lines"][2])[-1] / 10
    assert np.linalg.norm(points[points[:, 2].argmin()] - nose) < 12
    for line in neighbours_data()["lines"]:
        away = [np.linalg.norm(points - np.array(one) / 10, axis=1).min() for one in line]
        assert max(away) < 8


@pytest.mark.parametrize("wrong", [{"count": 9}, {"most": 5}, {"rule": "all"}, {"order": "z"}])
def test_unknown_choices_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"is not an? (number|rule|order)"):
        Neighbours(**wrong)  # type: ignore[arg-type]
    with pytest.raises(traitlets.TraitError):
        Neighbours(radius=90)


# -- people never seen


def test_S3_025_the_cohort_and_its_folds() -> None:
    assert len(BY_PERSON) == len({*CLIPS.subjects}) == 30
    assert {*CLIPS.labels} == {"Negative", "Positive", "Surprise"}
    assert {*shown.cohort(classes=7).labels} == {
        "Happiness", "Surprise", "Disgust", "Anger", "Fear", "Sadness", "Others",
    }  # fmt: skip
    with pytest.raises(ValueError, match="5 classes"):
        shown.cohort(classes=5)
    with pytest.raises(ValueError, match="shared=True"):
        evaluate.cross_validate(shown.nearest, CLIPS, BY_CLIP, validation=0)
    answer, each, mean, _ = numbers("loso-folds")
    assert (answer, each) == (30, 240)
    assert mean == each / answer


def test_the_leak_of_the_page_and_of_its_figure() -> None:
    """Clips of one person on both sides help; looks alone lead astray among strangers."""
    plain = shown.cohort(face=0)
    scores = [scored(*way) for way in ((CLIPS, BY_CLIP), (CLIPS, BY_PERSON), (plain, BY_PERSON))]
    seen, strangers, hidden = (one.uf1.value for one in scores)
    assert strangers + 0.05 < seen < hidden
    told = [float(one) for one in re.findall(r"(0\.\d\d)\.", PEOPLE.split("alt:")[1])[:4]]
    assert told[1:4] == [round(one, 2) for one in (seen, strangers, hidden)]
    assert told[0] == pytest.approx(scores[0].uf1.beyond, abs=0.015)
    ax = depth_plots.tests_of({str(k): one for k, one in enumerate(scores)})
    dots = [line.get_xdata()[0] for line in ax.lines if line.get_marker() == "o"]
    assert dots == [seen, strangers, hidden]


def test_the_leak_is_no_luck_of_one_draw() -> None:
    gaps = []
    for seed in range(2, 6):
        course = Course(subjects=30, micro=10, macro=0, habit=0.8, seed=seed)
        cases = shown.cohort(course, 7, seed=seed)
        by_clip = evaluate.grouped(range(len(cases)), 10)  # type: ignore[arg-type]
        seen, new = (
            scored(cases, one).uf1.value for one in (by_clip, evaluate.loso(cases.subjects))
        )
        gaps.append(seen - new)
    assert min(gaps) > 0


def test_S3_044_S3_045_scores_of_the_page() -> None:
    table = [[8, 1, 1], [3, 5, 2], [4, 0, 1]]
    assert "table = [[8, 1, 1], [3, 5, 2], [4, 0, 1]]" in PEOPLE
    assert evaluate.f1_by_class(table) == pytest.approx([0.640, 0.625, 0.2222], abs=5e-5)
    assert evaluate.uf1(table) == pytest.approx(0.4957, abs=5e-5)
    assert evaluate.uar(table) == pytest.approx(0.5)
    assert evaluate.accuracy(table) == pytest.approx(0.56)


def test_S3_045_the_commonest_class_has_the_uar_of_chance() -> None:
    found = evaluate.cross_validate(shown.commonest, CLIPS, BY_PERSON, validation=0).scores()
    assert found.uar.value == pytest.approx(1 / 3)
    assert found.accuracy.value == pytest.approx(2 / 3, abs=0.05)  # "two thirds right"
    assert found.uf1.value < found.uar.value
    answer, accurate, f1 = numbers("lazy")
    table = [[70, 0, 0], [20, 0, 0], [10, 0, 0]]
    assert answer == pytest.approx(100 * evaluate.uar(table), abs=0.05)
    assert accurate == pytest.approx(100 * evaluate.accuracy(table))
    assert f1 == pytest.approx(100 * evaluate.uf1(table), abs=0.1)


def test_E3_15_pooled_and_averaged_differ() -> None:
    found = scored(CLIPS, BY_PERSON)
    assert found.fold_uf1 is not None
    assert abs(found.uf1.value - found.fold_uf1) > 0.03
    lacking = [len({CLIPS.labels[k] for k in fold.test}) < 3 for fold in BY_PERSON]
    assert sum(lacking) > len(lacking) / 3  # many people do not show every class


def test_E3_15_pooled_score_of_the_exercise() -> None:
    pooled = np.sum(chapter5c.FOLDS, axis=0)
    one = exercise("5.11")
    assert one.solution() == pytest.approx(evaluate.uf1(pooled))
    means = [evaluate.uf1(np.array(table)) for table in chapter5c.FOLDS]
    wrong = [value for value, _ in one.wrong]
    assert wrong[:3] == pytest.approx(
        [float(np.mean(means)), float(evaluate.uar(pooled)), float(evaluate.accuracy(pooled))]
    )
    assert all((np.sum(table, 1) == 0).any() for table in chapter5c.FOLDS)  # as it is told


def test_peeking_gains_with_guesses_alone() -> None:
    found = {e: evaluate.peeking(shown.guesses(e), CLIPS, BY_PERSON) for e in (1, 3, 10, 30, 100)}
    gains = [one.gain for one in found.values()]
    assert gains[0] == 0
    assert gains == sorted(gains)
    assert found[30].by_fold > 0.6
    assert found[100].by_fold == pytest.approx(0.7, abs=0.04)  # "nearly 0.7"
    assert all(0.25 < one.last < 0.36 for one in found.values())
    assert 0.36 < found[100].overall < 0.4
    assert gains[-1] > 0.3  # as the quiz says
    ax = depth_plots.peeks(found)
    assert [line.get_ydata()[-1] for line in ax.lines] == [
        found[100].by_fold, found[100].overall, found[100].last,
    ]  # fmt: skip


def test_S3_041_joined_labels() -> None:
    words = {"positive": "Positive", "negative": "Negative", "a class of its own": "Surprise",
             "others; left out of three": "Others"}  # fmt: skip
    for pair in QUIZ["joining"]["pairs"]:
        assert coding.classes(pair["left"]).four == words[pair["right"]]
    assert coding.classes("Others").three is None
    listed = re.search(r"for label in \((.*?)\):", PEOPLE)
    assert listed
    assert set(re.findall(r'"(\w+)"', listed[1])) == set(emotion.label_spaces()["seven_others"])


def test_S3_042_S0_009_classes_of_the_page_are_marked_as_outside() -> None:
    found = [emotion.objective_class(codes) for codes in ("12", "1+2", "5", "1+2+5", "4+7", "1+4")]
    assert found == ["I", "II", "II", "VII", "III", "V"]
    assert 'for codes in ("12", "1+2", "5", "1+2+5", "4+7", "1+4")' in PEOPLE
    assert "outside the sources {cite}`davison2018`" in PEOPLE
    assert right("surprise-class") == {"VII"}
    for name in ("II", "VI", "I"):
        assert name in {*emotion.objective_sets().values()}


def test_S3_043_E3_12_what_was_kept() -> None:
    kept = published.kept()
    assert numbers("others") == [kept.others, kept.dropped, kept.labelled - kept.three]
    above = 34.13 - published.table("1/3", "depthcloud").chance
    assert numbers("above-chance")[0] == pytest.approx(above, abs=0.005)


def test_S3_060_everybody_is_in_both() -> None:
    cases = [(one.kind, take.subject) for take in Course().takes() for one in take.shown]
    macro, micro = ([who for kind, who in cases if kind == name] for name in ("macro", "micro"))
    found = evaluate.overlap(macro, micro)
    assert found
    assert found.tested == 1
    meets = evaluate.overlap(chapter5c.MACRO, chapter5c.MICRO)
    may = [who for who in chapter5c.MICRO if who not in meets.shared]
    assert exercise("5.12").solution() == len(may)


# -- the quiz


def test_every_page_is_asked_about_in_thirty_items_or_more() -> None:
    assert len(QUIZ) >= 30
    for page in sorted(PAGES.glob("[1-7]-*.md")):
        told = set(re.findall(r"\{source-note\} (E3-\d+)", page.read_text(encoding="utf-8")))
        assert told, page.name
        asked = {mark for one in QUIZ.values() for mark in one["source"].split()}
        assert told & asked, page.name


def test_severe_errata_of_the_source_are_asked_about() -> None:
    asked = {mark for one in QUIZ.values() for mark in one["source"].split()}
    severe = {one.id for one in sources.errata() if one.source == "S3" and one.severity == "A"}
    assert sorted(severe - asked) == []


def test_numbers_of_the_camera() -> None:
    camera = depth.Intrinsics()
    assert numbers("lift")[:2] == pytest.approx([60e3 / camera.fx, 100e3 / camera.fx], abs=0.05)
    assert numbers("lift")[2] == pytest.approx(740 * 600 / camera.fx, abs=0.1)
    shift, _ = depth.misplaced(camera, 400, 120, 0.6)
    assert numbers("crop")[0] == pytest.approx(1e3 * abs(shift), abs=0.05)
    assert numbers("crop")[1] == pytest.approx(1e3 * abs(shift) / 0.6, abs=0.05)
    turn = math.radians(1)
    told = [70 * math.sin(turn), 35 * math.sin(turn), 70 * math.sin(1), 70 * (1 - math.cos(turn))]
    assert numbers("yaw") == pytest.approx(told, abs=0.01)


def test_numbers_of_the_motion() -> None:
    for place, variant in enumerate(("used", "printed")):
        theta = depth.spherical([[-1.0, -1.0, 0.0]], variant)[0, 1]
        assert math.degrees(theta) == pytest.approx(numbers("quadrant")[place])
    reach = np.sqrt(np.random.default_rng(0).random(200_000)) * 90
    answer, _, mean, _ = numbers("disc")
    assert (1.5 * reach.mean(), reach.mean()) == pytest.approx((answer, mean), abs=0.3)
    spread = np.random.default_rng(0).normal(0, 0.5, (4, 100_000)).mean(0).std()
    assert numbers("average")[0] == pytest.approx(spread, abs=0.005)
    assert numbers("precision") == [512 / 2048, 512 / 4096, 2048 / 4096]
    kept = published.kept()
    assert numbers("macro-to-micro") == pytest.approx(
        [kept.macro / kept.labelled, kept.labelled / kept.macro, kept.macro - kept.labelled],
        abs=0.005,
    )


def test_numbers_of_the_scores() -> None:
    table = [[6, 2], [3, 1]]
    told = [float(one(table)) for one in (evaluate.uf1, evaluate.uar, evaluate.accuracy)]
    assert numbers("uf1") == pytest.approx(told, abs=1e-3)
    three = published.table("1/3", "depthcloud")
    gain = three.gain("Ours", "RCN-A")["UF1"]
    relative = three.gain("Ours", "RCN-A", relative=True)["UF1"]
    assert numbers("relative")[:2] == pytest.approx([relative, gain], abs=0.05)
    assert numbers("relative")[2] == pytest.approx(100 * gain / 61.42, abs=0.1)
    points = published.table("3", "depthcloud")
    sort = points.gain("sort 2048", "random 2048")
    assert numbers("sort-random")[:2] == pytest.approx([sort["UF1"], sort["UAR"]])
    assert numbers("sort-random")[2] == pytest.approx(points.gain("sort 2048", "sort 1024")["UF1"])


def test_E3_10_the_gain_outside_the_range() -> None:
    gains = {
        name: published.table(name, "depthcloud").gain("Ours", over)
        for name, over in (("1/3", "RCN-A"), ("1/4", "Baseline (+Depth)"),
                           ("1/7", "Baseline (+Depth)"))
    }  # fmt: skip
    known = {f"{value:+.2f}" for one in gains.values() for value in one.values()}
    for option in QUIZ["ten-twenty"]["options"]:
        number = option["text"].split()[0]
        assert number in known
        assert option["correct"] == (not 10 <= float(number) <= 20)


@pytest.mark.parametrize("text", [NETWORKS, PEOPLE], ids=["networks", "people"])
def test_every_note_has_its_cell_of_evidence(text: str) -> None:
    notes = re.findall(r"\{source-note\} E3-\d+\n```\n\n(.*\n.*)", text)
    assert len(notes) == text.count("{source-note}") > 0
    assert {note.splitlines()[1] for note in notes} == {":tags: [evidence]"}
