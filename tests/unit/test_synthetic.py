"""Synthetic label files: the shape of RAF, a truth that is known, and nothing half written.

Inventory: S0-022, S0-023, S0-043.
"""

from __future__ import annotations

import hashlib
import json
import math
import subprocess
import sys
import tracemalloc
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fau_teach import emotion
from fau_teach.datasets import (
    DatasetError,
    Synthetic,
    load_raf,
    read_raf_au,
    read_raf_ml,
    synthesise,
)
from fau_teach.datasets.__main__ import main
from fau_teach.facs import parse

N = 8_000
NAMES = ("RAFAU_label.txt", "EmoLabel/distribution.txt", "truth.json")


@cache
def many() -> tuple[Synthetic, tuple[emotion.Sample, ...]]:
    made = synthesise(N, seed=11)
    return made, made.samples


def near(found: float, expected: float, n: float = N) -> bool:
    """Within five standard errors of a share."""
    return abs(found - expected) <= 5 * math.sqrt(expected * (1 - expected) / n)


# ---------------------------------------------------------------- shape


def test_labels_add_up_as_the_source_says() -> None:
    # S0-022: about 5,000 images by about 40 taggers are about 200,000 labels.
    made = synthesise(5000, seed=1)
    assert made.labels == 200_000
    samples = made.samples
    assert len(samples) == 5000
    votes = [score * 40 for sample in samples for score in sample.scores.values()]
    assert all(vote == pytest.approx(round(vote), abs=1e-9) for vote in votes)
    assert sum(map(round, votes)) == 200_000


def test_a_row_is_an_id_a_score_and_seven_probabilities(tmp_path: Path) -> None:
    # S0-023: scores >= 0, sum 1 within 1e-6; "1+L2+25" is read; the argmax ignores Neutral.
    made = synthesise(400, seed=2, neutral=0.6)
    made.write(tmp_path)
    joined = load_raf(tmp_path, neutral=True, tolerance=1e-6)
    assert joined.samples == made.samples
    for sample in joined.samples:
        assert list(sample.scores) == [*emotion.SIX, "Neutral"]
        assert min(sample.scores.values()) >= 0
        assert math.fsum(sample.scores.values()) == pytest.approx(1, abs=1e-6)
        assert sample.codes == parse(sample.annotation).codes
    led = [sample for sample in joined.samples if sample.scores["Neutral"] > 0.5]
    assert led
    assert all(sample.emotion in emotion.SIX for sample in led)
    assert emotion.Sample("1+L2+25", made.samples[0].scores).codes == {"1", "2", "25"}
    share = sum(sample.scores["Neutral"] for sample in joined.samples) / 400
    assert near(share, 0.6, n=400 * 40)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    images=st.integers(1, 30),
    seed=st.integers(0, 2**40),
    taggers=st.integers(1, 60),
    neutral=st.sampled_from([0.0, 0.3]),
)
def test_files_read_back_whole(
    tmp_path: Path, images: int, seed: int, taggers: int, neutral: float
) -> None:
    made = synthesise(images, seed, taggers, neutral=neutral)
    made.write(tmp_path, force=True)
    joined = load_raf(tmp_path, neutral=bool(neutral), tolerance=1e-9)
    assert joined.samples == made.samples
    assert joined.columns() == made.columns()
    assert joined.report.left_out == {}


def test_the_files_have_the_shape_of_the_real_ones(tmp_path: Path) -> None:
    au, ml, truth = synthesise(3000, seed=4).write(tmp_path)
    lines = au.read_bytes().decode("ascii").splitlines()
    assert lines == sorted(lines)
    numbers = [int(line[:4]) for line in lines]
    assert len(set(numbers)) == 3000 < numbers[-1]  # numbers skip
    assert all(line.endswith(" ") for line in lines if line[9:].strip().isdigit())
    assert {len(line.split()) for line in ml.read_text().splitlines()} == {7}
    assert b"\r" not in au.read_bytes() + ml.read_bytes()
    rows = read_raf_au(au)
    met = {trap.name for trap in rows.report.traps}
    assert met == {
        "codes not in order",
        "code written twice",
        "code with a side",
        "code with a lip part",
        "prefix AU or AD",
        "space at the end of the line",
    }
    assert {row.score.state for row in rows} == {"scored", "none"}
    shown = frozenset().union(*(row.score.codes for row in rows))
    assert {"19", "21", "29", "43"} <= shown
    facts = json.loads(truth.read_text())
    assert "chosen by us" in facts["note"]
    assert (facts["images"], facts["seed"], facts["taggers"]) == (3000, 4, 40)


