"""Makes the county report: one pass over the groups, sums in the database, tables and sentences of both.

A bounded number of queries (25 at most), however many groups, assessments and records there are.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db.models import Model
from django.utils import timezone

from evidence.analysis import NO_LISTS, Lists
from groups.models import LIO, Community, CredentialKind, District, ServiceArea, User
from readiness.models import Criterion
from readiness.reports import actions, influence, levels, papers, tables
from readiness.reports.behind import link
from readiness.reports.choice import ReportChoice
from readiness.reports.coverage import coverage
from readiness.reports.definitions import DEFINITIONS
from readiness.reports.need import need
from readiness.reports.sentences import Figures, sentences
from readiness.reports.spine import Bands, Move, recent_from, spine
from readiness.reports.tables import Names
from readiness.reports.tally import CountyTally, tally_of
from readiness.reports.values import Asked, Cell, CountyReport, Sentence

# Lists that several tables draw on.
LISTS: dict[str, type[Model]] = {
    "service_area": ServiceArea,
    "district": District,
    "community": Community,
    "lio": LIO,
}
BY_COMMAND = "A command on the portal’s own machine"


def collect(choice: ReportChoice, *, by: User | None, lists: Lists = NO_LISTS) -> CountyReport:
    """The report over what this person may see. None is whoever runs the machine, who sees all.

    lists: whole lists that have been read already, by the keys of LISTS: a query less for each.
    """
    lists = {key: lists.get(key) or list(model._default_manager.all()) for key, model in LISTS.items()}
    names = _names(choice, lists)
    scope = choice.groups(by)
    active = choice.active(scope)
    sums = levels.LevelSums()
    tally = tally_of(
        levels.adding_levels(
            spine(choice, scope, Bands(names.bands), recent_from(choice.as_at)), sums, choice.as_at
        ),
        visited_from=choice.compare,
    )
    of_papers = papers.counts(active, choice.as_at)
    late = actions.late_by_lio_and_who(active, choice.as_at)
    told = need(choice, by, lists)
    return CountyReport(
        asked=Asked(
            as_at=choice.as_at,
            compare=choice.compare,
            filters=choice.words,
            query=choice.query,
            by=BY_COMMAND if by is None else str(by),
            made_at=timezone.now(),
        ),
        sentences=_sentences(choice, tally, names, of_papers, late, told[-1].rows[-1].cells[0]),
        tables=(
            tables.summary(choice, tally, late.total()),
            tables.bands(choice, tally, names),
            tables.routes(choice, tally, names),
            tables.movement(choice, tally),
            tables.districts(choice, tally, names),
            tables.levels(choice, sums, names, tally.districts),
            tables.lios(choice, tally, names, late),
            tables.kinds(choice, tally),
            tables.papers(choice, of_papers, names, tally.everything.groups),
            influence.unsupported(choice, sums, names),
            *influence.contact(choice, active),
            *coverage(choice, tally, active, lists, names.districts, by=by),
            *told,
        ),
        definitions=DEFINITIONS,
    )


def _names(choice: ReportChoice, lists: Lists) -> Names:
    """Two queries."""
    criteria = list(
        Criterion.objects.filter(edition__is_current=True).select_related("edition").order_by("position")
    )
    edition = criteria[0].edition if criteria else None
    districts: list[Any] = list(lists["district"])
    lios: list[Any] = sorted(lists["lio"], key=lambda lio: lio.name)
    return Names(
        bands=edition.band_names if edition else (),
        routes=edition.route_titles if edition else {},
        criteria={criterion.code: criterion.title for criterion in criteria},
        districts={
            district.pk: district.name
            for district in districts
            if (district.ends_on is None or district.ends_on > choice.as_at)
            and (district.starts_on is None or district.starts_on <= choice.as_at)
            and (choice.district is None or district.pk == choice.district.pk)
        },
        lios={lio.pk: lio.name for lio in lios if choice.lio is None or lio.pk == choice.lio.pk},
        kinds={kind.pk: kind for kind in CredentialKind.objects.all()},
    )


def _sentences(
    choice: ReportChoice,
    tally: CountyTally,
    names: Names,
    of_papers: dict[int, Counter[str]],
    late: Counter[tuple[int, str]],
    records: Cell,
) -> tuple[Sentence, ...]:
    of = tally.everything
    best = next((key for key in reversed(list(names.routes)) if of.routes[key]), "")
    return sentences(
        Figures(
            as_at=choice.as_at,
            compare=choice.compare,
            groups=of.groups,
            assessed=of.assessed,
            recent=of.recent,
            up=of.moves[Move.UP],
            down=of.moves[Move.DOWN],
            new=of.moves[Move.NEW],
            score=of.score,
            score_before=of.score_before,
            best_route=names.routes.get(best, ""),
            at_best_route=of.routes[best] if best else 0,
            empty_districts=[name for pk, name in names.districts.items() if pk not in tally.districts],
            late=late.total(),
            expired=sum(found["expired"] for found in of_papers.values()),
            records=records.value if isinstance(records.value, int) else None,
            is_filtered=choice.is_filtered,
            is_by_group=bool(choice.kind or choice.route),
        ),
        {
            "recent": link(choice, assessed="recent"),
            "up": link(choice, move=Move.UP) if of.moves[Move.UP] else "",
            "best_route": link(choice, at=best),
            "late": link(choice, late="yes") if late else "",
        },
    )
