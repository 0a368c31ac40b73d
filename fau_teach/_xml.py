"""XML from strangers, read within limits: no document type, no entities, every line known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from fau_teach._reading import FileError, read_document

LARGEST = 16 * 2**20
"""Most bytes of an XML file."""
MOST = 100_000
"""Most elements in it."""
DEEPEST = 30
"""Most levels of nesting."""


@dataclass(slots=True)
class Element:
    """One element of an XML file.

    Parameters
    ----------
    file : path as it was given
    line : where it starts, counted from 1
    tag : its name
    attributes : name -> value
    text : what stands directly in it
    children : the elements in it
    """

    file: str
    line: int
    tag: str
    attributes: Mapping[str, str]
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def all(self, tag: str) -> Iterator[Element]:
        """The children of one name."""
        return (child for child in self.children if child.tag == tag)

    def get(self, name: str) -> str:
        """An attribute, spaces around it removed; empty where it is missing."""
        return self.attributes.get(name, "").strip()

    def need(self, name: str) -> str:
        """An attribute that must not be missing.

        Raises
        ------
        FileError
            It is missing or empty (says the line).
        """
        if not (value := self.get(name)):
            advice = f"Save the file again in the program that made it, or add {name}"
            raise self.error("", f"{self.tag} has no {name}", advice)
        return value

    def error(self, value: str, problem: str, advice: str) -> FileError:
        """Error about this element."""
        return FileError(self.file, self.line, value, problem, advice)


def read_xml(path: str | Path, root: str, limit: int = LARGEST) -> Element:
    """Read a small XML file that may come from anybody.

    Parameters
    ----------
    path : the file, in UTF-8 or UTF-16
    root : name that the outermost element must have
    limit : most bytes that are read

    Returns
    -------
    the outermost element

    Raises
    ------
    FileError
        The file cannot be read, is no XML, has another root, declares a document type or
        entities, or is too large, too deep or too full (says the line).
    """
    text = read_document(path, limit)
    file, count = str(path), 0
    found: list[Element] = []
    open_: list[tuple[Element, list[str]]] = []
    # Python's own text is UTF-8 inside the parser, whatever the file declares.
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True

    def refused(value: str, problem: str, advice: str) -> FileError:
        return FileError(file, parser.CurrentLineNumber, value, problem, advice)

    def doctype(name: str, *_: object) -> None:
        problem = "the file declares a document type, which can hide harm"
        raise refused(f"<!DOCTYPE {name}", problem, "Remove the declaration")

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if count > MOST or len(open_) >= DEEPEST:
            problem = f"there are more than {MOST:,} elements or {DEEPEST} levels"
            raise refused(tag, problem, "Check that it is the right file, or split it")
        if not open_ and tag != root:
            raise refused(tag, f"the root is not {root}", f"Give a file whose root is {root}")
        made = Element(file, parser.CurrentLineNumber, tag, attributes)
        (open_[-1][0].children if open_ else found).append(made)
        open_.append((made, []))

    def end(_tag: str) -> None:
        made, texts = open_.pop()
        made.text = "".join(texts)

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = lambda some: open_[-1][1].append(some)
    try:
        parser.Parse(text, True)
    except expat.ExpatError as broken:
        problem = f"this is not XML: {expat.ErrorString(broken.code)}"
        raise FileError(file, broken.lineno, "", problem, "Mend it there") from None
    return found[0]
