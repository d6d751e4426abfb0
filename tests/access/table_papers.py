"""Access to a group's papers: kept by its officers, read by managers; leads have pages of their own."""

from tests.access.rows import Row
from tests.access.table_evidence_attachments import picture
from tests.access.table_lead_papers import of_group, of_paper, sent

FORM = "?form=00000000-0000-4000-8000-000000000001"
READERS = {"officer": 200, "manager": 200}

ROWS = [
    Row("papers", kwargs=of_group, get=READERS),
    Row(
        "paper",
        query=FORM,
        kwargs=of_paper,
        get=READERS,
        post={"officer": 302, "manager": 403},
        data=lambda cast: {"state": "in_place", "version": "0"},
    ),
    Row(
        "paper_file_add",
        query=FORM,
        kwargs=of_paper,
        post={"officer": 302, "manager": 403},
        data=lambda cast: {"chosen": picture()},
    ),
    Row("paper_file", kwargs=sent, get=READERS),
    Row(
        "paper_file_delete",
        kwargs=sent,
        get={"officer": 200, "manager": 403},
        post={"officer": 302, "manager": 403},
    ),
    Row(
        "paper_file_judge",
        kwargs=sent,
        get={"officer": 200, "manager": 403},
        post={"officer": 302, "manager": 403},
        data=lambda cast: {"verdict": "accept"},
    ),
    Row("papers_to_check", get={"officer": 200, "other_officer": 200}, otherwise=403),
]
