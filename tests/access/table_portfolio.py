"""Access to a group's portfolio: read by whoever reads its case file, and by its lead on pages of their own."""

from tests.access.rows import Row
from tests.cast import Cast

READERS = {"officer": 200, "manager": 200}
LEADS = {"lead": 200, "other_lead": 404}


def of_group(cast: Cast) -> dict[str, object]:
    return {"pk": cast.sunrise.pk}


def a_file(cast: Cast) -> dict[str, object]:
    return {"pk": cast.sunrise.pk, "ending": "pdf"}


ROWS = [
    Row("portfolio", kwargs=of_group, get=READERS),
    Row("portfolio_file", kwargs=a_file, get=READERS),
    Row("profile_sheet", kwargs=of_group, get=READERS),
    Row("lead_portfolio", kwargs=of_group, get=LEADS, otherwise=403),
    Row("lead_portfolio_file", kwargs=a_file, get=LEADS, otherwise=403),
    Row("lead_profile_sheet", kwargs=of_group, get=LEADS, otherwise=403),
]
