"""Who gets what: every URL × method × actor, and the database unchanged on refusal."""

import importlib
import pkgutil

import pytest
from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests import access
from tests.access.rows import Row
from tests.cast import ACTORS, make_cast

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
    return {
        model._meta.label_lower: model._base_manager.count()
        for model in apps.get_models()
        if model._meta.label_lower not in skip and model._meta.managed
    }


@pytest.mark.django_db
@pytest.mark.parametrize("actor", ACTORS)
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name + row.query)
def test_each_actor_gets_what_is_theirs(row: Row, method: str, actor: str):
    cast = make_cast()
    url = reverse(row.name, kwargs=dict(row.kwargs(cast))) + row.query
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
