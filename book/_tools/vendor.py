"""Files of others that the site carries for the reader's browser, and our own wheel.

Pyodide and ts-fsrs come through ``npm pack``, pure-Python wheels through ``pip download``,
all pinned by version and SHA-256 in ``.ci/vendor.json``. They stay in ``_build/vendor`` from
one build to the next and are copied into each built site. Where they cannot be had the pages
use the addresses that these projects name by default.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import build

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / "_build" / "vendor"
PINS = ROOT / ".ci" / "vendor.json"
# Set to "default" to build as on a machine without npm.
SWITCH = "NERVE_TO_LABEL_VENDOR"
PYODIDE, WHEELS, FSRS = "lite/static/pyodide", "lite/pypi", "_static/vendor/ts-fsrs"
CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
WHEEL_INPUTS = ("fau_teach", "data", "pyproject.toml", "README.md", "LICENSE")
# What Pyodide's list of packages does not know: how the kernel finds our package on import.
EXTRA = {
    "anywidget": ("ipywidgets", "psygnal", "typing-extensions"),
    "comm": (),
    "fau-teach": ("anywidget",),
    "ipywidgets": ("comm", "ipython", "jupyterlab-widgets", "traitlets"),
    "jupyterlab-widgets": (),
    "psygnal": (),
}


class UnreachableError(Exception):
    """The files cannot be had here; says why in a few words."""


def pins() -> dict[str, Any]:
    """Names, versions and sums of all that is fetched."""
    found: dict[str, Any] = json.loads(PINS.read_text(encoding="utf-8"))
    return found


def shelf() -> Path:
    """Where the files of these pins stand; it exists only when they are complete."""
    return CACHE / build.digest(ROOT, [".ci/vendor.json", "book/_tools/vendor.py"], "")[:16]


def ready() -> bool:
    """Whether the site carries the files itself."""
    return os.environ.get(SWITCH) != "default" and shelf().is_dir()


def cdn() -> str:
    """Where Pyodide's own packages lie by default; ends with a slash."""
    return f"https://cdn.jsdelivr.net/pyodide/v{pins()['npm']['pyodide']['version']}/full/"


def pyodide_address() -> str:
    """Folder of Pyodide: below the site's root, or its default address."""
    return f"{PYODIDE}/" if ready() else cdn()


def fsrs_address() -> str:
    """Script of ts-fsrs (it sets ``window.FSRS``): below the site's root, or elsewhere."""
    version = pins()["npm"]["ts-fsrs"]["version"]
    away = f"https://cdn.jsdelivr.net/npm/ts-fsrs@{version}/dist/index.umd.js"
    return f"{FSRS}/index.umd.js" if ready() else away


def script(name: str) -> str:
    """Address of a script as Sphinx wants it: below ``_static``, or whole."""
    return fsrs_address().removeprefix("_static/") if name == "ts-fsrs" else name


# -- fetching


def fetch() -> bool:
    """Fetch what is not there yet; say in one line where it cannot be had.

    Raises
    ------
    SystemExit
        A file came with another sum than the pinned one.
    """
    if ready():
        return True
    try:
        if os.environ.get(SWITCH) == "default":
            raise UnreachableError(f"{SWITCH}=default")
        npm = shutil.which("npm")
        if npm is None:
            raise UnreachableError("npm is missing")
        print("vendor: fetching Pyodide and ts-fsrs (30 MB, once)", flush=True)
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE, prefix="fetch-") as folder:
            stage(npm, Path(folder))
            if not shelf().exists():
                Path(folder, "done").rename(shelf())
    except UnreachableError as problem:
        print(
            f"vendor: {problem}; exercises and cards will use {cdn().split('/')[2]} "
            "and the book has no JupyterLite",
            flush=True,
        )
        return False
    for old in CACHE.glob("????????????????"):
        if old != shelf():
            shutil.rmtree(old, ignore_errors=True)
    return True


def stage(npm: str, folder: Path) -> None:
    """Fetch, check and sort everything into ``folder/done``."""
    wanted = pins()
    packs = {f"{name}-{pin['version']}.tgz": pin for name, pin in wanted["npm"].items()}
    names = [f"{name}@{pin['version']}" for name, pin in wanted["npm"].items()]
    call(npm, "pack", "--silent", "--fetch-retries=0", *names, cwd=folder)
    wheels = ["==".join(name.split("-")[:2]) for name in wanted["wheels"]]
    call(
        sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:",
        "--platform=any", f"--python-version={wanted['python']}", "--retries=1", *wheels,
        cwd=folder,
    )  # fmt: skip
    for name, pin in packs.items():
        verify(folder / name, pin["sha256"])
    for name, sum_ in wanted["wheels"].items():
        verify(folder / name, sum_)
    sort(folder, folder / "done", *(folder / name for name in packs))


