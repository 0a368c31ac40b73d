"""The claim: what a source prints, what the handbook uses instead, and on whose word.

Every claim table in ``data/`` has one row per claim and the columns in ``CLAIM_COLUMNS``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from fau_teach._data import read_csv

#: The evidence of one cell; tables that are no claim tables carry these columns too.
EVIDENCE_COLUMNS = ("printed", "used", "source", "erratum", "confidence", "reference", "note")
CLAIM_COLUMNS = ("subject", "attribute", *EVIDENCE_COLUMNS)
CONFIDENCES = ("sure", "fairly", "unsure", "check")


@dataclass(frozen=True, slots=True)
class Claim:
    """One fact about one subject: printed and used text, and where it comes from.

    Parameters
    ----------
    subject : what the fact is about: id of a muscle, nerve or centre, or a code such as ``"12"``
    attribute : which fact, such as ``"origin"``, ``"muscles"`` or ``"base_rate:CK"``
    printed : what the source prints; empty where the fact is outside the five sources
    used : what we use; several values are joined by ``;``
    source : inventory ID, or ``"outside"``
    erratum : erratum ID, or empty
    confidence : one of ``CONFIDENCES``
    reference : bibliography key, or empty
    note : a remark, or empty
    """

    subject: str
    attribute: str
    printed: str
    used: str
    source: str
    erratum: str
    confidence: str
    reference: str
    note: str = ""

    @classmethod
    def from_row(cls, row: dict[str, str]) -> Self:
        """Build a claim from one row of a claim table."""
        return cls(**{column: row[column] for column in CLAIM_COLUMNS})

    @classmethod
    def read(cls, name: str) -> tuple[Self, ...]:
        """All claims of one table, in its order.

        Parameters
        ----------
        name : path relative to ``data/``

        Raises
        ------
        DataError
            The table or one of its columns is missing.
        """
        return tuple(map(cls.from_row, read_csv(name, CLAIM_COLUMNS)))

    @property
    def values(self) -> tuple[str, ...]:
        """The parts of ``used`` (muscle or nerve ids, for instance)."""
        return tuple(part for part in self.used.split(";") if part)

    @property
    def needs_check(self) -> bool:
        """True for a fact from memory that a certified coder must still check."""
        return self.confidence == "check"
