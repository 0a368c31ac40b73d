"""A measured number that can say why it is undefined."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of agreement.

    Parameters
    ----------
    name : what was measured
    value : the figure; None where it is undefined, never NaN
    n : items that it rests on
    low, high : ends of its interval, or None
    undefined : why there is no value, or empty
    note : what a reader has to know, or empty
    """

    name: str
    value: float | None
    n: int
    low: float | None = None
    high: float | None = None
    undefined: str = ""
    note: str = ""

    def within(self, low: float | None, high: float | None) -> Measure:
        """The same figure with its interval."""
        return replace(self, low=low, high=high)

    @property
    def text(self) -> str:
        """The figure alone, with its interval."""
        if self.value is None:
            return "undefined"
        if self.low is None or self.high is None:
            return f"{self.value:z.2f}"
        return f"{self.value:z.2f} [{self.low:z.2f}, {self.high:z.2f}]"

    def __str__(self) -> str:
        if self.value is None:
            return f"{self.name} undefined: {self.undefined}"
        return f"{self.name} {self.text} (n = {self.n})"


def measured(name: str, n: float, parts: tuple[float, float], why: str, note: str = "") -> Measure:
    """The ratio of two numbers; undefined, for the stated reason, where the second is 0."""
    above, below = parts
    if not below:
        return Measure(name, None, int(n), undefined=why, note=note)
    return Measure(name, above / below, int(n), note=note)
