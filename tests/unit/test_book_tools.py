"""The book's own build steps: caches, finishing of pages, set-up messages."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "book" / "_tools"))

import build  # noqa: E402
import nerve_to_label  # noqa: E402
import ntl_directives  # noqa: E402
import ntl_finish  # noqa: E402
import ntl_styles  # noqa: E402

from fau_teach import sources  # noqa: E402

# -- caches


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("fau_teach", "data", ".ci", "book", "notebooks"):
        (tmp_path / name).mkdir()
    (tmp_path / "fau_teach" / "facs.py").write_text("x = 1")
    (tmp_path / "data" / "a.csv").write_text("a\n1\n")
    (tmp_path / ".ci" / "constraints.txt").write_text("numpy==2.4.6")
    (tmp_path / "book" / "page.md").write_text("# Page")
    for name in ("_config.yml", "_toc.yml"):
        (tmp_path / name).write_text("")
    return tmp_path


@pytest.mark.parametrize("name", ["fau_teach/facs.py", "data/a.csv", ".ci/constraints.txt"])
def test_pages_run_again_after_package_data_or_lock_changed(name: str, tree: Path) -> None:
    before = nerve_to_label.execution_key(tree)
    (tree / name).write_text("changed")
    assert nerve_to_label.execution_key(tree) != before


@pytest.mark.parametrize("name", ["book/page.md", "README.md", "fau_teach/__pycache__/facs.pyc"])
def test_pages_do_not_all_run_again_after_another_change(name: str, tree: Path) -> None:
    before = nerve_to_label.execution_key(tree)
    (tree / name).parent.mkdir(exist_ok=True)
    (tree / name).write_text("changed")
    assert nerve_to_label.execution_key(tree) == before


@pytest.mark.parametrize(
    "name", ["book/page.md", "fau_teach/facs.py", "data/a.csv", "_toc.yml", ".ci/constraints.txt"]
)
def test_the_book_is_built_again_after_any_input_changed(name: str, tree: Path) -> None:
    before = build.fingerprint(tree)
    assert build.fingerprint(tree) == before
    (tree / name).write_text("changed")
    assert build.fingerprint(tree) != before


def test_progress_shows_pages_and_problems_and_drops_the_rest() -> None:
    lines = [
        "reading sources... [ 50%] book/index",
        "Kernel is running over TCP without encryption WARNING",
        "book/index.md:3: WARNING: unknown document",
        "writing output... [ 50%] book/index",
        "writing output... [100%] book/other",
        "copying images",
    ]
    assert list(build.progress(lines)) == [
        "book:  50 % read book/index",
        "book/index.md:3: WARNING: unknown document",
        "book: writing pages",
    ]


# -- finishing


def test_code_points_are_read_from_the_library_style() -> None:
    style = '.fa-bars:before,.fa-navicon:before{content:"\\f0c9"}.fa-x:before{content:"\\58"}'
    assert ntl_finish.code_points(style)["fa-bars"] == "f0c9"
    assert ntl_finish.code_points(style)["fa-navicon"] == "f0c9"


def test_used_icons_are_those_that_pages_name_and_the_library_has() -> None:
    known = {"fa-bars": "f0c9", "fa-xmark": "f00d", "fa-ghost": "f6e2"}
    pages = ['<i class="fa-solid fa-bars"></i>', '<i class="fa-unknown"></i>']
    assert ntl_finish.used_icons(pages, known) == {"fa-bars", "fa-xmark"}


def test_pages_are_repaired() -> None:
    page = (
        '<summary><span class="x"></span></summary><div role="doc-biblioentry"></div>'
        '<div class="pst-scrollable-table-container"></div><span>Li and others, 2022</span>'
        "<p>and others, such as these, stay</p>"
    )
    mended = ntl_finish.repair(page)
    assert '<summary aria-label="' in mended
    assert "doc-biblioentry" not in mended
    assert 'tabindex="0" role="region"' in mended
    assert "<span>Li <em>et al.</em>, 2022</span>" in mended
    assert "and others, such as these" in mended


# -- notes


def test_a_note_names_its_source_and_keeps_ids() -> None:
    assert ntl_directives.spoken("AU1 in S0 and S1 (S0-014)") == (
        "AU1 in Dong 2022 and Cui 2023 (S0-014)"
    )


def test_a_note_shows_backslashes_and_braces_as_printed() -> None:
    lines = ntl_directives.note_lines(sources.erratum("E0-01"))
    assert any("S\\_i \\\\ ⋂" in line for line in lines)


# -- set-up


@pytest.fixture
def setup() -> ModuleType:
    spec = importlib.util.spec_from_file_location("ci_setup", ROOT / ".ci" / "setup.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_wrong_python_is_told_with_its_remedy(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup, "PYTHONS", ((3, 90), (3, 99)))
    with pytest.raises(SystemExit, match=r"will not do.*make PYTHON="):
        setup.check_machine("light")


def test_full_disk_is_told_with_its_remedy(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil._ntuple_diskusage(10, 9, 1_000_000_000)
    monkeypatch.setattr(setup.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(SystemExit, match=r"1\.0 GB are free.*make SET=light"):
        setup.check_machine("full")


def test_unknown_set_is_refused(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["setup.py", "huge"])
    with pytest.raises(SystemExit, match="'huge' is not a set"):
        setup.main()


def test_stamp_changes_with_the_lock(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    before = setup.stamp("light")
    monkeypatch.setattr(setup, "UV", "uv==0")
    assert setup.stamp("light") != before


def test_missing_debian_packages_without_rights_print_the_line_to_type(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if sys.platform != "linux":
        pytest.skip("Debian packages concern Linux alone")
    monkeypatch.setattr(setup, "debian_packages", lambda _: ["chromium"])
    monkeypatch.setattr(setup.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(
        setup.shutil, "which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None
    )
    setup.install_debian("dev")
    assert "type: sudo apt-get install chromium" in capsys.readouterr().out


# -- pages that the light set cannot run


@pytest.mark.parametrize("missing", [(), ("torch",), ("torch", "cv2", "open3d")])
def test_pages_are_spared_where_their_tools_are_missing(
    monkeypatch: pytest.MonkeyPatch, missing: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(nerve_to_label, "find_spec", lambda name: None if name in missing else True)
    config = SimpleNamespace(nb_execution_excludepatterns=["own"])
    nerve_to_label.spare_heavy(SimpleNamespace(), config)
    spared = config.nb_execution_excludepatterns
    assert spared == ["own", *(nerve_to_label.HEAVY_PAGES if missing else ())]
    said = capsys.readouterr().out
    assert all(name in said for name in missing)
    assert bool(said) == bool(missing)


# -- data dictionary


def test_the_data_dictionary_names_every_table_and_column() -> None:
    text = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    for table in sorted((ROOT / "data").rglob("*.csv")):
        assert f"`{table.name}`" in text or f"`{table.parent.name}/{table.name}`" in text, table
        header = table.read_text(encoding="utf-8").splitlines()[0].split(",")
        missing = [column for column in header if f"`{column}`" not in text]
        assert missing == [], f"{table.name}: {missing}"


# -- style sheets


@pytest.mark.parametrize(
    ("selector", "kept"),
    [
        (".used", True),
        (".unused", False),
        (".used .unused", False),
        ("h1", True),
        ("img:not(.unused)", True),
        (".used:is(.unused, .used)", True),
        (".w-50\\:x", False),
        ("html[data-theme=dark] .used", True),
    ],
)
def test_a_rule_stays_if_its_classes_can_occur(selector: str, kept: bool) -> None:
    assert ntl_styles.wanted(selector, {"used"}) is kept


def test_purge_keeps_fonts_media_and_the_used_half_of_a_list() -> None:
    style = (
        '@font-face { font-family: "X"; } .used, .unused { color: red; } .unused { top: 0 }'
        "@media print { .used { top: 1px } .unused { top: 2px } } @media screen { .unused {} }"
        ":root { --a: 1 }"
    )
    left = ntl_styles.squeeze(ntl_styles.purge(style, {"used"}))
    assert left == (
        '@font-face{font-family: "X";}.used{color: red;}@media print{.used{top: 1px}}:root{--a: 1}'
    )


def test_a_part_of_the_framework_stays_only_if_a_page_asks_for_it() -> None:
    scripts = ['let name = "modal-open"; node.className = "show popover"']
    assert ntl_styles.usable(["<p>"], scripts) == {"let", "name", "node", "className", "show"}
    asked = ntl_styles.usable(['<a data-bs-toggle="modal"><b class="popover">'], scripts)
    assert {"modal", "modal-open", "popover"} <= asked


def test_class_names_come_from_attributes_and_words_from_scripts() -> None:
    assert ntl_styles.classes(['<p class="a b-c">prose</p>']) == {"a", "b-c"}
    assert "show" in ntl_styles.words(['node.classList.add("show")'])
