"""A stored result says whether the face has changed since."""

from __future__ import annotations

import json

import pytest

from fau_teach._data import data_file
from fau_teach.face import fingerprint


def test_the_fingerprint_is_stable_and_follows_the_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    first = fingerprint.fingerprint()
    assert first == fingerprint.fingerprint()
    assert len(first) == 16
    monkeypatch.setattr(fingerprint, "TABLES", fingerprint.TABLES[:-1])
    assert fingerprint.fingerprint() != first


@pytest.mark.parametrize("name", ["dlib_judge", "blind_naming"])
def test_stored_results_carry_one(name: str) -> None:
    about = json.loads(data_file(f"results/{name}.json").read_text(encoding="utf-8"))
    assert len(about["face_hash"]) == 16
