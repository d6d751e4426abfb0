"""manage.py portfolio --group "NAME or number" -o FILE.pdf|.docx"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from evidence.portfolio import portfolio_of
from evidence.portfolio_docx import render_portfolio_docx
from evidence.portfolio_pdf import render_portfolio_pdf
from groups.models import CommunityGroup
from toolkit_portal.core.pdf import PdfTooLarge
from toolkit_portal.core.spreadsheets import atomic_output, match_label, unknown_value_message

RENDER = {".pdf": render_portfolio_pdf, ".docx": render_portfolio_docx}
MOST_DIGITS = 18


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
        group = group_of(options["group"])
        try:
            content = render(portfolio_of(group, timezone.localdate()))
            with atomic_output(target) as path:
                path.write_bytes(content)
        except PdfTooLarge as fault:
            raise CommandError(str(fault)) from fault
        except OSError as fault:
            raise CommandError(f"Can't write {target}: {fault.strerror or fault}") from fault
        self.stdout.write(f"Wrote the portfolio of {group} to {target}.")


def group_of(words: str) -> CommunityGroup:
    """The group of that name, without regard to case and punctuation, or of that number.

    Raises CommandError naming the nearest ones, or the numbers of several with the same name.
    """
    groups = CommunityGroup.objects.select_related("lio")
    names = list(groups.values_list("name", flat=True))
    name = match_label(words, names)
    if name is None:
        number = words.strip()
        if number.isascii() and number.isdigit() and len(number) <= MOST_DIGITS:
            found = groups.filter(pk=int(number)).first()
            if found is None:
                raise CommandError(f"There is no group with the number {number}.")
            return found
        raise CommandError(unknown_value_message("group", words, names))
    same = list(groups.filter(name=name).order_by("pk"))
    if len(same) > 1:
        told = ", ".join(f"{group.pk} ({group.lio})" for group in same)
        raise CommandError(f"{len(same)} groups are called “{name}”. Give the number of one: {told}.")
    return same[0]
