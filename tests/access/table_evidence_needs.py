"""Access to records of unmet need, their review and their quotes."""

import uuid

from tests import factories
from tests.access.rows import Row
from tests.cast import Cast

FORM = "?form=00000000-0000-4000-8000-000000000001"
READERS = {"officer": 200, "manager": 200}
CASE_READERS = dict.fromkeys(("officer", "other_officer", "manager"), 200)
WRITERS = {"officer": 200, "manager": 403}
SAVES = {"officer": 302, "manager": 403}


def record(cast: Cast) -> dict[str, object]:
    return {"pk": factories.make_evidence(lio=cast.peak, by=cast.officer, groups=(cast.sunrise,)).pk}


def colleagues_record(cast: Cast) -> dict[str, object]:
    colleague = factories.make_officer(lio=cast.peak, name="Colin Colleague")
    return {"pk": factories.make_evidence(lio=cast.peak, by=colleague).pk}


def quote(cast: Cast) -> dict[str, object]:
    made = factories.make_evidence(lio=cast.peak, by=cast.officer, groups=(cast.sunrise,))
    return {"pk": factories.make_quote(record=made, by=cast.officer, uses="brief").pk}


def content(cast: Cast) -> dict[str, object]:
    return {
        "happened_on": "01/10/2026",
        "service_area": factories.service_area().pk,
        "method": "enquiry",
        "strength": "one",
        "summary": "Nobody rang back.",
        "version": 1,
        "client_id": str(uuid.uuid4()),
    }


ROWS = [
    Row("evidence_list", get=CASE_READERS, otherwise=403),
    Row(
        "evidence_new",
        query=FORM,
        get=dict.fromkeys(("officer", "other_officer"), 200),
        post=dict.fromkeys(("officer", "other_officer"), 302),
        data=content,
        otherwise=403,
    ),
    Row("case_evidence", kwargs=lambda cast: {"pk": cast.sunrise.pk}, get=READERS),
    Row("evidence_export", query="?format=csv", get=CASE_READERS, otherwise=403),
    Row("evidence_review_list", get=dict.fromkeys(("officer", "other_officer"), 200), otherwise=403),
    Row("evidence_detail", kwargs=record, get=READERS),
    Row("evidence_edit", kwargs=record, get=WRITERS, post=SAVES, data=content),
    Row("evidence_delete", kwargs=record, get=WRITERS, post=SAVES),
    Row(
        "evidence_review",
        kwargs=colleagues_record,
        get=WRITERS,
        post=SAVES,
        data=lambda cast: {"verdict": "fine", "version": 1},
    ),
    Row(
        "quote_add",
        query=FORM,
        kwargs=record,
        get=WRITERS,
        post=SAVES,
        data=lambda cast: {"text": "They sent me away.", "version": 0},
    ),
    Row(
        "quote_edit",
        kwargs=quote,
        get=WRITERS,
        post=SAVES,
        data=lambda cast: {"text": "They sent me away twice.", "version": 1},
    ),
    Row("quote_delete", kwargs=quote, get=WRITERS, post=SAVES),
    Row(
        "quote_consent",
        query=FORM,
        kwargs=quote,
        get=WRITERS,
        post=SAVES,
        data=lambda cast: {
            "answer": "yes",
            "uses": ["for_briefs"],
            "asked_on": "01/10/2026",
            "client_id": str(uuid.uuid4()),
        },
    ),
    Row("quote_withdraw", kwargs=quote, get=WRITERS, post=SAVES),
]
