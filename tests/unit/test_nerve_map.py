"""The map of the chain: data, layout and what a reader without scripts sees."""

from __future__ import annotations

import json
import re
from itertools import pairwise, product

import pytest

from fau_teach import anatomy, emotion
from fau_teach.widgets._map_layout import CHIP, LOWER, crossings, place
from fau_teach.widgets.nerve_map import CLAIM, CREDIT, LAYERS, VARIANTS, NerveMap

SOURCE_ID = re.compile(r"S[0-4X]-\d+")
ERRATUM_ID = re.compile(r"E[0-4X]-\d+")


@pytest.fixture(scope="module")
def data() -> dict:
    return NerveMap().data


def shown(data: dict, variant: str, layer: str | None = None) -> list[dict]:
    return [
        node
        for node in data["nodes"]
        if variant in node["variants"] and layer in (None, node["layer"])
    ]


def edge(data: dict, start: str, end: str, variant: str = "used") -> dict:
    found = [
        each
        for each in data["edges"]
        if (each["start"], each["end"]) == (start, end) and variant in each["variants"]
    ]
    assert len(found) == 1, found
    return found[0]


# Content


def test_S0_012_six_columns_in_the_order_of_the_chain(data: dict) -> None:
    assert [layer["id"] for layer in data["layers"]] == [
        *("system", "nucleus", "nerve", "muscle", "au"),
        "emotion",
    ]
    rank = {layer["id"]: i for i, layer in enumerate(data["layers"])}
    layer = {node["id"]: node["layer"] for node in data["nodes"]}
    steps = {rank[layer[e["end"]]] - rank[layer[e["start"]]] for e in data["edges"]}
    assert steps == {0, 1}  # 0: a printed whole and its part
    inside = [e for e in data["edges"] if layer[e["start"]] == layer[e["end"]]]
    assert {e["verb"] for e in inside} == {"has as a part"}
    assert all(e["variants"] == ["printed"] for e in inside)


def test_S0_019_every_edge_names_its_source(data: dict) -> None:
    for each in data["edges"]:
        if each["source"] == "outside":
            # Without a reference only what we call unsure ourselves.
            assert each.get("reference") or each["confidence"] == "unsure", each
            assert not each.get("printed"), each
        else:
            assert SOURCE_ID.fullmatch(each["source"]), each
        assert each["confidence"] in {"sure", "fairly", "unsure", "check"}
        if each.get("erratum"):
            assert ERRATUM_ID.fullmatch(each["erratum"]), each


def test_S0_019_says_that_it_is_no_copy_and_that_emotions_are_claims(data: dict) -> None:
    assert data["credit"] == f"{CREDIT} {CLAIM}"
    assert "not a copy of Fig. 1" in CREDIT
    assert "one table's claim, not FACS" in CLAIM
    assert NerveMap(layers=("nerve", "muscle")).data["credit"] == CREDIT


@pytest.mark.parametrize("variant", VARIANTS)
def test_edges_up_to_the_action_units_mirror_the_graph(data: dict, variant: str) -> None:
    graph = anatomy.graph(variant)
    drawn = sorted(
        (e["start"], e["end"], e["source"], e.get("action", ""))
        for e in data["edges"]
        if "table" not in e and variant in e["variants"]
    )
    assert drawn == sorted((e.start, e.end, e.source, e.action) for e in graph.edges)
    ids = {node["id"] for node in shown(data, variant) if node["layer"] != "emotion"}
    assert ids == {node.id for node in graph.nodes}


def test_S0_048_to_S0_053_and_S2_047_to_S2_053_emotion_edges_mirror_the_tables(
    data: dict,
) -> None:
    # 41 incidences in Table 3 (S0-053); S2-047 to S2-053 list 6+12, 1+4+15, 1+2+5+26,
    # 1+2+4+5+7+20+26, 4+5+7+23, 9+15+16 and 12+14.
    counted = {"dong": 41, "imotions": 2 + 3 + 4 + 7 + 4 + 3 + 2}
    for name, count in counted.items():
        drawn = [e for e in data["edges"] if e.get("table") == name]
        assert len(drawn) == count
        for emotion_name, found in emotion.table(name).sets.items():
            node_id = f"emotion_{emotion_name.lower()}"
            assert {e["start"] for e in drawn if e["end"] == node_id} == {
                f"AU{code}" for code in found.codes
            }


def test_S2_053_contempt_is_in_one_table_and_one_sided(data: dict) -> None:
    node = next(node for node in data["nodes"] if node["id"] == "emotion_contempt")
    assert node["tables"] == ["imotions"]
    assert edge(data, "AU14", "emotion_contempt")["verb"] == "listed, on one side only"


