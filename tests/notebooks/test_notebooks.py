"""Every notebook runs whole, and the learner's version is the master without solutions."""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(Path(__file__).parent), str(ROOT / "book" / "_tools")]

import labs  # noqa: E402
import runner  # noqa: E402

from fau_teach.training import simulated  # noqa: E402

MASTERS = sorted((ROOT / "notebooks" / "solutions").glob("*.ipynb"))
LEARNERS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
# Notebooks to be used: nothing is asked in them, so they have no master.
TOOLS = sorted({*(ROOT / "notebooks").glob("*.ipynb")} - {*LEARNERS})


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    runner.warm_up()


def write(folder: Path, *cells: str) -> Path:
    path = folder / "sample.ipynb"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in cells])
    nbformat.write(notebook, path)
    return path


def test_there_are_notebooks() -> None:
    assert MASTERS
    assert [path.name for path in LEARNERS] == [path.name for path in MASTERS]


@pytest.mark.parametrize("path", MASTERS, ids=lambda path: path.stem)
def test_master_passes_strictly(path: Path) -> None:
    outcome = runner.run(path, strict=True)
    assert outcome.ok, outcome.message


@pytest.mark.parametrize("path", LEARNERS, ids=lambda path: path.stem)
def test_learner_runs_cleanly_before_it_is_answered(path: Path) -> None:
    outcome = runner.run(path, strict=False)
    assert outcome.ok, outcome.message


@pytest.mark.parametrize("path", LEARNERS, ids=lambda path: path.stem)
def test_learner_fails_strictly_while_it_is_not_answered(path: Path) -> None:
    outcome = runner.run(path, strict=True)
    assert not outcome.ok
    assert "not answered yet" in outcome.message


@pytest.mark.parametrize("path", MASTERS, ids=lambda path: path.stem)
def test_learner_is_the_master_without_solutions(path: Path) -> None:
    expected = labs.learner(nbformat.read(path, as_version=4), path.name)
    found = nbformat.read(ROOT / "notebooks" / path.name, as_version=4)
    assert found == expected, "run: make labs"


@pytest.mark.parametrize(
    "path", MASTERS + LEARNERS + TOOLS, ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_notebook_is_committed_without_outputs_and_is_short(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    assert len(notebook.cells) <= 45
    assert not any(cell.get("outputs") for cell in notebook.cells)


@pytest.mark.parametrize("path", TOOLS, ids=lambda path: path.stem)
def test_tool_runs_whole_by_itself_and_leaves_nothing_behind(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = runner.run(path, strict=True)
    assert outcome.ok, outcome.message
    assert [*tmp_path.iterdir()] == []


@pytest.fixture
def exports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of exports where the class summary looks for one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "exports").mkdir()
    return simulated.example(tmp_path / "exports")


def summary(folder: Path, *more: str) -> runner.Outcome:
    """Run the class summary, and then cells that look at what it made."""
    (path,) = [one for one in TOOLS if one.stem == "class-summary"]
    notebook = nbformat.read(path, as_version=4)
    notebook.cells += [nbformat.v4.new_code_cell(text) for text in more]
    nbformat.write(notebook, folder / path.name)
    return runner.run(folder / path.name, strict=True)


def test_class_summary_of_exports_and_a_gradebook_beside_them(exports: Path) -> None:
    names = sorted(path.stem for path in exports.iterdir())
    look = f"assert [one.name for one in course.learners] == {names}, course.learners"
    for _ in range(2):
        outcome = summary(exports.parent, look, "assert course.problems == (), course.problems")
        assert outcome.ok, outcome.message
    books = sorted(path.name for path in exports.glob("*.csv"))
    assert books == ["gradebook-2.csv", "gradebook.csv"]
    rows = (exports / "gradebook.csv").read_text(encoding="utf-8").splitlines()
    assert [row.split(",")[0] for row in rows] == ["pseudonym", *names]


def test_class_summary_names_a_broken_export_and_goes_on(exports: Path) -> None:
    (exports / "fern.json").write_text('{"version": 1, "pseudonym": ', encoding="utf-8")
    (exports / "other.json").write_text("[]", encoding="utf-8")
    outcome = summary(
        exports.parent,
        "assert len(course.learners) == 5, course.learners",
        "assert ['fern.json' in one for one in course.problems] == [True, False], course.problems",
        "assert 'other.json' in course.problems[1], course.problems",
    )
    assert outcome.ok, outcome.message
    assert (exports / "fern.json").read_text(encoding="utf-8").startswith('{"version": 1')


@pytest.mark.parametrize("path", MASTERS, ids=lambda path: path.stem)
def test_master_has_at_least_four_checked_exercises(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    solved = [cell for cell in notebook.cells if labs.BEGIN in cell.source]
    assert len(solved) >= 4
    assert all("check(" in cell.source for cell in solved)
    assert all(cell.metadata["nbgrader"]["solution"] for cell in solved)


def test_runner_reports_the_failing_cell(tmp_path: Path) -> None:
    outcome = runner.run(write(tmp_path, "x = 1", "x / 0"), strict=False)
    assert not outcome.ok
    assert "cell 2: ZeroDivisionError" in outcome.message


def test_runner_isolates_notebooks(tmp_path: Path) -> None:
    assert runner.run(write(tmp_path, "import math; math.leak = 1"), strict=False).ok
    second = runner.run(
        write(tmp_path, "import math; assert not hasattr(math, 'leak')"), strict=False
    )
    assert second.ok, second.message


@pytest.mark.skipif(not hasattr(runner.os, "fork"), reason="this system cannot fork")
def test_runner_ends_a_notebook_that_hangs(tmp_path: Path) -> None:
    outcome = runner.run(write(tmp_path, "while True: pass"), strict=False, timeout=1)
    assert not outcome.ok


def test_runner_without_fork_agrees(tmp_path: Path) -> None:
    path = write(tmp_path, "x = 1", "x / 0")
    outcome = runner._run_interpreter(path, strict=False, timeout=60)
    assert not outcome.ok
    assert "cell 2: ZeroDivisionError" in outcome.message


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("### BEGIN SOLUTION\nx", "does not end"),
        ("### END SOLUTION", "never began"),
        ("### BEGIN SOLUTION\n### BEGIN SOLUTION", "begins inside"),
    ],
)
def test_broken_solution_marks_are_refused(source: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        labs.clear(source, "lab, cell 1")


def test_clear_keeps_what_is_outside() -> None:
    source = "a = 1\n### BEGIN SOLUTION\nanswer = 2\n### END SOLUTION\ncheck('1', answer)"
    assert labs.clear(source, "lab") == f"a = 1\n{labs.STUB}\ncheck('1', answer)"
