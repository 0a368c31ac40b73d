"""Blind naming: readers who never saw the face name what it does, from pictures of FaceView.

``python tests/audit/blind_naming.py make FOLDER --seed 4`` draws the items with hashed names and
a form to fill in; the key lies in a file apart. ``... score FOLDER --readers a.csv b.csv c.csv``
compares and writes ``data/results/blind_naming.csv`` and ``blind_confusions.csv``.

A single item shows rest and apex of one code at intensity D and asks for a code from a closed
list. A choice item shows rest and apex and asks which of two scores it is. Items that differ in
time alone are strips of frames.
"""

from __future__ import annotations

import argparse
import base64
import csv
import functools
import hashlib
import json
import platform
import random
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from fau_teach import clip, facs
from fau_teach._data import read_csv
from fau_teach.emotion import wilson_interval
from fau_teach.face import face, named
from fau_teach.face.actions import actions, sides
from fau_teach.face.fingerprint import fingerprint

ROOT = Path(__file__).resolve().parents[2]
LETTER, PER_CODE, MORE, PER_SET, PER_SHEET = "D", 3, 8, 7, 4
SIZE, WHOLE = (380, 470), (532, 658)
"""What of the picture is shown, and the picture: a coder looks at the face from near [px]."""
TIMED = {"43|45"}
"""Sets whose members differ in time alone."""
BLINK_FRAMES, SHUT_FRAMES, FPS, STRIP = (9, 45, 30, 8)
SINGLE = tuple(
    code for code in actions()
    if code != "45" and not (code.isdigit() and 50 < int(code) < 65)
)  # fmt: skip
Picture = npt.NDArray[np.uint8]


def sets() -> dict[str, tuple[str, ...]]:
    """Contrast sets whose members the face can show: id to scores."""
    found = {}
    for row in read_csv("facs/contrast_sets.csv", ("id", "codes")):
        members = tuple(row["codes"].split("|"))
        if all(code in actions() for member in members for code in member.split("+")):
            found[row["id"]] = members
    return found


def items(seed: int) -> list[dict[str, str]]:
    """All items in random order: kind, set, identity, truth, side, the two choices, and a hash."""
    dice, made = random.Random(seed), []
    people = [name for name, one in named().items() if not one.tone]
    for code in (*SINGLE * PER_CODE, *dice.sample(SINGLE, MORE)):
        side = dice.choice(sides(code)) if "both" not in sides(code) else "both"
        made.append({"kind": "single", "set": "", "truth": code, "side": side, "a": "", "b": ""})
    for name, members in sets().items():
        for k in range(PER_SET):
            pair = dice.sample(members, 2)
            truth = pair[k % 2]
            dice.shuffle(pair)
            made.append({"kind": "choice", "set": name, "truth": truth, "side": "both",
                         "a": pair[0], "b": pair[1]})  # fmt: skip
    dice.shuffle(made)
    for number, item in enumerate(made):
        item["identity"] = dice.choice(people)
        text = f"{seed} {number} {item['truth']}"
        item["item"] = hashlib.sha256(text.encode()).hexdigest()[:6]
    return made


def scores(text: str, side: str = "both") -> list[list[Any]]:
    """What FaceView is asked for: [code/side, activation]."""
    activation = clip.activation(LETTER)
    return [[f"{code}/{side}", activation] for code in text.split("+")]


