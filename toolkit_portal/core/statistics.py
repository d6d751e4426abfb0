"""What the database knows of its tables' sizes, by which it chooses its way through a query."""

from django.db import connection


def refresh() -> None:
    """Counts anew on SQLite, which never does so by itself; PostgreSQL sees to it while it runs (autovacuum).

    Writers wait for it, as they do for each other.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
