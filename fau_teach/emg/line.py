"""The serial port of a board that exists in Python only, and a terminal for other programs."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fau_teach.emg.device import PythonDevice


class Line:
    """The board's serial port, as pyserial would show it."""

    def __init__(self, board: PythonDevice, baud: int, timeout_s: float) -> None:
        self._board, self.baudrate, self.timeout = board, baud, timeout_s
        self._kept, self.is_open = b"", True

    def _check(self) -> PythonDevice:
        if not self.is_open:
            raise OSError("The port is closed.")
        if not self._board.plugged:
            raise OSError("The simulated board was unplugged.")
        return self._board

    def _collect(self) -> int:
        board = self._check()
        with board._guard:
            now = board.now()
            board._go_on(now)
            while board._out and board._out[0][0] <= now:
                _, data, baud = board._out.popleft()
                self._kept += data if self.baudrate == baud else _nonsense(data)
        return len(self._kept)

    @property
    def in_waiting(self) -> int:
        """Bytes that can be read at once."""
        return self._collect()

    def read(self, size: int = 1) -> bytes:
        """Up to ``size`` bytes; waits for the first one no longer than ``timeout``."""
        board = self._check()
        until = board.now() + self.timeout
        while not self._collect() and board.now() < until:
            # in a world of its own, straight to what happens next
            wait = 0.002 if board._speed else max(1e-6, board._due() - board.now())
            board.sleep(min(wait, self.timeout))
        data, self._kept = self._kept[:size], self._kept[size:]
        return data

    def write(self, data: bytes) -> int:
        """Send bytes to the board."""
        board = self._check()
        with board._guard:
            right = self.baudrate == board._hello.baud
            board._hear(board.now(), data if right else _nonsense(data))
        return len(data)

    def reset_input_buffer(self) -> None:
        """Forget what has come."""
        self._collect()
        self._kept = b""

    def close(self) -> None:
        """Close the port."""
        self.is_open = False


def _nonsense(data: bytes) -> bytes:
    """What is heard at the wrong speed: bytes, but none of these."""
    return bytes(one >> 1 ^ 0x6E for one in data)


@contextmanager
def terminal(board: PythonDevice) -> Iterator[str]:
    """Name of a pseudo terminal that any program can open as the board's port (Linux, macOS)."""
    import os
    import tty

    master, slave = os.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    over = threading.Event()
    line = board.open()

    def carry() -> None:
        while not over.is_set():
            with suppress(BlockingIOError):
                line.write(os.read(master, 4096))
            data = line.read(4096)
            line.baudrate = board.baud  # a pseudo terminal has no speed
            while data and not over.is_set():
                try:
                    data = data[os.write(master, data) :]
                except BlockingIOError:
                    time.sleep(0.002)

    thread = threading.Thread(target=carry, daemon=True)
    thread.start()
    try:
        yield os.ttyname(slave)
    finally:
        over.set()
        thread.join()
        line.close()
        os.close(master)
        os.close(slave)
