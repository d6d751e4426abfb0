"""Access to importing spreadsheets: officers, each their own files only."""

import uuid

from django.core.files.uploadedfile import SimpleUploadedFile

from groups.models import ImportUpload
from tests.access.rows import Row
from tests.cast import Cast
from toolkit_portal.views.import_steps import keep_upload

OFFICERS = dict.fromkeys(("officer", "other_officer"), 200)
SENT = dict.fromkeys(("officer", "other_officer"), 302)


def _upload(cast: Cast) -> dict[str, object]:
    upload = keep_upload(
        kind=ImportUpload.Kind.GROUPS,
        by=cast.officer,
        lio=cast.peak,
        content=b"name\nNew Dawn\n",
        filename="groups.csv",
        columns={"name": "name"},
        client_id=uuid.uuid4(),
    )
    return {"pk": upload.pk}


def _file(content: bytes):
    return lambda cast: {
        "file": SimpleUploadedFile("file.csv", content),
        "client_id": str(uuid.uuid4()),
    }


HEADERS = (
    "group,date,2.1,2.11,2.12,2.13,2.14,2.15,2.15a,2.15b,2.15c,2.15d,2.2,2.21,2.22,2.23\n"
    "Sunrise,14/09/2025,1,1,1,1,1,1,1,1,1,1,1,1,1,1\n"
)
EVIDENCE = "date,method,service_area,summary\n14/09/2025,enquiry,Housing,Nobody rang back.\n"
PAPERS = "group,kind,state\nSunrise,Equality policy,Draft\n"
WORK = "group,title\nSunrise,Lunch club\n"
OTHERS = dict.fromkeys(("lead", "other_lead", "manager", "administrator"), 403)

ROWS = [
    Row("group_import", get=OFFICERS, post=SENT, data=_file(b"name\nNew Dawn\n"), otherwise=403),
    Row("assessment_import", get=OFFICERS, post=SENT, data=_file(HEADERS.encode()), otherwise=403),
    Row("evidence_import", get=OFFICERS, post=SENT, data=_file(EVIDENCE.encode()), otherwise=403),
    Row("paper_import", get=OFFICERS, post=SENT, data=_file(PAPERS.encode()), otherwise=403),
    Row("work_import", get=OFFICERS, post=SENT, data=_file(WORK.encode()), otherwise=403),
    Row("paper_import_template", get=OFFICERS, otherwise=403),
    Row("work_import_template", get=OFFICERS, otherwise=403),
    Row("evidence_import_template", get=OFFICERS, otherwise=403),
    Row("group_import_template", get=OFFICERS, otherwise=403),
    Row("assessment_import_template", get=OFFICERS, otherwise=403),
    Row(
        "import_columns",
        kwargs=_upload,
        get={"officer": 200} | OTHERS,
        post={"officer": 302} | OTHERS,
        data=lambda cast: {"column_0": "name"},
    ),
    Row("import_check", kwargs=_upload, get={"officer": 200} | OTHERS, post={"officer": 302} | OTHERS),
    Row("import_discard", kwargs=_upload, get={"officer": 200} | OTHERS, post={"officer": 302} | OTHERS),
]
