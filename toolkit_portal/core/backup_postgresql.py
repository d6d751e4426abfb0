"""PostgreSQL's part of backups: pg_dump of one moment while people write, and pg_restore in one transaction."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper

from toolkit_portal.core.backup_archive import BackupError, DamagedBackup, Manifest
from toolkit_portal.core.backup_database import Columns, Snapshot, compare_counts

# Relations that people have made; those of the system and of extensions come with the server.
_OWN = """
    FROM pg_class AS relation JOIN pg_namespace AS space ON space.oid = relation.relnamespace
    WHERE space.nspname <> 'information_schema' AND space.nspname NOT LIKE 'pg\\_%%'
    AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE classid = 'pg_class'::regclass
                    AND objid = relation.oid AND deptype = 'e')"""
# How libpq's programs are told what Django's OPTIONS tell the driver; nothing of it is seen in a list of processes.
_OPTIONS = {
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "sslcrl": "PGSSLCRL",
    "service": "PGSERVICE",
    "passfile": "PGPASSFILE",
    "options": "PGOPTIONS",
    "connect_timeout": "PGCONNECT_TIMEOUT",
    "channel_binding": "PGCHANNELBINDING",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
}
# The archive packs it; packing twice would only take longer. Whose the tables are is the new place's affair.
_DUMPED = ("--format=custom", "--compress=0", "--no-owner", "--no-privileges", "--no-password")
_RESTORED = (
    "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--no-comments", "--no-password",
)  # fmt: skip


@contextmanager
def snapshot(connection: BaseDatabaseWrapper, folder: Path, columns: Columns) -> Iterator[Snapshot]:
    """A dump below folder, and what it holds: both see the same moment. Raises BackupError."""
    path = folder / "database.dump"
    reader = connection.copy()
    try:
        with reader.cursor() as cursor:
            server = _server(cursor)
            dump = _program("pg_dump", server)
            # Other settings might end a transaction that waits for pg_dump.
            cursor.execute("SET idle_in_transaction_session_timeout = 0")
            cursor.execute("SET statement_timeout = 0")
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT pg_export_snapshot(), current_setting('server_version')")
            exported, version = cursor.fetchone()
            _run(
                [dump, *_DUMPED, f"--snapshot={exported}", f"--file={path}"],
                connection,
                "The database can't be dumped",
            )
            tables = _counts(cursor)
            migrations = []
            if "public.django_migrations" in tables:
                cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
                migrations = [list(row) for row in cursor.fetchall()]
            names: set[str] = set()
            quote = reader.ops.quote_name
            for table, column in columns:
                cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [quote(table)])
                if cursor.fetchone()[0]:
                    cursor.execute(
                        f"SELECT DISTINCT {quote(column)} FROM {quote(table)} WHERE {quote(column)} <> ''"  # noqa: S608
                    )
                    names |= {name for (name,) in cursor.fetchall()}
            cursor.execute("ROLLBACK")
    except DatabaseError as fault:
        raise BackupError(f"The database can't be read: {str(fault).strip()}") from fault
    finally:
        reader.close()
    yield Snapshot(path=path, version=version, migrations=migrations, tables=tables, file_names=names)


def check(path: Path, manifest: Manifest) -> None:
    """Raises DamagedBackup where a dump can't be read or holds other rows than the manifest says. Needs no server."""
    compare_counts(manifest, _rows_in(path, _program("pg_restore", 0)))


def _rows_in(path: Path, restore: str) -> dict[str, int]:
    """The rows of each table in a dump. In COPY's format a row is a line, whatever is in it."""
    found: dict[str, int] = {}
    table = None
    with tempfile.TemporaryFile() as said:
        command = [restore, "--data-only", "--file=-", str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said) as process:  # noqa: S603
            for line in _lines(process.stdout):
                if table is not None:
                    if line == b"\\.\n":
                        table = None
                    else:
                        found[table] += 1
                elif line.startswith(b"COPY ") and line.endswith(b" FROM stdin;\n"):
                    table = line[5:].split(b" ", 1)[0].decode()
                    found[table] = 0
        said.seek(0)
        if process.returncode:
            raise DamagedBackup(f"The backup's dump can't be read: {_last_words(said.read())}")
    return found


def _lines(file: IO[bytes] | None) -> Iterator[bytes]:
    assert file is not None
    return iter(file.readline, b"")