def test_S2_026_relaxing_muscles_are_told_apart_from_contracting_ones(data: dict) -> None:
    jaw = edge(data, "masseter", "AU26")
    assert jaw["verb"] == "relaxes"
    assert jaw["differs"]  # E2-07: printed as if it contracted
    assert edge(data, "masseter", "AU26", "printed")["verb"] == "contracts"
    assert edge(data, "depressor_labii_inferioris", "AU25")["verb"].startswith("contracts")
    assert edge(data, "mentalis", "AU25")["verb"] == "relaxes, one of several ways"


def test_E0_18_an_edge_missing_from_the_source_counts_as_different(data: dict) -> None:
    added = edge(data, "VII_marginal_mandibular", "orbicularis_oris")
    assert added["differs"]
    assert added["erratum"] == "E0-18"
    assert "differs" not in edge(data, "VII_buccal", "orbicularis_oris")
    assert "differs" not in edge(data, "VII_temporal", "corrugator_supercilii")


def test_E0_21_variable_and_inferred_edges_say_so(data: dict) -> None:
    varies = edge(data, "VII_zygomatic", "zygomaticus_major")
    assert varies["variable"]
    assert varies["verb"] == "supplies, varies between people"
    inferred = edge(data, "VII_marginal_mandibular", "mentalis")  # S0-017: "chin muscles"
    assert inferred["inferred"]
    assert inferred["verb"] == "supplies, inferred"
    minor = edge(data, "VII_buccal", "depressor_anguli_oris")  # E0-17
    assert minor["verb"] == "supplies, as a minor supply, varies between people"


def test_paths_keep_to_the_nuclei_of_a_muscle(data: dict) -> None:
    # S0-059: the zygomatic branch carries fibres of both parts of the nucleus, but those to
    # zygomaticus major come from the lower one.
    nuclei = {node["id"]: node.get("nuclei") for node in data["nodes"]}
    assert nuclei["zygomaticus_major"] == ["facial_lower"]
    assert nuclei["orbicularis_oculi_orbital"] == ["facial_upper"]
    assert nuclei["digastric"] == ["facial_accessory", "trigeminal_motor"]
    assert nuclei["other_orbicularis"] is None


def test_S2_names_and_descriptors_on_the_chips(data: dict) -> None:
    nodes = {node["id"]: node for node in data["nodes"]}
    assert (nodes["AU12"]["label"], nodes["AU12"]["name"]) == ("AU12", "lip corner puller")
    assert nodes["AU19"]["label"] == "AD19"  # a descriptor, not an action unit
    assert nodes["oculomotor"]["chip"].replace("\u00ad", "") == nodes["oculomotor"]["label"]
    assert "(" not in nodes["frontalis"]["label"]


# Layout


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_node_is_placed_once_and_nothing_overlaps(data: dict, variant: str) -> None:
    ids = [node["id"] for node in data["nodes"]]
    assert len(ids) == len(set(ids))
    last = data["sheets"][variant]["rows"] - CHIP
    for layer in LAYERS:
        rows = sorted(node["rows"][variant] for node in shown(data, variant, layer.id))
        assert rows[0] >= 0
        assert rows[-1] <= last
        assert all(b - a >= CHIP for a, b in pairwise(rows)), layer.id


@pytest.mark.parametrize(("variant", "layer"), list(product(VARIANTS, ("muscle", "au"))))
def test_upper_and_lower_face_split_at_the_same_height(
    data: dict, variant: str, layer: str
) -> None:
    split = data["sheets"][variant]["split"]
    assert split > 0
    for node in shown(data, variant, layer):
        assert (node["rows"][variant] < split) == (node["band"] < LOWER), node["id"]
    upper = {node["id"] for node in shown(data, variant, layer) if node["band"] < LOWER}
    # Brow and eye stand above, mouth and nose below.
    assert {"au": "AU4", "muscle": "corrugator_supercilii"}[layer] in upper
    assert {"au": "AU6", "muscle": "levator_palpebrae_superioris"}[layer] in upper
    assert {"au": "AU9", "muscle": "orbicularis_oris"}[layer] not in upper


def test_the_five_branches_stand_from_forehead_to_neck(data: dict) -> None:  # S0-013
    rows = {node["id"]: node["rows"].get("printed") for node in data["nodes"]}
    five = [rows[nerve.id] for nerve in anatomy.branches()]
    assert five == sorted(five)


def test_layout_removes_the_crossings_it_can() -> None:
    columns = {"nerve": ["a", "b", "c"], "muscle": ["x", "y", "z"]}
    edges = [("a", "z"), ("b", "y"), ("c", "x")]
    assert crossings(columns, edges) == 3
    found = place(columns, dict.fromkeys("xyz", LOWER), edges)
    order = {name: sorted(ids, key=lambda node: found.rows[node]) for name, ids in columns.items()}
    assert crossings(order, edges) == 0
    assert found.split == 0  # one band only


