"""Access to focus groups."""

import uuid

from evidence.models import Quote
from tests import factories
from tests.access.rows import Row
from tests.cast import Cast

FORM = "?form=00000000-0000-4000-8000-000000000001"
READERS = {"officer": 200, "manager": 200}
CASE_READERS = dict.fromkeys(("officer", "other_officer", "manager"), 200)
WRITERS = {"officer": 200, "manager": 403}
SAVES = {"officer": 302, "manager": 403}


def focus_group(cast: Cast) -> dict[str, object]:
    made = factories.make_focus_group(lio=cast.peak, by=cast.officer)
    Quote.objects.create(focus_group=made, text="Nobody could read it to me.", written_by=cast.officer)
    return {"pk": made.pk}


def theme(cast: Cast) -> dict[str, object]:
    made = factories.make_focus_group(lio=cast.peak, by=cast.officer)
    return {"pk": factories.make_theme(focus_group=made).pk}


def content(cast: Cast) -> dict[str, object]:
    return {
        "title": "Seeing a doctor",
        "held_on": "01/10/2026",
        "people_came": 12,
        "interpreting": "not_needed",
        "version": 1,
        "client_id": str(uuid.uuid4()),
        **{f"{rows}-{name}_FORMS": 0 for rows in ("themes", "quotes") for name in ("TOTAL", "INITIAL")},
    }


ROWS = [
    Row("focus_group_list", get=CASE_READERS, otherwise=403),
    Row(
        "focus_group_new",
        query=FORM,
        get=dict.fromkeys(("officer", "other_officer"), 200),
        post=dict.fromkeys(("officer", "other_officer"), 302),
        data=content,
        otherwise=403,
    ),
    Row("focus_group_detail", kwargs=focus_group, get=READERS),
    Row("focus_group_edit", kwargs=focus_group, get=WRITERS, post=SAVES, data=content),
    Row("focus_group_delete", kwargs=focus_group, get=WRITERS, post=SAVES),
    Row(
        "focus_theme_record",
        query=FORM,
        kwargs=theme,
        get=WRITERS,
        post=SAVES,
        data=lambda cast: {"summary": "No interpreter", "service_area": factories.service_area().pk},
    ),
]
