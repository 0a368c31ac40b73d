"""AU-emotion explorer: show AUs, see what two tables and one rule list claim.

The browser infers nothing. It looks up truth tables that :func:`emotion.fire`,
:func:`emotion.conflicts` and :func:`emotion.match` filled here, intersects sets and
divides once.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations, permutations, product
from typing import Any

import traitlets

from fau_teach import emotion, facs
from fau_teach.emotion._codes import ScoreLike, by_number, observe
from fau_teach.widgets._base import Figure, check_option, read_text

VARIANTS = {
    "used": "without rule 7a (E0-03), with our rule for AU20 (E0-24)",
    "printed": "with rule 7a (E0-03), without a rule for AU20 (E0-24)",
}
# How one AU shows: not at all, on both sides, on the subject's left or right alone.
STATES = "-BLR"
PREFIX = {"B": "", "L": "L", "R": "R"}


@dataclass(frozen=True, slots=True)
class Case:
    """One score worth a look, and what to look for."""

    score: str
    note: str


CASES = (
    Case("6+12", "Happiness leads both tables."),
    Case(
        "1+4+15",
        "Sadness leads both tables. Yet Disgust of Table 3 holds all three AUs too, and the "
        "rules say no more than negative.",
    ),
    Case(
        "R12+R14",
        "On one side only, contempt leads the iMotions table. Table 3 has no contempt, and "
        "rule 1 says happiness.",
    ),
    Case("12+14", "The same AUs on both sides: contempt is out."),
    Case(
        "4+5+7+23",
        "Anger leads both tables. Rule 6 adds disgust, and the printed rule 7a adds sadness.",
    ),
    Case(
        "1+2+4+5+7+20+26",
        "The whole Fear of the iMotions table. Rule 5 misses it, because AU25 is not there; "
        "rules 2 and 6 name surprise and disgust.",
    ),
    Case("24+25", "No face shows this pair, yet Disgust of Table 3 lists both AUs."),
)
# Follows from what the two codes mean; the pairs of facs.exclusions() come on top.
PRESSED_AND_PARTED = ("24", "25", "lips cannot be pressed together and parted at once (E0-42)")


@cache
def explorer_codes() -> tuple[str, ...]:
    """Every AU that stands in a table or a rule, by number."""
    sets = [own.codes for table in emotion.tables() for own in table.sets.values()]
    return by_number(frozenset[str]().union(*sets, *(rule.codes for rule in emotion.rules())))


def sides_of(score: ScoreLike) -> dict[str, str]:
    """A score as the figure keeps it: code -> "B" (both sides), "L" or "R".

    Raises
    ------
    ValueError
        An AU is not in the figure, its one side is not named, or a choice is left open.
    """
    readings = observe(score).readings
    if len(readings) > 1:
        raise ValueError(f"{score!r} leaves a choice open. Decide it first, such as '1+2+26'.")
    found = {}
    for code in by_number(readings[0] if readings else ()):
        check_option("an AU of this figure", code, explorer_codes())
        sides = "".join(sorted(readings[0][code]))
        if sides == "U":
            raise ValueError(f"U{code} names no side. Use L{code} or R{code}, the subject's side.")
        found[code] = sides if sides in ("L", "R") else "B"
    return found


def _notation(sides: dict[str, str]) -> str:
    return "+".join(PREFIX[side] + code for code, side in sides.items())


def _subsets(codes: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Every subset that is not empty, each in number order."""
    ordered = by_number(codes)
    for size in range(1, len(ordered) + 1):
        yield from combinations(ordered, size)


def _fired(rule: emotion.Rule, codes: Iterable[str], variant: str) -> emotion.Evidence | None:
    fired = emotion.fire(codes, "printed" if variant == "printed" else "used")
    return next((item for item in fired if item.rule_id == rule.rule_id), None)


@cache
def _active() -> tuple[tuple[emotion.Rule, emotion.Evidence], ...]:
    """Rules that fire in a variant, with what all their codes together give."""
    both = (
        (rule, [_fired(rule, rule.codes, name) for name in VARIANTS]) for rule in emotion.rules()
    )
    return tuple((rule, next(filter(None, found))) for rule, found in both if any(found))


def _rule(rule: emotion.Rule, evidence: emotion.Evidence) -> dict[str, Any]:
    """Truth table of one rule: variant -> AUs of the rule that show -> AUs that fired it."""
    fires = {
        variant: {
            "+".join(codes): "+".join(item.aus)
            for codes in _subsets(rule.codes)
            if (item := _fired(rule, codes, variant))
        }
        for variant in VARIANTS
    }
    name = f"Rule {rule.rule_id}" if rule.status_printed == "active" else "Our rule for AU20"
    words = ("rule_id", "target", "explanation", "caveat", "source", "erratum")
    return {
        "name": name,
        "codes": list(by_number(rule.codes)),
        "fires": fires,
        **{word: getattr(evidence, word) for word in words},
    }


def _clashes() -> list[list[str]]:
    """Pairs of targets that disagree, in both orders."""
    targets = {evidence.target: evidence for _, evidence in _active()}
    return [
        [one, two]
        for (one, first), (two, second) in permutations(targets.items(), 2)
        if emotion.conflicts((first, second))
    ]


def _table(table: emotion.EmotionTable) -> dict[str, Any]:
    stray = next(unit.code for unit in facs.catalogue("AU") if unit.code not in explorer_codes())
    nothing = emotion.match([stray], table).reason
    sets = []
    for name, own in table.sets.items():
        row: dict[str, Any] = {"emotion": name, "codes": list(by_number(own.codes))}
        if own.one_sided:
            row["by_side"] = _by_side(table, own, nothing)
        sets.append(row)
    return {
        "id": table.id,
        "title": table.title,
        "claim": table.claim,
        "note": table.note,
        "nothing": nothing,
        "empty": emotion.match([], table).reason,
        "sets": sets,
    }


