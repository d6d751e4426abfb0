"""The toolkit to read: every section in plain words, open to everybody who is signed in."""

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from readiness.models import Criterion, Edition, SuggestedAction


@dataclass(frozen=True, slots=True)
class LevelToRead:
    """One level of a section: its number and word, what it looks like, and what to try from there."""

    level: int
    word: str
    says: str
    actions: tuple[SuggestedAction, ...]


@dataclass(frozen=True, slots=True)
class LawToRead:
    """What the printed toolkit said about the law (may be empty), what holds now, and where that was found."""

    then: str
    now: str
    source: str
    checked: date
    url: str


@require_safe
def toolkit(request: HttpRequest) -> HttpResponse:
    """All sections by theme. ?edition= chooses another edition than the one that new assessments use."""
    editions = list(Edition.objects.all())
    wanted = request.GET.get("edition")
    edition = next((item for item in editions if (item.code == wanted if wanted else item.is_current)), None)
    if wanted and edition is None:
        edition = get_object_or_404(Edition, code=wanted)
    return render(
        request,
        "toolkit/toolkit.html",
        {
            "edition": edition,
            "editions": [
                {"url": _address(item), "text": f"{item.title} (in use)" if item.is_current else item.title}
                for item in editions
            ],
            "here": _address(edition) if edition else "",
            "themes": edition.themes.prefetch_related("criteria") if edition else [],
        },
    )


def _address(edition: Edition) -> str:
    """The list of one edition's sections."""
    return f"{reverse('toolkit')}?edition={edition.code}"


@require_safe
def toolkit_section(request: HttpRequest, edition: str, section: str) -> HttpResponse:
    """One section: why, the five levels, what to try, what counts as evidence, the law then and now."""
    found = get_object_or_404(
        Criterion.objects.select_related("edition", "theme").prefetch_related(
            "descriptors", "suggested_actions"
        ),
        edition__code=edition,
        code=section,
    )
    neighbours = list(found.edition.criteria.only("code", "title", "edition_id", "position"))
    place = neighbours.index(found)
    return render(
        request,
        "toolkit/section.html",
        {
            "section": found,
            "edition": found.edition,
            "others": Edition.objects.filter(criteria__code=found.code).exclude(pk=found.edition_id),
            "levels": levels_to_read(found),
            "law": [
                LawToRead(**{**note, "checked": date.fromisoformat(note["checked"])}) for note in found.law
            ],
            "is_lettered": found.code[-1].isalpha(),
            "before": neighbours[place - 1] if place else None,
            "after": neighbours[place + 1] if place + 1 < len(neighbours) else None,
        },
    )


def levels_to_read(criterion: Criterion) -> list[LevelToRead]:
    """The five levels of a section, lowest first, each with the actions suggested to a group there."""
    words = criterion.edition.settings["level_names"]
    actions = list(criterion.suggested_actions.all())
    return [
        LevelToRead(
            level=item.level,
            word=words[item.level].capitalize(),
            says=item.text,
            actions=tuple(action for action in actions if action.level == item.level),
        )
        for item in criterion.descriptors.all()
    ]
