"""Drop the rules of the theme's style sheets that no page can use.

The theme brings a whole framework: 450 kB of rules, of which a page of ours needs a third.
A rule goes when it asks for a class that stands in no page and in no script.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import tinycss2

CLASS = re.compile(r"\.(-?[A-Za-z_](?:[\w-]|\\.)*)")
# What these hold may be absent and the selector still match.
FUNCTIONS = re.compile(r":(?:not|is|where|has)\((?:[^()]|\([^()]*\))*\)")
NESTED = {"media", "supports", "layer"}
# Scripts that hold data and set no class; among so many letters every short word occurs.
DATA = {"vendor", "face", "faces", "locales"}
# Parts of the framework that its script can make but that only a page can ask for.
PARTS = {"alert", "card", "carousel", "list", "modal", "offcanvas", "popover", "toast"}


def classes(pages: Iterable[str]) -> set[str]:
    """Class names that pages use."""
    return words(name for page in pages for name in re.findall(r'class="([^"]*)"', page))


def words(texts: Iterable[str]) -> set[str]:
    """Every word of some scripts: all that they could set as a class name."""
    return {word for text in texts for word in re.findall(r"[\w-]+", text)}


def usable(pages: list[str], scripts: Iterable[str]) -> set[str]:
    """Class names that can occur: those of pages, and words of scripts but for unasked parts."""
    asked = classes(pages) | {
        name for page in pages for name in re.findall(r'data-bs-toggle="([\w-]+)"', page)
    }
    unasked = PARTS - asked
    return asked | {word for word in words(scripts) if word.split("-")[0] not in unasked}


def wanted(selector: str, known: set[str]) -> bool:
    """Whether every class that a selector asks for can occur."""
    names = CLASS.findall(FUNCTIONS.sub("", selector))
    return all(name.replace("\\", "") in known for name in names)


def purge(style: str, known: set[str]) -> str:
    """Style sheet without rules that cannot match.

    Parameters
    ----------
    style : CSS text
    known : every class name that pages or scripts may use, and any other words
    """
    rules = tinycss2.parse_stylesheet(style, skip_comments=True, skip_whitespace=True)
    return "\n".join(text for rule in rules if (text := _kept(rule, known)))


def _kept(rule: tinycss2.ast.Node, known: set[str]) -> str:
    if rule.type == "at-rule" and rule.content is not None and rule.lower_at_keyword in NESTED:
        inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
        body = "".join(text for one in inner if (text := _kept(one, known)))
        head = tinycss2.serialize(rule.prelude)
        return f"@{rule.at_keyword}{head}{{{body}}}" if body else ""
    if rule.type != "qualified-rule":
        return rule.serialize()
    selectors = _split(rule.prelude)
    kept = [one for one in selectors if wanted(one, known)]
    return f"{','.join(kept)}{{{tinycss2.serialize(rule.content)}}}" if kept else ""


def _split(prelude: list[tinycss2.ast.Node]) -> list[str]:
    """Selectors of a list; commas inside brackets do not part them."""
    parts: list[list[tinycss2.ast.Node]] = [[]]
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return [tinycss2.serialize(part).strip() for part in parts]


def squeeze(style: str) -> str:
    """Style sheet without the comments and the white space that only people need."""
    style = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    style = re.sub(r"\s+", " ", style)
    return re.sub(r" ?([{};]) ?", r"\1", style)


def squeeze_script(text: str) -> str:
    """Script without indents and lines of comment; no text in it may need its line's indent."""
    lines = (line.strip() for line in text.splitlines())
    return "".join(f"{line}\n" for line in lines if line and not line.startswith("//"))


def slim(html: Path) -> None:
    """Purge every style sheet of a built book."""
    static = html / "_static"
    scripts = [
        path for path in static.rglob("*.js") if not DATA & set(path.relative_to(static).parts)
    ]
    pages = [path.read_text(encoding="utf-8") for path in html.rglob("*.html")]
    known = usable(pages, (path.read_text(encoding="utf-8") for path in scripts))
    for sheet in static.rglob("*.css"):
        if "vendor" not in sheet.parts:
            text = purge(sheet.read_text(encoding="utf-8"), known)
            sheet.write_text(squeeze(text), encoding="utf-8")
