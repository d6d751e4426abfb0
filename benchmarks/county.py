"""Lists of the county: latest assessments of all groups, its pages, and its export."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.db import connection
from django.template import Context, Engine
from django.template.base import Template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from benchmarks._county import bare_connection, county
from benchmarks.figures import Figure, interleaved
from groups.models import CommunityGroup, User
from readiness.county import latest_assessments, lines
from readiness.county_files import csv_stream
from readiness.models import Assessment
from readiness.reports.group_lines import line_shown
from readiness.route_facts import current_ladder, facts_of
from readiness.routes import reached

# What routes are judged by, as plain SQL: papers in place that a route asks for, levels that one asks for, and so on.
ROUTE_FACTS = (
    "SELECT id FROM groups_communitygroup",
    "SELECT c.group_id, k.key, c.state, c.expires_on FROM groups_credential c "
    "JOIN groups_credentialkind k ON k.id = c.kind_id WHERE c.state = 'in_place' AND k.key IN ({kinds})",
    "SELECT group_id FROM groups_contact WHERE is_lead",
    "SELECT group_id, id, theme_scores, overall_exact FROM readiness_assessment WHERE is_latest",
    "SELECT w.assessment_id, c.code, w.level, w.not_applicable FROM readiness_answer w "
    "JOIN readiness_assessment a ON a.id = w.assessment_id AND a.is_latest "
    "JOIN readiness_criterion c ON c.id = w.criterion_id WHERE c.code IN ({codes})",
    "SELECT g.communitygroup_id, MAX(e.last_day) FROM evidence_evidence_groups g "
    "JOIN evidence_evidence e ON e.id = g.evidence_id WHERE e.state = 'reviewed' GROUP BY g.communitygroup_id",
    "SELECT group_id, starts_on, ends_on FROM groups_trackrecord",
)
SMALL = 50
MOST_QUERIES = 20
LATEST = "SELECT group_id, assessed_on, overall_exact, band FROM readiness_assessment WHERE is_latest"
# What the export holds, as a database's own tool would give it: a join, one line an answer.
PLAIN_EXPORT = """
    SELECT g.name, l.name, g.kind, g.status, a.assessed_on, a.overall, a.band, c.code, w.level
    FROM groups_communitygroup g JOIN groups_lio l ON l.id = g.lio_id
    LEFT JOIN readiness_assessment a ON a.group_id = g.id AND a.is_latest
    LEFT JOIN readiness_answer w ON w.assessment_id = a.id
    LEFT JOIN readiness_criterion c ON c.id = w.criterion_id
    ORDER BY g.name_key, c.position
