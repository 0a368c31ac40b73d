"""The wire of the EMG board: vectors, round trips, limits, refusals in words."""

from __future__ import annotations

import dataclasses
import inspect
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fau_teach import emg
from fau_teach._data import read_json
from fau_teach.emg import messages, protocol
from fau_teach.emg.protocol import (
    TYPES,
    Configure,
    Data,
    Error,
    Hello,
    Ping,
    ProtocolError,
    Refusal,
    Start,
    Status,
    crc,
    frame,
    limits,
    message,
    ramp,
    volts,
)

VECTORS = read_json("emg/vectors.json")


def bitwise(data: bytes) -> int:
    """The CRC bit by bit, as its definition says."""
    register = 0xFFFF
    for byte in data:
        register ^= byte << 8
        for _ in range(8):
            register = (register << 1 ^ (0x1021 if register & 0x8000 else 0)) & 0xFFFF
    return register


def fields_of(one: Any) -> dict[str, Any]:
    """Fields as the vectors write them."""
    plain = {field.name: getattr(one, field.name) for field in dataclasses.fields(one)}
    return {
        name: value.hex() if isinstance(value, bytes) else value for name, value in plain.items()
    }


def test_the_crc_is_the_known_one() -> None:
    assert crc(b"123456789") == 0x29B1


@given(st.binary(max_size=300))
def test_the_crc_agrees_with_its_definition(data: bytes) -> None:
    assert crc(data) == bitwise(data)


def test_a_hello_byte_by_byte() -> None:
    """Written out by hand from the description."""
    head = "a5 5a  01 18  00 00"
    who = "01  01 00 00  0a  88 13"
    how = "04  00 01 02 03 ff ff ff ff  e8 03  0a  20 a1 07 00  02"
    body = bytes.fromhex(head + who + how)
    assert frame(Hello()) == body + bitwise(body[2:]).to_bytes(2, "little")


@pytest.mark.parametrize("vector", VECTORS["frames"], ids=lambda one: f"{one['type']}")
def test_vectors_of_frames(vector: dict[str, Any]) -> None:
    data = bytes.fromhex(vector["hex"])
    kind = getattr(protocol, vector["type"])
    found = message(data[2], data[6:-2])
    assert type(found) is kind
    assert data[:2] == b"\xa5\x5a"
    assert data[3] == len(data) - 8
    assert int.from_bytes(data[4:6], "little") == vector["number"]
    assert bitwise(data[2:-2]) == int.from_bytes(data[-2:], "little")
    assert json.loads(json.dumps(fields_of(found))) == vector["fields"]
    assert frame(found, vector["number"]) == data


def test_vectors_hold_every_type_and_every_refusal() -> None:
    assert {one["type"] for one in VECTORS["frames"]} == {kind.__name__ for kind in TYPES.values()}
    answers = [bytes.fromhex(one["answer"]) for one in VECTORS["exchanges"]]
    said = [message(one[2], one[6:-2]) for one in answers]
    refused = {one.reason for one in said if isinstance(one, Error)}
    assert refused == set(Refusal) - {Refusal.BUSY}  # that one needs a board that samples


counts = st.integers(1, 8).flatmap(
    lambda n: st.lists(
        st.lists(st.integers(0, 1023), min_size=n, max_size=n),
        min_size=1,
        max_size=(255 - 6) // (2 * n),
    )
)
pins = st.lists(st.integers(0, 15), min_size=1, max_size=8, unique=True).map(tuple)
u16, u32 = st.integers(0, 2**16 - 1), st.integers(0, 2**32 - 1)


@given(u32, counts, st.integers(0, 10**6))
def test_data_goes_there_and_back(time_us: int, table: list[list[int]], number: int) -> None:
    sent = Data.of(time_us, table)
    data = frame(sent, number)
    assert int.from_bytes(data[4:6], "little") == number % 65536
    found = message(data[2], data[6:-2])
    assert found == sent
    assert isinstance(found, Data)
    np.testing.assert_array_equal(found.counts(), table)


@given(pins, u16, st.integers(0, 255), u32, st.integers(0, 2))
def test_settings_go_there_and_back(
    channels: tuple[int, ...], rate: int, batch: int, baud: int, kind: int
) -> None:
    for one in (Hello(channels, rate, batch, baud, kind), Configure(channels, rate, batch)):
        assert message(one.code, one.payload()) == one


@given(st.integers(0, 255), st.binary(max_size=255))
def test_any_payload_is_a_message_or_is_refused(code: int, payload: bytes) -> None:
    try:
        found = message(code, payload)
    except ProtocolError:
        return
    assert found.payload() == payload


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (Hello(tuple(range(9))), "9 channels"),
        (Hello(rate=70_000), "does not fit into the frame"),
        (Configure((256,)), "does not fit into the frame"),
        (Status(-1), "does not fit into the frame"),
        (Ping(b"short"), "8 bytes"),
        (Data(0, 2, 2, b"123"), "3 bytes are not 2 rows"),
        (Data(0, 8, 16, bytes(256)), "262 bytes; a frame carries at most 255"),
    ],
)
def test_what_does_not_fit_is_refused(wrong: Any, why: str) -> None:
    with pytest.raises(ProtocolError, match=why):
        frame(wrong)


