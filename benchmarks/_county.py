"""A made-up county for the benchmarks, in a database of their own that goes when they end."""

from __future__ import annotations

import gc
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.test.utils import setup_databases, teardown_databases

from readiness.demo.county import build


@contextmanager
def county(groups: int, evidence: int = 0) -> Iterator[None]:
    """Within the block the default database is a new one with that many demo groups and records of need, and no issued
    plan or brief.

    On SQLite a file in a temporary folder, on PostgreSQL a database named test_<name>; the developer's own is
    neither read nor written.
    """
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        connection.settings_dict["TEST"]["NAME"] = (
            str(Path(folder) / "county.sqlite3") if connection.vendor == "sqlite" else None
        )
        hashers, settings.PASSWORD_HASHERS = (
            settings.PASSWORD_HASHERS,
            ["django.contrib.auth.hashers.MD5PasswordHasher"],
        )
        old = setup_databases(verbosity=0, interactive=False)
        try:
            build(groups=groups, issued=0, evidence=evidence)
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
            # What building and earlier benchmarks have left behind is theirs: Python's collector looks at what is
            # made from here on, and not at that again in the middle of what is measured.
            gc.collect()
            gc.freeze()
            yield
        finally:
            gc.unfreeze()
            teardown_databases(old, verbosity=0)
            settings.PASSWORD_HASHERS = hashers


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
                if key in {"dbname", "user", "password", "host", "port"}
            }
        )
    try:
        yield driver
    finally:
        driver.close()
