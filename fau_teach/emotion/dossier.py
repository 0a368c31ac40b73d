"""Everything on one AU and one emotion in one place: tables, counts, studies, base rates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from fau_teach import facs
from fau_teach.emotion._codes import codes_of
from fau_teach.emotion.evidence import Association, Measure, casme3
from fau_teach.emotion.learned import learned
from fau_teach.emotion.learning import SIX
from fau_teach.emotion.published import (
    ExclusiveSupport,
    Finding,
    Listing,
    exclusive_support,
    findings,
)

_DATA_SETS = {
    "CK": "Cohn-Kanade",
    "CM macro": "CAS(ME)³ macro",
    "CM micro": "CAS(ME)³ micro",
    "UNBC": "UNBC pain",
}
_ROLES = {"always": "required", "sometimes": "in some variants", "optional": "may show"}


@dataclass(frozen=True, slots=True)
class PairEvidence:
    """All that the handbook knows about one AU and one emotion, for and against.

    ``learned`` maps source Tables 1 and 2 to (rank, value), or None if no legible rank has the
    AU. ``counts`` is None where nobody counted the pair for us.
    """

    code: str
    emotion: str
    support: ExclusiveSupport
    learned: Mapping[str, tuple[int, float] | None]
    counts: Association | None
    findings: tuple[Finding, ...]
    base_rates: Mapping[str, tuple[float, str]]

    def _repr_html_(self) -> str:
        rows = [
            ("Tables that list it", _here(self.support.here)),
            ("Tables that list it for another emotion", _elsewhere(self.support.elsewhere)),
        ]
        for name, place in self.learned.items():
            text = f"rank {place[0]}, {place[1]:.4f}" if place else "in no legible rank"
            rows.append((learned(name).title, text))
        if self.counts:
            rows += _counted(self.counts)
        rates = [
            f"{_DATA_SETS.get(name, name)} {percent:g} %"
            + (" (to be checked)" if confidence == "check" else "")
            for name, (percent, confidence) in self.base_rates.items()
        ]
        rows.append(("How often it shows at all", "; ".join(rates) or "not known to us"))
        studies: dict[str, list[str]] = {}
        for direction, heading in (
            ("supports", "Findings for"),
            ("mixed", "Findings, mixed"),
            ("limits", "Findings against"),
        ):
            said = [str(each) for each in self.findings if each.direction == direction]
            studies[heading] = said or ["none of ours on this pair alone"]
        cells = [(heading, escape(text)) for heading, text in rows]
        for heading, said in studies.items():
            cells.append(
                (heading, f"<ul>{''.join(f'<li>{escape(one)}</li>' for one in said)}</ul>")
            )
        body = "".join(
            f'<tr><th scope="row">{escape(heading)}</th><td>{cell}</td></tr>'
            for heading, cell in cells
        )
        caption = f"AU{self.code} and {self.emotion.lower()}: evidence, no verdict"
        return f'<table class="fau-card"><caption>{escape(caption)}</caption>{body}</table>'


def _here(found: tuple[Listing, ...]) -> str:
    said = []
    for each in found:
        details = [_ROLES[each.role] if each.share is None else f"{each.share:g} % of posers"]
        if each.confidence == "check":
            details.append("to be checked")
        said.append(f"{each.label} ({', '.join(details)})")
    return "; ".join(said) or "none of ours"


def _elsewhere(found: tuple[Listing, ...]) -> str:
    labels: dict[str, list[str]] = {}
    for each in found:
        labels.setdefault(each.emotion, []).append(each.label)
    return (
        "; ".join(f"{name}: {', '.join(each)}" for name, each in labels.items()) or "none of ours"
    )


def _counted(pair: Association) -> list[tuple[str, str]]:
    odds = pair.log_odds()
    rows = []
    questions: tuple[tuple[Measure, float, str], ...] = (
        ("reliability", pair.n_emotion, "of clips with the emotion, those with the AU"),
        ("specificity", pair.n_code, "of clips with the AU, those with the emotion"),
    )
    for measure, of, question in questions:
        low, high = pair.interval(measure)
        share = f"{pair.both / of:.2f} (95 % interval {low:.2f} to {high:.2f})"
        rows.append((f"CAS(ME)³: {question}", f"{pair.both:g} of {of:g}, {share}"))
    rows.append(
        (
            "CAS(ME)³: strength",
            f"lift {pair.lift:.1f}; H {pair.contrast:z.2f}; log-odds {odds.delta:z.1f} "
            f"({odds.low:z.1f} to {odds.high:z.1f}), z {odds.z:z.1f}",
        )
    )
    return rows


def evidence_for(code: object, emotion: str) -> PairEvidence:
    """Collect what tables, counts and studies say about one AU and one emotion.

    Parameters
    ----------
    code : such as 4, "4" or "AU4"
    emotion : one of the published tables' emotions, such as "Disgust"

    Raises
    ------
    EmotionError
        The code is not one, or no published table knows the emotion.
    LookupError
        FACS has no such code.

    Source: S0-041, S0-045, S0-054, S0-055; E0-40, E0-41.
    """
    (wanted,) = codes_of([code])
    support = exclusive_support(wanted, emotion)
    ranks: dict[str, tuple[int, float] | None] = {}
    for name in ("dong1", "dong2"):
        rank = learned(name).rank(wanted, emotion) if emotion in SIX else None
        value = learned(name).value(wanted, emotion) if emotion in SIX else None
        ranks[name] = None if rank is None or value is None else (rank, value)
    counted = (one for one in casme3() if (one.code, one.emotion) == (wanted, emotion))
    return PairEvidence(
        code=wanted,
        emotion=emotion,
        support=support,
        learned=ranks,
        counts=next(counted, None),
        findings=tuple(each for each in findings() if each.concerns(wanted, emotion)),
        base_rates=facs.au(wanted).base_rates,
    )
