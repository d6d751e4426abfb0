"""Reads the routes of an edition: the ladder of contracting steps, as thresholds."""

from typing import Any

from readiness.edition_table import (
    KEY_LENGTH,
    SLUG,
    SLUG_IN_WORDS,
    TITLE_LENGTH,
    EditionTable,
    kind,
    label,
    repeated,
    short,
)

CREDENTIAL_STAGES = ("always", "at selection", "at award")
"""When a commissioner may ask for a paper."""

_MOST = {
    "overall": 100,
    "evidence_records": 1000,
    "evidence_months": 120,
    "track_records": 1000,
    "track_record_years": 20,
}
_TOGETHER = {"evidence_records": "evidence_months", "track_records": "track_record_years"}


def read_routes(
    edition: EditionTable, *, theme_codes: list[str], criterion_codes: list[str]
) -> tuple[dict[str, Any], ...]:
    """The [[routes]] tables, lowest step first, with the thresholds that each one names and no others.

    Faults go into the edition's problems. Sub-contracting before tendering: the toolkit's section 2.2.
    """
    routes: list[dict[str, Any]] = []
    for place, fields in enumerate(edition.tables("routes"), 1):
        table = edition.inner(fields, f"routes: {label(fields, 'key', f'route {place}')}")
        routes.append(_route(table, [str(route["key"]) for route in routes], theme_codes, criterion_codes))
        table.done()
    for key in repeated(str(route["key"]) for route in routes):
        edition.fault("routes", f"key {short(key)} is there twice")
    return tuple(routes)


def _route(
    table: EditionTable, earlier: list[str], theme_codes: list[str], criterion_codes: list[str]
) -> dict[str, Any]:
    optional: dict[str, Any] = {
        "after": table.choice("after", tuple(earlier), required=False),
        "credentials": list(table.texts("credentials", required=False)),
        "credential_stages": list(table.texts("credential_stages", required=False)),
        "theme_scores": _thresholds(table, "theme_scores", theme_codes, 100),
        "levels": _thresholds(table, "levels", criterion_codes, 4),
        **{field: table.whole(field, 0, most, required=False) for field, most in _MOST.items()},
    }
    for stage in optional["credential_stages"]:
        if stage and stage not in CREDENTIAL_STAGES:
            table.fault(
                "credential_stages", f"{short(stage)} should be one of {', '.join(CREDENTIAL_STAGES)}"
            )
    for field, within in _TOGETHER.items():
        if (field in table.fields) != (within in table.fields):
            table.fault(field, f"goes together with {within}")
    return {
        "key": table.matching("key", SLUG, SLUG_IN_WORDS, most=KEY_LENGTH),
        "title": table.text("title", most=TITLE_LENGTH),
        "summary": table.text("summary"),
        **{field: value for field, value in optional.items() if field in table.fields},
    }


def _thresholds(table: EditionTable, field: str, codes: list[str], most: int) -> dict[str, int]:
    value = table.take(field, required=False)
    if value is None:
        return {}
    if not isinstance(value, dict):
        table.fault(field, f'should be a table such as {{ "2.1" = 2 }}, not {kind(value)}')
        return {}
    for code in value:
        if code not in codes:
            table.fault(field, f"{short(code)} is not a code of this edition")
    return {
        code: table.checked_whole(f"{field} {short(code)}", least, 0, most) for code, least in value.items()
    }
