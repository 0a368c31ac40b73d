"""Figures of chapter 2 on tables and rules: used by mouse, keyboard and touch, against Python."""

from __future__ import annotations

import random
from typing import Any

import pytest
from conftest import HTML, start_figures
from test_pages import run_axe

from fau_teach import emotion
from fau_teach.widgets.explorer import explorer_codes
from fau_teach.widgets.readings import READINGS, rule_codes

EXPLORER = "book/02-au-tables/6-rules-and-the-explorer.html"
EXPERIENCE = "book/02-au-tables/5-a-table-from-experience.html"
FIGURES = [(EXPLORER, "explorer"), (EXPERIENCE, "readings"), (EXPERIENCE, "overlap")]


def figure(page: Any, name: str) -> Any:
    return page.locator(f'.ntl-figure[data-figure="{name}"]').first


# -- explorer

READ = """(root) => {
  const text = (place, name) => place.querySelector(name)?.innerText.trim() || "";
  return {
    tables: Object.fromEntries([...root.querySelectorAll(".ranking")].map((place) => [
      place.dataset.table, {
        rows: [...place.querySelectorAll("li")].map((row) => [row.dataset.emotion,
          Number(row.dataset.rank), row.dataset.tied === "true", Number(row.dataset.score),
          text(row, ".matched"), text(row, ".missing"), text(row, ".extra")]),
        reason: text(place.parentNode, ".reason"),
      }])),
    rules: [...root.querySelectorAll("[data-rule]")].map((row) =>
      [row.dataset.rule, row.dataset.aus, row.querySelector("b").innerText.split("→")[1].trim()]),
    conflicts: text(root, ".pairs"),
    score: root.dataset.score,
  };
}"""
SHOW = """(figure, [sides, variant, read]) => {
  const root = figure.querySelector(".ntl-explorer");
  root.querySelector(".clear").click();
  root.querySelector(`.choice button[value="${variant}"]`).click();
  for (const [code, side] of Object.entries(sides)) {
    root.querySelector(`[data-code="${code}"][data-side="${side}"]`).click();
  }
  return eval(read)(root);
}"""


def show(place: Any, sides: dict[str, str], variant: str = "used") -> dict[str, Any]:
    """Switch a state on by its buttons, and read what the figure answers."""
    found: dict[str, Any] = place.evaluate(SHOW, [sides, variant, READ])
    return found


def notation(sides: dict[str, str]) -> str:
    return "+".join(("" if side == "B" else side) + code for code, side in sides.items())


def expected(sides: dict[str, str], variant: Any) -> dict[str, Any]:
    """What Python infers from the same state."""
    score: Any = notation(sides) or []
    matches = {table.id: emotion.match(score, table) for table in emotion.tables()}
    fired = emotion.fire(score, variant)
    return {
        "tables": {
            name: {
                "rows": [
                    [one.emotion, one.rank, one.tied, one.score]
                    + [" ".join(codes) for codes in (one.matched, one.missing, one.extra)]
                    for one in found
                ],
                "reason": found.reason,
            }
            for name, found in matches.items()
        },
        "rules": [[one.rule_id, "+".join(one.aus), one.target] for one in fired],
        "conflicts": "; ".join(map(" against ".join, emotion.conflicts(fired))),
        "score": notation(sides) or "nothing",
    }


def states(count: int) -> list[tuple[dict[str, str], str]]:
    """Seeded states from nothing to everything, contempt's two AUs more often than the rest."""
    dice = random.Random(2)
    found: list[tuple[dict[str, str], str]] = [({}, "used"), ({}, "printed")]
    while len(found) < count:
        codes = dice.sample(explorer_codes(), dice.choice((1, 2, 3, 4, 6, 9, 22)))
        codes += ["12", "14"] * dice.randrange(2)
        sides = {code: dice.choice("BBLR") for code in sorted(set(codes), key=int)}
        found.append((sides, dice.choice(("used", "printed"))))
    return found


def test_S2_055_S0_116_explorer_agrees_with_python_in_200_states(visit: Any) -> None:
    place = figure(visit(EXPLORER).page, "explorer")
    for sides, variant in states(200):
        assert show(place, sides, variant) == expected(sides, variant), sides


def test_explorer_presets_show_what_they_say(visit: Any) -> None:
    place = figure(visit(EXPLORER).page, "explorer")
    select = place.locator("select")
    labels = select.locator("optgroup option").all_inner_texts()
    assert len(labels) == 7 + 6 + 7  # cases, rows of Table 3, rows of the iMotions table
    for label in labels:
        select.select_option(label=label)
        score = place.locator(".ntl-explorer").get_attribute("data-score")
        assert score == label.rpartition(": ")[2]
    select.select_option(label="R12+R14")
    first = place.locator('[data-table="imotions"] li').first
    assert first.get_attribute("data-emotion") == "Contempt"  # E2-18
    select.select_option(label="12+14")
    assert "counts on one side" in place.locator(".reason").nth(1).inner_text()
    select.select_option(label="24+25")
    assert "exclude each other" in place.locator(".never").inner_text()  # E0-42