class Quiet(SimpleHTTPRequestHandler):
    """A server that says nothing."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def faceview(name: str, chromium: str) -> Iterator[Any]:
    """A function that draws one frame of an identity in FaceView: pose to (H, W, 3)."""
    from playwright.sync_api import sync_playwright

    from fau_teach.widgets.faceview import FaceView, face_script

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for each in ("figures", "faces"):
            (place / "_static" / each).mkdir(parents=True)
        (place / f"_static/faces/{name}.js").write_text(face_script(name), encoding="utf-8")
        parts = json.dumps({"module": FaceView.module_text(), "style": FaceView.style_text()})
        (place / "_static/figures/faceview.js").write_text(
            f'window.nerveToLabel.define("faceview", {parts});', encoding="utf-8"
        )
        host = (ROOT / "book/_static/figure-host.js").read_text(encoding="utf-8")
        (place / "figure-host.js").write_text(host, encoding="utf-8")
        figure = FaceView(pose="0", face=name, label="face").static_html()
        (place / "index.html").write_text(
            '<!doctype html><html lang="en" data-content_root="./"><meta charset="utf-8">'
            f'<main>{figure}</main><script src="figure-host.js"></script>',
            encoding="utf-8",
        )
        handler = functools.partial(Quiet, directory=folder)
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with sync_playwright() as play:
            browser = play.chromium.launch(
                executable_path=chromium,
                args=["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
            )
            page = browser.new_page(reduced_motion="reduce")
            page.set_default_timeout(90_000)
            page.goto(f"http://127.0.0.1:{server.server_port}/index.html")
            page.wait_for_function("document.querySelector('.ntl-faceview')?.dataset.state")
            yield functools.partial(_frame, page)
            browser.close()
        server.shutdown()


def _frame(page: Any, pose: Mapping[str, Any], scale: int = 1) -> Picture:
    width, height = (scale * side for side in WHOLE)
    text = page.evaluate(
        """async (pose) => {
          const view = document.querySelector(".ntl-faceview").faceview;
          await view.ready();
          const { pixels } = view.frame(pose);
          let all = "";
          for (let i = 0; i < pixels.length; i += 32768) {
            all += String.fromCharCode(...pixels.subarray(i, i + 32768));
          }
          return btoa(all);
        }""",
        {"scores": [], "modes": {}, "width": width, "height": height, **pose},
    )
    raw = np.frombuffer(base64.b64decode(text), np.uint8).reshape(height, width, 4)[..., :3]
    return _near(raw.reshape(WHOLE[1], scale, WHOLE[0], scale, 3).mean((1, 3)).astype(np.uint8))


@contextmanager
def rendered(name: str, _: str) -> Iterator[Any]:
    """The same by the renderer in Python, whose pictures a page test holds against FaceView's."""
    from fau_teach.face.camera import Camera

    one, camera = face(name), Camera.portrait(*WHOLE)

    def draw(pose: Mapping[str, Any]) -> Picture:
        asked = {tuple(key.split("/")): value for key, value in pose.get("scores", [])}
        return _near(one.render(asked, camera=camera, supersample=2))

    yield draw


def _near(whole: Picture) -> Picture:
    x, y = (WHOLE[0] - SIZE[0]) // 2, (WHOLE[1] - SIZE[1]) // 2 + 30
    return whole[y : y + SIZE[1], x : x + SIZE[0]]


