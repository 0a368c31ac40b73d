"""Errata, inventory, glossary and bibliography, and every ID that a table points to."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from fau_teach import sources
from fau_teach._data import DataError, read_csv
from fau_teach.sources import (
    CONFIDENCES,
    SourceError,
    errata,
    erratum,
    glossary,
    inventory,
    inventory_item,
    term,
)

ROOT = Path(__file__).parents[2]
TABLES = sorted((ROOT / "data").rglob("*.csv"))
BIBLIOGRAPHY = ROOT / "book" / "references.bib"

# Their source column names a whole source (S0 … SX), not an inventory row.
CARDS = ("data/force/material.csv", "data/force/network.csv", "data/depth/network.csv")
WHOLE_SOURCE_TABLES = {"errata.csv", "inventory.csv"}
# Here the column says where a force comes from: the muscles, the fit or a network.
OTHER_SOURCES = {"results/force_labels.csv", "results/force_maps.csv"}


def cells(column: str, *, skip: set[str] = frozenset()) -> list[tuple[str, str]]:  # type: ignore[assignment]
    """Each value of a column in any table, with the place to look at."""
    found = []
    for path in TABLES:
        if path.relative_to(ROOT / "data").as_posix() in skip:
            continue
        with path.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines)
            for row in reader:
                place = f"{path.relative_to(ROOT)}:{reader.line_num}"
                found += [(place, part) for part in re.split(r"[;\s]+", row.get(column) or "")]
    return [(place, value) for place, value in found if value]


def bibliography_keys() -> list[str]:
    return re.findall(r"^@\w+\{([^,\s]+),", BIBLIOGRAPHY.read_text(encoding="utf-8"), re.M)


# --- errata -------------------------------------------------------------------------------


def test_errata_are_131_with_the_counts_of_the_audit() -> None:
    # E0-01…42, E1-01…25, E2-01…21, E3-01…22, E4-01…09, EX-01…12: no gap, no double
    expected = [
        f"{prefix}-{number:02d}"
        for prefix, last in [("E0", 42), ("E1", 25), ("E2", 21), ("E3", 22), ("E4", 9), ("EX", 12)]
        for number in range(1, last + 1)
    ]
    assert len(expected) == 131
    assert [entry.id for entry in errata()] == expected


def test_erratum_cells_are_complete_and_in_their_vocabularies() -> None:
    for entry in errata():
        assert entry.severity in {"A", "B", "C"}, entry.id
        assert entry.confidence in CONFIDENCES, entry.id
        assert 1 <= entry.chapter <= 6, entry.id
        for text in (entry.place, entry.printed, entry.problem, entry.evidence, entry.used):
            assert text, f"{entry.id} has an empty cell"
        assert entry.printed.casefold() != entry.used.casefold(), entry.id


def test_erratum_source_follows_from_its_id() -> None:
    for entry in errata():
        assert entry.source == "S" + entry.id[1], entry.id


def test_printed_has_at_most_15_words() -> None:
    too_long = {e.id: len(e.printed.split()) for e in errata() if len(e.printed.split()) > 15}
    assert not too_long


def test_erratum_items_are_in_the_inventory() -> None:
    known = {item.id for item in inventory()}
    for entry in errata():
        assert entry.items, f"{entry.id} touches no inventory row"
        assert set(entry.items) <= known, f"{entry.id}: {set(entry.items) - known}"


def test_erratum_items_are_of_the_same_source_or_show_a_conflict() -> None:
    for entry in errata():
        of_source = {item[:2] for item in entry.items}
        assert entry.source in of_source | {"SX"} or "SX" in of_source, entry.id


def test_known_severities() -> None:
    # read off the audit: Eq. 1 (A), zygomaticus branch (B), extrapyramidal (C)
    assert [erratum(i).severity for i in ("E0-01", "E0-21", "E0-32")] == ["A", "B", "C"]
    assert erratum("E1-10").severity == "C"
    assert erratum("E3-11").severity == "C"
    assert erratum("EX-12").severity == "C"


def test_chapters_by_source() -> None:
    assert {e.chapter for e in errata() if e.source == "S1"} == {4}
    assert {e.chapter for e in errata() if e.source == "S3"} == {5}
    assert {e.chapter for e in errata() if e.source == "S4"} == {6}
    assert erratum("E0-16").chapter == 1  # frontalis and its nerve
    assert erratum("E0-07").chapter == 3  # agreement index


def exclusive(sets: dict[str, set[int]]) -> str:
    parts = []
    for name, members in sets.items():
        others = set().union(*(sets[other] for other in sets if other != name))
        parts.append(f"{name} " + ",".join(map(str, sorted(members - others))))
    return "; ".join(parts)


def test_e0_01_quotes_the_exclusive_sets_of_table_3() -> None:
    # S0-048…053
    table_3 = {
        "Hap": {1, 6, 12, 14, 26, 27, 28},
        "Sur": {1, 2, 5, 25, 26, 27},
        "Ang": {4, 5, 9, 10, 16, 22, 23},
        "Fea": {1, 4, 5, 20, 25},
        "Dis": {1, 4, 7, 9, 10, 14, 15, 17, 24, 25},
        "Sad": {1, 4, 14, 15, 17, 43},
    }
    assert erratum("E0-01").used.endswith(exclusive(table_3))


def test_e1_13_quotes_the_recomputed_average() -> None:
    # S1-035, the twelve printed cells
    row = [58.6, 48.4, 58.1, 75.3, 78.1, 80.5, 82.7, 58.6, 29.4, 46.6, 39.1, 30.9]
    assert f"{sum(row) / 12:.4f}" in erratum("E1-13").evidence
    assert f"{sum(row) / 12:.2f}" in erratum("E1-13").used


# --- inventory ----------------------------------------------------------------------------


def test_inventory_has_302_ids_from_292_rows() -> None:
    # 292 rows; S2-035…042 is 8 IDs and S2-043…046 is 4: 292 − 2 + 12
    ids = [item.id for item in inventory()]
    assert len(ids) == len(set(ids)) == 292 - 2 + 8 + 4
    assert {f"S2-{n:03d}" for n in range(35, 47)} <= set(ids)


def test_inventory_sources_and_chapters() -> None:
    assert Counter(item.source for item in inventory()) == {
        "S0": 117,  # S0-001…117
        "S1": 62,  # S1-001…061 and S1-003b
        "S2": 61,  # S2-001…056 and S2-060…064
        "S3": 43,  # S3-001…026, S3-040…055, S3-060
        "S4": 13,
        "SX": 6,
    }
    for item in inventory():
        assert item.id.startswith(item.source), item.id
        assert item.chapters, item.id
        assert set(item.chapters) <= set("NTLFDE"), item.id


def test_inventory_checks() -> None:
    assert inventory_item("S0-046").has_check
    assert not inventory_item("S0-090").has_check  # its check column is a dash
    assert not inventory_item("S0-078").has_check  # its check column is empty
    assert inventory_item("S0-059").chapters == ("N",)


# --- glossary -----------------------------------------------------------------------------


def test_glossary_holds_the_six_keywords_of_s0_002() -> None:
    keywords = [
        "expression",
        "micro-expression",
        "action unit",
        "coding",
        "cerebral cortex",
        "facial muscle",
    ]
    for keyword in keywords:
        assert term(keyword).term == keyword
        assert "S0-002" in term(keyword).sources


def test_glossary_definitions_are_short_and_names_are_unique() -> None:
    names = [name.casefold() for entry in glossary() for name in (entry.term, *entry.aka)]
    assert len(names) == len(set(names)), Counter(names).most_common(3)
    for entry in glossary():
        assert 3 <= len(entry.definition.split()) <= 35, entry.term
        assert entry.definition.endswith("."), entry.term
        assert entry.sources, entry.term
    assert len(glossary()) >= 90


def test_glossary_is_sorted() -> None:
    names = [entry.term.casefold() for entry in glossary()]
    assert names == sorted(names)


def test_glossary_finds_other_names() -> None:
    assert term("CN VII").term == "facial nerve"
    assert term(" zygomatic MAJOR ").term == "zygomaticus major"


# --- look-up errors -----------------------------------------------------------------------


def test_look_up_ignores_case_and_spaces() -> None:
    assert erratum(" e0-01 ").id == "E0-01"
    assert inventory_item("s0-076").id == "S0-076"
    assert inventory_item("S1-003b").id == "S1-003b"


@pytest.mark.parametrize(
    ("look_up", "asked", "part"),
    [
        (erratum, "E0-43", r"No erratum 'E0-43'. Did you mean 'E0-4\d'"),
        (erratum, "???", "A valid one is 'E0-01'"),
        (inventory_item, "S0-0766", "Did you mean 'S0-076'"),
        (term, "zygomaticus majr", "Did you mean 'zygomaticus major'"),
    ],
)
def test_unknown_names_get_a_suggestion(look_up, asked: str, part: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SourceError, match=part):
        look_up(asked)


def test_entries_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        erratum("E0-01").used = "x"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("column", "value"),
    [("severity", "D"), ("confidence", "certain"), ("cause", "weather"), ("chapter", "7")],
)
def test_a_value_outside_its_vocabulary_is_reported(column: str, value: str) -> None:
    row = dict(read_csv("errata.csv")[0])
    row[column] = value
    with pytest.raises(DataError, match=rf"errata\.csv, E0-01: {column} is '{value}'; allowed are"):
        sources._erratum(row)


def test_a_check_that_is_neither_yes_nor_no_is_reported() -> None:
    row = dict(read_csv("inventory.csv")[0]) | {"has_check": "maybe"}
    with pytest.raises(DataError, match=r"inventory\.csv, S0-001: has_check is 'maybe'"):
        sources._item(row)


# --- bibliography and references from every table -------------------------------------------


def test_bibliography_keys_are_unique_and_hold_the_47_references_of_s0_117() -> None:
    keys = bibliography_keys()
    assert len(keys) == len(set(keys)), [k for k, n in Counter(keys).items() if n > 1]
    text = BIBLIOGRAPHY.read_text(encoding="utf-8")
    assert len(re.findall(r"keywords\s*= \{S0-117\}", text)) == 47


def test_e0_38_author_names_are_corrected() -> None:
    text = BIBLIOGRAPHY.read_text(encoding="utf-8")
    for surname in ("Ekman, P. and Friesen, W. V.", "Drake, R.", "Landis, C.", "Benitez-Quiroz, C"):
        assert f"= {{{surname}" in text
    assert "= {Friesen, E." not in text
    assert "= {Richard" not in text


def test_bibliography_parses_and_formats() -> None:
    database = pytest.importorskip("pybtex.database")
    plugin = pytest.importorskip("pybtex.plugin")
    parsed = database.parse_file(str(BIBLIOGRAPHY))
    assert sorted(parsed.entries) == sorted(bibliography_keys())
    text = plugin.find_plugin("pybtex.backends", "text")()
    for name in ("plain", "alpha"):  # a style raises where a field it needs is missing
        style = plugin.find_plugin("pybtex.style.formatting", name)()
        for entry in style.format_entries(parsed.entries.values()):
            assert entry.text.render(text), entry.key


def test_every_erratum_in_a_table_exists() -> None:
    known = {entry.id for entry in errata()}
    used = cells("erratum")
    assert used, "no table names an erratum: the scan is broken"
    assert not [(place, value) for place, value in used if value not in known]


def test_every_reference_in_a_table_is_in_the_bibliography() -> None:
    known = set(bibliography_keys())
    used = cells("reference")
    assert used, "no table names a reference: the scan is broken"
    assert not [(place, value) for place, value in used if value not in known]


def test_every_source_in_a_table_is_an_inventory_id_or_outside() -> None:
    known = {item.id for item in inventory()} | {"outside"}
    used = cells("source", skip=WHOLE_SOURCE_TABLES | OTHER_SOURCES)
    assert used, "no table names a source: the scan is broken"
    # A constant that nobody measured says so; its reason stands beside it.
    used = [one for one in used if not (one[0].startswith(CARDS) and one[1] == "chosen")]
    assert not [(place, value) for place, value in used if value not in known]
