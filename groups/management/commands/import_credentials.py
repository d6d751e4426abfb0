"""manage.py import_credentials FILE [--dry-run] [--ignore-unknown]"""

from groups import paper_imports
from groups.management.import_command import RowsCommand


class Command(RowsCommand):
    help = (
        "Imports how groups' papers stand from CSV, XLSX or ODS: all rows or none. "
        "Example: manage.py import_credentials papers.xlsx --dry-run"
    )
    noun, nouns = "paper", "papers"
    judge = staticmethod(paper_imports.judge)
    write = staticmethod(paper_imports.write)
