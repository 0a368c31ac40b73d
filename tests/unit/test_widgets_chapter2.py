"""Four figures of chapter 2: what they ship to the page, and what shows without scripts."""

from __future__ import annotations

import json
import re
from itertools import pairwise, permutations
from random import Random
from typing import Any

import pytest
import traitlets

from fau_teach import emotion
from fau_teach.emotion import SIX, Sample
from fau_teach.widgets import FIGURES, BaseRate, Figure, ImbalanceSlider, OrderShuffle, Prevalence
from fau_teach.widgets._panel import short, table_html
from fau_teach.widgets.base_rate import faces, presets
from fau_teach.widgets.imbalance import CODES, imbalance_data, made_up_rows, oversampled
from fau_teach.widgets.order import order_data
from fau_teach.widgets.prevalence import prevalence_data

CLASSES = (OrderShuffle, ImbalanceSlider, Prevalence, BaseRate)


# -- order


def looked_up(example: str, order: tuple[int, ...], name: str) -> dict[str, float]:
    """Shares that the page shows for an order, found as the module finds them."""
    one = order_data()["examples"][example]
    leaders = [next(row for row in order if row in group) for group in one["groups"]]
    mine = [str(row) for row in leaders if one["rows"][row][1] == name]
    found: dict[str, float] = one["first"][name][" ".join(mine)]
    return found


def test_S0_026_the_toy_rows_depend_on_their_order() -> None:
    assert looked_up("toy", (0, 1, 2), "Happiness") == {"6": 0.3, "12": 0.5, "25": 0.2}
    swapped = looked_up("toy", (1, 0, 2), "Happiness")
    assert swapped == {"6": 0.2273, "12": 0.5, "25": 0.2727}


def test_E0_09_the_used_reading_is_the_mean_of_repeats() -> None:
    # Means .7 and .6: AU6 .7, AU12 1.3, AU25 .6, of 2.6.
    used = order_data()["examples"]["toy"]["used"]["Happiness"]
    assert used == {"12": 0.5, "6": 0.2692, "25": 0.2308}


@pytest.mark.parametrize("example", ["toy", "twelve"])
def test_E0_09_each_order_finds_the_shares_of_the_algorithm(example: str) -> None:
    one = order_data()["examples"][example]
    rows = [Sample(text, {name: score}) for text, name, score in one["rows"]]
    random = Random(26)
    places = range(len(rows))
    orders = list(permutations(places)) if len(rows) < 4 else [
        tuple(random.sample(places, len(rows))) for _ in range(60)
    ]  # fmt: skip
    for order in orders:
        first = emotion.shares([rows[place] for place in order], "first")
        used = emotion.shares([rows[place] for place in order])
        for name in one["emotions"]:
            assert looked_up(example, order, name) == pytest.approx(first[name], abs=6e-5)
            assert one["used"][name] == pytest.approx(used[name], abs=6e-5)


def test_S0_026_each_shown_row_sums_to_one() -> None:
    for one in order_data()["examples"].values():
        for name in one["emotions"]:
            for row in (one["used"][name], *one["first"][name].values()):
                assert sum(row.values()) == pytest.approx(1, abs=3e-4)


def test_E0_08_the_printed_loop_visits_one_row_too_many() -> None:
    examples = order_data()["examples"]
    assert examples["toy"]["printed"] == [1, 2, 3, 4]  # S0-026
    assert examples["twelve"]["printed"][-1] == 13


def test_E0_09_a_repeat_needs_the_same_units_and_the_same_emotion() -> None:
    one = order_data()["examples"]["twelve"]
    texts = [{one["rows"][row][0] for row in group} for group in one["groups"]]
    assert {"6+12", "12+6"} in texts
    assert texts.count({"1+2+5"}) == 2  # once under surprise, once under fear
    assert sum(map(len, one["groups"])) == len(one["rows"]) == 12


