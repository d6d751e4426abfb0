"""Judges a contract by its value, day, service and buyer. Pure: the same facts and files give the same verdict."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum

from readiness.procurement.files import Figures, Note, Outcome, Source, Threshold
from toolkit_portal.core.dates import months_after

FRESH_MONTHS = 12


class Buyer(StrEnum):
    COUNCIL = "council"
    NHS = "nhs"
    NHS_TRUST = "nhs-trust"
    POLICE = "police"
    CENTRAL = "central"
    OTHER_PUBLIC = "other-public"
    PRIME = "prime"
    PRIVATE = "private"


class Service(StrEnum):
    HEALTH = "health"
    LIGHT_TOUCH = "light-touch"
    OTHER = "other"
    UNSURE = "unsure"


BUYERS = {
    Buyer.COUNCIL: "A council: county, district, borough or city",
    Buyer.NHS: "The NHS integrated care board",
    Buyer.NHS_TRUST: "An NHS trust, such as a hospital",
    Buyer.POLICE: "Police, fire service or crime commissioner",
    Buyer.CENTRAL: "Central government: a department or national agency",
    Buyer.OTHER_PUBLIC: "A school, college or other public body",
    Buyer.PRIME: "A larger provider that would pay us for a part of its contract",
    Buyer.PRIVATE: "A private company or a charity, for itself",
}
SERVICES = {
    Service.HEALTH: "Health care for patients",
    Service.LIGHT_TOUCH: "Social care, community, education and the like",
    Service.OTHER: "Something else",
    Service.UNSURE: "I’m not sure",
}
_CHOOSES_HEALTH_CARE = (Buyer.COUNCIL, Buyer.NHS, Buyer.NHS_TRUST)
# Those that the thresholds of central government hold for.
_CENTRAL = (Buyer.CENTRAL, Buyer.NHS_TRUST)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The value beside one threshold. Equal counts as reached: the rules hold from the threshold on."""

    threshold: Threshold
    reached: bool
    is_old: bool
    """The threshold is of an earlier time than the day, because no newer one is known."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which rules hold for a contract, why, and what that means for a small group."""

    outcome: Outcome
    value: Decimal
    """In pounds, VAT included."""
    reasons: tuple[str, ...]
    compared: tuple[Comparison, ...]
    means: tuple[Note, ...]
    ask: tuple[Note, ...]
    ready: tuple[Note, ...]
    check: tuple[Note, ...]
    """What could not be confirmed, and has to be asked."""
    warnings: tuple[str, ...]
    sources: tuple[Source, ...]
    figures: Figures

    @property
    def regime(self) -> str:
        """The key of the outcome, one of files.OUTCOMES."""
        return self.outcome.key

    @property
    def has_full_rules(self) -> bool:
        """Whether it is sure that the full rules hold, with their limit on what may be asked before award."""
        return self.regime == "above"

    @property
    def checked_on(self) -> date:
        """The day on which the oldest of the sources was checked."""
        return min(source.checked for source in self.sources)

    def is_stale(self, today: date) -> bool:
        """Whether a source was checked more than a year ago; on the very day a year later it isn't yet."""
        return today > months_after(self.checked_on, FRESH_MONTHS)


def judge(
    *, value: Decimal, includes_vat: bool, day: date, service: Service, buyer: Buyer, figures: Figures
) -> Verdict:
    """Judges a contract by a file of figures.

    value         pounds for the whole contract, every year and extension counted
    includes_vat  False adds VAT, since thresholds count it
    day           when the buyer announced it or set out to buy
    figures       what figures_for gives for that day
    """
    whole = value if includes_vat else value * (100 + figures.vat_percent) / 100
    key, reasons = _rules(day, service, buyer, figures)
    compared: tuple[Comparison, ...] = ()
    facets: list[str] = []
    if not key:
        compared = _compare(whole, day, service, buyer, figures)
        key = _by_thresholds(compared)
        facets = _facets(whole, day, service, buyer, key, figures)
        reasons += _figures_in_words(value, whole, day, service, compared, figures)
    outcome = figures.outcomes[key]
    notes = [note for note in figures.notes if {key, *facets} & set(note.when)]
    used = {
        *outcome.sources,
        *(name for note in notes for name in note.sources),
        *(name for comparison in compared for name in comparison.threshold.sources),
    }
    return Verdict(
        outcome=outcome,
        value=whole,
        reasons=tuple(reasons),
        compared=compared,
        means=_of_kind(notes, "means"),
        ask=_of_kind(notes, "ask"),
        ready=_of_kind(notes, "ready"),
        check=_of_kind(notes, "check"),
        warnings=_warnings(compared),
        sources=tuple(source for name, source in figures.sources.items() if name in used),
        figures=figures,
    )