def test_explorer_tells_why_and_links_errata(visit: Any) -> None:
    place = figure(visit(EXPLORER).page, "explorer")
    show(place, {"4": "B", "5": "B"}, "printed")
    text = place.locator('[data-rule="7a"]').inner_text()
    assert "fired by AU4 AU5" in text
    assert "contradicts Table 3" in text
    link = place.locator('[data-rule="7a"] a').get_attribute("href")
    assert link.endswith("source-notes.html#erratum-e0-03")
    assert 'id="erratum-e0-03"' in (HTML / "book/reference/source-notes.html").read_text("utf-8")
    assert "not FACS" in place.inner_text()


def test_explorer_by_keyboard(visit: Any) -> None:
    page = visit(EXPLORER).page
    place = figure(page, "explorer")
    place.get_by_role("button", name="Clear").click()
    page.keyboard.press("Tab")  # as used
    page.keyboard.press("Tab")  # as printed
    page.keyboard.press("Tab")  # one stop for the upper face
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    root = place.locator(".ntl-explorer")
    assert root.get_attribute("data-score") == "1+L2"
    two = place.get_by_role("button", name="2 Outer brow raiser")
    assert two.get_attribute("aria-pressed") == "mixed"
    page.keyboard.press("Home")
    assert page.evaluate("document.activeElement.ariaLabel") == "R: AU2, right side only"
    page.keyboard.press("Tab")  # and one for the lower face
    assert page.evaluate("document.activeElement.dataset.code") == "9"
    assert page.evaluate("document.activeElement.tabIndex") == 0
    assert place.locator('[data-code][tabindex="0"]').count() == 2


def test_explorer_tells_a_screen_reader(visit: Any) -> None:
    place = figure(visit(EXPLORER).page, "explorer")
    show(place, {"6": "B", "12": "B"})
    said = place.get_by_role("status").inner_text()
    assert said.startswith("6+12. ")
    assert "Rules: Happiness" in said


def test_explorer_by_touch_on_a_phone(visit: Any) -> None:
    page = visit(EXPLORER, width="phone").page
    place = figure(page, "explorer")
    place.get_by_role("button", name="Clear").tap()
    place.get_by_role("button", name="14 Dimpler").tap()
    assert place.locator(".ntl-explorer").get_attribute("data-score") == "14"
    place.get_by_role("button", name="L: AU14").tap()
    assert place.locator(".ntl-explorer").get_attribute("data-score") == "L14"
    place.get_by_role("button", name="L: AU14").tap()
    assert place.locator(".ntl-explorer").get_attribute("data-score") == "nothing"
    boxes = [one.bounding_box() for one in place.locator(".unit button").all()]
    assert all(box["width"] >= 24 and box["height"] >= 24 for box in boxes)


# -- readings


def test_S0_046_readings_agree_with_python(visit: Any) -> None:
    place = figure(visit(EXPERIENCE).page, "readings")
    for number, table in enumerate(emotion.tables()):
        place.locator(".choice button").nth(number).click()
        for one in READINGS:
            place.locator(f'input[value="{one.variant}"]').check()
            own = emotion.exclusive(table, one.variant)
            for name, codes in own.items():
                row = place.locator(f'tr[data-emotion="{name}"]')
                left = row.get_attribute("data-left")
                assert set(filter(None, left.split("+"))) == codes, (table.id, one.variant, name)
                assert row.locator(".count").inner_text() == str(len(codes))
                verdict = row.locator(".verdict").inner_text()
                assert verdict == ("✓ same" if codes == rule_codes(name) else "✗ differs")


def test_S0_054_readings_mark_with_words(visit: Any) -> None:
    place = figure(visit(EXPERIENCE).page, "readings")
    place.locator('input[value="used"]').check()
    row = place.locator('tr[data-emotion="Happiness"] .aus').inner_text()
    assert "✓ kept 6 12 28" in row
    assert "✗ taken away 1 14 26 27" in row
    place.locator('input[value="intersection_symmetric"]').check()
    anger = place.locator('tr[data-emotion="Anger"] .aus').inner_text()
    assert "+ added 1" in anger  # E0-02
    assert "E0-01" in place.inner_text()


def test_readings_by_keyboard(visit: Any) -> None:
    page = visit(EXPERIENCE).page
    place = figure(page, "readings")
    place.locator('input[value="printed"]').check()
    place.locator('input[value="printed"]').focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert place.locator(".ntl-readings").get_attribute("data-variant") == "used"
    assert "6 of 6" in place.get_by_role("status").inner_text()


# -- overlap


