"""The county report's figures as plain SQL: the least that any way to them can cost.

Statements for the driver alone, for today and for a day in the past, each compared with a day a year before. They fetch
what the report is made of: a row a group with where it stood on both days, its districts and communities, and sums of
levels, papers, late actions, contact and unmet need. {end} is the moment at which the day ends.
"""

from __future__ import annotations

from datetime import UTC, date, timedelta

from django.db import connection

from toolkit_portal.core.dates import end_of, months_after

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
# What is on record of the twelve months before the day, and the levels to hold beside it. Means follow from them too.
CONTACTS = """
    SELECT l.communitygroup_id, e.kind, e.happened_on, e.organisation_id, o.is_commissioner, o.is_provider, e.outcome,
        e.answered_on, e.opens_on, e.closes_on, e.responded_on, e.raised, e.section_asked, e.marks_asked,
        e.marks_obtained
    FROM evidence_engagement_groups l JOIN evidence_engagement e ON e.id = l.engagement_id
    JOIN groups_organisation o ON o.id = e.organisation_id
    WHERE l.communitygroup_id IN ({active}) AND e.created_at < '{end}' AND e.happened_on >= '{year_before}'
    AND (e.happened_on <= '{day}' OR e.kind = 'consultation') ORDER BY 1, 3
"""
STAGE_THEN = (
    "SELECT {column} FROM evidence_partnershipstage s WHERE s.partnership_id = p.id AND s.reached_on <= '{day}' "
    "AND s.recorded_at < '{end}'"
)
NEWEST_STAGE = f"({STAGE_THEN} ORDER BY s.reached_on DESC, s.id DESC LIMIT 1)"
WORK = """
    SELECT w.group_id, 'work', '{code}', NULL, 0, COUNT(*), {no} FROM groups_trackrecord w
    WHERE (w.ends_on >= '{years_before}' OR (w.ends_on IS NULL AND w.starts_on IS NOT NULL)) AND w.created_at < '{end}'
    AND w.group_id IN ({active}) AND (w.starts_on IS NULL OR w.starts_on <= '{day}') AND w.outcomes <> ''
    AND CAST(w.proves AS text) LIKE '%"{code}"%' GROUP BY 1
"""
ON_RECORD = f"""
    SELECT l.communitygroup_id, 'heard', CAST(e.method AS text), MIN(e.last_day), 0, COUNT(*), {{no}}
    FROM evidence_evidence_groups l JOIN evidence_evidence e ON e.id = l.evidence_id
    WHERE l.communitygroup_id IN ({{active}}) AND e.created_at < '{{end}}' AND e.state = 'reviewed'
    AND e.last_day BETWEEN '{{year_before}}' AND '{{day}}' AND (e.reviewed_at < '{{end}}' OR e.imported) GROUP BY 1, 3
    UNION ALL
    SELECT p.group_id, 'partner', {NEWEST_STAGE.replace("{column}", "CAST(s.stage AS text)")},
        {NEWEST_STAGE.replace("{column}", "s.reached_on")}, p.prime_id, 1,
        EXISTS({STAGE_THEN.replace("{column}", "1")} AND s.stage = 'sub_contract')
    FROM evidence_partnership p WHERE p.group_id IN ({{active}})
    UNION ALL
    SELECT i.group_id, 'figures', CAST(i.kind AS text), MIN(v.period_end), 0, COUNT(*), i.target IS NOT NULL
    FROM evidence_indicator i JOIN evidence_indicatorvalue v ON v.indicator_id = i.id
    WHERE v.period_end BETWEEN '{{year_before}}' AND '{{day}}' AND v.recorded_at < '{{end}}'
    AND i.group_id IN ({{active}}) GROUP BY i.id
    UNION ALL {WORK.replace("{code}", "2.22")} UNION ALL {WORK.replace("{code}", "2.23")}
    ORDER BY 1
"""
LEVEL_ROWS = """
    SELECT a.group_id, c.code, w.level, w.not_applicable
    FROM readiness_answer w JOIN readiness_assessment a ON a.id = w.assessment_id
    JOIN readiness_criterion c ON c.id = w.criterion_id
    WHERE a.id IN (SELECT a.id FROM ({latest}) a WHERE a.group_id IN ({active})) ORDER BY 1
"""
TOUCH = f"""
    SELECT 'engagements', e.kind, COUNT(*) FROM evidence_engagement e
    WHERE e.created_at < '{{end}}' AND e.happened_on BETWEEN '{{before}}' AND '{{day}}' AND e.id IN
        (SELECT l.engagement_id FROM evidence_engagement_groups l WHERE l.communitygroup_id IN ({{active}})) GROUP BY 2
    UNION ALL
    SELECT 'partnerships', stage, COUNT(*) FROM (
        SELECT {NEWEST_STAGE.replace("{column}", "s.stage")} AS stage FROM evidence_partnership p
        WHERE p.group_id IN ({{active}})
    ) n WHERE stage IS NOT NULL GROUP BY 2
"""


def statements(day: date, before: date, *, today: bool) -> list[str]:
    """All that the report of the day needs, compared with a day before it."""
    end, before_end = _moment(day), _moment(before)
    facts: dict[str, object] = {
        "day": day,
        "before": before,
        "soon": day + timedelta(days=60),
        "end": end,
        "year_before": months_after(day, -12),
        "years_before": months_after(day, -36),
        "no": "0" if connection.vendor == "sqlite" else "FALSE",
    }
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
        (PAPERS if today else PAPERS_THEN).format(stands=stands, active=active, **facts),
        LATE.format(active=active, open=OPEN if today else OPEN_THEN.format(**facts), **facts),
        CONTACTS.format(active=active, **facts),
        ON_RECORD.format(active=active, **facts),
        LEVEL_ROWS.format(latest=latest, active=active),
        TOUCH.format(active=active, **facts),
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
