"""Where the nodes of a layered map stand: few crossings, and always at the same place.

Muscles and action units fill bands (brow, eye, lower face), so that the split between upper
and lower face lies at the same height in both columns. The other columns float to the
height of their neighbours. Everything is counted in half rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

CHIP = 2  # half rows a chip takes in the dense columns
WIDE = 4  # half rows it takes elsewhere, where names fill two lines
LOWER = 2  # the band of the lower face
BAND_GAP = 2  # free half rows between upper and lower face
SWEEPS = 12
_DENSE = ("muscle", "au")

Columns = dict[str, list[str]]
Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Layout:
    """First half row of each node, number of half rows, and the half row of the face split."""

    rows: Mapping[str, int]
    height: int
    split: int


def place(columns: Columns, bands: Mapping[str, int], edges: Pairs) -> Layout:
    """Order the columns and give every node its row.

    Parameters
    ----------
    columns : layer -> node ids, layers in order of the chain
    bands : muscle or AU -> 0 (brow), 1 (eye) or ``LOWER`` (lower face)
    edges : (start, end), between neighbouring layers
    """
    dense = [name for name in columns if name in _DENSE]
    core = {name: ids for name, ids in columns.items() if name != "emotion"}
    order = _order(core, bands, edges)
    rows: dict[str, float] = {}
    height = split = 0
    for band in range(LOWER + 1):
        members = [[n for n in order[name] if bands[n] == band] for name in dense]
        tall = CHIP * max((len(ids) for ids in members), default=0)
        if band == LOWER and tall and height:
            split = height + BAND_GAP // 2
            height += BAND_GAP
        for ids in members:
            step = (tall - CHIP) / (len(ids) - 1) if len(ids) > 1 else 0.0
            rows |= {n: height + int(i * step) for i, n in enumerate(ids)}
        height += tall
    rest = [name for name in columns if name not in dense]
    gap = {name: 6 if name != "nerve" else 5 for name in rest}
    height = max([height, *(gap[name] * len(columns[name]) for name in rest)])
    # From the dense columns outwards, so that every column has placed neighbours.
    names = list(columns)
    anchor = names.index(dense[0]) if dense else 0
    for name in sorted(rest, key=lambda name: abs(names.index(name) - anchor)):
        ids = order.get(name, columns[name])
        wish = {n: _mean(n, rows, edges, height / 2) - (WIDE - CHIP) / 2 for n in ids}
        if name == "emotion":
            ids = sorted(ids, key=lambda n: wish[n])
        rows |= _spread(ids, [wish[n] for n in ids], gap[name], height - WIDE)
    return Layout({n: round(row) for n, row in rows.items()}, height, split)


def crossings(columns: Mapping[str, Sequence[str]], edges: Pairs) -> int:
    """Pairs of edges that cross between neighbouring columns."""
    total = 0
    for left, right in pairwise(columns.values()):
        start = {n: i for i, n in enumerate(left)}
        end = {n: i for i, n in enumerate(right)}
        lines = [(start[a], end[b]) for a, b in edges if a in start and b in end]
        total += sum((a[0] - b[0]) * (a[1] - b[1]) < 0 for a, b in combinations(lines, 2))
    return total


def _order(columns: Columns, bands: Mapping[str, int], edges: Pairs) -> Columns:
    """Barycentre sweeps, then swaps of neighbours while they remove crossings."""
    order = {name: sorted(ids, key=lambda n: bands.get(n, 0)) for name, ids in columns.items()}
    best, fewest = dict(order), crossings(order, edges)
    for sweep in range(SWEEPS):
        for name in list(order) if sweep % 2 else list(order)[::-1]:
            if name == "system":
                continue
            spot = {
                n: (i + 0.5) / len(ids)
                for other, ids in order.items()
                if other != name
                for i, n in enumerate(ids)
            }
            own = {n: (i + 0.5) / len(order[name]) for i, n in enumerate(order[name])}
            mean = {n: _mean(n, spot, edges, own[n]) for n in own}
            order[name] = sorted(own, key=lambda n: (bands.get(n, 0), mean[n], own[n]))
        if (now := crossings(order, edges)) < fewest:
            best, fewest = dict(order), now
    return _swap(best, bands, edges, fewest)


def _swap(order: Columns, bands: Mapping[str, int], edges: Pairs, fewest: int) -> Columns:
    changed = True
    while changed:
        changed = False
        for name in order:
            if name == "system":
                continue
            for i in range(len(order[name]) - 1):
                ids = list(order[name])
                if bands.get(ids[i]) != bands.get(ids[i + 1]):
                    continue
                ids[i], ids[i + 1] = ids[i + 1], ids[i]
                now = crossings({**order, name: ids}, edges)
                if now < fewest:
                    order, fewest, changed = {**order, name: ids}, now, True
    return order


def _mean(node: str, rows: Mapping[str, float], edges: Pairs, default: float) -> float:
    near = [rows[b] for a, b in edges if a == node and b in rows]
    near += [rows[a] for a, b in edges if b == node and a in rows]
    return sum(near) / len(near) if near else default


def _spread(ids: Sequence[str], wish: Sequence[float], gap: int, last: int) -> dict[str, float]:
    """Closest rows to the wishes in this order, ``gap`` apart (pooled adjacent violators)."""
    pools: list[tuple[float, int]] = []
    for i, row in enumerate(wish):
        pools.append((row - i * gap, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (b, m), (a, k) = pools.pop(), pools.pop()
            pools.append(((a * k + b * m) / (k + m), k + m))
    room = last - gap * (len(ids) - 1)
    flat = [min(max(value, 0.0), float(room)) for value, count in pools for _ in range(count)]
    return {n: value + i * gap for i, (n, value) in enumerate(zip(ids, flat, strict=True))}
