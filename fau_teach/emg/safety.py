"""The safety rules of everything with electrodes: one text, in one place.

Pages show them by the directive ``safety``, notebooks by the last line ``safety_box()``.

Source: S4-013. They bind where a maker's advice or an ethics board asks for less.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

__all__ = ["Safety", "safety_box"]

TITLE = "Before anyone wears an electrode"
RULES = (
    "Feed the sensor from batteries.",
    "Run the laptop on its own battery: no charger, no dock, no screen or other device with a "
    "mains plug. Or put a USB isolator between board and laptop.",
    "Place no electrode across the chest, and none on broken skin.",
    "Leave out anybody with a pacemaker or another implanted stimulator.",
    "Ask for consent, have a second person in the room, and stop at once when the wearer says so.",
    "A hobby sensor is no medical device: it says nothing about health.",
)
WITHOUT = (
    "You need no hardware for this book: simulated boards and signals serve every page and "
    "exercise."
)


@dataclass(frozen=True, slots=True)
class Safety:
    """The rules, as text, as Markdown for a page, or as a box in a notebook."""

    title: str
    rules: tuple[str, ...]
    last: str

    def markdown(self) -> str:
        """The rules as a list, and the sentence that closes them."""
        return "\n".join([*(f"- {one}" for one in self.rules), "", self.last])

    def __str__(self) -> str:
        return f"{self.title}\n{self.markdown()}"

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{escape(one)}</li>" for one in self.rules)
        return (
            '<div role="note" style="border-left: 4px solid #e69f00; padding: 0.3rem 0.8rem">'
            f"<strong>{escape(self.title)}</strong><ul>{items}</ul>{escape(self.last)}</div>"
        )


def safety_box() -> Safety:
    """What has to be kept before anyone wears an electrode.

    Source: S4-013.
    """
    return Safety(TITLE, RULES, WITHOUT)