def sort(source: Path, target: Path, pyodide: Path, fsrs: Path) -> None:
    """Lay the parts that a site needs out as in the site."""
    for name in (PYODIDE, WHEELS, FSRS):
        (target / name).mkdir(parents=True)
    with tarfile.open(pyodide) as pack:
        for name in CORE:
            (target / PYODIDE / name).write_bytes(member(pack, name))
        (target / "pyodide-lock.json").write_bytes(member(pack, "pyodide-lock.json"))
    with tarfile.open(fsrs) as pack:
        # Without the mark of a source map, which the site does not carry.
        text = re.sub(rb"\n//# sourceMappingURL=.*", b"", member(pack, "dist/index.umd.js"))
        (target / FSRS / "index.umd.js").write_bytes(text)
        (target / FSRS / "LICENSE").write_bytes(member(pack, "LICENSE"))
    for name in pins()["wheels"]:
        place = WHEELS if package(name) in EXTRA else PYODIDE
        shutil.copyfile(source / name, target / place / name)


def member(pack: tarfile.TarFile, name: str) -> bytes:
    """One file of a package of npm."""
    file = pack.extractfile(f"package/{name}")
    if file is None:
        raise KeyError(f"{name} is not a file")
    return file.read()


def call(*command: str, cwd: Path) -> None:
    """Run a client of a package registry; its failure means that the network is out of reach."""
    try:
        done = subprocess.run(
            command, cwd=cwd, capture_output=True, text=True, errors="replace",
            stdin=subprocess.DEVNULL, timeout=300, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnreachableError(f"{Path(command[0]).name} failed: {error}") from None
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
        raise UnreachableError(f"{Path(command[0]).name} failed ({said[-1][:120]})")


def verify(file: Path, wanted: str) -> None:
    """Stop where a file is not the pinned one."""
    if not file.exists():
        raise UnreachableError(f"{file.name} did not come")
    found = sha256(file)
    if found != wanted:
        sys.exit(f"vendor: {file.name} has the sum {found}, but .ci/vendor.json pins {wanted}")


def sha256(file: Path) -> str:
    """Sum of a file, hexadecimal."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def package(wheel: str) -> str:
    """Normal name of the package in a wheel."""
    return re.sub(r"[-_.]+", "-", wheel.split("-")[0]).lower()


# -- our own wheel


def wheel() -> Path:
    """Build our wheel without network, unless it stands already."""
    key = build.digest(ROOT, WHEEL_INPUTS, "")[:12]
    folder = CACHE / f"wheel-{key}"
    if not any(folder.glob("*.whl")):
        for old in CACHE.glob("wheel-*"):
            shutil.rmtree(old, ignore_errors=True)
        folder.mkdir(parents=True)
        subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
            cwd=ROOT, check=True, stdout=subprocess.DEVNULL,
            env={**os.environ, "SOURCE_DATE_EPOCH": "1577836800"},  # equal input, equal sum
        )  # fmt: skip
    return next(folder.glob("*.whl"))


# -- placing


def place(site: Path) -> None:
    """Copy our wheel, and the fetched files where they are here, into a built site."""
    (site / WHEELS).mkdir(parents=True, exist_ok=True)
    if ready():
        for name in ("lite", "_static"):
            shutil.copytree(shelf() / name, site / name, dirs_exist_ok=True)
    shutil.copyfile(wheel(), site / WHEELS / wheel().name)
    if ready():
        source = json.loads((shelf() / "pyodide-lock.json").read_text(encoding="utf-8"))
        files = [*(site / PYODIDE).glob("*.whl"), *(site / WHEELS).glob("*.whl")]
        text = json.dumps(lock(source, files), separators=(",", ":"))
        (site / PYODIDE / "pyodide-lock.json").write_text(text, encoding="utf-8")


def lock(original: dict[str, Any], files: list[Path]) -> dict[str, Any]:
    """Pyodide's list of packages, of which some lie in the site and the rest at its default place.

    Parameters
    ----------
    original : the list as Pyodide ships it
    files : wheels in the site; packages that Pyodide does not know are added
    """
    packages = {
        name: {**entry, "file_name": f"{cdn()}{entry['file_name']}"}
        for name, entry in original["packages"].items()
    }
    for file in files:
        name = package(file.name)
        near = "" if file.parent.name == "pyodide" else "../../pypi/"
        known = packages.get(name) or {
            "name": name,
            "version": file.name.split("-")[1],
            "depends": list(EXTRA[name]),
            "imports": [name.replace("-", "_")],
            "install_dir": "site",
            "package_type": "package",
            "unvendored_tests": False,
        }
        packages[name] = {**known, "file_name": f"{near}{file.name}", "sha256": sha256(file)}
    return {**original, "packages": packages}
