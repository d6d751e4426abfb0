"""manage.py tender_pack --group "NAME or id" -o FILE.zip"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from evidence.pack_jobs import PackTooLarge, make_pack
from evidence.packs import lines_of, newest_files
from groups.finding import GroupNotFound, find_group
from toolkit_portal.core.atomic_files import atomic_output
from toolkit_portal.core.kept_files import DamagedFile
from toolkit_portal.core.pdf import PdfTooLarge


class Command(BaseCommand):
    help = (
        "Writes a group's tender pack: the newest file of each paper in place, portfolio, profile sheet, and an index "
        'that also lists what is missing. Example: manage.py tender_pack --group "Sunrise" -o pack.zip'
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--group", required=True, help="the group's name or its number (id)")
        parser.add_argument("-o", "--output", required=True, type=Path, help="the file to write, .zip")

    def handle(self, *args: Any, **options: Any) -> None:
        target: Path = options["output"]
        if target.suffix.lower() != ".zip":
            raise CommandError(f"{target} must end in .zip.")
        try:
            group = find_group(options["group"])
        except GroupNotFound as fault:
            raise CommandError(str(fault)) from fault
        day = timezone.localdate()
        try:
            with atomic_output(target) as path, path.open("wb") as file:
                contents = make_pack(file, group, day, newest_files(lines_of(group, day)))
        except DamagedFile as fault:
            raise CommandError("A stored file is missing or damaged. Restore it from a backup.") from fault
        except (PackTooLarge, PdfTooLarge) as fault:
            raise CommandError(str(fault)) from fault
        except OSError as fault:
            raise CommandError(f"Can't write {target}: {fault.strerror or fault}") from fault
        count, missing = len(contents.included), len(contents.left_out)
        self.stdout.write(
            f"Wrote {count} document{'' if count == 1 else 's'} of {group} to {target}; {missing} "
            f"paper{' is' if missing == 1 else 's are'} listed as not in it."
        )
