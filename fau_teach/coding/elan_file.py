"""What stands in an ELAN file: header, tiers and annotations with their times."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from fau_teach._reading import FileError
from fau_teach._xml import Element, read_xml

MARK = "fau_teach"
"""Property that says that this package wrote the file."""
_LONGEST_MS = 10**13


@dataclass(slots=True, eq=False)
class Annotation:
    """One annotation; times in milliseconds, of the annotation it hangs on where it has none.

    ``root`` is the annotation with times of its own that it refers to in the end, or itself.
    """

    where: FileError
    id: str
    tier: Tier
    value: str
    slots: tuple[str, str] | None
    refers: str = ""
    start: float = 0
    end: float = 0
    root: Annotation | None = None

    @property
    def top(self) -> Annotation:
        """``root``, once it is known."""
        return self.root or self


@dataclass(slots=True, eq=False)
class Tier:
    """One tier: its attributes (coder is ANNOTATOR, subject PARTICIPANT) and annotations."""

    name: str
    coder: str
    subject: str
    kind: str
    parent: str
    line: int
    annotations: list[Annotation] = field(default_factory=list)


@dataclass(slots=True)
class ElanFile:
    """Header and tiers of one file.

    Parameters
    ----------
    file : path as it was given
    version : of the form, such as ``"3.0"``
    properties : name -> value, as the header has them
    media : file name of the first video, without folders; may be empty
    shifted : whether a video does not start at time 0
    tiers : name -> tier, in order
    """

    file: str
    version: str
    properties: Mapping[str, str]
    media: str
    shifted: bool
    tiers: Mapping[str, Tier]

    @classmethod
    def read(cls, path: str | Path) -> ElanFile:
        """Read a file and find the time of every annotation.

        A time slot without a value is put evenly between its neighbours in the chain of
        annotations that share slots.

        Raises
        ------
        FileError
            The file is no XML or no ELAN file, an id stands twice, a reference leads nowhere or
            in a circle, a time cannot be found, an annotation ends before it starts.
        """
        root = read_xml(path, "ANNOTATION_DOCUMENT")
        header = next(root.all("HEADER"), root)
        units = header.get("TIME_UNITS")
        if units not in ("", "milliseconds"):
            raise header.error(units, "times are not in milliseconds", "Save it in a newer ELAN")
        properties = {one.get("NAME"): one.text.strip() for one in header.all("PROPERTY")}
        media = list(header.all("MEDIA_DESCRIPTOR"))
        url = unquote(media[0].get("MEDIA_URL")) if media else ""
        shifted = any(one.get("TIME_ORIGIN") not in ("", "0") for one in media)
        tiers: dict[str, Tier] = {}
        found: dict[str, Annotation] = {}
        for element in root.all("TIER"):
            tier = _tier(element, found)
            if tier.name in tiers:
                raise element.error(tier.name, "two tiers have one name", "Rename one of them")
            tiers[tier.name] = tier
        slots = _slots(root)
        for tier in tiers.values():
            _align(tier, slots)
        for one in found.values():
            _find_root(one, found)
        name = re.split(r"[/\\]", url)[-1].strip()
        return cls(str(path), root.get("VERSION"), properties, name, shifted, tiers)


def _tier(element: Element, found: dict[str, Annotation]) -> Tier:
    tier = Tier(
        element.need("TIER_ID"),
        element.get("ANNOTATOR"),
        element.get("PARTICIPANT"),
        element.get("LINGUISTIC_TYPE_REF"),
        element.get("PARENT_REF"),
        element.line,
    )
    for holder in element.all("ANNOTATION"):
        for inner in holder.children:
            if inner.tag not in ("ALIGNABLE_ANNOTATION", "REF_ANNOTATION"):
                continue
            value = "".join(one.text for one in inner.all("ANNOTATION_VALUE"))
            place = f"tier {tier.name!r}"
            where = FileError(element.file, inner.line, value, "", "", place)
            slots, refers = None, ""
            if inner.tag == "REF_ANNOTATION":
                refers = inner.need("ANNOTATION_REF")
            else:
                slots = inner.need("TIME_SLOT_REF1"), inner.need("TIME_SLOT_REF2")
            name = inner.need("ANNOTATION_ID")
            if name in found:
                raise inner.error(name, "two annotations have one id", "Save it again in ELAN")
            found[name] = Annotation(where, name, tier, value, slots, refers)
            tier.annotations.append(found[name])
    return tier


def _slots(root: Element) -> dict[str, float | None]:
    slots: dict[str, float | None] = {}
    for order in root.all("TIME_ORDER"):
        for slot in order.all("TIME_SLOT"):
            name, value = slot.need("TIME_SLOT_ID"), slot.get("TIME_VALUE")
            known = value.isascii() and value.isdigit() and len(value) < 15
            if value and (not known or int(value) > _LONGEST_MS):
                advice = "Use whole milliseconds from the start of the video"
                raise slot.error(value, "this is no time", advice)
            if name in slots:
                raise slot.error(name, "two time slots have one id", "Save it again in ELAN")
            slots[name] = float(value) if value else None
    return slots


def _align(tier: Tier, slots: Mapping[str, float | None]) -> None:
    """Give the annotations of a tier their times."""
    own = [one for one in tier.annotations if one.slots]
    following = {one.slots[0]: one for one in own if one.slots}
    times: dict[str, float] = {}
    for one in own:
        for slot in one.slots or ():
            if slot not in slots:
                raise _broken(one, f"time slot {slot!r} does not exist", "Save it again in ELAN")
            if (value := slots[slot]) is not None:
                times[slot] = value
    for one in own:
        start, end = one.slots or ("", "")
        if start not in times or end in times:
            continue
        chain = [end]
        while chain[-1] not in times and chain[-1] in following and len(chain) <= len(own):
            chain.append((following[chain[-1]].slots or ("", ""))[1])
        if (last := times.get(chain[-1])) is None:
            break
        step = (last - times[start]) / len(chain)
        times |= {slot: times[start] + step * at for at, slot in enumerate(chain, 1)}
    for one in own:
        start, end = one.slots or ("", "")
        if start not in times or end not in times:
            advice = "Give the annotation a begin and an end in ELAN"
            raise _broken(one, "its time is not known, nor between which times it lies", advice)
        one.start, one.end = times[start], times[end]
        if one.end < one.start:
            raise _broken(one, "the annotation ends before it starts", "Correct its times")


def _find_root(one: Annotation, found: Mapping[str, Annotation]) -> None:
    path = [one]
    while path[-1].refers and path[-1].root is None:
        if path[-1].refers not in found:
            problem = f"it refers to annotation {path[-1].refers!r}, which does not exist"
            raise _broken(path[-1], problem, "Save it again in ELAN")
        path.append(found[path[-1].refers])
        if len(path) > len(found):
            raise _broken(one, "annotations refer to each other in a circle", "Remove one of them")
    root = path[-1].top
    for each in path:
        each.root = root
        each.start, each.end = root.start, root.end


def _broken(one: Annotation, problem: str, advice: str) -> FileError:
    where = one.where
    return FileError(where.file, where.line, where.value, problem, advice, where.place)
