"""Wiring: sensor, batteries, clamp, board and laptop, each part with what it does and what breaks.

Our own drawing (``wiring.svg``). Voltages are those of :func:`fau_teach.emg.board.pin_volts`; the
module computes them again, and a page test compares the two.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from html import escape
from typing import Any

import traitlets

from fau_teach.emg import board
from fau_teach.emg.messages import BITS
from fau_teach.widgets._base import check_option, read_text
from fau_teach.widgets._panel import Panel, table_html


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the drawing: what it does, at which voltage, and what goes wrong."""

    id: str
    title: str
    does: str
    volts: str
    wrong: str


PARTS = (
    Part(
        "electrodes", "Two electrodes on the muscle",
        "They lie along the muscle's fibres, about 1 cm apart. The module takes the difference "
        "of the two, so what both hear alike, such as mains hum, mostly cancels.",
        f"a strong pull: about {1e3 * 0.8 / board.GAIN_AT_50K:.2f} mV (0.8 V at the output, "
        f"divided by a gain of {board.GAIN_AT_50K:,})",
        "One dry or loose electrode, and nothing cancels: you record the room.",
    ),
    Part(
        "reference", "Reference electrode",
        "It lies over bone, behind the ear, and gives the module its zero.",
        "0 V of the module",
        "Without it the difference drifts out of range, and the output stays at an end.",
    ),
    Part(
        "module", "Sensor module",
        "It takes the difference and amplifies it. The V3 kind also rectifies and smooths: what "
        "leaves it is an envelope, not the EMG itself.",
        f"0 V to nearly +{board.BATTERY_V:g} V at the output",
        "It may put out more than the 5 V that the board can take.",
    ),
    Part(
        "batteries", "Two 9 V batteries",
        "Joined in the middle: that is 0 V. One gives +9 V, the other −9 V.",
        "+9 V, 0 V and −9 V",
        "A battery the wrong way round puts −9 V where +9 V belongs. A mains adapter in their "
        "place ties the wearer to the mains.",
    ),
    Part(
        "output", "Output of the module",
        "The signal on its way to the board.",
        f"up to ±{board.BATTERY_V:g} V, if anything goes wrong",
        "It is made for the module's supply, not for the board's.",
    ),
    Part(
        "ground", "Ground wire",
        "It joins the module's 0 V to the board's. A voltage is a difference: this wire says "
        "against what.",
        "0 V",
        "Without it the pin follows the room, and counts mean nothing.",
    ),
    Part(
        "protection", "Resistor and clamp",
        "10 kΩ in the way, then two Schottky diodes. Above 5 V the upper one conducts, below 0 V "
        "the lower one, and the resistor keeps the current small.",
        f"−{board.DIODE_V:g} V to {board.SUPPLY_V + board.DIODE_V:g} V behind it",
        "Without it, 9 V reach the pin. Two equal resistors halve the signal, and your counts, "
        "and still let −4.5 V through.",
    ),
    Part(
        "pin", "Pin A0",
        "The first of sixteen analogue inputs.",
        f"it survives −{board.BEYOND_V:g} V to {board.SUPPLY_V + board.BEYOND_V:g} V; it reads "
        "0 V to 5 V",
        "Too much destroys the pin, or the whole chip, perhaps without your noticing.",
    ),
    Part(
        "board", "Arduino Mega 2560",
        "It turns voltages into counts on a timer, numbers them, and sends them in checked "
        "frames.",
        f"one count is {board.step_mv():.3f} mV",
        "Plug it in before you switch the sensor on. A board without power is fed through the "
        "clamp.",
    ),
    Part(
        "usb", "USB cable",
        "Data to the laptop, 5 V to the board.",
        "5 V",
        "It joins the grounds of board and laptop, and with them everything that hangs on the "
        "laptop.",
    ),
    Part(
        "laptop", "Laptop on its battery",
        "It records. On its battery it has no way to the mains.",
        "its ground is the wearer's reference",
        "A dock, an external screen or a printer is a way to the mains, too.",
    ),
    Part(
        "charger", "Charger",
        "It lies on the table, out of its socket, as long as anybody wears electrodes.",
        "230 V or 110 V on its other side",
        "Plugged in, only its insulation stands between the mains and a wearer with well "
        "prepared skin.",
    ),
)  # fmt: skip
_NAMES = {"nothing": "a wire", "divider": "two equal resistors", "clamp": "resistor and clamp"}


