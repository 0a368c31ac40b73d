"""Checks of the source inventory that chapter 2 owes and no other test covers."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

from fau_teach import anatomy, datasets, emotion, facs, sources
from fau_teach._data import read_csv

ROOT = Path(__file__).resolve().parents[2]
REFERENCES = read_csv(
    "references_s0.csv",
    ("number", "printed", "key", "used", "source", "erratum", "confidence", "reference", "note"),
)
# E0-38: what the list prints and who wrote the work, typed from the errata.
CORRECTED = {
    "ekman1978": ("Friesen, E. and Ekman", "Ekman, P. and Friesen, W. V."),
    "drake": ("Richard, D., Wayne, V., and Adam, W.", "Drake, R., Vogl, W., and Mitchell, A."),
    "landis1924": ("Landis and C.", "Landis, C."),
    "benitez2016": ("Fabian Benitez-Quiroz, C.", "Benitez-Quiroz, C. F."),
}


def page(name: str) -> str:
    return (ROOT / "book" / f"{name}.md").read_text(encoding="utf-8")


def bibliography() -> dict[str, str]:
    """Text of each entry by its key."""
    text = (ROOT / "book" / "references.bib").read_text(encoding="utf-8")
    return dict(re.findall(r"^@\w+\{([^,\s]+),\n(.*?)^\}", text, re.M | re.DOTALL))


def plain(text: str) -> str:
    """Letters without accents, whether LaTeX or Unicode writes them."""
    text = re.sub(r"\{\\.\{?(\w)\}?\}", r"\1", text)
    return unicodedata.normalize("NFD", text).encode("ascii", "ignore").decode()


def surnames(authors: str) -> list[str]:
    """Surnames before ``et al.`` in ``Ekman, P. and Friesen, W. V. (1978)``."""
    names = re.split(r",? and |(?<=\.), ", re.sub(r" et al\.| \(\d{4}\)$", "", plain(authors)))
    return [name.partition(",")[0] for name in names]


# --- the list of references -----------------------------------------------------------------


def test_S0_117_the_list_has_47_entries_in_order() -> None:
    assert [row["number"] for row in REFERENCES] == [str(number) for number in range(1, 48)]
    assert len({row["key"] for row in REFERENCES}) == 47
    assert {row["source"] for row in REFERENCES} == {"S0-117"}
    assert {row["reference"] for row in REFERENCES} == {"dong2022"}


def test_S0_117_the_47_entries_are_in_the_bibliography() -> None:
    marked = {key for key, entry in bibliography().items() if "{S0-117}" in entry}
    assert {row["key"] for row in REFERENCES} == marked


@pytest.mark.parametrize("row", REFERENCES, ids=lambda row: row["key"])
def test_S0_117_authors_and_year_are_those_of_the_entry(row: dict[str, str]) -> None:
    entry = bibliography()[row["key"]]
    authors = re.search(r"author\s*=\s*\{(.*)\},\n", entry)
    assert authors is not None
    written = [name.partition(",")[0] for name in plain(authors[1]).split(" and ")]
    shown = surnames(row["used"])
    if "et al." in row["used"]:
        assert len(shown) == 1
        assert len(written) > 3
        assert shown == written[:1]
    else:
        assert shown == written
    assert re.search(rf"year\s*= \{{{row['used'][-5:-1]}\}}", entry)


def test_E0_38_four_names_are_corrected_and_no_other() -> None:
    changed = {row["key"]: row for row in REFERENCES if row["erratum"]}
    assert {row["erratum"] for row in changed.values()} == {"E0-38"}
    assert set(changed) == set(CORRECTED)
    for key, (printed, used) in CORRECTED.items():
        assert changed[key]["printed"].startswith(printed)
        assert changed[key]["used"].startswith(used)
    assert all(row["printed"] == row["used"] for row in REFERENCES if not row["erratum"])


def test_E0_38_duensing_has_no_entry() -> None:
    assert "Duensing" in sources.erratum("E0-38").problem
    assert not any("Duensing" in row["printed"] + row["used"] for row in REFERENCES)


def test_E0_38_the_page_shows_the_corrected_names_alone() -> None:
    shown = re.findall(r"^\| (.+? \(\d{4}\)) \| (.+?) \|$", page("reference/bibliography"), re.M)
    assert shown == [(row["printed"], row["used"]) for row in REFERENCES if row["erratum"]]


# --- images, and AU25 -----------------------------------------------------------------------


def test_E0_37_sizes_that_are_printed_and_published() -> None:
    # S0-022: 200,000 labels / 40 taggers = 5,000 images; RAF-AU was published with 4,601.
    text = page("02-au-tables/1-from-images-to-counts")
    assert "images, taggers = 5000, 40" in text
    assert datasets.synthesise(5000, seed=0).labels == 200_000
    assert sources.erratum("E0-37").used == "about 5,000 (source); 4,601 published"


@pytest.mark.parametrize(
    ("printed", "muscle"),
    [
        ("genital muscles", "mentalis"),
        ("textitdepressor", "depressor_anguli_oris"),
    ],
)
def test_E0_39_slips_of_print_find_their_muscle(printed: str, muscle: str) -> None:
    assert anatomy.muscle(printed).id == muscle


def test_S0_042_E0_12_lips_part_in_three_ways_and_one_is_a_contraction() -> None:
    def ways(variant: str) -> set[tuple[str, str]]:
        edges = anatomy.graph(variant).in_edges("AU25")
        return {(edge.start, edge.action) for edge in edges}

    assert ways("used") == {
        ("depressor_labii_inferioris", "contract"),
        ("mentalis", "relax"),
        ("orbicularis_oris", "relax"),
    }
    # S0 lets the lower lip relax, too.
    assert ways("printed") - ways("used") == {("depressor_labii_inferioris", "relax")}


def test_E0_13_happiness_leaves_out_AU25_yet_holds_two_units_that_open_the_lips() -> None:
    happy = emotion.table("dong").sets["Happiness"].codes
    assert "25" not in happy
    assert {"26", "27"} <= happy
    # S0-028: in Table 1 the unit that "rarely appears" leads the row.
    assert emotion.learned("dong1").rank("25", "Happiness") == 1


def test_SX_04_EX_04_three_wordings_of_AU25_and_the_one_we_use() -> None:
    entry = sources.erratum("EX-04")
    assert "SX-04" in entry.items
    for wording in ("relaxation (S0)", "mixed (S2)", "exposure of teeth (S3)"):
        assert wording in entry.printed
    text = page("02-au-tables/4-prevalence-and-specificity")
    assert "```{source-note} EX-04\n```" in text
    # Parted lips are the criterion; teeth are not.
    unit = facs.au("25")
    assert unit.name == "Lips part"
    assert not any("teeth" in claim.used for claim in unit.claims)
    assert len(unit.muscles) == 3
