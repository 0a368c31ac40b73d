"""Fair items: what they ask about shows on the face that shows it, long enough and far enough."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fau_teach import clip
from fau_teach.clip import Clip, Movement, activation, seen_on, shares
from fau_teach.clip.key_tables import setting
from fau_teach.clip.tables import sides
from fau_teach.training import bank, item, name_of, skill
from fau_teach.training.fair import SHORTEST_S, scored, unfair
from fau_teach.training.items import WITHOUT, faces

THRESHOLD = setting("threshold")


def pulse(code: str, level: str, frames: int, who: str = "Ana", fps: float = 100) -> Clip:
    move = Movement(code, "", level, 20, 20 + frames // 2, 20 + frames)
    return Clip(who, fps, 80, (move,), seed=1)


@pytest.mark.parametrize("who", faces())
def test_every_trace_shows_on_every_face(who: str) -> None:
    """The weakest item of presence and intensity, A, moves each face by more than the threshold."""
    sight = seen_on(who)
    for code in {*skill("presence").codes, *skill("intensity").codes, *skill("side").codes}:
        for side in {"left", "both"} & {*sides(code)}:
            shown = sight.curves[code, code, side].at(activation("A"))
            assert shown >= 1.05 * sight.limit(code, THRESHOLD), (code, side, shown)


@pytest.mark.parametrize("who", faces())
def test_sides_that_differ_differ_by_more_than_the_threshold(who: str) -> None:
    """An asymmetric item is D on one side and C, or B, on the other; 6 and 7 differ least."""
    sight = seen_on(who)
    for code in skill("side").codes:
        strong, weak = (sight.curves[code, code, "left"].at(activation(g)) for g in "DC")
        assert strong - weak >= 3 * sight.limit(code, THRESHOLD), code


def test_a_flash_that_is_too_short_is_unfair() -> None:
    short, long = pulse("1", "B", 5), pulse("1", "B", 16)
    told = unfair(short, short.key(), (), {"1"})
    assert told.startswith("1B shows for ")
    assert told.endswith(" ms, less than 40")
    assert not unfair(short, short.key(), (), {"2"}), "only what is asked for counts"
    assert not unfair(short, short.key(), ())
    assert not unfair(long, long.key(), (), {"1"})


def test_a_key_that_holds_on_one_face_alone_is_unfair(monkeypatch: pytest.MonkeyPatch) -> None:
    from fau_teach.training import fair

    made = pulse("12", "A", 40, "Bao", 30)
    assert not unfair(made, made.key(), ())
    dull = seen_on("Bao")
    curves = {k: replace(c, mm=tuple(mm / 3 for mm in c.mm)) for k, c in dull.curves.items()}
    # A trace is scored however little it shows, so that only the threshold is left to fail.
    curves["12", "12", "both"] = replace(curves["12", "12", "both"], mm=(0.0,) * 7 + (2.0,))
    monkeypatch.setattr(fair, "seen_on", lambda _: replace(dull, curves=curves))
    assert unfair(made, made.key(), ()) == "Bao shows null, the key says 12A"
    assert not unfair(made, made.key(), ("12",)), "what is not asked for may differ"


@pytest.mark.parametrize("level", ["easy", "medium", "hard"])
def test_items_are_fair(level: str) -> None:
    names = [name_of("flash", "flash", level, seed) for seed in range(60)]
    names += [name_of("which", about, level, 3) for about in ("presence", "side", "strong_smile")]
    names += [name_of("score", "clips", level, seed) for seed in range(8)]
    for one in map(item, names):
        flash = one.codes if one.kind == "flash" else ()
        assert not unfair(one.clip, one.key, one.without, flash), one.id
        shown = one.clip.key(sight=seen_on(one.clip.identity))
        assert scored(shown, one.without) == scored(one.key, one.without)
        for each in shown.items if flash else ():
            lasts = (each.offset - each.onset) / one.clip.fps
            assert lasts >= SHORTEST_S or each.implied or each.code not in flash


def test_without_the_rule_some_flashes_would_be_too_short(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from fau_teach.training import items

    monkeypatch.setattr(items, "unfair", lambda *_: "")
    made = [items.item.__wrapped__(name_of("flash", "flash", "hard", s)) for s in range(40)]
    assert any(unfair(one.clip, one.key, one.without, one.codes) for one in made)


def test_shares_are_those_of_every_named_face_but_the_default() -> None:
    assert {*shares()} == {*faces()} - {"Ana"}
    whole = clip.key_tables.shipped().curves
    for name, found in shares().items():
        assert {*found} == {*whole}, name
    assert seen_on("Ana") == seen_on("any seed") == clip.key_tables.shipped()
    one = seen_on("Bao").curves["7", "7", "both"]
    share = shares()["Bao"]["7", "7", "both"]
    assert one.at(1) == pytest.approx(share * whole["7", "7", "both"].at(1))
    assert share < 0.95


def test_a_bank_of_a_class_is_fair() -> None:
    for one in map(item, bank("fair", 40, "pretest")):
        assert not unfair(one.clip, one.key, one.without, one.codes if one.flash else ())
    assert "45" in WITHOUT
