"""What was acknowledged survives, and writers at once neither fail nor lose each other's work."""

import random
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from django.conf import settings
from django.db import connection, transaction

from groups.models import ServiceArea
from tests.toolkit_portal.commands import ROOT, clean_environment

WRITERS, ROUNDS = 8, 25
BATCH = 20
on_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="about SQLite's own settings")

# Only the settings' database, without the apps: it starts in a moment.
CONNECT = """
import sys, time
import django.conf
from toolkit_portal.settings import DATABASES
django.conf.settings.configure(DATABASES=DATABASES)
django.setup()
from django.db import connection, transaction
"""
MAKE_TABLE = (
    CONNECT + "connection.cursor().execute('CREATE TABLE line (batch TEXT NOT NULL, padding TEXT NOT NULL)')"
)
# Each batch is one transaction of many disk pages, named on standard output once it is committed.
WRITE = f"""{CONNECT}
for number in range(100_000):
    batch = f"{{sys.argv[1]}}-{{number}}"
    with transaction.atomic(), connection.cursor() as cursor:
        for row in range({BATCH}):
            cursor.execute("INSERT INTO line VALUES (%s, %s)", [batch, batch * 500])
    print(batch, flush=True)
    time.sleep(0.005)  # as between two requests: SQLite doesn't queue, so a writer without pauses starves the other
"""


def pragma(name: str) -> object:
    """The live value on this test's connection, which has the settings' own options."""
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {name}")
        return cursor.fetchone()[0]


@on_sqlite
@pytest.mark.django_db
def test_sqlite_writes_to_the_disk_before_it_answers_and_waits_for_other_writers():
    assert str(pragma("journal_mode")).upper() == settings.SQLITE_JOURNAL
    assert pragma("synchronous") == 2  # FULL
    assert pragma("busy_timeout") == 20_000  # milliseconds
    assert pragma("foreign_keys") == 1


@on_sqlite
@pytest.mark.django_db(transaction=True)
def test_a_transaction_takes_the_write_lock_when_it_begins():
    """Otherwise a read that turns into a write fails at once, whatever the timeout."""
    other = sqlite3.connect(connection.settings_dict["NAME"], timeout=0, isolation_level=None)
    try:
        with transaction.atomic(), pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
    finally:
        other.close()


@pytest.mark.django_db(transaction=True)
def test_eight_writers_fail_nowhere_and_lose_no_update():
    """Each reads a number and writes it back one higher, 25 times; on both databases."""
    counter = ServiceArea.objects.create(label="Counter of the writers' test", position=0)
    together = Barrier(WRITERS)

    def write(_: int) -> None:
        together.wait(timeout=60)
        try:
            for _round in range(ROUNDS):
                with transaction.atomic():
                    row = ServiceArea.objects.select_for_update().get(pk=counter.pk)
                    row.position += 1
                    row.save()
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))  # a writer's "database is locked" is raised here
    counter.refresh_from_db()
    assert counter.position == WRITERS * ROUNDS


def test_killed_writers_lose_nothing_that_they_acknowledged(tmp_path: Path):
    """kill -9 at random moments: every acknowledged batch is whole, no batch is there in part."""
    file = tmp_path / "portal.sqlite3"
    variables = clean_environment(tmp_path, DATABASE_URL=f"sqlite:///{file}")
    subprocess.run([sys.executable, "-c", MAKE_TABLE], cwd=ROOT, env=variables, check=True, timeout=60)
    moments = random.Random(20260329)
    acknowledged: list[str] = []
    for attempt in range(4):
        writers = [
            subprocess.Popen(
                [sys.executable, "-c", WRITE, f"{attempt}-{nth}"],
                cwd=ROOT,
                env=variables,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for nth in range(2)
        ]
        try:
            first = writers[0].stdout.readline()  # it has started to write
            time.sleep(moments.uniform(0.05, 0.3))
        finally:
            for writer in writers:
                writer.kill()
        for writer, before in zip(writers, (first, ""), strict=True):
            rest, errors = writer.communicate(timeout=60)
            assert errors == ""
            acknowledged += [line for line in (before + rest).split("\n")[:-1] if line]
    assert len(acknowledged) >= 3

    connected = sqlite3.connect(file)
    try:
        rows = dict(connected.execute("SELECT batch, COUNT(*) FROM line GROUP BY batch"))
        assert connected.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    finally:
        connected.close()
    assert set(acknowledged) <= set(rows)
    assert set(rows.values()) == {BATCH}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL's own settings")
@pytest.mark.django_db
def test_postgresql_plans_for_all_rows_and_compiles_nothing():
    found = {}
    with connection.cursor() as cursor:
        for name in ("cursor_tuple_fraction", "jit"):
            cursor.execute(f"SHOW {name}")
            found[name] = cursor.fetchone()[0]
    assert found == {"cursor_tuple_fraction": "1", "jit": "off"}


def test_settings_of_the_address_are_kept_beside_the_portals_own(tmp_path):
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "from toolkit_portal.settings import DATABASES; print(DATABASES['default']['OPTIONS'])",
        ],
        cwd=ROOT,
        env=clean_environment(
            tmp_path,
            DATABASE_URL="postgres://somebody@127.0.0.1/x?options=-c%20work_mem%3D8MB&sslmode=disable",
        ),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "'sslmode': 'disable'" in told and "-c jit=off -c work_mem=8MB" in told
