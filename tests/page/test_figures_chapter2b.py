"""Order, imbalance, prevalence and base rate: by mouse, keyboard and touch, against Python."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from conftest import HTML
from panel_checks import check_alone, check_state

from fau_teach import emotion
from fau_teach.emotion import Association, Sample
from fau_teach.widgets.base_rate import faces, presets
from fau_teach.widgets.imbalance import oversampled
from fau_teach.widgets.order import EXAMPLES

ALGORITHMS = "book/02-au-tables/2-two-algorithms.html"
TELLING = "book/02-au-tables/4-prevalence-and-specificity.html"
PAGE_OF = dict.fromkeys(("order", "imbalance"), ALGORITHMS) | dict.fromkeys(
    ("prevalence", "base_rate"), TELLING
)


def figure_of(page: Any, name: str) -> Any:
    return page.locator(f".ntl-figure[data-figure={name}]").first


def state_of(page: Any, name: str) -> dict[str, str]:
    found: dict[str, str] = (
        figure_of(page, name).locator(".ntl-panel").evaluate("root => ({ ...root.dataset })")
    )
    return found


def press(figure: Any, name: str) -> None:
    figure.get_by_role("button", name=name, exact=True).click()


def focused(page: Any) -> str:
    found: str = page.evaluate("document.activeElement.getAttribute('aria-label') || ''")
    return found


# -- order


def shown_shares(figure: Any, kind: str) -> dict[str, float]:
    pairs = figure.locator(f"[data-{kind}]").evaluate_all(
        f"all => all.map(one => [one.dataset.{kind}, one.textContent])"
    )
    return {code: float(text) for code, text in pairs}


def assert_shares(page: Any, example: str, name: str) -> list[int]:
    """The table says what Python says of the rows in the order that the page shows."""
    figure = figure_of(page, "order")
    order = figure.locator("[data-row]").evaluate_all("all => all.map(x => Number(x.dataset.row))")
    rows = [Sample(text, {own: score}) for text, own, score in EXAMPLES[example][1]]
    rows = [rows[place] for place in order]
    for kind, variant in (("first", "first"), ("used", "used")):
        expected = emotion.shares(rows, variant)[name]
        assert shown_shares(figure, kind) == pytest.approx(expected, abs=6e-5)
    found: list[int] = order
    return found


def test_S0_026_swapping_two_rows_moves_AU6(visit: Any) -> None:
    page = visit(ALGORITHMS).page
    figure = figure_of(page, "order")
    assert shown_shares(figure, "first") == {"6": 0.3, "12": 0.5, "25": 0.2}
    before = shown_shares(figure, "used")
    assert state_of(page, "order")["skipped"] == "1"
    figure.get_by_role("button", name="Move row 1, 6+12 Happiness .90, down").click()
    assert shown_shares(figure, "first") == {"6": 0.2273, "12": 0.5, "25": 0.2727}
    assert shown_shares(figure, "used") == before
    assert state_of(page, "order")["skipped"] == "0"
    assert "6+12 Happiness .90\nskipped: a repeat" in figure.locator(".skipped").inner_text()
    press(figure, "First order")
    assert shown_shares(figure, "first")["6"] == 0.3


def test_E0_09_every_order_of_the_toy_rows_agrees_with_python(visit: Any) -> None:
    page = visit(ALGORITHMS).page
    seen = set()
    # Bubbling down the first card, then the second, walks through all six orders.
    for step in range(6):
        seen.add(tuple(assert_shares(page, "toy", "Happiness")))
        place = step % 2
        figure_of(page, "order").locator(".moves").nth(place).locator("button").nth(1).click()
    assert len(seen) == 6


def test_E0_09_shuffles_of_twelve_rows_agree_with_python(visit: Any) -> None:
    page = visit(ALGORITHMS).page
    figure = figure_of(page, "order")
    press(figure, "twelve rows, made up")
    orders = []
    for name in ("Happiness", "Surprise", "Fear", "Sadness"):
        figure.locator("select").select_option(name)
        for _ in range(3):
            press(figure, "Shuffle")
            orders.append(assert_shares(page, "twelve", name))
    assert all(sorted(order) == list(range(12)) for order in orders)
    assert all(one != two for one, two in pairwise(orders))


def test_E0_08_the_card_that_is_not_there(visit: Any) -> None:
    page = visit(ALGORITHMS).page
    ghost = figure_of(page, "order").locator(".ghost")
    assert "no row 4" in ghost.inner_text()
    assert "visits 1 to 4" in ghost.inner_text()
    assert "E0-08" in ghost.inner_text()


def test_order_by_keyboard_keeps_its_place(visit: Any) -> None:
    page = visit(ALGORITHMS).page
    figure = figure_of(page, "order")
    figure.get_by_role("button", name="Move row 3, 12+25 Happiness .60, up").focus()
    page.keyboard.press("Enter")
    assert focused(page) == "Move row 2, 12+25 Happiness .60, up"
    page.keyboard.press(" ")
    page.keyboard.press("Enter")  # already at the top: nothing moves, nothing is lost
    assert focused(page) == "Move row 1, 12+25 Happiness .60, up"
    assert state_of(page, "order")["order"] == "2 0 1"
    said = figure.locator(".ntl-announcer").inner_text()
    assert "Row is now number 1" in said
    assert "AU6 .3000" in said


def test_order_by_touch(visit: Any) -> None:
    page = visit(ALGORITHMS, width="phone").page
    figure_of(page, "order").get_by_role("button", name="Shuffle").tap()
    assert state_of(page, "order")["order"] != "0 1 2"


# -- imbalance


def set_slider(figure: Any, index: int, value: float) -> None:
    figure.locator('input[type="range"]').nth(index).evaluate(
        """(input, value) => { input.value = value;
        input.dispatchEvent(new Event("input", { bubbles: true })); }""",
        value,
    )


@pytest.mark.parametrize(
    ("name", "mode", "factor"),
    [("Happiness", "copies", 10), ("Fear", "copies", 7), ("Anger", "new", 20)],
)
def test_S0_043_imbalance_agrees_with_python(name: str, mode: str, factor: int, visit: Any) -> None:
    page = visit(ALGORITHMS).page
    figure = figure_of(page, "imbalance")
    figure.locator("select").select_option(name)
    press(figure, {"copies": "exact copies", "new": "different rows"}[mode])
    set_slider(figure, 0, factor)
    rows, base = oversampled(name, factor, mode), oversampled(name, 1, mode)
    methods = [
        (1000, emotion.shares), (100, lambda all_: emotion.means(all_, "sum")),
        (1000, lambda all_: emotion.means(all_, "mean")),
    ]  # fmt: skip
    for at, (scale, method) in enumerate(methods):
        before, after = method(base)[name], method(rows)[name]
        for code in ("1", "6", "12", "25"):
            cell = figure.locator(f'[data-cell="{code} {at}"]').evaluate("x => ({ ...x.dataset })")
            assert float(cell["before"]) == pytest.approx(scale * before.get(code, 0), abs=0.51)
            assert float(cell["after"]) == pytest.approx(scale * after.get(code, 0), abs=0.51)
    assert state_of(page, "imbalance")["rows"] == str(len(rows))


def test_S0_043_copies_leave_method_1_alone_and_words_say_so(visit: Any) -> None:
    page = visit(ALGORITHMS).page
    figure = figure_of(page, "imbalance")
    set_slider(figure, 0, 20)
    assert "Method 1 does not move." in figure.locator(".summary").inner_text()
    press(figure, "different rows")
    assert "Method 1 moves." in figure.locator(".summary").inner_text()


def test_imbalance_by_keyboard(visit: Any) -> None:
    page = visit(ALGORITHMS).page
    figure = figure_of(page, "imbalance")
    figure.locator('input[type="range"]').focus()
    before = int(state_of(page, "imbalance")["rows"])
    page.keyboard.press("ArrowRight")
    assert int(state_of(page, "imbalance")["rows"]) == before + 6
    assert page.evaluate("document.activeElement.getAttribute('aria-valuetext')") == "×11"
    chip = figure.get_by_role("button", name="AU20", exact=True)
    chip.focus()
    page.keyboard.press("Enter")
    assert chip.get_attribute("aria-pressed") == "true"
    assert figure.locator("tbody tr", has_text="AU20").count() == 1
    page.keyboard.press("Enter")
    assert figure.locator("tbody tr", has_text="AU20").count() == 0


def test_imbalance_by_touch(visit: Any) -> None:
    page = visit(ALGORITHMS, width="phone").page
    figure = figure_of(page, "imbalance")
    figure.get_by_role("button", name="different rows").tap()
    assert int(state_of(page, "imbalance")["combinations"]) > 6


# -- prevalence


def test_S0_041_AU25_is_common_and_not_among_the_telling(visit: Any) -> None:
    page = visit(TELLING).page
    figure = figure_of(page, "prevalence")
    first, second = emotion.learned("dong1"), emotion.learned("dong2")
    for name in emotion.SIX:
        figure.locator("select").first.select_option(name)
        press(figure, "AU25")
        state = state_of(page, "prevalence")
        assert int(state["often"]) == first.rank("25", name)
        assert second.rank("25", name) is None
        assert state["telling"] == "no legible rank"
        lost = len(first.lost(name)) + len(second.lost(name))
        assert figure.locator("svg text", has_text=": lost").count() == lost  # E0-11


@pytest.mark.parametrize(("name", "code"), [("Anger", "14"), ("Surprise", "5"), ("Fear", "20")])
def test_prevalence_ranks_counts_as_python_does(name: str, code: str, visit: Any) -> None:
    page = visit(TELLING).page
    figure = figure_of(page, "prevalence")
    press(figure, "CAS(ME)³ counts")
    figure.locator("select").first.select_option(name)
    press(figure, f"AU{code}")
    pairs = [one for one in emotion.casme3() if one.emotion == name]

    def rank(value: Any) -> int:
        order = sorted(pairs, key=lambda one: (-value(one), int(one.code)))
        return [one.code for one in order].index(code) + 1

    measures = {
        "specificity": lambda one: one.specificity,
        "lift": lambda one: one.lift,
        "log_odds": lambda one: one.log_odds(20).z,
    }
    for measure, value in measures.items():
        figure.locator("select").nth(1).select_option(measure)
        state = state_of(page, "prevalence")
        assert state["measure"] == measure
        assert int(state["often"]) == rank(lambda one: one.reliability)
        assert int(state["telling"]) == rank(value), measure


def test_prevalence_tells_counts_in_words(visit: Any) -> None:
    page = visit(TELLING).page
    figure = figure_of(page, "prevalence")
    press(figure, "CAS(ME)³ counts")
    figure.locator("select").first.select_option("Anger")
    press(figure, "AU14")
    assert (
        "45 of 193 clips with AU14 are anger: P(E|A) = .23" in figure.locator(".words").inner_text()
    )
    assert "45 of 193" in figure.locator(".ntl-announcer").inner_text()
    figure.locator("summary").click()
    assert ".70, rank 1" in figure.locator("tbody tr", has_text="AU14").inner_text()


def test_prevalence_by_keyboard_and_by_its_picture(visit: Any) -> None:
    page = visit(TELLING).page
    figure = figure_of(page, "prevalence")
    figure.get_by_role("button", name="AU12", exact=True).focus()
    page.keyboard.press("Enter")
    assert focused(page) == "AU12"  # the row of units was redrawn
    state = state_of(page, "prevalence")
    assert (state["often"], state["telling"]) == ("2", "1")
    figure.locator("svg text.pick", has_text="AU10").click()
    assert state_of(page, "prevalence")["often"] == "3"


def test_prevalence_by_touch_fits_a_phone(visit: Any) -> None:
    page = visit(TELLING, width="phone").page
    figure = figure_of(page, "prevalence")
    figure.get_by_role("button", name="CAS(ME)³ counts").tap()
    assert state_of(page, "prevalence")["source"] == "casme3"
    width = figure.locator(".picture").evaluate("x => x.scrollWidth - x.clientWidth")
    assert width <= 0


# -- base rate

CASES = [
    (10, 10, 3.3), (7.4, 70.3, 18.6), (29.1, 73.2, 14.9), (21.7, 20.3, 0.9), (10, 3.5, 0),
    (0, 50, 20), (100, 25, 80), (50, 0, 0), (1, 99, 5), (33.3, 66.6, 12.3),
]  # fmt: skip


@pytest.mark.parametrize("rates", CASES)
def test_S0_055_base_rate_agrees_with_python(rates: tuple[float, float, float], visit: Any) -> None:
    page = visit(TELLING).page
    figure = figure_of(page, "base_rate")
    for index, value in enumerate(rates):
        set_slider(figure, index, value)
    state = state_of(page, "base_rate")
    counts = {name: int(state[name]) for name in ("n_emotion", "n_code", "both")}
    if not counts["n_emotion"] or not counts["n_code"]:
        # Nothing to compare with: Python refuses such counts, the page says so in words.
        assert state["lift"] == ""
        assert rates[0] == 0 or "nothing to judge" in figure.locator(".words").inner_text()
        return
    expected = faces("20", "fear", *rates)
    assert counts == {name: getattr(expected, name) for name in counts}
    assert float(state["specificity"]) == pytest.approx(expected.specificity)
    assert float(state["lift"]) == pytest.approx(expected.lift)
    # Bayes on the rates themselves, not on whole faces.
    prior, hit, other = (rate / 100 for rate in rates)
    bayes = prior * hit / (prior * hit + (1 - prior) * other)
    assert expected.specificity == pytest.approx(bayes, abs=0.5 / expected.n_code + 0.02)


def test_E0_41_base_rate_opens_with_one_in_four(visit: Any) -> None:
    page = visit(TELLING).page
    words = figure_of(page, "base_rate").locator(".words").inner_text()
    assert "So of 40 faces with AU20, 10 show fear: P(E|A) = .25." in words
    assert "That is no count of faces" in figure_of(page, "base_rate").inner_text()


def test_base_rate_presets(visit: Any) -> None:
    page = visit(TELLING).page
    figure = figure_of(page, "base_rate")
    for one in presets():
        figure.locator("select").select_option(one["id"])
        expected: Association = faces(one["code"], one["emotion"], *one["rates"])
        assert int(state_of(page, "base_rate")["both"]) == expected.both
        assert f"faces with AU{one['code']}, " in figure.locator(".words").inner_text()
        assert one["note"] in figure.inner_text()
        key = figure.locator(".key li").all_inner_texts()
        assert sum(int(text.split(": ")[1]) for text in key) == 1000


def test_base_rate_draws_a_thousand_faces(visit: Any) -> None:
    page = visit(TELLING).page
    figure = figure_of(page, "base_rate")
    for group in ("faces with the unit", "faces with the emotion"):
        press(figure, group)
        marks = figure.locator(".picture path").evaluate_all(
            "all => Object.fromEntries(all.map(x => [x.className.baseVal,"
            " (x.getAttribute('d').match(/M/g) || []).length]))"
        )
        assert marks == {"both": 10, "alone": 30, "missed": 90, "none": 870}


def test_base_rate_by_keyboard(visit: Any) -> None:
    page = visit(TELLING).page
    figure = figure_of(page, "base_rate")
    figure.locator('input[type="range"]').first.focus()
    page.keyboard.press("ArrowRight")
    assert state_of(page, "base_rate")["n_emotion"] == "110"  # one percent of 1,000 faces
    assert page.evaluate("document.activeElement.getAttribute('aria-valuetext')") == "11 %"
    figure.locator("select").focus()
    page.keyboard.press("ArrowDown")
    assert "AU14" in figure.locator(".ntl-announcer").inner_text()


def test_base_rate_by_touch(visit: Any) -> None:
    page = visit(TELLING, width="phone").page
    figure = figure_of(page, "base_rate")
    slider = figure.locator('input[type="range"]').first
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box
    page.touchscreen.tap(box["x"] + 0.8 * box["width"], box["y"] + box["height"] / 2)
    assert int(state_of(page, "base_rate")["n_emotion"]) > 600


# -- all four


@pytest.mark.parametrize("width", ["desktop", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", [ALGORITHMS, TELLING])
def test_other_states_are_accessible_too(path: str, theme: str, width: str, visit: Any) -> None:
    visitor = visit(path, width=width, theme=theme)
    page = visitor.page
    if path == ALGORITHMS:
        press(figure_of(page, "order"), "twelve rows, made up")
        press(figure_of(page, "imbalance"), "different rows")
    else:
        press(figure_of(page, "prevalence"), "CAS(ME)³ counts")
        figure_of(page, "prevalence").locator("summary").click()
        figure_of(page, "base_rate").locator("select").select_option("14-anger")
    check_state(visitor)


@pytest.mark.parametrize("name", PAGE_OF)
def test_without_scripts_the_fallback_is_there(name: str, visit: Any) -> None:
    page = visit(PAGE_OF[name], scripts=False).page
    assert figure_of(page, name).locator("table caption").first.is_visible()


@pytest.mark.parametrize("path", [ALGORITHMS, TELLING])
def test_from_a_folder_and_on_paper(path: str, visit: Any) -> None:
    check_alone(visit(path, root=f"file://{HTML}"))
