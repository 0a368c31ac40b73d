"""What a cut somewhere on the way does to every action unit, side by side."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Literal

from fau_teach.anatomy.explain import explain, signs
from fau_teach.anatomy.graph import au_order
from fau_teach.anatomy.records import Variant, check_variant, unknown
from fau_teach.anatomy.wiring import Face, Outcome, Side, Step

Status = Literal["kept", "weak", "lost"]

# Chosen by us. A unit with at most a quarter of its strength is what a clinician calls
# paralysed for teaching; one with at least nine tenths looks unchanged.
LOST_UP_TO = 0.25
KEPT_FROM = 0.9

SIDES: dict[str, Side] = {"left": "L", "right": "R"}
# Site: its name, the nodes that stop working, all on the side of the lesion.
SITES: dict[str, tuple[str, tuple[str, ...]]] = {
    "cortex": ("motor cortex or pyramidal tract", ("pyramidal",)),
    "emotional_pathway": ("emotional motor pathway", ("emotional",)),
    "facial_nucleus": ("facial nucleus", ("facial_upper", "facial_lower", "facial_accessory")),
    "facial_nerve": ("facial nerve (trunk)", ("VII",)),
    "temporal": ("temporal branch", ("VII_temporal",)),
    "zygomatic": ("zygomatic branch", ("VII_zygomatic",)),
    "buccal": ("buccal branch", ("VII_buccal",)),
    "marginal_mandibular": ("marginal mandibular branch", ("VII_marginal_mandibular",)),
    "cervical": ("cervical branch", ("VII_cervical",)),
    "oculomotor_nerve": ("oculomotor nerve (III)", ("III",)),
    "mandibular_nerve": ("mandibular nerve (V3)", ("V3",)),
}
COMMANDS = {"voluntary": "pyramidal", "emotional": "emotional"}


@dataclass(frozen=True, slots=True)
class Lesion:
    """One complete cut; ``side`` is "L" or "R", always the subject's own."""

    id: str
    label: str
    site: str
    side: Side

    @property
    def cuts(self) -> frozenset[tuple[str, Side]]:
        """Places of the chain that stop working."""
        return frozenset((node, self.side) for node in SITES[self.site][1])


@cache
def lesions() -> tuple[Lesion, ...]:
    """Every lesion the simulator knows, left ones first, from cortex to muscle.

    Source: S0-014 to S0-018, S0-059, S0-070.
    """
    return tuple(
        Lesion(f"{word}_{site}", f"{word} {label}", site, side)
        for word, side in SIDES.items()
        for site, (label, _) in SITES.items()
    )


def lesion(name: str) -> Lesion:
    """Lesion by id, such as "left_facial_nerve".

    Raises
    ------
    AnatomyError
        No such lesion (suggests near ones).
    """
    known = {item.id: item for item in lesions()}
    if name not in known:
        raise unknown("lesion", name, known, "left_facial_nerve")
    return known[name]