def pounds(sum_of: Decimal) -> str:
    """A sum as people read it, £207,720 or £207,719.99; cut, not rounded, so that what is below looks below."""
    cut = sum_of.quantize(Decimal("0.01"), ROUND_DOWN)
    return f"£{cut:,.0f}" if cut == cut.to_integral_value() else f"£{cut:,.2f}"


def _rules(day: date, service: Service, buyer: Buyer, figures: Figures) -> tuple[str, list[str]]:
    """The outcome where no threshold decides it, else "", and the reasons so far."""
    act, selection = figures.beginnings["procurement-act"], figures.beginnings["provider-selection"]
    if buyer is Buyer.PRIME:
        return "sub-contract", ["The one who pays you is a provider, not a public body."]
    if buyer is Buyer.PRIVATE:
        return "private", ["The one who buys isn’t a public body."]
    if service is Service.HEALTH and buyer in _CHOOSES_HEALTH_CARE:
        if day < selection:
            return "older-rules", [
                f"The Provider Selection Regime began on {_day(selection)}; this is from before."
            ]
        return "provider-selection", [
            f"It is health care, bought by the NHS or a council on or after {_day(selection)}."
        ]
    if day < act:
        return "older-rules", [f"The Procurement Act 2023 began on {_day(act)}; this is from before."]
    reasons = [f"A public body buys, and the Procurement Act 2023 has been in force since {_day(act)}."]
    return "", reasons


def _compare(
    value: Decimal, day: date, service: Service, buyer: Buyer, figures: Figures
) -> tuple[Comparison, ...]:
    services = "central" if buyer in _CENTRAL else "services"
    keys = {
        Service.LIGHT_TOUCH: ("light-touch",),
        Service.OTHER: (services,),
    }.get(service, (services, "light-touch"))
    found = []
    for key in keys:
        threshold, is_old = _threshold(key, day, figures)
        if threshold is not None:
            found.append(Comparison(threshold, value >= threshold.pounds, is_old))
    return tuple(found)


def _threshold(key: str, day: date, figures: Figures) -> tuple[Threshold | None, bool]:
    """The threshold of a day, or the last one known for a day that is later than all, and whether it is that."""
    if day > figures.ends:
        return figures.threshold(key, figures.ends), True
    return figures.threshold(key, day), False


def _by_thresholds(compared: tuple[Comparison, ...]) -> str:
    if not compared:
        return "no-figure"
    reached = {comparison.reached for comparison in compared}
    return "either" if len(reached) == 2 else "above" if True in reached else "below"


def _facets(
    value: Decimal, day: date, service: Service, buyer: Buyer, key: str, figures: Figures
) -> list[str]:
    facets = ["public"]
    notice, _ = _threshold("notice", day, figures)
    # Above the threshold the full rules say what has to be announced.
    if buyer is Buyer.COUNCIL and notice is not None and key != "above":
        facets.append("from-notice" if value >= notice.pounds else "under-notice")
    if service is Service.UNSURE and buyer in _CHOOSES_HEALTH_CARE:
        facets.append("maybe-health")
    if buyer is Buyer.NHS and service is not Service.LIGHT_TOUCH and key != "no-figure":
        facets.append("care-board")
    return facets


def _figures_in_words(
    value: Decimal,
    whole: Decimal,
    day: date,
    service: Service,
    compared: tuple[Comparison, ...],
    figures: Figures,
) -> list[str]:
    if not compared:
        return [f"Our figures begin on {_day(figures.begins)}, and thresholds change. {_day(day)} is before."]
    words = []
    if value != whole:
        words.append(
            f"Thresholds include VAT, so {figures.vat_percent}% was added: {pounds(value)} comes to {pounds(whole)}."
        )
    words += [_compared_in_words(whole, comparison) for comparison in compared]
    if service is Service.HEALTH:
        words.append(
            "For health care that neither the NHS nor a council buys we have checked no rule of its own, so both "
            "thresholds are shown."
        )
    return words


def _compared_in_words(value: Decimal, comparison: Comparison) -> str:
    threshold = comparison.threshold
    shown, least = pounds(value), pounds(Decimal(threshold.pounds))
    if value == threshold.pounds:
        place = f"{shown} is the threshold itself, which counts as reached"
    else:
        place = f"{shown} is {'above' if comparison.reached else 'below'} the threshold of {least}"
    return f"{threshold.title}: {place} ({_day(threshold.begins)} to {_day(threshold.ends)})."


def _warnings(compared: Iterable[Comparison]) -> tuple[str, ...]:
    ends = {comparison.threshold.ends for comparison in compared if comparison.is_old}
    return tuple(
        f"The figures here are for days up to {_day(end)}. They change every two years, so new ones are due. "
        "Look them up before you rely on this."
        for end in sorted(ends)
    )


def _of_kind(notes: Iterable[Note], kind: str) -> tuple[Note, ...]:
    return tuple(note for note in notes if note.kind == kind)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
