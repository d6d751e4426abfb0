"""Access to the lead's papers: the lead's own group, nothing of the other lead's."""

import uuid

from django.core.files.base import ContentFile

from groups.credentials import add_file
from groups.models import CredentialKind
from tests.access.rows import Row
from tests.access.table_evidence_attachments import picture
from tests.cast import Cast
from toolkit_portal.core.attachment_files import prepare

FORM = "?form=00000000-0000-4000-8000-000000000001"
READS = {"lead": 200, "other_lead": 404}
WRITES = {"lead": 302, "other_lead": 404}


def of_group(cast: Cast) -> dict[str, object]:
    return {"pk": cast.sunrise.pk}


def of_paper(cast: Cast) -> dict[str, object]:
    return {"pk": cast.sunrise.pk, "key": "equality-policy"}


def sent(cast: Cast) -> dict[str, object]:
    """A file that the lead has sent and nobody has looked at."""
    file = add_file(
        group=cast.sunrise,
        kind=CredentialKind.objects.get(key="equality-policy"),
        by=cast.lead,
        prepared=prepare(ContentFile(b"Everybody is welcome."), "equality.txt"),
        client_id=uuid.uuid4(),
    )
    return {"pk": file.pk}


ROWS = [
    Row("lead_papers", kwargs=of_group, get=READS, otherwise=403),
    Row(
        "lead_paper",
        query=FORM,
        kwargs=of_paper,
        get=READS,
        post=WRITES,
        data=lambda cast: {"chosen": picture()},
        otherwise=403,
    ),
    Row("lead_paper_file", kwargs=sent, get=READS, otherwise=403),
    Row("lead_paper_file_delete", kwargs=sent, get=READS, post=WRITES, otherwise=403),
]
