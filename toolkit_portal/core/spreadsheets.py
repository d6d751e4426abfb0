"""Tables in and out, as one door: what imports read, what exports write, how words in cells are matched."""

from toolkit_portal.core.atomic_files import atomic_output
from toolkit_portal.core.csv_out import csv_lines, write_csv
from toolkit_portal.core.db_csv import write_query_csv
from toolkit_portal.core.labels import label_key, match_label, nearest, split_values, unknown_value_message
from toolkit_portal.core.table_columns import ColumnMatch, RowError, match_columns
from toolkit_portal.core.tables import Row, Table, TableError, TableLimits, column_letter
from toolkit_portal.core.tables_in import normalise_header, read_table
from toolkit_portal.core.xlsx_out import Sheet, write_xlsx
from toolkit_portal.core.xlsx_parts import Chart, Look, Scale, Series, Styled

__all__ = [
    "Chart",
    "ColumnMatch",
    "Look",
    "Row",
    "RowError",
    "Scale",
    "Series",
    "Sheet",
    "Styled",
    "Table",
    "TableError",
    "TableLimits",
    "atomic_output",
    "column_letter",
    "csv_lines",
    "label_key",
    "match_columns",
    "match_label",
    "nearest",
    "normalise_header",
    "read_table",
    "split_values",
    "unknown_value_message",
    "write_csv",
    "write_query_csv",
    "write_xlsx",
]
