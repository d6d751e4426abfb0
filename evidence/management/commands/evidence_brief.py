"""manage.py evidence_brief --service S [--district D]… [--community C]… [--lio L] [--from D] [--to D] -o FILE"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from evidence.brief_data import BriefChoice, collect
from evidence.brief_document import BriefLio
from evidence.brief_docx import render_brief_docx
from evidence.brief_pdf import render_brief_pdf
from evidence.briefs import lio_of_brief
from evidence.management.period import add_period, period_of
from evidence.models import Evidence
from groups.models import LIO, Community, CommunityGroup, District, Organisation, ServiceArea
from toolkit_portal.core.pdf import PdfTooLarge
from toolkit_portal.core.spreadsheets import atomic_output, match_label, unknown_value_message

RENDER = {".pdf": render_brief_pdf, ".docx": render_brief_docx}


class Command(BaseCommand):
    help = (
        "Writes an evidence brief over reviewed records, marked as a draft: PDF or Word by the file's ending. "
        'Example: manage.py evidence_brief --service "Mental health" --district Chesterfield -o brief.pdf'
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--service", required=True, help="a service area")
        parser.add_argument("--district", action="append", default=[], help="may be given several times")
        parser.add_argument("--community", action="append", default=[], help="may be given several times")
        parser.add_argument("--commissioner", default="", help="whom it is for, by name")
        parser.add_argument("--lio", default="", help="only records of this LIO")
        add_period(parser)
        parser.add_argument(
            "-o", "--output", required=True, type=Path, help="the file to write, .pdf or .docx"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        target: Path = options["output"]
        render = RENDER.get(target.suffix.lower())
        if render is None:
            raise CommandError(f"{target} must end in .pdf or .docx.")
        start, end = period_of(options)
        choice = BriefChoice(
            service_area=_named(ServiceArea.objects.all(), "label", options["service"], "service area"),
            districts=tuple(
                _named(District.objects.all(), "name", name, "district") for name in options["district"]
            ),
            communities=tuple(
                _named(Community.objects.all(), "label", name, "community") for name in options["community"]
            ),
            start=start,
            end=end,
            commissioner=_named(
                Organisation.objects.listed().filter(is_commissioner=True),
                "name",
                options["commissioner"],
                "commissioner",
            )
            if options["commissioner"].strip()
            else None,
        )
        records, groups = Evidence.objects.all(), CommunityGroup.objects.all()
        made_by = BriefLio(name="Derbyshire's local infrastructure organisations")
        if options["lio"].strip():
            lio = _named(LIO.objects.all(), "name", options["lio"], "LIO")
            records, groups, made_by = records.filter(lio=lio), groups.filter(lio=lio), lio_of_brief(lio)
        elif LIO.objects.count() == 1:
            made_by = lio_of_brief(LIO.objects.get())
        found = collect(records, choice, lio=made_by, groups=groups, issued_on=timezone.localdate())
        try:
            content = render(found.document)
            with atomic_output(target) as path:
                path.write_bytes(content)
        except PdfTooLarge as fault:
            raise CommandError(str(fault)) from fault
        except OSError as fault:
            raise CommandError(f"Can't write {target}: {fault.strerror or fault}") from fault
        count = found.records
        self.stdout.write(
            f"Wrote a brief over {count} reviewed record{'' if count == 1 else 's'} to {target}."
        )


def _named(known: Any, field: str, words: str, noun: str) -> Any:
    """The record with that name, without regard to case and punctuation. Raises CommandError naming the nearest."""
    names = list(known.values_list(field, flat=True))
    name = match_label(words, names)
    if name is None:
        raise CommandError(unknown_value_message(noun, words, names))
    return known.filter(**{field: name}).order_by("pk").first()
