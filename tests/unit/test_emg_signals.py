"""Signals: what they hold, how they are cut, and that an envelope is told from a raw signal."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from fau_teach.emg import filters
from fau_teach.emg.signals import (
    NEEDS_RAW,
    Signal,
    SignalError,
    SignalKindError,
    check_kind,
    joined,
)


def ramp(kind: str = "raw", rate: float = 100.0) -> Signal:
    values = np.stack([np.arange(100.0), -np.arange(100.0)], axis=1)
    return Signal(values, rate, kind, "V", ("up", "down"), start=2.0)


def test_one_channel_may_be_flat_and_channels_get_numbers() -> None:
    one = Signal(np.zeros(5), 10)
    assert one.values.shape == (5, 1)
    assert one.channels == ("1",)
    assert one.duration == 0.5


@pytest.mark.parametrize(
    ("parts", "word"),
    [
        ({"values": np.zeros((2, 2, 2))}, "values"),
        ({"values": np.zeros((3, 0))}, "values"),
        ({"rate": 0}, "rate"),
        ({"rate": np.nan}, "rate"),
        ({"kind": "smooth"}, "kind"),
        ({"channels": ("a", "a")}, "channels"),
        ({"channels": ("a",)}, "channels"),
    ],
)
def test_what_cannot_be_is_named(parts: dict, word: str) -> None:
    given = {"values": np.zeros((3, 2)), "rate": 10.0} | parts
    with pytest.raises(SignalError, match=word):
        Signal(**given)


def test_cut_by_time_keeps_time() -> None:
    cut = ramp().between(2.25, 2.5)
    assert cut.values[:, 0].tolist() == list(range(25, 50))
    assert cut.start == pytest.approx(2.25)
    assert cut.times[-1] == pytest.approx(2.49)
    with pytest.raises(SignalError, match="lasts from 2 to 3 s"):
        ramp().between(0, 1.9)


def test_pick_by_name() -> None:
    assert ramp().pick("down", "up").values[3].tolist() == [-3, 3]
    with pytest.raises(SignalError, match="up, down"):
        ramp().pick("left")


def test_windows_and_their_times() -> None:
    times, pieces = ramp().windows(0.2, 0.1)
    assert pieces.shape == (9, 20, 2)
    assert times.tolist() == pytest.approx([2 + 0.1 * k for k in range(9)])
    assert pieces[3, 0].tolist() == [30, -30]
    with pytest.raises(SignalError, match="do not"):
        ramp().windows(1.5)


def test_a_recording_is_taken_over_by_its_shape_alone() -> None:
    taken = Signal.of(
        SimpleNamespace(values=np.ones((4, 2)), rate=1000, channels=("A0", "A1")), "envelope"
    )
    assert (taken.kind, taken.rate, taken.channels) == ("envelope", 1000.0, ("A0", "A1"))
    assert Signal.of(taken, "raw", unit="count").unit == "count"


def test_join_refuses_what_differs() -> None:
    both = joined([ramp(), ramp()])
    assert len(both) == 200
    assert both.start == 2.0
    with pytest.raises(SignalError, match="kind"):
        joined([ramp(), ramp("envelope")])
    with pytest.raises(SignalError, match="no signal"):
        joined([])


@pytest.mark.parametrize("what", NEEDS_RAW)
def test_every_refusal_says_why(what: str) -> None:
    with pytest.raises(SignalKindError, match="envelope") as caught:
        check_kind(ramp("envelope"), what)
    assert NEEDS_RAW[what] in str(caught.value)
    check_kind(ramp("envelope"), what, allow_invalid=True)
    check_kind(ramp(), what)


def test_every_refusal_is_used_somewhere() -> None:
    envelope = Signal(np.ones(4000), 2000, "envelope")
    for work in (
        filters.band_pass,
        filters.notch,
        filters.rectify,
        filters.tkeo,
        filters.linear_envelope,
    ):
        with pytest.raises(SignalKindError):
            work(envelope)
        assert len(work(envelope, allow_invalid=True)) == 4000
