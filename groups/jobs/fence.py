"""Keeps jobs from starting while somebody's data is being erased: they would read what is about to go.

Whoever erases or withdraws raises the fence in their transaction before they look for jobs; a job starts outside of it.
What runs already is found by them, and begins anew. On SQLite writers are one after the other anyway.
"""

from django.db import connection

_FENCE = 0x6A6F6273


def raise_fence() -> None:
    """Until this transaction ends no job starts; waits for those that are starting. Call it inside a transaction."""
    _lock("pg_advisory_xact_lock")


def pass_fence() -> None:
    """Waits until nobody is erasing anything. Call it inside a transaction, before a job is claimed."""
    _lock("pg_advisory_xact_lock_shared")


def _lock(function: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [_FENCE])
