"""A made-up county for the benchmarks, in a database of their own that goes when they end."""

from __future__ import annotations

import atexit
import gc
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test.utils import setup_databases, teardown_databases

from readiness.demo.county import build


@contextmanager
def new_database() -> Iterator[None]:
    """Within the block the default database is a new one, with every migration and no group.

    On SQLite a file in a temporary folder, on PostgreSQL a database named test_<name>; the developer's own is
    neither read nor written.
    """
    make = _new_file if connection.vendor == "sqlite" else _new_on_the_server
    hashers, settings.PASSWORD_HASHERS = (
        settings.PASSWORD_HASHERS,
        ["django.contrib.auth.hashers.MD5PasswordHasher"],
    )
    try:
        with make():
            yield
    finally:
        gc.unfreeze()
        settings.PASSWORD_HASHERS = hashers


@contextmanager
def _new_on_the_server() -> Iterator[None]:
    old = setup_databases(verbosity=0, interactive=False)
    try:
        yield
    finally:
        teardown_databases(old, verbosity=0)


@contextmanager
def _new_file() -> Iterator[None]:
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        path = Path(folder) / "county.sqlite3"
        shutil.copyfile(_migrated_file(), path)
        with _at(path):
            yield


@cache
def _migrated_file() -> Path:
    """A file with every migration, made once: migrating costs more than most of what is measured in a smoke run."""
    folder = Path(tempfile.mkdtemp(prefix="portal-bench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with _at(folder / "migrated.sqlite3"):
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
    return folder / "migrated.sqlite3"


@contextmanager
def _at(path: Path) -> Iterator[None]:
    """Within the block the default database is this SQLite file."""
    connection.close()
    old, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], str(path)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = old


@contextmanager
def county(groups: int, evidence: int = 0) -> Iterator[None]:
    """Within the block the default database is a new one with that many demo groups and records of need, and no issued
    plan or brief.
    """
    with new_database():
        build(groups=groups, issued=0, evidence=evidence)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        set_apart()
        yield


def set_apart() -> None:
    """Keeps the collector from walking through what building left behind, which no page or command has beside it."""
    gc.collect()
    gc.freeze()


def database_url() -> str:
    """DATABASE_URL of the default database as it is now, for a process of its own."""
    if connection.vendor == "sqlite":
        return f"sqlite:///{connection.settings_dict['NAME']}"
    facts = {name: connection.settings_dict[name] for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME")}
    who = f"{quote(facts['USER'])}:{quote(facts['PASSWORD'])}" if facts["PASSWORD"] else quote(facts["USER"])
    return f"postgres://{who}@{facts['HOST']}:{facts['PORT'] or 5432}/{facts['NAME']}"


@contextmanager
def bare_connection() -> Iterator[object]:
    """The database through its driver alone: the least that any way through Django can cost."""
    if connection.vendor == "sqlite":
        driver = sqlite3.connect(connection.settings_dict["NAME"])
    else:
        import psycopg2

        driver = psycopg2.connect(
            **{
                key: value
                for key, value in connection.get_connection_params().items()
                if key in {"dbname", "user", "password", "host", "port", "options"}
            }
        )
    try:
        yield driver
    finally:
        driver.close()
