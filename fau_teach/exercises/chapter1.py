"""Exercises of chapter 1, "From nerves to action units"."""

from __future__ import annotations

from functools import cache

from fau_teach import anatomy, facs, micro
from fau_teach.exercises._core import Exercise


def _canonical(answer: object) -> str:
    if not isinstance(answer, str):
        raise TypeError("The answer is a score as text, for example '1+2C'.")
    return facs.format(facs.parse(answer))


def _not_purely_facial() -> set[str]:
    return set(anatomy.not_purely_facial_nerve())


@cache
def _cuts_that_change(code: str, side: str, command: str) -> frozenset[str]:
    results = {one.id: anatomy.simulate(one.id, command) for one in anatomy.lesions()}
    return frozenset(name for name, one in results.items() if one.status(code, side) != "kept")


# Units that the chapter has taught by then; the lesion takes more than these.
ASKED = frozenset({"1", "2", "4", "6", "12", "15", "17", "26"})
SIX_MUSCLES = frozenset(
    {"orbicularis oculi", "corrugator supercilii", "zygomaticus major"}
    | {"mentalis", "depressor anguli oris", "platysma"}
)
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
    Exercise(
        id="1.7",
        title="Muscles with a spare wire",
        prompt=(
            "`anatomy.branches_of` names the nerves of a muscle. Which of these six muscles does "
            "more than one nerve serve, so that a single cut weakens them and does not silence "
            "them? Set `answer` to the set of their names."
        ),
        starter="""\
from fau_teach import anatomy

names = ["orbicularis oculi", "corrugator supercilii", "zygomaticus major",
         "mentalis", "depressor anguli oris", "platysma"]
print(anatomy.branches_of("frontalis"))

answer = ...  # a set of names, such as {"frontalis"}
""",
        solution=lambda: {name for name in SIX_MUSCLES if len(anatomy.branches_of(name)) > 1},
        right="The eye ring, the main smile muscle and the muscle that pulls the corner down.",
        hint="Loop over the names and keep those with len(anatomy.branches_of(name)) > 1.",
        wrong=(
            (
                {"orbicularis oculi"},
                "The source prints two nerves for this one alone. The model has more: try each.",
            ),
            (
                {"corrugator supercilii", "mentalis", "platysma"},
                "It is the other way round: each of these hangs on one nerve alone.",
            ),
            (SIX_MUSCLES, "Every muscle has a nerve. Ask how many: the length must exceed one."),
            (
                {"VII_temporal", "VII_zygomatic", "VII_buccal", "VII_marginal_mandibular"},
                "These are the nerves. The answer holds the names of the muscles.",
            ),
        ),
        source="S0-014; S0-015; S0-016; S0-017; S0-018; E0-17; E0-21",
    ),
    Exercise(
        id="1.8",
        title="Every cut that reaches the left corner of the mouth",
        prompt=(
            "Somebody tries to smile on request and the subject's left corner, AU12, is weak or "
            "does not move. Which single cuts explain that? Try every lesion of the model, on "
            "both sides, and set `answer` to the set of the IDs whose status is not `kept`."
        ),
        starter="""\
from fau_teach import anatomy

for lesion in anatomy.lesions():
    result = anatomy.simulate(lesion.id, command="voluntary")
    print(lesion.id, result.status("12", "L"))

answer = ...  # a set of IDs, such as {"left_cervical"}
""",
        solution=lambda: _cuts_that_change("12", "L", "voluntary"),
        right="Five cuts: the cortex of the other side, then nucleus, nerve and two branches here.",
        hint="Keep lesion.id wherever the status is weak or lost, on either side.",
        wrong=(
            (
                {"left_facial_nucleus", "left_facial_nerve", "left_zygomatic", "left_buccal"},
                "One is missing, and it is not on the left: where does the command come from?",
            ),
            (
                {"left_facial_nucleus", "left_facial_nerve", "right_cortex"},
                "These abolish the smile. The question asks for a weak one, too.",
            ),
            (
                {"left_zygomatic", "left_buccal"},
                "These weaken the smile. Cuts that abolish it count, too.",
            ),
            (
                {"left_cortex", "right_zygomatic", "right_buccal"}
                | {"right_facial_nucleus", "right_facial_nerve"},
                "That is the right corner. The second argument of status is the subject's side.",
            ),
            (
                {"right_emotional_pathway", "left_zygomatic", "left_buccal"}
                | {"left_facial_nucleus", "left_facial_nerve"},
                "That is the smile of joy. On request the command is 'voluntary'.",
            ),
        ),
        source="S0-014; S0-015; S0-059; E0-34",
    ),
    Exercise(
        id="1.9",
        title="What moved on the left",
        prompt=(
            "A coder wrote `1B+2B+L12C+R14A+25?`. Which codes say that something moved on the "
            "subject's left? Let `facs.parse` read the score, and set `answer` to the set of "
            "these codes. A code with a question mark counts."
        ),
        starter="""\
from fau_teach import facs

score = facs.parse("1B+2B+L12C+R14A+25?")
for item in score.items:
    print(item.code, repr(item.side))

answer = ...  # a set of codes, such as {"14"}
""",
        solution=lambda: {
            item.code for item in facs.parse("1B+2B+L12C+R14A+25?").items if item.side != "R"
        },
        right="No letter means both sides, so only the 14 on the right stays out.",
        hint="Keep item.code wherever item.side is not 'R'.",
        wrong=(
            ({"12"}, "The letter L means left alone. What does a code without a letter mean?"),
            (
                {"1", "2", "14", "25"},
                "That is the other side. Left is the subject's left, and L marks it.",
            ),
            ({"1", "2", "12", "14", "25"}, "R14 is on the right alone."),
            ({"1", "2", "12"}, "A question mark says how sure the coder is, not where it moved."),
            ({"1", "2", "25"}, "These moved on both sides. L12 moved on the left, too."),
            ({"1B", "2B", "L12C", "25?"}, "Right ones; give the codes alone: item.code."),
        ),
        source="S2-062",
    ),
)
