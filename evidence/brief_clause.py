"""What a brief proposes for the tender (section 2.15): a culturally sensitive section, questions and their marks."""

from __future__ import annotations

from collections.abc import Sequence

from evidence.brief_document import ScoredQuestion
from evidence.brief_texts import barrier_text, named, question_text, service_text
from evidence.brief_words import places_words, who_words

QUALITY_MARKS = 100
SECTION_MARKS = 20
"""What the culturally sensitive section should carry of the marks for quality: our suggestion (section 2.15)."""
MOST_BARRIER_QUESTIONS = 4


def clause(
    *,
    service_area: str,
    districts: Sequence[str] = (),
    communities: Sequence[str] = (),
    barriers: Sequence[str] = (),
) -> tuple[str, ...]:
    """Return a draft section for the service specification, a numbered paragraph each (section 2.15)."""
    who = who_words(communities)
    service = service_text(service_area, "service")
    these = "this community" if len(communities) == 1 else "these communities"
    numbered = [
        f"Culturally sensitive service. The provider of this {service} service must make sure that {who} in"
        f" {places_words(districts)} can use it as easily, and with results as good, as everybody else.",
        f"The provider must plan, review and change the service together with people from {these} and with community"
        " groups that they trust, and pay such groups for the work it asks of them.",
    ]
    numbered += [f"The provider must {barrier_text(label, 'duty')}." for label in named(barriers)]
    numbered += [
        "The provider must count who uses the service, how long they wait and what comes of it by ethnic group and"
        " district, protect small numbers, and report every three months.",
        f"This section carries {SECTION_MARKS} of the {QUALITY_MARKS} marks for quality. A bidder that scores fewer"
        " than half of them must agree with the commissioner how it will improve before the contract starts.",
    ]
    return tuple(f"{number}. {text}" for number, text in enumerate(numbered, start=1))


def questions(barriers: Sequence[str] = ()) -> tuple[ScoredQuestion, ...]:
    """Return questions for bidders whose marks add up to SECTION_MARKS: a first, one a barrier (four at most), a last.

    barriers  labels, the most often named first
    """
    asked = [
        question_text("first"),
        *(
            (barrier_text(label, "question"), barrier_text(label, "good_answer"))
            for label in named(barriers)[:MOST_BARRIER_QUESTIONS]
        ),
        question_text("last"),
    ]
    return tuple(
        ScoredQuestion(question=question, marks=marks, good_answer=answer)
        for (question, answer), marks in zip(asked, _shared(SECTION_MARKS, len(asked)), strict=True)
    )


def _shared(total: int, parts: int) -> list[int]:
    """Whole numbers that differ by one at most and add up to the total, the larger first."""
    each, rest = divmod(total, parts)
    return [each + (number < rest) for number in range(parts)]
