"""The cards directive: decks as tables, which the script of the page turns into cards.

The table is the deck: readers without scripts have all of it. Of several decks on one page the
first stands in it; the others lie in files of their own, as a page and as a script, and come when
they are asked for. A page on disk may load a script, but no other file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from html import escape
from pathlib import Path

import decks
import vendor
from deck import Card, Deck, Direction
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from fau_teach._data import did_you_mean

FOLDER = "_static/decks"


class Cards(SphinxDirective):
    """Place the named decks, to be learned with spaced repetition."""

    required_arguments = 1
    optional_arguments = 20

    def run(self) -> list[nodes.Node]:
        """Write one table a deck."""
        known = decks.decks()
        for name in self.arguments:
            if name not in known:
                hint = did_you_mean(name, known) or f"Known: {', '.join(known)}."
                raise self.error(f"no deck is called {name!r}. {hint}")
        for folder in ("anatomy", "coding", "facs", "emotion", "force"):
            self.env.note_dependency(f"../../data/{folder}")
        root = "../" * self.env.docname.count("/")
        chosen = [known[name] for name in self.arguments]
        return [nodes.raw("", render(chosen, root), format="html")]


def render(chosen: Iterable[Deck], root: str = "") -> str:
    """Decks in one box, which knows where the scheduler is: the first one, and where others are.

    Parameters
    ----------
    chosen : at least one
    root : way from the page to the root of the site
    """
    first, *others = chosen
    parts = folded(first, table(first))
    for one in others:
        place = f"{root}{FOLDER}/{one.id}"
        parts += folded(one, f'<p><a href="{place}.html">The table</a></p>', place)
    return f'<div class="ntl-cards" data-fsrs="{vendor.fsrs_address()}">{parts}</div>'


def folded(deck: Deck, content: str, place: str = "") -> str:
    """A deck below its summary; ``place`` is that of its files where it is not here."""
    title = escape(deck.title)
    later = f' data-place="{place}"' if place else ""
    return (
        f'<details class="ntl-deck" data-deck="{deck.id}" data-title="{title}"{later}>'
        f"<summary>All {deck.size} cards as a table: {title}</summary>{content}</details>"
    )


def table(deck: Deck) -> str:
    """One deck; a body of rows for each direction."""
    bodies = "".join(body(direction) for direction in deck.directions)
    return (
        f'<div class="wide-table" tabindex="0" role="region" aria-label="{escape(deck.title)}">'
        '<table><thead><tr><th scope="col">Question</th><th scope="col">Answer</th></tr></thead>'
        f"{bodies}</table></div>"
    )


def write(html: Path) -> None:
    """Write every deck as a script and as a page below a built site."""
    folder = html / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for deck in decks.decks().values():
        text, title = table(deck), escape(deck.title)
        script = f"window.nerveToLabel.deck({json.dumps(deck.id)}, {json.dumps(text)});\n"
        (folder / f"{deck.id}.js").write_text(script, encoding="utf-8")
        page = (
            '<!doctype html><html lang="en"><meta charset="utf-8"><title>{0}</title>'
            '<meta name="viewport" content="width=device-width"><h1>{0}</h1>'
            '<p><a href="../../book/practice/cards.html">Cards</a></p>{1}</html>\n'
        )
        (folder / f"{deck.id}.html").write_text(page.format(title, text), encoding="utf-8")


def body(direction: Direction) -> str:
    """Rows of one direction below its question."""
    rows = "".join(row(card) for card in direction.cards)
    title, prompt = escape(direction.title), escape(direction.prompt)
    return (
        f'<tbody data-direction="{direction.id}" data-title="{title}" data-prompt="{prompt}">'
        f'<tr><th colspan="2" scope="rowgroup">{title}. {prompt}</th></tr>{rows}</tbody>'
    )


def row(card: Card) -> str:
    """Question and answer of one card."""
    back = "<br>".join(map(escape, card.back))
    note = f" <small>{escape(card.note)}</small>" if card.note else ""
    # Hundreds of rows: no more bytes than needed. A <th> before a <td> heads its row anyway.
    key = card.key if re.fullmatch(r"[\w-]+", card.key, re.ASCII) else f'"{escape(card.key)}"'
    return f"<tr data-card={key}><th>{escape(card.front)}</th><td>{back}{note}</td></tr>"


DIRECTIVES = {"cards": Cards}
