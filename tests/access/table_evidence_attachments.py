"""Access to the files of records of unmet need."""

import io
import uuid

from django.core.files.base import ContentFile
from PIL import Image

from evidence.attachments import attach
from tests import factories
from tests.access.rows import Row
from tests.cast import Cast
from toolkit_portal.core.attachment_files import prepare

FORM = "?form=00000000-0000-4000-8000-000000000001"
READERS = {"officer": 200, "manager": 200}
WRITERS = {"officer": 200, "manager": 403}


def record(cast: Cast) -> dict[str, object]:
    return {"pk": factories.make_evidence(lio=cast.peak, by=cast.officer).pk}


def picture(**changes) -> ContentFile:
    out = io.BytesIO()
    Image.new("RGB", (20, 10), "teal").save(out, "PNG")
    return ContentFile(out.getvalue(), name="letter.png")


def attachment(cast: Cast) -> dict[str, object]:
    made = factories.make_evidence(lio=cast.peak, by=cast.officer)
    file = attach(
        record=made, by=cast.officer, prepared=prepare(picture(), "letter.png"), client_id=uuid.uuid4()
    )
    return {"pk": file.pk}


ROWS = [
    Row(
        "attachment_add",
        query=FORM,
        kwargs=record,
        get=WRITERS,
        post={"officer": 302, "manager": 403},
        data=lambda cast: {"chosen": picture()},
    ),
    Row("attachment_file", kwargs=attachment, get=READERS),
    Row("attachment_thumbnail", kwargs=attachment, get=READERS),
    Row("attachment_delete", kwargs=attachment, get=WRITERS, post={"officer": 302, "manager": 403}),
]
