"""Sphinx side of the book: outputs keyed on what made them, vendor files, directives.

The directives only place what the package knows: no fact is typed in here.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections import ChainMap
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

import build  # noqa: E402
import lite  # noqa: E402
import ntl_atlas  # noqa: E402
import ntl_cards  # noqa: E402
import ntl_finish  # noqa: E402
import ntl_gallery  # noqa: E402
import ntl_run  # noqa: E402
import ntl_styles  # noqa: E402
import vendor  # noqa: E402
from ntl_directives import DIRECTIVES  # noqa: E402
from sphinx.application import Sphinx  # noqa: E402

# What a page's outputs depend on besides the page's own code.
EXECUTION_INPUTS = ("fau_teach", "data", ".ci/constraints.txt")
ICONS = "icons.css"
# The identity in the data of a figure.
FACE = re.compile(r'"face":"([\w.-]+)"')
# A script or style of ours loads only on pages that hold its mark; store.js comes first.
# "ts-fsrs" stands for that library, wherever this build takes it from.
SCRIPTS = {
    "ntl-figure": ("figure-host.js",),
    "ntl-quiz": ("store.js", "quiz.js"),
    "ntl-progress": ("store.js", "progress.js"),
    "ntl-run": ("store.js", "run.js"),
    "ntl-cards": ("store.js", "cards-start.js"),
    "au-atlas": ("atlas.css", "atlas.js"),
    "au-still": ("figure-host.js", "face-loop.js"),
    "face-": ("face.css",),
}
MATHJAX_PARTS = (
    "tex-mml-chtml.js",
    "output/chtml/fonts/woff-v2",
    "input/tex/extensions",
    "a11y/assistive-mml.js",
)

# What the light set leaves out, and who computes with it.
HEAVY = ("torch", "open3d", "cv2")
HEAVY_PAGES = ("book/05-depth-mer/*", "book/06-emg/*", "notebooks/05-*", "notebooks/06-*")


def execution_key(root: Path = ROOT) -> str:
    """Digest of package, data and lock file: a new one means that every page runs again."""
    return build.digest(root, EXECUTION_INPUTS, f"{sys.version_info[:2]}")[:16]


def choose_cache(app: Sphinx, config: Any) -> None:
    """Keep cell outputs apart for each state of package, data and lock file."""
    caches = ROOT / "_build" / "executed"
    current = caches / execution_key()
    current.mkdir(parents=True, exist_ok=True)
    for old in caches.iterdir():
        if old != current:
            shutil.rmtree(old, ignore_errors=True)
    config.nb_execution_cache_path = str(current)


def spare_heavy(app: Sphinx, config: Any) -> None:
    """Show pages without their results where the set-up lacks what they compute with."""
    missing = [name for name in HEAVY if find_spec(name) is None]
    if missing:
        config.nb_execution_excludepatterns = [*config.nb_execution_excludepatterns, *HEAVY_PAGES]
        print(f"book: no {', '.join(missing)} here, so chapters 5 and 6 show no results")


def copy_vendor(app: Sphinx) -> None:
    """Copy MathJax out of its pinned package, so that no page asks the network for it."""
    if app.builder.format != "html":
        return
    package = find_spec("mathjax")
    target = Path(app.outdir, "_static", "vendor", "mathjax")
    if package is None or not package.submodule_search_locations:
        app.config.mathjax_path = app.config.values["mathjax_path"].default
        print("book: django-static-mathjax is missing, so pages with formulas use the network")
        return
    source = Path(package.submodule_search_locations[0], "static", "mathjax", "es5")
    for part in MATHJAX_PARTS:
        if (source / part).is_dir():
            shutil.copytree(source / part, target / part, dirs_exist_ok=True)
        elif (source / part).is_file():
            (target / part).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / part, target / part)


def write_figures(app: Sphinx) -> None:
    """Write each widget's module once, as a script that pages share.

    A module cannot be imported from a folder on disk, a classic script can be
    loaded; so the script carries the module's text and the host imports that. What
    figures share is a script of its own.
    """
    if app.builder.format != "html":
        return
    from fau_teach.widgets import FIGURES
    from fau_teach.widgets._base import read_text

    parts: dict[str, dict[str, Any]] = {}
    for name, figure in FIGURES.items():
        library = {Path(file).stem: f"{read_text(file)}\n" for file in figure.library}
        own = ntl_styles.squeeze_script(
            figure.module_text().removeprefix("".join(library.values()))
        )
        style = ntl_styles.squeeze(figure.style_text())
        parts[name] = {"module": own, "style": style, "library": [*library]}
        for shared, text in library.items():
            parts[shared] = {"module": ntl_styles.squeeze_script(text)}
    folder = Path(app.outdir, "_static", "figures")
    folder.mkdir(parents=True, exist_ok=True)
    for name, part in parts.items():
        text = f"window.nerveToLabel.define({json.dumps(name)}, {json.dumps(part)});\n"
        (folder / f"{name}.js").write_text(text, encoding="utf-8")


def write_faces(html: Path) -> None:
    """Write the data of each face that a page shows, once for all pages; the default always."""
    from fau_teach.face import DEFAULT
    from fau_teach.widgets.faceview import face_script

    texts = (page.read_text(encoding="utf-8") for page in html.rglob("*.html"))
    names = {DEFAULT, *(name for text in texts for name in FACE.findall(text))}
    folder = html / "_static" / "faces"
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / f"{name}.js").write_text(face_script(name), encoding="utf-8")


def write_clips(html: Path) -> None:
    """Write the clips that the bench can draw before Python has started."""
    from fau_teach.widgets.bench import bank_script

    (html / "_static" / "clips.js").write_text(bank_script(), encoding="utf-8")


def drop_widget_state(app: Sphinx, env: Any) -> None:
    """Leave out the widget runtime and its state: our figures carry their own host."""
    from myst_nb.sphinx_ import NbMetadataCollector

    for data in NbMetadataCollector.get_doc_data(env).values():
        scripts = data.get("js_files", {})
        for key in [key for key in scripts if key.startswith("ipywidgets_")]:
            del scripts[key]


def drop_thebe(app: Sphinx, pagename: str, template: str, context: dict[str, Any], _: Any) -> None:
    """Leave out Thebe, which the book tool adds to every page though it is switched off."""
    context["script_files"] = [
        script
        for script in context.get("script_files", [])
        if "thebe" not in f"{script} {getattr(script, 'attributes', {}).get('body', '')}".lower()
    ]


def add_scripts(app: Sphinx, pagename: str, template: str, context: dict[str, Any], _: Any) -> None:
    """Load each script of ours only where the page holds something for it to do."""
    body = context.get("body", "")
    wanted = [name for mark, names in SCRIPTS.items() if f'class="{mark}' in body for name in names]
    for place, name in enumerate(dict.fromkeys(wanted)):
        if name.endswith(".css"):
            app.add_css_file(name, priority=600 + place)
        else:
            app.add_js_file(
                vendor.script(name), priority=600 + place, defer="defer", **python_of(name)
            )


def python_of(name: str) -> dict[str, str]:
    """Where the figures of a page find Python and the package, as attributes of their host."""
    if name != "figure-host.js":
        return {}
    wheel = f"{vendor.WHEELS}/{vendor.wheel().name}"
    return {"data-python": vendor.pyodide_address(), "data-wheel": wheel}


def add_lab_link(
    app: Sphinx, pagename: str, template: str, context: dict[str, Any], _: Any
) -> None:
    """Lead from the page of a lab to the same lab in JupyterLite, where the site carries it."""
    if pagename.startswith("notebooks/") and lite.environment():
        context["body"] = ntl_run.lab_link(pagename, context["body"])


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Take the theme's icon library and its unused style rules out of the pages."""
    if exception is None and app.builder.format == "html":
        ntl_finish.slim(Path(app.outdir), ICONS)
        ntl_styles.slim(Path(app.outdir))
        write_faces(Path(app.outdir))
        write_clips(Path(app.outdir))
        ntl_cards.write(Path(app.outdir))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    parts = (ntl_atlas.DIRECTIVES, ntl_cards.DIRECTIVES, ntl_gallery.DIRECTIVES)
    for name, directive in ChainMap(DIRECTIVES, *parts).items():
        app.add_directive(name, directive)
    app.connect("config-inited", choose_cache, priority=900)
    app.connect("config-inited", spare_heavy, priority=900)
    app.connect("builder-inited", copy_vendor)
    app.connect("builder-inited", write_figures)
    app.connect("env-updated", drop_widget_state)
    app.connect("html-page-context", drop_thebe, priority=900)
    app.connect("html-page-context", add_scripts)
    app.connect("html-page-context", add_lab_link)
    app.connect("build-finished", finish)
    app.add_css_file(ICONS)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
