"""Result tables: written whole, with configuration, seed, hash, machine and duration beside."""

from __future__ import annotations

import csv
import io
import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Any

from fau_teach._data import read_csv, read_json
from fau_teach._records import write_whole

MODULES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(
            ("force_table1", "force_table4", "force_table5", "force_labels"), "chapter4"
        ),
        **dict.fromkeys(
            ("depth_ablation", "depth_networks", "depth_classes", "depth_transfer", "depth_light"),
            "chapter5",
        ),
        **dict.fromkeys(("emg_splits", "emg_controls"), "chapter6"),
    }
)
"""Each experiment, which writes a table of its name, and the module that holds it."""
NAMES = tuple(MODULES)
TABLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "chapter4": ("force/material", "force/network"),
        "chapter5": ("depth/network", "emotion/objective"),
        "chapter6": ("emg/sites", "emotion/sets"),
    }
)
"""Tables below ``data`` that the results of a module depend on."""
FOLDER = Path(__file__).parents[2] / "data" / "results"
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A stored result.

    Attributes
    ----------
    name : of the experiment
    rows : of its table, all cells text
    about : what made it
    stale : whether the code or the data have changed since
    """

    name: str
    rows: tuple[dict[str, str], ...] = field(repr=False)
    about: Mapping[str, Any] = field(repr=False)
    stale: bool

    def __str__(self) -> str:
        shown = ("seed", "seconds", "machine", "made")
        told = ", ".join(f"{key} {self.about[key]}" for key in shown if key in self.about)
        return f"{self.name}: {told}{'; the code has changed since' if self.stale else ''}"


def recorded(name: str, table: str = "") -> Recorded:
    """A result in ``data/results``, or a further table of it.

    Raises
    ------
    DataError
        The experiment has not been run; ``make experiments`` does.
    """
    about = read_json(f"results/{name}.json")
    rows = read_csv(f"results/{table or name}.csv")
    return Recorded(name, rows, about, about["package_hash"] != package_hash(name))


def package_hash(name: str) -> str:
    """Of all code and tables that an experiment computes with."""
    from fau_teach.models.stamp import fingerprint

    module = MODULES[name]
    return fingerprint(f"fau_teach.experiments.{module}", TABLES[module])


def there(name: str, folder: Path, asked: Row) -> bool:
    """Whether this experiment has been finished with this code and these settings."""
    path = folder / f"{name}.json"
    if not path.is_file():
        return False
    about = json.loads(path.read_text(encoding="utf-8"))
    return all(about.get(key) == value for key, value in json.loads(json.dumps(asked)).items())


def write(name: str, rows: Sequence[Row], folder: Path) -> Path:
    """One table: floats with four digits, columns of the first row."""
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    table.writeheader()
    for row in rows:
        table.writerow({k: f"{v:.4f}" if isinstance(v, float) else v for k, v in row.items()})
    folder.mkdir(parents=True, exist_ok=True)
    return write_whole(folder / f"{name}.csv", text.getvalue())


def record(
    name: str, tables: Mapping[str, Sequence[Row]], asked: Row, more: Row, folder: Path
) -> None:
    """Write all tables of an experiment, and last the file that says it is finished."""
    for table, rows in tables.items():
        write(table, rows, folder)
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    about = {**asked, **more, "package": version("fau_teach"), "torch": version("torch"),
             "machine": machine}  # fmt: skip
    write_whole(folder / f"{name}.json", json.dumps(about, indent=2) + "\n")
