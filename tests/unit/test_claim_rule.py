"""The rule of the knowledge tables: where printed and used differ, an erratum says why."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

DATA = Path(__file__).parents[2] / "data"
CONFIDENCES = {"sure", "fairly", "unsure", "check"}
Row = dict[str, str]


def header(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as lines:
        return next(csv.reader(lines), [])


CLAIM_TABLES = [
    path
    for path in sorted(DATA.rglob("*.csv"))
    if {"printed", "used", "erratum"} <= set(header(path))
]


def normal(text: str) -> str:
    return " ".join(text.split()).casefold()


def muscle_phrases() -> dict[str, str]:
    """Correctly spelt muscle texts and the muscle IDs they name (SX-01)."""
    path = DATA / "facs" / "muscle_phrases.csv"
    if not path.is_file():
        return {}
    return {normal(row["phrase"]): normal(row["ids"]) for _, row in rows(path)}


def breaks_the_rule(row: Row) -> bool:
    """Whether a printed cell was changed without saying why.

    Muscle cells use IDs, so a printed muscle text counts as unchanged where the phrase
    table, which holds no misspelling, gives exactly the IDs used. Nothing else is excused.
    """
    printed, used = normal(row["printed"]), normal(row["used"])
    if row.get("attribute") == "muscles":
        printed = muscle_phrases().get(printed, printed)
    return bool(printed) and printed != used and not row["erratum"].strip()


def rows(path: Path) -> list[tuple[str, Row]]:
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        return [(f"{path.relative_to(DATA.parent)}:{reader.line_num}", row) for row in reader]


@pytest.mark.parametrize(
    ("printed", "used", "erratum", "broken"),
    [
        ("Zygomatic Major", "zygomatic  major", "", False),
        ("Cheek Puffer", "Sharp Lip Puller", "E2-02", False),
        ("Cheek Puffer", "Sharp Lip Puller", " ", True),
        ("", "superior tarsal muscle", "", False),
        ("risorius", "", "", True),
    ],
)
def test_the_rule_itself(printed: str, used: str, erratum: str, broken: bool) -> None:
    row = {"printed": printed, "used": used, "erratum": erratum}
    assert breaks_the_rule(row) is broken


def test_only_muscle_cells_and_exact_phrases_are_excused() -> None:
    row = {"printed": "Orbicularis oris", "used": "orbicularis_oris", "erratum": ""}
    assert not breaks_the_rule(row | {"attribute": "muscles"})
    assert breaks_the_rule(row | {"attribute": "name"})
    assert breaks_the_rule(row | {"attribute": "muscles", "printed": "Orbicularis oriss"})
    assert breaks_the_rule(row | {"attribute": "muscles", "used": "mentalis"})


def test_there_are_claim_tables() -> None:
    assert CLAIM_TABLES, "no table with printed, used and erratum found: the scan is broken"


@pytest.mark.parametrize("path", CLAIM_TABLES, ids=lambda path: path.relative_to(DATA).as_posix())
def test_printed_and_used_differ_only_with_an_erratum(path: Path) -> None:
    broken = [
        f"{place}: printed {row['printed']!r}, used {row['used']!r}, but no erratum ID"
        for place, row in rows(path)
        if breaks_the_rule(row)
    ]
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("path", CLAIM_TABLES, ids=lambda path: path.relative_to(DATA).as_posix())
def test_confidence_is_in_the_vocabulary(path: Path) -> None:
    wrong = [
        f"{place}: confidence {row.get('confidence')!r}"
        for place, row in rows(path)
        if row.get("confidence") not in CONFIDENCES
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", CLAIM_TABLES, ids=lambda path: path.relative_to(DATA).as_posix())
def test_what_a_source_prints_names_that_source(path: Path) -> None:
    if "source" not in header(path):
        pytest.skip("the table has no source column")
    wrong = [
        f"{place}: printed {row['printed']!r} but source {row['source']!r}"
        for place, row in rows(path)
        if row["printed"].strip() and row["source"].strip() in {"", "outside"}
    ]
    assert not wrong, "\n".join(wrong)
