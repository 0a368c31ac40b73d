"""The action-unit catalogue: what each code is, what the sources print, what to look for.

Source: S2-004 to S2-046, S2-056, S2-062; errata E2-01 to E2-16 and E2-21.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from types import MappingProxyType

from fau_teach._data import did_you_mean, read_csv
from fau_teach.facs.records import (
    CatalogueError,
    Claim,
    Confusion,
    ContrastSet,
    Exclusion,
    claims,
    confusions,
    contrast_sets,
    exclusions,
    intensities,
)

__all__ = [
    "ActionUnit",
    "CatalogueError",
    "Claim",
    "Confusion",
    "ContrastSet",
    "Exclusion",
    "au",
    "catalogue",
    "check_unique",
    "claims",
    "confusions",
    "contrast_sets",
    "exclusions",
    "intensities",
    "printed_codes",
    "search",
]

KINDS = ("AU", "AD", "head", "eye", "visibility", "gross")
CHECK_TEXT = "to be checked by a certified coder"

_CARD_ROWS = (
    ("movement", "Look for"),
    ("folds", "Folds and bulges"),
    ("with", "Often with"),
    ("control", "Control"),
)
_PREFIXED = re.compile(r"^(AU|AD)?\s*(M?\d+)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ActionUnit:
    """One code of the coding system with everything we know about it.

    Parameters
    ----------
    code : without prefix: ``"12"``, ``"19"``, ``"M59"``
    kind : ``AU``, ``AD`` (descriptor), ``head``, ``eye``, ``visibility`` or ``gross``
    name : short name in sentence case
    region : where it shows, such as ``"mouth"``
    half : ``upper``, ``lower`` or ``none``
    edition : ``1978``, ``2002`` or ``both``
    in_sources : of the five sources, those that use the code
    muscles : canonical muscle ids, as used
    claims : every fact about the code
    note : a remark, or empty

    Source: S2-005 to S2-046 for the printed codes.
    """

    code: str
    kind: str
    name: str
    region: str
    half: str
    edition: str
    in_sources: tuple[str, ...]
    muscles: tuple[str, ...]
    claims: tuple[Claim, ...]
    note: str = ""

    @property
    def face_half(self) -> str:
        """The same as ``half``."""
        return self.half

    @property
    def label(self) -> str:
        """The code as coders write it: ``AU12``, ``AD19``, ``M59``, ``51``."""
        return f"{self.kind}{self.code}" if self.kind in ("AU", "AD") else self.code

    @property
    def printed_name(self) -> str:
        """The name S2 prints, clip note left out; empty where S2 has no such code."""
        claim = self.claim("name")
        return claim.printed if claim else ""

    def claim(self, attribute: str) -> Claim | None:
        """First fact about one attribute, or None. The table lists the main one first."""
        return next((claim for claim in self.claims if claim.attribute == attribute), None)

    def all_claims(self, attribute: str) -> tuple[Claim, ...]:
        """Every fact about one attribute, in table order."""
        return tuple(claim for claim in self.claims if claim.attribute == attribute)

    @property
    def confusions(self) -> tuple[Confusion, ...]:
        """Codes easily taken for this one; a pair may have several cues."""
        return confusions().get(self.code, ())

    @property
    def antagonists(self) -> tuple[str, ...]:
        """Canonical ids of the muscles that pull against it."""
        claim = self.claim("antagonist")
        return claim.values if claim else ()

    @property
    def relaxing(self) -> tuple[str, ...]:
        """Canonical ids of muscles that let go instead of contracting.

        Source: S2-025, S2-026, S2-029, S2-031, S2-033, S2-034; E2-07, E2-11, E2-14.
        """
        claim = self.claim("muscle_action")
        actions = claim.values if claim else ()
        return tuple(a.removesuffix(":relax") for a in actions if a.endswith(":relax"))

    @property
    def nerves(self) -> tuple[str, ...]:
        """Ids of the nerves that serve it, typical pattern."""
        claim = self.claim("nerve")
        return claim.values if claim else ()

    @property
    def base_rates(self) -> Mapping[str, tuple[float, str]]:
        """Data set -> (percent, confidence)."""
        return MappingProxyType(
            {
                claim.attribute.removeprefix("base_rate:"): (float(claim.used), claim.confidence)
                for claim in self.claims
                if claim.attribute.startswith("base_rate:")
            }
        )

    def __str__(self) -> str:
        return f"{self.label} {self.name}"

    def _repr_html_(self) -> str:
        rows = [("Muscles", ", ".join(m.replace("_", " ") for m in self.muscles))]
        for attribute, heading in _CARD_ROWS:
            parts = [_marked(claim.used, claim.confidence) for claim in self.all_claims(attribute)]
            rows.append((heading, "; ".join(parts)))
        rows.append(
            (
                "Not to confuse with",
                "; ".join(
                    f"{au(c.other).label}: {_marked(c.cue, c.confidence)}" for c in self.confusions
                ),
            )
        )
        body = "".join(
            f'<tr><th scope="row">{escape(heading)}</th><td>{escape(text)}</td></tr>'
            for heading, text in rows
            if text
        )
        return f'<table class="fau-card"><caption>{escape(str(self))}</caption>{body}</table>'


def _marked(text: str, confidence: str) -> str:
    return f"{text} ({CHECK_TEXT})" if confidence == "check" else text


def check_unique(codes: Iterable[str]) -> None:
    """Refuse a list of codes that names one twice.

    Raises
    ------
    CatalogueError
        A code comes twice (says which, how often and where).

    Source: E2-01. ``check_unique(printed_codes())`` fails on 51; with ``variant="used"`` it passes.
    """
    places: dict[str, list[int]] = {}
    for number, code in enumerate(codes, start=1):
        places.setdefault(code, []).append(number)
    for code, numbers in places.items():
        if len(numbers) > 1:
            where = ", ".join(map(str, numbers))
            raise CatalogueError(
                f"Code {code!r} comes {len(numbers)} times, in rows {where}. "
                "A code must be unique; give each action its own."
            )


def printed_codes(variant: str = "printed") -> tuple[str, ...]:
    """Codes of the rows of S2 (30 main, 8 head, 4 eye), in their order.

    Parameters
    ----------
    variant : ``"printed"`` as the source has them, ``"used"`` with E2-01 put right

    Raises
    ------
    CatalogueError
        The variant is neither.

    Source: S2-004, S2-043 to S2-046.
    """
    if variant not in ("printed", "used"):
        raise CatalogueError(f"Unknown variant {variant!r}. Use 'printed' or 'used'.")
    rows = sorted((c for c in claims() if c.attribute == "code"), key=lambda c: c.source)
    return tuple(row.printed if variant == "printed" else row.used for row in rows)


@cache
def _catalogue() -> Mapping[str, ActionUnit]:
    by_subject: dict[str, list[Claim]] = {}
    for claim in claims():
        by_subject.setdefault(claim.subject, []).append(claim)
    rows = read_csv("facs/aus.csv", ("code", "kind", "name", "region", "half", "edition"))
    check_unique(row["code"] for row in rows)
    table = {}
    for row in rows:
        own = tuple(by_subject.get(row["code"], ()))
        muscles = next((c.values for c in own if c.attribute == "muscles"), ())
        table[row["code"]] = ActionUnit(
            code=row["code"],
            kind=row["kind"],
            name=row["name"],
            region=row["region"],
            half=row["half"],
            edition=row["edition"],
            in_sources=tuple(part for part in row["in_sources"].split(";") if part),
            muscles=muscles,
            claims=own,
            note=row["note"],
        )
    return MappingProxyType(table)


def catalogue(kind: str | None = None) -> tuple[ActionUnit, ...]:
    """All codes in number order, or those of one kind.

    Raises
    ------
    CatalogueError
        The kind is unknown (suggests one).
    """
    if kind is not None and kind not in KINDS:
        raise CatalogueError(f"Unknown kind {kind!r}. {_suggest(kind, KINDS)}")
    return tuple(unit for unit in _catalogue().values() if kind in (None, unit.kind))


def _suggest(text: str, known: Iterable[str]) -> str:
    options = list(known)
    return did_you_mean(text, options, n=3) or f"Known: {', '.join(options[:8])} …"


@cache
def _names() -> Mapping[str, str]:
    table = {unit.name.casefold(): code for code, unit in _catalogue().items()}
    for code, unit in _catalogue().items():
        # A printed name finds its code too, unless another code owns that name today.
        if unit.printed_name:
            table.setdefault(unit.printed_name.casefold(), code)
    return MappingProxyType(table)


def au(code: int | str) -> ActionUnit:
    """Look up one code by number, label or full name.

    Parameters
    ----------
    code : ``12``, ``"12"``, ``"AU12"``, ``"au 12"``, ``"AD19"``, ``"M59"``, ``"Lip corner puller"``

    Raises
    ------
    CatalogueError
        No such code or name, or the prefix names another kind (suggests the right one).
    """
    text = " ".join(str(code).split())
    match = _PREFIXED.match(text)
    if match is None:
        found = _names().get(text.casefold())
        if found is None:
            near = _suggest(text.casefold(), _names())
            raise CatalogueError(f"No code is called {text!r}. {near}")
        return _catalogue()[found]
    prefix, number = (match[1] or "").upper(), match[2].upper()
    unit = _catalogue().get(number)
    if unit is None:
        raise CatalogueError(f"No code {text!r}. {_suggest(number, _catalogue())}")
    # AU is often written before any number, so only a wrong AD is an error.
    if prefix == "AD" and unit.kind != "AD":
        raise CatalogueError(f"{text!r} is not a descriptor. Did you mean {unit.label}?")
    return unit


def search(text: str) -> tuple[ActionUnit, ...]:
    """Codes whose name, printed name, muscles, region or facts contain every word of ``text``.

    Hits in the name come first.
    """
    words = text.casefold().split()
    if not words:
        return ()
    first, rest = [], []
    for unit in _catalogue().values():
        title = f"{unit} {unit.printed_name}".casefold()
        facts = " ".join(claim.used for claim in unit.claims)
        body = f"{title} {unit.region} {facts}".casefold()
        body = f"{body} {body.replace('_', ' ')}"
        if all(word in title for word in words):
            first.append(unit)
        elif all(word in body for word in words):
            rest.append(unit)
    return (*first, *rest)
