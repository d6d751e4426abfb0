"""The county report as a job: the file is made by a worker, kept for a week, and had by whoever asked for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from groups.jobs import Covers, JobContext, JobFault, JobKind, Params, Result, register
from groups.models import LIO, Community, CommunityGroup, District, Job, User
from readiness.models import Edition
from readiness.reports.choice import ReportChoice
from readiness.reports.files import FORMATS, write_report
from readiness.reports.sentences import in_words
from readiness.route_keeping import settle_due
from toolkit_portal.core.pdf import PdfTooLarge
from toolkit_portal.core.spreadsheets import TableError

KIND = "county-report"
SCHEDULE = "schedule"
"""The parameter that says which schedule a report is for. The report itself doesn't look at it."""
GONE = "What the report was limited to isn’t there any more. Ask for it anew."


def params_of(choice: ReportChoice, format: str) -> dict[str, object]:
    """The parameters to queue a job with: days, ids and keys. format: a key of files.FORMATS."""
    return {
        "as_at": choice.as_at.isoformat(),
        "compare": choice.compare.isoformat(),
        "lio": choice.lio.pk if choice.lio else None,
        "district": choice.district.pk if choice.district else None,
        "community": choice.community.pk if choice.community else None,
        "kind": choice.kind,
        "route": choice.route,
        "format": format,
    }


def title_of(choice: ReportChoice, format: str) -> str:
    """What the job is called in its owner's list."""
    return f"County report as at {in_words(choice.as_at)}: {FORMATS[format].words}"


def may(user: User, params: Params) -> bool:
    """Managers may have any; an officer the one over their own LIO's groups."""
    roles = user.roles
    return bool(
        params.get("format") in FORMATS
        and (roles.is_manager or _id(params, "lio") in roles.officer_lio_ids)
        and _days(params) is not None
    )


def covers(user: User, params: Params) -> Covers:
    """The LIO whose groups are in it, or the county."""
    lio = _id(params, "lio")
    return Covers(county=True) if lio is None else Covers(lio=lio)


def _id(params: Params, name: str) -> int | None:
    value = params.get(name)
    return value if isinstance(value, int) else None


def _days(params: Params) -> tuple[date, date] | None:
    """Both days; None where they aren't days, or the earlier one isn't earlier."""
    try:
        as_at, compare = (date.fromisoformat(str(params[name])) for name in ("as_at", "compare"))
    except (KeyError, ValueError):
        return None
    return (as_at, compare) if compare < as_at else None


def choice_of(params: Params) -> ReportChoice:
    """What was asked. Raises JobFault where a record that it names is gone."""
    days = _days(params)
    edition = Edition.objects.filter(is_current=True).first()
    route, kind = str(params.get("route") or ""), str(params.get("kind") or "")
    titles = edition.route_titles if edition else {}
    if days is None or (route and route not in titles) or kind not in {"", *CommunityGroup.Kind.values}:
        raise JobFault(GONE)
    return ReportChoice(
        as_at=days[0],
        compare=days[1],
        lio=_record(LIO, params, "lio"),
        district=_record(District, params, "district"),
        community=_record(Community, params, "community"),
        kind=kind,
        route=route,
        route_title=titles.get(route, ""),
    )


def _record(model: Any, params: Params, name: str) -> Any:
    pk = _id(params, name)
    if pk is None:
        return None
    found = model.objects.filter(pk=pk).first()
    if found is None:
        raise JobFault(GONE)
    return found


def _run(context: JobContext) -> Result:
    choice, key = choice_of(context.params), str(context.params["format"])
    wanted = FORMATS[key]
    if choice.as_at >= timezone.localdate():
        context.progress(0, 0, "Looking at what groups are ready for")
        settle_due(choice.groups(context.owner))
    try:
        number, report = write_report(
            context.new_file(wanted.ending), key, choice, by=context.owner, progress=context.progress
        )
    except (PdfTooLarge, TableError) as fault:
        raise JobFault(str(fault)) from fault
    counts: dict[str, int | str] = {"Groups": number}
    if report is not None:
        counts |= {"Tables": len(report.tables), "Numbers hidden": report.hidden}
    name = "county-groups" if report is None else "county-report"
    return Result(
        filename=f"{name}-{choice.as_at:%Y-%m-%d}.{wanted.ending}",
        content_type=wanted.content_type,
        report=counts,
    )


def ways(params: Params) -> list[tuple[str, str]]:
    """Where a job's page leads: the page with the same filters and days, and the schedule that it was made for."""
    names = ("as_at", "compare", "lio", "district", "community", "kind", "route")
    query = urlencode({name: str(params[name]) for name in names if params.get(name)})
    found = [(f"{reverse('county')}?{query}", "The same report as a page")]
    return [*found, (reverse("saved_views"), "Your reports by mail")] if SCHEDULE in params else found


def register_kind(done: Callable[[Job], None]) -> None:
    """Adds the county report to the kinds of job; called once when the app is ready. done: see JobKind."""
    register(
        JobKind(
            key=KIND,
            words="County report",
            may=may,
            covers=covers,
            run=_run,
            needs_proof=True,
            done=done,
            ways=ways,
        )
    )
