"""Access to the list of groups and to a group's profile, contacts and history."""

import uuid

from groups.models import Contact
from tests.access.rows import Row
from tests.cast import Cast

READERS = {"officer": 200, "manager": 200}
WRITES = {"officer": 302, "manager": 403}


def _contact(cast: Cast) -> dict[str, object]:
    person = Contact.objects.create(group=cast.sunrise, name="Asha", phone="01629 000000")
    return {"pk": cast.sunrise.pk, "contact": person.pk}


FORM = "?form=00000000-0000-4000-8000-000000000001"

ROWS = [
    Row(
        "group_list",
        get=dict.fromkeys(("officer", "other_officer", "manager"), 200),
        otherwise=403,
    ),
    Row(
        "group_create",
        query=FORM,
        get=dict.fromkeys(("officer", "other_officer"), 200),
        post=dict.fromkeys(("officer", "other_officer"), 302),
        data=lambda cast: {"name": "Quite another group", "kind": "bme_led", "client_id": str(uuid.uuid4())},
        otherwise=403,
    ),
    Row("group_profile", kwargs=lambda cast: {"pk": cast.sunrise.pk}, get=READERS),
    Row(
        "group_edit",
        kwargs=lambda cast: {"pk": cast.sunrise.pk, "section": "names"},
        get={"officer": 200, "manager": 403},
        post=WRITES,
        data=lambda cast: {"name": "Sunrise", "kind": "bme_led", "status": "active", "version": 1},
    ),
    Row(
        "contact_add",
        query=FORM,
        kwargs=lambda cast: {"pk": cast.sunrise.pk},
        get={"officer": 200, "manager": 403},
        post=WRITES,
        data=lambda cast: {"name": "Bina", "phone": "01629 000001", "client_id": str(uuid.uuid4())},
    ),
    Row(
        "contact_edit",
        kwargs=_contact,
        get={"officer": 200, "manager": 403},
        post=WRITES,
        data=lambda cast: {"name": "Asha B", "phone": "01629 000002"},
    ),
    Row("contact_delete", kwargs=_contact, get={"officer": 200, "manager": 403}, post=WRITES),
    Row("group_history", kwargs=lambda cast: {"pk": cast.sunrise.pk}, get=READERS),
]
