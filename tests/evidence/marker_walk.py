"""Looks for marked words everywhere: on every page for everybody, in every stored file, in every column.

A marker is START with two letters: long enough never to stand by chance in a random token.
"""

import html
import io
import logging
import os
import re
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pypdf
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse
from pypdf.errors import PyPdfError

from groups.models import User
from tests.access.rows import Row
from tests.cast import ACTORS, Cast
from tests.test_access import FOREIGN_PREFIXES, ROWS, url_names

START = "Zqmarker"
_MARKER = re.compile(f"{START}[a-z]{{2}}", re.IGNORECASE)
ROOT = "superuser"
# Numbers of records lie so far apart that they say of which kind the record is.
APART = 1_000_000


def markers_in(content: object) -> set[str]:
    """The markers in a text or a file, whatever is packed in it: PDF, Word file, workbook."""
    if isinstance(content, bytes | bytearray | memoryview):
        content = words_of(bytes(content))
    text = str(content)
    # In whatever case, since the search folds words.
    found = _MARKER.findall(text) + _MARKER.findall(html.unescape(text))
    return {word.capitalize() for word in found}


def words_of(content: bytes) -> str:
    """A file's bytes as text, with the text of what is packed in it; a PDF's without white space."""
    words = [content.decode("utf-8", "replace"), content.decode("utf-16", "replace")]
    if content.startswith(b"PK"):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                words += [words_of(packed.read(name)) for name in packed.namelist()]
        except zipfile.BadZipFile:
            pass  # a stand-in that some test has made; its bytes have been looked through
    elif content.startswith(b"%PDF"):
        try:
            reader = pypdf.PdfReader(io.BytesIO(content))
            pages = [page.extract_text() for page in reader.pages]
            # Lines end anywhere, with a hyphen or without.
            words += [re.sub("[\\s\u00ad\u2010-]+", "", "".join(pages)), str(reader.metadata)]
        except PyPdfError:
            pass  # the same
    return "\n".join(words)


def in_files(skip: Iterable[Path] = ()) -> dict[str, set[str]]:
    """Stored file -> the markers in its content or name. Files to skip were there before the test began."""
    found = {}
    for path in stored_files() - set(skip):
        if marks := markers_in(path.read_bytes()) | markers_in(path.name):
            found[path.name] = marks
    return found


def stored_files() -> set[Path]:
    """Every private file there is."""
    return {Path(folder) / name for folder, _, names in os.walk(settings.PRIVATE_FILES) for name in names}


def in_database() -> dict[str, set[str]]:
    """Table and column -> the markers in it, whatever its kind. Sessions are read as the portal reads them."""
    found: dict[str, set[str]] = defaultdict(set)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    found[f"{table}.{name}"] |= markers_in(value)
    for session in Session.objects.all():
        found["django_session.decoded"] |= markers_in(session.get_decoded())
    return {place: marks for place, marks in found.items() if marks}


def number_kinds_apart() -> None:
    """Every record made from here on has a number that no record of another kind has."""
    models = [model for model in apps.get_models() if model._meta.managed]
    with connection.cursor() as cursor:
        for place, model in enumerate(models, start=1):
            table, key = model._meta.db_table, model._meta.pk
            if key.get_internal_type() not in {"AutoField", "BigAutoField"}:
                continue
            if connection.vendor == "sqlite":
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
                cursor.execute("INSERT INTO sqlite_sequence VALUES (%s, %s)", [table, place * APART])
            else:
                cursor.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [table, key.column, place * APART]
                )


def clients_of(cast: Cast, actors: Iterable[str] = (*ACTORS, ROOT)) -> dict[str, Client]:
    """A signed-in client for each actor, and for a superuser, whom the emergency admin lets in."""
    clients = {}
    for actor in actors:
        if actor == ROOT:
            person = User.objects.create_superuser("root@county.example", "three plain words 7")
            clients[actor] = Client()
            clients[actor].force_login(person, backend="groups.sign_in.PortalBackend")
        else:
            clients[actor] = cast.client(actor)
    return clients


def on_pages(
    cast: Cast, clients: Mapping[str, Client], *, pks: Iterable[int], queries: Iterable[str]
) -> dict[str, dict[str, set[str]]]:
    """URL name -> actor -> markers, over every address of the portal.

    Each address that takes a number is asked for with the example of its row in tests/access and with those of pks
    that are of the same kind as the example, so that a page that comes later is looked at too; one without is asked
    for with each of queries. Needs number_kinds_apart.
    """
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    seen = set()
    with _without_log_of_refusals():
        for name, addresses in _addresses(cast, pks, tuple(queries)):
            seen.add(name)
            # Undone afterwards: a page may note that somebody looked at it, and an example may be needed again.
            point = transaction.savepoint()
            for address in addresses():
                for actor, client in clients.items():
                    answer = client.get(address)
                    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
                    if marks := markers_in(content) | markers_in(str(answer.headers)):
                        found[name][actor] |= marks
            transaction.savepoint_rollback(point)
    ours = {name for name in url_names() if not name.startswith(FOREIGN_PREFIXES)}
    assert not ours - seen, f"These pages weren't looked at: {sorted(ours - seen)}"
    return {name: dict(by_actor) for name, by_actor in found.items()}


@contextmanager
def _without_log_of_refusals() -> Iterator[None]:
    """Most of what is asked for is refused, thousands of times. A page that fails still fails the test."""
    log = logging.getLogger("django.request")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(level)


def _addresses(
    cast: Cast, pks: Iterable[int], queries: tuple[str, ...]
) -> Iterator[tuple[str, Callable[[], list[str]]]]:
    """Each URL name with a function that makes its addresses."""
    numbers = sorted(set(pks))

    def may_name(number: int, example: int) -> bool:
        """Whether the number may be put for the example's. One that counts something else may be any."""
        return example < APART or number // APART == example // APART

    def of_row(row: Row) -> list[str]:
        kwargs = dict(row.kwargs(cast))
        places = [kwargs]
        for name, value in kwargs.items():
            if isinstance(value, int):
                places += [{**kwargs, name: number} for number in numbers if may_name(number, value)]
            if name == "ending":
                places += [{**place, name: "docx"} for place in places]
        made = dict.fromkeys(reverse(row.name, kwargs=place) for place in places)
        asked = [row.query, *(() if kwargs else queries)]
        return [address + query for address in made for query in asked]

    def of_package(name: str) -> list[str]:
        made = []
        for args in ([], *([number] for number in numbers)):
            try:
                made.append(reverse(name, args=args))
            except NoReverseMatch:
                continue
        return made

    for row in ROWS:
        yield row.name, lambda row=row: of_row(row)
    for name in sorted(url_names()):
        if name.startswith(FOREIGN_PREFIXES) and not name.startswith("unnamed"):
            yield name, lambda name=name: of_package(name)
