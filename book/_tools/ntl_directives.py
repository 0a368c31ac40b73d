"""Directives that place the package's knowledge on a page, in the one visual language."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from textwrap import shorten
from typing import Any, ClassVar

import ntl_progress
import ntl_quiz
import ntl_run
from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from pybtex.database import parse_file
from sphinx.util.docutils import SphinxDirective

from fau_teach import anatomy, facs, sources
from fau_teach._data import read_csv
from fau_teach.emg.safety import safety_box

BIBLIOGRAPHY = Path(__file__).resolve().parents[1] / "references.bib"
CONFIDENCE = {
    "sure": "sure",
    "fairly": "fairly sure",
    "unsure": "unsure",
    "check": "to be checked by a certified coder",
}
# In cards and tables, where a legend on the page says it in full.
SHORT = {**CONFIDENCE, "check": "○ to be checked"}
SEVERITY = {
    "A": "changes a computation or a label",
    "B": "changes a fact or a reported number",
    "C": "wording, citation or spelling",
}
SOURCES = {
    "S0": "Dong et al. 2022, from brain to face",
    "S1": "Cui et al. 2023, force modelling",
    "S2": "The iMotions guide to FACS",
    "S3": "From depth map to point cloud",
    "S4": "Singh et al. 2026, EMG (abstract)",
    "SX": "Between sources",
}


NAMES = {
    "S0": "Dong 2022",
    "S1": "Cui 2023",
    "S2": "iMotions",
    "S3": "the depth paper",
    "S4": "Singh 2026",
}


def escape(text: str) -> str:
    """Make a cell of data safe as MyST text: what looks like markup stays as written."""
    for mark in ("\\", "`", "*", "_", "{", "}", "$", "|", "<", "[", "]", "#", "~"):
        text = text.replace(mark, "\\" + mark)
    return text


def spoken(text: str) -> str:
    """Short names of the sources instead of S0 to S4; inventory IDs stay."""
    return re.sub(r"\b(S[0-4])\b(?!-)", lambda found: NAMES[found[0]], text)


def erratum_anchor(identity: str) -> str:
    """Name under which an erratum can be linked to."""
    return f"erratum-{identity.lower()}"


def muscle_names(identities: Iterable[str]) -> str:
    """Readable names of muscles."""
    return ", ".join(anatomy.muscle(identity).name for identity in identities)


@cache
def short_reference(key: str) -> str:
    """First author and year of a reference, such as "Darwin 1872"."""
    entry = parse_file(str(BIBLIOGRAPHY), "bibtex").entries[key]
    people = entry.persons.get("author", [])
    if not people:
        return shorten(plain(entry.fields.get("title", key)), width=34, placeholder=" …")
    more = " et al." if len(people) > 1 else ""
    surname = plain(" ".join(people[0].last_names))
    return f"{surname}{more} {entry.fields.get('year', '')}".strip()


def plain(text: str) -> str:
    """BibTeX text without its braces."""
    return text.replace("{", "").replace("}", "")


class Base(SphinxDirective):
    """A directive whose content is MyST text that it writes itself."""

    def parse(self, lines: Iterable[str], classes: Iterable[str] = ()) -> nodes.container:
        """Parse MyST lines into a container with the given classes."""
        source, _ = self.get_source_info()
        box = nodes.container(classes=list(classes))
        self.state.nested_parse(StringList(list(lines), source or ""), 0, box)
        return box

    def raw(self, text: str) -> nodes.raw:
        """HTML as it is."""
        return nodes.raw("", text, format="html")


class SourceNote(Base):
    """The note that stands beside an item whose source is wrong."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Write the note from ``data/errata.csv``."""
        entry = sources.erratum(self.arguments[0])
        box = self.parse(note_lines(entry), ["source-note"])
        title = nodes.paragraph("", "", classes=["source-note-title"])
        source = f"{NAMES[entry.source]}, " if entry.source in NAMES else ""
        title += nodes.Text(f"Source note · {source}{spoken(entry.place)}")
        box.insert(0, title)
        box["ids"].append(f"note-{entry.id.lower()}")
        return [box]


