"""Every interactive figure, used by mouse, keyboard and touch, and compared with Python."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import HTML, start_figures

from fau_teach import anatomy, micro

MAP = "book/01-nerves-to-aus/7-the-whole-chain.html"
LAB = "book/01-nerves-to-aus/4-lesion-lab.html"
SLIDER = "book/01-nerves-to-aus/1-what-a-face-says.html"


def lit(page: Any) -> set[str]:
    return set(
        page.eval_on_selector_all(".ntl-map .chip.lit", "list => list.map(one => one.dataset.node)")
    )


# -- map


def test_map_lights_the_paths_of_python_for_every_node(visit: Any) -> None:
    page = visit(MAP).page
    graph = anatomy.graph()
    ours = {node.id for node in graph.nodes}
    found = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll(".ntl-map .chip:not([hidden])")]
        .map((chip) => {
          if (chip.getAttribute("aria-pressed") !== "true") chip.click();
          const on = [...document.querySelectorAll(".ntl-map .chip.lit")];
          return [chip.dataset.node, on.map((one) => one.dataset.node)];
        }))"""
    )
    assert set(found) >= ours - {node for node in ours if node not in found and not reach(node)}
    for node, shown in found.items():
        if node in ours:
            assert set(shown) & ours == reach(node) | {node}, node


def reach(node: str) -> set[str]:
    graph = anatomy.graph()
    return set(graph.upstream(node)) | set(graph.downstream(node))


def test_map_by_keyboard(visit: Any) -> None:
    page = visit(MAP).page
    chip = page.locator('.ntl-map .chip[data-node="AU12"]')
    chip.focus()
    assert chip.get_attribute("aria-pressed") == "true"  # the page opens with AU12 chosen
    page.keyboard.press("Escape")
    assert lit(page) == set()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    focused = page.evaluate("document.activeElement.dataset.node")
    assert anatomy.graph().node(focused).layer == "muscle"
    assert focused in lit(page)
    first = focused
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.node") != first
    page.keyboard.press("Home")
    page.keyboard.press(" ")
    assert page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"


def test_map_by_touch_on_a_phone(visit: Any) -> None:
    page = visit(MAP, width="phone").page
    page.locator('.ntl-map .chip[data-node="VII_zygomatic"]').tap()
    shown = lit(page)
    assert {"zygomaticus_major", "AU12"} <= shown
    assert "corrugator_supercilii" not in shown


def test_map_tells_sources_and_links_errata(visit: Any) -> None:
    page = visit(MAP).page
    text = page.locator(".ntl-map .evidence").inner_text()
    assert "zygomaticus major → AU12" in text
    assert "S2-014" in text
    links = page.eval_on_selector_all(".ntl-map .evidence a", "list => list.map(a => a.href)")
    assert links
    assert all("source-notes.html#erratum-e" in link for link in links)
    anchor = links[0].split("#")[1]
    assert f'id="{anchor}"' in (HTML / "book/reference/source-notes.html").read_text("utf-8")


def test_map_changes_variant_and_table(visit: Any) -> None:
    page = visit(MAP).page
    page.locator(".ntl-map .find select").select_option("AU20")
    before = lit(page)
    page.get_by_role("button", name="iMotions").click()
    assert lit(page)
    page.get_by_role("button", name="as printed").click()
    assert lit(page) != before


# -- lesion lab


def choose(page: Any, lesion: str, command: str) -> None:
    side, _, site = lesion.partition("_")
    page.locator(".ntl-lab select").select_option(site)
    page.locator(f'.ntl-lab input[value="{side}"]').check()
    page.locator(f'.ntl-lab input[value="{command}"]').check()


ALL_TABLES = """(lesions) => lesions.map((lesion) => {
  const [side, ...site] = lesion.split("_");
  const select = document.querySelector(".ntl-lab select");
  select.value = site.join("_");
  select.dispatchEvent(new Event("change", { bubbles: true }));
  document.querySelector(`.ntl-lab input[value="${side}"]`).click();
  return [...document.querySelectorAll(".ntl-lab tbody tr:has(td)")]
    .map((row) => [...row.children].map((cell) => cell.textContent.trim()));
})"""


def by_code(rows: list[tuple[str, str, str]]) -> dict[str, tuple[str, str]]:
    return {name.split()[0].lstrip("AUD"): (right, left) for name, right, left in rows}