def _by_side(
    table: emotion.EmotionTable, own: emotion.EmotionSet, nothing: str
) -> dict[str, list[str]]:
    """Truth table of a one-sided set: its AUs' states, as in "RB" -> AUs that count, note."""
    codes = by_number(own.codes)
    found = {}
    for states in product(STATES, repeat=len(codes)):
        sides = {code: state for code, state in zip(codes, states, strict=True) if state != "-"}
        matches = emotion.match(_notation(sides) or [], table)
        mine = next((match for match in matches if match.emotion == own.emotion), None)
        note = matches.reason.removeprefix(nothing).strip() if sides else ""
        found["".join(states)] = ["+".join(mine.matched if mine else ()), note]
    return found


def _impossible() -> list[tuple[str, str, str]]:
    pairs = [
        (one, two, found.reason)
        for found in facs.exclusions()
        if found.kind == "opposite"
        for one, two in product(found.codes, found.others)
        if {one, two} <= set(explorer_codes())
    ]
    return [*pairs, PRESSED_AND_PARTED]


def _presets() -> list[dict[str, Any]]:
    """Groups of scores to start from; contempt stands on the right side."""
    cases = [[case.score, sides_of(case.score), case.note] for case in CASES]
    groups: list[dict[str, Any]] = [{"title": "Cases", "items": cases}]
    for table in emotion.tables():
        items = []
        for name, own in table.sets.items():
            sides = dict.fromkeys(by_number(own.codes), "R" if own.one_sided else "B")
            items.append([f"{name}: {_notation(sides)}", sides, ""])
        groups.append({"title": f"Complete rows, {table.title}", "items": items})
    return groups


@cache
def explorer_data() -> dict[str, Any]:
    """All that the figure looks up, as compact JSON; treat it as read-only.

    Source: S0-109 to S0-116, S2-047 to S2-055; E0-25, E0-42, E2-18.
    """
    units = [facs.au(code) for code in explorer_codes()]
    return {
        "aus": [[unit.code, unit.name, unit.face_half] for unit in units],
        "tables": [_table(table) for table in emotion.tables()],
        "rules": [_rule(rule, evidence) for rule, evidence in _active()],
        "variants": VARIANTS,
        "clashes": _clashes(),
        "impossible": _impossible(),
        "presets": _presets(),
    }


class AUEmotionExplorer(Figure):
    """Switch AUs on, each on both sides or on one, and read the claims they meet.

    Parameters
    ----------
    score : what shows at the start: a ``facs`` Score, a notation string such as
        ``"R12+R14"``, or an iterable of codes. Intensities do not matter here.
    variant : rules ``"used"`` or ``"printed"``
    notes_href : page that holds the source notes; errata link into it when given

    Raises
    ------
    ValueError
        An AU that no table or rule names, an open choice, an unnamed side, or an unknown
        variant. A notation that cannot be read raises ``facs.NotationError``, a ValueError.

    Source: S0-116, S2-055; E0-25, E2-18.
    """

    figure = "explorer"

    sides = traitlets.Dict(help="Code -> B, L or R, the subject's side.").tag(sync=True)
    variant = traitlets.Unicode("used", help="Rules as used or as printed.").tag(sync=True)
    notes_href = traitlets.Unicode(help="Page of the source notes, or empty.").tag(sync=True)

    def __init__(
        self,
        score: ScoreLike = "6+12",
        variant: str = "used",
        notes_href: str = "",
        **kwargs: Any,
    ) -> None:
        check_option("a variant of the rules", variant, VARIANTS)
        kwargs.setdefault("label", "AU–emotion explorer: what two tables and one rule list claim")
        super().__init__(
            data=explorer_data(),
            sides=sides_of(score),
            variant=variant,
            notes_href=notes_href,
            **kwargs,
        )

    @property
    def score(self) -> str:
        """What shows now, in FACS notation: ready for ``emotion.match`` and ``emotion.fire``."""
        return _notation({code: self.sides[code] for code in by_number(self.sides)})

    @classmethod
    def module_text(cls) -> str:
        """JavaScript of the figure: helpers, arrow keys, the explorer."""
        return "\n".join(read_text(name) for name in ("common.js", "roam.js", "explorer.js"))

    def fallback_html(self) -> str:
        """Table of the presets: who leads each table, rules fired and their conflicts."""
        tables = emotion.tables()
        heads = ["AUs shown", *(f"leader, {table.title}" for table in tables)]
        heads += ["rules fired", "conflicts"]
        rows = []
        for sides in dict.fromkeys(
            _notation(sides) for group in _presets() for _, sides, _ in group["items"]
        ):
            fired = emotion.fire(sides)
            cells = [_leader(emotion.match(sides, table)) for table in tables]
            cells.append("; ".join(f"{item.rule_id}: {item.target}" for item in fired) or "none")
            cells.append("; ".join(map(" against ".join, emotion.conflicts(fired))) or "none")
            body = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
            rows.append(f'<tr><th scope="row">{sides}</th>{body}</tr>')
        head = "".join(f'<th scope="col">{html.escape(text)}</th>' for text in heads)
        return (
            '<div class="wide-table"><table><caption>What the tables and the rules as used claim '
            "for some scores. Each is one table’s claim, not FACS. R is the subject’s right side. "
            f"</caption><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
        )


def _leader(matches: emotion.Matches) -> str:
    """Emotions of rank 1 with their score as a fraction."""
    if not matches:
        return "none"
    first = matches[0]
    count, whole = len(first.matched), sum(map(len, (first.matched, first.missing, first.extra)))
    return f"{' and '.join(matches.best)} ({count}/{whole})"