def test_E0_09_fallback_tells_lowest_highest_and_used() -> None:
    text = OrderShuffle().fallback_html()
    row = re.search(r'<th scope="row">Happiness, AU6</th>(.*?)</tr>', text)
    assert row
    assert re.findall("<td>(.*?)</td>", row[1]) == [".2273", ".3000", ".2692"]
    assert "row 4 of 3 (E0-08)" in text


def test_order_starts_in_the_first_order() -> None:
    assert OrderShuffle("twelve").order == list(range(12))
    assert OrderShuffle().emotion == "Happiness"
    with pytest.raises(ValueError, match=r"'twelv' is not an example\. Did you mean 'twelve'\?"):
        OrderShuffle("twelv")


# -- imbalance


def cells(mode: str, name: str, factor: int, method: int) -> list[int]:
    found: list[int] = imbalance_data()["results"][mode][name][factor - 1][method]
    return found


@pytest.mark.parametrize("name", SIX)
def test_S0_043_copies_leave_method_1_as_it_was(name: str) -> None:
    for factor in range(1, 21):
        assert cells("copies", name, factor, 0) == cells("copies", name, 1, 0)
        assert imbalance_data()["results"]["copies"][name][factor - 1][3] <= 6


def test_S0_043_raw_sums_of_the_copied_rows_grow_by_the_factor() -> None:
    spot = CODES.index("20")  # stands in no other row than those of fear
    others = [row for name in SIX if name != "Fear" for row in made_up_rows()[name][:6]]
    assert not any("20" in row.codes for row in others)
    for factor in (2, 10, 20):
        assert (
            cells("copies", "Fear", factor, 1)[spot] == factor * cells("copies", "Fear", 1, 1)[spot]
        )
        assert cells("copies", "Fear", factor, 2)[spot] == cells("copies", "Fear", 1, 2)[spot]


def test_S0_043_raw_sums_and_means_by_hand() -> None:
    """AU25 when happiness is taken ten times: counted here without the package's algorithms."""
    total = images = 0.0
    for name in SIX:
        for row in made_up_rows()[name][:6]:
            if "25" in row.annotation.split("+"):
                times = 10 if name == "Happiness" else 1
                total += times * row.scores.get("Happiness", 0.0)
                images += times
    spot = CODES.index("25")
    assert cells("copies", "Happiness", 10, 1)[spot] == round(100 * total)
    assert cells("copies", "Happiness", 10, 2)[spot] == round(1000 * total / images)


@pytest.mark.parametrize("name", SIX)
def test_S0_043_means_move_toward_the_emotion_that_is_copied(name: str) -> None:
    means = [cells("copies", name, factor, 2) for factor in range(1, 21)]
    assert all(a <= b for one, two in pairwise(means)
               for a, b in zip(one, two, strict=True))  # fmt: skip
    spot = CODES.index("25")
    assert means[-1][spot] > means[0][spot] + 100


@pytest.mark.parametrize("name", SIX)
def test_S0_043_different_rows_do_move_method_1(name: str) -> None:
    assert cells("new", name, 1, 0) == cells("copies", name, 1, 0)
    assert cells("new", name, 20, 0) != cells("new", name, 1, 0)
    kinds = [one[3] for one in imbalance_data()["results"]["new"][name]]
    assert kinds == sorted(kinds)
    assert kinds[-1] > kinds[0]


def test_made_up_rows_are_sound() -> None:
    for name, rows in made_up_rows().items():
        assert len(rows) == 120
        for row in rows:
            assert row.emotion == name
            assert row.codes
            assert sum(row.scores.values()) == pytest.approx(1)
    assert len(oversampled("Anger", 10)) == len(oversampled("Anger", 10, "new")) == 90
    assert len(set(map(id, oversampled("Anger", 10)))) == 36


def test_imbalance_fallback_tells_ten_times_for_each_emotion() -> None:
    text = ImbalanceSlider().fallback_html()
    assert re.findall(r'<th scope="row">(.*?)</th>', text) == list(SIX)
    row = re.search(r'<th scope="row">Happiness</th>(.*?)</tr>', text)
    assert row
    before, after = re.findall("<td>(.*?)</td>", row[1])[0].split(" → ")
    assert before == after  # S0-043
    assert "made-up" in text


