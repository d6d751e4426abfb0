"""Who gets what: every URL × method × actor, and the database unchanged on refusal.

The cast is saved once for the whole table, and a row's records once for all who ask for its URL. Each check works
in a transaction of its own inside theirs and takes back what it wrote, so that none meets the deeds of another.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests import access
from tests.access.rows import Row
from tests.cast import ACTORS, Cast, make_cast

TABLES = [
    importlib.import_module(f"tests.access.{module.name}")
    for module in pkgutil.iter_modules(access.__path__)
    if module.name.startswith("table_")
]
ROWS: list[Row] = [row for table in TABLES for row in table.ROWS]
# Pages of packages, tested by their makers and closed or opened by our settings; each prefix says why where listed.
FOREIGN_PREFIXES: tuple[str, ...] = tuple(
    prefix for table in TABLES for prefix in getattr(table, "FOREIGN_PREFIXES", ())
)


def url_names() -> set[str]:
    """Every name of the URLconf, with namespace; an unnamed pattern appears by its route."""
    found = set()

    def walk(patterns, prefix="", route=""):
        for pattern in patterns:
            here = route + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                space = f"{pattern.namespace}:" if pattern.namespace else ""
                walk(pattern.url_patterns, prefix + space, here)
            elif isinstance(pattern, URLPattern):
                found.add(prefix + pattern.name if pattern.name else f"unnamed {here}")

    walk(get_resolver().url_patterns)
    return found


def test_no_route_is_forgotten():
    ours = {name for name in url_names() if not name.startswith(FOREIGN_PREFIXES)}
    listed = {row.name for row in ROWS}
    assert not ours - listed, "These routes have no row in tests/access: " + ", ".join(sorted(ours - listed))
    assert not listed - ours, "These rows have no route: " + ", ".join(sorted(listed - ours))


def rows_in_database() -> dict[str, int]:
    """How many rows each table holds, apart from sessions and the trail."""
    skip = {"sessions.session", "auditlog.logentry"}
    tables = sorted(
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.label_lower not in skip and model._meta.managed
    )
    counts = (f"SELECT '{table}', COUNT(*) FROM {connection.ops.quote_name(table)}" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(counts))
        return dict(cursor.fetchall())


@contextmanager
def taken_back() -> Iterator[None]:
    """A transaction around many checks, whose writes all of them find and nobody after them."""
    block = transaction.atomic()
    block._from_testcase = True  # as TestCase marks its own, so that durable blocks may open inside it
    with block:
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def county(django_db_setup, django_db_blocker) -> Iterator[Cast]:
    with django_db_blocker.unblock(), taken_back():
        cast = make_cast()
        with django_db_blocker.block():
            yield cast


@pytest.fixture(scope="module", params=ROWS, ids=lambda row: row.name + row.query)
def asked(request, county, django_db_blocker) -> Iterator[tuple[Row, Cast, str]]:
    """A row of the table, the cast, and the address that the row speaks of."""
    row: Row = request.param
    with django_db_blocker.unblock(), taken_back():
        cast = deepcopy(county)
        url = reverse(row.name, kwargs=dict(row.kwargs(cast))) + row.query
        with django_db_blocker.block():
            yield row, cast, url


@pytest.mark.django_db
@pytest.mark.parametrize("actor", ACTORS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_each_actor_gets_what_is_theirs(asked: tuple[Row, Cast, str], method: str, actor: str):
    row, _, url = asked
    cast = deepcopy(asked[1])
    data = dict(row.data(cast))
    expected = row.expected(method, actor)
    client = cast.client(actor)
    before = rows_in_database() if method == "POST" and expected >= 400 else None
    response = client.get(url) if method == "GET" else client.post(url, data)
    if response.streaming:
        b"".join(response.streaming_content)  # to its end, as a browser does, so that its file is closed
    # A method that nobody is offered may be refused before it is asked who is there: that shows nothing.
    offered = (row.get if method == "GET" else row.post) is not None
    right = {expected} if offered else {expected, 405}
    assert response.status_code in right, f"{actor} {method} {url}: {response.status_code}, not {expected}"
    named = row.get if method == "GET" else row.post
    if actor == "anonymous" and response.status_code == 302 and "anonymous" not in (named or {}):
        assert "/account/login/" in response["Location"]
    if before is not None:
        assert rows_in_database() == before, "a refused request has written something"
    if not row.name.startswith(FOREIGN_PREFIXES or ("\0",)):
        assert "Content-Security-Policy" in response.headers
        assert "no-store" in response.headers["Cache-Control"]
        assert response.headers["X-Frame-Options"] == "DENY"
