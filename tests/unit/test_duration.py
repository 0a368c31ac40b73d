"""Duration slider: what it ships to the page, and what it shows without scripts."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
import traitlets

from fau_teach import micro
from fau_teach.widgets import FIGURES, DurationSlider


class Rows(HTMLParser):
    """Cells of a table, row by row."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.feed(text.partition("</table>")[0])

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def test_S0_007_bounds_go_to_the_page_in_whole_milliseconds() -> None:
    shipped = {one["id"]: (one["low"], one["high"]) for one in DurationSlider().data["definitions"]}
    assert shipped == {"classic": (40, 200), "total500": (0, 500), "onset260": (0, 260)}


def test_E0_27_credits_say_whose_bound_it_is() -> None:
    credit = {one["id"]: one["credit"] for one in DurationSlider().data["definitions"]}
    assert credit["classic"].startswith("Ekman's bound")
    assert "S0-007" in credit["classic"]
    assert credit["total500"] == credit["onset260"] == "Yan et al. 2013 (E0-27)"


def test_S0_007_fallback_table() -> None:
    rows = {row[0]: row[1:] for row in Rows(DurationSlider().fallback_html()).rows}
    head = rows["duration"]
    assert head[:5] == ["25 fps", "30 fps", "60 fps", "100 fps", "200 fps"]
    # 1/25 s: 1 frame at 25 fps (E0-27), 1.2 at 30, 4 at 100, 8 at 200.
    assert rows["40 ms"][:5] == ["1", "1 or 2", "2 or 3", "4", "8"]
    # 1/5 s: 6, 20 and 40 frames.
    assert [rows["200 ms"][i] for i in (1, 3, 4)] == ["6", "20", "40"]
    # 0.3 s: not micro by 1/5 s, micro by 0.5 s; its onset of 150 ms is fast.
    assert rows["300 ms"][5:] == ["✗ no", "✓ yes", "✓ yes"]
    assert rows["600 ms"][5:] == ["✗ no", "✗ no", "✗ no"]


def test_fallback_names_each_rule_and_its_source() -> None:
    text = DurationSlider().fallback_html()
    for one in micro.definitions():
        assert f"{one.name}: {one.rule}." in text
    assert "<caption>" in text


def test_start_values_are_traits() -> None:
    figure = DurationSlider(duration=40, onset_share=30, fps=25, phase=0)
    state = figure.state()
    assert {name: state[name] for name in ("duration", "onset_share", "fps", "phase")} == {
        "duration": 40,
        "onset_share": 30,
        "fps": 25,
        "phase": 0,
    }
    assert json.loads(json.dumps(state)) == state


@pytest.mark.parametrize(
    "bad", [{"duration": 5}, {"duration": 1500}, {"onset_share": 0}, {"fps": 0}, {"phase": 100}]
)
def test_values_out_of_range_are_refused(bad: dict[str, int]) -> None:
    with pytest.raises(traitlets.TraitError, match=next(iter(bad))):
        DurationSlider(**bad)


def test_static_page_has_data_and_fallback() -> None:
    text = DurationSlider().static_html()
    assert 'data-figure="duration"' in text
    found = re.search(r'<script type="application/json">(.*?)</script>', text)
    assert found is not None
    assert json.loads(found[1])["duration"] == 300
    assert FIGURES["duration"] is DurationSlider


def test_module_is_complete_and_asks_nothing_outside() -> None:
    module = DurationSlider.module_text()
    assert "export default { render }" in module
    assert not re.search(r"\bimport\b|\bfetch\(|https?://(?!www\.w3\.org/2000/svg)", module)
    # Onset, apex and offset keep their marks everywhere.
    assert 'onset: "▲", apex: "◆", offset: "▼"' in module
