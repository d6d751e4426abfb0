"""Access to mystery shopping."""

import uuid

from tests import factories
from tests.access.rows import Row
from tests.cast import Cast

FORM = "?form=00000000-0000-4000-8000-000000000001"
READERS = {"officer": 200, "manager": 200}
CASE_READERS = dict.fromkeys(("officer", "other_officer", "manager"), 200)
OFFICERS = dict.fromkeys(("officer", "other_officer"), 200)
WRITERS = {"officer": 200, "manager": 403}
SAVES = {"officer": 302, "manager": 403}


def visit(cast: Cast) -> dict[str, object]:
    return {"pk": factories.make_mystery_visit(lio=cast.peak, by=cast.officer).pk}


def content(cast: Cast) -> dict[str, object]:
    return {
        "provider": factories.make_organisation().pk,
        "service_area": factories.service_area().pk,
        "scenario": "Asked for a form in Urdu",
        "visited_on": "01/10/2026",
        "how": "phone",
        "language": "Urdu",
        "answered": "yes",
        "outcome": "partly",
        "version": 1,
        "client_id": str(uuid.uuid4()),
    }


ROWS = [
    Row("mystery_visit_list", get=CASE_READERS, otherwise=403),
    Row(
        "mystery_visit_new",
        query=FORM,
        get=OFFICERS,
        post=dict.fromkeys(("officer", "other_officer"), 302),
        data=content,
        otherwise=403,
    ),
    # Without a service that somebody has visited there is nothing to compare.
    Row("mystery_visit_compare", get=dict.fromkeys(CASE_READERS, 404), otherwise=403),
    # Without a visit chosen it leads back.
    Row(
        "mystery_visit_record",
        get=dict.fromkeys(OFFICERS, 302),
        post=dict.fromkeys(OFFICERS, 302),
        otherwise=403,
    ),
    Row("mystery_visit_detail", kwargs=visit, get=READERS),
    Row("mystery_visit_edit", kwargs=visit, get=WRITERS, post=SAVES, data=content),
    Row("mystery_visit_delete", kwargs=visit, get=WRITERS, post=SAVES),
]
