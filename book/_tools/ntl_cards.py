"""The cards directive: decks as tables, which the script of the page turns into cards.

The table is the deck: readers without scripts, and paper, have all of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

import decks
import vendor
from deck import Card, Deck, Direction
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from fau_teach._data import did_you_mean


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
        return [nodes.raw("", render(known[name] for name in self.arguments), format="html")]


def render(chosen: Iterable[Deck]) -> str:
    """Decks as tables in one box, which knows where the scheduler is."""
    parts = "".join(table(deck) for deck in chosen)
    return f'<div class="ntl-cards" data-fsrs="{vendor.fsrs_address()}">{parts}</div>'


def table(deck: Deck) -> str:
    """One deck, folded; a body of rows for each direction."""
    bodies = "".join(body(direction) for direction in deck.directions)
    title = escape(deck.title)
    return (
        f'<details class="ntl-deck" data-deck="{deck.id}" data-title="{title}">'
        f"<summary>All {deck.size} cards as a table: {title}</summary>"
        f'<div class="wide-table" tabindex="0" role="region" aria-label="{title}">'
        '<table><thead><tr><th scope="col">Question</th><th scope="col">Answer</th></tr></thead>'
        f"{bodies}</table></div></details>"
    )


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
