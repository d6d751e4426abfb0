"""Access to the directory: officers and managers read all of it, officers write."""

import uuid

from groups.models import OrganisationContact, Service
from tests import factories
from tests.access.rows import Row
from tests.cast import Cast

FORM = "?form=00000000-0000-4000-8000-000000000001"
READERS = dict.fromkeys(("officer", "other_officer", "manager"), 200)
OFFICERS = dict.fromkeys(("officer", "other_officer"), 200)
SENT = dict.fromkeys(("officer", "other_officer"), 302)


def entry(cast: Cast) -> dict[str, object]:
    return {"pk": factories.make_organisation().pk}


def person(cast: Cast) -> dict[str, object]:
    made = factories.make_organisation()
    return {"pk": made.pk, "contact": OrganisationContact.objects.create(organisation=made, name="Desk").pk}


def service(cast: Cast) -> dict[str, object]:
    made = factories.make_organisation()
    run = Service.objects.create(organisation=made, name="Repairs", service_area=factories.service_area())
    return {"pk": made.pk, "service": run.pk}


def content(cast: Cast) -> dict[str, object]:
    return {"name": "Amber Housing", "kinds": ["is_provider"], "client_id": str(uuid.uuid4()), "version": 1}


def run(cast: Cast) -> dict[str, object]:
    return {
        "name": "Repairs line",
        "service_area": factories.service_area().pk,
        "client_id": str(uuid.uuid4()),
    }


ROWS = [
    Row("directory", get=READERS, otherwise=403),
    Row("organisation", kwargs=entry, get=READERS, otherwise=403),
    Row("organisation_add", query=FORM, get=OFFICERS, post=SENT, data=content, otherwise=403),
    Row("organisation_edit", kwargs=entry, get=OFFICERS, post=SENT, data=content, otherwise=403),
    Row(
        "organisation_merge",
        kwargs=entry,
        get=OFFICERS,
        post=SENT,
        data=lambda cast: {"kept": factories.make_organisation().pk},
        otherwise=403,
    ),
    Row(
        "organisation_contact_add",
        query=FORM,
        kwargs=entry,
        get=OFFICERS,
        post=SENT,
        data=lambda cast: {"name": "Front desk", "client_id": str(uuid.uuid4())},
        otherwise=403,
    ),
    Row(
        "organisation_contact_edit",
        kwargs=person,
        get=OFFICERS,
        post=SENT,
        data=lambda cast: {"name": "Back desk"},
        otherwise=403,
    ),
    Row("organisation_contact_delete", kwargs=person, get=OFFICERS, post=SENT, otherwise=403),
    Row(
        "organisation_service_add", query=FORM, kwargs=entry, get=OFFICERS, post=SENT, data=run, otherwise=403
    ),
    Row("organisation_service_edit", kwargs=service, get=OFFICERS, post=SENT, data=run, otherwise=403),
    Row("organisation_service_end", kwargs=service, get=OFFICERS, post=SENT, otherwise=403),
]
