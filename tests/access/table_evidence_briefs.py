"""Access to briefs for commissioners."""

import hashlib
import uuid

from django.core.files.base import ContentFile

from evidence.models import Brief
from tests import factories
from tests.access.rows import Row
from tests.cast import Cast

CASE_READERS = dict.fromkeys(("officer", "other_officer", "manager"), 200)
OTHERS = {"lead": 403, "other_lead": 403, "administrator": 403}


def made(cast: Cast) -> Brief:
    """An issued brief of the officer's LIO, with files whose content is no matter here."""
    number = Brief.objects.filter(lio=cast.peak).count() + 1
    brief = Brief(lio=cast.peak, number=number, title="Housing in Chesterfield", issued_by=cast.officer)
    brief.pdf.save("brief.pdf", ContentFile(b"%PDF-1.7"), save=False)
    brief.docx.save("brief.docx", ContentFile(b"PK"), save=False)
    brief.save()
    return brief


def brief(cast: Cast) -> dict[str, object]:
    return {"pk": made(cast).pk}


def whole_file(cast: Cast) -> dict[str, object]:

    item = made(cast)
    item.pdf_sha256 = hashlib.sha256(b"%PDF-1.7").hexdigest()
    item.save()
    return {"pk": item.pk, "ending": "pdf"}


def choice(cast: Cast) -> dict[str, object]:
    # Nothing reviewed fits, so that the answer is a form with a word on what to do.
    return {"service_area": factories.service_area("Transport").pk, "client_id": str(uuid.uuid4())}


ROWS = [
    Row("brief_list", get=CASE_READERS, otherwise=403),
    Row(
        "brief_new",
        get=dict.fromkeys(("officer", "other_officer"), 200),
        post=dict.fromkeys(("officer", "other_officer"), 422),
        data=choice,
        otherwise=403,
    ),
    Row("brief_detail", kwargs=brief, get={"officer": 200, "manager": 200, **OTHERS}),
    Row("brief_file", kwargs=whole_file, get={"officer": 200, "manager": 200, **OTHERS}),
    Row(
        "brief_withdraw",
        kwargs=brief,
        get={"officer": 200, "manager": 403, **OTHERS},
        post={"officer": 302, "manager": 403, **OTHERS},
        data=lambda cast: {"why": "A figure was wrong."},
    ),
]
