"""The county report's figures as plain SQL: the least that any way to them can cost.

Statements for the driver alone, for today and for a day in the past, each compared with a day a year before. They fetch
what the report is made of: a row a group with where it stood on both days, its districts and communities, and sums of
levels, papers, late actions and unmet need. {end} is the moment at which the day ends.
"""

from __future__ import annotations

from datetime import UTC, date, timedelta

from django.db import connection

from toolkit_portal.core.dates import end_of

LINKS = (
    "SELECT communitygroup_id, district_id FROM groups_communitygroup_districts ORDER BY 1, 2",
    "SELECT communitygroup_id, community_id FROM groups_communitygroup_communities ORDER BY 1, 2",
)
NAMES = (
    "SELECT id, label, position, retired_on FROM groups_servicearea ORDER BY position, label",
    "SELECT id, name, starts_on, ends_on FROM groups_district ORDER BY name",
    "SELECT id, label, position, retired_on FROM groups_community ORDER BY position, label",
    "SELECT c.code, c.title FROM readiness_criterion c JOIN readiness_edition e ON e.id = c.edition_id "
    "WHERE e.is_current ORDER BY c.position",
    "SELECT id, name FROM groups_lio ORDER BY name",
    "SELECT id, key, label FROM groups_credentialkind ORDER BY position, label",
)
ROUTE_THEN = (
    "COALESCE((SELECT c.before FROM readiness_routechange c WHERE c.group_id = g.id AND c.changed_at >= '{moment}' "
    "ORDER BY c.changed_at, c.id LIMIT 1), r.route, '')"
)
# Known on the day, and its status then.
WAS_KNOWN = (
    "(g.created_at < '{end}' OR EXISTS (SELECT 1 FROM readiness_assessment a "
    "WHERE a.group_id = g.id AND a.imported AND a.completed_at < '{end}'))"
)
STATUS_THEN = (
    "COALESCE((SELECT s.status FROM groups_groupstate s WHERE s.group_id = g.id AND s.since < '{end}' "
    "ORDER BY s.since DESC, s.id DESC LIMIT 1), g.status)"
)
GROUPS = """
    SELECT g.id, g.lio_id, g.kind, {status}, {route}, {route_then},
        (SELECT MAX(v.happened_on) FROM groups_visit v WHERE v.group_id = g.id AND v.happened_on <= '{day}'),
        i.number
    FROM groups_communitygroup g
    LEFT JOIN readiness_grouproute r ON r.group_id = g.id
    LEFT JOIN (
        SELECT p.group_id, MAX(i.number) AS number FROM readiness_issuedplan i
        JOIN readiness_plan p ON p.id = i.plan_id WHERE i.issued_at < '{end}' GROUP BY p.group_id
    ) i ON i.group_id = g.id
    {known} ORDER BY g.id
"""
LATEST = "SELECT a.* FROM readiness_assessment a WHERE a.is_latest"
LATEST_THEN = """
    SELECT * FROM (
        SELECT a.id, a.group_id, a.band, a.overall_exact, a.assessed_on, ROW_NUMBER() OVER (
            PARTITION BY a.group_id ORDER BY a.assessed_on DESC, a.completed_at DESC, a.id DESC
        ) AS place
        FROM readiness_assessment a
        WHERE a.state = 'complete' AND a.completed_at < '{moment}' AND a.assessed_on <= '{moment_day}'
        AND NOT EXISTS (
            SELECT 1 FROM readiness_assessment c
            WHERE c.corrects_id = a.id AND c.state = 'complete' AND c.completed_at < '{moment}'
        )
    ) ranked WHERE place = 1
"""
STOOD = (
    "SELECT a.group_id, a.id, a.band, a.overall_exact, a.assessed_on FROM ({latest}) a ORDER BY a.group_id"
)
LEVELS = """
    SELECT c.code, SUM(w.level), COUNT(w.level), SUM(CASE WHEN w.not_applicable THEN 1 ELSE 0 END)
    FROM readiness_answer w JOIN readiness_criterion c ON c.id = w.criterion_id
    WHERE w.assessment_id IN (SELECT a.id FROM ({latest}) a WHERE a.group_id IN ({active})) GROUP BY c.code
"""
LEVELS_BY_DISTRICT = """
    SELECT c.code, d.district_id, SUM(w.level), COUNT(w.level)
    FROM readiness_answer w JOIN readiness_assessment a ON a.id = w.assessment_id
    JOIN readiness_criterion c ON c.id = w.criterion_id
    LEFT JOIN groups_communitygroup_districts d ON d.communitygroup_id = a.group_id
    WHERE w.level IS NOT NULL
    AND a.id IN (SELECT a.id FROM ({latest}) a WHERE a.group_id IN ({active})) GROUP BY c.code, d.district_id
"""
STANDS = """
    CASE WHEN state = 'in_place' AND expires_on <= '{day}' THEN 'expired'
    WHEN state = 'in_place' AND expires_on <= '{soon}' THEN 'soon' ELSE state END
"""
PAPERS = """
    SELECT k.kind_id, {stands}, COUNT(*) FROM groups_credential k WHERE k.group_id IN ({active}) GROUP BY 1, 2
"""
PAPERS_THEN = """
    SELECT k.kind_id, {stands}, COUNT(*) FROM (
        SELECT h.credential_id, h.state, h.expires_on, ROW_NUMBER() OVER (
            PARTITION BY h.credential_id ORDER BY h.recorded_at DESC, h.id DESC
        ) AS place FROM groups_credentialchange h WHERE h.recorded_at < '{end}'
    ) n JOIN (SELECT id, kind_id, group_id FROM groups_credential) k ON k.id = n.credential_id
    WHERE n.place = 1 AND k.group_id IN ({active}) GROUP BY 1, 2
"""
LATE = """
    SELECT g.lio_id, t.who, COUNT(*) FROM readiness_action t JOIN readiness_plan p ON p.id = t.plan_id
    JOIN groups_communitygroup g ON g.id = p.group_id
    WHERE g.id IN ({active}) AND t.due_on < '{day}' AND {open} GROUP BY 1, 2
"""
OPEN = "t.state IN ('to_do', 'doing')"
OPEN_THEN = (
    f"t.created_at < '{{end}}' AND ({OPEN} OR (t.state = 'done' AND t.done_on > '{{day}}') "
    "OR (t.state = 'dropped' AND t.updated_at >= '{end}'))"
)
# People affected inside what is chosen, and in all records; what may be shown of the one depends on the other.
INSIDE = "CASE WHEN (e.reviewed_at < '{end}' OR e.imported) AND e.last_day <= '{day}' THEN 1 ELSE 0 END"
NEED = "SELECT {inside} AS inside, {by}, SUM(e.people_affected) FROM evidence_evidence e {joins} "
NEED += "WHERE e.state = 'reviewed' GROUP BY {numbers}"
DISTRICTS = "LEFT JOIN evidence_evidence_districts d ON d.evidence_id = e.id"
COMMUNITIES = "LEFT JOIN evidence_evidence_communities c ON c.evidence_id = e.id"


