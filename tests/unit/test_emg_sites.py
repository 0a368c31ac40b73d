"""The electrode atlas: known muscles and codes, places on the skin, and what a pair hears."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import cKDTree

from fau_teach import anatomy, facs
from fau_teach._data import DataError
from fau_teach.emg import sites as places
from fau_teach.emg.signals import SignalError
from fau_teach.emg.sites import atlas, budget, channel, conduction, hearing, neighbours, positions
from fau_teach.face import face
from fau_teach.face.actions import actions
from fau_teach.face.muscles import muscles


def test_ten_facial_sites_and_the_masseter() -> None:
    assert len(atlas()) == 11
    assert [s.id for s in atlas().values() if not s.aus] == ["masseter"]
    for site in atlas().values():
        assert anatomy.muscle(site.muscle).id == site.muscle
        assert all(facs.au(code) for code in site.aus)
        assert site.placement.endswith(".")
        assert site.confidence in ("sure", "fairly", "unsure", "check")


@pytest.mark.parametrize("name", [n for n, s in atlas().items() if s.aus])
def test_the_face_moves_each_code_with_the_muscle_of_its_site(name: str) -> None:
    parts = {pull.id for pull in muscles() if pull.muscle == atlas()[name].muscle}
    assert all(parts & {*actions()[code]} for code in atlas()[name].aus)


@pytest.mark.parametrize("who", ["Ana", "seed-7"])
def test_pairs_lie_on_the_skin_and_mirror_each_other(who: str) -> None:
    found, skin = positions(who), face(who).hierarchy.levels[1].vertices
    assert len(found) == 22
    away, _ = cKDTree(skin).query(np.concatenate(list(found.values())))
    assert away.max() < 6
    for name, pair in found.items():
        assert 7 < np.linalg.norm(pair[1] - pair[0]) < 12, name
        if name.endswith("_L"):
            assert pair[:, 0].min() > 0
            assert found[f"{name[:-1]}R"] == pytest.approx(pair * (-1, 1, 1), abs=1e-6)


def test_places_are_where_the_words_say() -> None:
    found, marks = positions(), face().landmarks
    skin = face().hierarchy.levels[1].vertices
    corner, eye = skin[marks["left_cheilion"]], skin[marks["left_exocanthion"]]
    assert 5 < corner[1] - found["depressor_anguli_oris_L"][:, 1].max() < 16
    assert 8 < eye[1] - found["orbicularis_oculi_L"][:, 1].max() < 16
    assert abs(found["zygomaticus_L"].mean(axis=0)[0] - (corner[0] + 69) / 2) < 8
    assert found["corrugator_L"][:, 1].min() > skin[marks["left_brow_inner"]][1]


@pytest.mark.parametrize("name", atlas())
def test_a_pair_hears_its_own_muscle_well(name: str) -> None:
    own = hearing([f"{name}_L"])[0][places.sources().index((atlas()[name].muscle, "L"))]
    assert own > 0.35
    shares = [share for _, share in neighbours(name)]
    assert shares == sorted(shares, reverse=True)
    assert not shares or shares[0] < 1.2


def test_a_pair_hears_a_region() -> None:
    heard = dict(neighbours("corrugator_L"))
    assert {"frontalis_medial_L", "depressor_supercilii_L"} <= {*heard}
    assert not any(name.startswith("zygomaticus") for name in heard)


def test_what_is_far_is_weak_and_slow() -> None:
    assert conduction(0) == 1
    assert (np.diff(conduction(np.arange(0, 50, 5))) < 0).all()
    assert conduction(10, 300) < conduction(10, 100) < conduction(10, 20)
    assert hearing(["zygomaticus"], frequency=[20, 100]).shape == (1, len(places.sources()), 2)


def test_shifted_electrodes_hear_something_else() -> None:
    moved = hearing(["zygomaticus_L"], shift=[[-12, -12, 0]])
    assert abs(moved - hearing(["zygomaticus_L"])).max() > 0.2


def test_channels() -> None:
    assert channel("corrugator_R")[1] == "R"
    assert channel("corrugator")[1] == "L"
    with pytest.raises(SignalError, match="Did you mean 'corrugator'"):
        channel("corugator_L")


def test_S0_107_twelve_muscles_need_25_electrodes() -> None:
    one = budget(12)
    assert (one.electrodes, one.muscles, one.free) == (25, 12, 4)
    assert one.rate == pytest.approx(801, abs=1)
    assert not one.enough
    assert budget(16).rate == pytest.approx(601, abs=1)
    assert budget(12, 2).electrodes == 49
    assert budget(12, 2).free == -8
    assert budget(4).enough
    for wrong in ((0, 1), (3, 3)):
        with pytest.raises(SignalError):
            budget(*wrong)


def test_a_broken_table_names_its_row(monkeypatch: pytest.MonkeyPatch) -> None:
    good = dict.fromkeys(places._COLUMNS, "0") | {"site": "x", "aus": "", "muscle": "mentalis"}
    for change, word in (({"muscle": "no"}, "x: "), ({"aus": "999"}, "x: "), ({"x": "a"}, "x: ")):
        monkeypatch.setattr(places, "read_csv", lambda *_, row=good | change: (row,))
        with pytest.raises(DataError, match=word):
            places.atlas.__wrapped__()
    monkeypatch.setattr(places, "read_csv", lambda *_: (good | {"muscle": "temporalis"},))
    with pytest.raises(DataError, match="no signal"):
        places.atlas.__wrapped__()