def note_lines(entry: Any, *, evidence: bool = False) -> list[str]:
    """Printed, problem, use, confidence and ID of an erratum as MyST lines."""
    parts = [
        ("Printed", entry.printed),
        ("Problem", entry.problem),
        *([("Evidence", entry.evidence)] if evidence else []),
        ("We use", entry.used),
    ]
    lines = [f":{name}: {escape(spoken(text))}" for name, text in parts if text]
    link = f"[{entry.id}](#{erratum_anchor(entry.id)})"
    return [
        *lines,
        f":Confidence: {CONFIDENCE[entry.confidence]} · {entry.id if evidence else link}",
    ]


class ErrataList(Base):
    """Every erratum, by source, each with a name to link to."""

    def run(self) -> list[nodes.Node]:
        """Write one section a source."""
        result: list[nodes.Node] = []
        for key, title in SOURCES.items():
            entries = [entry for entry in sources.errata() if entry.source == key]
            if not entries:
                continue
            section = nodes.section(ids=[nodes.make_id(f"errata {key}")])
            section += nodes.title("", f"{title} ({len(entries)})")
            self.state.document.note_implicit_target(section, section)
            for entry in entries:
                section += self.entry(entry)
            result.append(section)
        return result

    def entry(self, entry: Any) -> nodes.container:
        """One erratum; its anchor is a target that MyST links find."""
        head = (
            f"**{entry.id}** · {escape(spoken(entry.place))} · severity {entry.severity}, "
            f"{SEVERITY[entry.severity]}"
        )
        lines = [f"({erratum_anchor(entry.id)})=", head, "", *note_lines(entry, evidence=True)]
        return self.parse(lines, ["source-note", "source-note-entry"])


class Glossary(Base):
    """The glossary from ``data/glossary.csv``, as Sphinx terms."""

    def run(self) -> list[nodes.Node]:
        """Write one entry a term."""
        lines = ["```{glossary}"]
        for term in sorted(sources.glossary(), key=lambda one: one.term.lower()):
            lines += [term.term, f"  {escape(term.definition)}"]
            if term.aka:
                lines[-1] += f" Also: {escape(', '.join(term.aka))}."
            lines.append("")
        return list(self.parse([*lines, "```"]).children)


class Coverage(Base):
    """What the sources teach, and the page and test that serve it; the sources are arguments."""

    required_arguments = 1
    optional_arguments = len(SOURCES) - 1

    def run(self) -> list[nodes.Node]:
        """Write one table a source."""
        if unknown := set(self.arguments) - set(SOURCES):
            raise self.error(f"no source {sorted(unknown)}; there are {', '.join(SOURCES)}")
        rows = read_csv("coverage.csv", ("id", "page", "test", "note"))
        known = {item.id for item in sources.inventory()} | {one.id for one in sources.errata()}
        result: list[nodes.Node] = [
            nodes.paragraph("", f"{len(rows)} of {len(known)} rows have their place so far.")
        ]
        for key in self.arguments:
            title = SOURCES[key]
            chosen = [row for row in rows if source_of(row["id"]) == key]
            if chosen:
                result.append(nodes.rubric("", f"{title}: {len(chosen)} rows"))
                result.append(self.table(chosen))
        return result

    def table(self, rows: list[dict[str, str]]) -> nodes.container:
        """Rows with links to their pages."""
        lines = ["| ID | Where | Checked by |", "|---|---|---|"]
        for row in rows:
            pages = ", ".join(
                f"[](/{page}.{'ipynb' if page.startswith('notebooks/') else 'md'})"
                for page in row["page"].split()
            )
            note = f" ({escape(row['note'])})" if row["note"] else ""
            # One element for all names of a row: this page is the heaviest of the book.
            names = " ".join(test.split("::")[1] for test in row["test"].split())
            tests = f"`{names}`" if names else ""
            lines.append(f"| {row['id']} | {pages}{note} | {tests} |")
        return self.parse(lines, ["wide-table", "coverage"])


