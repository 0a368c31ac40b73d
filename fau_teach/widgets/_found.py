"""What figures of chosen points share: a face by pixels, what truly moves, and what was chosen."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from fau_teach.widgets._base import read_text
from fau_teach.widgets._panel import Panel


def packed(values: Any, kind: str) -> str:
    """Numbers as base64, such as of kind ``"<u2"``."""
    import numpy as np

    return b64encode(np.ascontiguousarray(values).astype(kind).tobytes()).decode()


class Found(Panel):
    """A panel whose module may also use ``found.js``."""

    @classmethod
    def module_text(cls) -> str:
        """JavaScript of the figure, with the painter of faces before it."""
        names = ("common.js", "panel.js", "found.js", f"{cls.figure}.js")
        return "\n".join(map(read_text, names))

    @classmethod
    def style_text(cls) -> str:
        """CSS of the figure, with that of the painted faces before it."""
        return read_text("found.css") + "\n" + super().style_text()
