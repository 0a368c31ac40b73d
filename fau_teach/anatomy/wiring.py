"""How far a command gets: from motor system to muscle, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from fau_teach._data import DataError
from fau_teach.anatomy.graph import graph
from fau_teach.anatomy.muscles import family, leaves, muscle
from fau_teach.anatomy.nerves import nerve
from fau_teach.anatomy.records import Claim, Edge, Variant

Side = Literal["L", "R"]
OTHER: dict[Side, Side] = {"L": "R", "R": "L"}
WORD: dict[str, str] = {"L": "left", "R": "right", "both": "both sides"}

# Chosen by us (E0-34). The lower nucleus gets *mainly* opposite input. The share must be above
# zero, or the printed "only" would stand, and small enough that a cut on the opposite side still
# reads as a lost unit, as it does at the bedside. No source gives a number.
IPSILATERAL_SHARE = 0.15
# Chosen by us: what a muscle still does through a minor branch alone. Weak, not lost (E0-17).
MINOR_SHARE = 0.3
# What the same and the opposite hemisphere can deliver alone; together never more than all.
SHARES = {
    "bilateral": (1.0, 1.0),
    "contralateral": (0.0, 1.0),
    "mainly contralateral": (IPSILATERAL_SHARE, 1.0),
    "ipsilateral": (1.0, 0.0),
}
# The jaw is one bone and the tongue one organ: both halves move it, so it has one strength.
MIDLINE = frozenset({"19", "26", "27"})


@cache
def wirings() -> tuple[Claim, ...]:
    """How each motor system reaches each nucleus: subject is the system, attribute the nucleus.

    Source: S0-059; E0-34.
    """
    claims = Claim.read("anatomy/wiring.csv")
    for claim in claims:
        for text in {claim.printed, claim.used} - {""}:
            if text not in SHARES:
                raise DataError(f"data/anatomy/wiring.csv: {text!r} is no wiring.")
    return claims


@cache
def wiring_of(system: str, nucleus: str, variant: Variant = "used") -> str:
    """Wiring word, such as "bilateral"; "" where no fibres run."""
    for claim in wirings():
        if (claim.subject, claim.attribute) == (system, nucleus):
            # A source that is silent contradicts nothing, so ours stands in.
            return (claim.printed or claim.used) if variant == "printed" else claim.used
    return ""


@dataclass(frozen=True, slots=True)
class Step:
    """One place on a path; ``side`` is "L", "R" or "both", ``cut`` says it stopped working."""

    node: str
    label: str
    side: str
    cut: bool

    def __str__(self) -> str:
        return f"{self.label} (cut here)" if self.cut else self.label


@dataclass(frozen=True, slots=True)
class Route:
    """One way from a motor system to an action unit."""

    nerve: str
    steps: tuple[Step, ...]

    @property
    def cuts(self) -> tuple[Step, ...]:
        """Steps that stopped working."""
        return tuple(step for step in self.steps if step.cut)


@dataclass(frozen=True, slots=True)
class Mover:
    """A muscle's part in an action unit on one side.

    ``drive`` is the share of the command that arrives, ``healthy`` the same without lesions,
    ``slack`` says that all its nerves are cut, ``share`` the command at its nucleus; ``routes``
    are the ways through its main nerves, then through minor ones.
    """

    muscle: str
    name: str
    action: str
    role: str
    drive: float
    healthy: float
    share: float
    wiring: str
    slack: bool
    routes: tuple[Route, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """An action unit on one side: how strong, by which movers, and the path to show.

    ``own`` is this side's strength where ``strength`` is that of a midline organ; ``spare`` says
    that one of two hemispheres is cut and the other one suffices.
    """

    code: str
    side: Side
    strength: float
    own: float
    counted: tuple[Mover, ...]
    assistants: tuple[Mover, ...]
    route: Route
    spare: bool


@cache
def _supply(name: str, variant: Variant, role: str = "main") -> tuple[str, ...]:
    """Main or minor nerves of a mover; empty where the variant states none."""
    targets = frozenset(leaves(name)) if variant == "used" else family(name)
    edges = graph(variant).edges
    chosen = [e for e in edges if e.kind == "nerve-muscle" and e.role == role]
    return tuple(dict.fromkeys(e.start for e in chosen if e.end in targets))


@cache
def _movers(variant: Variant) -> dict[str, tuple[Edge, ...]]:
    """AU code to its muscle edges, those left out whose muscle has no stated nerve."""
    found: dict[str, list[Edge]] = {}
    for edge in graph(variant).edges:
        if edge.kind == "muscle-au" and _supply(edge.start, variant):
            found.setdefault(edge.end.removeprefix("AU"), []).append(edge)
    counted = {c: es for c, es in found.items() if any(e.role != "assist" for e in es)}
    return {code: tuple(edges) for code, edges in counted.items()}


class Face:
    """Both halves of a face with some places cut.

    Parameters
    ----------
    cuts : pairs of node id and side that stopped working
    system : id of the motor system that gives the command
    variant : which tables to follow
    """

    def __init__(self, cuts: frozenset[tuple[str, Side]], system: str, variant: Variant) -> None:
        self.cuts = cuts
        self.system = system
        self.variant = variant

    def alive(self, node: str, side: Side) -> bool:
        """Whether a place works."""
        return (node, side) not in self.cuts

    def share(self, nucleus: str, side: Side) -> float:
        """Share of the command that reaches a nucleus, 0 to 1."""
        near, far = SHARES.get(wiring_of(self.system, nucleus, self.variant), (0.0, 0.0))
        same = self.alive(self.system, side)
        opposite = self.alive(self.system, OTHER[side])
        return min(1.0, near * same + far * opposite)

    def carries(self, name: str, nucleus: str, side: Side) -> bool:
        """Whether nucleus, trunk and branch all work, so that fibres still reach the muscle."""
        places = {nucleus, name, nerve(name).part_of or name}
        return all(self.alive(place, side) for place in places)

    def mover(self, edge: Edge, side: Side) -> Mover:
        """What is left of one muscle's part in an action unit."""
        item = muscle(edge.start)
        nucleus = muscle(leaves(item.id)[0]).nucleus
        supply = _supply(item.id, self.variant)
        minor = _supply(item.id, self.variant, "minor")
        working = [name for name in supply if self.carries(name, nucleus, side)]
        rest = MINOR_SHARE if any(self.carries(name, nucleus, side) for name in minor) else 0.0
        share = self.share(nucleus, side)
        code = edge.end
        return Mover(
            muscle=item.id,
            name=item.name,
            action=edge.action,
            role=edge.role,
            drive=share * (len(working) / len(supply) if working else rest),
            healthy=Face(frozenset(), self.system, self.variant).share(nucleus, side),
            share=share,
            wiring=wiring_of(self.system, nucleus, self.variant),
            slack=not working and not rest,
            routes=tuple(
                self.route(name, nucleus, item.name, code, side) for name in (*supply, *minor)
            ),
        )

    def route(self, name: str, nucleus: str, mover: str, unit: str, side: Side) -> Route:
        """One path through one nerve, with the places that are cut."""
        word = WORD[side]
        centre = graph().node(nucleus).label
        steps = [self._system(nucleus, side)]
        steps.append(Step(nucleus, f"{word} {centre}", side, not self.alive(nucleus, side)))
        for place in (nerve(name).part_of, name):
            if place:
                steps.append(Step(place, nerve(place).name, side, not self.alive(place, side)))
        steps.append(Step(muscle(mover).id, mover, side, False))
        steps.append(Step(unit, f"{unit} on the {word}", side, False))
        return Route(name, tuple(steps))

    def _system(self, nucleus: str, side: Side) -> Step:
        kind = wiring_of(self.system, nucleus, self.variant)
        living = [half for half in OTHER if self.alive(self.system, half)]
        where: str
        if kind == "bilateral" and len(living) != 1:
            cut, where, word = not living, "both", "left and right"
        else:
            giver = OTHER[side]
            if kind in ("bilateral", "ipsilateral"):
                giver = living[0] if kind == "bilateral" else side
            cut, where, word = not self.alive(self.system, giver), giver, WORD[giver]
        many = "s" if where == "both" else ""
        if self.system == "pyramidal":
            label = f"{word} motor cortex and pyramidal tract{many}"
        else:
            label = f"{word} emotional motor pathway{many}"
        return Step(self.system, label, where, cut)

    def outcomes(self) -> dict[tuple[str, Side], Outcome]:
        """Outcome of every action unit on both sides."""
        found: dict[tuple[str, Side], Outcome] = {}
        sides: tuple[Side, Side] = ("L", "R")
        for code, edges in _movers(self.variant).items():
            movers = {side: [self.mover(e, side) for e in edges] for side in sides}
            own = {side: unit_strength(movers[side]) for side in sides}
            for side in sides:
                counted = tuple(m for m in movers[side] if m.role != "assist")
                route = _shown(counted, own[side])
                halves = [self.alive(self.system, half) for half in sides]
                both = any(m.wiring == "bilateral" for m in counted)
                found[code, side] = Outcome(
                    code=code,
                    side=side,
                    strength=midline(own, counted) if code in MIDLINE else own[side],
                    own=own[side],
                    counted=counted,
                    assistants=tuple(m for m in movers[side] if m.role == "assist"),
                    route=route,
                    spare=both and sum(halves) == 1,
                )
        return found