def test_S0_056_overlaps_agree_with_python(visit: Any) -> None:
    place = figure(visit(EXPERIENCE).page, "overlap")
    dong, imotions = (table.codes() for table in emotion.tables())
    for number, (rows, columns) in enumerate(
        [(dong, dong), (imotions, imotions), (dong, imotions)]
    ):
        place.locator(".choice button").nth(number).click()
        found = place.evaluate(
            """(figure) => [...figure.querySelectorAll("tbody td")].map((cell) => {
              cell.focus();
              const { row, column, fraction } = figure.querySelector(".ntl-overlap").dataset;
              return [row, column, Number(cell.dataset.value), fraction, cell.innerText];
            })"""
        )
        wanted = []
        for one, a in rows.items():
            for two, b in columns.items():
                value = emotion.jaccard(a, b)
                fraction = f"{len(a & b)}/{len(a | b)} = {value:.3f}"
                wanted.append([one, two, value, fraction])
        assert [cell[:4] for cell in found] == wanted
        for _, _, value, _, text in found:
            assert abs(float(text) - value) < 0.0051  # halves may go either way


def test_overlap_by_keyboard(visit: Any) -> None:
    page = visit(EXPERIENCE).page
    place = figure(page, "overlap")
    place.locator(".choice button").first.click()
    for _ in range(3):
        page.keyboard.press("Tab")  # past the other maps, into the grid's one stop
    root = place.locator(".ntl-overlap")
    read = "(root) => [root.dataset.row, root.dataset.column]"
    assert root.evaluate(read) == ["Disgust", "Sadness"]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    assert root.evaluate(read) == ["Fear", "Disgust"]
    page.keyboard.press("Home")
    assert root.evaluate(read) == ["Fear", "Happiness"]
    page.keyboard.press("Control+End")
    assert root.evaluate(read) == ["Sadness", "Sadness"]
    page.keyboard.press("ArrowDown")  # the edge holds
    assert root.evaluate(read) == ["Sadness", "Sadness"]
    assert place.locator('td[tabindex="0"]').count() == 1
    assert place.locator('td[aria-selected="true"]').count() == 1
    assert place.get_by_role("grid").count() == 1


def test_overlap_by_touch_on_a_phone(visit: Any) -> None:
    page = visit(EXPERIENCE, width="phone").page
    place = figure(page, "overlap")
    place.locator(".choice button").nth(2).tap()
    cell = place.locator("tbody tr").nth(1).locator("td").nth(2)  # Surprise in both tables
    box = cell.bounding_box()
    assert min(box["width"], box["height"]) >= 24
    cell.tap()
    text = place.locator(".detail").inner_text()
    assert "4/6 = 0.667" in text  # E2-17
    assert "AU1, AU2, AU5, AU26" in text


# -- all three


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", ["desktop", "phone"])
def test_figures_stay_accessible_in_use(width: str, theme: str, visit: Any) -> None:
    visitor = visit(EXPLORER, width=width, theme=theme)
    show(figure(visitor.page, "explorer"), {"4": "B", "5": "B", "12": "R"}, "printed")
    assert run_axe(visitor.page) == []
    assert visitor.errors == []
    visitor = visit(EXPERIENCE, width=width, theme=theme)
    figure(visitor.page, "readings").locator('input[value="union_symmetric"]').check()
    figure(visitor.page, "overlap").locator(".choice button").nth(2).click()
    assert run_axe(visitor.page) == []
    assert visitor.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert visitor.errors == []


def luminance(colour: list[float]) -> float:
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_overlap_cells_are_readable_and_ordered_in_grey(theme: str, visit: Any) -> None:
    place = figure(visit(EXPERIENCE, theme=theme).page, "overlap")
    place.locator(".choice button").nth(2).click()
    cells = place.evaluate(
        """(figure) => [...figure.querySelectorAll("tbody td")].map((cell) => {
          const pen = document.createElement("canvas").getContext("2d");
          const rgb = (colour) => {
            pen.fillStyle = colour;
            pen.fillRect(0, 0, 1, 1);
            return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3).map((part) => part / 255);
          };
          const { backgroundColor, color } = getComputedStyle(cell);
          return [Number(cell.dataset.value), rgb(backgroundColor), rgb(color)];
        })"""
    )
    shades = {}
    for value, paper, ink in cells:
        light, dark = sorted((luminance(paper), luminance(ink)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, value
        shades[value] = luminance(paper)
    ordered = [shades[value] for value in sorted(shades)]
    assert ordered == sorted(ordered, reverse=theme == "light")
    assert abs(ordered[0] - ordered[-1]) > 0.1


@pytest.mark.parametrize(("path", "name"), FIGURES)
def test_without_scripts_the_fallback_is_there(path: str, name: str, visit: Any) -> None:
    page = visit(path, scripts=False).page
    assert figure(page, name).locator(".ntl-fallback table").first.is_visible()


@pytest.mark.parametrize("path", [EXPLORER, EXPERIENCE])
def test_from_a_folder_on_disk(path: str, visit: Any) -> None:
    visitor = visit(path, root=f"file://{HTML}")
    start_figures(visitor.page)
    ready = visitor.page.eval_on_selector_all(".ntl-figure", "all => all.map(x => x.dataset.ready)")
    assert set(ready) == {"true"}
    assert visitor.outside == []


@pytest.mark.parametrize(("path", "name"), FIGURES)
def test_on_paper(path: str, name: str, visit: Any) -> None:
    page = visit(path).page
    page.emulate_media(media="print")
    assert figure(page, name).locator("li, td").first.is_visible()
    assert len(page.pdf()) > 20_000
