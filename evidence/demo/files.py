"""Files for the demo county's records: photos, a scanned letter, notes, counts and a recording."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.files.base import ContentFile

from evidence.attachments import FOLDER
from evidence.demo import words
from evidence.models import Attachment, Evidence
from groups.demo.drawn import made as drawn
from toolkit_portal.core.attachment_files import prepare
from toolkit_portal.core.kept_files import digest, store_prepared

if TYPE_CHECKING:
    from evidence.demo.county import DemoCounty

EVERY = 7  # of the newest records, so that a list's first page shows some


def add_files(county: DemoCounty) -> int:
    """One file on each of some of the newest records of the four methods, two on the first. Returns how many."""
    records = list(
        Evidence.objects.filter(groups__isnull=False)
        .select_related("created_by")
        .order_by("-happened_on", "-pk")[: EVERY * len(words.FILES) : EVERY]
    )
    made = []
    for place, (name, kind, description, lines) in enumerate(words.FILES):
        if not records:
            break
        record = records[max(0, place - 1) % len(records)]
        assert record.created_by is not None
        prepared = prepare(ContentFile(drawn(kind, lines), name=name), name)
        attachment = Attachment(
            client_id=county.uuid(),
            record=record,
            filename=prepared.filename,
            kind=prepared.kind,
            size=prepared.content.size,
            sha256=digest(prepared.content),
            description=description,
            uploaded_by=record.created_by,
            uploaded_at=county.moment(record.happened_on) + timedelta(minutes=place),
        )
        attachment.file.name, attachment.thumbnail.name = store_prepared(prepared, FOLDER)
        made.append(attachment)
    Attachment.objects.bulk_create(made)
    return len(made)