def test_layout_keeps_bands_even_at_the_price_of_a_crossing() -> None:
    columns = {"muscle": ["low", "high"], "au": ["one", "two"]}
    bands = {"low": LOWER, "high": 0, "one": LOWER, "two": 1}
    rows = place(columns, bands, [("low", "two"), ("high", "one")]).rows
    assert rows["high"] < rows["low"]
    assert rows["two"] < rows["one"]


def test_the_drawn_order_crosses_less_than_the_order_of_the_tables(data: dict) -> None:
    graph = anatomy.graph()
    core = ("nucleus", "nerve", "muscle", "au")
    lines = [(e.start, e.end) for e in graph.edges]
    tables = {name: [node.id for node in graph.layer(name)] for name in core}
    drawn = {
        name: [n["id"] for n in sorted(shown(data, "used", name), key=lambda n: n["rows"]["used"])]
        for name in core
    }
    assert crossings(drawn, lines) < crossings(tables, lines)


# The object


def test_static_html_holds_the_data_and_ends_no_script_early() -> None:
    figure = NerveMap(focus="AU12", notes_href="../reference/source-notes.html")
    text = figure.static_html()
    body = text.split('<script type="application/json">')[1].split("</script>")[0]
    assert text.count("</script") == 1
    state = json.loads(body)
    assert state["selected"] == "AU12"
    assert state["table"] == "dong"
    assert state["variant"] == "used"
    assert state["notes_href"].endswith("source-notes.html")
    assert state["data"] == figure.data
    assert len(text.encode()) < 120_000  # the bar for a whole page is 300 KB


@pytest.mark.parametrize("variant", VARIANTS)
def test_fallback_lists_every_muscle_with_nerve_action_units_and_source(variant: str) -> None:
    figure = NerveMap(variant=variant)
    text = figure.fallback_html()
    muscles = [n for n in anatomy.graph(variant).nodes if n.layer == "muscle"]
    assert text.count('<th scope="row">') == len(muscles)
    for node in shown(figure.data, variant, "muscle"):
        assert f'<th scope="row">{node["label"]}</th>' in text
    assert "not a copy of Fig. 1" in text


def test_fallback_rows() -> None:
    used = NerveMap().fallback_html()
    assert "<td>mandibular nerve</td><td>AU26 (relaxes)</td>" in used  # S2-026, E2-07
    assert "<td>oculomotor nerve</td><td>AU5, AU41 (relaxes)" in used  # S2-008, S2-029
    assert "AD19" in used
    printed = NerveMap(variant="printed").fallback_html()
    assert "through zygomaticus" in printed  # S0-015 names the whole
    assert "<table" not in NerveMap(layers=("au", "emotion")).fallback_html()


def test_a_part_of_the_chain_can_be_drawn_alone() -> None:
    figure = NerveMap(layers=("au", "muscle", "nerve"))
    assert figure.label == "Map from nerve to action unit"
    assert {node["layer"] for node in figure.data["nodes"]} == {"nerve", "muscle", "au"}
    assert set(figure.data["tables"]) == {"dong", "imotions"}


def test_objects_do_not_share_their_data() -> None:
    one = NerveMap()
    one.data["nodes"].clear()
    assert NerveMap().data["nodes"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"focus": "zygomaticus_mjor"}, "Did you mean 'zygomaticus_major'"),
        ({"focus": "frontalis"}, "'frontalis' is not a node of this map"),  # printed only
        ({"focus": "emotion_contempt"}, "not a node of this map"),  # S2 only
        ({"table": "dang"}, "Did you mean 'dong'"),
        ({"variant": "print"}, "Did you mean 'printed'"),
        ({"layers": ("nerve", "muscles")}, "Did you mean 'muscle'"),
        ({"layers": ("nerve", "au")}, "neighbours"),
        ({"layers": ()}, "two or more"),
        ({"table": "zzz"}, "Known: dong, imotions"),
    ],
)
def test_wrong_options_say_what_would_be_right(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        NerveMap(**options)


def test_focus_may_be_a_node_that_only_the_chosen_version_has() -> None:
    assert NerveMap(focus="frontalis", variant="printed").selected == "frontalis"
    assert NerveMap(focus="emotion_contempt", table="imotions").selected == "emotion_contempt"


def test_module_is_plain_and_small() -> None:
    module = NerveMap.module_text()
    assert "export default { render }" in module
    assert not re.search(r"^\s*import\s", module, re.MULTILINE)
    assert "https://" not in module
