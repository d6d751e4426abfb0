"""Access to the enquiry tally."""

import uuid

from tests import factories
from tests.access.rows import Row
from tests.cast import Cast

FORM = "?form=00000000-0000-4000-8000-000000000001"
OFFICERS = dict.fromkeys(("officer", "other_officer"), 200)
SAVES = dict.fromkeys(OFFICERS, 302)


def enquiry(cast: Cast) -> dict[str, object]:
    return {"pk": factories.make_enquiry(lio=cast.peak, by=cast.officer).pk}


def taps(cast: Cast) -> dict[str, object]:
    return {
        "service_area": factories.service_area().pk,
        "outcome": "nothing",
        "client_id": str(uuid.uuid4()),
    }


ROWS = [
    # Managers note no enquiries; they are led to the month.
    Row(
        "enquiry_tally",
        query=FORM,
        get={**OFFICERS, "manager": 302},
        post={**SAVES, "manager": 403},
        data=taps,
        otherwise=403,
    ),
    # Others' enquiries can't be named here: whatever is not one's own is nothing to undo.
    Row(
        "enquiry_undo",
        post=SAVES,
        data=lambda cast: {"enquiry": factories.make_enquiry(lio=cast.peak, by=cast.officer).pk},
        otherwise=403,
    ),
    Row("enquiry_month", get={**OFFICERS, "manager": 200}, otherwise=403),
    # Without a choice there is nothing to make a record of.
    Row(
        "enquiry_record",
        query=FORM,
        get=OFFICERS,
        post=dict.fromkeys(OFFICERS, 422),
        otherwise=403,
    ),
    Row(
        "enquiry_delete",
        kwargs=enquiry,
        get={"officer": 200, "manager": 403},
        post={"officer": 302, "manager": 403},
    ),
]
