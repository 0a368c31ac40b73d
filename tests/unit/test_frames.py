"""Frames for a live figure: every request is answered, the newest first, in order of need."""

from __future__ import annotations

import io
import threading
from typing import Any

import pytest

from fau_teach.footage import Footage
from fau_teach.widgets import _frames
from fau_teach.widgets._frames import Frames

np = pytest.importorskip("numpy")
Image = pytest.importorskip("PIL.Image")


def footage(count: int = 200, gate: threading.Event | None = None) -> tuple[Footage, list[int]]:
    drawn: list[int] = []

    def decode(frame: int) -> list[tuple[int, Any]]:
        drawn.append(frame)
        if gate:
            gate.wait(20)
        if frame == 13:
            raise ValueError("frame 13 is torn")
        return [(frame, np.full((24, 32, 3), frame, np.uint8))]

    other = Footage("d", 30, 5, (8, 8), lambda at: [(at, np.zeros((8, 8, 3), np.uint8))])
    return Footage("a", 30, count, (32, 24), decode, views={"depth": other}, cache=1), drawn


class Heard(Frames):
    """A figure whose messages are kept, with what lets a test wait for them."""

    def __init__(self, film: Footage | None = None) -> None:
        self.films = (film,) if film else ()
        self.said: list[tuple[dict[str, Any], list[bytes]]] = []
        self.news = threading.Condition()
        super().__init__()

    def send(self, content: dict[str, Any], buffers: Any = None) -> None:
        with self.news:
            self.said.append((content, list(buffers or ())))
            self.news.notify_all()

    def ask(self, name: Any, index: Any, width: Any = 32, **more: Any) -> None:
        message = {"ask": "frame", "id": name, "index": index, "width": width, **more}
        self._handle_custom_msg(message, [])

    def wait(self, count: int) -> list[dict[str, Any]]:
        with self.news:
            assert self.news.wait_for(lambda: len(self.said) >= count, 20), self.said
        return [one for one, _ in self.said]


@pytest.fixture(autouse=True)
def _without_a_style(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Frames, "_esm", "export default {}", raising=False)


def test_a_request_is_answered_with_a_picture() -> None:
    figure = Heard(footage()[0])
    figure.ask(7, 120)
    assert figure.wait(1) == [{"frame": 7, "index": 120, "width": 32, "view": ""}]
    picture = Image.open(io.BytesIO(figure.said[0][1][0]))
    assert picture.size == (32, 24)
    assert abs(np.asarray(picture).mean() - 120) < 2
    figure.ask(8, 0, view="depth")
    assert figure.wait(2)[1]["view"] == "depth"
    figure.close()


def test_other_messages_are_not_meant_for_it() -> None:
    figure = Heard(footage()[0])
    for message in ({"clerk": "here"}, {"ask": "else"}, "frame", None, 3):
        figure._handle_custom_msg(message, [])
    figure.ask(1, 0)
    assert [one["frame"] for one in figure.wait(1)] == [1]


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"index": 200}, "It has 0 to 199"),
        ({"index": -1}, "It has 0 to 199"),
        ({"index": "3"}, "is no frame, width, view and film"),
        ({"index": True}, "is no frame, width, view and film"),
        ({"index": None}, "is no frame, width, view and film"),
        ({"index": 3, "width": 10**9}, "is no width"),
        ({"index": 3, "width": 0.5}, "is no frame, width, view and film"),
        ({"index": 3, "view": ["x"]}, "is no frame, width, view and film"),
        ({"index": 3, "view": "heat"}, "no view 'heat'"),
        ({"index": 13}, "frame 13 is torn"),
    ],
)
def test_what_is_wrong_is_told_and_ends_nothing(more: dict[str, Any], problem: str) -> None:
    figure = Heard(footage()[0])
    figure.ask("x", **more)
    (said,) = figure.wait(1)
    assert said["frame"] == "x"
    assert problem in said["error"]
    figure.ask("y", 5)
    assert figure.wait(2)[1]["index"] == 5


def test_without_footage_it_says_so() -> None:
    figure = Heard()
    figure.ask(1, 0)
    assert figure.wait(1) == [{"frame": 1, "error": "There is no film 0: 0 are open."}]
    figure.close()


