"""What the figures of chapter 2 share: controls, bars, and tables for paper and no script."""

from __future__ import annotations

import html
from collections.abc import Iterable

from fau_teach.widgets._base import Figure, has_file, read_text


def short(value: float, digits: int = 2) -> str:
    """Write a number as the source's tables do, without the zero before the point."""
    sign = "−" if value < 0 else ""
    text = f"{abs(value):.{digits}f}"
    return sign + (text.removeprefix("0") if digits else text)


def table_html(caption: str, heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Table with a caption; the first cell of each row is its header."""
    head = "".join(f'<th scope="col">{html.escape(text)}</th>' for text in heads)
    body = []
    for name, *cells in rows:
        tail = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
        body.append(f'<tr><th scope="row">{html.escape(name)}</th>{tail}</tr>')
    return (
        f'<div class="wide-table"><table><caption>{html.escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )


class Panel(Figure):
    """A figure of controls, bars and dots; its module may use the helpers of ``panel.js``."""

    @classmethod
    def module_text(cls) -> str:
        """JavaScript of the figure: the helpers of all figures, of panels, and its own."""
        return "\n".join(read_text(name) for name in ("common.js", "panel.js", f"{cls.figure}.js"))

    @classmethod
    def style_text(cls) -> str:
        """CSS of the figure, complete: its own file follows where it has one."""
        own = f"{cls.figure}.css"
        names = ("common.css", "panel.css", *([own] if has_file(own) else []))
        return "\n".join(map(read_text, names))
