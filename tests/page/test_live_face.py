"""The live face in the pages: lesion lab, front page, and the loops of the atlas."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from conftest import HTML, SCREENSHOTS, find_chromium, paint, start_figures
from playwright.sync_api import Browser
from test_faceview import SOFTWARE_GL
from test_pages import kept, run_axe

from fau_teach import anatomy, clip
from fau_teach.face import actions, face
from fau_teach.widgets.lesion_lab import COMMANDS, LETTER, SLACK, TASKS, lab_data

LAB = "book/01-nerves-to-aus/4-lesion-lab.html"
FRONT = "book/index.html"
ATLAS = "book/reference/action-units.html"
SIDES = {"R": "right", "L": "left"}
THEMES = ("light", "dark")
WIDTHS = ("desktop", "phone")
NO_GL = """const own = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
  return kind.startsWith("webgl") ? null : own.call(this, kind, ...more);
};"""


@pytest.fixture(scope="module")
def browser(browser: Browser) -> Iterator[Browser]:
    """A browser that draws WebGL2 in software."""
    own = browser.browser_type.launch(executable_path=find_chromium(), args=list(SOFTWARE_GL))
    yield own
    own.close()


def without_gl(visitor: Any) -> Any:
    visitor.context.add_init_script(NO_GL)
    visitor.page.reload(wait_until="load")
    start_figures(visitor.page)
    return visitor.page


def clean(visitor: Any) -> None:
    page = visitor.page
    assert visitor.outside == []
    assert visitor.errors == []
    assert run_axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def keep(place: Any, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    place.screenshot(path=SCREENSHOTS / f"live-{name}.png")


# -- lesion lab


def wanted(lesion: str, command: str, codes: tuple[str, ...]) -> dict[str, float]:
    """What the face must do, from the simulator alone."""
    result = anatomy.simulate(lesion or None, command)
    pose: dict[str, float] = {}
    for one in SIDES:
        for muscle in lab_data()["signs"].get(lesion, {}).get(one, []):
            part, amount = SLACK[muscle]
            pose[f"{part}{'/' if part.isdigit() else '_'}{SIDES[one]}"] = amount
        for code in codes:
            if code in actions.actions():
                share = round(100 * result.strength(code, one)) / 100
                key = f"{code}/{SIDES[one]}"
                pose[key] = max(pose.get(key, 0.0), clip.activation(LETTER) * share)
    return pose


SET = """([lesion, command, task]) => {
  const lab = document.querySelector(".ntl-lab");
  const [side, ...site] = lesion.split("_");
  const select = lab.querySelector("select");
  if (select.value !== site.join("_")) {
    select.value = site.join("_");
    select.dispatchEvent(new Event("change"));
  }
  for (const value of [side, command]) {
    const input = value && lab.querySelector(`input[value="${value}"]`);
    if (input && !input.checked) input.click();
  }
  lab.querySelector(`.tasks button[value="${task}"]`).click();
}"""


@pytest.mark.parametrize("command", COMMANDS)
def test_the_face_is_asked_for_what_the_simulator_keeps(command: str, visit: Any) -> None:
    page = without_gl(visit(LAB))  # nothing is drawn, so every lesion and task can be asked for
    cases = [[one, command, task.id] for one in ("", *(x.id for x in anatomy.lesions()))
             for task in TASKS]  # fmt: skip
    found = page.evaluate(
        f"""(cases) => cases.map((one) => {{
          ({SET})(one);
          return document.querySelector(".ntl-lab").lesionLab.pose();
        }})""",
        cases,
    )
    codes = {task.id: task.aus for task in TASKS}
    for (lesion, _, task), pose in zip(cases, found, strict=True):
        assert pose == pytest.approx(wanted(lesion, command, codes[task])), (lesion, task)


def test_the_codes_without_a_picture_are_named(visit: Any) -> None:
    page = without_gl(visit(LAB))
    page.get_by_role("button", name="AU44 Squint").click()
    assert page.locator(".ntl-lab .unseen").inner_text() == "The face has no picture of AU44."
    page.get_by_role("button", name="smile", exact=True).click()
    assert page.locator(".ntl-lab .unseen").is_hidden()


CASES = {
    "smile": ("left_cortex", "voluntary", "smile"),
    "rest": ("left_facial_nerve", "voluntary", "rest"),
    "shut": ("right_facial_nerve", "voluntary", "close_eyes"),
    "wide": ("left_oculomotor_nerve", "voluntary", "widen_eyes"),
    "chin": ("left_facial_nucleus", "emotional", "corners_down"),
    "jaw": ("left_mandibular_nerve", "voluntary", "drop_jaw"),
}


def unpainted(page: Any) -> Any:
    """The page without room for the picture, so that no time goes into it."""
    page.add_style_tag(content=".ntl-lab .drawing { display: none }")
    return page


def skin(page: Any) -> npt.NDArray[np.float64]:
    """Vertices of level 1 [mm] in the pose that the lab asks for."""
    text = page.evaluate(
        """async () => {
          const { lesionLab } = document.querySelector(".ntl-lab");
          await lesionLab.ready();
          const { level1 } = lesionLab.frame({ width: 48, height: 60 });
          return btoa(String.fromCharCode(...new Uint8Array(level1.buffer)));
        }"""
    )
    return np.frombuffer(base64.b64decode(text), "<f4").reshape(-1, 3).astype(float)


@pytest.fixture
def any_side(monkeypatch: pytest.MonkeyPatch) -> None:
    """One half of what healthy faces move on both sides alone, as a lesion leaves it."""
    monkeypatch.setattr(actions, "sides", lambda code: ("left", "right", "both"))


@pytest.mark.usefixtures("any_side")
def test_the_face_stands_where_python_puts_it(visit: Any) -> None:
    page = unpainted(visit(LAB).page)
    codes = {task.id: task.aus for task in TASKS}
    one = face("Ana")
    for name, (lesion, command, task) in CASES.items():
        page.evaluate(SET, [lesion, command, task])
        pose = wanted(lesion, command, codes[task])
        scores = {(k.split("/")[0], k.split("/")[1]): x for k, x in pose.items() if "/" in k}
        modes = {key: x for key, x in pose.items() if "/" not in key}
        posed = one.posed(scores, modes).skin
        assert np.abs(skin(page) - posed).max() < 0.05, name


def test_the_half_that_is_cut_stays_behind(visit: Any) -> None:
    page = unpainted(visit(LAB).page)
    marks = face("Ana").landmarks
    page.evaluate(SET, ["", "voluntary", "rest"])
    rest = skin(page)

    def corners() -> dict[str, float]:
        way = np.linalg.norm(skin(page) - rest, axis=1)
        return {side: float(way[marks[f"{side}_cheilion"]]) for side in ("left", "right")}

    page.evaluate(SET, ["", "voluntary", "smile"])
    healthy = corners()
    assert healthy["left"] == pytest.approx(healthy["right"], rel=0.02)
    page.evaluate(SET, ["left_cortex", "voluntary", "smile"])
    lame = corners()
    assert lame["right"] < 0.35 * lame["left"]
    page.evaluate(SET, ["left_cortex", "emotional", "smile"])
    assert corners() == pytest.approx(healthy, rel=0.02)


def test_the_lab_draws_and_moves(visit: Any) -> None:
    page = visit(LAB, paint=True).page
    page.locator(".ntl-lab .stage").scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.ntl-lab').dataset.state === 'live'")
    picture = "document.querySelector('.ntl-lab canvas').toDataURL()"
    before = page.evaluate(picture)
    page.locator(".ntl-lab select").focus()
    page.get_by_role("button", name="raise the brows").focus()
    page.keyboard.press("Enter")
    assert page.evaluate(picture) != before


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_lab_is_clean(width: str, theme: str, visit: Any) -> None:
    visitor = visit(LAB, width=width, theme=theme, paint=kept(width, theme))
    page = visitor.page
    page.evaluate(SET, ["left_facial_nerve", "voluntary", "raise_brows"])
    page.locator(".ntl-lab .stage").scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.ntl-lab').dataset.state === 'live'")
    clean(visitor)
    outside = page.eval_on_selector_all(
        ".ntl-lab .badge",
        """(all) => all.filter((one) => {
          const [box, stage] = [one, one.closest(".stage")].map((x) => x.getBoundingClientRect());
          return box.left < stage.left - 1 || box.right > stage.right + 1
            || box.top < stage.top || box.bottom > stage.bottom;
        }).map((one) => one.textContent)""",
    )
    assert outside == []
    if kept(width, theme):
        keep(page.locator(".ntl-lab .face"), f"lab-{width}-{theme}")


def test_without_gl_the_lab_keeps_marks_and_words(visit: Any) -> None:
    visitor = visit(LAB)
    page = without_gl(visitor)
    page.locator(".ntl-lab .stage").scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.ntl-lab').dataset.state === 'still'")
    page.evaluate(SET, ["left_facial_nerve", "voluntary", "smile"])
    picture = page.locator(".ntl-lab .drawing img")
    assert picture.evaluate("(one) => one.complete && one.naturalWidth > 0")
    assert page.locator(".ntl-lab .marks .stump").count() == 2
    assert page.locator(".ntl-lab .marks .arrow").count() == 2
    assert "left 26 lost and 3 weak" in page.locator(".ntl-lab .summary").inner_text()
    assert visitor.errors == []
    keep(page.locator(".ntl-lab .face"), "lab-without-gl")


# -- front page

VIEW = 'document.querySelector(".ntl-faceview")'


def shown_codes(page: Any) -> list[str]:
    found: list[str] = page.eval_on_selector_all(
        ".ntl-faceview .notes .now b", "all => all.map(one => one.textContent)"
    )
    return found


def front(visitor: Any, motion: str = "reduce") -> Any:
    page = visitor.page
    if motion != "reduce":
        page.emulate_media(reduced_motion=motion)
        page.reload(wait_until="load")
        start_figures(page)
    page.locator(".ntl-faceview").scroll_into_view_if_needed()
    page.wait_for_function(f"{VIEW}?.dataset.state === 'live'")
    return page


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_front_page_shows_the_face(width: str, theme: str, visit: Any) -> None:
    visitor = visit(FRONT, width=width, theme=theme, paint=kept(width, theme))
    page = front(visitor)
    page.wait_for_function(f"{VIEW}.dataset.drawn")
    assert page.evaluate(f"{VIEW}.dataset.playing") is None  # less motion is asked for
    assert {"AU12", "AU6"} <= set(shown_codes(page)) <= {"AU12", "AU6", "AU25"}
    if kept(width, theme):
        keep(page.locator(".ntl-faceview"), f"front-{width}-{theme}")
    clean(visitor)


def test_each_code_is_marked_while_it_shows(visit: Any) -> None:
    page = front(visit(FRONT))
    state = page.evaluate(
        """JSON.parse(document.querySelector('[data-figure="faceview"] > script').textContent)"""
    )
    assert not any(name.startswith("45/") for name in state["drive"]["channels"])  # no blink
    assert not state["drive"]["traces"]
    seen: set[str] = set()
    for frame in range(0, state["drive"]["frames"], 7):
        page.evaluate(f"{VIEW}.faceview.seek({frame})")
        now = [code for first, end, code, _ in state["notes"] if first <= frame < end]
        assert shown_codes(page) == now
        for code in now:
            rows = [row for key, row in state["drive"]["channels"].items()
                    if key.split("/")[0] == code.removeprefix("AU")]  # fmt: skip
            assert all(row[frame] > 0 for row in rows)
        seen |= set(now)
    assert {"AU1", "AU2", "AU12", "AU6", "AU4"} <= seen


def test_the_clip_plays_once_by_itself(visit: Any) -> None:
    visitor = visit(FRONT)
    visitor.page.set_viewport_size({"width": 390, "height": 400})
    page = front(visitor, "no-preference")
    page.wait_for_function(f"{VIEW}.dataset.playing === 'true'")
    page.wait_for_function(f"{VIEW}.dataset.playing === 'false'", timeout=60_000)
    last = page.evaluate(f"{VIEW}.dataset.frame")
    page.wait_for_timeout(700)
    assert page.evaluate(f"{VIEW}.dataset.frame") == last  # and not again
    assert shown_codes(page) == []
    assert visitor.errors == []


def test_play_on_the_front_page_by_keyboard(visit: Any) -> None:
    page = front(visit(FRONT))
    page.locator(".ntl-faceview .play").focus()
    page.keyboard.press("Enter")
    page.wait_for_function(f"{VIEW}.dataset.playing === 'true'")
    assert int(page.evaluate(f"{VIEW}.dataset.frame")) < 100  # from the beginning
    page.keyboard.press("Enter")
    assert page.evaluate(f"{VIEW}.dataset.playing") == "false"


def test_the_face_waits_until_it_is_seen(visit: Any, browser: Browser, site: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 200})
    loaded = []
    page.on("request", lambda request: loaded.append(request.url))
    page.goto(f"{site}/{FRONT}", wait_until="load")
    page.wait_for_timeout(300)
    assert not any("_static/faces/" in one for one in loaded)
    page.locator('[data-figure="faceview"]').scroll_into_view_if_needed()
    page.wait_for_function(f"{VIEW}?.dataset.state === 'live'")
    assert sum("_static/faces/" in one for one in loaded) == 1
    page.close()


def test_without_gl_the_front_page_keeps_its_still(visit: Any) -> None:
    visitor = visit(FRONT)
    page = without_gl(visitor)
    page.locator(".ntl-faceview").scroll_into_view_if_needed()
    page.wait_for_function(f"{VIEW}.dataset.state === 'still'")
    picture = page.locator(".ntl-faceview img")
    assert picture.evaluate("(one) => one.complete && one.naturalWidth > 0")
    assert visitor.errors == []


# -- loops of the atlas


def card(page: Any, code: str) -> Any:
    page.evaluate(f"document.querySelector('#card-au{code}').open = true")
    place = page.locator(f"#card-au{code}")
    place.scroll_into_view_if_needed()
    return place


def level(place: Any) -> float:
    return float(place.locator(".au-loop").get_attribute("data-level"))


def moving(visitor: Any, small: bool = True) -> Any:
    page = visitor.page
    page.emulate_media(reduced_motion="no-preference")
    page.reload(wait_until="load")
    if small:  # software draws these pixels
        page.set_viewport_size({"width": 700, "height": 300})
        page.add_style_tag(content=".au-loop { width: 50px }")
    return page


def pressed(page: Any, code: str) -> Any:
    place = card(page, code)
    place.locator("button[data-face-loop]").focus()
    page.keyboard.press("Enter")
    page.wait_for_function(
        "(code) => document.querySelector(`#card-au${code} .au-loop`).dataset.level", arg=code
    )
    return place


def test_a_press_plays_the_loop_and_a_second_stops_it(visit: Any) -> None:
    visitor = visit(ATLAS)
    page = moving(visitor)
    place = pressed(page, "12")
    button = place.locator("button[data-face-loop]")
    assert button.inner_text() == "Stop"
    assert button.evaluate("(one) => one === document.activeElement")
    assert "AU12, lip corner puller: playing" in page.locator(".au-said").inner_text()
    loop = "+document.querySelector('#card-au12 .au-loop').dataset.level"
    for state in ("> 0.99", "< 0.05", "> 0.5"):  # to the apex, back, and again
        page.wait_for_function(f"{loop} {state}", timeout=60_000)
    assert place.locator("canvas").is_visible()
    page.keyboard.press(" ")
    assert button.inner_text() == "Play"
    assert "stopped" in page.locator(".au-said").inner_text()
    assert place.locator("canvas").is_hidden()
    held = level(place)
    page.wait_for_timeout(500)
    assert level(place) == held
    assert visitor.errors == []


def test_cards_share_one_face_and_one_context(visit: Any) -> None:
    page = moving(visit(ATLAS))
    fetched = """performance.getEntriesByType("resource").map((one) => one.name)
      .filter((one) => /faces\\/|figures\\//.test(one)).length"""
    assert page.evaluate(fetched) == 0
    places = [pressed(page, code) for code in ("1", "2", "45")]
    assert page.evaluate(fetched) == 3  # the face, its geometry, its drawing
    for place in places:
        assert place.locator("button[data-face-loop]").inner_text() == "Stop"
    kinds = page.evaluate(
        "[...document.querySelectorAll('canvas')].filter(c => c.width !== 300)"
        ".map(c => c.getContext('webgl2') === null)"
    )
    assert kinds == [True] * 3


def test_nothing_is_drawn_for_a_card_out_of_sight(visit: Any) -> None:
    page = moving(visit(ATLAS))
    place = pressed(page, "12")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    # A busy machine takes its time to tell that the card has left the window.
    for _ in range(20):
        held = level(place)
        page.wait_for_timeout(600)
        if level(place) == held:
            return
    pytest.fail("the loop of a card out of sight is still being drawn after 12 s")


def test_less_motion_shows_rest_and_apex_without_a_way_between(visit: Any) -> None:
    page = visit(ATLAS).page
    place = card(page, "12")
    button = place.locator("button[data-face-loop]")
    assert button.inner_text() == "Show rest"
    button.click()
    page.wait_for_function("document.querySelector('#card-au12 .au-loop').dataset.level")
    page.wait_for_timeout(500)
    assert level(place) == 0
    assert "at rest" in page.locator(".au-said").inner_text()
    button.click()
    assert place.locator("canvas").is_hidden()
    assert place.locator("img").is_visible()


def test_each_picture_has_its_button_and_nothing_else(visit: Any) -> None:
    page = visit(ATLAS).page
    found = page.eval_on_selector_all(
        ".au-card",
        """(all) => all.map((one) => [one.querySelectorAll("figure img").length,
          one.querySelectorAll("button[data-face-loop]:not([hidden])").length])""",
    )
    assert all(pictures == buttons for pictures, buttons in found)
    assert sum(buttons for _, buttons in found) == len(actions.actions())


def test_every_code_can_be_played(visit: Any) -> None:
    visitor = visit(ATLAS)
    missing = visitor.page.evaluate(
        """async () => {
          const names = ["faceview_face", "faceview_gl"];
          const load = window.nerveToLabel.library(names, "sharedFace, packedFace");
          const { sharedFace, packedFace } = await load;
          const model = { get: (name) => name === "face" && "Ana" };
          const { actions } = await sharedFace(await packedFace(model));
          return [...document.querySelectorAll("button[data-face-loop]")]
            .map((one) => one.dataset.faceLoop)
            .filter((code) => !actions.has(`${code}/both`) && !actions.has(`${code}/left`));
        }"""
    )
    assert missing == []
    assert visitor.errors == []


def test_a_frame_of_a_loop_costs_little_script_time(visit: Any) -> None:
    page = moving(visit(ATLAS, paint=True))
    pressed(page, "12")
    spent = page.evaluate(
        """async () => {
          const loop = document.querySelector("#card-au12 .au-loop");
          const found = [];
          for (let k = 0; k < 16; k += 1) {
            await new Promise((done) => requestAnimationFrame(done));
            found.push(Number(loop.dataset.ms));
          }
          return found.sort((a, b) => a - b)[8];
        }"""
    )
    assert spent <= 8


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_a_playing_card_is_clean(width: str, theme: str, visit: Any) -> None:
    visitor = visit(ATLAS, width=width, theme=theme)
    page = moving(visitor, small=False)
    place = pressed(page, "12")
    page.wait_for_function(
        "+document.querySelector('#card-au12 .au-loop').dataset.level > 0.9", timeout=60_000
    )
    if kept(width, theme):
        before = level(place)
        paint(page)
        page.wait_for_function(
            "(one) => +document.querySelector('#card-au12 .au-loop').dataset.level !== one",
            arg=before,
        )
        paint(page, False)
        keep(place.locator("figure"), f"card-{width}-{theme}")
    clean(visitor)


@pytest.mark.parametrize("path", [FRONT, ATLAS])
def test_from_a_folder_on_disk(path: str, visit: Any) -> None:
    visitor = visit(path, root=f"file://{HTML}")
    page = visitor.page
    if path == ATLAS:
        pressed(page, "4")
    else:
        front(visitor)
    assert visitor.outside == []
    assert visitor.errors == []


def test_without_gl_a_card_says_so(visit: Any) -> None:
    visitor = visit(ATLAS)
    visitor.context.add_init_script(NO_GL)
    visitor.page.reload(wait_until="load")
    place = card(visitor.page, "12")
    place.locator("button[data-face-loop]").click()
    place.get_by_text("The face cannot be moved here").wait_for()
    assert place.locator("img").is_visible()
    assert visitor.errors == []


def test_without_scripts_a_card_has_its_still_and_no_button(visit: Any) -> None:
    page = visit(ATLAS, scripts=False).page
    place = page.locator("#card-au12")
    place.locator("summary").click()
    assert place.locator("img").is_visible()
    assert place.locator("button").is_hidden()
