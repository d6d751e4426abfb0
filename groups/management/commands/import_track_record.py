"""manage.py import_track_record FILE [--dry-run] [--ignore-unknown]"""

from groups import work_imports
from groups.management.import_command import RowsCommand


class Command(RowsCommand):
    help = (
        "Imports pieces of work that groups have done from CSV, XLSX or ODS: all rows or none. "
        "Example: manage.py import_track_record work.xlsx --dry-run"
    )
    noun, nouns = "piece of work", "pieces of work"
    judge = staticmethod(work_imports.judge)
    write = staticmethod(work_imports.write)
