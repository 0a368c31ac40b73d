"""Draw scripted clips to practise on, with their keys and videos.

Example:
  fau-teach make-clips --to clips --count 10 --kind micro --difficulty hard --keys

The same seed gives the same clips. Videos need the teaching face (numpy, scipy) and either OpenCV
(.mp4) or Pillow (.webp).
"""

from __future__ import annotations

import argparse
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fau_teach.cli._answer import Answer

if TYPE_CHECKING:
    from fau_teach.clip import Clip

MOST = 10_000


def arguments(parser: argparse.ArgumentParser) -> None:
    """Those of this command."""
    parser.add_argument("--to", type=Path, required=True, metavar="FOLDER", help="where to write")
    parser.add_argument("--count", type=int, default=1, help="how many (default: 1)")
    parser.add_argument("--kind", choices=("macro", "micro", "neutral"), default="macro")
    parser.add_argument("--difficulty", choices=("easy", "medium", "hard"))
    parser.add_argument("--codes", help="what moves, such as L12C+6; drawn unless given")
    parser.add_argument("--seed", type=int, default=0, help="of the first clip (default: 0)")
    parser.add_argument("--fps", type=float, default=30.0, help="frames a second (default: 30)")
    parser.add_argument("--keys", action="store_true", help="write the key of each clip, too")
    parser.add_argument(
        "--own-face", action="store_true",
        help="measure each face for its key instead of the usual one; takes half a minute each",
    )  # fmt: skip
    parser.add_argument("--video", action="store_true", help="write each clip as a video, too")
    parser.add_argument("--size", type=int, default=256, help="of the video [px] (default: 256)")
    parser.add_argument("--force", action="store_true", help="replace files that exist")


def run(given: argparse.Namespace) -> Answer:
    """Draw the clips; nothing is written where one of the files exists."""
    from fau_teach._reading import FileError, whole_files
    from fau_teach.clip import sample

    if not 1 <= given.count <= MOST:
        raise ValueError(f"--count {given.count} is not possible. Use 1 to {MOST}.")
    if not 16 <= given.size <= 2048:
        raise ValueError(f"--size {given.size} is not possible. Use 16 to 2048.")
    ending = _ending() if given.video else ""
    made = []
    for number in range(1, given.count + 1):
        names = {"script": f"clip-{number:03}.json"}
        names |= {"key": f"clip-{number:03}.key.json"} if given.keys else {}
        names |= {"video": f"clip-{number:03}{ending}"} if given.video else {}
        made.append({what: given.to / name for what, name in names.items()})
    for path in (path for one in made for path in one.values()):
        if path.exists() and not given.force:
            advice = "Choose another folder, or replace it with --force"
            raise FileError(str(path), 0, "", "the file exists already", advice)
    for at, paths in enumerate(made):
        clip = sample(
            given.kind, given.codes, difficulty=given.difficulty, fps=given.fps,
            seed=given.seed + at,
        )  # fmt: skip
        texts = [clip.to_json()] + [_key(clip, given.own_face)] * given.keys
        targets = [paths[what] for what in ("script", "key") if what in paths]
        with whole_files(targets, given.force) as opened:
            for file, text in zip(opened, texts, strict=True):
                file.write(text)
        if given.video:
            _film(clip, paths["video"], given.size)
    clips = [
        {what: str(paths.get(what, "")) for what in ("script", "key", "video")} for paths in made
    ]
    count = sum(map(len, made))
    return Answer(
        0, [f"Wrote {len(made)} clips in {count} files to {given.to}, seed {given.seed}."],
        {"seed": given.seed, "clips": clips},
    )  # fmt: skip


def _key(clip: Clip, own: bool) -> str:
    if not own:
        return clip.key().to_json()
    from fau_teach.face.visible import sight

    return clip.key(sight=sight(clip.identity)).to_json()


def _ending() -> str:
    """Ending of the videos that can be written here."""
    if find_spec("cv2"):
        return ".mp4"
    if find_spec("PIL"):
        return ".webp"
    raise ValueError("No video can be written. Install opencv-python-headless or pillow.")


def _film(clip: Clip, path: Path, size: int) -> None:
    """Write a video that takes its name only when it is complete."""
    from fau_teach.face.film import video

    frames: Any = video(clip, size)
    part = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        if path.suffix == ".mp4":
            cv2: Any = import_module("cv2")
            code = cv2.VideoWriter.fourcc(*"mp4v")
            film = cv2.VideoWriter(str(part), code, clip.fps, (size, size))
            for frame in frames:
                film.write(frame[:, :, ::-1].copy())
            film.release()
        else:
            from PIL import Image

            # Whole milliseconds a frame; rounding the times instead lets no error add up.
            times = [round(1000 * at / clip.fps) for at in range(len(frames) + 1)]
            first, *rest = [Image.fromarray(frame) for frame in frames]
            first.save(
                part, save_all=True, append_images=rest, quality=90, loop=0,
                duration=[late - early for early, late in pairwise(times)],
            )  # fmt: skip
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
