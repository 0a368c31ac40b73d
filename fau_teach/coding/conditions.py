"""Three conditions of an emotion label: action units, elicitation material, self-report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

from fau_teach import facs
from fau_teach.coding.classes import classes
from fau_teach.coding.event import Event
from fau_teach.coding.habits import Habit, for_emotion
from fau_teach.emotion import match
from fau_teach.emotion._codes import observe
from fau_teach.facs import Score

CONDITIONS = ("action units", "material", "self-report")
NONE = "none"
_EMPTY = ("", NONE, "null", "?")


@dataclass(frozen=True, slots=True)
class Fused:
    """One label made of three conditions.

    Parameters
    ----------
    label : the word that won, or ``"none"``
    confidence : ``"high"``, ``"medium"`` or ``"low"``
    review : whether somebody has to look again
    reason : the rule that applied, with what each condition said
    """

    label: str
    confidence: str
    review: bool
    reason: str

    def __str__(self) -> str:
        review = ", needs review" if self.review else ""
        return f"{self.label}, {self.confidence} confidence{review}: {self.reason}"


def fuse(au: str, material: str, self_report: str) -> Fused:
    """Make one label of what three conditions say. The rule is ours; the source gives none.

    A condition that says ``"none"``, or nothing, has no vote. Three equal votes: high confidence.
    Two equal votes alone: medium. A single vote: low, needs review. No vote: none. Votes that
    differ: needs review, with the word that two of three share, otherwise none.

    Parameters
    ----------
    au, material, self_report : words of one set of classes, such as ``"positive"``; case does
        not matter, and words are compared as they are (:func:`classes` brings them together)

    Source: S0-098; the rule is ours.
    """
    said = [(text.strip().lower() or NONE) for text in (au, material, self_report)]
    votes = Counter(word for word in said if word not in _EMPTY)
    told = ", ".join(f"{name} {word}" for name, word in zip(CONDITIONS, said, strict=True))
    if not votes:
        return Fused(NONE, "low", False, f"no condition says anything ({told})")
    (word, count), *others = votes.most_common()
    if others:
        label = word if count > 1 else NONE
        return Fused(label, "low", True, f"the conditions contradict each other ({told})")
    if count == 1:
        return Fused(word, "low", True, f"one condition alone says so ({told})")
    how = ("two conditions agree, the third is silent", "medium")
    how = ("all three conditions agree", "high") if count == 3 else how
    return Fused(word, how[1], False, f"{how[0]} ({told})")


@dataclass(frozen=True, slots=True)
class Case:
    """One row of the truth table."""

    au: str
    material: str
    self_report: str
    fused: Fused


def truth_table(words: Iterable[str] = ("positive", "negative")) -> tuple[Case, ...]:
    """Every case of three conditions: 27 for two words and "none", 12 of them conflicts.

    Source: S0-098.
    """
    cases = product((*words, NONE), repeat=3)
    return tuple(Case(au, shown, told, fuse(au, shown, told)) for au, shown, told in cases)


@dataclass(frozen=True, slots=True)
class Condition:
    """What action units say by one table.

    Parameters
    ----------
    label : ``"positive"``, ``"negative"``, ``"surprise"`` or ``"none"``
    emotions : sets of the table that resemble the score most
    table : id of the table
    reason : a sentence
    """

    label: str
    emotions: tuple[str, ...]
    table: str
    reason: str


def au_condition(
    score: Score | str | Event, table: str = "imotions", habits: Iterable[Habit] = ()
) -> Condition:
    """What the action units of an event say, by the nearest sets of one table.

    It is that table's claim, not FACS. Sets of different classes that tie, and open choices of
    the coder that would change the class, give ``"none"``.

    Parameters
    ----------
    score : an event, a score, or text to parse
    table : id of one of :func:`fau_teach.emotion.tables`
    habits : what :func:`fau_teach.coding.habits` flagged; left out where an event is given

    Raises
    ------
    EmotionError
        There is no such table, or too many choices are open.
    NotationError
        The text is not a score.

    Source: S0-098, S0-099.
    """
    if isinstance(score, Event):
        score = for_emotion(score, habits)
    elif isinstance(score, str):
        score = facs.parse(score)
    observed = observe(score)
    if observed.reason:
        match(score, table)  # an unknown table is refused even where nothing was scored
        return Condition(NONE, (), table, observed.reason)
    labels: dict[str, str | None] = {}
    for reading in observed.readings:
        coded = [side + code for code, sides in reading.items() for side in sorted(sides)]
        for emotion in match(coded, table).best or ("nothing",):
            labels[emotion] = classes(emotion).three
    emotions = tuple(name for name in labels if name != "nothing")
    if not emotions:
        return Condition(NONE, (), table, f"No set of table {table} shares a code with {score}.")
    listed = " and ".join(emotions)
    only = next(iter(labels.values()))
    if len(set(labels.values())) > 1:
        open_choice = "a choice is open" if len(observed.readings) > 1 else "sets tie"
        problem = f"{score} leaves it open: {open_choice} ({listed})."
        return Condition(NONE, emotions, table, problem)
    if only is None:
        return Condition(NONE, emotions, table, f"{listed} has no class of three.")
    return Condition(only.lower(), emotions, table, f"{score} resembles {listed} most.")


def fused(event: Event, table: str = "imotions", habits: Iterable[Habit] = ()) -> Fused:
    """The three conditions of an event as one label: positive, negative, surprise, others or none.

    Material and self-report count by their class of four; a word without one has no vote, and
    the reason names it.

    Parameters
    ----------
    event, table, habits : as for :func:`au_condition`

    Source: S0-096, S0-098, S0-099.
    """
    condition = au_condition(event, table, habits)
    found = [classes(text) for text in (event.material, event.self_report)]
    one = fuse(condition.label, *(each.four or NONE for each in found))
    unread = [each.label for each in found if each.label and each.four is None]
    parts = [one.reason, condition.reason.rstrip(".")]
    parts += [f"{word!r} has no class and no vote" for word in unread]
    return Fused(one.label, one.confidence, one.review, "; ".join(parts))


@dataclass(frozen=True, slots=True)
class Mixed:
    """A micro-expression inside an expression of another class.

    Parameters
    ----------
    inner, outer : the two events
    fused : always in need of review
    """

    inner: Event
    outer: Event
    fused: Fused


def mixed(
    events: Iterable[Event],
    table: str = "imotions",
    definition: str = "total500",
    habits: Iterable[Habit] = (),
) -> tuple[Mixed, ...]:
    """Find the "nasty-nice" case: a micro-expression of one class inside a longer one of another.

    Parameters
    ----------
    events : of any coders and clips; only those of one coder and clip are compared
    table, habits : as for :func:`au_condition`
    definition : what counts as micro where an event has no type

    Source: S0-097.
    """
    given = tuple(events)
    flagged = tuple(habits)
    labels = [au_condition(one, table, flagged).label for one in given]
    micro = [one.kind == "micro" if one.kind else bool(one.micro_by(definition)) for one in given]
    found = []
    for inner, said, short in zip(given, labels, micro, strict=True):
        for outer, other, brief in zip(given, labels, micro, strict=True):
            same = (inner.coder, inner.clip) == (outer.coder, outer.clip)
            inside = outer.onset <= inner.onset and inner.last <= outer.last
            if short and not brief and same and inside and NONE not in (said, other):
                if said == other:
                    continue
                name = " (nasty-nice)" if (said, other) == ("negative", "positive") else ""
                reason = f"a {said} micro-expression inside a {other} expression{name}"
                found.append(Mixed(inner, outer, Fused(NONE, "low", True, reason)))
    return tuple(found)
