"""The capstone: one micro-expression from the nerve's command to the label.

Importing this package imports nothing heavy; each name is fetched when it is used.
"""

from __future__ import annotations

from types import MappingProxyType

from fau_teach._lazy import lazily

_PLACES = MappingProxyType(
    {
        "truth": "Driven Planted micro_smile planted",
        "measured": "Stage Times UnseenError by_depth by_emg by_force by_video key_times truths",
        "labels": "Labelled code_of labelled",
    }
)
__getattr__, __dir__ = lazily(__name__, _PLACES)
