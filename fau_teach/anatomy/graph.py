"""The chain as a typed, directed graph: system, nucleus, nerve, muscle, action unit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from fau_teach._claims import EVIDENCE_COLUMNS
from fau_teach._data import DataError, read_csv
from fau_teach.anatomy.muscles import leaves, muscles
from fau_teach.anatomy.nerves import nerves
from fau_teach.anatomy.records import Edge, Node, Variant, check_variant, unknown

LAYERS = ("system", "nucleus", "nerve", "muscle", "au")
UNRESOLVED = "other_orbicularis"


def au_order(code: str) -> tuple[int, str]:
    """Sort key of an AU code or node id: by number."""
    digits = "".join(c for c in code if c.isdigit())
    return (int(digits or 0), code)


class Graph:
    """Nodes and edges of the chain; never changed after it is built.

    A nerve carries fibres from several nuclei, so a walk is a path only if it enters
    each muscle from that muscle's own nucleus.

    Parameters
    ----------
    nodes, edges : in layer order
    nuclei : muscle id to the nuclei its motor neurons lie in
    variant : "used" or "printed"
    """

    __slots__ = ("_in", "_nodes", "_nuclei", "_out", "edges", "nodes", "variant")

    def __init__(
        self,
        nodes: Iterable[Node],
        edges: Iterable[Edge],
        nuclei: dict[str, frozenset[str]],
        variant: Variant,
    ) -> None:
        self.nodes: tuple[Node, ...] = tuple(nodes)
        self.edges: tuple[Edge, ...] = tuple(edges)
        self.variant = variant
        self._nuclei = nuclei
        self._nodes = {node.id: node for node in self.nodes}
        self._out: dict[str, list[Edge]] = {node.id: [] for node in self.nodes}
        self._in: dict[str, list[Edge]] = {node.id: [] for node in self.nodes}
        for edge in self.edges:
            self._out[edge.start].append(edge)
            self._in[edge.end].append(edge)

    def __repr__(self) -> str:
        return f"Graph({self.variant!r}: {len(self.nodes)} nodes, {len(self.edges)} edges)"

    def node(self, name: str) -> Node:
        """Node by id.

        Raises
        ------
        AnatomyError
            The graph has no such node (suggests near ones).
        """
        if name not in self._nodes:
            raise unknown(f"node of the {self.variant} graph", name, self._nodes, "AU12")
        return self._nodes[name]

    def layer(self, name: str) -> tuple[Node, ...]:
        """Nodes of one layer: "system", "nucleus", "nerve", "muscle" or "au"."""
        if name not in LAYERS:
            raise unknown("layer", name, LAYERS)
        return tuple(node for node in self.nodes if node.layer == name)

    def out_edges(self, name: str) -> tuple[Edge, ...]:
        """Edges that leave a node."""
        return tuple(self._out[self.node(name).id])

    def in_edges(self, name: str) -> tuple[Edge, ...]:
        """Edges that reach a node."""
        return tuple(self._in[self.node(name).id])

    def successors(self, name: str) -> frozenset[str]:
        """Ids one step forward."""
        return frozenset(edge.end for edge in self.out_edges(name))

    def predecessors(self, name: str) -> frozenset[str]:
        """Ids one step back."""
        return frozenset(edge.start for edge in self.in_edges(name))

    def downstream(self, name: str) -> frozenset[str]:
        """Ids on any path that starts here, the node itself left out."""
        self.node(name)
        return frozenset(n for walk in self._walks((name,), forward=True) for n in walk) - {name}

    def upstream(self, name: str) -> frozenset[str]:
        """Ids on any path that ends here, the node itself left out."""
        self.node(name)
        return frozenset(n for walk in self._walks((name,), forward=False) for n in walk) - {name}

    def paths(self, start: str, end: str) -> tuple[tuple[str, ...], ...]:
        """All paths between two nodes, as tuples of node ids.

        Raises
        ------
        AnatomyError
            A node is unknown.
        """
        self.node(start)
        self.node(end)
        found = {w for w in self._walks((end,), forward=False) if w[0] == start}
        return tuple(sorted(found))

    def _walks(self, walk: tuple[str, ...], forward: bool) -> Iterator[tuple[str, ...]]:
        yield walk
        steps = self._out[walk[-1]] if forward else self._in[walk[0]]
        # Parallel edges (two sources on one link) are one step.
        for name in dict.fromkeys(edge.end if forward else edge.start for edge in steps):
            longer = (*walk, name) if forward else (name, *walk)
            if self._fits(longer):
                yield from self._walks(longer, forward)

    def _fits(self, walk: tuple[str, ...]) -> bool:
        centres = {name for name in walk if self._nodes[name].layer == "nucleus"}
        allowed = [self._nuclei[name] for name in walk if name in self._nuclei]
        return all(centres <= nuclei for nuclei in allowed)


def _edge(row: dict[str, str], variant: Variant, start: str, end: str) -> Edge:
    return Edge(
        start=start,
        end=end,
        kind=row["kind"],
        role=row["role"],
        action=row[variant] if row["kind"] == "muscle-au" else "",
        variable=row["variable"] == "yes",
        basis=row["basis"],
        **{column: row[column] for column in EVIDENCE_COLUMNS},
    )


def _edges(variant: Variant) -> list[Edge]:
    known = {muscle.id for muscle in muscles()} | {UNRESOLVED}
    edges = []
    for row in read_csv("anatomy/edges.csv", ("start", "end", "kind", "printed", "used")):
        start, end = row["start"], row["end"]
        for name, side in ((start, "muscle-au"), (end, "nerve-muscle")):
            if row["kind"] == side and name not in known:
                raise DataError(f"data/anatomy/edges.csv: no muscle {name!r}.")
        if not row[variant]:
            continue
        if variant == "printed":
            edges.append(_edge(row, variant, start, end))
        elif row["kind"] == "nerve-muscle":
            edges += [_edge(row, variant, start, leaf) for leaf in leaves(end)]
        else:
            edges.append(_edge(row, variant, start, end))
    return edges


def _parts(edges: list[Edge]) -> list[Edge]:
    """Links from a printed whole to those parts that a source names as moving an AU."""
    movers = {edge.start for edge in edges if edge.kind == "muscle-au"}
    driven = {edge.end for edge in edges if edge.kind == "nerve-muscle"}
    return [
        Edge(
            start=m.part_of,
            end=m.id,
            kind="whole-part",
            role="",
            action="",
            printed="part of",
            used="part of",
            source="S2-004",
            erratum="",
            confidence="sure",
            reference="imotions",
            note="",
            variable=False,
            basis="inferred",
        )
        for m in muscles()
        if m.id in movers and m.part_of in driven
    ]


@cache
def graph(variant: str = "used") -> Graph:
    """Build the chain.

    Parameters
    ----------
    variant : "used" draws the smallest parts and every corrected link; "printed" draws what
        Dong et al. (2022), section 2, say of nerves, with the muscles of the action units as
        the sources print them. There a whole such as frontalis is one node, linked to its parts.

    Raises
    ------
    AnatomyError
        Unknown variant.

    Source: S0-012 to S0-021, S0-057, S0-059, S2-005 to S2-034; E0-15 to E0-22, E2-07 to E2-15.
    """
    chosen = check_variant(variant)
    edges = _edges(chosen)
    if chosen == "printed":
        edges += _parts(edges)
    ends = {edge.start for edge in edges} | {edge.end for edge in edges}
    centres = read_csv("anatomy/centres.csv")
    nodes = [Node(row["id"], row["layer"], row["name"], row["detail"]) for row in centres]
    nodes += [Node(n.id, "nerve", n.name, n.detail) for n in nerves()]
    nodes += [Node(m.id, "muscle", m.name, m.region) for m in muscles()]
    nodes.append(Node(UNRESOLVED, "muscle", "“other orbicularis muscles”", "cannot be resolved"))
    units = sorted((name for name in ends if name.startswith("AU")), key=au_order)
    nodes += [Node(name, "au", name, "") for name in units]
    by_id = {muscle.id: muscle for muscle in muscles()}
    nuclei = {name: frozenset(by_id[leaf].nucleus for leaf in leaves(name)) for name in by_id}
    return Graph([node for node in nodes if node.id in ends], edges, nuclei, chosen)