def test_the_newest_comes_first_and_too_old_ones_are_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_frames, "WAITING", 5)
    gate = threading.Event()
    film, drawn = footage(gate=gate)
    figure = Heard(film)
    figure.ask(0, 0)
    while drawn != [0]:
        pass
    for number in range(1, 11):
        figure.ask(number, number)
    stale = figure.wait(5)
    assert stale == [{"frame": number, "stale": True} for number in range(1, 6)]
    gate.set()
    assert [one["frame"] for one in figure.wait(11)[5:]] == [0, 10, 9, 8, 7, 6]
    assert drawn == [0, 10, 9, 8, 7, 6]


def test_one_picture_is_drawn_once_for_all_who_wait_for_it() -> None:
    gate = threading.Event()
    film, drawn = footage(gate=gate)
    figure = Heard(film)
    figure.ask(0, 0)
    while drawn != [0]:
        pass
    for name, frame in ((1, 4), (2, 5), (3, 4)):
        figure.ask(name, frame)
    gate.set()
    assert [one["frame"] for one in figure.wait(4)] == [0, 1, 3, 2]
    assert drawn == [0, 4, 5]


def test_without_threads_it_answers_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    class Nothing:
        def __init__(self, *_: object) -> None:
            pass

        def submit(self, *_: object) -> None:
            raise RuntimeError("can't start new thread")

        def shutdown(self, **_: object) -> None:
            pass

    monkeypatch.setattr(_frames, "ThreadPoolExecutor", Nothing)
    figure = Heard(footage()[0])
    for frame in range(3):
        figure.ask(frame, frame)
    assert [one["index"] for one, _ in figure.said] == [0, 1, 2]
    figure.close()


def test_closing_lets_go_of_files() -> None:
    closed: list[int] = []
    film, _ = footage()
    film.close = lambda: closed.append(1)
    figure = Heard(film)
    figure.ask(1, 1)
    figure.wait(1)
    figure.close()
    assert closed == [1]
    assert figure._frame_worker is None


IN_KERNEL = """
import numpy as np
from fau_teach.footage import Footage
from fau_teach.widgets._frames import Frames
picture = lambda at: [(at, np.full((48, 64, 3), at % 256, np.uint8))]
figure = Frames()
figure.films = (Footage("a", 200, 300, (64, 48), picture),)
print(figure.comm.comm_id)
"""


def test_a_real_kernel_answers_a_browser() -> None:
    pytest.importorskip("ipykernel")
    manager = pytest.importorskip("jupyter_client.manager")
    kernel, client = manager.start_new_kernel(kernel_name="python3", startup_timeout=120)
    try:
        found: list[str] = []

        def heard(message: Any) -> None:
            if message["msg_type"] == "stream":
                found.append(message["content"]["text"].strip())
            assert message["msg_type"] != "error", message["content"]

        client.execute_interactive(IN_KERNEL, output_hook=heard, timeout=120)
        asked = {number: (number * 7) % 300 for number in range(20)} | {99: 300}
        for number, frame in asked.items():
            content = {"ask": "frame", "id": number, "index": frame, "width": 32}
            data = {"method": "custom", "content": content}
            body = {"comm_id": found[0], "data": data}
            client.shell_channel.send(client.session.msg("comm_msg", body))
        answers: dict[int, tuple[dict[str, Any], list[bytes]]] = {}
        while len(answers) < len(asked):
            message = client.get_iopub_msg(timeout=60)
            data = message["content"].get("data", {}) if message["msg_type"] == "comm_msg" else {}
            if data.get("method") == "custom":
                answers[data["content"]["frame"]] = data["content"], message["buffers"]
        assert "It has 0 to 299" in answers.pop(99)[0]["error"]
        for number, (said, buffers) in answers.items():
            assert said["index"] == asked[number]
            picture = Image.open(io.BytesIO(bytes(buffers[0])))
            assert picture.size == (32, 24)
            assert abs(np.asarray(picture).mean() - asked[number] % 256) < 2
    finally:
        client.stop_channels()
        kernel.shutdown_kernel(now=True)