def test_imbalance_refuses_unknown_names_and_factors() -> None:
    with pytest.raises(ValueError, match=r"'Hapiness' is not an emotion\. Did you mean"):
        ImbalanceSlider("Hapiness")
    with pytest.raises(ValueError, match="is not a mode"):
        ImbalanceSlider(mode="x")
    with pytest.raises(ValueError, match="'44' is not a unit"):
        ImbalanceSlider(watched=("44",))
    with pytest.raises(traitlets.TraitError, match="factor"):
        ImbalanceSlider(factor=21)


# -- prevalence


def ranks(source: str, name: str, measure: str) -> dict[str, int]:
    lists: dict[str, list[Any]] = prevalence_data()["sources"][source]["lists"][name]
    return {code: rank for rank, code, _ in lists[measure]}


def test_S0_041_ranks_of_three_common_units() -> None:
    expected = {"25": (1, 1, 1, 1, 2, 2), "12": (2, 6, 6, 2, 7, 6), "10": (3, 7, 2, 7, 3, 3)}
    order = ("Happiness", "Surprise", "Anger", "Fear", "Disgust", "Sadness")
    for code, found in expected.items():
        assert tuple(ranks("tables", name, "often")[code] for name in order) == found
    assert not any("25" in ranks("tables", name, "mean") for name in order)


def test_S0_028_and_S0_035_values_of_happiness() -> None:
    lists = prevalence_data()["sources"]["tables"]["lists"]["Happiness"]
    assert lists["often"][0] == [1, "25", 0.1577]
    assert lists["mean"][0] == [1, "12", 0.2312]


def test_E0_11_lost_ranks_stay_lost() -> None:
    found = prevalence_data()["sources"]["tables"]
    for name in SIX:
        assert found["lost"][name]["often"] == [8, 9, 10]
        assert found["lost"][name]["mean"] == ([] if name == "Sadness" else [7, 8, 9, 10])
    assert "Not among the 6 legible ranks of Table 2." in found["words"]["Happiness"]["25"]


def test_casme3_common_is_not_telling() -> None:
    """Evidence: 45 of 64 anger clips and 45 of 193 clips with AU14; AU5 the other way round."""
    found = prevalence_data()["sources"]["casme3"]
    anger = found["words"]["Anger"]["14"]
    assert "45 of 64 clips of anger have AU14: P(A|E) = .70 [.58, .80]" in anger
    assert "45 of 193 clips with AU14 are anger: P(E|A) = .23" in anger
    assert "More of them, 64, are others. Lift 3.1." in anger
    assert anger.endswith("z = 7.7.")
    surprise = found["words"]["Surprise"]["5"]
    assert "P(A|E) = .20 [.15, .27]" in surprise
    assert "P(E|A) = .86" in surprise
    assert "More of them" not in surprise
    assert ranks("casme3", "Surprise", "often")["5"] == 3
    assert ranks("casme3", "Surprise", "specificity")["5"] == 1


def test_casme3_log_odds_put_the_rare_unit_in_its_place() -> None:
    """AU20 has the highest lift for fear, 10, on three clips; its z is 1.5."""
    lists = prevalence_data()["sources"]["casme3"]["lists"]["Fear"]
    assert lists["lift"][0] == [1, "20", 10.0]
    assert lists["log_odds"][0][1] != "20"
    assert {code: z for _, code, z in lists["log_odds"]}["20"] == pytest.approx(1.5, abs=0.05)
    z = {c: v for _, c, v in prevalence_data()["sources"]["casme3"]["lists"]["Disgust"]["log_odds"]}
    assert (z["4"], z["9"]) == (pytest.approx(14.8, abs=0.05), pytest.approx(5.3, abs=0.05))


