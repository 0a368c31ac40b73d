"""Content linter: numbered rules for pages, labs and the built book (``make lint``).

A rule that must give way on a page is named there in a MyST comment with its reason:
``% lint: NTL013 the bibliography is one list``.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "_build" / "html"
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

Kind = Literal["lesson", "chapter", "page", "lab", "tool", "built"]
CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
EXCEPTION = re.compile(r"^% lint: (NTL\d{3}) \S", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Cell:
    """One code cell: the line it starts on, its tags, its code and its front matter."""

    line: int
    tags: frozenset[str]
    code: tuple[str, ...]
    options: str


@dataclass(frozen=True)
class Document:
    """A page, a lab, a built page, or a chapter (its index, with the pages beside it).

    ``kind``: "lesson" is a numbered page of a chapter, "chapter" its index, "page" any other
    source page, "lab" a numbered notebook (master or learner), "tool" a notebook that is used
    and asks nothing, "built" an HTML file.
    """

    path: Path
    text: str
    kind: Kind
    root: Path = ROOT

    @property
    def is_notebook(self) -> bool:
        """Whether the text is a notebook's JSON."""
        return self.kind in ("lab", "tool")

    @cached_property
    def notebook(self) -> dict:  # type: ignore[type-arg]
        """The notebook's JSON."""
        return dict(json.loads(self.text))

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Code cells in order."""
        if self.is_notebook:
            return tuple(
                Cell(number, frozenset(cell["metadata"].get("tags", ())),
                     _code("".join(cell["source"])), _options(cell["metadata"]))
                for number, cell in enumerate(self.notebook["cells"], 1)
                if cell["cell_type"] == "code"
            )  # fmt: skip
        return tuple(self._cell(found) for found in CELL.finditer(self.text))

    def _cell(self, found: re.Match[str]) -> Cell:
        body = found[1]
        options = "".join(FRONT.findall(body))
        tags = re.findall(r"^:tags:\s*\[(.*?)\]", body, re.MULTILINE)
        tags += re.findall(r"^tags:\s*\[(.*?)\]", options, re.MULTILINE)
        return Cell(
            self.text.count("\n", 0, found.start()) + 1,
            frozenset(re.findall(r"[\w-]+", " ".join(tags))),
            _code(FRONT.sub("", body)),
            options,
        )

    @cached_property
    def prose(self) -> str:
        """Text without front matter, code cells, directive markers and roles."""
        if self.is_notebook:
            cells = self.notebook["cells"]
            return "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
        text = CELL.sub("", FRONT.sub("", self.text))
        text = re.sub(r"^```\{.*?\}.*$|^```$|^:::.*$|^:\w+:.*$|^%.*$", "", text, flags=re.MULTILINE)
        return re.sub(r"\{[a-z]+\}`([^`]*)`", r"\1", text)

    @cached_property
    def siblings(self) -> tuple[Document, ...]:
        """The numbered pages of this document's folder."""
        return tuple(map(read, numbered(self.path.parent)))

    @cached_property
    def is_last(self) -> bool:
        """Whether this lesson closes its chapter."""
        return numbered(self.path.parent)[-1:] == [self.path]

    def line_of(self, words: str) -> int:
        """The line on which some words first stand; 1 where they do not."""
        place = self.text.find(words)
        return self.text.count("\n", 0, place) + 1 if place >= 0 else 1


@dataclass(frozen=True, slots=True)
class Problem:
    """What breaks which rule, and where."""

    rule: str
    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        path = self.path.relative_to(ROOT) if self.path.is_relative_to(ROOT) else self.path
        return f"{path}:{self.line}: {self.rule} {self.message}"


def numbered(folder: Path) -> list[Path]:
    """The numbered pages of a folder in their order: 9 stands before 10."""
    return sorted(folder.glob("[0-9]*.md"), key=lambda one: int(re.match(r"\d+", one.name)[0]))


def _code(body: str) -> tuple[str, ...]:
    lines = (line for line in body.splitlines() if line.strip())
    return tuple(line for line in lines if not re.match(r":\w[\w-]*:", line))


def _options(metadata: dict) -> str:  # type: ignore[type-arg]
    """What a notebook's cell says of its figure, as the front matter of a page does."""
    shown = metadata.get("mystnb", {})
    return "".join(f"{key}: {text}\n" for part in shown.values() for key, text in part.items())


def kind_of(path: Path) -> Kind:
    """What a file is, by its place and name."""
    if path.suffix == ".ipynb":
        return "lab" if path.name[0].isdigit() else "tool"
    if path.suffix == ".html":
        return "built"
    if re.match(r"\d\d-", path.parent.name):
        if path.name == "index.md":
            return "chapter"
        return "lesson" if path.name[0].isdigit() else "page"
    return "page"


def read(path: Path) -> Document:
    """A document of the tree."""
    return Document(path, path.read_text(encoding="utf-8"), kind_of(path))


def documents(*, built: bool) -> Iterator[Document]:
    """Every source page and lab, or every built page of ours."""
    if built:
        pages = [*HTML.glob("*.html"), *HTML.glob("book/**/*.html"), *HTML.glob("notebooks/*.html")]
        yield from map(read, sorted(pages))
        return
    yield from map(read, sorted((ROOT / "book").rglob("*.md")))
    yield from map(read, sorted((ROOT / "notebooks").rglob("*.ipynb")))


def lint(found: Iterable[Document]) -> Iterator[Problem]:
    """Every problem of some documents, in their order."""
    from lint_rules import RULES

    for document in found:
        excepted = set(EXCEPTION.findall(document.text))
        for rule in RULES:
            if document.kind in rule.kinds and rule.code not in excepted:
                for line, message in rule.check(document):
                    yield Problem(rule.code, document.path, line, message)


def main() -> int:
    """Print problems; 1 where there are any."""
    from lint_rules import RULES

    parser = argparse.ArgumentParser(description="Check the content of the handbook.")
    parser.add_argument("--built", action="store_true", help="check the built pages instead")
    parser.add_argument("--rules", action="store_true", help="list the rules and stop")
    given = parser.parse_args()
    if given.rules:
        for rule in RULES:
            print(f"{rule.code}  {rule.asks}  ({', '.join(rule.kinds)})")
        return 0
    found = tuple(documents(built=given.built))
    if not found:
        print("lint: the book is not built yet; type: make book")
        return 1
    problems = tuple(lint(found))
    for problem in problems:
        print(problem)
    what = "built pages" if given.built else "pages and labs"
    print(f"lint: {len(found)} {what}, {len(RULES)} rules, {len(problems)} problems")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
