"""Plain sentences on why an action unit is kept, weak or lost."""

from __future__ import annotations

from collections.abc import Iterable

from fau_teach.anatomy.wiring import MIDLINE, WORD, Mover, Outcome, Step

MIDLINE_NOTE = {
    "19": "the tongue still comes out, turned to the weak side",
    "27": "the jaw still opens, turned to the weak side",
}
LID = "levator_palpebrae_superioris"
# Muscle that is slack for good: what the face shows at rest on that side.
SIGNS = {
    LID: "the upper lid droops (ptosis)",
    "frontalis_medial": "the brow hangs and the forehead is smooth",
    "orbicularis_oculi_palpebral": "the lower lid sags",
    "zygomaticus_major": "the corner of the mouth hangs",
}


def _join(items: Iterable[str]) -> str:
    """Items as "a, b and c", each once."""
    words = list(dict.fromkeys(items))
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _names(movers: Iterable[Mover]) -> str:
    """Names of muscles, with an article where English wants one."""
    wants = (" part of ", " belly of ", " muscle")
    return _join(f"the {m.name}" if any(w in m.name for w in wants) else m.name for m in movers)


def _verb(items: list[Mover], one: str, many: str) -> str:
    return one if len(items) == 1 else many


def _place(step: Step) -> str:
    """Name of a cut place, side first."""
    word = WORD[step.side]
    named = step.side == "both" or step.label.startswith(word)
    return f"the {step.label}" if named else f"the {word} {step.label}"


def _cuts(movers: Iterable[Mover]) -> str:
    """Where the paths of some movers are cut."""
    return _join(_place(step) for m in movers for route in m.routes for step in route.cuts)


def _lost(outcome: Outcome, name: str) -> str:
    text = f"{name} is lost, because the path is cut at {_cuts(outcome.counted)}"
    if any(0 < m.drive < m.healthy for m in outcome.counted):
        text += "; the little that still arrives is too weak to count"
    slack = [m for m in outcome.counted if m.slack and m.action == "relax"]
    if slack:
        text += f"; {_names(slack)} {_verb(slack, 'is', 'are')} slack already"
    return text


def _branches(mover: Mover) -> str:
    """Say how a muscle lives on through one of its branches."""
    dead = _join(_place(step) for route in mover.routes for step in route.cuts)
    alive = _join(f"the {route.steps[-3].label}" for route in mover.routes if not route.cuts)
    return f"{dead} is cut, but {alive} still drives {_names([mover])}"


def _weak(outcome: Outcome, name: str) -> str:
    if outcome.code in MIDLINE:
        where = _cuts(outcome.counted)
        why = f"this side is cut at {where}" if where else "the other side does not help"
        return f"{name} is weak: {why}, but {MIDLINE_NOTE[outcome.code]}"
    working = [m for m in outcome.counted if m.drive > 0]
    halved = [m for m in working if m.drive < m.healthy]
    dead = [m for m in outcome.counted if m.drive == 0 and not (m.slack and m.action == "relax")]
    if not dead:
        return f"{name} is weak: " + "; ".join(_branches(m) for m in halved)
    if any(m.muscle == LID for m in working):
        return (
            f"{name} is incomplete: {_names(working)} still relaxes, but {_names(dead)} cannot "
            f"close the lid (lagophthalmos), cut at {_cuts(dead)}"
        )
    return (
        f"{name} is weak: {_names(working)} still {_verb(working, 'works', 'work')}, "
        f"but {_names(dead)} {_verb(dead, 'does', 'do')} not, cut at {_cuts(dead)}"
    )


def _kept(outcome: Outcome, name: str) -> str:
    slack = [m for m in outcome.counted if m.slack]
    if slack and outcome.counted[0].role == "alternative":
        works = [m for m in outcome.counted if m.drive >= m.healthy]
        return f"{name} is kept: {_names(works)} alone can do it"
    if slack and outcome.code in MIDLINE:
        return (
            f"{name} is kept: {_names(slack)} of this side are slack for good, so the bite is "
            "weak, and those of the other side still let go"
        )
    if slack:
        return f"{name} is kept, although {_names(slack)} is slack and no longer under command"
    minor = _cuts(m for m in outcome.counted if m.drive >= m.healthy)
    if minor:
        return f"{name} is kept: {minor} is cut, which is only a minor supply here"
    if outcome.spare:
        return f"{name} is kept, because one hemisphere is enough for this nucleus"
    return f"{name} is kept: nothing on this path is cut"


def explain(outcome: Outcome, status: str, command: str) -> str:
    """Two sentences: the path of the command, then what became of the unit.

    Parameters
    ----------
    outcome : an action unit on one side
    status : "kept", "weak" or "lost"
    command : "voluntary" or "emotional"
    """
    chain = " → ".join(str(step) for step in outcome.route.steps)
    wording = {"kept": _kept, "weak": _weak, "lost": _lost}[status]
    text = wording(outcome, f"AU{outcome.code}")
    gone = [m for m in outcome.assistants if m.drive < m.healthy]
    if gone and status != "lost":
        only = _verb(gone, "which only assists, is", "which only assist, are")
        text += f"; {_names(gone)}, {only} cut off"
    if any(m.muscle == LID and m.slack for m in outcome.counted):
        text += f"; at rest {SIGNS[LID]}"
    return f"{command.capitalize()} command: {chain}. {text}."


def signs(outcomes: Iterable[Outcome]) -> tuple[str, ...]:
    """What slack muscles show at rest, one phrase a side and muscle."""
    found = []
    for outcome in outcomes:
        for mover in outcome.counted:
            if mover.slack and mover.muscle in SIGNS:
                found.append(f"{WORD[outcome.side]}: {SIGNS[mover.muscle]}")
    return tuple(dict.fromkeys(found))