@pytest.mark.parametrize("command", ["voluntary", "emotional"])
def test_lab_shows_what_python_says_for_every_lesion(command: str, visit: Any) -> None:
    page = visit(LAB).page
    page.locator(f'.ntl-lab input[value="{command}"]').check()
    tables = page.evaluate(ALL_TABLES, [one.id for one in anatomy.lesions()])
    for lesion, rows in zip(anatomy.lesions(), tables, strict=True):
        result = anatomy.simulate(lesion.id, command)
        shown = by_code(rows)
        assert set(shown) <= set(result.aus)
        assert len(shown) >= 25
        for code, (right, left) in shown.items():
            assert (right, left) == (result.status(code, "R"), result.status(code, "L")), (
                f"{lesion.id}, AU{code}"
            )


def test_lab_explains_the_cut(visit: Any) -> None:
    page = visit(LAB).page
    choose(page, "left_cortex", "voluntary")
    page.get_by_role("button", name="smile", exact=True).click()
    why = page.locator(".ntl-lab .why").inner_text()
    assert "lost" in why
    assert "left motor cortex" in why
    assert "cut here" in why


def test_lab_by_keyboard(visit: Any) -> None:
    page = visit(LAB).page
    page.locator(".ntl-lab select").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    state = page.evaluate("({ ...document.querySelector('.ntl-lab').dataset })")
    assert state["lesion"].split("_")[0] in {"left", "right"}
    page.get_by_role("button", name="raise the brows").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector('.ntl-lab').dataset.task") != state["task"]


def test_lab_by_touch_moves_the_face(visit: Any) -> None:
    page = visit(LAB, width="phone").page
    before = page.locator(".ntl-lab .drawing").inner_html()
    page.get_by_role("button", name="raise the brows").tap()
    assert page.locator(".ntl-lab .drawing").inner_html() != before


# -- duration slider

CASES = [(40, 25), (40, 200), (200, 30), (210, 30), (300, 30), (300, 100), (500, 60), (510, 25)]


@pytest.mark.parametrize(("milliseconds", "fps"), CASES)
def test_slider_agrees_with_python(milliseconds: int, fps: int, visit: Any) -> None:
    page = visit(SLIDER).page
    set_slider(page, 0, milliseconds)
    page.locator(f'.ntl-figure[data-figure="duration"] button[value="{fps}"]').click()
    shown = page.evaluate("({ ...document.querySelector('[data-classic]').dataset })")
    onset = float(page.evaluate("document.querySelector('[data-classic]').dataset.onset ?? 0"))
    verdicts = micro.classify(milliseconds / 1000, onset_s=milliseconds / 2000)
    assert onset in (0, milliseconds / 2)
    assert {name: shown[name] for name in verdicts} == {
        name: "yes" if holds else "no" for name, holds in verdicts.items()
    }
    low, high = micro.frame_range(milliseconds / 1000, fps)
    assert (int(shown["low"]), int(shown["high"])) == (low, high)
    assert float(shown["frames"]) == pytest.approx(micro.frames(milliseconds / 1000, fps))


def set_slider(page: Any, index: int, value: float) -> None:
    page.locator('.ntl-figure[data-figure="duration"] input[type="range"]').nth(index).evaluate(
        """(input, value) => { input.value = value;
        input.dispatchEvent(new Event("input", { bubbles: true })); }""",
        value,
    )


def test_slider_by_keyboard(visit: Any) -> None:
    page = visit(SLIDER).page
    slider = page.locator('.ntl-figure[data-figure="duration"] input[type="range"]').first
    slider.focus()
    before = page.evaluate("document.querySelector('[data-classic]').dataset.frames")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.querySelector('[data-classic]').dataset.frames") != before


def test_map_brings_a_node_chosen_from_the_list_into_view(visit: Any) -> None:
    page = visit(MAP).page
    page.locator(".ntl-map .find select").select_option("AU26")
    page.wait_for_timeout(100)
    place = page.locator('.ntl-map .chip[data-node="AU26"]').bounding_box()
    assert place
    assert 0 < place["y"] < 900


# -- without scripts, on paper, from a folder


@pytest.mark.parametrize("path", [MAP, LAB, SLIDER])
def test_without_scripts_the_fallback_is_there(path: str, visit: Any) -> None:
    page = visit(path, scripts=False).page
    assert page.locator(".ntl-fallback table").first.is_visible()


@pytest.mark.parametrize("path", [MAP, LAB, SLIDER])
def test_from_a_folder_on_disk(path: str, visit: Any) -> None:
    visitor = visit(path, root=f"file://{HTML}")
    start_figures(visitor.page)
    states = visitor.page.eval_on_selector_all(
        ".ntl-figure", "all => all.map(x => x.dataset.ready)"
    )
    assert states
    assert set(states) == {"true"}
    assert visitor.outside == []


@pytest.mark.parametrize("path", [MAP, LAB])
def test_on_paper(path: str, visit: Any) -> None:
    page = visit(path).page
    page.emulate_media(media="print")
    assert page.locator(".ntl-figure").first.is_visible()
    assert len(page.pdf()) > 20_000
