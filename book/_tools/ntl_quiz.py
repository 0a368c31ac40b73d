"""The quiz directive: items from ``data/quiz/`` or made from the knowledge tables.

They are answered in the page without a kernel. ``data/README.md`` describes an item.
"""

from __future__ import annotations

import hashlib
import html
import json
import random
import re
from typing import Any, ClassVar

import items
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

HINTS = {
    "single": "Choose one.",
    "multiple": "Choose all that apply.",
    "numeric": "Type a number.",
    "match": "Choose a partner for each.",
    "order": "Move the lines until their order is right.",
}
GENERATED = "generated:"
ID = re.compile(r"[SE][0-4X]-\d+")
escape = html.escape


class Quiz(SphinxDirective):
    """Place a file's items, or items of a topic; where scripts are off the key stands below."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {
        "items": directives.positive_int,
        "seed": directives.nonnegative_int,
        "part": directives.positive_int,
    }

    def run(self) -> list[nodes.Node]:
        """Write the items as a form each."""
        name = self.arguments[0]
        try:
            chosen = load(name, **self.options)
        except ValueError as error:
            raise self.error(f"quiz {name}: {error}") from None
        if not name.startswith(GENERATED):
            self.env.note_dependency(f"../../data/quiz/{name}.json")
        parts = "".join(render(item, number, name) for number, item in enumerate(chosen, 1))
        kept = keeper(name, self.options.get("part", 1))
        text = f'<div class="ntl-quiz" data-quiz="{escape(kept)}">{parts}</div>'
        return [nodes.raw("", text, format="html")]


def load(name: str, **options: int) -> tuple[items.Item, ...]:
    """Items of ``01-nerves-to-aus`` (a file), of a part of it, or ``generated:au-names``."""
    if name.startswith(GENERATED):
        if "part" in options:
            raise ValueError(":part: goes with a file.")
        topic = name.removeprefix(GENERATED)
        return items.generate(topic, options.get("items", 10), options.get("seed", 0))
    part = options.pop("part", 0)
    if options:
        raise ValueError(f":{next(iter(options))}: goes with {GENERATED}TOPIC alone.")
    return items.quiz(name, part)


def keeper(name: str, part: int) -> str:
    """Name under which the reader's browser keeps the answers of one part."""
    return name if part == 1 else f"{name}-{part}"


def render(item: items.Item, number: int, quiz: str) -> str:
    """One item as an accessible form."""
    identity = f"{quiz}-{item['id']}".replace("/", "-").replace(":", "-")
    body, key = BODIES[item["kind"]](item, identity)
    return (
        f'<form class="ntl-item" id="quiz-{identity}" data-kind="{item["kind"]}"'
        f' data-item="{escape(item["id"])}">'
        f"<fieldset><legend><span>{number}.</span> {escape(item['question'])} "
        f"<small>{HINTS[item['kind']]}</small></legend>{body}</fieldset>"
        '<button type="submit" hidden>Check</button><p class="ntl-verdict" role="status"></p>'
        f'<p class="ntl-from">{escape(origin(item.get("source", "")))}</p>'
        f'<details class="ntl-key"><summary>Answer</summary>{key}</details></form>'
    )


def origin(source: str) -> str:
    """Where the answer comes from, in words: IDs of inventory and errata, authors and years."""
    from ntl_directives import short_reference  # which imports this module

    names = [one for one in source.split() if one != "outside"]
    told = [one if ID.fullmatch(one) else short_reference(one) for one in names]
    return f"Source: {', '.join(told)}." if told else ""


def tag(text: str) -> str:
    """Short name of an option: a kept answer holds while the option's text stays the same."""
    return hashlib.sha256(text.encode()).hexdigest()[:6]


def shuffled(options: list[Any], identity: str) -> list[Any]:
    """Options in an order that is fixed for each item and says nothing about the answer."""
    return random.Random(identity).sample(options, len(options))


