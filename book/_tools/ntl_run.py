"""The directive of exercises that run in the page, and the link from a lab to JupyterLite.

Without scripts a reader has the task, the code to begin with and a note.
"""

from __future__ import annotations

from html import escape

import vendor
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

from fau_teach.exercises import Exercise, exercise

FORM = """\
<form class="ntl-run-form" data-exercise="{id}" data-python="{python}" data-wheel="{wheel}">
<label for="{name}-code">Your code</label>
<textarea id="{name}-code" rows="{rows}" wrap="off" spellcheck="false" autocapitalize="off"
 autocomplete="off" aria-describedby="{name}-keys">{starter}</textarea>
<div class="ntl-run-bar" hidden><button type="submit">Run and check</button>
<button type="button" data-act="stop" disabled>Stop</button>
<button type="button" data-act="reset">Start again</button>
<button type="button" data-act="back" hidden>Bring my code back</button>
<p id="{name}-keys">Ctrl+Enter runs. Tab indents; Esc, then Tab, leaves the editor.</p></div>
<p class="ntl-run-state" role="status"></p>
<progress max="4" hidden aria-label="Python is starting"></progress>
<pre class="ntl-run-output" role="log" aria-label="Output" tabindex="0" hidden></pre>
<div class="ntl-run-verdict" role="status"></div>
<p class="ntl-run-note">Running needs scripts, which are off here. The code works in any
 notebook, too: check it there with <code>check("{id}", answer)</code> of
 <code>fau_teach.exercises</code>.</p></form>"""
LAB_LINK = (
    '<p class="ntl-lab-link"><a href="{href}">Open in the browser</a> with nothing to install: '
    "Python runs in the page, and what you write stays in this browser. The first start takes "
    "about a quarter of a minute. If you opened this book as files, start its server first: "
    "<code>python3 serve.py</code> in its top folder.</p>"
)


class RunAndCheck(SphinxDirective):
    """Place one exercise: title, task, editor."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Write the exercise with the addresses that this build gives to Python."""
        try:
            one = exercise(self.arguments[0])
        except KeyError as error:
            raise self.error(str(error.args[0])) from None
        if not (one.prompt and one.starter):
            raise self.error(f"exercise {one.id} has no prompt or no starter")
        name = f"run-{one.id.replace('.', '-')}"
        box = nodes.container(classes=["ntl-run"], ids=[name])
        title = f'<p class="ntl-run-title">Exercise {one.id}: {escape(one.title)}</p>'
        box += nodes.raw("", title, format="html")
        self.state.nested_parse(StringList([one.prompt], self.get_source_info()[0]), 0, box)
        box += nodes.raw("", form(one, name), format="html")
        return [box]


def form(one: Exercise, name: str) -> str:
    """Editor, buttons and the places for what Python says."""
    return FORM.format(
        id=one.id,
        name=name,
        python=vendor.pyodide_address(),
        wheel=f"{vendor.WHEELS}/{vendor.wheel().name}",
        rows=one.starter.count("\n") + 2,
        starter=escape(one.starter),
    )


def lab_link(pagename: str, body: str) -> str:
    """Page of a lab with a link to JupyterLite below its title; relative, so true anywhere."""
    path = f"../lite/notebooks/index.html?path={pagename.removeprefix('notebooks/')}.ipynb"
    return body.replace("</h1>", "</h1>" + LAB_LINK.format(href=path), 1)
