"""The quiz directive: items from ``data/quiz/``, answered in the page without a kernel.

An item is {"id", "kind": "single" | "multiple" | "numeric", "question", "source", and
"options": [{"text", "correct", "feedback"}] or "answer", "tolerance", "unit", "right", "wrong"}.
"""

from __future__ import annotations

import html
import random
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from fau_teach._data import read_json

HINTS = {
    "single": "Choose one.",
    "multiple": "Choose all that apply.",
    "numeric": "Type a number.",
}


class Quiz(SphinxDirective):
    """Place the items of one file; where scripts are off the key stands below each item."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Write the items as a form each."""
        name = self.arguments[0]
        items = read_json(f"quiz/{name}.json")
        parts = [render(item, number, name) for number, item in enumerate(items, 1)]
        text = f'<div class="ntl-quiz" data-quiz="{html.escape(name)}">{"".join(parts)}</div>'
        self.env.note_dependency(f"../../data/quiz/{name}.json")
        return [nodes.raw("", text, format="html")]


def render(item: dict[str, Any], number: int, quiz: str) -> str:
    """One item as an accessible form."""
    identity = f"{quiz}-{item['id']}".replace("/", "-")
    body = numeric(item, identity) if item["kind"] == "numeric" else choices(item, identity)
    question = html.escape(item["question"])
    return (
        f'<form class="ntl-item" id="quiz-{identity}" data-kind="{item["kind"]}">'
        f"<fieldset><legend><span>{number}.</span> {question} "
        f"<small>{HINTS[item['kind']]}</small></legend>{body}</fieldset>"
        f'<button type="submit">Check</button><p class="ntl-verdict" role="status"></p>'
        f'<details class="ntl-key"><summary>Answer</summary>{key(item)}</details></form>'
    )


def choices(item: dict[str, Any], identity: str) -> str:
    """Radio buttons or check boxes, each with its own feedback."""
    kind = "radio" if item["kind"] == "single" else "checkbox"
    return "".join(
        f'<div class="ntl-option"><label><input type="{kind}" name="{identity}" value="{index}"'
        f' data-correct="{str(bool(option.get("correct"))).lower()}"> '
        f"<span>{html.escape(option['text'])}</span></label>"
        f'<p class="ntl-feedback" hidden>{html.escape(option["feedback"])}</p></div>'
        for index, option in enumerate(shuffled(item["options"], identity))
    )


def shuffled(options: list[dict[str, Any]], identity: str) -> list[dict[str, Any]]:
    """Options in an order that is fixed for each item and says nothing about the answer."""
    return random.Random(identity).sample(options, len(options))


def numeric(item: dict[str, Any], identity: str) -> str:
    """A field for a number, with the answer's tolerance and both feedbacks."""
    unit = html.escape(item.get("unit", ""))
    return (
        f'<label>Your answer <input type="text" inputmode="decimal" name="{identity}"'
        f' autocomplete="off" data-answer="{float(item["answer"])!r}"'
        f' data-tolerance="{float(item.get("tolerance", 0))!r}"> {unit}</label>'
        f'<p class="ntl-feedback" data-when="right" hidden>{html.escape(item["right"])}</p>'
        f'<p class="ntl-feedback" data-when="wrong" hidden>{html.escape(item["wrong"])}</p>'
    )


def key(item: dict[str, Any]) -> str:
    """The right answer and its reason, for readers without scripts and on paper."""
    if item["kind"] == "numeric":
        answer = f"{item['answer']:g} {item.get('unit', '')}. {item['right']}"
        return f"<p>{html.escape(answer)}</p>"
    right = [option for option in item["options"] if option.get("correct")]
    return "".join(
        f"<p>{html.escape(one['text'])}: {html.escape(one['feedback'])}</p>" for one in right
    )
