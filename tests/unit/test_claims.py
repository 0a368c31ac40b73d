"""The claim: one record for every claim table, in anatomy and in FACS."""

from __future__ import annotations

import dataclasses

import pytest

from fau_teach import anatomy, facs
from fau_teach._claims import CLAIM_COLUMNS, CONFIDENCES, Claim
from fau_teach._data import DataError

ROW = {
    "subject": "12",
    "attribute": "muscles",
    "printed": "",
    "used": "zygomaticus_major;;zygomaticus_minor",
    "source": "outside",
    "erratum": "",
    "confidence": "sure",
    "reference": "gray1918",
    "note": "",
}


def test_a_row_becomes_a_claim_and_other_columns_are_left() -> None:
    claim = Claim.from_row({**ROW, "extra": "x"})
    assert dataclasses.asdict(claim) == ROW
    assert tuple(ROW) == CLAIM_COLUMNS
    assert not hasattr(claim, "__dict__")
    with pytest.raises(dataclasses.FrozenInstanceError):
        claim.used = "x"  # type: ignore[misc]


def test_values_are_the_parts_of_used() -> None:
    assert Claim.from_row(ROW).values == ("zygomaticus_major", "zygomaticus_minor")
    assert Claim.from_row({**ROW, "used": ""}).values == ()


@pytest.mark.parametrize("confidence", CONFIDENCES)
def test_only_check_needs_a_check(confidence: str) -> None:
    assert Claim.from_row({**ROW, "confidence": confidence}).needs_check is (confidence == "check")


def test_both_halves_of_the_knowledge_share_the_claim() -> None:
    assert anatomy.Claim is Claim
    claim = facs.Claim.from_row({**ROW, "printed": "Zygomaticus minor"})
    assert isinstance(claim, Claim)
    # One printed muscle, two used.
    assert claim.differs
    assert not dataclasses.replace(claim, printed="").differs


def test_a_table_that_is_no_claim_table_is_refused() -> None:
    with pytest.raises(DataError, match=r"muscles\.csv, line 1: column 'subject' is missing"):
        Claim.read("anatomy/muscles.csv")