@pytest.mark.parametrize(
    ("code", "payload", "why"),
    [
        (0x7F, b"", "0x7f is no type"),
        (0x01, b"", "0 bytes, not 24"),
        (0x02, b"\0" * 6, "6 bytes are not 0 rows of 0 channels"),
        (0x02, b"\0\0\0\0\1\2\0\0", "8 bytes are not 2 rows of 1 channels"),
        (0x82, bytes([9, *[0] * 8, 1, 1, 1]), "9 channels do not fit"),
        (0x82, bytes([1, 0, 1, *[255] * 6, 1, 1, 1]), "1 channels do not fit"),
    ],
)
def test_what_is_no_message_is_refused(code: int, payload: bytes, why: str) -> None:
    with pytest.raises(ProtocolError, match=why):
        message(code, payload)


def test_refusals_speak() -> None:
    said = {str(Error(reason, 7)) for reason in Refusal}
    assert len(said) == len(Refusal)
    assert all("7" in one for one in said)
    assert str(Error(5, 2083)) == (
        "The board refuses: the ADC takes at most 2083 Hz with so many channels."
    )
    assert str(Error(10, 5000)).endswith("it stays at 500000 baud.")
    assert str(Error(99, 3)) == "The board refuses: code 99, value 3."


def test_S4_003_the_boards_numbers() -> None:
    """10 bit at 5 V: 4.883 mV a step. 125 kHz / 13 clocks: 9,615 conversions a second."""
    steps = volts([0, 1, 1023])
    assert steps[1] - steps[0] == pytest.approx(4.883e-3, abs=1e-6)
    assert steps[2] == pytest.approx(5 - 4.883e-3 / 2, abs=1e-6)
    assert volts(0, 1100) == pytest.approx(1.1 / 2048)
    # One clock of 8 us more starts each conversion, and 32 us a row.
    assert 125_000 // 13 == 9615 > limits(1).adc > 125_000 // 19
    # 115,200 baud at 6 bytes a sample: 1,920 samples a second.
    assert 115_200 // 10 // 6 == 1920


@pytest.mark.parametrize(
    ("channels", "adc", "line", "batch"),
    [(1, 6944, 13235, 124), (2, 3906, 8333, 62), (4, 2083, 4787, 31), (8, 1077, 2586, 15)],
)
def test_limits(channels: int, adc: int, line: int, batch: int) -> None:
    found = limits(channels)
    assert (found.adc, found.line, found.batch) == (adc, line, batch)
    assert found.rate == min(adc, line)
    # The largest batch fills the frame: one more row does not fit.
    assert 6 + 2 * channels * batch <= 255 < 6 + 2 * channels * (batch + 1)


def test_the_slow_line_carries_the_default_and_no_more_than_ten_bits_a_byte_allow() -> None:
    assert limits(4, 10, 115_200).rate >= 1000
    for channels, batch in ((1, 1), (4, 10), (8, 15)):
        size = len(frame(Data.of(0, np.zeros((batch, channels)))))
        most = 115_200 / 10 / size * batch
        assert 0.89 * most < limits(channels, batch, 115_200).line <= 0.9 * most


def test_the_ramp() -> None:
    found = ramp(1022, 3, 2)
    assert found.tolist() == [[1022, 126], [1023, 127], [0, 128]]
    assert found.dtype == "<u2"


def test_every_type_is_described() -> None:
    text = inspect.getdoc(protocol) or ""
    for code in TYPES:
        assert f"\n{code:02X} " in text.upper()
    assert all(kind.__doc__ for kind in TYPES.values())


def test_the_package_fetches_names_when_they_are_used() -> None:
    assert emg.frame is frame
    assert "SimulatedMega" in dir(emg)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = emg.nothing


def test_the_sketch_carries_the_same_numbers() -> None:
    """What both sides must share is written twice: in Python and in C."""
    folder = Path(messages.__file__).parent / "firmware" / "nerve_to_label"
    text = (folder / "frame.h").read_text() + (folder / "nerve_to_label.ino").read_text()
    for kind in TYPES.values():
        name = {"AskHello": "ASK_HELLO", "SelfTest": "SELF_TEST"}.get(
            kind.__name__, kind.__name__.upper()
        )
        assert f"TYPE_{name} = 0x{kind.code:02X}" in text
    assert f"CHANNEL_US = {protocol.SKEW_US}" in text
    assert f"ROW_US = {protocol.ROW_US} " in text
    assert f"SLOWEST = {protocol.SLOWEST}," in text
    speeds = ", ".join(f"{baud}UL" for baud in protocol.BAUDS)
    assert f"BAUDS[] = {{{speeds}}}" in text
    assert Start().payload() == b""