def test_rates_of_writing(tmp_path: Path) -> None:
    # Chosen after the label file of CAS(ME)^3 part A: 1,131 of 4,206 lines are not in order,
    # 54 hold a code twice.
    _, samples = many()
    texts = [sample.annotation.split("+") for sample in samples]
    several = [text for text in texts if len(text) > 1]
    unsorted = sum(parse("+".join(text)).entries != tuple(sorted_entries(text)) for text in several)
    assert near(unsorted / len(several), 1131 / 4206, n=len(several))
    scored = [text for text in texts if text != ["null"]]
    repeated = sum(len(set(text)) < len(text) for text in scored)
    assert near(repeated / len(scored), 54 / 4206, n=len(scored))


def sorted_entries(tokens: list[str]) -> list[object]:
    entries = parse("+".join(tokens)).entries
    return sorted(entries, key=lambda entry: int(entry.code))


def test_the_same_seed_gives_the_same_files_in_every_python(tmp_path: Path) -> None:
    # No expected value but a pin: written by 3.11, checked with 3.12 to 3.14.
    paths = synthesise(300, seed=7, neutral=0.1).write(tmp_path)
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in paths[:2])).hexdigest()
    assert digest == "2787c5392a0d4ef7581a758d40f34ab77978c941d9bc59dc4c14f7c650a417ac"
    assert synthesise(50, seed=7).columns() == synthesise(50, seed=7).columns()
    assert synthesise(50, seed=7).columns() != synthesise(50, seed=8).columns()


# ---------------------------------------------------------------- truth


def test_codes_show_at_their_base_rates() -> None:
    made, samples = many()
    counts = Counter(code for sample in samples for code in sample.codes)
    assert set(counts) == set(made.truth.rates["Fear"])
    for code, count in counts.items():
        assert near(count / N, made.truth.base_rate(code)), code
    assert not any({"26", "27"} <= sample.codes for sample in samples)


def test_au25_is_common_in_every_emotion() -> None:
    # S0-041: AU25 ranks first or second everywhere.
    truth = synthesise(1, seed=0).truth
    for rates in truth.rates.values():
        assert sorted(rates.values(), reverse=True).index(rates["25"]) <= 3
        assert rates["25"] >= 0.35
    assert max(truth.rates["Fear"], key=truth.base_rate) == "25"


def test_weighting_by_the_scores_finds_reliability_and_specificity() -> None:
    made, samples = many()
    for name in emotion.SIX:
        weight = math.fsum(sample.scores[name] for sample in samples)
        assert near(weight / N, made.truth.share(name))
        for code in ("25", "12", "20", "4"):
            own = math.fsum(s.scores[name] for s in samples if code in s.codes)
            assert own / weight == pytest.approx(made.truth.reliability(code, name), abs=0.02)
            shown = sum(code in sample.codes for sample in samples)
            assert own / shown == pytest.approx(made.truth.specificity(code, name), abs=0.02)


def test_the_truth_is_a_probability() -> None:
    truth = synthesise(1, seed=0, weights={"Fear": 3}).truth
    assert math.fsum(truth.prevalence.values()) == pytest.approx(1)
    assert math.fsum(map(truth.share, emotion.SIX)) == pytest.approx(1)
    assert math.fsum(chance for chance, _ in truth.mixtures()) == pytest.approx(1)
    assert all(math.fsum(shares) == pytest.approx(1) for _, shares in truth.mixtures())
    for code in truth.rates["Fear"]:
        by_emotion = (truth.share(e) * truth.reliability(code, e) for e in emotion.SIX)
        assert math.fsum(by_emotion) == pytest.approx(truth.base_rate(code))
        assert math.fsum(truth.specificity(code, e) for e in emotion.SIX) == pytest.approx(1)
        for chance in (truth.drawn(shares)[code] for _, shares in truth.mixtures()):
            assert 0 <= chance <= 1