def test_S0_041_fallback_has_both_sources() -> None:
    text = Prevalence().fallback_html()
    assert text.count("<table>") == 2
    assert "AU25 .1577, AU12 .1424" in text
    assert "; 3 ranks lost" in text
    assert "; 4 ranks lost" in text


def test_prevalence_refuses_unknown_names() -> None:
    assert Prevalence(source="casme3", emotion="Anger", selected="14").selected == "14"
    for bad in ({"source": "table"}, {"emotion": "Joy"}, {"selected": "99"}, {"measure": "tf"}):
        with pytest.raises(ValueError, match=f"'{next(iter(bad.values()))}' is not a"):
            Prevalence(**bad)


# -- base rate


def test_E0_41_one_in_four_with_AU20_shows_fear() -> None:
    one = presets()[0]
    found = faces(one["code"], one["emotion"], *one["rates"])
    assert (found.n_emotion, found.n_code, found.both) == (100, 40, 10)
    assert found.specificity == 0.25  # S0-055
    assert found.lift == 2.5
    assert "no count" in one["note"]


@pytest.mark.parametrize(
    ("name", "reliability", "specificity", "lift"),
    [
        ("14-anger", 0.70, 0.23, 3.1),
        ("4-disgust", 0.73, 0.67, 2.3),
        ("5-surprise", 0.20, 0.86, 4.0),
    ],
)
def test_presets_keep_the_published_links(
    name: str, reliability: float, specificity: float, lift: float
) -> None:
    one = next(one for one in presets() if one["id"] == name)
    found = faces(one["code"], one["emotion"], *one["rates"])
    assert found.reliability == pytest.approx(reliability, abs=0.01)
    assert found.specificity == pytest.approx(specificity, abs=0.01)
    assert found.lift == pytest.approx(lift, abs=0.1)


def test_three_clips_settle_nothing() -> None:
    one = next(one for one in presets() if one["id"] == "20-fear")
    found = faces(one["code"], one["emotion"], *one["rates"])
    assert found.specificity == 1
    assert found.lift == pytest.approx(10)
    assert "So few clips settle nothing." in one["note"]


def test_faces_are_whole_and_halves_go_up() -> None:
    found = faces("1", "fear", 10, 0.5, 0.05)  # 100 faces; half a face; 0.45 of a face
    assert (found.n_emotion, found.both, found.n_code) == (100, 1, 1)


def test_base_rate_starts_from_a_preset_or_from_rates() -> None:
    figure = BaseRate("14-anger", prevalence=50)
    assert (figure.prevalence, figure.hit, figure.other) == (50, 70.3, 18.6)
    with pytest.raises(ValueError, match=r"'14-angr' is not a preset\. Did you mean '14-anger'"):
        BaseRate("14-angr")
    with pytest.raises(traitlets.TraitError, match="hit"):
        BaseRate(hit=101)


def test_E0_41_fallback_counts_faces() -> None:
    text = BaseRate().fallback_html()
    row = re.search(r'<th scope="row">AU20 and fear, source Table 2</th>(.*?)</tr>', text)
    assert row
    assert re.findall("<td>(.*?)</td>", row[1]) == ["100", "40", "10", ".10", ".25", "2.5"]
    assert "(E0-41)" in text


# -- all four


@pytest.mark.parametrize("figure", CLASSES)
def test_figures_are_registered_light_and_plain(figure: type[Figure]) -> None:
    assert FIGURES[figure.figure] is figure
    made = figure()
    state = json.dumps(made.state(), ensure_ascii=False, separators=(",", ":"))
    assert json.loads(state) == made.state()
    assert len(state.encode()) <= 40_000
    assert len((figure.module_text() + figure.style_text()).encode()) <= 25_000
    assert "<caption>" in made.fallback_html()
    assert made.label


def test_numbers_look_as_in_the_tables() -> None:
    assert [short(0.25), short(1), short(-0.5, 1), short(12, 0)] == [".25", "1.00", "−.5", "12"]
    assert "<td>a &lt; b</td>" in table_html("c", ("x", "y"), [("n", "a < b")])
