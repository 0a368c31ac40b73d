"""Quiz items made from tables and functions, and the quiz files that name them.

An item is a dictionary as ``data/README.md`` describes it under ``quiz/``. What is right comes
from tables and functions, and so does what is said of each wrong option. A topic and a key
always give the same item; the seed only changes which wrong options stand beside the right one.
"""

from __future__ import annotations

from random import Random

import items_coding
import items_emotion
import items_face
from items_words import Item, Topic

from fau_teach._data import did_you_mean, read_json

TOPICS = {**items_face.TOPICS, **items_emotion.TOPICS, **items_coding.TOPICS}


class ItemError(ValueError):
    """A topic, key or count is not one; the message says what would be right."""


def topics() -> tuple[str, ...]:
    """Names of the topics."""
    return tuple(TOPICS)


def keys(topic: str) -> tuple[str, ...]:
    """Keys of one topic, one an item.

    Raises
    ------
    ItemError
        There is no such topic; the message suggests one.
    """
    return _topic(topic).keys()


def item(topic: str, key: str, seed: int = 0) -> Item:
    """One item.

    Parameters
    ----------
    topic : such as ``"au-names"``
    key : which item of it, such as ``"14"``
    seed : another one gives other wrong options where there are enough

    Raises
    ------
    ItemError
        Topic or key unknown; the message suggests one.

    Source: the tables under ``data/facs``, ``data/anatomy`` and ``data/emotion``, and the
    functions of ``fau_teach.coding`` and ``fau_teach.agreement``; each item names its own
    inventory or erratum IDs or references.
    """
    known = keys(topic)
    if key not in known:
        hint = did_you_mean(key, known) or f"Use one such as {known[0]!r}."
        raise ItemError(f"{key!r} is not a key of the topic {topic!r}. {hint}")
    made = TOPICS[topic].make(key, Random(f"{topic}:{key}:{seed}"))
    return {"id": f"{topic}-{key}".replace(":", "-").lower(), **made}


def generate(topic: str, count: int = 10, seed: int = 0) -> tuple[Item, ...]:
    """Draw items of one topic without repeating any.

    Parameters
    ----------
    topic : such as ``"au-names"``
    count : how many, at least 1
    seed : the same seed draws the same items

    Raises
    ------
    ItemError
        The topic is unknown, or has not that many items.
    """
    known = keys(topic)
    if not 1 <= count <= len(known):
        raise ItemError(f"{topic!r} has {len(known)} items, not {count}. Use 1 to {len(known)}.")
    drawn = Random(f"{topic}:{seed}").sample(known, count)
    return tuple(item(topic, key, seed) for key in drawn)


def quiz(name: str, part: int = 0) -> tuple[Item, ...]:
    """Items of one file in ``data/quiz/``, those that it names by topic and key made.

    Parameters
    ----------
    name : the file's name without ``.json``
    part : 1 for those of the first page, 2 for those of the second, …; 0 for all

    Raises
    ------
    DataError
        There is no such file.
    ItemError
        The file names a topic or key that does not exist, or has no such part.
    """
    rows: list[Item] = read_json(f"quiz/{name}.json")
    if part:
        known = {row.get("part", 1) for row in rows}
        if part not in known:
            raise ItemError(f"{name} has {len(known)} parts, and no part {part}.")
        rows = [row for row in rows if row.get("part", 1) == part]
    return tuple(
        item(row["generate"], row["key"], row.get("seed", 0)) if "generate" in row else row
        for row in rows
    )


def _topic(name: str) -> Topic:
    if name not in TOPICS:
        hint = did_you_mean(name, TOPICS)
        raise ItemError(f"{name!r} is not a topic. {hint} Use one of {', '.join(TOPICS)}.")
    return TOPICS[name]