"""
# A list as it is often written: each cell formatted by filters in the template.
HEAVY_ROWS = """{% for group in groups %}<tr>
<th scope="row"><a href="{% url 'case' group.pk %}">{{ group.name }}</a></th><td>{{ group.lio.name }}</td>
<td>{% for district in group.districts.all %}{{ district.name }}{% if not forloop.last %}, {% endif %}{% endfor %}</td>
<td>{{ group.get_kind_display }}</td>
{% for assessment in group.latest %}<td>{{ assessment.overall|floatformat:0 }}</td>
<td>{{ assessment.overall|floatformat:2 }}</td><td>{{ assessment.overall|floatformat:1 }}</td>
<td>{{ assessment.band|capfirst }}</td><td>{{ assessment.assessed_on|date:"j F Y" }}</td>
<td>{{ assessment.completed_at|date:"j F Y" }}</td>{% endfor %}</tr>{% endfor %}"""
LIGHT_ROWS = """{% for line in lines %}<tr>
<th scope="row"><a href="{{ line.url }}">{{ line.group }}</a></th><td>{{ line.lio }}</td>
<td>{{ line.districts }}</td><td>{{ line.kind }}</td>
{% for code, score in line.themes %}<td>{{ score }}</td>{% endfor %}<td>{{ line.overall }}</td>
<td>{{ line.band }}</td><td>{{ line.assessed_on }}</td><td>{{ line.last_visit }}</td></tr>{% endfor %}"""


def run(smoke: bool) -> list[Figure]:
    """Figures from two demo counties, one large and one of a page. Small ones only in a smoke run."""
    rounds = 2 if smoke else 7
    with county(SMALL):
        small = {name: _page(name) for name in ("county_groups", "group_list")}
        first_pages = {name: interleaved(rounds, page)[0] for name, page in small.items()}
        figures = [*_query_counts(), _rows_in_python(rounds)]
    with county(200 if smoke else 10_000, evidence=100 if smoke else 10_000):
        for name in small:
            cost = interleaved(rounds, _page(name))[0]
            figures.append(
                Figure(
                    name=f"first page of {name}, many groups against {SMALL}",
                    value=cost,
                    reference=first_pages[name],
                    target=3,
                )
            )
        figures += [_latest(rounds), _export(rounds), *_routes(rounds)]
    return figures


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in sorted(names))


def _page(name: str, email: str = "manager@demo.example") -> Callable[[], object]:
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(email=email), backend="groups.sign_in.PortalBackend")
    url = reverse(name)

    def get() -> object:
        response = client.get(url)
        if response.status_code != 200:
            raise RuntimeError(f"{url} answers {response.status_code}, so its time says nothing.")
        return response

    return get


def _query_counts() -> list[Figure]:
    """Queries of the pages that list things, beside the most allowed."""
    figures = []
    for name, email in (
        ("county_groups", "manager@demo.example"),
        ("group_list", "manager@demo.example"),
        ("home", "officer@demo.example"),
    ):
        page = _page(name, email)
        page()
        with CaptureQueriesContext(connection) as queries:
            page()
        figures.append(
            Figure(
                name=f"queries of {name}",
                value=len(queries),
                reference=MOST_QUERIES,
                target=1,
                unit="queries",
            )
        )
    return figures


def _rows_in_python(rounds: int) -> Figure:
    """Fifty lines formatted before the template, against the same with filters in each cell."""
    engine = Engine.get_default()
    heavy, light = engine.from_string(HEAVY_ROWS), engine.from_string(LIGHT_ROWS)
    groups = list(CommunityGroup.objects.select_related("lio").prefetch_related("districts")[:SMALL])
    latest = {item.group_id: item for item in Assessment.objects.filter(is_latest=True)}
    for group in groups:
        group.latest = [latest[group.pk]]  # type: ignore[attr-defined]
    found = list(lines(CommunityGroup.objects.filter(pk__in=[group.pk for group in groups])))
    themes = [("2.1", ""), ("2.2", "")]
    state: list[Any] = ["active", "be-heard", date(2026, 3, 14), 3, 2, 1]

    def in_python() -> str:
        return _rendered(
            light,
            lines=[line_shown(line, state, "350/9", themes, {"be-heard": "Be heard"}) for line in found],
        )

    ours, reference = interleaved(rounds * 3, in_python, lambda: _rendered(heavy, groups=groups))
    return Figure(
        name=f"{SMALL} rows formatted in Python, against filters",
        value=ours,
        reference=reference,
        target=0.35,
    )


def _rendered(template: Template, **context: Any) -> str:
    return template.render(Context(context))


def _latest(rounds: int) -> Figure:
    def ours() -> int:
        return len(
            list(
                latest_assessments()
                .order_by()
                .values_list("group_id", "assessed_on", "overall_exact", "band")
            )
        )

    with bare_connection() as driver:

        def bare() -> int:
            cursor = driver.cursor()
            cursor.execute(LATEST)
            return len(cursor.fetchall())

        if ours() != bare():
            raise RuntimeError("The two ways don't find the same assessments.")
        value, reference = interleaved(rounds * 3, ours, bare)
    return Figure(
        name="latest assessment of every group, against the bare driver",
        value=value,
        reference=reference,
        target=2 if connection.vendor == "sqlite" else 1.5,
    )


def _export(rounds: int) -> Figure:
    """The whole export as CSV against the driver's own rows of the same join, one line an answer."""
    groups = CommunityGroup.objects.order_by("name_key", "lio__name", "pk")

    with bare_connection() as driver:

        def bare() -> int:
            cursor = driver.cursor()
            cursor.execute(PLAIN_EXPORT)
            file = io.StringIO()
            csv.writer(file).writerows(cursor)
            return len(file.getvalue())

        value, reference = interleaved(
            min(rounds, 3), lambda: sum(map(len, csv_stream(groups, bom=False))), bare
        )
    return Figure(
        name="county export as CSV, against the driver's rows", value=value, reference=reference, target=3
    )


def _routes(rounds: int) -> list[Figure]:
    """The route of every group, facts read and rules judged, against the bare SQL that fetches the same facts."""
    groups, day = CommunityGroup.objects.all(), timezone.localdate()
    ladder = current_ladder()
    if ladder is None:
        raise RuntimeError("The edition has no routes.")
    statements = [
        statement.format(kinds=_listed(ladder.kinds), codes=_listed(ladder.codes))
        for statement in ROUTE_FACTS
    ]

    def ours() -> int:
        facts = facts_of(groups, ladder, day, short=True)
        return len([reached(ladder.routes, ladder.asks, known) for known in facts.values()])

    with bare_connection() as driver:

        def bare() -> int:
            cursor, rows = driver.cursor(), 0
            for statement in statements:
                cursor.execute(statement)
                rows += len(cursor.fetchall())
            return rows

        # A server's work isn't this process's.
        clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter
        value, reference = interleaved(rounds, ours, bare, clock=clock)
    with CaptureQueriesContext(connection) as queries:
        ours()
    return [
        Figure(
            name="routes of all groups, against bare SQL for the same facts",
            value=value,
            reference=reference,
            target=3,
            unit="s",
        ),
        Figure(
            name="queries for the routes of all groups",
            value=len(queries),
            reference=MOST_QUERIES,
            target=1,
            unit="queries",
        ),
    ]
