"""Exercises of chapter 1, "From nerves to action units"."""

from __future__ import annotations

from fau_teach import anatomy, facs, micro
from fau_teach.exercises._core import Exercise


def _canonical(answer: object) -> str:
    if not isinstance(answer, str):
        raise TypeError("The answer is a score as text, for example '1+2C'.")
    return facs.format(facs.parse(answer))


def _not_purely_facial() -> set[str]:
    return set(anatomy.not_purely_facial_nerve())


# Units that the chapter has taught by then; the lesion takes more than these.
ASKED = frozenset({"1", "2", "4", "6", "12", "15", "17", "26"})
SIDELESS = "Right place; add the side in front: left_ or right_."

EXERCISES = (
    Exercise(
        id="1.1",
        title="What a left cortex lesion takes from the right side",
        solution=lambda: anatomy.simulate("left_cortex", "voluntary").lost("R") & ASKED,
        right="The lower facial nucleus depends on the opposite cortex, the upper one on both.",
        hint="Which of these move the mouth and chin? The brow and the eye hear both hemispheres.",
        wrong=(
            (frozenset(), "On which side did you look? The lower face hears the opposite cortex."),
            (
                {"1", "2", "4", "6", "12", "15", "17"},
                "A cut nerve takes all these, forehead included. A central lesion spares it.",
            ),
            (
                {"12", "15", "17", "26"},
                "Nearly. AU26 lets the jaw fall: which nerve serves its muscles?",
            ),
            ({"1", "2", "4", "6"}, "It is the other way round: the upper face is the spared one."),
        ),
        source="S0-059",
    ),
    Exercise(
        id="1.2",
        title="Which lesion takes the smile of joy on the left, and leaves the smile on command",
        solution=lambda: "right_emotional_pathway",
        right="Two paths reach one nucleus: the command path is whole, so the muscle still works.",
        hint="Look for the lesion whose smile differs between the two commands.",
        wrong=(
            (
                "left_emotional_pathway",
                "Right kind, wrong side: the path crosses before the nucleus.",
            ),
            ("right_cortex", "This takes the smile on command, and leaves the smile of joy."),
            ("emotional_pathway", SIDELESS),
            (
                "left_facial_nerve",
                "Below the nucleus there is one nerve for both: both smiles go.",
            ),
            ("left_facial_nucleus", "Both paths end in this nucleus: both smiles go."),
        ),
        source="S0-070",
    ),
    Exercise(
        id="1.3",
        title="AUs of the guide that do not hang on the facial nerve alone",
        solution=_not_purely_facial,
        right="Seven of thirty: the lid lifter hangs on nerve III, the jaw on V3.",
        hint="Look for the lid lifter (nerve III) and for the muscles of the jaw (V3).",
        wrong=(
            (
                {"5", "41", "43", "45", "46"},
                "You have the lids. Which AUs open the jaw, and which nerve serves its muscles?",
            ),
            ({"26", "27"}, "You have the jaw. Which AUs need the lid lifter to pull or to let go?"),
            (set(), "The source says so; but look up the nerve of levator palpebrae superioris."),
        ),
        source="S0-020; E0-20",
    ),
    Exercise(
        id="1.4",
        title="Find the lesion from its signs",
        solution=lambda: "left_temporal",
        right="One branch serves the brow and shares the eye closer with the zygomatic branch.",
        hint="Brow lost, eye weak, mouth whole, one side only: is that a nerve or a branch?",
        wrong=(
            ("left_facial_nerve", "The whole nerve would take the mouth as well."),
            ("right_cortex", "A central lesion does the reverse: it spares the brow."),
            ("right_temporal", "Right branch, wrong side: nerves do not cross below the nucleus."),
            ("left_zygomatic", "This weakens the eye and the smile. The brow would stay."),
            ("temporal", SIDELESS),
            ("temporal branch", SIDELESS),
        ),
        source="S0-014",
    ),
    Exercise(
        id="1.5",
        title="Write what you saw",
        solution=lambda: _canonical("L12C+B22B"),
        right="Side and lip part come before the number, the intensity after it.",
        hint="Side or lip part, then the number, then the intensity: R14A is a trace on the right.",
        wrong=(
            ("R12C+B22B", "The side is the subject's, not the one where you see it."),
            ("L12C+22B", "Only the bottom lip moved. A letter before the number says so."),
            ("L12B+B22B", "The notation is right. Trace, slight, marked: which letter is marked?"),
            ("L12D+B22B", "The notation is right. D is severe; which letter is marked?"),
            ("L12C+B22A", "The notation is right. A is a trace; which letter is slight?"),
            ("L12C+T22B", "T is the top lip."),
        ),
        source="S2-062",
        normalise=_canonical,
    ),
    Exercise(
        id="1.6",
        title="Nine frames at 30 frames a second: micro by which definition?",
        solution=lambda: {
            name for name, holds in micro.classify(micro.duration_of(9, 30)).items() if holds
        },
        right="0.3 s lies between 1/5 s and 1/2 s; without an apex the onset rule is mute.",
        hint="Work out the duration first: frames divided by frame rate.",
        wrong=(
            ({"classic", "total500"}, "Nine frames last 0.3 s. How long is 1/5 s?"),
            (
                {"onset260"},
                "You do not know the apex, so the onset rule cannot say. What of the duration?",
            ),
            (
                {definition.name for definition in micro.definitions()},
                "Use the IDs in front of the bar, and only those that hold.",
            ),
            ({"Half a second in all"}, "The right rule. Use its ID, in front of the bar."),
            ({"classic"}, "Nine frames last 0.3 s. How long is 1/5 s?"),
            (
                {"total500", "onset260"},
                "The onset rule asks for the time to the apex, which you do not know here.",
            ),
            (set(), "1/25 s to 1/5 s is not the only definition."),
        ),
        source="S0-007; E0-27",
    ),
)
