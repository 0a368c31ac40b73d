"""Questions to the chain: who drives what, what is missing, where the source disagrees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from fau_teach.anatomy.graph import au_order, graph
from fau_teach.anatomy.muscles import family, leaves, muscle
from fau_teach.anatomy.nerves import nerve
from fau_teach.anatomy.records import Claim, unknown


def branches_of(spelling: str, variant: str = "used") -> frozenset[str]:
    """Ids of the nerves that drive a muscle, variable ones included.

    Parameters
    ----------
    spelling : any printed spelling of the muscle
    variant : "used", or "printed": section 2 of Dong et al. (2022)

    Raises
    ------
    AnatomyError
        Unknown muscle or variant.

    Source: S0-014 to S0-018.
    """
    chosen = muscle(spelling).id
    targets = frozenset(leaves(chosen)) if variant == "used" else family(chosen)
    edges = graph(variant).edges
    return frozenset(e.start for e in edges if e.kind == "nerve-muscle" and e.end in targets)


@dataclass(frozen=True, slots=True)
class InnervationRow:
    """One printed muscle group and what two sections of one paper say of its nerves.

    ``section4`` is None where section 4 is silent. ``status`` is "consistent", "section 2 only",
    "contradictory" (a printed nerve is wrong), "incomplete" (both sections leave a nerve out)
    or "section 2 incomplete" (section 4 knows more). ``flagged`` marks the last three.
    """

    group: str
    section2: frozenset[str]
    section4: frozenset[str] | None
    used: frozenset[str]
    status: str
    erratum: str
    claims: tuple[Claim, ...]

    @property
    def flagged(self) -> bool:
        """Two statements that disagree with each other or with what we use."""
        return self.status not in ("consistent", "section 2 only")


def _nerve_set(text: str) -> frozenset[str]:
    return frozenset(nerve(name).id for name in text.split(" + "))


def _status(first: frozenset[str], second: frozenset[str] | None, used: frozenset[str]) -> str:
    if second is None:
        return "section 2 only"
    if (first | second) - used:
        return "contradictory"
    if first != second:
        return "section 2 incomplete"
    return "consistent" if first == used else "incomplete"


@cache
def innervation_report() -> tuple[InnervationRow, ...]:
    """The nine printed muscle groups, with the contradictions computed from the two sections.

    Source: S0-014 to S0-018, S0-076 to S0-088; E0-16, E0-17, E0-21.
    """
    groups: dict[str, list[Claim]] = {}
    for claim in Claim.read("anatomy/innervation.csv"):
        groups.setdefault(claim.subject, []).append(claim)
    report = []
    for group, claims in groups.items():
        said = {claim.attribute: claim for claim in claims}
        first = _nerve_set(said["section 2"].printed)
        later = said.get("section 4")
        second = _nerve_set(later.printed) if later else None
        used = _nerve_set((later or said["section 2"]).used)
        errata = {claim.erratum for claim in claims} - {""}
        status = _status(first, second, used)
        erratum = ";".join(sorted(errata))
        report.append(InnervationRow(group, first, second, used, status, erratum, tuple(claims)))
    return tuple(report)


def au_codes(variant: str = "used") -> tuple[str, ...]:
    """Codes of the action units in the graph, in numerical order."""
    return tuple(node.id.removeprefix("AU") for node in graph(variant).layer("au"))


def imotions_codes() -> tuple[str, ...]:
    """The 30 main action units of the iMotions guide.

    Source: S2-004 to S2-034.
    """
    printed = [e for e in graph("printed").edges if e.kind == "muscle-au"]
    codes = {e.end.removeprefix("AU") for e in printed if e.source.startswith("S2")}
    return tuple(sorted(codes, key=au_order))


def not_purely_facial_nerve(codes: Iterable[str] | None = None) -> frozenset[str]:
    """Codes with at least one mover that the facial nerve does not drive.

    Parameters
    ----------
    codes : AU codes to look at; the 30 of the iMotions guide by default

    Raises
    ------
    AnatomyError
        A code has no muscle in the tables.

    Source: S0-020; E0-20.
    """
    chosen = imotions_codes() if codes is None else tuple(codes)
    known = au_codes()
    foreign = set()
    for code in chosen:
        if code not in known:
            raise unknown("action unit with a muscle", code, known, "12")
        movers = incidence().muscles_of(code)
        driven = {n for mover in movers for n in branches_of(mover)}
        if any(nerve(name).cranial != "VII" for name in driven):
            foreign.add(code)
    return frozenset(foreign)


@dataclass(frozen=True, slots=True)
class Incidence:
    """Action units against muscles; ``cells[i][j]`` is 1 where muscle j moves unit i."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[int, ...], ...]

    def muscles_of(self, code: str) -> frozenset[str]:
        """Muscle ids of one AU code; empty if the table has no such row."""
        if code not in self.rows:
            return frozenset()
        row = self.cells[self.rows.index(code)]
        return frozenset(name for name, cell in zip(self.columns, row, strict=True) if cell)

    def units_of(self, spelling: str) -> frozenset[str]:
        """AU codes that a muscle, or any part of it, moves."""
        members = family(muscle(spelling).id) & set(self.columns)
        places = [self.columns.index(name) for name in members]
        return frozenset(
            code
            for code, row in zip(self.rows, self.cells, strict=True)
            if any(row[place] for place in places)
        )


@cache
def incidence(variant: str = "used", assistants: bool = False) -> Incidence:
    """Many-to-many table of action units and muscles.

    Parameters
    ----------
    variant : "used" or "printed"
    assistants : count muscles that only assist

    Source: S0-021, S2-005 to S2-034.
    """
    roles = {"prime", "alternative"} | ({"assist"} if assistants else set())
    pairs = {
        (e.end.removeprefix("AU"), e.start)
        for e in graph(variant).edges
        if e.kind == "muscle-au" and e.role in roles
    }
    rows = tuple(sorted({code for code, _ in pairs}, key=au_order))
    used = {name for _, name in pairs}
    columns = tuple(node.id for node in graph(variant).layer("muscle") if node.id in used)
    cells = tuple(tuple(int((code, name) in pairs) for name in columns) for code in rows)
    return Incidence(rows, columns, cells)


def orphans(variant: str = "used") -> tuple[str, ...]:
    """AU codes that no motor system reaches: the gaps of the chain.

    None are left in the used variant. In the printed one they are the units whose muscles
    Dong et al. (2022) give no nerve.

    Source: S0-012; E0-22.
    """
    chain = graph(variant)
    systems = {node.id for node in chain.layer("system")}
    return tuple(
        node.id.removeprefix("AU")
        for node in chain.layer("au")
        if not systems & chain.upstream(node.id)
    )
