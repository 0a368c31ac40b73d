"""Run the long experiments: ``python -m fau_teach.experiments [NAME ...] [--quick | --full]``."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from importlib import import_module
from pathlib import Path

from fau_teach.experiments.records import FOLDER, MODULES, NAMES, package_hash, record, there


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for and not there yet; 0 if all of it is done."""
    parser = argparse.ArgumentParser(
        prog="python -m fau_teach.experiments",
        description="Run the long experiments of the book; finished ones are left out.",
    )
    parser.add_argument("names", nargs="*", help=f"which: {', '.join(NAMES)}; all if left out")
    parser.add_argument("--quick", action="store_true", help="a tiny size that proves nothing")
    parser.add_argument("--full", action="store_true", help="the sources' own size, for a GPU")
    parser.add_argument("--force", action="store_true", help="run finished ones, too")
    parser.add_argument("--folder", type=Path, help="where results go; data/results if left out")
    parser.add_argument("--threads", type=int, default=0, help="of torch; 1 if left out")
    given = parser.parse_args(arguments)
    unknown = sorted(set(given.names) - set(NAMES))
    if unknown:
        parser.error(f"no experiment {unknown[0]!r}: choose from {', '.join(NAMES)}")
    if (given.quick or given.full) and not given.folder:
        parser.error("--quick needs --folder, so that it replaces no real result; --full, too")
    # Thousands of tiny products: threads of the numeric library only get in each other's way.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        import torch  # noqa: F401
    except ModuleNotFoundError:
        print("torch is missing: run make setup with SET=full, then again.", file=sys.stderr)
        return 1
    folder = given.folder or FOLDER
    if not given.folder and not folder.is_dir():
        parser.error(f"{folder} is no folder: give --folder")
    for name in given.names or NAMES:
        chapter = import_module(f"fau_teach.experiments.{MODULES[name]}")
        if given.full and not hasattr(chapter, "full"):
            print(f"{name}: there is no full size of it", flush=True)
            continue
        size = chapter.quick() if given.quick else chapter.full() if given.full else chapter.Size()
        if given.threads:
            size = replace(size, threads=given.threads)
        asked = {"command": f"python -m fau_teach.experiments {name}", "seed": size.seed,
                 "settings": asdict(size), "package_hash": package_hash(name)}  # fmt: skip
        if there(name, folder, asked) and not given.force:
            print(f"{name}: finished before; --force runs it again", flush=True)
            continue
        began = time.perf_counter()

        def say(text: str, name: str = name, began: float = began) -> None:
            print(f"{name}, {time.perf_counter() - began:.0f} s: {text}", flush=True)

        tables, more = chapter.EXPERIMENTS[name](size, say)
        made = {"seconds": round(time.perf_counter() - began), "made": date.today().isoformat()}
        record(name, tables, asked, {**more, **made}, folder)
        say("finished")
    return 0


if __name__ == "__main__":
    sys.exit(main())
