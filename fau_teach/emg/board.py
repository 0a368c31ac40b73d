"""The board as numbers: what its ADC resolves, how often, and what its pins survive.

Figures are of the ATmega2560's data sheet; what stands between sensor and pin is our choice.

Source: S4-003, S4-013; data sheet of the ATmega2560 (ADC; absolute maximum ratings).
"""

from __future__ import annotations

from math import floor
from typing import Literal

from fau_teach.emg.messages import BITS, REFERENCE_MV

INPUTS = 16
CLOCK_HZ, PRESCALER, CONVERSION_CLOCKS = 16_000_000, 128, 13
REFERENCES_V = (REFERENCE_MV / 1000, 2.56, 1.1)
SUPPLY_V = 5.0
BEYOND_V = 0.5
"""How far a pin may be above the supply or below ground [V]."""
SERIES_OHM = 10_000
"""Our resistor between output and pin; the ADC is made for sources of up to this."""
DIODE_V = 0.3
"""Across a Schottky diode at less than a milliampere [V], about."""
BATTERY_V = 9.0
GAIN_AT_50K = 207 * 50
"""Of the V3 module with its screw at 50 kilohm, by its manual."""

Protection = Literal["nothing", "divider", "clamp"]
PROTECTIONS: tuple[Protection, ...] = ("nothing", "divider", "clamp")


def step_mv(reference_v: float = SUPPLY_V, bits: int = BITS) -> float:
    """One count of the ADC [mV]."""
    return 1000 * reference_v / (1 << bits)


def counts(volts: float, reference_v: float = SUPPLY_V, bits: int = BITS) -> int:
    """What the ADC makes of a voltage: whole counts, from 0 to full scale."""
    return min((1 << bits) - 1, max(0, floor(volts / reference_v * (1 << bits))))


def adc_rate(channels: int = 1, prescaler: int = PRESCALER) -> float:
    """Conversions a second that each channel gets [Hz]: there is one ADC for all."""
    return CLOCK_HZ / prescaler / CONVERSION_CLOCKS / channels


def line_rate(baud: int, bytes_a_sample: float) -> float:
    """Samples a second that a line carries, with 10 bits on the wire for each byte [Hz]."""
    return baud / 10 / bytes_a_sample


def pin_volts(output_v: float, protection: Protection = "clamp") -> float:
    """Voltage that reaches the pin for an output voltage of the sensor module [V].

    Parameters
    ----------
    output_v : what the module puts out [V]; with two 9 V batteries between -9 and 9
    protection : ``"nothing"``: a wire; ``"divider"``: two equal resistors; ``"clamp"``: a
        resistor, then one diode to the supply and one to ground

    Raises
    ------
    ValueError
        Unknown protection.

    Notes
    -----
    Ideal diodes that conduct above :data:`DIODE_V`; no current into the pin. Behind a mere wire
    the chip's own diodes conduct as well, and so much current may flow as the module can give:
    that is what destroys the pin.

    Source: S4-003, S4-013.
    """
    if protection not in PROTECTIONS:
        raise ValueError(f"{protection!r} is none of {', '.join(PROTECTIONS)}.")
    if protection == "divider":
        return output_v / 2
    if protection == "clamp":
        return min(SUPPLY_V + DIODE_V, max(-DIODE_V, output_v))
    return output_v


def survives(pin_v: float) -> bool:
    """Whether the data sheet allows this voltage at a pin."""
    return -BEYOND_V <= pin_v <= SUPPLY_V + BEYOND_V
