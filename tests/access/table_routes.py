"""Access to a group's route: read by whoever reads its case file, steps added by its officers."""

from tests.access.rows import Row
from tests.cast import Cast


def of_group(cast: Cast) -> dict[str, int]:
    return {"pk": cast.sunrise.pk}


READERS = {"officer": 200, "manager": 200}

ROWS = [
    Row(name="case_route", kwargs=of_group, get=READERS),
    Row(name="route_try", kwargs=of_group, get=READERS),
    Row(name="lead_route", kwargs=of_group, get={"lead": 200, "other_lead": 404}, otherwise=403),
    Row(name="route_step_add", kwargs=of_group, post={"officer": 302, "manager": 403}),
]
