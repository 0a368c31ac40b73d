"""A class of simulated learners: its tables and figures say what was put in."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median

import matplotlib as mpl
import pytest

from fau_teach import training, training_plots
from fau_teach._reading import FileError
from fau_teach.training import Learner, TrainingError, classroom, simulated
from fau_teach.training.cohort import Cohort, cohort

mpl.use("Agg")

import matplotlib.pyplot as plt

START = "2026-03-02T09:00:00Z"
SET = "cheek_or_lid"


@pytest.fixture(autouse=True)
def closed_figures() -> Iterator[None]:
    yield
    plt.close("all")


@cache
def drilled(half: float, seed: int = 1, count: int = 60, **more: float) -> training.Record:
    learner = Learner("kim", {"6": ("7", 0.9)}, half=half, slip=0.0, **more)
    return training.practise(learner, count, start=START, about=SET, seed=seed)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    return cohort(simulated.example(tmp_path_factory.mktemp("exports")), today=simulated.END)


# -- learners


def test_who_learns_nothing_stays_and_who_learns_gets_better() -> None:
    never, soon = (training.ability(drilled(half)).skills[SET] for half in (0, 4))
    assert never.n == soon.n == 60
    assert sum(never.curve[-2:]) < 1.4
    assert sum(soon.curve[-2:]) > 1.8
    assert soon.low > never.high


def test_the_confusion_that_was_put_in_is_the_one_that_comes_out() -> None:
    wrong = {(one.shown, one.given) for one in drilled(0).answers if one.credit < 1}
    assert wrong == {("6", "7")}


def test_chance_halves_with_the_clips() -> None:
    learner = Learner("kim", {"6": ("7", 0.8)}, half=5)
    assert [learner.chance("6", seen) for seen in (0, 5, 10)] == pytest.approx([0.8, 0.4, 0.2])
    assert learner.chance("12", 0) == 0
    assert Learner("kim", {"6": ("7", 0.8)}).chance("6", 99) == 0.8


def test_the_same_seed_gives_the_same_record_and_another_another() -> None:
    learner = Learner("kim", {"6": ("7", 0.5)})
    one, two, other = (
        training.practise(learner, 12, start=START, about=SET, seed=seed) for seed in (1, 1, 2)
    )
    assert one == two != other


def test_late_marks_are_late_by_what_was_given() -> None:
    items = [training.name_of("mark", "timing", "easy", seed) for seed in range(8)]
    learner = Learner("kim", slip=0.0, late_ms=100)
    record = training.practise(learner, 20, start=START, items=items)
    assert len(record.answers) == len(items)
    assert training.ability(record).timing["onset"].mean == pytest.approx(100, abs=5)


def test_bold_learners_are_sure_of_what_they_confuse() -> None:
    sure = [
        {one.certainty for one in drilled(0, bold=bold).answers if one.shown == "6"}
        for bold in (1.0, 0.0)
    ]
    assert sure == [{"high"}, {"low", "medium"}]


def test_days_pass_and_a_test_has_its_clips() -> None:
    learner = Learner("kim", {"6": ("7", 0.9)}, slip=0.3)
    record = training.practise(learner, 45, start=START, items=training.bank("spring", 45))
    days = [one.when[:10] for one in record.answers]
    assert days.count("2026-03-02") == simulated.A_DAY
    assert days.count("2026-03-03") == 5
    record = training.sit(record, learner, "words", "2026-03-20T09:00:00Z", count=6)
    found = training.result(record, record.exams[0].id)
    assert len(found.items) == 6
    assert "words" not in record.to_json()


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"slip": 1.5}, "slip"),
        ({"bold": -1}, "bold"),
        ({"half": -2}, "half"),
        ({"late_ms": -5}, "late_ms"),
        ({"swaps": {"6": ("7", 2)}}, r"swaps\[6\]"),
    ],
)
def test_an_impossible_learner_is_refused(fields: dict[str, object], place: str) -> None:
    with pytest.raises(TrainingError, match=place):
        Learner("kim", **fields)  # type: ignore[arg-type]


# -- tables


def test_an_example_replaces_no_file(tmp_path: Path) -> None:
    (tmp_path / "fern.json").write_text("mine")
    with pytest.raises(FileError, match="exists already"):
        simulated.example(tmp_path)
    assert (tmp_path / "fern.json").read_text() == "mine"


def test_a_row_for_each_learner(course: Cohort) -> None:
    table = classroom.overview(course)
    assert [row[0] for row in table.rows] == sorted(one.name for one in simulated.CLASS)
    by_name = {row[0]: dict(zip(table.header, row, strict=True)) for row in table.rows}
    assert by_name["thyme"]["mock test"] == "–"
    assert int(by_name["thyme"]["days away"]) > int(by_name["fern"]["days away"])
    test = next(one for one in course.learners if one.name == "moss").tests[0].mean
    assert by_name["moss"]["mock test"].startswith(f"{test.value:.2f} [{test.low:.2f},")


def test_hard_sets_stand_by_who_is_below_the_bar(course: Cohort) -> None:
    found = classroom.hardest(course, 30)
    assert len(found) == len(training.contrasts())
    counts = [len(one.below) for one in found]
    assert counts == sorted(counts, reverse=True)
    first = found[0]
    values = {who.name: who.ability.skills[first.set].mean for who in course.learners}
    assert dict(first.estimates) == values
    assert first.middle == median(values.values())
    assert set(first.below) == {name for name, value in values.items() if value < training.READY}
    rows = classroom.sets(course).rows
    assert len(rows) == 8
    assert rows[0][:2] == (first.title, f"{len(first.below)} of {len(values)}")


def test_certainty_of_all_is_that_of_every_answer(course: Cohort) -> None:
    (high,) = [one for one in classroom.pooled(course) if one.name == "high"]
    answers = [one for who in course.learners for one in who.record.counted]
    credit = [one.credit for one in answers if one.certainty == "high"]
    assert (high.n, high.credit) == (len(credit), pytest.approx(sum(credit) / len(credit)))
    assert high.low < high.credit < high.high
    last = classroom.certainty(course).rows[-1]
    assert last[0] == "all"
    assert last[-1] == f"{high.credit:.2f} ({high.n})"


def test_a_table_shows_itself_and_lets_no_markup_through() -> None:
    table = classroom.Table("<b>", ("a", "b"), (("<i>", "2"),))
    assert "&lt;b&gt;" in table._repr_html_()
    assert '<th scope="row">&lt;i&gt;</th><td>2</td>' in table._repr_html_()
    assert str(table).splitlines() == ["<b>", "a    b", "<i>  2"]


def test_no_gradebook_is_ever_replaced(course: Cohort, tmp_path: Path) -> None:
    names = [classroom.save_gradebook(course, tmp_path).name for _ in range(3)]
    assert names == ["gradebook.csv", "gradebook-2.csv", "gradebook-3.csv"]
    rows = list(csv.DictReader((tmp_path / names[0]).open(encoding="utf-8")))
    assert [row["pseudonym"] for row in rows] == [one.name for one in course.learners]


# -- figures


def test_class_curves_hold_whole_tens_and_name_who_ends_lowest(course: Cohort) -> None:
    ax = training_plots.class_curves(course)
    lines = {line.get_label(): line for line in ax.lines}
    ends = {who.name: who.ability.curve[: who.ability.n // 10][-3:] for who in course.learners}
    lowest = sorted(ends, key=lambda name: sum(ends[name]) / len(ends[name]))[:2]
    assert {name for name in lines if not name.startswith("_")} == {
        "median of the class", *lowest
    }  # fmt: skip
    middle = lines["median of the class"]
    assert middle.get_ydata()[0] == median(who.ability.curve[0] for who in course.learners)
    assert max(middle.get_xdata()) == 150


def test_figures_draw_the_numbers_of_the_tables(course: Cohort) -> None:
    ax = training_plots.hard_sets(course, 3)
    hard = classroom.hardest(course, 3)
    assert [text.get_text() for text in ax.get_yticklabels()] == [one.title for one in hard]
    assert list(ax.lines[0].get_xdata()) == [value for _, value in hard[0].estimates]
    ax = training_plots.certainty(course)
    assert list(ax.lines[-1].get_ydata()) == [one.credit for one in classroom.pooled(course)]


def test_a_learning_curve_ends_with_its_estimate() -> None:
    one = training.ability(drilled(4)).skills[SET]
    points, mean = training_plots.learning_curve(one).lines
    assert tuple(points.get_ydata()) == one.curve
    assert list(points.get_xdata()) == [10, 20, 30, 40, 50, 60]
    assert list(mean.get_ydata()) == [one.mean]


def test_a_class_without_answers_can_be_drawn() -> None:
    empty = cohort([training.Record("noa", START)], today=simulated.END)
    assert classroom.hardest(empty) == ()
    assert classroom.overview(empty).rows == (("noa", "0", "22", "–", "–"),)
    for draw in (training_plots.class_curves, training_plots.hard_sets, training_plots.certainty):
        assert draw(empty).figure