@cache
def drawing() -> str:
    """The drawing, its numbered marks in place."""
    text = read_text("wiring.svg").strip()
    for number, one in enumerate(PARTS, 1):
        head, mark, tail = text.partition(f'data-part="{one.id}"')
        before, badge, after = tail.partition('<g class="badge"')
        place, end, rest = after.partition("/>")
        shape = f'<circle r="10"/><text y="4" text-anchor="middle">{number}</text>'
        text = f"{head}{mark}{before}{badge}{place}>{shape}</g>{rest}" if end else text
    return text


@cache
def wiring_data() -> dict[str, Any]:
    """Drawing, parts and limits; treat it as read-only."""
    return {
        "drawing": drawing(),
        "parts": [asdict(one) for one in PARTS],
        "protections": [[name, _NAMES[name]] for name in board.PROTECTIONS],
        "supply": board.SUPPLY_V, "diode": board.DIODE_V, "beyond": board.BEYOND_V,
        "battery": board.BATTERY_V, "full": 2**BITS,
    }  # fmt: skip


class Wiring(Panel):
    """From the electrode to the laptop: choose a part, an output voltage, and what is missing.

    Parameters
    ----------
    part : one of ``PARTS``
    protection : ``"clamp"``, ``"divider"`` or ``"nothing"`` between output and pin
    output : voltage of the module's output [V], -9 to 9
    ground : whether the ground wire is there
    charger : whether the laptop's charger is plugged in

    Raises
    ------
    ValueError
        Unknown part or protection.
    traitlets.TraitError
        The voltage is out of range.

    Source: S4-003, S4-013.
    """

    figure = "wiring"

    part = traitlets.Unicode("protection").tag(sync=True)
    protection = traitlets.Unicode("clamp").tag(sync=True)
    output = traitlets.Float(9.0, min=-board.BATTERY_V, max=board.BATTERY_V).tag(sync=True)
    ground = traitlets.Bool(True).tag(sync=True)
    charger = traitlets.Bool(False).tag(sync=True)

    def __init__(
        self,
        part: str = "protection",
        protection: str = "clamp",
        output: float = 9.0,
        *,
        ground: bool = True,
        charger: bool = False,
        **kwargs: Any,
    ) -> None:
        check_option("a part", part, (one.id for one in PARTS))
        check_option("a protection", protection, board.PROTECTIONS)
        kwargs.setdefault("label", "Wiring: from the electrodes to the laptop")
        super().__init__(
            data=wiring_data(),
            part=part,
            protection=protection,
            output=output,
            ground=ground,
            charger=charger,
            **kwargs,
        )

    def fallback_html(self) -> str:
        """Table: every part, and the pin's voltage at five outputs."""
        parts = table_html(
            "From the electrodes to the laptop",
            ("part", "what it does", "volts", "what goes wrong"),
            ((f"{n}. {one.title}", one.does, one.volts, one.wrong)
             for n, one in enumerate(PARTS, 1)),
        )  # fmt: skip
        outputs = (-board.BATTERY_V, 0.0, 2.5, 5.0, board.BATTERY_V)
        pins = table_html(
            "Voltage at A0 by output voltage and by what stands between",
            ("between", *(f"{one:g} V" for one in outputs)),
            ((_NAMES[name], *(f"{board.pin_volts(one, name):g} V" for one in outputs))
             for name in board.PROTECTIONS),
        )  # fmt: skip
        return f"{drawing_of(self.label)}{parts}{pins}"


def drawing_of(label: str) -> str:
    """The drawing for paper and readers without scripts, with its name: resistor and clamp."""
    svg = drawing()
    for hidden in ("nothing", "divider", "no ground", "charger"):
        svg = svg.replace(f'data-when="{hidden}"', 'display="none"')
    svg = svg.replace('class="hit"', 'stroke="none"').replace(
        '<g class="volts">', "<g opacity='0'>"
    )
    name = f'<svg role="img" aria-label="{escape(label)}" style="max-width: 30rem" '
    return svg.replace("<svg ", name, 1)
