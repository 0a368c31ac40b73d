"""What every interactive figure shares: one class for live notebooks and static pages.

In JupyterLab and JupyterLite the figure is an anywidget. On the built page the same
object shows as HTML: a fallback that needs no script, and the figure's data, from
which the page's own small host starts the same JavaScript module without a kernel.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any, ClassVar

import anywidget
import traitlets

from fau_teach._data import did_you_mean


@cache
def read_text(name: str) -> str:
    """Text of a file in this package, such as ``common.js``."""
    return files("fau_teach.widgets").joinpath(name).read_text(encoding="utf-8")


def has_file(name: str) -> bool:
    """Whether this package has a file of that name."""
    return files("fau_teach.widgets").joinpath(name).is_file()


def check_option(what: str, value: str, known: Iterable[str]) -> None:
    """Refuse an option that a figure does not know.

    Parameters
    ----------
    what : what the option should be, with its article, such as ``"a task"``
    value : what the caller gave
    known : the options that there are

    Raises
    ------
    ValueError
        ``value`` is not in ``known`` (suggests the nearest, or lists all).
    """
    names = list(known)
    if value not in names:
        hint = did_you_mean(value, names, cutoff=0.6) or f"Known: {', '.join(names)}."
        raise ValueError(f"{value!r} is not {what}. {hint}")


class Figure(anywidget.AnyWidget):
    """An interactive figure; subclasses name their module and give data and fallback.

    A subclass ``X`` with ``figure = "x"`` has its module in ``x.js`` (default export
    with ``render({ model, el })``, helpers of ``common.js`` in scope) and its style
    in ``x.css``.
    """

    figure: ClassVar[str] = ""
    #: Files before all others of the module; figures share them, and a page loads them once.
    library: ClassVar[tuple[str, ...]] = ()
    registry: ClassVar[dict[str, type[Figure]]] = {}

    data = traitlets.Dict(help="What the module draws; plain JSON.").tag(sync=True)
    label = traitlets.Unicode(help="Accessible name of the figure.").tag(sync=True)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # anywidget derives a class from ours for each object; that one must stay as it is.
        if "figure" in vars(cls):
            cls._esm = cls.module_text()
            cls._css = cls.style_text()
            Figure.registry[cls.figure] = cls

    @classmethod
    def module_text(cls) -> str:
        """JavaScript of the figure, complete: a plain ES module without imports."""
        return "\n".join(map(read_text, (*cls.library, "common.js", f"{cls.figure}.js")))

    @classmethod
    def style_text(cls) -> str:
        """CSS of the figure, complete."""
        return read_text("common.css") + "\n" + read_text(f"{cls.figure}.css")

    def fallback_html(self) -> str:
        """What a reader without scripts, or on paper, sees instead; subclasses say more."""
        return f"<p>{html.escape(self.label)}</p>"

    def state(self) -> dict[str, Any]:
        """Synchronised traits of this figure and their values: what the module can read."""
        return {
            name: getattr(self, name)
            for name, trait in self.traits(sync=True).items()
            if not name.startswith("_")
            and name not in {"layout", "tabbable", "tooltip", "comm", "keys"}
            and trait.this_class is not anywidget.AnyWidget
        }

    def static_html(self) -> str:
        """Complete the figure for a page without a kernel."""
        # "</" would end the script element early, wherever it stands in the data.
        data = json.dumps(self.state(), ensure_ascii=False, separators=(",", ":")).replace(
            "</", "<\\/"
        )
        return (
            f'<div class="ntl-figure" data-figure="{self.figure}">'
            f'<script type="application/json">{data}</script>'
            f'<div class="ntl-fallback">{self.fallback_html()}</div></div>'
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        content, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        return {**content, "text/html": self.static_html()}, metadata
