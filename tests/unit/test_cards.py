"""Decks of cards and the atlas: made from the tables alone, with identities that stay."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "book" / "_tools"))

import decks  # noqa: E402
import ntl_atlas  # noqa: E402
import ntl_cards  # noqa: E402

from fau_teach import agreement, anatomy, coding, emotion, facs, sources  # noqa: E402
from fau_teach.coding import boris, casme, elan_write, tidy  # noqa: E402
from fau_teach.face.muscles import muscles  # noqa: E402

DECKS = decks.decks()
RELEASED = Path(__file__).with_name("released_cards.txt")


def cards(deck: str, direction: str) -> dict[str, tuple[str, str]]:
    """Key -> (front, back) of one direction."""
    (found,) = [one for one in DECKS[deck].directions if one.id == direction]
    return {card.key: (card.front, "\n".join(card.back)) for card in found.cards}


def test_decks_that_pages_name() -> None:
    chapters = {
        "01-nerves-to-aus", "02-au-tables", "03-labelling", "04-force-ode", "05-depth-mer",
        "06-emg",
    }  # fmt: skip
    assert set(DECKS) == {"au", "confusions"} | chapters


@pytest.mark.parametrize("name", DECKS)
def test_no_side_is_empty_and_no_identity_comes_twice(name: str) -> None:
    deck = DECKS[name]
    identities = list(deck.identities())
    assert len(set(identities)) == len(identities) == deck.size
    for direction in deck.directions:
        assert direction.prompt.rstrip(".").strip()
        assert direction.cards, direction.id
        for card in direction.cards:
            assert re.fullmatch(r"[\w-]+", card.key), card.key
            assert card.front.strip()
            assert card.back
            assert all(line.strip() for line in card.back)


def test_released_identities_stay() -> None:
    """A card that goes or is renamed takes a reader's progress with it.

    New cards are added to the file: ``python tests/unit/test_cards.py``.
    """
    released = set(RELEASED.read_text(encoding="utf-8").split())
    now = {f"{deck.id}/{card}" for deck in DECKS.values() for card in deck.identities()}
    assert sorted(released - now) == []
    assert sorted(now - released) == [], "add them to released_cards.txt"


def test_every_main_unit_has_code_name_muscle_and_nerve() -> None:
    """The 30 main AUs of the iMotions guide (S2-005 to S2-034), and the others with a muscle."""
    main = set(anatomy.imotions_codes()) | {u.code for u in facs.catalogue("AU") if u.muscles}
    assert len(anatomy.imotions_codes()) == 30
    for direction in ("code-name", "name-code", "code-muscle", "code-nerve"):
        assert set(cards("au", direction)) == main


def test_answers_are_those_of_the_catalogue() -> None:
    for key, (front, back) in cards("au", "name-code").items():
        assert (front, back) == (facs.au(key).name, facs.au(key).label)
    for key, (front, back) in cards("au", "code-muscle").items():
        assert front == str(facs.au(key))
        named = [anatomy.muscle(part.removesuffix(" (relaxes)")).id for part in back.split(", ")]
        assert named == list(facs.au(key).muscles)


def test_s2_021_au17_is_mentalis_by_the_marginal_branch() -> None:
    assert cards("au", "code-muscle")["17"][1] == "mentalis"
    assert cards("au", "code-nerve")["17"][1] == "marginal mandibular branch (VII)"


def test_e2_12_the_lid_raiser_has_no_facial_nerve() -> None:
    back = cards("au", "code-nerve")["5"][1]
    assert "oculomotor nerve (III)" in back
    assert "VII" not in back


def test_e2_07_relaxing_muscles_say_so() -> None:
    assert "masseter (relaxes)" in cards("au", "code-muscle")["26"][1]
    assert "AU26 (relaxes)" in cards("au", "muscle-codes")["masseter"][1]


def test_fronts_do_not_give_the_answer_away() -> None:
    for key, (front, back) in (cards("au", "code-name") | cards("au", "name-code")).items():
        assert back.casefold() not in front.casefold(), key


def test_each_pair_of_look_alikes_comes_once_with_all_its_cues() -> None:
    found = cards("confusions", "pair")
    wanted = {
        frozenset((unit.code, one.other)): one.cue
        for unit in facs.catalogue()
        for one in unit.confusions
    }
    assert {frozenset(key.split("-")) for key in found} == set(wanted)
    assert len(found) == len(wanted)
    for pair, cue in wanted.items():
        (key,) = [key for key in found if frozenset(key.split("-")) == pair]
        assert cue in found[key][1]


def test_claims_to_be_checked_say_so() -> None:
    (pair,) = [one for one in DECKS["confusions"].directions if one.id == "pair"]
    (card,) = [card for card in pair.cards if card.key == "1-2"]
    assert "to be checked" in card.note


def test_printed_stands_beside_used_with_its_erratum() -> None:
    """E0-16: section 2 gives frontalis two nerves, one of them wrong."""
    (way,) = [one for one in DECKS["01-nerves-to-aus"].directions if one.id == "muscle-nerve"]
    (card,) = [card for card in way.cards if card.key == "frontalis"]
    assert card.back == ("temporal branch",)
    assert "prints: posterior auricular nerve" in card.note
    assert "E0-16" in card.note


def test_s0_014_to_s0_018_nerves_and_muscles_agree_both_ways() -> None:
    muscles = {front: key for key, (front, _) in cards("01-nerves-to-aus", "muscle-nerve").items()}
    for nerve, (_, back) in cards("01-nerves-to-aus", "nerve-muscles").items():
        for name in back.split(", "):
            assert nerve in anatomy.branches_of(muscles[name])


def test_long_losses_are_told_by_half_of_the_face() -> None:
    """S0-070: a cut above the nucleus spares the upper face."""
    back = cards("01-nerves-to-aus", "cut-codes")["cortex"][1]
    assert "lost on the right, upper face: 0 of" in back
    assert "left" not in back.replace("weak on the left: AD19", "")


def test_s0_048_to_s0_053_and_s2_047_sets() -> None:
    assert cards("02-au-tables", "set-dong")["sadness"][1] == "AU1, AU4, AU14, AU15, AU17, AU43"
    assert cards("02-au-tables", "set-imotions")["happiness"][1] == "AU6, AU12"
    assert "one side" in cards("02-au-tables", "set-imotions")["contempt"][1]


def test_every_rule_in_use_has_a_card_and_no_dropped_one() -> None:
    used = {r.rule_id for r in emotion.rules() if r.status_used in ("active", "apart")}
    assert set(cards("02-au-tables", "rule")) == used
    assert "7a" not in used


def test_s0_028_and_s0_035_first_ranks() -> None:
    assert cards("02-au-tables", "top-dong1")["happiness"][1].startswith("AU25 Lips part: 16%")
    assert "AU12 Lip corner puller: 0.23" in cards("02-au-tables", "top-dong2")["happiness"][1]


def test_findings_name_their_study() -> None:
    (way,) = [one for one in DECKS["02-au-tables"].directions if one.id == "finding"]
    assert len(way.cards) >= 20
    for card in way.cards:
        assert re.search(r"\d", card.back[0])
        assert card.note, card.key


def test_e0_27_bounds_in_whole_frames() -> None:
    bounds = cards("03-labelling", "bound")
    assert "15 at 30 fps" in bounds["total500"][1]
    assert ": 7 at 30 fps, 26 at 100 fps, 52 at 200 fps" in bounds["onset260"][1]
    assert ": 6 at 30 fps" in bounds["classic"][1]


def test_s0_098_our_rule_has_a_card_for_every_mixture() -> None:
    rule = cards("03-labelling", "fusion")
    mixtures = {tuple(sorted((c.au, c.material, c.self_report))) for c in coding.truth_table()}
    assert {tuple(sorted(key.split("-"))) for key in rule} == mixtures
    assert rule["positive-negative-none"][1] == "None, low confidence, a person reviews it"
    assert rule["negative-negative-none"][1] == "Negative, medium confidence, no review"


def test_s0_103_examples_of_the_index() -> None:
    backs = {key: back for key, (_, back) in cards("03-labelling", "index").items()}
    assert backs["h-h"] == "Used 1.00, printed 2.00"
    assert backs["1-2-5-6-12-5-6-12"] == "Used 0.75, printed 1.20"


def test_measures_are_undefined_where_their_card_says_so() -> None:
    same, other, none = ["A"] * 4, ["A"] * 3 + ["B"], [None] * 4
    undefined = {
        "percent": agreement.percent(none, same),
        "index": agreement.index("null", "null"),
        "jaccard": agreement.jaccard("null", "null"),
        "kappa": agreement.kappa(same, same),
        "weighted": agreement.kappa(same, same, weights="quadratic"),
        "pabak": agreement.pabak(same, same),
        "ac1": agreement.ac1([same, same]),
        "fleiss": agreement.fleiss([same, same, same]),
        "alpha": agreement.alpha([same, same]),
        "icc": agreement.icc([same, same]),
        "f1": agreement.match([], []).f1,
    }
    assert set(cards("03-labelling", "undefined")) == set(undefined)
    assert [name for name, one in undefined.items() if one.value is not None] == []
    # Not where the coders differ at all, nor where only one of them marked something.
    assert None not in (
        agreement.percent(same, same).value,
        agreement.kappa(same, other).value,
        agreement.ac1([same, other]).value,
        agreement.icc([["A", "B"], ["A", "B"]]).value,
        agreement.match([(0, 5)], []).f1.value,
    )


def test_marks_are_read_as_their_card_says() -> None:
    marks = cards("03-labelling", "mark")
    for key, (front, back) in marks.items():
        if key.endswith("-score"):
            assert back.startswith(facs.parse(front.split()[0]).state.capitalize())
    assert marks["9-bp4d"][1].startswith("Unknown")


def test_cards_of_formats_lose_what_their_writers_lose() -> None:
    backs = {key: back for key, (_, back) in cards("03-labelling", "format").items()}
    for name, writer in (("elan", elan_write), ("boris", boris), ("casme", casme)):
        assert writer.LOST == ("the history of changes", "who is done with a clip")
        assert "the history is lost" in backs[name]
    words = ("without any event", "history of changes", "title")
    assert [any(word in line for line in tidy.LOST) for word in words] == [True] * 3
    assert all(word in backs["tidy"] for word in words)


def test_s1_006_muscles_and_their_pull() -> None:
    pull = {key: back for key, (_, back) in cards("04-force-ode", "pull").items()}
    assert pull["frontalis_medial"].startswith("sheet")
    assert pull["zygomaticus_major"].startswith("linear")
    assert pull["orbicularis_oculi_orbital"].startswith("sphincter")
    assert set(pull) == {one.muscle for one in muscles()}


def test_every_severe_slip_of_chapter_4_has_a_card() -> None:
    slips = cards("04-force-ode", "slip")
    severe = {one.id.lower() for one in sources.errata() if re.match(r"E1-0[1-7]", one.id)}
    assert len(severe) == 7
    assert severe <= set(slips)
    assert "We use: M^B = Σ m_i B̂(i)" in slips["e1-01"][1]


def test_s1_016_methods_and_their_steps() -> None:
    steps = {key: back for key, (_, back) in cards("04-force-ode", "method").items()}
    assert steps["euler"].endswith("no step at all")
    assert steps["semi-implicit"] == "Order 1\nBears a step up to 2.00 / ω"
    assert steps["rk4"] == "Order 4\nBears a step up to 2.83 / ω"
    assert steps["exact"].endswith("any step")


def test_e1_13_to_e1_15_means_that_cannot_be() -> None:
    means = {key: back for key, (_, back) in cards("04-force-ode", "mean").items()}
    assert means["1-3d-physics"] == "57.2; the printed mean is 57.3"
    assert means["3-ugn-b"] == "59.4; the printed mean is 60.0"
    assert cards("04-force-ode", "gain")["20-of-the-labels"][1] == "+9.6 points of F1"


def test_the_deck_of_chapter_5_holds_the_inventorys_numbers() -> None:
    numbers = {key: back for key, (_, back) in cards("05-depth-mer", "number").items()}
    assert numbers == {
        "view": "51.6° × 30.4°", "pixel": "0.45 mm", "step": "1 mm", "degree": "1.22 mm",
        "crop": "0.9 mm", "ratio": "3.15",
    }  # fmt: skip
    slips = cards("05-depth-mer", "slip")
    severe = {one.id.lower() for one in sources.errata() if one.source == "S3"} & set(slips)
    assert {"e3-01", "e3-07", "e3-16"} <= severe
    assert "e3-11" not in slips


def test_tables_hold_every_card() -> None:
    for deck in DECKS.values():
        page = BeautifulSoup(ntl_cards.render([deck]), "html.parser")
        table = page.select_one(f'[data-deck="{deck.id}"]')
        assert table
        rows = table.select("tr[data-card]")
        assert len(rows) == deck.size
        assert all(row.th.get_text() and row.td.get_text() for row in rows)


def test_of_several_decks_the_first_is_in_the_page_and_all_are_in_files(tmp_path: Path) -> None:
    page = BeautifulSoup(ntl_cards.render(DECKS.values(), "../../"), "html.parser")
    first, *others = page.select(".ntl-deck")
    assert first.select("tr[data-card]")
    assert "data-place" not in first.attrs
    ntl_cards.write(tmp_path)
    for box in others:
        deck = DECKS[box["data-deck"]]
        assert not box.select("tr")
        assert box.a["href"] == f"{box['data-place']}.html"
        place = tmp_path / box["data-place"].removeprefix("../../")
        whole = BeautifulSoup(place.with_suffix(".html").read_text("utf-8"), "html.parser")
        assert len(whole.select("tr[data-card]")) == deck.size
        script = place.with_suffix(".js").read_text("utf-8")
        name, text = json.loads(f"[{script.partition('deck(')[2].rpartition(');')[0]}]")
        assert (name, text) == (deck.id, ntl_cards.table(deck))
    assert len(others) == len(DECKS) - 1


# -- atlas


def test_the_atlas_has_a_card_for_every_code() -> None:
    page = BeautifulSoup("".join(map(ntl_atlas.card, facs.catalogue())), "html.parser")
    assert len(page.select(".au-card")) == len(facs.catalogue())
    anchors = [node["id"] for node in page.find_all(id=True)]
    assert len(set(anchors)) == len(anchors)
    assert {f"au-{unit.code.lower()}" for unit in facs.catalogue()} <= set(anchors)
    assert "card-au12" in anchors, "addresses of earlier releases keep working"
    for link in page.select('a[href^="#"]'):
        assert link["href"][1:] in anchors


def test_an_atlas_card_names_muscle_nerve_and_every_look_alike() -> None:
    unit = facs.au(12)
    card = BeautifulSoup(ntl_atlas.card(unit), "html.parser")
    text = card.get_text(" ")
    assert "zygomaticus major" in text
    assert "buccal branch" in text
    assert "mouth, lower face" in text
    others = [link["href"] for link in card.select("dt a")]
    assert sorted(others) == sorted({f"#au-{c.other}" for c in unit.confusions})
    assert all(c.cue in text for c in unit.confusions)


if __name__ == "__main__":
    every = [f"{deck.id}/{card}" for deck in DECKS.values() for card in deck.identities()]
    RELEASED.write_text("\n".join(every) + "\n", encoding="utf-8")