CENSUS = (
    "SELECT t.topic, f.gss_code, f.category, f.community_id, f.people FROM groups_censusfigure f "
    "JOIN groups_censustable t ON t.id = f.table_id WHERE t.is_current ORDER BY f.id"
)
LANGUAGES = (
    "SELECT 'group', languages FROM groups_communitygroup WHERE languages <> '' AND id IN ({active}) "
    "UNION SELECT 'focus', language FROM evidence_focusgroup WHERE language <> '' AND held_on <= '{day}' "
    "UNION SELECT 'visit', language FROM evidence_mysteryvisit WHERE language <> '' AND visited_on <= '{day}' "
    "UNION SELECT 'survey', language FROM evidence_survey WHERE language <> '' AND asked_from <= '{day}'"
)


def statements(day: date, before: date, *, today: bool) -> list[str]:
    """All that the report of the day needs, compared with a day before it."""
    end, before_end = _moment(day), _moment(before)
    facts = {"day": day, "soon": day + timedelta(days=60), "end": end}
    known = "" if today else f"WHERE {WAS_KNOWN.format(end=end)}"
    status = "g.status" if today else STATUS_THEN.format(end=end)
    active = "SELECT g.id FROM groups_communitygroup g "
    active += f"{known} {'AND' if known else 'WHERE'} {status} = 'active'"
    earlier = LATEST_THEN.format(moment=before_end, moment_day=before)
    latest = LATEST if today else LATEST_THEN.format(moment=end, moment_day=day)
    route = "COALESCE(r.route, '')" if today else ROUTE_THEN.format(moment=end)
    stands = STANDS.format(**facts)
    return [
        *NAMES,
        *LINKS,
        GROUPS.format(
            status=status, route=route, route_then=ROUTE_THEN.format(moment=before_end), known=known, **facts
        ),
        STOOD.format(latest=latest),
        STOOD.format(latest=earlier),
        LEVELS.format(latest=latest, active=active),
        LEVELS_BY_DISTRICT.format(latest=latest, active=active),
        (PAPERS if today else PAPERS_THEN).format(stands=stands, active=active, **facts),
        LATE.format(active=active, open=OPEN if today else OPEN_THEN.format(**facts), **facts),
        CENSUS.format(**facts),
        LANGUAGES.format(active=active, **facts),
        *_need("1" if today else INSIDE.format(**facts)),
    ]


def _moment(day: date) -> str:
    """The moment at which the day ends, as the database writes it."""
    zone = "" if connection.vendor == "sqlite" else "+00"
    return f"{end_of(day).astimezone(UTC):%Y-%m-%d %H:%M:%S}{zone}"


def _need(inside: str) -> list[str]:
    def by(*columns: str, joins: str = "") -> str:
        numbers = ", ".join(str(place) for place in range(1, len(columns) + 2))
        return NEED.format(inside=inside, by=", ".join(columns), joins=joins, numbers=numbers)

    # Each record has one method and one service, so that all other sums follow from these.
    return [
        by("e.service_area_id", "d.district_id", joins=DISTRICTS),
        by("e.service_area_id", "c.community_id", joins=COMMUNITIES),
        by("e.method", "e.service_area_id", "COUNT(*)").replace("GROUP BY 1, 2, 3, 4", "GROUP BY 1, 2, 3"),
    ]
