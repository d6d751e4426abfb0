"""An unlikely word, written wherever something is held of a group or a person, and looked for afterwards."""

import os
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, models, transaction

# Five letters, since the shortest text fields hold ten.
MARK = "Qzxjv"
WORD = MARK.casefold()


def marked(field: models.Field) -> object:
    """A value with the marker that fits the field; None for a field that holds no free text."""
    if field.choices or field.is_relation:
        return None
    if isinstance(field, models.EmailField):
        return f"{WORD}@example.org"
    if isinstance(field, models.URLField):
        return f"https://{WORD}.example/"
    if isinstance(field, models.JSONField):
        return {MARK: [MARK]}
    if isinstance(field, models.CharField | models.TextField) and (field.max_length or 99) >= len(MARK):
        return MARK
    return None


def mark_rows(rows: models.QuerySet) -> None:
    """Writes the marker into every text field of these rows, by save() too so that the trail follows.

    Fails where no row takes it: then the test must make one that a constraint lets have it.
    """
    model = rows.model
    ids = list(rows.values_list("pk", flat=True))
    assert ids, f"The test makes no {model._meta.label}."
    for field in model._meta.concrete_fields:
        value = marked(field)
        if value is None:
            continue
        taken = 0
        for pk in ids:
            one = model._base_manager.filter(pk=pk)
            try:
                with transaction.atomic():
                    taken += one.update(**{field.name: value})
            except IntegrityError:
                continue
        assert taken, f"No row of the test takes a marker in {model._meta.label}.{field.name}."
    for row in model._base_manager.filter(pk__in=ids):
        row.save()


def keep_file(name: str) -> str:
    """Stores a private file that holds the marker, and returns its name, which holds it too."""
    return default_storage.save(f"{name}-{MARK}.bin", ContentFile(f"… {MARK} …".encode()))


def tables_with_marker() -> set[str]:
    """The tables of the whole database in which the marker stands, in whatever column."""
    found = set()
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                if any(WORD in written(value) for value in row):
                    found.add(table)
                    break
    return found


def written(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("latin-1").casefold()
    return str(value).casefold()


def rows_with_marker() -> list[str]:
    """The rows themselves, for the message of a test that fails."""
    lines = []
    tables = sorted(tables_with_marker())
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            lines += [
                f"{table}: {str(row)[:600]}"
                for row in cursor.fetchall()
                if any(WORD in written(value) for value in row)
            ]
    return lines


def raw_database_holds_marker() -> bool:
    """Whether the marker stands anywhere in a SQLite database's files, free pages included."""
    place = Path(connection.settings_dict["NAME"])
    return any(
        WORD.encode() in path.read_bytes().lower()
        for path in place.parent.glob(f"{place.name}*")
        if path.is_file()
    )


def files_with_marker() -> list[str]:
    """Private files that hold the marker, in their content or their name."""
    return sorted(
        str(path)
        for folder, _, names in os.walk(settings.PRIVATE_FILES)
        for path in (Path(folder) / name for name in names)
        if WORD in str(path.name).casefold() or WORD.encode() in path.read_bytes().lower()
    )
