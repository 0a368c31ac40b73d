"""The map of the whole chain: command, nucleus, nerve, muscle, action unit, emotion.

Our drawing, not a copy of Fig. 1 of the source. Nodes and edges come from
:func:`fau_teach.anatomy.graph`; the emotion column comes from one emotion table at a time.

Source: S0-012, S0-019, S0-021; E0-20, E0-42.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

import traitlets

from fau_teach import anatomy, emotion, facs
from fau_teach._claims import EVIDENCE_COLUMNS
from fau_teach.anatomy.records import VARIANTS, Variant
from fau_teach.widgets._base import Figure, check_option
from fau_teach.widgets._map_layout import LOWER, place

__all__ = ["CLAIM", "CREDIT", "LAYERS", "NerveMap"]

Record = dict[str, Any]

OUTSIDE = "anatomy, outside the sources"
CREDIT = "Our drawing, not a copy of Fig. 1."
CLAIM = (
    "The emotion column is one table's claim, not FACS: an edge there says that the table "
    "lists the action unit under that emotion."
)


@dataclass(frozen=True, slots=True)
class Layer:
    """One column: its id, its heading, and what one and several of its nodes are called."""

    id: str
    title: str
    one: str
    many: str


LAYERS = (
    Layer("system", "Command", "command path", "command paths"),
    Layer("nucleus", "Nucleus", "nucleus", "nuclei"),
    Layer("nerve", "Nerve", "nerve", "nerves"),
    Layer("muscle", "Muscle", "muscle", "muscles"),
    Layer("au", "Action unit", "action unit", "action units"),
    Layer("emotion", "Emotion", "emotion", "emotions"),
)
_BANDS = {"scalp": 0, "forehead": 0, "brow": 0, "eye": 1}
_TABLE_NAMES = {"dong": "Dong 2022", "imotions": "iMotions"}
# Where a long word may break in a narrow column.
_JOINTS = ("extra", "oculo", "hypo", "sympa", "trige", "mandi", "acces")
_EMOTION_PREFIX = "emotion_"


class NerveMap(Figure):
    """Choose any node of the chain and see its paths both ways, each edge with its source.

    Parameters
    ----------
    focus : id of the node that is chosen at first, such as ``"AU12"`` or
        ``"VII_zygomatic"``; None for none
    table : emotion table shown at first, ``"dong"`` or ``"imotions"``
    layers : the columns to draw, neighbours in the chain; all six by default
    variant : ``"used"``, or ``"printed"`` for the edges as the sources print them
    notes_href : page that holds the source notes; erratum badges link into it when given

    Raises
    ------
    ValueError
        Unknown node, table, variant or layer, or layers with a gap between them.

    Source: S0-012, S0-019, S0-021; emotion edges S0-048 to S0-053, S2-047 to S2-053.
    """

    figure = "nerve_map"

    selected = traitlets.Unicode(help="Id of the chosen node, or empty.").tag(sync=True)
    table = traitlets.Unicode("dong", help="Emotion table shown.").tag(sync=True)
    variant = traitlets.Unicode("used", help="Edges as used or as printed.").tag(sync=True)
    notes_href = traitlets.Unicode(help="Page of the source notes, or empty.").tag(sync=True)

    def __init__(
        self,
        focus: str | None = None,
        table: str = "dong",
        layers: Iterable[str] | None = None,
        variant: Variant = "used",
        notes_href: str | None = None,
        **kwargs: Any,
    ) -> None:
        chosen = _layers(layers)
        data = _data(chosen)
        check_option("a table", table, data["tables"])
        check_option("a variant", variant, VARIANTS)
        if focus is not None:
            shown = [
                node["id"]
                for node in data["nodes"]
                if variant in node["variants"] and table in node.get("tables", [table])
            ]
            check_option("a node of this map", focus, shown)
        names = [layer.title.lower() for layer in LAYERS if layer.id in chosen]
        kwargs.setdefault("label", f"Map from {names[0]} to {names[-1]}")
        super().__init__(
            data=deepcopy(data),
            selected=focus or "",
            table=table,
            variant=variant,
            notes_href=notes_href or "",
            **kwargs,
        )

    def fallback_html(self) -> str:
        """Every muscle with its nerves, its action units and their sources, as a table."""
        nodes = {node["id"]: node for node in self.data["nodes"]}
        edges = [edge for edge in self.data["edges"] if self.variant in edge["variants"]]
        rows = []
        for node in nodes.values():
            if node["layer"] != "muscle" or self.variant not in node["variants"]:
                continue
            into = [(nodes[e["start"]], e) for e in edges if e["end"] == node["id"]]
            out = [(nodes[e["end"]], e) for e in edges if e["start"] == node["id"]]
            cells = (
                _listed(
                    near["label"] if near["layer"] == "nerve" else f"through {near['label']}"
                    for near, _ in into
                ),
                _listed(
                    near["label"] + (" (relaxes)" if edge["verb"].startswith("relaxes") else "")
                    for near, edge in out
                    if near["layer"] == "au"
                ),
                _listed(_origin(edge) for _, edge in (*into, *out)),
            )
            body = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
            rows.append(f'<tr><th scope="row">{escape(node["label"])}</th>{body}</tr>')
        credit = escape(f"{self.label}. {self.data['credit']}")
        if not rows:
            return f"<p>{credit}</p>"
        heads = "".join(
            f'<th scope="col">{name}</th>' for name in ("Muscle", "Nerve", "AUs", "Sources")
        )
        return (
            f"<table><caption>{credit}</caption>"
            f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
        )


def _layers(wanted: Iterable[str] | None) -> tuple[str, ...]:
    every = [layer.id for layer in LAYERS]
    if wanted is None:
        return tuple(every)
    chosen = list(wanted)
    for name in chosen:
        check_option("a layer", name, every)
    ordered = [name for name in every if name in chosen]
    first = every.index(ordered[0]) if ordered else 0
    if len(ordered) < 2 or ordered != every[first : first + len(ordered)]:
        raise ValueError(f"layers {chosen}: give two or more neighbours of {every}.")
    return tuple(ordered)


def _listed(parts: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(parts))


def _origin(edge: Mapping[str, Any]) -> str:
    if edge["source"] != "outside":
        return str(edge["source"])
    reference = edge.get("reference")
    return f"{OUTSIDE} ({reference})" if reference else OUTSIDE


@cache
def _data(layers: tuple[str, ...]) -> Record:
    """Everything the module draws; computed once for each choice of columns."""
    nodes, edges = _structure()
    tables: Record = {}
    if "emotion" in layers:
        more_nodes, more_edges, tables = _emotions()
        nodes, edges = nodes + more_nodes, edges + more_edges
    else:
        tables = {found.id: {} for found in emotion.tables()}
    nodes = [dict(node) for node in nodes if node["layer"] in layers]
    inside = {node["id"] for node in nodes}
    edges = [edge for edge in edges if edge["start"] in inside and edge["end"] in inside]
    linked = {end for edge in edges for end in (edge["start"], edge["end"])}
    nodes = [node | {"rows": {}} for node in nodes if node["id"] in linked]
    sheets = {}
    for variant in VARIANTS:
        shown = [node for node in nodes if variant in node["variants"]]
        layout = place(
            {name: [n["id"] for n in shown if n["layer"] == name] for name in layers},
            {node["id"]: node["band"] for node in shown if "band" in node},
            [(e["start"], e["end"]) for e in edges if variant in e["variants"]],
        )
        for node in shown:
            node["rows"][variant] = layout.rows[node["id"]]
        sheets[variant] = {"rows": layout.height, "split": layout.split}
    nodes.sort(key=lambda node: (layers.index(node["layer"]), max(node["rows"].values())))
    return {
        "layers": [
            {"id": each.id, "title": each.title, "one": each.one, "many": each.many}
            for each in LAYERS
            if each.id in layers
        ],
        "nodes": nodes,
        "edges": edges,
        "tables": tables,
        "sheets": sheets,
        "credit": f"{CREDIT} {CLAIM}" if "emotion" in layers else CREDIT,
    }


def _structure() -> tuple[list[Record], list[Record]]:
    """Nodes and edges up to the action units, each with the variants that hold it."""
    nodes: dict[str, Record] = {}
    edges: dict[tuple[tuple[str, Any], ...], Record] = {}
    for variant in VARIANTS:
        graph = anatomy.graph(variant)
        for node in graph.nodes:
            record = nodes.setdefault(node.id, _node(node))
            record["variants"].append(variant)
        for edge in graph.edges:
            record = _edge(edge)
            key = tuple(record.items())
            edges.setdefault(key, {**record, "variants": []})["variants"].append(variant)
    return list(nodes.values()), list(edges.values())


def _node(node: anatomy.Node) -> Record:
    record: Record = {
        "id": node.id,
        "layer": node.layer,
        "label": node.label,
        "name": "",
        "detail": node.detail,
        "variants": [],
    }
    if node.layer == "au":
        unit = facs.au(node.id.removeprefix("AU"))
        name = unit.name[:1].lower() + unit.name[1:]
        # AU6 lifts the cheek but belongs to the upper face: it stands with the eye.
        band = _BANDS.get(unit.region, 1) if unit.half == "upper" else LOWER
        record |= {"label": unit.label, "name": name, "band": band}
    elif node.layer == "muscle":
        record |= _muscle(node.id)
    for joint in _JOINTS:
        if joint in record["label"]:
            record["chip"] = record["label"].replace(joint, f"{joint}\u00ad")
    return record


def _muscle(muscle_id: str) -> Record:
    """What the map says of a muscle; nothing but the band for a name that fits no muscle."""
    found = {muscle.id: muscle for muscle in anatomy.muscles()}
    if muscle_id not in found:
        return {"band": LOWER}
    muscle = found[muscle_id]
    todo, nuclei = [muscle], set()
    while todo:
        part = todo.pop()
        nuclei |= {part.nucleus} - {""}
        todo += [found[name] for name in part.parts]
    does = muscle.function
    return {
        "label": muscle.name.split(" (")[0],
        "detail": f"{does.used[:1].upper()}{does.used[1:]}." if does else "",
        "band": _BANDS.get(muscle.region, LOWER),
        # A nerve carries fibres of several nuclei; a path keeps to those of its muscle.
        "nuclei": sorted(nuclei),
    }


def _edge(edge: anatomy.Edge) -> Record:
    record: Record = {"start": edge.start, "end": edge.end, "verb": _verb(edge)}
    fields = (*EVIDENCE_COLUMNS, "role")
    record |= {name: getattr(edge, name) for name in fields if getattr(edge, name)}
    if edge.action:
        record["action"] = edge.action
    # A muscle that the printed text misses is as much a difference as one it gets wrong.
    if edge.printed != edge.used and (edge.printed or edge.erratum):
        record["differs"] = True
    if edge.variable:
        record["variable"] = True
    if edge.basis == "inferred":
        record["inferred"] = True
    return record


def _verb(edge: anatomy.Edge) -> str:
    kind = edge.kind
    if kind == "whole-part":
        return "has as a part"
    if kind.startswith("muscle"):
        verb = "relaxes" if edge.action.startswith("relax") else "contracts"
        role = {"assist": ", as a helper", "alternative": ", one of several ways"}
    else:
        verb = {"system": "projects", "nucleus": "drives"}.get(kind.split("-")[0], "supplies")
        role = {"minor": ", as a minor supply"}
    return (
        verb
        + role.get(edge.role, "")
        + (", varies between people" if edge.variable else "")
        + (", inferred" if edge.basis == "inferred" else "")
    )


def _emotions() -> tuple[list[Record], list[Record], Record]:
    """Emotion nodes and the edges of every emotion table, and what the tables claim."""
    nodes: dict[str, Record] = {}
    edges: list[Record] = []
    tables: Record = {}
    for table in emotion.tables():
        tables[table.id] = {
            "title": table.title,
            "short": _TABLE_NAMES.get(table.id, table.id),
            "reading": "AUs that may show" if table.kind == "option_set" else "AUs shown together",
        }
        for name, found in table.sets.items():
            node_id = _EMOTION_PREFIX + name.lower()
            node = nodes.setdefault(
                node_id,
                {
                    "id": node_id,
                    "layer": "emotion",
                    "label": name,
                    "name": "",
                    "detail": "",
                    "variants": list(VARIANTS),
                    "tables": [],
                },
            )
            node["tables"].append(table.id)
            edges.extend(_claim(cell, table.id, node_id, found.one_sided) for cell in found.cells)
    return list(nodes.values()), edges, tables


def _claim(cell: emotion.Cell, table: str, node_id: str, one_sided: bool) -> Record:
    record: Record = {
        "start": f"AU{cell.code}",
        "end": node_id,
        "verb": "listed, on one side only" if one_sided else "listed",
        "table": table,
        "variants": [v for v in VARIANTS if getattr(cell, v)],
    }
    record |= {name: getattr(cell, name) for name in EVIDENCE_COLUMNS if getattr(cell, name)}
    if cell.printed != cell.used:
        record["differs"] = True
    return record
