"""The command line: what it prints, how it ends, and that it harms nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fau_teach import cli, clip
from fau_teach._reading import FileError, Report
from fau_teach.cli import _answer, convert, main, make_clips
from fau_teach.coding import Event, Session, Watched
from fau_teach.coding.exchange import Loaded
from fau_teach.coding.marks import events_of_key

Capture = pytest.CaptureFixture[str]
DRAWN = clip.sample("macro", "4D", difficulty="easy", seed=4)
SCRIPT = replace(DRAWN, frames=DRAWN.frames + 20)
FRAMES = SCRIPT.frames
N = len(SCRIPT.key().items)
CODES = ",".join({one.code for one in SCRIPT.key().items})


def coded(coder: str, name: str = "clip-001", late: int = 0) -> Session:
    """A session of one coder who sees what the key says, so many frames later."""
    events = [
        replace(
            one, coder=coder, clip=name, subject="S1", notes="", onset=one.onset + late,
            apex=(one.apex or 0) + late, offset=(one.offset or 0) + late,
        )
        for one in events_of_key(SCRIPT.key(), name)
    ]  # fmt: skip
    watched = (Watched(name, SCRIPT.fps, FRAMES, "S1", coders=(coder,)),)
    return Session(f"{coder} on {name}", tuple(events), watched)


def saved(folder: Path, coder: str, late: int = 0) -> Path:
    return coded(coder, late=late).save(folder / f"{coder}.json")


def ran(capsys: Capture, *arguments: object) -> tuple[int, str, str]:
    code = main([str(one) for one in arguments])
    out, err = capsys.readouterr()
    return code, out, err


def said(capsys: Capture, *arguments: object) -> tuple[int, dict[str, Any]]:
    code, out, _ = ran(capsys, *arguments, "--json")
    data = json.loads(out)
    assert (data["schema"], data["version"], data["exit"]) == ("fau-teach", cli.SCHEMA, code)
    assert data["command"] == arguments[0]
    return code, data.get("result", data.get("error"))


# ---- the frame of all commands


def test_help_has_an_example_for_each_command(capsys: Capture) -> None:
    code, out, _ = ran(capsys, "--help")
    assert code == 0
    for name in cli.COMMANDS:
        assert name in out
        code, more, _ = ran(capsys, name, "--help")
        assert code == 0
        assert f"Example:\n  fau-teach {name} " in more
    assert ran(capsys, "--version")[1].startswith("fau-teach 0.")


@pytest.mark.parametrize(
    "wrong", [[], ["nothing"], ["convert"], ["agree", "a", "--over", "year"], ["validate", "--x"]]
)
def test_bad_arguments_are_one_line_and_2(capsys: Capture, wrong: list[str]) -> None:
    code, out, err = ran(capsys, *wrong)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert "error:" in err
    assert "--help" in err


def test_errors_are_one_line_and_json_too(capsys: Capture, tmp_path: Path) -> None:
    code, out, err = ran(capsys, "convert", tmp_path / "no.json", tmp_path / "b.csv")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "no.json: the file cannot be read" in err
    code, error = said(capsys, "convert", tmp_path / "no.json", tmp_path / "b.csv")
    assert code == 2
    assert error["file"] == str(tmp_path / "no.json")
    assert error["advice"]
    assert error["line"] == 0


def test_an_interruption_is_no_traceback(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    def stop(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("fau_teach.cli.validate.run", stop)
    assert ran(capsys, "validate", "x")[0] == 130


def test_the_installed_command_works_in_a_pipe(tmp_path: Path) -> None:
    made = saved(tmp_path, "Käthe")
    command = Path(sys.executable).with_name("fau-teach")
    how = {"capture_output": True, "timeout": 60}
    done = subprocess.run([command, "validate", made], check=False, **how)
    assert done.returncode == 0
    assert f"{made}: fine; session".encode() in done.stdout
    module = [sys.executable, "-m", "fau_teach", "validate", *[str(made)] * 200]
    with subprocess.Popen(module, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout
        assert running.stderr
        running.stdout.close()
        assert running.wait(60) == 0
        assert running.stderr.read() == b""


def test_help_starts_fast_because_it_loads_little() -> None:
    code = (
        "import sys; from fau_teach.cli import main; main(['--help']); "
        "print(*sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stderr.split())
    assert "fau_teach.cli.agree" in loaded
    assert not loaded & {"numpy", "fau_teach.facs", "fau_teach.coding", "fau_teach.clip", "csv"}


# ---- validate


def test_validate_tells_what_each_file_is(capsys: Capture, tmp_path: Path) -> None:
    SCRIPT.save(tmp_path / "clip.json")
    SCRIPT.key().save(tmp_path / "clip.key.json")
    face = tmp_path / "face.csv"
    face.write_text("frame,timestamp,confidence,success,AU01_c\n1,0,1,1,0\n2,0.04,0,0,1\n")
    files = [saved(tmp_path, "Kim"), *(tmp_path / n for n in ("clip.json", "clip.key.json")), face]
    code, out, err = ran(capsys, "validate", *files)
    assert (code, err) == (0, "")
    assert f"Kim.json: fine; session; {N} events, 1 coder, 1 clip" in out
    assert f"clip.json: fine; script; {FRAMES} frames, {len(SCRIPT.movements)} movement" in out
    assert "clip.key.json: fine; key" in out
    assert "face.csv: fine; openface; 1 track, 2 rows, 1 frames missing" in out
    assert said(capsys, "validate", *files)[1]["files"][3]["counts"]["frames missing"] == 1
    assert "no face '7'" in ran(capsys, "validate", face, "-o", "face=7")[1]


def test_validate_finds_and_goes_on(capsys: Capture, tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text('{"version": 1, "title": "x", "events": [3]}', encoding="utf-8")
    good = saved(tmp_path, "Kim")
    code, out, _ = ran(capsys, "validate", bad, good)
    assert code == 1
    assert "bad.json: wrong; session\n  problem: " in out
    assert "events[0]" in out
    assert "Kim.json: fine" in out
    wrong = tmp_path / "wrong.key.json"
    wrong.write_text(SCRIPT.key().to_json().replace('"fps": 30.0', '"fps": -1'), encoding="utf-8")
    code, result = said(capsys, "validate", wrong)
    assert code == 1
    assert result["files"][0]["problems"][0]["place"] == "fps"
    table = tmp_path / "t.csv"
    table.write_text("coder,clip,fps,onset,apex,offset,au\nK,c,25,9,3,12,1\n", encoding="utf-8")
    code, result = said(capsys, "validate", table)
    assert result["files"][0]["problems"][0]["line"] == 2
    assert ran(capsys, "validate", tmp_path / "none.json", good)[0] == 2


def test_validate_warns_and_can_be_strict(capsys: Capture, tmp_path: Path) -> None:
    event = Event("Kim", "", "c", 25, 3, 3, 9, "12C+12C")
    path = Session("x", (event,)).save(tmp_path / "x.json")
    code, out, _ = ran(capsys, "validate", path)
    assert code == 0
    assert "  warning: e1: apex and onset are both frame 3." in out
    assert ran(capsys, "validate", path, "--strict")[0] == 1


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.one_of(st.binary(max_size=80), st.text('{}[]"events:,<>\n', max_size=60).map(str.encode)))
def test_validate_never_breaks(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "any"
    path.write_bytes(raw)
    assert main(["validate", str(path), "--json"]) in (0, 1, 2)


# ---- convert


def test_convert_there_and_back(capsys: Capture, tmp_path: Path) -> None:
    first = saved(tmp_path, "Kim")
    code, out, err = ran(capsys, "convert", first, tmp_path / "kim.eaf")
    assert (code, err) == (0, "")
    assert f"Read {N} events, 1 coder, 1 clip." in out
    assert "not in it: the history of changes" in out
    code, result = said(capsys, "convert", tmp_path / "kim.eaf", tmp_path / "again.json")
    assert code == 0
    assert result["written"] == [str(tmp_path / "again.json")]
    assert result["lost"] == []
    back = Session.load(tmp_path / "again.json")
    assert [e.score.content for e in back.events] == [e.score.content for e in coded("Kim").events]


def test_convert_never_replaces_unasked(capsys: Capture, tmp_path: Path) -> None:
    first, target = saved(tmp_path, "Kim"), tmp_path / "t.csv"
    target.write_text("mine", encoding="utf-8")
    code, _, err = ran(capsys, "convert", first, target)
    assert code == 2
    assert "--force" in err
    assert target.read_text(encoding="utf-8") == "mine"
    assert ran(capsys, "convert", first, target, "--force")[0] == 0


def test_convert_takes_options_of_the_format(capsys: Capture, tmp_path: Path) -> None:
    fex = tmp_path / "fex.csv"
    fex.write_text("AU01,frame,input\n0.9,0,v\n0.9,1,v\n0.1,2,v\n0.9,3,v\n", encoding="utf-8")
    assert "--fps" in ran(capsys, "convert", fex, tmp_path / "a.json")[2]
    how = ("--fps", 25, "-o", "shortest=2", "-o", "codes=1", "-o", "unknown=no", "--from", "pyfeat")
    assert ran(capsys, "convert", fex, tmp_path / "a.json", *how)[0] == 0
    assert [e.onset for e in Session.load(tmp_path / "a.json").events] == [0]
    for wrong, says in (("face", "is not NAME=VALUE"), ("shortest=x", "needs a number"),
                        ("zoom=1", "No file takes the option 'zoom'")):  # fmt: skip
        code, _, err = ran(capsys, "convert", fex, tmp_path / "b.json", "-o", wrong)
        assert code == 2
        assert says in err
    made = saved(tmp_path, "Kim")
    err = ran(capsys, "convert", made, tmp_path / "b.json", "--coder", "Ann")[2]
    assert "There are none" in err
    assert "no such format" in ran(capsys, "convert", made, tmp_path / "b", "--from", "xml")[2]


def test_convert_tells_what_was_skipped(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = FileError("a", 3, "x", "it is broken", "Mend it")
    report = Report("a", {}, parts=(Report("b", {}, skipped=(broken,)),), left_out={"odd": ("c",)})
    monkeypatch.setattr(convert, "load", lambda *_, **__: [Loaded(coded("Kim"), report)])
    code, out, _ = ran(capsys, "convert", saved(tmp_path, "Kim"), tmp_path / "b.json")
    assert code == 1
    assert "skipped: a, line 3: it is broken" in out
    assert "left out, odd: c" in out


# ---- score


def test_score_against_a_script_a_key_and_an_expert(capsys: Capture, tmp_path: Path) -> None:
    SCRIPT.save(tmp_path / "clip-001.json")
    SCRIPT.key().save(tmp_path / "clip-001.key.json")
    expert = saved(tmp_path, "Expert")
    kim = saved(tmp_path, "Kim", late=2)
    for key in (tmp_path / "clip-001.json", tmp_path / "clip-001.key.json", expert):
        code, out, err = ran(capsys, "score", kim, key)
        assert (code, err) == (0, "")
        assert "Kim on clip clip-001: agreement 1.00" in out
        code, result = said(capsys, "score", kim, key)
        assert result["agreement"] == 1
        assert [one["frames"]["onset"] for one in result["clips"][0]["matched"]] == [2] * N
    assert ran(capsys, "score", kim, expert, "--least", "0.9")[0] == 0
    assert ran(capsys, "score", kim, expert, "--iou", "1")[1].count("missed") > 1


def test_score_below_the_least_is_a_finding(capsys: Capture, tmp_path: Path) -> None:
    SCRIPT.key().save(tmp_path / "k.json")
    made = coded("Kim", "c9")
    Session("x", made.events[:1], made.watched).save(tmp_path / "kim.json")
    code, out, _ = ran(capsys, "score", tmp_path / "kim.json", tmp_path / "k.json", "--least", 0.9)
    assert code == 1
    assert "Agreement is below 0.9." in out
    code, result = said(
        capsys, "score", tmp_path / "kim.json", tmp_path / "k.json", "--without", CODES
    )
    assert result["agreement"] is None


def test_score_asks_for_coder_and_clip(capsys: Capture, tmp_path: Path) -> None:
    key = tmp_path / "other.json"
    SCRIPT.save(key)
    both = coded("Kim").merged([coded("Ann", "clip-002")])
    path = both.save(tmp_path / "both.json")
    assert "2 coders, Kim, Ann. Choose one with --coder" in ran(capsys, "score", path, key)[2]
    assert "nobody is named 'Bo'" in ran(capsys, "score", path, key, "--coder", "Bo")[2]
    err = ran(capsys, "score", path, key, "--coder", "Ann")[2]
    assert "no clip 'other'. There are clip-001, clip-002. Choose one with --clip" in err
    assert ran(capsys, "score", path, key, "--coder", "Ann", "--clip", "clip-002")[0] == 0
    err = ran(capsys, "score", path, path, "--coder", "Ann", "--expert", "Kim")[2]
    assert "no clip that is in" in err
    err = ran(capsys, "score", path, path, "--coder", "Ann", "--expert", "Ann", "--clip", "x")[2]
    assert "no clip 'x' that is in" in err


def test_score_over_several_clips(capsys: Capture, tmp_path: Path) -> None:
    paths = []
    for coder in ("Kim", "Expert"):
        both = coded(coder).merged([coded(coder, "clip-002")])
        paths.append(both.save(tmp_path / f"{coder}.json"))
    code, out, _ = ran(capsys, "score", *paths)
    assert code == 0
    assert "2 clips: mean agreement 1.00" in out


# ---- agree


def test_agree_makes_the_table_of_a_lab(capsys: Capture, tmp_path: Path) -> None:
    files = []
    for late, coder in enumerate(("Ann", "Bo", "Cy", "Di")):
        path = tmp_path / f"{coder}.eaf"
        first = saved(tmp_path, coder, late=late)
        assert ran(capsys, "convert", first, path)[0] == 0
        files.append(path)
    code, out, err = ran(capsys, "agree", *files, "--resamples", 20, "--seed", 3)
    assert (code, err) == (0, "")
    assert "4 coders (Ann, Bo, Cy, Di), 1 clips" in out
    assert "== Ann and Di ==" in out
    code, result = said(capsys, "agree", *files, "--resamples", 0, "--codes", "4,9")
    report = result["report"]
    assert report["codes"] == ["4", "9"]
    late = [row for row in report["rows"] if row["coders"] == ["Ann", "Di"]]
    (onset,) = [r for r in late if (r["item"], r["name"]) == ("onset", "mean error (frames)")]
    assert onset["value"] == 3


def test_agree_below_the_least_is_a_finding(capsys: Capture, tmp_path: Path) -> None:
    ann, made = saved(tmp_path, "Ann"), coded("Bo")
    Session("x", made.events[:1], made.watched).save(tmp_path / "bo.json")
    how = ("--resamples", 0, "--coders", "Bo,Ann", "--bilateral", "--by", "code", "--iou", "0.2")
    code, out, _ = ran(capsys, "agree", ann, tmp_path / "bo.json", *how, "--least", 0.9)
    assert code == 1
    assert "Bo and Ann: below 0.9." in out
    assert ran(capsys, "agree", ann, tmp_path / "bo.json", *how, "--least", 0.5)[0] == 0


def test_agree_knows_coders_apart(capsys: Capture, tmp_path: Path) -> None:
    ann = saved(tmp_path, "Ann")
    twin = Session.load(ann).save(tmp_path / "twin.json")
    code, _, err = ran(capsys, "agree", ann, twin)
    assert code == 2
    assert "'Ann' coded clip 'clip-001' in" in err
    assert "--by-file" in err
    code, out, _ = ran(capsys, "agree", ann, twin, "--by-file", "--resamples", 0)
    assert code == 0
    assert "2 coders (Ann, twin)" in out
    assert "two coders" in ran(capsys, "agree", ann)[2]
    both = coded("Kim").merged([coded("Bo")]).save(tmp_path / "both.json")
    assert "2 coders cannot have one name" in ran(capsys, "agree", both, "--by-file")[2]


def test_agree_counts_a_nameless_coder_who_saw_nothing(capsys: Capture, tmp_path: Path) -> None:
    ann = saved(tmp_path, "Ann")
    empty = Session("x", (), (Watched("clip-001", SCRIPT.fps, FRAMES, "S1"),))
    path = empty.save(tmp_path / "quiet.json")
    code, out, _ = ran(capsys, "agree", ann, path, "--resamples", 0)
    assert code == 0
    assert "2 coders (Ann, quiet), 1 clips" in out


# ---- make-clips


def test_make_clips_are_the_same_for_a_seed(capsys: Capture, tmp_path: Path) -> None:
    how = ("--count", 2, "--kind", "micro", "--difficulty", "hard", "--codes", "4", "--keys")
    code, out, err = ran(capsys, "make-clips", "--to", tmp_path / "a", *how, "--seed", 5)
    assert (code, err) == (0, "")
    assert "Wrote 2 clips in 4 files" in out
    code, result = said(capsys, "make-clips", "--to", tmp_path / "b", *how, "--seed", 6)
    assert [Path(one["script"]).name for one in result["clips"]] == [
        "clip-001.json",
        "clip-002.json",
    ]
    assert result["clips"][0]["video"] == ""
    names = ("clip-002.json", "clip-001.json")
    second, first = (tmp_path / f / n for f, n in zip("ab", names, strict=True))
    assert second.read_bytes() == first.read_bytes()
    made = clip.Clip.load(first)
    assert clip.Key.load(tmp_path / "b" / "clip-001.key.json") == made.key()
    assert "4" in {one.code for one in made.movements}


def test_make_clips_keeps_what_is_there(capsys: Capture, tmp_path: Path) -> None:
    old = tmp_path / "clip-002.json"
    old.write_text("mine", encoding="utf-8")
    code, _, err = ran(capsys, "make-clips", "--to", tmp_path, "--count", 3)
    assert code == 2
    assert "clip-002.json: the file exists already" in err
    assert sorted(tmp_path.iterdir()) == [old]
    assert ran(capsys, "make-clips", "--to", tmp_path, "--count", 3, "--force")[0] == 0
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize(
    "wrong",
    [
        ("--count", 0),
        ("--size", 4, "--video"),
        ("--fps", 0.5),
        ("--codes", "99"),
        ("--kind", "neutral", "--codes", "4"),
    ],
)
def test_make_clips_refuses(capsys: Capture, tmp_path: Path, wrong: tuple[object, ...]) -> None:
    code, _, err = ran(capsys, "make-clips", "--to", tmp_path / "new", *wrong)
    assert code == 2
    assert err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_make_clips_with_video(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = pytest.importorskip("PIL.Image")
    np = pytest.importorskip("numpy")
    frames = (
        np.full((3, 32, 32, 3), 40, np.uint8) * np.arange(1, 4, dtype=np.uint8)[:, None, None, None]
    )
    film = SimpleNamespace(video=lambda *_: frames)
    monkeypatch.setitem(sys.modules, "fau_teach.face.film", film)
    monkeypatch.setattr(make_clips, "find_spec", lambda name: name == "PIL")
    code, result = said(capsys, "make-clips", "--to", tmp_path, "--video", "--size", 32)
    assert code == 0
    with image.open(result["clips"][0]["video"]) as film:
        assert (film.size, film.n_frames) == ((32, 32), 3)
    assert not list(tmp_path.glob(".*"))


def test_make_clips_with_opencv_or_without_any(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    np = pytest.importorskip("numpy")
    shown: list[Any] = []

    class Film:
        def __init__(self, path: str, code: int, fps: float, size: tuple[int, int]) -> None:
            Path(path).write_text(f"{fps:g} {size}", encoding="utf-8")

        def write(self, frame: Any) -> None:
            shown.append(frame[0, 0].tolist())

        def release(self) -> None:
            shown.append("end")

        @staticmethod
        def fourcc(*letters: str) -> int:
            return len(letters)

    frames = np.tile(np.array([1, 2, 3], np.uint8), (2, 16, 16, 1))
    film = SimpleNamespace(video=lambda *_: frames)
    monkeypatch.setitem(sys.modules, "cv2", SimpleNamespace(VideoWriter=Film))
    monkeypatch.setitem(sys.modules, "fau_teach.face.film", film)
    monkeypatch.setattr(make_clips, "find_spec", lambda name: name == "cv2")
    how = ("make-clips", "--to", tmp_path, "--video", "--size", 16)
    assert ran(capsys, *how)[0] == 0
    assert (tmp_path / "clip-001.mp4").read_text(encoding="utf-8") == "30 (16, 16)"
    assert shown == [[3, 2, 1], [3, 2, 1], "end"]
    monkeypatch.setattr(make_clips, "find_spec", lambda name: None)
    code, _, err = ran(capsys, *how, "--force")
    assert code == 2
    assert "No video can be written" in err


def test_make_clips_measures_a_face_when_asked(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def sight(name: str) -> None:
        asked.append(name)

    monkeypatch.setitem(sys.modules, "fau_teach.face.visible", SimpleNamespace(sight=sight))
    code, _, err = ran(capsys, "make-clips", "--to", tmp_path, "--keys", "--own-face")
    assert (code, err) == (0, "")
    assert asked == [clip.Clip.load(tmp_path / "clip-001.json").identity]


def test_options_are_typed() -> None:
    found = _answer.options_of(["above=0.5", "codes=1,2", "unknown=yes", "clip=007"])
    assert found == {"above": 0.5, "codes": ["1", "2"], "unknown": True, "clip": "007"}


# ---- what is left out is told


def table(path: Path, *rows: str) -> Path:
    head = "coder,clip,fps,onset,apex,offset,au,mood\n"
    path.write_text(head + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def test_agree_and_score_tell_what_reading_left_out(capsys: Capture, tmp_path: Path) -> None:
    kim = table(tmp_path / "kim.csv", "Kim,c1,30,1,2,3,12,glad")
    ada = table(tmp_path / "ada.csv", "Ada,c1,30,1,2,3,12,sad")
    for command in (("agree", kim, ada, "--resamples", 0), ("score", kim, ada)):
        _, out, _ = ran(capsys, *command)
        assert out.startswith(f"warning: {kim}: left out, columns that are not ours: mood\n")
        warnings = said(capsys, *command)[1]["warnings"]
        assert [one.split(":")[0] for one in warnings] == [str(kim), str(ada)]


def test_agree_names_the_file_that_contradicts(capsys: Capture, tmp_path: Path) -> None:
    files = [table(tmp_path / f"{who}.csv", f"{who},c1,{fps},1,2,3,12,")
             for who, fps in (("A", 30), ("B", 30), ("C", 25), ("D", 30))]  # fmt: skip
    code, _, err = ran(capsys, "agree", *files)
    assert code == 2
    assert f"{files[2]}, watched.fps: clip 'c1' has two values: 30.0 and 25.0" in err


def test_codes_and_options_that_are_none_are_refused(capsys: Capture, tmp_path: Path) -> None:
    kim, ada = saved(tmp_path, "Kim"), saved(tmp_path, "Ada")
    assert "'L12' is no code" in ran(capsys, "agree", kim, ada, "--codes", "L12")[2]
    assert "'AU45' is no code" in ran(capsys, "score", kim, ada, "--without", "AU45")[2]
    fex = tmp_path / "fex.csv"
    fex.write_text("AU01,frame,input\n0.9,0,v\n0.1,1,v\n", encoding="utf-8")
    code, _, err = ran(capsys, "validate", fex, "-o", "fase=1")
    assert (code, "pyfeat takes no option 'fase'. The options are face" in err) == (2, True)
