"""The linter's rules. A number, once given, keeps its meaning."""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise

from lint import ROOT, Cell, Document, Kind
from pybtex.database import parse_file

from fau_teach import sources
from fau_teach._data import read_json

Found = Iterator[tuple[int, str]]
Check = Callable[[Document], Found]

MAX_WORDS = 2000
MAX_CELLS = 45
MAX_LINES, MAX_EVIDENCE_LINES, MEDIAN_LINES = 10, 5, 3
MIN_DESCRIPTION = 20
LONG_SENTENCE = 45
EMPTY_LINKS = {"here", "this", "link", "this link", "this page", "click here", "more", "read more"}
SOURCE_ID = re.compile(r"\b(?:S[0-4]-\d{3}|SX-\d\d)\b")
ERRATUM_ID = re.compile(r"\bE[0-4X]-\d\d\b")
STATED = re.compile(r"\*\*Time:\*\* about (\d+) minutes")
SIDE = re.compile(
    r"\b(?:left|right)\s+(?:side|corner|cortex|brow|eye|lip|half|cheek|nerve|hemisphere|face)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its number, what it asks, and the kinds of document that it reads."""

    code: str
    asks: str
    kinds: tuple[Kind, ...]
    check: Check


RULES: list[Rule] = []


def rule(code: str, asks: str, *kinds: Kind) -> Callable[[Check], Check]:
    """Register a rule."""

    def register(check: Check) -> Check:
        RULES.append(Rule(code, asks, kinds, check))
        return check

    return register


def minutes(document: Document) -> float:
    """The published formula: words / 200, one a cell, two a question, five an exercise to run."""
    questions = document.text.split("## Check yourself", 1)[1:]
    asked = re.findall(r"^\d+\. ", "".join(questions).split(":::{dropdown}")[0], re.MULTILINE)
    runs = document.text.count("{run-and-check}")
    return len(document.prose.split()) / 200 + len(document.cells) + 2 * len(asked) + 5 * runs


@rule("NTL001", "says what you can do afterwards", "lesson", "chapter", "lab")
def objectives(document: Document) -> Found:
    """Objectives, in the words that begin them."""
    what = {"lesson": "page", "chapter": "chapter", "lab": "lab"}[document.kind]
    if f"After this {what} you can" not in document.prose:
        yield 1, f"no objectives; write: After this {what} you can …"


@rule("NTL002", "says what you need before", "lesson", "chapter", "lab")
def prerequisites(document: Document) -> Found:
    """Prerequisites, in the words that begin them."""
    if not re.search(r"Before you start|You need", document.prose):
        yield 1, "no prerequisites; write: **Before you start:** …"


@rule("NTL003", "states its minutes, by the formula and as the chapter's table does", "lesson")
def time_stated(document: Document) -> Found:
    """Stated minutes against the formula and against the chapter's index."""
    stated = STATED.search(document.text)
    if not stated:
        yield 1, "no minutes; write: **Time:** about N minutes"
        return
    wanted = minutes(document)
    if abs(int(stated[1]) - wanted) > 2:
        line = document.line_of(stated[0])
        yield line, f"says {stated[1]} minutes; the formula gives {wanted:.0f}"
    index = document.path.parent / "index.md"
    rows = index.read_text(encoding="utf-8").splitlines() if index.exists() else []
    row = next((row for row in rows if f"({document.path.name})" in row and "|" in row), "")
    if f"| {stated[1]} |" not in row:
        yield document.line_of(stated[0]), f"the table in index.md does not say {stated[1]} minutes"


@rule("NTL004", "states its minutes", "lab")
def lab_time_stated(document: Document) -> Found:
    """Minutes of a lab."""
    if not re.search(r"Plan \d+ minutes", document.prose):
        yield 1, "no minutes; write: Plan N minutes."


@rule("NTL005", "closes with a summary", "lesson", "lab")
def summary(document: Document) -> Found:
    """Five sentences at the end of a chapter, a list at the end of a lab."""
    if document.kind == "lab":
        if "## What you take with you" not in document.prose:
            yield 1, "no summary; write a section: What you take with you"
        return
    if not document.is_last:
        return
    part = document.text.partition("## Summary in five sentences")[2].partition("\n## ")[0]
    count = len(re.findall(r"^\d\. ", part, re.MULTILINE))
    if count != 5:
        yield document.line_of("## Summary"), f"the summary has {count} sentences, not five"


@rule("NTL006", "lets you check yourself, with answers folded away", "lesson")
def questions(document: Document) -> Found:
    """Questions and their answers."""
    if "## Check yourself" not in document.text or ":::{dropdown} Answer" not in document.text:
        yield 1, "no questions with folded answers under: Check yourself"


@rule("NTL007", "closes its chapter with advice and further reading", "lesson")
def closing(document: Document) -> Found:
    """Parts of a chapter's last page."""
    if not document.is_last:
        return
    for part in ("## Further reading", "should now do differently"):
        if part not in document.text:
            yield 1, f"the chapter's last page lacks: {part}"


@rule("NTL008", "holds three exercises to run, eight quiz items, cards and four lab exercises",
      "chapter")  # fmt: skip
def practice(document: Document) -> Found:
    """Practice that each chapter owes."""
    folder = document.path.parent
    name = folder.name
    text = "".join(page.read_text(encoding="utf-8") for page in sorted(folder.glob("*.md")))
    for part in (f"{{quiz}} {name}\n", "{cards} "):
        if f"```{part}" not in text:
            yield 1, f"no page of the chapter holds: {part.strip()}"
    runs = sum(page.text.count("{run-and-check}") for page in document.siblings)
    if runs < 3:
        yield 1, f"{runs} exercises to run in the page, not three"
    quiz = document.root / "data" / "quiz" / f"{name}.json"
    items = len(read_json(f"quiz/{name}.json")) if quiz.exists() else 0
    if items < 8:
        yield 1, f"{items} quiz items, not eight"
    lab = document.root / "notebooks" / f"{name}.ipynb"
    asked = lab.read_text(encoding="utf-8").count("check(") if lab.exists() else 0
    if asked < 4:
        yield 1, f"{asked} checked exercises in the lab, not four"


def plots(document: Document) -> Iterator[Cell]:
    """Cells that draw with Matplotlib: their last line calls a plot and hides its value."""
    for cell in document.cells:
        if cell.code and re.match(r"(\w*plots?|\w+\.plot)\b.*;$", cell.code[-1]):
            yield cell


@rule("NTL009", "describes every picture in words", "lesson", "chapter", "page", "tool")
def alternative_text(document: Document) -> Found:
    """Alternative text of plots and pictures."""
    for cell in plots(document):
        text = re.search(r'alt:\s*"?(.*?)"?$', cell.options, re.MULTILINE)
        if not text or len(text[1]) < MIN_DESCRIPTION:
            yield cell.line, "a plot without alternative text (mystnb: image: alt:)"
    for found in re.finditer(r"!\[(.*?)\]\(", document.text):
        if len(found[1]) < MIN_DESCRIPTION:
            yield document.line_of(found[0]), f"alternative text {found[1]!r} says too little"


@rule(
    "NTL010",
    "gives every figure a caption that says what to see",
    "lesson",
    "chapter",
    "page",
    "tool",
)
def caption(document: Document) -> Found:
    """Captions of plots."""
    for cell in plots(document):
        text = re.search(r'caption:\s*"?(.*?)"?$', cell.options, re.MULTILINE)
        if not text or len(text[1]) < MIN_DESCRIPTION:
            yield cell.line, "a plot without a caption (mystnb: figure: caption:)"


@cache
def references() -> frozenset[str]:
    """Keys of the bibliography."""
    return frozenset(parse_file(ROOT / "book" / "references.bib").entries)


@cache
def glossary() -> frozenset[str]:
    """Terms of the glossary and their other names, lower case."""
    terms = sources.glossary()
    names = [name for term in terms for name in (term.term, *term.aka)]
    return frozenset(name.lower() for name in names)


@rule("NTL011", "cites only what the bibliography holds", "lesson", "chapter", "page")
def citations(document: Document) -> Found:
    """Keys of citations."""
    for found in re.finditer(r"\{cite(?::\w+)?\}`([^`]*)`", document.text):
        for key in found[1].split(","):
            if key.strip() not in references():
                yield document.line_of(found[0]), f"{key.strip()!r} is not in references.bib"


@rule("NTL012", "links only terms that the glossary holds", "lesson", "chapter", "page")
def terms(document: Document) -> Found:
    """Glossary terms."""
    for found in re.finditer(r"\{term\}`([^`<]*?)(?:\s*<([^>]*)>)?`", document.text):
        name = (found[2] or found[1]).strip()
        if name.lower() not in glossary():
            yield document.line_of(found[0]), f"{name!r} is not in data/glossary.csv"


@rule("NTL013", f"has at most {MAX_WORDS:,} words", "lesson", "chapter", "page", "lab", "tool")
def words(document: Document) -> Found:
    """Length of a text."""
    count = len(document.prose.split())
    if count > MAX_WORDS:
        yield 1, f"{count:,} words; at most {MAX_WORDS:,}"


@rule("NTL014", f"keeps cells at {MAX_LINES} lines, evidence at {MAX_EVIDENCE_LINES}",
      "lesson", "chapter", "page", "lab", "tool")  # fmt: skip
def cell_length(document: Document) -> Found:
    """Length of each cell, and the median of a page with many."""
    for cell in document.cells:
        limit = MAX_EVIDENCE_LINES if "evidence" in cell.tags else MAX_LINES
        if len(cell.code) > limit:
            yield cell.line, f"a cell of {len(cell.code)} lines; at most {limit}"
    if len(document.cells) >= 5:
        median = statistics.median(len(cell.code) for cell in document.cells)
        if median > MEDIAN_LINES + 1:
            yield 1, f"cells have a median of {median:g} lines; aim at {MEDIAN_LINES}"


@rule("NTL015", "defines no function", "lesson", "chapter", "page", "lab", "tool")
def definitions(document: Document) -> Found:
    """Functions and classes belong to the package."""
    for cell in document.cells:
        if "definition" not in cell.tags and any(
            re.match(r"\s*((async )?def|class)\s|\s*\w+\s*=\s*lambda\b", line) for line in cell.code
        ):
            yield cell.line, "a function is defined; move it to fau_teach (or tag: definition)"


@rule("NTL016", f"has at most {MAX_CELLS} cells, and no outputs", "lab", "tool")
def notebook(document: Document) -> Found:
    """Length and cleanness of a notebook."""
    cells = document.notebook["cells"]
    if len(cells) > MAX_CELLS:
        yield 1, f"{len(cells)} cells; at most {MAX_CELLS}"
    for number, cell in enumerate(cells, 1):
        if cell.get("outputs") or cell.get("execution_count"):
            yield number, f"cell {number} carries outputs; clear them"


@rule(
    "NTL017", "has link texts that say where they lead", "lesson", "chapter", "page", "lab", "tool"
)
def link_text(document: Document) -> Found:
    """Text of links."""
    for found in re.finditer(r"(?<!!)\[([^\]\[]+)\]\([^)]+\)", document.prose):
        text = found[1].strip().lower()
        if text in EMPTY_LINKS or re.match(r"https?:", text):
            yield document.line_of(found[0]), f"link text {found[1]!r} says nothing"


@rule("NTL018", "says whose left and right", "lesson", "chapter", "page", "lab", "tool")
def sides(document: Document) -> Found:
    """A side of a face belongs to the subject, and the text says so."""
    found = SIDE.search(document.prose)
    if found and "subject's" not in document.prose:
        yield document.line_of(found[0]), f"{found[0]!r}: say that it is the subject's"


@rule(
    "NTL019", "names only sources and errata that exist", "lesson", "chapter", "page", "lab", "tool"
)
def identities(document: Document) -> Found:
    """Inventory and erratum IDs."""
    known = {item.id for item in sources.inventory()} | {entry.id for entry in sources.errata()}
    for pattern in (SOURCE_ID, ERRATUM_ID):
        for name in sorted(set(pattern.findall(document.text)) - known):
            yield document.line_of(name), f"{name} is neither in inventory.csv nor in errata.csv"


@rule("NTL020", "calls an AU-emotion table a claim", "lesson", "lab")
def claims(document: Document) -> Found:
    """Tables of emotions are one table's claim, not FACS."""
    code = "\n".join(line for cell in document.cells for line in cell.code)
    if re.search(r"emotion\.(table|learned)\(", code) and "claim" not in document.prose:
        yield 1, "an AU-emotion table is used; say that it is one table's claim, not FACS"


@rule(
    "NTL021",
    "has one title, and headings without a gap",
    "lesson",
    "chapter",
    "page",
    "lab",
    "tool",
)
def headings(document: Document) -> Found:
    """Outline of a page."""
    levels = [len(marks) for marks in re.findall(r"^(#+) \S", document.prose, re.MULTILINE)]
    if levels[:1] != [1] or levels.count(1) != 1:
        yield 1, f"{levels.count(1)} titles; one, at the top"
    for above, below in pairwise(levels):
        if below > above + 1:
            yield 1, f"a heading of level {below} stands below one of level {above}"


@rule("NTL022", "never claims to certify", "lesson", "chapter", "page", "lab", "tool")
def no_certificate(document: Document) -> Found:
    """We prepare for certification and do not certify."""
    for found in re.finditer(r"\b(?:we|(?:this|the) (?:book|handbook|course)) certif(?:y|ies)\b",
                             document.prose, re.IGNORECASE):  # fmt: skip
        yield document.line_of(found[0]), "we prepare for certification; we do not certify"


@rule(
    "NTL023",
    f"has no sentence of more than {LONG_SENTENCE} words",
    "lesson",
    "chapter",
    "lab",
    "tool",
)
def sentences(document: Document) -> Found:
    """Long sentences in running text; tables and lists of codes are left alone."""
    for line in document.prose.splitlines():
        if line.startswith(("|", "#", "-", ":", "$")):
            continue
        for sentence in re.split(r"(?<=[.!?:;])\s", line):
            if len(sentence.split()) > LONG_SENTENCE:
                yield document.line_of(line), f"{len(sentence.split())} words: {sentence[:50]} …"


class Loads(HTMLParser):
    """Addresses that a page loads by itself (a link to click is not one)."""

    PLACES = (("script", "src"), ("link", "href"), ("img", "src"), ("iframe", "src"),
              ("source", "src"), ("video", "src"), ("audio", "src"), ("object", "data"),
              ("embed", "src"), ("form", "action"))  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.outside: list[tuple[int, str]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Note what the element loads from elsewhere."""
        given = dict(attributes)
        if tag == "link" and given.get("rel") in ("next", "prev", "canonical", "license"):
            return
        for place, name in self.PLACES:
            address = given.get(name) or ""
            if tag == place and re.match(r"(https?:)?//", address):
                self.outside.append((self.getpos()[0], address))


@rule("NTL024", "loads nothing from outside", "built")
def outside(document: Document) -> Found:
    """Addresses outside the book in a built page."""
    reader = Loads()
    reader.feed(document.text)
    for line, address in reader.outside:
        yield line, f"loads {address}"
    for found in re.finditer(r"url\(\s*[\"']?(https?://[^)\"']+)|@import\s+[\"'](https?://[^\"']+)",
                             document.text):  # fmt: skip
        yield document.line_of(found[0]), f"a style loads {found[1] or found[2]}"


@rule("NTL025", "says what it reads and what it writes, and asks nothing", "tool")
def tool(document: Document) -> Found:
    """A notebook to be used: what becomes of whose files, and no exercise."""
    for words in ("**It reads**", "**It writes**", "**You need**"):
        if words not in document.prose:
            yield 1, f"does not say it; write: {words} …"
    for cell in document.cells:
        if any("check(" in line for line in cell.code):
            yield cell.line, "an exercise in a notebook that is used; put it into a lab"


@rule(
    "NTL026", "carries the safety box where there is hardware", "lesson", "chapter", "page", "lab"
)
def safety(document: Document) -> Found:
    """Pages and labs of the EMG chapter and the capstone that name electrodes or a board."""
    place = f"{document.path.parent.name} {document.path.stem}"
    box = "safety_box()" if document.kind == "lab" else "{safety}"
    named = re.search(
        r"\b(?:electrodes?|Arduino|Mega|sensor|board)\b", document.prose, re.IGNORECASE
    )
    if re.search(r"\b06-emg|\bcapstone", place) and named and box not in document.text:
        yield document.line_of(named[0]), f"{named[0]!r}, but no safety box; write: {box}"