def _strip(draw: Any, truth: str) -> Picture:
    """Eight moments of a blink or of shut eyes, the upper face alone, with their times."""
    length = BLINK_FRAMES if truth == "45" else SHUT_FRAMES
    end = length - 1
    apex = max(2, length // 3)
    moves = (clip.Movement(truth, "", "E", 2, 2 + apex, 2 + end, 0 if truth == "45" else end // 2),)
    film = next(iter(clip.Clip("Ana", FPS, SHUT_FRAMES + 6, moves).drive().values()))
    panels = []
    for k in np.linspace(0, SHUT_FRAMES + 5, STRIP).round().astype(int):
        at = int(k)
        whole = draw({"scores": [[f"{truth}/both", float(film[at])]]})
        piece = Image.fromarray(whole[90:200, 95:285])
        ImageDraw.Draw(piece).text((4, 2), f"{at / FPS:.2f} s", fill=(0, 0, 0))
        panels.append(np.asarray(piece))
    rows = [np.hstack(panels[i : i + 4]) for i in (0, 4)]
    return np.vstack(rows)


def make(folder: Path, seed: int, chromium: str, python: bool) -> None:
    """Draw all items on sheets, with a form to fill in and the key in a file apart."""
    folder.mkdir(parents=True, exist_ok=True)
    made = items(seed)
    pictures: dict[str, Picture] = {}
    for name in sorted({item["identity"] for item in made}):
        with (rendered if python else faceview)(name, chromium) as draw:
            rest = draw({})
            for item in made:
                if item["identity"] != name:
                    continue
                if "|".join(sets().get(item["set"], ())) in TIMED:
                    pictures[item["item"]] = _strip(draw, item["truth"])
                else:
                    apex = draw({"scores": scores(item["truth"], item["side"])})
                    pictures[item["item"]] = np.hstack([rest, apex])
        print(name, len(pictures), flush=True)
    font = ImageFont.load_default(26)
    for start in range(0, len(made), PER_SHEET):
        sheet = Image.new("RGB", (1540, 2 * 512), "white")
        ink = ImageDraw.Draw(sheet)
        for k, item in enumerate(made[start : start + PER_SHEET]):
            x, y = 770 * (k % 2), 512 * (k // 2)
            title = item["item"] + (f":  A = {item['a']}   B = {item['b']}" if item["a"] else "")
            ink.text((x + 6, y + 4), title, fill="black", font=font)
            sheet.paste(Image.fromarray(pictures[item["item"]]), (x + 5, y + 40))
        sheet.save(folder / f"sheet-{start // PER_SHEET + 1:02}.png")
    with (folder / "form.csv").open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(["item", "kind", "choices", "answer"])
        for item in made:
            lines.writerow([item["item"], item["kind"], f"{item['a']}|{item['b']}".strip("|"), ""])
    names = {code: facs.au(code).name for code in SINGLE}
    (folder / "list.txt").write_text("\n".join(f"{c} {n}" for c, n in names.items()) + "\n")
    key = folder.with_name(folder.name + "-key.json")
    source = "renderer in Python" if python else "FaceView"
    key.write_text(
        json.dumps(
            {
                "seed": seed,
                "letter": LETTER,
                "pictures": source,
                "face_hash": fingerprint(),
                "items": made,
            },
            indent=1,
        )
    )


def score(folder: Path, readers: list[Path], target: Path) -> None:
    """Compare the filled-in forms with the key; write the table and the confusions."""
    key = json.loads(folder.with_name(folder.name + "-key.json").read_text())
    truth = {item["item"]: item for item in key["items"]}
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    taken: Counter[tuple[str, str, str]] = Counter()
    for path in readers:
        answers = {row["item"]: row["answer"].strip() for row in csv.DictReader(path.open())}
        if missing := [name for name in truth if not answers.get(name)]:
            raise SystemExit(f"{path}: {len(missing)} items without an answer, first {missing[0]}")
        for name, item in truth.items():
            said = answers[name]
            if item["kind"] == "choice" and said.upper() in ("A", "B"):
                said = item[said.lower()]
            ok = said == item["truth"]
            for group in (item["kind"], item["set"] or f"code {item['truth']}"):
                right[group] += ok
                total[group] += 1
            if not ok:
                taken[item["set"] or "single", item["truth"], said] += 1
    target.mkdir(parents=True, exist_ok=True)
    with (target / "blind_naming.csv").open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(["group", "right", "answers", "share", "low", "high"])
        for group in total:
            low, high = wilson_interval(right[group], total[group])
            share = right[group] / total[group]
            shown = [f"{x:.3f}" for x in (share, low, high)]
            lines.writerow([group, right[group], total[group], *shown])
    with (target / "blind_confusions.csv").open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(["set", "shown", "named", "times"])
        for (group, shown, said), times in sorted(taken.items(), key=lambda each: -each[1]):
            lines.writerow([group, shown, said, times])
    about = {
        "command": "python tests/audit/blind_naming.py",
        "seed": key["seed"],
        "face_hash": key.get("face_hash", ""),
        "intensity": key["letter"],
        "pictures": key["pictures"],
        "readers": len(readers),
        "items": len(truth),
        "python": platform.python_version(),
    }
    (target / "blind_naming.json").write_text(json.dumps(about, indent=2) + "\n")
    print({group: f"{right[group]}/{total[group]}" for group in ("single", "choice")})


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("make", "score"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--readers", type=Path, nargs="*", default=[])
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--python", action="store_true", help="draw without a browser")
    parser.add_argument("--target", type=Path, default=ROOT / "data" / "results")
    asked = parser.parse_args()
    if asked.what == "make":
        make(asked.folder, asked.seed, asked.chromium, asked.python)
    else:
        score(asked.folder, asked.readers, asked.target)


if __name__ == "__main__":
    sys.exit(main())
