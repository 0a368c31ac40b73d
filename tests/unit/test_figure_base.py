"""The base of all interactive figures: what a static page and a live notebook get."""

from __future__ import annotations

import json
import re
from typing import ClassVar

import pytest

from fau_teach.widgets import FIGURES, DurationSlider, Figure


class Bare(Figure):
    """A figure without a fallback of its own, and kept out of the registry."""

    kind: ClassVar[str] = "bare"


def test_a_figure_without_fallback_says_its_label() -> None:
    assert Bare(label="A & B").fallback_html() == "<p>A &amp; B</p>"


def test_script_end_in_data_cannot_end_the_element() -> None:
    shown = Bare(data={"text": "</script><b>"}).static_html()
    inside = re.search(r'<script type="application/json">(.*?)</script>', shown)
    assert inside
    assert json.loads(inside[1])["data"]["text"] == "</script><b>"


def test_notebook_gets_the_widget_and_the_page_gets_html() -> None:
    content, metadata = DurationSlider()._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in content
    assert content["text/html"].startswith('<div class="ntl-figure" data-figure="duration">')
    assert metadata == {}


def test_without_a_view_the_html_alone_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    figure = DurationSlider()
    monkeypatch.setattr(type(figure), "_view_name", None)
    content, _ = figure._repr_mimebundle_()
    assert set(content) == {"text/html"}


@pytest.mark.parametrize("name", sorted(FIGURES))
def test_module_is_plain_and_complete(name: str) -> None:
    """No import and no address: the figure runs from a folder and without a network."""
    text = FIGURES[name].module_text()
    assert text.count("export default") == 1
    assert not re.search(r"^\s*import\b", text, re.MULTILINE)
    assert re.findall(r"https?://[^\"'\s)]+", text) == ["http://www.w3.org/2000/svg"]


@pytest.mark.parametrize("name", sorted(FIGURES))
def test_a_figure_keeps_its_keys_from_jupyterlab(name: str) -> None:
    """Without this mark JupyterLab takes the arrow keys of sliders and of the map."""
    text = FIGURES[name].module_text()
    assert '"data-lm-suppress-shortcuts": "true"' in text
    assert "...OWN_KEYS" in text
    assert "keepKeys(root)" in text
