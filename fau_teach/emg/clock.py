"""The board's clock against the computer's.

A frame arrives when it was sent plus a delay that is never negative: USB, the driver and a busy
computer make it later, nothing makes it earlier. So the line through the earliest arrivals is the
clock, however many others are late. A question and its answer (PING, PONG) bound what remains:
the board's time lies between both moments.

Source: S4-003. Moon, Skelly, Towsley 1999 (line below all delays).
"""

from __future__ import annotations

from dataclasses import dataclass

_US = 1e-6
_MOST = 512
_LEAST_S = 30  # a delay that changes by 1 ms is 33 ppm of it
WRAP = 1 << 32


class Unwrap:
    """Board time [us] as a number that goes on after 71.6 minutes."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last: int | None = None

    def __call__(self, time_us: int) -> int:
        """The time counted on; it may lie up to 35 minutes before or after the last one."""
        last = time_us if self._last is None else self._last
        self._last = last + (time_us - last + WRAP // 2) % WRAP - WRAP // 2
        return self._last


@dataclass(frozen=True, slots=True)
class ClockFit:
    """``host = offset_s + (1 - ppm / 1e6) x board``, in seconds of each clock.

    Parameters
    ----------
    ppm : how much faster the board's clock runs, in millionths
    offset_s : computer's clock when the board's showed 0
    residual_s : how late the median arrival is; what it would cost not to fit
    bound_s : the offset is not wrong by more; None without a PING that was answered
    span_s, count : board seconds from the first to the last arrival, and how many arrivals
    """

    ppm: float
    offset_s: float
    residual_s: float
    bound_s: float | None
    span_s: float
    count: int

    def host(self, board_s: float) -> float:
        """Computer's time of a board time [s]."""
        return self.offset_s + (1 - self.ppm * _US) * board_s

    def board(self, host_s: float) -> float:
        """Board time of a computer's time [s]."""
        return (host_s - self.offset_s) / (1 - self.ppm * _US)

    def __str__(self) -> str:
        bound = "" if self.bound_s is None else f" (to {1e3 * self.bound_s:.1f} ms)"
        way = "fast" if self.ppm >= 0 else "slow"
        if self.span_s < _LEAST_S:
            drift = f"drift not known below {_LEAST_S} s"
        elif abs(self.ppm) > 20_000:
            drift = "it does not keep real time"
        else:
            drift = f"the board runs {abs(self.ppm):.1f} ppm {way}"
        return f"{drift}; the median frame comes {1e3 * self.residual_s:.1f} ms late{bound}"


class Clock:
    """Collects arrivals in little memory, and fits.

    Notes
    -----
    Of each interval of board time only the earliest arrival is kept. When there are more than
    512 intervals, two become one. The fit is the lowest line that no arrival lies below, over the
    middle of the recording. Below half a minute the drift cannot be told from the delays and is
    taken as 0.
    """

    def __init__(self) -> None:
        self._width, self._kept = 0.25, dict[int, tuple[float, float]]()
        self._some, self._stride = list[tuple[float, float]](), 1  # evenly over all arrivals
        self._count = 0
        self._ping: tuple[float, float, float] | None = None  # board, half a round trip, middle

    def arrived(self, board_s: float, host_s: float) -> None:
        """Something stamped at ``board_s`` (unwrapped) was there at ``host_s``."""
        self._count += 1
        key = int(board_s / self._width)
        best = self._kept.get(key)
        if best is None or host_s - board_s < best[1] - best[0]:
            self._kept[key] = (board_s, host_s)
        if self._count % self._stride == 0:
            self._some.append((board_s, host_s))
        if len(self._some) > _MOST:
            self._some, self._stride = self._some[1::2], 2 * self._stride
        if len(self._kept) > _MOST:
            self._width *= 2
            old = list(self._kept.values())
            self._kept = {}
            for board, host in sorted(old, key=lambda one: one[0] - one[1]):
                self._kept[int(board / self._width)] = (board, host)

    def answered(self, board_s: float, asked_s: float, host_s: float) -> None:
        """PING left at ``asked_s``; its PONG, stamped ``board_s``, was there at ``host_s``.

        It bounds the offset alone: it is faster than a batch, and would tilt the line.
        """
        half = (host_s - asked_s) / 2
        if self._ping is None or half < self._ping[1]:
            self._ping = (board_s, half, (host_s + asked_s) / 2)

    def fit(self) -> ClockFit | None:
        """The fit so far; None before anything came."""
        points = sorted(self._kept.values())
        if not points:
            if not self._ping:
                return None
            board, bound, middle = self._ping
            return ClockFit(0.0, middle - board, 0.0, bound, 0.0, 0)
        span = points[-1][0] - points[0][0]
        slope = 1.0
        low = min(points, key=lambda one: one[1] - one[0])
        if span >= _LEAST_S and len(points) > 3:
            hull: list[tuple[float, float]] = []
            for one in points:  # the lower hull: every turn goes up
                while len(hull) > 1 and _turn(hull[-2], hull[-1], one) <= 0:
                    hull.pop()
                hull.append(one)
            middle = sum(one[0] for one in points) / len(points)
            at = next(k for k in range(1, len(hull)) if hull[k][0] >= middle)
            low, other = hull[at - 1], hull[at]
            slope = (other[1] - low[1]) / (other[0] - low[0])
        offset = low[1] - slope * low[0]
        over = sorted(host - slope * board - offset for board, host in self._some)
        late = over[len(over) // 2]
        half = None
        if self._ping:  # the truth lies within half a round trip of the middle
            board, half, middle = self._ping
            offset = min(max(offset, middle - half - slope * board), middle - slope * board)
        return ClockFit((1 - slope) * 1e6, offset, max(0.0, late), half, span, self._count)


def _turn(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