def source_of(identity: str) -> str:
    """Source key of an inventory or erratum ID."""
    prefix = identity.split("-")[0]
    return prefix.replace("E", "S") if prefix.startswith("E") else prefix


class MuscleCards(Base):
    """Cards of the named muscles; without a name, of all."""

    has_content = True
    optional_arguments = 60

    def run(self) -> list[nodes.Node]:
        """Write one card a muscle."""
        chosen = [anatomy.muscle(name) for name in self.arguments] or anatomy.muscles()
        box = nodes.container(classes=["muscle-cards"])
        for muscle in chosen:
            box += self.card(muscle)
        return [box]

    def card(self, muscle: Any) -> nodes.container:
        """Origin, insertion, function and nerve, each with what is printed where it differs."""
        units = [
            edge.end
            for edge in anatomy.graph().edges
            if edge.start == muscle.id and edge.kind.startswith("muscle")
        ]
        lines = [f"**{muscle.name[:1].upper()}{muscle.name[1:]}**", ""]
        for name in ("origin", "insertion", "function", "innervation"):
            claim = getattr(muscle, name)
            if claim is None:
                continue
            text = f"*{name.capitalize()}* {escape(claim.used)}"
            if claim.erratum:
                text += f" (printed: {escape(claim.printed)}; [{claim.erratum.split(';')[0]}]"
                text += f"(#{erratum_anchor(claim.erratum.split(';')[0])}))"
            if claim.confidence != "sure":
                text += f" <small>{SHORT[claim.confidence]}</small>"
            lines += [text, ""]
        if units:
            lines.append(f"*Action units* {', '.join(units)}")
        return self.parse(lines, ["muscle-card"])


class AUTable(Base):
    """Rows of the AU catalogue: the named codes, or a kind of code."""

    optional_arguments = 120
    option_spec: ClassVar[dict[str, Any]] = {"kind": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """Write one table."""
        units = [facs.au(code) for code in self.arguments]
        if kind := self.options.get("kind"):
            units += list(facs.catalogue(kind))
        rows = "".join(self.row(unit) for unit in units)
        table = (
            '<div class="wide-table" tabindex="0" role="region" aria-label="Action units">'
            '<table class="au-table" role="table"><thead role="rowgroup"><tr role="row">'
            '<th role="columnheader" scope="col">Code</th>'
            '<th role="columnheader" scope="col">Name</th>'
            '<th role="columnheader" scope="col">Muscle</th>'
            '<th role="columnheader" scope="col">What you see</th></tr></thead>'
            f'<tbody role="rowgroup">{rows}</tbody></table></div>'
        )
        return [self.raw(table)]

    def row(self, unit: Any) -> str:
        """Code, name, muscles and movement of one unit."""
        movement = unit.claim("movement")
        text = html.escape(movement.used) if movement else ""
        if movement and movement.confidence == "check":
            text += f' <small class="check">{SHORT["check"]}</small>'
        muscles = muscle_names(unit.muscles)
        # Roles, because a phone shows the rows as blocks, which alone would end the table.
        cells = "".join(
            f'<td role="cell">{cell}</td>'
            for cell in (html.escape(unit.name), html.escape(muscles), text)
        )
        head = f'<th role="rowheader" scope="row">{unit.label}</th>'
        return f'<tr role="row" id="au-{unit.label.lower()}">{head}{cells}</tr>'


class SafetyBox(Base):
    """What every page with electrodes or a board says; its own content, if any, comes first."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Write the box from :mod:`fau_teach.emg.safety`."""
        box = safety_box()
        lines = [f":::{{admonition}} {box.title}", ":class: warning ntl-safety", *self.content, ""]
        return list(self.parse([*lines, *box.markdown().splitlines(), ":::"]).children)


DIRECTIVES = {
    "source-note": SourceNote,
    "errata-list": ErrataList,
    "glossary-list": Glossary,
    "coverage-list": Coverage,
    "muscle-cards": MuscleCards,
    "au-table": AUTable,
    "quiz": ntl_quiz.Quiz,
    "safety": SafetyBox,
    "run-and-check": ntl_run.RunAndCheck,
    "progress": ntl_progress.Progress,
}
