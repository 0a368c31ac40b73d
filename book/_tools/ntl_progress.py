"""The progress directive: what the reader did in each chapter, as this browser remembers it."""

from __future__ import annotations

import html
from pathlib import Path

import items
import ntl_quiz
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from fau_teach import exercises
from fau_teach._data import read_json

ROOT = Path(__file__).resolve().parents[2]


class Progress(SphinxDirective):
    """Quiz and exercises of one chapter, or of all with cards and the reader's own data."""

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Write a table that ``progress.js`` fills in."""
        known = chapters()
        chosen = self.arguments or known
        if unknown := [name for name in chosen if name not in known]:
            raise self.error(f"progress: {unknown[0]} has no quiz. Use one of {', '.join(known)}.")
        rows = "".join(self.row(name) for name in chosen)
        whole = "" if self.arguments else ' data-whole="true"'
        text = (
            f'<div class="ntl-progress"{whole}><table><thead><tr>'
            '<th scope="col">Chapter</th><th scope="col">Quiz</th>'
            f'<th scope="col">Exercises</th></tr></thead><tbody>{rows}</tbody></table>'
            "<noscript><p>Your progress shows here where scripts are on.</p></noscript></div>"
        )
        return [nodes.raw("", text, format="html")]

    def row(self, name: str) -> str:
        """One chapter: its title, its quiz and the exercises that run in its pages."""
        title, page = place(name)
        number = str(int(name.split("-")[0]))
        runs = [
            one.id
            for one in exercises.exercises().values()
            if one.id.split(".")[0] == number and one.starter
        ]
        label = html.escape(f"{number} {title}")
        link = self.env.app.builder.get_relative_uri(self.env.docname, f"book/{name}/index")
        quiz = self.env.app.builder.get_relative_uri(self.env.docname, page)
        return (
            f'<tr><th scope="row"><a href="{link}">{label}</a></th>'
            f'<td data-quiz="{" ".join(quizzes(name))}" data-of="{len(items.quiz(name))}">'
            f'<a href="{quiz}" aria-label="Quiz of chapter {number}">Quiz</a> <span></span></td>'
            f'<td data-runs="{" ".join(runs)}"><span></span></td></tr>'
        )


def chapters(root: Path = ROOT) -> list[str]:
    """Chapters that have both a quiz file and an index page, in order."""
    names = sorted(path.stem for path in (root / "data" / "quiz").glob("*.json"))
    return [name for name in names if (root / "book" / name / "index.md").exists()]


def quizzes(name: str) -> list[str]:
    """Names under which the browser keeps the answers of a chapter, one a part."""
    parts = sorted({one.get("part", 1) for one in read_json(f"quiz/{name}.json")})
    return [ntl_quiz.keeper(name, part) for part in parts]


def place(name: str, root: Path = ROOT) -> tuple[str, str]:
    """Title of a chapter, and the page on which its quiz begins."""
    folder = root / "book" / name
    lines = (folder / "index.md").read_text(encoding="utf-8").splitlines()
    title = next(line[2:].strip() for line in lines if line.startswith("# "))
    holds = f"```{{quiz}} {name}\n"
    page = next(
        (
            one.stem
            for one in sorted(folder.glob("*.md"), key=lambda one: one.stem)
            if holds in one.read_text("utf-8")
        ),
        "index",
    )
    return title, f"book/{name}/{page}"