@dataclass(frozen=True)
class LesionResult:
    """Strength of every action unit on each side of the face after some lesions.

    Attributes
    ----------
    lesions : what was cut
    command : "voluntary" or "emotional"
    variant : "used" or "printed"
    """

    lesions: tuple[Lesion, ...]
    command: str
    variant: Variant

    @cached_property
    def _outcomes(self) -> dict[tuple[str, Side], Outcome]:
        cuts = frozenset(cut for item in self.lesions for cut in item.cuts)
        return Face(cuts, COMMANDS[self.command], self.variant).outcomes()

    @cached_property
    def aus(self) -> tuple[str, ...]:
        """AU codes in numerical order.

        The printed variant holds only units with a muscle that the source gives a nerve.
        """
        return tuple(sorted({code for code, _ in self._outcomes}, key=au_order))

    def _outcome(self, code: str, side: str) -> Outcome:
        if side not in SIDES.values():
            raise unknown("side", side, SIDES.values(), "L")
        plain = str(code).strip().upper().removeprefix("AU")
        found = self._outcomes.get((plain, "L" if side == "L" else "R"))
        if found is None:
            raise unknown(f"action unit of the {self.variant} simulator", code, self.aus, "12")
        return found

    def strength(self, code: str, side: str) -> float:
        """Share of the normal strength, 0 to 1.

        Raises
        ------
        AnatomyError
            Unknown code or side.
        """
        return self._outcome(code, side).strength

    def status(self, code: str, side: str) -> Status:
        """Say "kept", "weak" or "lost"; the limits are KEPT_FROM and LOST_UP_TO.

        Raises
        ------
        AnatomyError
            Unknown code or side.
        """
        strength = self.strength(code, side)
        if strength >= KEPT_FROM:
            return "kept"
        return "lost" if strength <= LOST_UP_TO else "weak"

    def explain(self, code: str, side: str) -> str:
        """Say in one or two sentences which path the command takes and what cuts it.

        Raises
        ------
        AnatomyError
            Unknown code or side.
        """
        return explain(self._outcome(code, side), self.status(code, side), self.command)

    def path(self, code: str, side: str) -> tuple[Step, ...]:
        """Steps from motor system to action unit; a cut path where there is one.

        Raises
        ------
        AnatomyError
            Unknown code or side.
        """
        return self._outcome(code, side).route.steps

    def _with(self, status: Status, side: str) -> frozenset[str]:
        return frozenset(code for code in self.aus if self.status(code, side) == status)

    def lost(self, side: str) -> frozenset[str]:
        """Codes lost on one side."""
        return self._with("lost", side)

    def weak(self, side: str) -> frozenset[str]:
        """Codes weak on one side."""
        return self._with("weak", side)

    def kept(self, side: str) -> frozenset[str]:
        """Codes kept on one side."""
        return self._with("kept", side)

    @cached_property
    def signs(self) -> tuple[str, ...]:
        """What the face shows at rest, without any command."""
        return signs(self._outcomes.values())

    def to_rows(self) -> list[dict[str, str | float]]:
        """One dictionary an action unit and side: code, side, strength, status, explanation."""
        return [
            {
                "code": code,
                "side": side,
                "strength": round(self.strength(code, side), 3),
                "status": self.status(code, side),
                "explanation": self.explain(code, side),
            }
            for code in self.aus
            for side in SIDES.values()
        ]

    def _title(self) -> str:
        cut = ", ".join(item.label for item in self.lesions) or "no lesion"
        return f"{cut}; {self.command} command"

    def _lists(self) -> list[tuple[str, str, str]]:
        def text(codes: frozenset[str]) -> str:
            return " ".join(sorted(codes, key=au_order)) or "none"

        return [
            (word, text(self.lost(side)), text(self.weak(side))) for word, side in SIDES.items()
        ]

    def __repr__(self) -> str:
        lines = [f"LesionResult({self._title()})"]
        lines += [f"  {word:5}  lost: {lost};  weak: {weak}" for word, lost, weak in self._lists()]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><th scope="row">{word}</th><td>{lost}</td><td>{weak}</td></tr>'
            for word, lost, weak in self._lists()
        )
        return (
            f"<table><caption>{html.escape(self._title())}</caption>"
            '<thead><tr><th scope="col">Side (the subject’s)</th><th scope="col">Lost</th>'
            f'<th scope="col">Weak</th></tr></thead><tbody>{rows}</tbody></table>'
        )


def simulate(
    lesions: str | Iterable[str] | None = None,
    command: str = "voluntary",
    variant: str = "used",
) -> LesionResult:
    """Cut the chain and see what is left of every action unit.

    Parameters
    ----------
    lesions : lesion id, several of them, or None for a healthy face
    command : "voluntary" (pyramidal) or "emotional"
    variant : "used"; or "printed": branches as in section 2 of Dong et al. (2022) and a lower
        facial nucleus with opposite input only. Where the paper is silent on the wiring, ours
        stands in.

    Raises
    ------
    AnatomyError
        Unknown lesion, command or variant.

    Notes
    -----
    The muscle's strength is the share of its main branches that survive, times the share of the
    command that reaches its nucleus. The unit's strength is the mean over its prime movers, or
    the best of its alternatives. A muscle whose own nerve is cut is slack for good: that does
    not hinder the other movers, but it is no movement on command.

    Source: S0-014 to S0-018, S0-059, S0-070; E0-20, E0-34.
    """
    names = [lesions] if isinstance(lesions, str) else list(lesions or ())
    if command not in COMMANDS:
        raise unknown("command", command, COMMANDS, "voluntary")
    chosen = tuple(dict.fromkeys(lesion(name) for name in names))
    return LesionResult(chosen, command, check_variant(variant))
