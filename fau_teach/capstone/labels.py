"""From what the tools found to a label: which code, micro or macro, and which emotion."""

from __future__ import annotations

from dataclasses import dataclass

from fau_teach import facs
from fau_teach.anatomy import branches_of
from fau_teach.capstone.measured import Stage
from fau_teach.capstone.truth import Planted
from fau_teach.clip import definitions
from fau_teach.coding import Event, fused
from fau_teach.coding.conditions import Fused
from fau_teach.face.muscles import muscles

CODER = "tools"


@dataclass(frozen=True, slots=True)
class Labelled:
    """The end of the chain.

    Parameters
    ----------
    muscle : of the anatomy, that which the measured forces put first
    nerves : branches that reach it
    event : what a coder would have written, timed by one stage
    micro : definitions of "micro" that its frames meet
    fused : label, confidence, and whether a person has to look
    """

    muscle: str
    nerves: tuple[str, ...]
    event: Event
    micro: tuple[str, ...]
    fused: Fused


def code_of(muscle: str) -> str:
    """Main code of a muscle of the anatomy: that of which it is the only muscle, else the first.

    Raises
    ------
    ValueError
        No main action unit names the muscle.
    """
    found = [unit for unit in facs.catalogue() if unit.kind == "AU" and muscle in unit.muscles]
    if not found:
        raise ValueError(f"{muscle}: no action unit names this muscle.")
    return min(found, key=lambda unit: len(unit.muscles)).code


def labelled(
    truth: Planted, forces: Stage, timed: Stage, material: str = "", self_report: str = ""
) -> Labelled:
    """Name the code by the muscle that pulls most, time it, and let three conditions vote.

    Parameters
    ----------
    truth : whose clip was measured; only its name and its face's are read
    forces : of :func:`by_force`, which says how much each muscle pulls
    timed : stage whose key times make the event, such as the video
    material, self_report : what was meant to be evoked, and what the person said

    Source: S0-098, S0-100, S2-060; SX-06.
    """
    strongest = max(forces.also, key=lambda name: forces.also[name])
    of = {f"{pull.id}_{side}": pull.muscle for pull in muscles() for side in ("left", "right")}
    muscle = of[strongest]
    who, (onset, apex, offset) = truth.clip, (round(at * timed.rate) for at in timed.found)
    event = Event(
        CODER, who.identity, f"{who.identity}-{who.seed}", timed.rate, onset, apex, offset,
        code_of(muscle), material=material, self_report=self_report,
    )  # fmt: skip
    micro = tuple(name for name in definitions() if event.micro_by(name))
    return Labelled(muscle, tuple(sorted(branches_of(muscle))), event, micro, fused(event))
