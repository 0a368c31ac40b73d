"""The package follows the causal chain: imports go backwards only, knowledge is light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "fau_teach"
# In order: a unit may import what stands before it, and its own parts.
CHAIN = (
    "_lazy",
    "_data",
    "_claims",
    "_records",
    "_reading",
    "_xml",
    "_sheets",
    "anatomy",
    "facs",
    "micro",
    "clip",
    "face",
    "emotion",
    "agreement",
    "coding",
    "training",
    "footage",
    "datasets",
    "published",
    "force",
    "depth",
    "emg",
    "evaluate",
    "models",
    "experiments",
    "capstone",
    "sources",
    "plots",
    "evidence_plots",
    "training_plots",
    "force_plots",
    "network_plots",
    "experiment_plots",
    "motion_bars",
    "depth_plots",
    "score_plots",
    "emg_plots",
    "capstone_plots",
    "widgets",
    "exercises",
    "cli",
    "__main__",
)
HEAVY = ("numpy", "pandas", "scipy", "matplotlib", "torch", "open3d", "anywidget", "IPython")
MODULES = sorted(PACKAGE.rglob("*.py"))


def unit_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(tree: ast.AST) -> set[str]:
    """Full names of the modules that a tree imports, wherever the import stands."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def units_imported(path: Path) -> set[str]:
    names = imports(ast.parse(path.read_text(encoding="utf-8")))
    units = {name.split(".")[1] for name in names if name.startswith("fau_teach.")}
    return units & set(CHAIN)


def test_every_module_has_its_place_in_the_chain() -> None:
    assert {unit_of(path) for path in MODULES} - {"__init__"} <= set(CHAIN)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_no_back_arrow(path: Path) -> None:
    unit = unit_of(path)
    if unit == "__init__":
        return
    later = CHAIN[CHAIN.index(unit) + 1 :]
    assert not units_imported(path) & set(later)


def test_a_back_arrow_would_be_seen(tmp_path: Path) -> None:
    sample = tmp_path / "sample.py"
    sample.write_text("from fau_teach import emotion\nfrom fau_teach.facs import parse\n")
    assert units_imported(sample) == {"emotion", "facs"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_module_is_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_the_package_is_small() -> None:
    python = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES)
    scripts = sum(
        len(path.read_text(encoding="utf-8").splitlines()) for path in PACKAGE.rglob("*.js")
    )
    assert python <= 72_000
    assert scripts <= 9_000


def loaded_after(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_package_loads_nothing_heavy() -> None:
    assert not loaded_after("import fau_teach") & set(HEAVY)


def test_the_knowledge_layer_needs_the_standard_library_alone() -> None:
    before = loaded_after("pass")
    after = loaded_after(
        "from fau_teach import agreement, anatomy, clip, coding, datasets, emotion, facs, micro, "
        "sources, training"
    )
    foreign = {name for name in after - before if name not in sys.stdlib_module_names}
    assert foreign <= {"fau_teach"}


NO_NUMBERS = """
import json, sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("numpy", "scipy", "pandas", "matplotlib", "torch", "PIL"):
            raise ModuleNotFoundError(f"{name} is not here")

sys.meta_path.insert(0, Blocked())
from fau_teach.training import desk, stages
from fau_teach.widgets import Bench, FaceView, Trainer

def call(name, **asked):
    found = json.loads(desk.call(name, json.dumps({"now": "2026-01-01T00:00:00Z", **asked})))
    assert "error" not in found, (name, found)
    return found

record = call("new", pseudonym="a")["record"]
for stage in stages():
    if stage in ("mock", "retention"):
        record = call("mock", op="start", record=record, stage=stage, count=3)["record"]
    item = call("next", record=record, stage=stage)["item"]
    answer = {"choice": item["options"][0]} if item["options"] else {"score": "null"}
    asked = {"record": record, "stage": stage, "item": item["id"], "answer": answer}
    record = call("answer", **asked, certainty="low")["record"]
call("lesson", skill="cheek_or_lid")
call("progress", record=record)
call("feedback", clip=call("clip", spec={"kind": "macro", "seed": 3})["clip"])
assert Trainer().data["choices"] and Bench().data["clip"]
try:
    FaceView()
except ModuleNotFoundError as missing:
    print("told:", missing)
"""


def test_the_training_path_needs_no_numbers_package() -> None:
    """No stage, no bench and no trainer asks for NumPy; the face itself says that it does."""
    done = subprocess.run(
        [sys.executable, "-c", NO_NUMBERS], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("told: The face needs NumPy. Install it")
