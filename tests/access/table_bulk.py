"""Access to work upon many groups: officers do it with their own, managers may have files of all plans."""

import uuid

from readiness import bulk_jobs
from readiness.bulk_orders import order_and_queue
from readiness.letter_keeping import write_letter
from readiness.models import BulkOrder
from tests import factories
from tests.access.rows import Row
from tests.cast import Cast

READERS = {"officer": 200, "other_officer": 200, "manager": 200}
OFFICERS = {"officer": 200, "other_officer": 200}
FORM = "?form=00000000-0000-4000-8000-000000000007"


def _with_plan(cast: Cast) -> dict[str, object]:
    factories.make_action(group=cast.sunrise, by=cast.officer)
    return {}


def _order(cast: Cast) -> dict[str, object]:
    client_id = uuid.uuid4()
    order_and_queue(
        act=BulkOrder.Act.ISSUE,
        kind=bulk_jobs.ISSUE,
        by=cast.officer,
        groups=[cast.sunrise.pk],
        client_id=client_id,
        title="Issue 1 plan",
    )
    return {"pk": BulkOrder.objects.get(client_id=client_id).pk}


def _letter(cast: Cast) -> dict[str, object]:
    letter = write_letter(
        by=cast.officer, lio=cast.peak, title="Our office moves", body="To {group}.", client_id=uuid.uuid4()
    )
    return {"pk": letter.pk}


ROWS = [
    Row("bulk", get=READERS, otherwise=403),
    Row(
        "bulk_files",
        query=FORM,
        kwargs=_with_plan,
        get=READERS,
        # The neighbours have no plan that could be in a file.
        post={"officer": 302, "other_officer": 422, "manager": 302},
        data=lambda cast: {"format": "zip"},
        otherwise=403,
    ),
    Row(
        "bulk_issue",
        query=FORM,
        kwargs=_with_plan,
        get=OFFICERS,
        post=dict.fromkeys(OFFICERS, 422),
        otherwise=403,
    ),
    Row("bulk_letters", get=OFFICERS, otherwise=403),
    Row(
        "letter_write",
        query=FORM,
        get=OFFICERS,
        post=dict.fromkeys(OFFICERS, 302),
        data=lambda cast: {"title": "Our office moves", "body": "To {group}."},
        otherwise=403,
    ),
    Row(
        "bulk_letters_check",
        query=f"{FORM}&letter=visit",
        get=OFFICERS,
        # Sunrise is the neighbours' no more than a number that nobody has.
        post={"officer": 302, "other_officer": 422},
        data=lambda cast: {"format": "docx", "group": [cast.sunrise.pk]},
        otherwise=403,
    ),
    Row(
        "letter_delete",
        kwargs=_letter,
        get={"officer": 200, "other_officer": 404},
        post={"officer": 302, "other_officer": 404},
        otherwise=403,
    ),
    Row(
        "bulk_order", kwargs=_order, get={"officer": 200, "other_officer": 404, "manager": 404}, otherwise=403
    ),
]
