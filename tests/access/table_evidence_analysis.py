"""Access to the analysis of unmet need."""

from tests.access.rows import Row

CASE_READERS = dict.fromkeys(("officer", "other_officer", "manager"), 200)

ROWS = [
    Row("evidence_analysis", get=CASE_READERS, otherwise=403),
    Row(
        "evidence_table_csv",
        query="?rows=service_area&columns=district&measure=people",
        get=CASE_READERS,
        otherwise=403,
    ),
]