def test_null_lines_come_at_their_rate() -> None:
    # The published file has 253 null lines of 4,601; ours are to be about as common.
    made, samples = many()
    found = sum(sample.annotation == "null" for sample in samples) / N
    assert near(found, made.truth.null_rate())
    assert made.truth.null_rate() == pytest.approx(253 / 4601, abs=0.01)


def test_most_images_are_blends() -> None:
    # Published: the median top score is .56, and 1,709 of 4,601 reach .6.
    _, samples = many()
    top = sorted(max(sample.scores.values()) for sample in samples)
    assert top[N // 2] == pytest.approx(0.56, abs=0.05)
    assert 0.3 <= sum(score >= 0.6 for score in top) / N <= 0.5


def test_asking_the_truth_for_what_it_has_not() -> None:
    truth = synthesise(1, seed=0).truth
    with pytest.raises(ValueError, match=r"'Surprize' is not one of the six.*'Surprise'"):
        truth.share("Surprize")
    with pytest.raises(ValueError, match="'33' is not a code of the synthetic data"):
        truth.base_rate("33")


# ---------------------------------------------------------------- imbalance


def test_an_emotion_can_be_made_more_common() -> None:
    # S0-043. Ten times .30 against the .70 of the others.
    plain = synthesise(1, seed=0).truth.prevalence["Happiness"]
    made = synthesise(4000, seed=3, weights={"Happiness": 10})
    expected = 10 * plain / (10 * plain + 1 - plain)
    assert made.truth.prevalence["Happiness"] == pytest.approx(expected)
    share = math.fsum(sample.scores["Happiness"] for sample in made.samples) / 4000
    assert share == pytest.approx(made.truth.share("Happiness"), abs=0.03)
    assert share > 1.5 * synthesise(1, seed=0).truth.share("Happiness")
    assert made.truth.rates == synthesise(1, seed=0).truth.rates  # the faces stay the same


def test_a_weight_of_nothing_removes_the_emotion() -> None:
    made = synthesise(2000, seed=3, weights={"Happiness": 0, "Fear": 0})
    assert made.truth.prevalence["Fear"] == 0
    leading = {emotion.SIX[shares.index(max(shares))] for _, shares in made.truth.mixtures()}
    assert leading == {"Surprise", "Anger", "Disgust", "Sadness"}
    votes = math.fsum(sample.scores["Fear"] for sample in made.samples) / 2000
    assert votes == pytest.approx(made.truth.share("Fear"), abs=0.02)


def test_copies_of_one_emotion_leave_method_1_and_move_method_2() -> None:
    # S0-043: ten times the rows of one emotion.
    samples = synthesise(300, seed=5).samples
    happy = tuple(sample for sample in samples if sample.emotion == "Happiness")
    more = samples + 9 * happy
    before, after = emotion.shares(samples), emotion.shares(more)
    for name in emotion.SIX:
        assert after[name] == pytest.approx(before[name], rel=1e-12)
    sums, copied = emotion.means(happy, "sum"), emotion.means(10 * happy, "sum")
    for name in emotion.SIX:
        assert copied[name] == pytest.approx({c: 10 * v for c, v in sums[name].items()})
    means, moved = emotion.means(samples), emotion.means(more)
    shown = {code for sample in happy for code in sample.codes}
    pulled = [moved["Happiness"][code] > means["Happiness"][code] for code in shown]
    assert sum(pulled) > 0.8 * len(pulled)


# ---------------------------------------------------------------- parameters


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"images": 0}, "images is 0. Use a whole number of at least 1"),
        ({"images": True}, "images is True"),
        ({"taggers": 2.5}, "taggers is 2.5"),
        ({"seed": -1}, "seed is -1. Use a whole number of at least 0"),
        ({"seed": "1"}, "seed is '1'"),
        ({"neutral": 1}, "neutral is 1. Use a probability"),
        ({"weights": {"Joy": 2}}, "'Joy' is not one of the six emotions"),
        ({"weights": {"Anger": -1}}, "The weight of Anger is -1"),
        ({"weights": {"Anger": math.inf}}, "The weight of Anger is inf"),
        ({"weights": dict.fromkeys(emotion.SIX, 0)}, "All weights are 0"),
    ],
)
def test_parameters_out_of_range(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError) as caught:
        synthesise(**{"images": 1, "seed": 0, **change})  # type: ignore[arg-type]
    assert message in str(caught.value)


