"""Serial ports, and which of them is a board."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

# USB vendors: Arduino (two numbers), and the makers of the bridges on compatible boards.
_VENDORS = {
    0x2341: "Arduino",
    0x2A03: "Arduino",
    0x1A86: "CH340 bridge",
    0x0403: "FTDI bridge",
    0x10C4: "CP210x bridge",
}
_MEGA = {0x0010, 0x0042, 0x0242}


class PortError(OSError):
    """There is no port to use, or it cannot be opened; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Port:
    """A serial port of this computer.

    Parameters
    ----------
    name : such as ``COM3`` or ``/dev/ttyACM0``
    about : what the system says of it
    vendor, product : USB numbers; 0 where unknown
    serial : number of the device, which stays the same when it is plugged in elsewhere
    """

    name: str
    about: str = ""
    vendor: int = 0
    product: int = 0
    serial: str = ""

    @property
    def rank(self) -> int:
        """0 a Mega 2560, 1 another Arduino or bridge, 2 anything else."""
        mega = self.vendor in (0x2341, 0x2A03) and self.product in _MEGA
        return 0 if mega else 1 if self.vendor in _VENDORS else 2

    def __str__(self) -> str:
        who = ("Arduino Mega 2560", _VENDORS.get(self.vendor, ""), "")[self.rank]
        return "  ".join(part for part in (self.name, who, self.about) if part)


def pyserial() -> Any:
    """The package ``serial``.

    Raises
    ------
    PortError
        It is not installed.
    """
    try:
        return import_module("serial")
    except ImportError:
        advice = "Install it with: pip install pyserial. PythonDevice works without it."
        raise PortError(f"Serial ports need pyserial. {advice}") from None


def find() -> tuple[Port, ...]:
    """Ports of this computer, those that look like a Mega first."""
    pyserial()
    listed = import_module("serial.tools.list_ports").comports()
    found = [
        Port(one.device, one.description or "", one.vid or 0, one.pid or 0, one.serial_number or "")
        for one in listed
    ]
    return tuple(sorted(found, key=lambda one: (one.rank, one.name)))


def choose(like: Port | None = None) -> Port:
    """The one board that is plugged in, or the one that was.

    Parameters
    ----------
    like : a board that was unplugged: the one with its serial number, whatever its port is now

    Raises
    ------
    PortError
        None or several look like a board.
    """
    found = find()
    if like is not None:
        same = [one for one in found if like.serial and one.serial == like.serial]
        same = same or [one for one in found if one.name == like.name]
        if not same:
            raise PortError(f"{like.name} is not there any more. Plug the board in again.")
        return same[0]
    boards = [one for one in found if one.rank == (found[0].rank if found else 0) < 2]
    if len(boards) == 1:
        return boards[0]
    there = ", ".join(one.name for one in found) or "none"
    if not boards:
        advice = "Plug the board in with a data cable, or name its port"
        raise PortError(f"No port looks like a board. {advice}. Ports: {there}.")
    raise PortError(f"{len(boards)} ports look like a board. Name one of {there}.")


def opened(name: str, baud: int, timeout_s: float = 0.02) -> Any:
    """An open pyserial port.

    Raises
    ------
    PortError
        It does not exist, is busy, or this user may not use it.
    """
    serial = pyserial()
    try:
        return serial.Serial(name, baud, timeout=timeout_s, write_timeout=2, exclusive=_exclusive())
    except (serial.SerialException, OSError, ValueError) as error:
        text = str(error)
        busy = "denied" in text.lower() or "exclusively lock" in text
        if busy or getattr(error, "errno", 0) in (13, 16):
            advice = (
                "Close the Arduino IDE's monitor and any other recorder. On Linux you also need "
                "the group: sudo usermod -aG dialout $USER, then log in again"
            )
        else:
            advice = "See `python -m fau_teach.emg ports` for what is there"
        raise PortError(f"{name} cannot be opened: {text}. {advice}.") from None


def _exclusive() -> bool | None:
    """Whether nobody else may open the port; Windows never allows it."""
    import os

    return True if os.name == "posix" else None
