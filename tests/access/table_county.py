"""Access to the county page and its export: managers only."""

from tests.access.rows import Row

ROWS = [
    Row(name="county", get={"manager": 200}, otherwise=403),
    Row(name="county_export", get={"manager": 200}, otherwise=403, query="?format=csv"),
]