# ---------------------------------------------------------------- files


def test_nothing_is_overwritten_without_a_word(tmp_path: Path) -> None:
    first = synthesise(5, seed=1)
    paths = first.write(tmp_path)
    assert paths == tuple(tmp_path / name for name in NAMES)
    kept = [path.read_bytes() for path in paths]
    paths[0].unlink()
    with pytest.raises(DatasetError, match=r"distribution\.txt: the file exists already.*--force"):
        synthesise(5, seed=2).write(tmp_path)
    assert not paths[0].exists()
    assert paths[1].read_bytes() == kept[1]
    first.write(tmp_path, force=True)
    assert [path.read_bytes() for path in paths] == kept


def test_a_broken_off_run_leaves_the_old_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = synthesise(5, seed=1).write(tmp_path)
    kept = [path.read_bytes() for path in paths]

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("fau_teach.datasets.synthetic.json.dump", stop)
    with pytest.raises(KeyboardInterrupt):
        synthesise(5, seed=2).write(tmp_path, force=True)
    assert [path.read_bytes() for path in paths] == kept
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == set(paths)


def test_files_are_written_a_line_at_a_time(tmp_path: Path) -> None:
    made = synthesise(4000, seed=1, taggers=5)
    tracemalloc.start()
    try:
        paths = made.write(tmp_path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 1e6
    assert len(read_raf_ml(paths[1])) == 4000


# ---------------------------------------------------------------- command


def test_the_command_writes_and_checks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["synthesise", "--images", "60", "--seed", "3", "--to", str(tmp_path)]
    assert main(arguments) == 0
    out = capsys.readouterr().out
    assert "60 synthetic images with 2,400 votes, seed 3" in out
    assert all(str(tmp_path / name) in out for name in NAMES)
    assert load_raf(tmp_path).samples == synthesise(60, seed=3).samples
    assert main(arguments) == 2
    assert "the file exists already" in capsys.readouterr().err
    assert main([*arguments, "--force", "--neutral", "0.2", "--weight", "Fear=4"]) == 0
    made = synthesise(60, seed=3, neutral=0.2, weights={"Fear": 4})
    assert load_raf(tmp_path, neutral=True).samples == made.samples
    capsys.readouterr()
    assert main(["check", str(tmp_path), "--neutral"]) == 0
    out = capsys.readouterr().out
    for words in ("60 lines", "60 read", "null", "distinct tokens", "60 pictures with both"):
        assert words in out
    assert "synthetic" in out


def test_the_command_tells_what_is_broken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = synthesise(9, seed=3).write(tmp_path)
    paths[2].unlink()
    with paths[0].open("a") as file:
        file.write("9999.jpg\n")
    assert main(["check", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert f"skipped: {paths[0]}, line 10: no codes follow the name in '9999.jpg'" in out
    assert "synthetic" not in out
    assert main(["check", str(tmp_path / "nowhere")]) == 2
    assert "non-commercial research" in capsys.readouterr().err


def test_the_command_refuses_nonsense(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--weight", "Fear"], ["--weight", "Fear=much"]):
        with pytest.raises(SystemExit):
            main(["synthesise", "--to", str(tmp_path), *words])
        assert "such as Happiness=10" in capsys.readouterr().err
    assert main(["synthesise", "--to", str(tmp_path), "--images", "-3"]) == 2
    assert "images is -3" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
    (tmp_path / "file").write_text("")
    assert main(["synthesise", "--to", str(tmp_path / "file"), "--images", "3"]) == 2
    assert capsys.readouterr().err.startswith("error: ")


def test_the_command_has_help() -> None:
    command = [sys.executable, "-m", "fau_teach.datasets", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "synthesise" in done.stdout
    assert "check" in done.stdout