def refuse_unless_empty(connection: BaseDatabaseWrapper) -> None:
    """Raises BackupError where the database holds a table or anything like one, or can't be reached."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT COUNT(*) {_OWN} AND relation.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')")
            there = cursor.fetchone()[0]
    except DatabaseError as fault:
        raise BackupError(f"The database can't be reached: {str(fault).strip()}") from fault
    if there:
        raise BackupError(
            f"The database {connection.settings_dict['NAME']} isn't empty. Restore overwrites nothing: make a new one "
            "(createdb) and name it with DATABASE_URL. Don't run migrate before: it makes tables."
        )


def place_of(connection: BaseDatabaseWrapper) -> Path | None:
    """None: the dump may lie in any folder for temporary files."""
    return None


def restore(connection: BaseDatabaseWrapper, checked: Path, manifest: Manifest) -> dict[str, int]:
    """Restores a checked dump in one transaction, and gives its tables' rows. On BackupError nothing is there."""
    refuse_unless_empty(connection)
    with connection.cursor() as cursor:
        server = _server(cursor)
    made_on = int(re.match(r"\d*", manifest.database_version).group() or 0)  # type: ignore[union-attr]
    if made_on > server:
        raise BackupError(
            f"The backup comes from PostgreSQL {made_on}, this server is {server}. Restore it on {made_on} or newer."
        )
    connection.close()  # pg_restore may wait for nothing that we hold
    _run(
        [_program("pg_restore", 0), *_RESTORED, f"--dbname={connection.settings_dict['NAME']}", str(checked)],
        connection,
        "The database can't be restored, and nothing of it was",
    )
    return counts(connection)


def counts(connection: BaseDatabaseWrapper) -> dict[str, int]:
    """The rows of each table, under its name with its schema."""
    with connection.cursor() as cursor:
        return _counts(cursor)


def _counts(cursor) -> dict[str, int]:
    cursor.execute(f"SELECT quote_ident(nspname) || '.' || quote_ident(relname) {_OWN} AND relkind = 'r'")
    found = {}
    for (table,) in cursor.fetchall():
        cursor.execute(f"SELECT COUNT(*) FROM {table}")  # noqa: S608  # quoted by PostgreSQL itself
        found[table] = cursor.fetchone()[0]
    return found


def _server(cursor) -> int:
    """The server's version, 15 for 15.4."""
    cursor.execute("SHOW server_version_num")
    return int(cursor.fetchone()[0]) // 10_000


def _program(name: str, server: int) -> str:
    """The path of one of PostgreSQL's programs. Where it is missing or old, BackupError names the package."""
    package = f"postgresql-client-{server}" if server else "postgresql-client"
    install = f"Install the package {package} (sudo apt-get install {package})."
    found = shutil.which(name)
    if found is None:
        raise BackupError(f"{name} isn't installed, which backups of PostgreSQL need. {install}")
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    version = re.search(r"\) (\d+)", said)
    if version is None:
        raise BackupError(f"{found} doesn't say its version. {install}")
    if int(version[1]) < server:
        raise BackupError(f"{name} is version {version[1]}, older than the server's {server}. {install}")
    return found


def _run(command: list[str], connection: BaseDatabaseWrapper, words: str) -> None:
    with tempfile.TemporaryFile() as said:
        code = subprocess.run(  # noqa: S603
            command,
            env=_environment(connection.settings_dict),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        ).returncode
        if code:
            said.seek(0)
            raise BackupError(f"{words}: {_last_words(said.read())}")


def _last_words(said: bytes) -> str:
    """The last three lines that a program wrote."""
    return " / ".join(said.decode(errors="replace").strip().splitlines()[-3:]) or "it gave no reason"


def _environment(settings: Mapping) -> dict[str, str]:
    """How to reach the database, as libpq's programs read it. Others on the machine see arguments, but not this."""
    options = settings.get("OPTIONS") or {}
    told = {
        "PGDATABASE": settings.get("NAME"),
        "PGHOST": settings.get("HOST"),
        "PGPORT": settings.get("PORT"),
        "PGUSER": settings.get("USER"),
        "PGPASSWORD": settings.get("PASSWORD"),
        **{variable: options.get(option) for option, variable in _OPTIONS.items()},
    }
    return {**os.environ, **{name: str(value) for name, value in told.items() if value not in (None, "")}}
