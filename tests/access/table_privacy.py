"""Access to the privacy pages: administrators only."""

from auditlog.models import LogEntry

from groups.leaving import trail
from groups.models import CommunityGroup
from tests.access.rows import Row
from tests.cast import Cast

ADMINISTRATOR = {"administrator": 200}


def _group(cast: Cast) -> dict[str, object]:
    return {"pk": cast.sunrise.pk}


def _erasure(cast: Cast) -> dict[str, object]:
    entry: LogEntry = trail.note(
        "group erased",
        about=CommunityGroup,
        pk=1,
        by=cast.administrator,
        reason="asked",
        counts={"Visits": 2},
    )
    return {"pk": entry.pk}


ROWS = [
    Row("admin_privacy", get=ADMINISTRATOR, otherwise=403, query="?q=officer@peak.example"),
    Row("admin_held_group", kwargs=_group, get=ADMINISTRATOR, otherwise=403),
    Row(
        "admin_held_group_copy",
        kwargs=_group,
        post=ADMINISTRATOR,
        data=lambda cast: {"purpose": "asked"},
        otherwise=403,
    ),
    Row(
        "admin_group_erase",
        kwargs=_group,
        get=ADMINISTRATOR,
        post={"administrator": 302},
        data=lambda cast: {"reason": "asked", "typed": "Sunrise"},
        otherwise=403,
    ),
    Row("admin_held_person", get=ADMINISTRATOR, otherwise=403, query="?email=officer@peak.example"),
    Row(
        "admin_held_person_copy",
        post=ADMINISTRATOR,
        data=lambda cast: {"email": "officer@peak.example", "purpose": "asked"},
        otherwise=403,
    ),
    Row(
        "admin_person_erase",
        get=ADMINISTRATOR,
        post={"administrator": 302},
        data=lambda cast: {"email": "officer@peak.example", "typed": "officer@peak.example"},
        otherwise=403,
        query="?email=officer@peak.example",
    ),
    Row("admin_erased", kwargs=_erasure, get=ADMINISTRATOR, otherwise=403),
    Row("admin_retention", get=ADMINISTRATOR, otherwise=403),
]
