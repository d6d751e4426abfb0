"""Access to a group's pieces of work: read by whoever reads its case file, written by its officers."""

import uuid

from django.core.files.base import ContentFile

from groups.models import TrackRecord
from groups.track_records import add_file
from tests.access.rows import Row
from tests.access.table_evidence_attachments import picture
from tests.cast import Cast
from toolkit_portal.core.attachment_files import prepare

FORM = "?form=00000000-0000-4000-8000-000000000001"
READERS = {"officer": 200, "manager": 200}
WRITERS = {"officer": 200, "manager": 403}
WRITTEN = {"officer": 302, "manager": 403}


def of_group(cast: Cast) -> dict[str, object]:
    return {"pk": cast.sunrise.pk}


def work(cast: Cast) -> dict[str, object]:
    return {"pk": TrackRecord.objects.create(group=cast.sunrise, title="Lunch club").pk}


def file(cast: Cast) -> dict[str, object]:
    made = TrackRecord.objects.get(pk=work(cast)["pk"])
    prepared = prepare(ContentFile(b"Thank you all."), "thanks.txt")
    return {"pk": add_file(work=made, by=cast.officer, prepared=prepared, client_id=uuid.uuid4()).pk}


def typed(cast: Cast) -> dict[str, object]:
    return {"title": "Lunch club for elders", "for_whom": "The parish", "version": 1}


ROWS = [
    Row("work_list", kwargs=of_group, get=READERS),
    Row("work_add", query=FORM, kwargs=of_group, get=WRITERS, post=WRITTEN, data=typed),
    Row("work_edit", kwargs=work, get=WRITERS, post=WRITTEN, data=typed),
    Row("work_delete", kwargs=work, get=WRITERS, post=WRITTEN),
    Row(
        "work_file_add",
        query=FORM,
        kwargs=work,
        get=WRITERS,
        post=WRITTEN,
        data=lambda cast: {"chosen": picture()},
    ),
    Row("work_file", kwargs=file, get=READERS),
    Row("work_file_delete", kwargs=file, get=WRITERS, post=WRITTEN),
]
