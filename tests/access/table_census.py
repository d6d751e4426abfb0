"""Access to census tables: administrators alone load, look at and remove them."""

from groups import census_tables
from groups.models import CensusTable
from tests.access.rows import Row
from tests.cast import Cast
from tests.census import long_csv, upload

ADMINISTRATOR = {"administrator": 200}


def _shipped(cast: Cast) -> dict[str, object]:
    return {"pk": CensusTable.objects.get(is_current=True).pk}


def _waiting(cast: Cast) -> dict[str, object]:
    found, digest = census_tables.read_file(upload(long_csv()), filename="TS021-2021.csv")
    return {"pk": census_tables.keep(census=found, sha256=digest, by=cast.administrator).pk}


ROWS = [
    Row("admin_census", get=ADMINISTRATOR, otherwise=403),
    Row(
        "admin_census_add",
        get=ADMINISTRATOR,
        post={"administrator": 302},
        data=lambda cast: {"file": upload(long_csv()), "year": "2021"},
        otherwise=403,
    ),
    Row(
        "admin_census_table",
        kwargs=_waiting,
        get=ADMINISTRATOR,
        post={"administrator": 302},
        otherwise=403,
    ),
    Row(
        "admin_census_remove",
        kwargs=_shipped,
        get=ADMINISTRATOR,
        post={"administrator": 302},
        otherwise=403,
    ),
]
