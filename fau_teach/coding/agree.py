"""Agreement of the coders of a session."""

from __future__ import annotations

from typing import Any

from fau_teach import agreement
from fau_teach.coding.session import Session


def coded_clips(session: Session) -> tuple[agreement.CodedClip, ...]:
    """What each coder scored in each clip, as :mod:`fau_teach.agreement` compares it.

    A coder who looked at a clip and has no event there saw nothing; a coder who did not look
    is a gap.
    """
    coders = session.coders
    seen: dict[tuple[str, str], list[agreement.Segment]] = {}
    for event in session.events:
        segment = agreement.Segment(event.onset, event.apex, event.offset, event.score)
        seen.setdefault((event.clip, event.coder), []).append(segment)
    return tuple(
        agreement.CodedClip(
            clip.clip,
            clip.subject,
            clip.fps,
            clip.frames,
            {
                coder: tuple(seen.get((clip.clip, coder), ()))
                for coder in coders
                if not clip.coders or coder in clip.coders
            },
        )
        for clip in session.watched
    )


def agree(session: Session, **options: Any) -> agreement.Report:
    """How far the coders of a session agree, each pair and all of them.

    Parameters
    ----------
    session : of two or more coders; :func:`fau_teach.coding.joined` makes one of several
    options : as in :func:`fau_teach.agreement.report`

    Raises
    ------
    ValueError
        There are no two coders, or an option is not possible.

    Source: S0-103, S0-104; E0-07.
    """
    return agreement.report(coded_clips(session), **options)
