"""The figures of the analysis page and of a brief as plain SQL: the least that any way to them can cost.

Each list holds statements for the driver alone. {where} narrows them to what was chosen; the pages also need every
figure of the whole, since what may be shown of a choice depends on what is left outside it.
"""

FROM = "FROM evidence_evidence e {joins} WHERE e.state = 'reviewed' {where}"
DISTRICTS = "LEFT JOIN evidence_evidence_districts d ON d.evidence_id = e.id"
COMMUNITIES = "LEFT JOIN evidence_evidence_communities c ON c.evidence_id = e.id"
BARRIERS = "LEFT JOIN evidence_evidence_barriers b ON b.evidence_id = e.id"
SUM = "SUM(e.people_affected)"

IN_DISTRICT = (
    "AND e.id IN (SELECT x.evidence_id FROM evidence_evidence_districts x WHERE x.district_id = {district})"
)
IN_SERVICE = "AND e.service_area_id = {service}"


def _grouped(joins: str, *columns: str, measure: str = SUM) -> str:
    by = ", ".join(columns)
    if not columns:
        return f"SELECT {measure} {FROM.replace('{joins}', joins)}"
    return f"SELECT {by}, {measure} {FROM.replace('{joins}', joins)} GROUP BY {by}"


ANALYSIS = (
    _grouped("", "e.service_area_id", "e.method", "e.strength"),
    _grouped("", "e.happened_on"),
    _grouped(DISTRICTS, "d.district_id"),
    _grouped(DISTRICTS, "e.service_area_id", "d.district_id"),
    _grouped(COMMUNITIES, "c.community_id"),
    _grouped(BARRIERS, "b.barrier_id"),
    _grouped("", "e.provider_id"),
)
BRIEF_FIGURES = (
    _grouped(f"{DISTRICTS} {COMMUNITIES}", "d.district_id", "c.community_id"),
    _grouped(DISTRICTS, "d.district_id"),
    _grouped(COMMUNITIES, "c.community_id"),
    _grouped(""),
    _grouped(BARRIERS, "b.barrier_id", measure="COUNT(*)"),
    _grouped("", measure="COUNT(*)"),
    _grouped("", "e.method", measure=f"COUNT(*), {SUM}"),
)
_LIST = f"SELECT e.id, e.summary, e.needed_instead, e.happened_on {FROM.replace('{joins}', '')}"
# What is told and quoted: only of what was chosen.
BRIEF_WORDS = (
    *(
        f"{_LIST} AND e.method = '{method}' ORDER BY e.happened_on DESC, e.id DESC LIMIT 32"
        for method in ("survey", "focus_group", "enquiry", "mystery_shopping", "other")
    ),
    f"SELECT q.text, q.speaker {FROM.replace('{joins}', 'JOIN evidence_quote q ON q.record_id = e.id')} "
    "AND q.for_briefs ORDER BY e.happened_on DESC LIMIT 10",
    "SELECT COUNT(DISTINCT g.communitygroup_id) "
    f"{FROM.replace('{joins}', 'JOIN evidence_evidence_groups g ON g.evidence_id = e.id')}",
)
