"""ELAN files (``.eaf``): one tier for each code, read and written.

How a session becomes a file, one for each clip:

- ``event_Kim`` holds one annotation for each event of the coder Kim, with the fields that ELAN
  does not know in one line. Events that overlap stand on further tiers ``event_Kim#2``.
- ``AU12_Kim``, ``L12_Kim`` … hang on it (symbolic association): an annotation for each code, with
  its intensity, or the whole code where there is more to say. Move the event, and they move too.
- ``apex_Kim`` hangs on it as well (included in): one annotation, one frame long.

PARTICIPANT is the subject and ANNOTATOR the coder. An annotation starts with its onset frame and
ends where its offset frame starts, so that ELAN shows the duration that we count. Frame n starts
at 1000 n / fps, rounded to whole milliseconds; the nearest frame is read back, which is exact up
to 1,000 frames a second.

How a file made by hand becomes events:

- A tier belongs to a code by its name: ``AU12``, ``12``, ``L12``, ``AU12 left``, ``AU12_Kim``.
- An annotation on it is one event with one code, unless ``group="overlap"`` joins the codes of a
  coder that overlap. Codes that refer to one annotation of another tier are one event.
- Its value may hold intensity, side or the code itself; any other text goes into the notes.
- A tier with "apex" in its name holds apexes: each goes to the events in which it starts.
- The coder is ANNOTATOR, or what follows ``_`` in the name of the tier, or the parameter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from fau_teach._reading import FileError, Report
from fau_teach.coding.elan_file import MARK, Annotation, ElanFile, Tier
from fau_teach.coding.elan_write import KINDS, write_elan
from fau_teach.coding.event import CodingError
from fau_teach.coding.exchange import Loaded, frame_of, session_of
from fau_teach.coding.pieces import (
    Mark,
    Met,
    Piece,
    events_from,
    frame_at,
    said,
    watched_from,
    with_apexes,
)
from fau_teach.coding.session import joined
from fau_teach.coding.words import code_of, marked, unpacked
from fau_teach.facs.score import Entry, options_of

__all__ = ["read_elan", "write_elan"]

_RATES = ("fps", "framerate", "frame rate", "frame_rate", "frames per second")
_APEX = re.compile(r"(?:^|(?<=[\s_-]))apex(?:[\s_-]+|$)", re.IGNORECASE)
_VERSIONS = re.compile(r"2\.[0-9]|3\.[01]")


def read_elan(
    path: str | Path,
    *,
    fps: float | None = None,
    clip: str = "",
    subject: str = "",
    coder: str = "",
    group: str = "",
    title: str = "",
) -> Loaded:
    """Read ELAN files, as :func:`write_elan` writes them or made by hand.

    Parameters
    ----------
    path : an ``.eaf`` file, or a folder of them; two files about one clip are two codings of it
    fps : frames a second [1/s]; without it the property ``fps`` in the header says it
    clip : name of the clip; unless given that in a file of ours, then the name of the video,
        then that of the file
    subject, coder : names where the file says none
    group : ``"overlap"`` joins codes of one coder that overlap into one event
    title : of the session

    Raises
    ------
    FileError
        The file cannot be read or says something that cannot be (names file and line).

    Source: S0-100.
    """
    path = Path(path)
    if path.is_dir():
        files = sorted(one for one in path.iterdir() if one.suffix.lower() == ".eaf")
        if not files:
            raise FileError(str(path), 0, "", "there is no .eaf file in it", "Give another folder")
        given = {"fps": fps, "clip": clip, "subject": subject, "coder": coder, "group": group}
        loaded = [read_elan(one, title=title, **given) for one in files]  # type: ignore[arg-type]
        titles = {one.session.title for one in loaded}
        name = title or (titles.pop() if len(titles) == 1 else path.name)
        try:
            session = joined([one.session for one in loaded], name)
        except CodingError as error:
            advice = error.advice.rstrip("?.")
            raise FileError(str(path), 0, "", error.problem, advice, error.place) from None
        counts = {"files": len(files), "events": len(session.events)}
        return Loaded(session, Report(str(path), counts, parts=tuple(o.report for o in loaded)))
    return _Reading(ElanFile.read(path), fps, clip, subject, coder).loaded(group, title)


Fields = Mapping[str, str]


class _Reading:
    """One file on its way to events."""

    def __init__(
        self, file: ElanFile, fps: float | None, clip: str, subject: str, coder: str
    ) -> None:
        self.file, self.met = file, Met()
        self.own = MARK in file.properties
        self.top = FileError(file.file, 0, "", "", "")
        if self.own and file.properties[MARK] != "1":
            problem = f"version {file.properties[MARK]!r:.20} of our own form is not known"
            raise said(self.top, problem, "Use a newer fau_teach")
        named = {name.casefold(): value for name, value in file.properties.items()}
        rates = [named[name] for name in _RATES if named.get(name)]
        rate = self._number("fps", rates[0]) if rates and fps is None else fps
        if rate is None:
            advice = "Give fps=… (--fps), or add the property 'fps' to the header"
            raise said(self.top, "the file does not say how many frames a second there are", advice)
        if not 0.1 <= rate <= 1000:
            problem = f"{rate:g} frames a second cannot be told apart in milliseconds"
            raise said(self.top, problem, "Use a number from 0.1 to 1000")
        self.fps = rate
        if rates and self._number("fps", rates[0]) != rate:
            self.met("the frame rate given replaces that of the file", self.top)
        video = Path(file.media).stem.strip()
        ours = file.properties.get("clip", "") if self.own else ""
        self.clip = clip or ours or video or Path(file.file).stem.strip()
        self.subject, self.coder = subject, coder
        if file.shifted:
            self.met("a video that does not start at time 0; frames count from time 0", self.top)
        if not _VERSIONS.fullmatch(file.version):
            self.met(f"version {file.version!r:.20} of the form", self.top)

    def _number(self, name: str, value: str) -> float:
        try:
            return float(value)
        except ValueError:
            where = FileError(self.file.file, 0, value, "", "", f"property {name!r}")
            raise said(where, "this is no number", "Correct it in the header") from None

    def loaded(self, group: str, title: str) -> Loaded:
        """The session in the file."""
        tiers = self.file.tiers.values()
        apexes = [tier for tier in tiers if self._is_apex(tier)]
        rest = [tier for tier in tiers if not self._is_apex(tier)]
        codes = {tier.name: found for tier in rest if (found := code_of(self._label(tier))[0])}
        coded = [tier for tier in rest if tier.name in codes]
        events = [tier for tier in rest if self._is_ours(tier) and tier.kind == "event"]
        pieces = self._pieces(coded, events, codes)
        lanes = {piece.lane for piece in pieces}
        marks = [mark for tier in apexes for mark in self._marks(tier, lanes)]
        pieces = with_apexes(pieces, marks, self.met)
        used = lanes.union(tier.name for tier in (*coded, *events, *apexes))
        coders = tuple(dict.fromkeys(self._coder(tier) for tier in (*coded, *events)))
        made = events_from(pieces, group, self.met)
        properties = self.file.properties if self.own else {}
        name = title or properties.get("title", "") or Path(self.file.file).stem
        session = session_of(self.file.file, name, made, (self._watched(coders, pieces),))
        spare = [
            f"{tier.name} ({len(tier.annotations)})" for tier in tiers if tier.name not in used
        ]
        left = {"tiers that name no code, with annotations": tuple(spare)} if spare else {}
        counts = {"tiers": len(tiers), "tiers of codes": len(coded), "events": len(made)}
        return Loaded(session, Report(self.file.file, counts, self.met.traps, left_out=left))

    def _is_ours(self, tier: Tier) -> bool:
        return self.own and tier.kind in KINDS

    def _label(self, tier: Tier) -> str:
        """Name of a tier; of ours without the coder, who may be called L."""
        if self._is_ours(tier) and tier.kind == "code":
            return tier.name.removesuffix(tier.parent.removeprefix("event"))
        return tier.name

    def _is_apex(self, tier: Tier) -> bool:
        return tier.kind == "apex" if self._is_ours(tier) else bool(_APEX.search(tier.name))

    def _coder(self, tier: Tier) -> str:
        if tier.coder or self._is_ours(tier):
            return tier.coder or self.coder
        codes, rest = code_of(_APEX.sub("", tier.name))
        if codes or not self._is_apex(tier):
            rest = rest.partition("_")[2]
        return rest.strip(" _-") or self.coder

    def _subject(self, tier: Tier) -> str:
        named = self.file.properties.get("subject", "") if not self.own else ""
        return tier.subject or named or self.subject

    def _frames(self, one: Annotation) -> tuple[int, int, int]:
        """Onset, end and offset."""
        onset, offset = frame_at(one.start, self.fps), frame_at(one.end, self.fps)
        for frame, ms in ((onset, one.start), (offset, one.end)):
            if abs(1000 * frame / self.fps - ms) > 1:
                self.met("time between two frames, the nearest is taken", one.where)
        return onset, max(offset, onset + 1), offset

    def _pieces(
        self, coded: list[Tier], events: list[Tier], codes: dict[str, tuple[Entry, ...]]
    ) -> list[Piece]:
        hanging = [one for tier in coded for one in tier.annotations if one.top is not one]
        roots = {one.top.id: one.top for one in hanging}
        roots |= {one.id: one for tier in events for one in tier.annotations}
        found: list[tuple[Annotation, Piece]] = []
        for root in roots.values():
            if root.tier.name not in codes:
                fields = unpacked(root.value)
                if self.own and fields is None and root.value.strip():
                    self.met("text in place of the fields of an event, read as notes", root.where)
                text = root.value.strip() if fields is None else ""
                piece = self._piece(root, root.id, "", (text,) if text else (), fields or {})
                found.append((root, piece))
        for tier in coded:
            self._overlaps(tier)
            for one in tier.annotations:
                try:
                    aus, notes = marked(codes[tier.name], [one.value])
                except ValueError as error:
                    advice = "Correct the value, or the name of the tier"
                    raise said(one.where, str(error), advice) from None
                fields = unpacked(one.value) if notes else None
                key = one.top.id if one.top.id in roots else ""
                notes = notes if fields is None else ()
                found.append((one, self._piece(one, key, aus, notes, fields or {})))
        if self.own:  # ids count in the order of the session
            found.sort(key=lambda each: (len(each[0].top.id), each[0].top.id))
        else:
            found.sort(key=lambda each: each[0].start)
        return [piece for _, piece in found]

    def _piece(
        self, one: Annotation, key: str, aus: str, notes: tuple[str, ...], fields: Fields
    ) -> Piece:
        onset, end, offset = self._frames(one)
        tier = one.top.tier if key else one.tier
        whose = self._coder(tier) or self._coder(one.tier)
        who = self._subject(tier) or self._subject(one.tier)
        return Piece(
            one.where, whose, who, self.clip, self.fps, onset, end, offset,
            aus, key, one.top.tier.name, notes, fields,
        )  # fmt: skip

    def _overlaps(self, tier: Tier) -> None:
        last = 0.0
        for one in sorted(tier.annotations, key=lambda one: one.start):
            if one.start < last:
                self.met("annotations that overlap on one tier, read as they are", one.where)
            last = max(last, one.end)

    def _marks(self, tier: Tier, lanes: set[str]) -> list[Mark]:
        codes = () if self._is_ours(tier) else code_of(_APEX.sub("", tier.name).strip(" _-"))[0]
        wanted = frozenset(item.code for entry in codes for item in options_of(entry))
        lane = tier.parent if tier.parent in lanes else ""
        who = self._coder(tier), self._subject(tier)
        return [
            Mark(one.where, *who, self.clip, self._frames(one)[0], wanted, lane=lane)
            for one in tier.annotations
        ]

    def _watched(self, coders: tuple[str, ...], pieces: list[Piece]) -> object:
        people = {piece.subject for piece in pieces if piece.subject}
        person = people.pop() if len(people) == 1 else ""
        about: dict[str, object] = {"subject": person, "media": self.file.media}
        if self.own:
            given = self.file.properties
            about = {name: given.get(name, "") for name in ("subject", "media")}
            for name in ("frames", "neutral"):
                value, place = given.get(name, ""), f"property {name!r}"
                wrong = FileError(self.file.file, 0, value, "this is no frame", "Correct it", place)
                about[name] = frame_of(value, wrong)
            try:
                saw = json.loads(given.get("coders", "[]"))
                coders = tuple(dict.fromkeys([*map(str, saw), *coders]))
            except (ValueError, TypeError, RecursionError):
                where = FileError(self.file.file, 0, given["coders"], "", "", "property 'coders'")
                raise said(where, "this is no list", 'Write it as ["Kim", "Ada"]') from None
        known = () if coders == ("",) else coders
        return watched_from(self.top, clip=self.clip, fps=self.fps, coders=known, **about)
