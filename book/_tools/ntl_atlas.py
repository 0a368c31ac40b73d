"""The atlas directive: every code of the catalogue as a card that folds and can be linked to."""

from __future__ import annotations

import html
from itertools import groupby
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from ntl_directives import SHORT, Base, muscle_names, short_reference, spoken
from ntl_gallery import still_figure, to_root

from fau_teach import anatomy, facs

KINDS = {
    "AU": "action unit",
    "AD": "descriptor",
    "head": "head",
    "eye": "gaze",
    "visibility": "visibility",
    "gross": "whole body",
}
ATTRIBUTES = {
    "movement": "What you see",
    "folds": "Folds and bulges",
    "with": "Seen with",
    "antagonist": "Acts against",
    "control": "Control and asymmetry",
    "emg_site": "EMG site",
}


class AUAtlas(Base):
    """Cards of one kind of code, each with all that the catalogue holds."""

    option_spec: ClassVar[dict[str, Any]] = {"kind": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """Write one card a code."""
        root = to_root(self.env.docname)
        cards = "".join(card(unit, root) for unit in facs.catalogue(self.options.get("kind")))
        return [self.raw(f'<div class="au-atlas">{cards}</div>')]


def card(unit: Any, root: str = "") -> str:
    """One code: its name always in view, its picture and its facts unfold.

    The facts carry the anchor, since a browser unfolds what holds the target of a link.
    """
    code, label = unit.code.lower(), html.escape(unit.label)
    rows = "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in facts(unit))
    nerves = "|".join(map(nerve_name, unit.nerves))
    muscles = html.escape(muscle_names(unit.muscles))
    return (
        f'<details class="au-card" id="card-{unit.label.lower()}" data-kind="{KINDS[unit.kind]}"'
        f' data-half="{unit.half}" data-nerve="{nerves}">'
        f"<summary><b>{label}</b> {html.escape(unit.name)} <span>{muscles}</span></summary>"
        f'{still_figure(unit.code, root)}<dl id="au-{code}">{rows}</dl></details>'
    )


def nerve_name(identity: str) -> str:
    """Name of a nerve; those of the neck are not in the tables of the face."""
    names = {nerve.id: nerve.name for nerve in anatomy.nerves()}
    plain = f"cranial nerve {identity}" if identity.isupper() else identity.replace("_", " ")
    return names.get(identity, plain)


def facts(unit: Any) -> list[tuple[str, str]]:
    """Names and HTML of all that is known of one code, main claims before look-alikes."""
    region = unit.region if unit.half == "none" else f"{unit.region}, {unit.half} face"
    parts = [("Kind", f"{KINDS[unit.kind]}; {region}")]
    if unit.muscles:
        names = [
            muscle_names([one]) + " (relaxes)" * (one in unit.relaxing) for one in unit.muscles
        ]
        parts.append(("Muscle", html.escape(", ".join(names)) + mark(unit.claim("muscles"))))
    if unit.nerves:
        names = ", ".join(map(nerve_name, unit.nerves))
        parts.append(("Nerve", html.escape(names) + mark(unit.claim("nerve"))))
    for attribute, title in ATTRIBUTES.items():
        texts = [
            html.escape(muscle_names(claim.values) if attribute == "antagonist" else claim.used)
            + mark(claim)
            for claim in unit.all_claims(attribute)
            if claim.used
        ]
        if texts:
            parts.append((title, "; ".join(texts)))
    for other, cues in groupby(unit.confusions, key=lambda one: one.other):
        link = f'<a href="#au-{other.lower()}">{facs.au(other).label}</a>'
        texts = [html.escape(cue.cue) + mark(cue) for cue in cues]
        parts.append((f"Or {link}?", "<br>".join(texts)))
    if unit.base_rates:
        rates = ", ".join(
            f"{name} {percent:g} %{' ○' * (confidence == 'check')}"
            for name, (percent, confidence) in unit.base_rates.items()
        )
        parts.append(("Base rate", html.escape(rates)))
    if unit.edition not in ("both", ""):
        parts.append(("Edition", html.escape(unit.edition)))
    if unit.note:
        parts.append(("Remark", html.escape(spoken(unit.note))))
    return parts


def mark(claim: Any) -> str:
    """Source and confidence of one cell, short and quiet."""
    words = [] if claim.confidence == "sure" else [SHORT[claim.confidence]]
    words += [short_reference(key) for key in claim.reference.replace(";", " ").split()]
    return f" <small>{html.escape(', '.join(words))}</small>" if words else ""


DIRECTIVES = {"au-atlas": AUAtlas}
