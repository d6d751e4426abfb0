"""manage.py portfolio --group "NAME or number" -o FILE.pdf|.docx"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from evidence.portfolio import portfolio_of
from evidence.portfolio_docx import render_portfolio_docx
from evidence.portfolio_pdf import render_portfolio_pdf
from groups.finding import GroupNotFound, find_group
from toolkit_portal.core.pdf import PdfTooLarge
from toolkit_portal.core.spreadsheets import atomic_output

RENDER = {".pdf": render_portfolio_pdf, ".docx": render_portfolio_docx}


class Command(BaseCommand):
    help = (
        "Writes a group's one-page portfolio with what usually goes in: PDF or Word by the file's ending. "
        'Example: manage.py portfolio --group "Sunrise" -o sunrise.pdf'
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--group", required=True, help="the group's name or its number")
        parser.add_argument(
            "-o", "--output", required=True, type=Path, help="the file to write, .pdf or .docx"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        target: Path = options["output"]
        render = RENDER.get(target.suffix.lower())
        if render is None:
            raise CommandError(f"{target} must end in .pdf or .docx.")
        try:
            group = find_group(options["group"])
        except GroupNotFound as fault:
            raise CommandError(str(fault)) from fault
        try:
            content = render(portfolio_of(group, timezone.localdate()))
            with atomic_output(target) as path:
                path.write_bytes(content)
        except PdfTooLarge as fault:
            raise CommandError(str(fault)) from fault
        except OSError as fault:
            raise CommandError(f"Can't write {target}: {fault.strerror or fault}") from fault
        self.stdout.write(f"Wrote the portfolio of {group} to {target}.")
