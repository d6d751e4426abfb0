"""Access to model papers: read by whoever reads the group's papers, adoption noted by its officers."""

from tests.access.rows import Row
from tests.access.table_lead_papers import READS as LEADS
from tests.access.table_lead_papers import of_paper
from tests.access.table_papers import FORM, READERS

ROWS = [
    Row("paper_model", kwargs=of_paper, get=READERS),
    Row("paper_model_file", kwargs=of_paper, get=READERS),
    Row(
        "paper_adopt",
        query=FORM,
        kwargs=of_paper,
        post={"officer": 302, "manager": 403},
        data=lambda cast: {"adopted-adopted_on": "14/09/2025", "adopted-version": "0"},
    ),
    Row("lead_paper_model", kwargs=of_paper, get=LEADS, otherwise=403),
    Row("lead_paper_model_file", kwargs=of_paper, get=LEADS, otherwise=403),
]
