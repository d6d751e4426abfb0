"""Access to the search."""

from tests.access.rows import Row

READERS = dict.fromkeys(("officer", "other_officer", "manager"), 200)
ROWS = [
    Row("search", get=READERS, otherwise=403),
    Row("search", query="?q=harbour", get=READERS, otherwise=403),
]
