"""What lets a live figure show frames that lie with the kernel: videos, folders of pictures.

The browser asks ``{"ask": "frame", "id": 7, "index": 120, "width": 512}``, with ``"view"`` for
another than the picture and ``"film"`` for another than the first. It hears ``{"frame": 7,
"index": 120, "width": 512, "view": ""}`` with the JPEG as buffer; ``{"frame": 7, "stale": true}``
where too much was asked after it; or ``{"frame": 7, "error": "…"}``.
"""

from __future__ import annotations

from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING, Any

from fau_teach.widgets._base import Figure

if TYPE_CHECKING:
    from fau_teach.footage import Footage

WAITING = 48
"""Requests that wait at most; the oldest are given up for newer ones."""


class Frames(Figure):
    """A figure whose module asks for frames of its ``films``.

    The newest request is served first, by a thread of its own, so that a reader who drags along
    a clip never waits for what is out of sight. Requests for one picture are served together.
    """

    films: tuple[Footage, ...] = ()
    _frame_worker: ThreadPoolExecutor | None = None

    def __init__(self, **kwargs: Any) -> None:
        self._frames_asked: OrderedDict[tuple[Any, ...], list[Any]] = OrderedDict()
        self._frames_gate, self._frames_busy = Lock(), False
        super().__init__(**kwargs)
        self.on_msg(self._ask_frame)

    def close(self) -> None:
        """End the figure and let go of its files."""
        if self._frame_worker:
            self._frame_worker.shutdown(cancel_futures=True)
            self._frame_worker = None
        for film in self.films:
            film.close()
        super().close()

    def _ask_frame(self, _: Any, content: Any, __: Any) -> None:
        """Take one message of the module; others are not meant for us."""
        if not isinstance(content, dict) or content.get("ask") != "frame":
            return
        name, view = content.get("id"), content.get("view") or ""
        wanted = content.get("index"), content.get("width", 512), view, content.get("film", 0)
        if [type(one) for one in wanted] != [int, int, str, int]:
            problem = f"{wanted!r:.80} is no frame, width, view and film."
            self.send({"frame": name, "error": problem})
            return
        with self._frames_gate:
            self._frames_asked.setdefault(wanted, []).append(name)
            self._frames_asked.move_to_end(wanted)
            full = len(self._frames_asked) > WAITING
            late = self._frames_asked.popitem(last=False)[1] if full else []
            idle, self._frames_busy = not self._frames_busy, True
        for one in late:
            self.send({"frame": one, "stale": True})
        if idle:
            try:
                self._frame_worker = self._frame_worker or ThreadPoolExecutor(1, "frames")
                self._frame_worker.submit(self._send_frames)
            except RuntimeError:  # Python in a browser has no threads
                self._send_frames()

    def _send_frames(self) -> None:
        """Answer until nothing waits."""
        while True:
            with self._frames_gate:
                if not self._frames_asked:
                    self._frames_busy = False
                    return
                (index, width, view, film), names = self._frames_asked.popitem()
            about: dict[str, Any] = {"index": index, "width": width, "view": view}
            buffers = []
            try:
                if not 0 <= film < len(self.films):
                    raise LookupError(f"There is no film {film}: {len(self.films)} are open.")
                buffers = [self.films[film].jpeg(index, width, view)]
            except Exception as problem:  # a figure that waits for ever would say less
                about = {"error": str(problem)}
            for name in names:
                self.send({"frame": name, **about}, buffers)