def feedback(text: str = "", **data: object) -> str:
    """A line that shows once the item is checked."""
    marks = "".join(f' data-{name}="{value}"' for name, value in data.items())
    return f'<p class="ntl-feedback"{marks} hidden>{escape(text)}</p>'


def reasons(pairs: list[tuple[str, str]]) -> str:
    """Right answers with their reasons, for readers without scripts and on paper."""
    return "".join(f"<p>{escape(answer)}: {escape(why)}</p>" for answer, why in pairs)


def choices(item: items.Item, identity: str) -> tuple[str, str]:
    """Radio buttons or check boxes, each with its own feedback."""
    kind = "radio" if item["kind"] == "single" else "checkbox"
    body = "".join(
        f'<div class="ntl-option"><label><input type="{kind}" name="answer"'
        f' value="{tag(one["text"])}" data-correct="{str(one["correct"]).lower()}"> '
        f"<span>{escape(one['text'])}</span></label>{feedback(one['feedback'])}</div>"
        for one in shuffled(item["options"], identity)
    )
    return body, reasons([(o["text"], o["feedback"]) for o in item["options"] if o["correct"]])


def numeric(item: items.Item, _: str) -> tuple[str, str]:
    """A field for a number: feedback for the right one, for usual wrong ones, for the rest."""
    unit = item.get("unit", "")
    tolerance = float(item.get("tolerance", 0))
    body = (
        f'<label>Your answer <input type="text" inputmode="decimal" name="answer"'
        f' autocomplete="off" data-tolerance="{tolerance!r}"> {escape(unit)}</label>'
        + feedback(item["right"], answer=float(item["answer"]), right="true")
        + "".join(feedback(one["feedback"], answer=one["answer"]) for one in item.get("traps", ()))
        + feedback(item["wrong"])
    )
    return body, reasons([(f"{item['answer']:g} {unit}".strip(), item["right"])])


def match(item: items.Item, identity: str) -> tuple[str, str]:
    """A menu beside each left item; the reason of a choice stands with what was chosen.

    The page copies the first menu into the others, which keeps it light.
    """
    partners = [*item["pairs"], *item.get("spare", ())]
    menu = "".join(
        f'<option value="{tag(one["right"])}">{escape(one["right"])}</option>'
        for one in shuffled(partners, identity)
    )
    rows = "".join(
        f'<div class="ntl-pair" data-left="{tag(one["left"])}" data-right="{tag(one["right"])}">'
        f"<label><span>{escape(one['left'])}</span>"
        f'<select name="answer-{number}"><option value="">Choose …</option>'
        f"{'' if number else menu}</select>"
        f"</label>{feedback()}</div>"
        for number, one in enumerate(item["pairs"])
    )
    why = escape(json.dumps({tag(one["right"]): one["feedback"] for one in partners}))
    key = reasons([(f"{one['left']} → {one['right']}", one["feedback"]) for one in item["pairs"]])
    return f'<div class="ntl-pairs" data-reasons="{why}">{rows}</div>', key


def order(item: items.Item, identity: str) -> tuple[str, str]:
    """A list to bring into order; it never starts in the right one."""
    ranked = list(enumerate(item["options"]))
    mixed = shuffled(ranked, identity)
    if mixed == ranked:
        mixed.reverse()
    rows = "".join(
        f'<li data-rank="{rank}" data-tag="{tag(one["text"])}"><span>{escape(one["text"])}</span>'
        f"{feedback(one['feedback'])}</li>"
        for rank, one in mixed
    )
    key = "".join(
        f"<li>{escape(one['text'])}: {escape(one['feedback'])}</li>" for one in item["options"]
    )
    return f'<ol class="ntl-order">{rows}</ol>', f"<ol>{key}</ol>"


BODIES = {
    "single": choices,
    "multiple": choices,
    "numeric": numeric,
    "match": match,
    "order": order,
}
