"""Access to a group's tender pack: whoever may read the case file."""

from tests.access.rows import Row
from tests.cast import Cast

READERS = {"officer": 200, "manager": 200}


def of_group(cast: Cast) -> dict[str, object]:
    return {"pk": cast.sunrise.pk}


ROWS = [
    Row(
        "tender_pack",
        kwargs=of_group,
        get=READERS,
        post={"officer": 302, "manager": 302},
        data=lambda cast: {"profile": "on"},
    )
]
