"""Finish the pages: the few icons that they use instead of the theme's library of 2 MB.

The theme loads Font Awesome as a script, a style sheet and three fonts. This step cuts
the used glyphs out of its free font (SIL Open Font License, so under another name) and
puts them into one small style sheet, which also works from a folder on disk.
"""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

FAMILY = "Nerve to Label Icons"
# Set by the theme's scripts, so not in the pages as built.
BY_SCRIPT = {"fa-xmark", "fa-chevron-up", "fa-check", "fa-copy"}
UNUSED = re.compile(
    r"\s*(<link[^>]*vendor/fontawesome[^>]*>|<script[^>]*vendor/fontawesome[^>]*></script>)"
)
STYLE = """\
@font-face {{ font-display: block; font-family: "{family}"; font-weight: 900;
  src: url(data:font/woff;base64,{font}) format("woff"); }}
.fa-solid, .fas, .fa, .fa-regular, .fa-brands {{ display: inline-block;
  font-family: "{family}"; font-style: normal; font-variant: normal; font-weight: 900;
  line-height: 1; text-rendering: auto; -webkit-font-smoothing: antialiased; }}
:root {{ --fa-font-solid: normal 900 1em/1 "{family}"; --fa-font-regular: var(--fa-font-solid);
  --fa-font-brands: var(--fa-font-solid); }}
.fa-lg {{ font-size: 1.25em; line-height: .05em; vertical-align: -.075em; }}
.fa-fw {{ text-align: center; width: 1.25em; }}
{glyphs}
"""


def used_icons(pages: list[str], known: dict[str, str]) -> set[str]:
    """Names of icons that any page shows, as far as the library has them."""
    named = {name for page in pages for name in re.findall(r"\bfa-[a-z0-9-]+", page)}
    return (named | BY_SCRIPT) & set(known)


def code_points(style: str) -> dict[str, str]:
    """Icon names and their code points (hexadecimal) from the library's style sheet."""
    found: dict[str, str] = {}
    for names, point in re.findall(r'([^{}]+)\{(?:--fa:|content:)"\\([0-9a-f]+)"', style):
        for name in re.findall(r"\.(fa-[a-z0-9-]+)(?=:+before|[,{]|$)", names):
            found[name] = point
    return found


def cut_font(source: Path, points: set[str]) -> bytes:
    """WOFF of the named glyphs alone, renamed as the licence asks of a changed font."""
    font = TTFont(source)
    options = subset.Options(flavor="woff", name_IDs=[1, 2, 4, 6], notdef_outline=True)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[int(point, 16) for point in points])
    cutter.subset(font)
    for record in font["name"].names:
        record.string = FAMILY.replace(" ", "") if record.nameID == 6 else FAMILY
    font.flavor = "woff"
    target = io.BytesIO()
    font.save(target)
    return target.getvalue()


def repair(page: str) -> str:
    """Mend what the theme leaves inaccessible: nameless summaries, a role that
    ARIA dropped, wide tables that no key can scroll.
    """
    named = '<summary aria-label="Show or hide the pages of this chapter"><span'
    page = page.replace("<summary><span", named)
    page = page.replace('role="doc-biblioentry"', 'role="listitem"')
    table = '<div class="pst-scrollable-table-container"'
    page = page.replace(f"{table}>", f'{table} tabindex="0" role="region" aria-label="Table">')
    # Field lists stand as columns here; a colon in each name is weight that nobody sees.
    page = page.replace('<span class="colon">:</span>', "")
    # The citation style knows "and others" only as words.
    return re.sub(r">([^<>]{1,40}) and others, (\d{4}[a-z]?)<", r">\1 <em>et al.</em>, \2<", page)


def slim(html: Path, style_name: str) -> None:
    """Write the small style sheet and take the library out of every page."""
    library = next((html / "_static" / "vendor" / "fontawesome").glob("*/"), None)
    if library is None:
        return
    known = code_points((library / "css" / "all.min.css").read_text(encoding="utf-8"))
    pages = {page: page.read_text(encoding="utf-8") for page in html.rglob("*.html")}
    icons = sorted(used_icons(list(pages.values()), known))
    # The theme's own style sheets write some icons as bare characters of the private area.
    written = {
        f"{ord(mark):x}"
        for sheet in (html / "_static").rglob("*.css")
        if "vendor" not in sheet.parts
        for mark in re.findall("[\ue000-\uf8ff]", sheet.read_text(encoding="utf-8"))
    }
    points = {known[name] for name in icons} | written
    font = cut_font(library / "webfonts" / "fa-solid-900.ttf", points)
    glyphs = "\n".join(f'.{name}::before {{ content: "\\{known[name]}"; }}' for name in icons)
    text = STYLE.format(family=FAMILY, font=base64.b64encode(font).decode("ascii"), glyphs=glyphs)
    (html / "_static" / style_name).write_text(text, encoding="utf-8")
    for page, source in pages.items():
        slimmed = repair(UNUSED.sub("", source))
        if slimmed != source:
            page.write_text(slimmed, encoding="utf-8")