def unit_strength(movers: list[Mover]) -> float:
    """Strength of a unit from its movers on one side, 0 to 1; assistants do not count."""
    counted = [mover for mover in movers if mover.role != "assist"]
    if all(mover.role == "alternative" for mover in counted):
        return max(mover.drive for mover in counted)
    # A muscle that should relax and is slack for good does not hinder the others; but without
    # one mover under command there is no movement to score, only a sign at rest.
    if not any(mover.drive > 0 for mover in counted):
        return 0.0
    parts = [1.0 if m.action == "relax" and m.slack else m.drive for m in counted]
    return sum(parts) / len(parts)


def midline(own: Mapping[Side, float], counted: Sequence[Mover]) -> float:
    """Strength of a unit of one bone or one tongue, from the strengths of both sides.

    Muscles that pull add up. Where all of them have to let go, one side under command is
    enough: the other side, slack for good, does not hold the jaw.
    """
    if all(mover.action == "relax" for mover in counted):
        return max(own.values())
    return sum(own.values()) / len(own)


def _shown(counted: tuple[Mover, ...], strength: float) -> Route:
    """The path worth showing: the weakest mover's cut one if the unit suffers, else the best."""
    pick = max if strength >= 1 or counted[0].role == "alternative" else min
    mover = pick(counted, key=lambda m: m.drive)
    cut = [route for route in mover.routes if route.cuts]
    return cut[0] if cut and strength < 1 else mover.routes[0]
