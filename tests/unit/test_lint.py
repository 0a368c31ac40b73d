"""Each numbered rule of the content linter finds its fault and leaves good text alone."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "book" / "_tools"))

import lint  # noqa: E402
import lint_rules  # noqa: E402

PLOT = """```{code-cell} python
---
mystnb:
  image:
    alt: "Three bars, the first one twice as high as the others."
  figure:
    caption: "Which bar is highest? The first."
---
plots.bars();
```
"""
CELL = "```{code-cell} python\n%s\n```\n"
HEAD = "# A page\n\nAfter this page you can do it.\n\n**Before you start:** nothing.\n"
ASK = "## Check yourself\n\n1. Why?\n\n:::{dropdown} Answer\n1. So.\n:::\n"
FIVE = "## Summary in five sentences\n\n" + "".join(f"{n}. It is so.\n" for n in range(1, 6))
END = "## Further reading\n## What a coder should now do differently\n"

TOOL = "# Sums\n\n**It reads** files. **It writes** one. **You need** files."


def lab(*cells: str, outputs: bool = False) -> str:
    """A notebook; text that begins with '#' or a letter and a space is Markdown."""
    made: list[dict[str, Any]] = []
    for cell in cells:
        code = cell.startswith(">")
        made.append({"cell_type": "code" if code else "markdown", "metadata": {},
                     "source": [cell.removeprefix(">")]})  # fmt: skip
        if code:
            made[-1] |= {"outputs": ["x"] if outputs else [], "execution_count": None}
    return json.dumps({"cells": made})


def chapter(folder: Path, *, runs: int, quiz: int, exercises: int, cards: int = 1) -> Path:
    """A chapter with its practice, below a root of its own."""
    name = "01-nerves-to-aus" if quiz else "09-none"
    place = folder / "book" / name
    place.mkdir(parents=True)
    (place / "1-page.md").write_text("{run-and-check}\n" * runs)
    (place / "practice.md").write_text(f"```{{quiz}} {name}\n" + "```{cards} deck\n" * cards)
    if quiz:
        (folder / "data" / "quiz").mkdir(parents=True)
        (folder / "data" / "quiz" / f"{name}.json").write_text("[]")
    (folder / "notebooks").mkdir()
    (folder / "notebooks" / f"{name}.ipynb").write_text("check(" * exercises)
    return place / "index.md"


# rule, kind, good text, bad text, words of the message
SAMPLES = [
    ("NTL001", "lesson", HEAD, "# A page\n", "no objectives"),
    ("NTL001", "lab", lab("After this lab you can see."), lab("# Lab"), "this lab"),
    ("NTL002", "lesson", HEAD, "# A page\n", "no prerequisites"),
    ("NTL004", "lab", lab("Plan 45 minutes."), lab("# Lab"), "no minutes"),
    ("NTL005", "lab", lab("## What you take with you"), lab("# Lab"), "no summary"),
    ("NTL006", "lesson", ASK, "## Check yourself\n\n1. Why?\n", "folded answers"),
    ("NTL009", "lesson", PLOT, PLOT.replace("alt:", "other:"), "without alternative text"),
    ("NTL009", "page", "![A face with both brows raised](a.png)", "![face](a.png)", "too little"),
    ("NTL010", "lesson", PLOT, PLOT.replace("caption:", "name:"), "without a caption"),
    ("NTL011", "page", "{cite}`dong2022, imotions`", "{cite:t}`dong2022,nobody1900`", "nobody1900"),
    ("NTL012", "page", "{term}`Action unit`, {term}`units <action unit>`", "{term}`nonsense`",
     "nonsense"),
    ("NTL013", "page", "word " * 2000, "word " * 2001, "2,001 words"),
    ("NTL014", "lesson", CELL % "\n".join("abcdefghij"), CELL % "\n".join("abcdefghijk"),
     "11 lines"),
    ("NTL014", "lesson", CELL % ":tags: [evidence]\n1\n2\n3\n4\n5",
     CELL % ":tags: [evidence]\n1\n2\n3\n4\n5\n6", "6 lines; at most 5"),
    ("NTL014", "lesson", CELL % "1\n2\n3\n4" * 5, (CELL % "1\n2\n3\n4\n5") * 5, "median of 5"),
    ("NTL015", "lab", lab(">f(x)"), lab(">def f(x):\n    return x"), "function is defined"),
    ("NTL015", "lesson", CELL % "---\ntags: [definition]\n---\ndef f(): ...",
     CELL % "f = lambda x: x", "function is defined"),
    ("NTL016", "lab", lab(">1"), lab(">1", outputs=True), "carries outputs"),
    ("NTL016", "lab", lab(*["text"] * 45), lab(*["text"] * 46), "46 cells"),
    ("NTL017", "page", "[the lesion lab](a.md)", "[here](a.md)", "says nothing"),
    ("NTL017", "page", "[the manual](https://a.b)", "[https://a.b](https://a.b)", "says nothing"),
    ("NTL018", "page", "The left brow, the subject's.", "The left brow rises.", "the subject's"),
    ("NTL019", "page", "S0-026 and E0-08", "S0-999", "S0-999"),
    ("NTL019", "page", "EX-02, SX-01", "E0-99", "E0-99"),
    ("NTL020", "lesson", CELL % "emotion.table('dong')" + "One table's claim.",
     CELL % "emotion.learned('dong1')", "one table's claim"),
    ("NTL021", "page", "# A\n\n## B\n\n### C\n", "# A\n\n### C\n", "level 3"),
    ("NTL021", "page", "# A\n", "# A\n\n# B\n", "2 titles"),
    ("NTL022", "page", "We do not certify.", "This handbook certifies you.", "do not certify"),
    ("NTL023", "lesson", "word " * 44 + "word.", "word " * 45 + "word.", "words"),
    ("NTL024", "built", '<a href="https://a.b">a</a><img src="a.png">',
     '<script src="https://a.b/c.js"></script>', "loads https://a.b/c.js"),
    ("NTL024", "built", '<link rel="license" href="https://a.b">',
     "<style>a { background: url('https://a.b/c.png') }</style>", "a style loads"),
    ("NTL025", "tool", lab(TOOL), lab(TOOL.replace("writes", "prints")), "**It writes**"),
    ("NTL025", "tool", lab(TOOL, ">a = 1"), lab(TOOL, '>check("1.1", 2)'), "put it into a lab"),
]  # fmt: skip


def problems(kind: lint.Kind, text: str, path: Path = Path("x", "y.md")) -> dict[str, str]:
    found = lint.lint([lint.Document(path, text, kind)])
    return {problem.rule: problem.message for problem in found}


@pytest.mark.parametrize(("code", "kind", "good", "bad", "words"), SAMPLES)
def test_rule(code: str, kind: lint.Kind, good: str, bad: str, words: str) -> None:
    assert code not in problems(kind, good)
    assert words in problems(kind, bad)[code]


def test_a_notebook_that_asks_nothing_is_a_tool() -> None:
    kinds = {name: lint.kind_of(Path(name)) for name in ("03-labelling-2.ipynb", "class.ipynb")}
    assert kinds == {"03-labelling-2.ipynb": "lab", "class.ipynb": "tool"}


def test_a_plot_of_a_tool_is_described_in_the_metadata_of_its_cell() -> None:
    words = {"image": {"alt": "Three bars, the first is high"}, "figure": {"caption": "w" * 20}}
    cell = {"cell_type": "code", "metadata": {"mystnb": words}, "source": ["plots.bars();"]}
    good = json.dumps({"cells": [cell]})
    assert {"NTL009", "NTL010"}.isdisjoint(problems("tool", good))
    cell["metadata"] = {}
    bad = json.dumps({"cells": [cell]})
    assert {"NTL009", "NTL010"} <= set(problems("tool", bad))


def lesson(folder: Path, text: str, row: str) -> dict[str, str]:
    place = folder / "01-chapter"
    place.mkdir()
    (place / "1-page.md").write_text(text)
    (place / "index.md").write_text(f"| page | minutes |\n|---|---|\n{row}\n")
    return problems("lesson", text, place / "1-page.md")


@pytest.mark.parametrize(
    ("minutes", "row", "words"),
    [
        (7, "| [A](1-page.md) | 7 |", None),
        (30, "| [A](1-page.md) | 30 |", "the formula gives 7"),
        (7, "| [A](1-page.md) | 8 |", "does not say 7"),
        (None, "", "no minutes"),
    ],
)
def test_ntl003_minutes(tmp_path: Path, minutes: int | None, row: str, words: str | None) -> None:
    stated = f"**Time:** about {minutes} minutes\n" if minutes else ""
    # one cell, one question, 6 words a line: 1 + 2 + 800 / 200
    text = stated + CELL % "1 + 1" + "word " * 790 + ASK
    message = lesson(tmp_path, text, row).get("NTL003")
    assert message is None if words is None else words in str(message)


@pytest.mark.parametrize(
    ("code", "good", "bad", "words"),
    [
        ("NTL005", FIVE, FIVE.replace("5. ", ""), "4 sentences"),
        ("NTL007", END, END.replace("Further", "More"), "Further reading"),
    ],
)
def test_last_page_of_a_chapter(tmp_path: Path, code: str, good: str, bad: str, words: str) -> None:
    for text, holds in ((good, True), (bad, False)):
        folder = tmp_path / str(holds)
        folder.mkdir()
        found = lesson(folder, text, "")
        assert (code not in found) if holds else (words in found[code])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"runs": 3, "quiz": 1, "exercises": 4}, None),
        ({"runs": 2, "quiz": 1, "exercises": 4}, "2 exercises to run"),
        ({"runs": 3, "quiz": 0, "exercises": 4}, "0 quiz items"),
        ({"runs": 3, "quiz": 1, "exercises": 3}, "3 checked exercises"),
        ({"runs": 3, "quiz": 1, "exercises": 4, "cards": 0}, "no page of the chapter holds"),
    ],
)
def test_ntl008_practice(tmp_path: Path, given: dict[str, int], words: str | None) -> None:
    index = chapter(tmp_path, **given)
    document = lint.Document(index, "# A chapter\n", "chapter", tmp_path)
    found = {one.message for one in lint.lint([document]) if one.rule == "NTL008"}
    assert found == set() if words is None else any(words in message for message in found)


def test_S4_013_ntl026_a_page_with_hardware_carries_the_safety_box() -> None:
    words, chapter, lab_ = "# The Arduino\n", Path("06-emg", "2-x.md"), Path("06-emg.ipynb")
    assert "write: {safety}" in problems("lesson", words, chapter)["NTL026"]
    assert "safety_box()" in problems("lab", lab(words), lab_)["NTL026"]
    assert "NTL026" in problems("page", "An electrode.", Path("capstone", "index.md"))
    for kind, text, path in (
        ("lesson", f"{words}```{{safety}}\n```\n", chapter),
        ("lab", lab(words, ">safety_box()"), lab_),
        ("lesson", "# Filters\n", chapter),
        ("lesson", words, Path("05-depth-mer", "2-x.md")),
    ):
        assert "NTL026" not in problems(kind, text, path)


def test_every_rule_has_its_samples() -> None:
    tested = {sample[0] for sample in SAMPLES} | {
        *("NTL003", "NTL005", "NTL007", "NTL008", "NTL026")
    }
    codes = [rule.code for rule in lint_rules.RULES]
    assert sorted(set(codes)) == codes
    assert set(codes) == tested


def test_an_exception_needs_its_reason() -> None:
    long = "word " * 2001
    assert "NTL013" in problems("page", long + "\n% lint: NTL013\n")
    assert "NTL013" not in problems("page", long + "\n% lint: NTL013 one list\n")


def test_a_problem_names_file_and_line(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A\n\n{cite}`nobody1900`\n")
    problem = next(iter(lint.lint([lint.read(page)])))
    assert str(problem).startswith(f"{page}:3: NTL011")


def test_our_own_pages_and_labs_are_clean() -> None:
    assert [str(problem) for problem in lint.lint(lint.documents(built=False))] == []


def test_every_kind_of_document_is_read() -> None:
    kinds = {document.kind for document in lint.documents(built=False)}
    assert kinds == {"lesson", "chapter", "page", "lab", "tool"}


@pytest.mark.parametrize("arguments", [["--rules"], []])
def test_command(arguments: list[str], monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setattr(sys, "argv", ["lint", *arguments])
    status = lint.main()
    printed = capsys.readouterr().out
    assert (status == 0) == ("0 problems" in printed or "--rules" in arguments)
    assert "NTL024" in printed or "rules" in printed
