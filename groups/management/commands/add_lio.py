"""manage.py add_lio "NAME" [--districts "A;B"]"""

from django.core.management.base import BaseCommand, CommandError

from groups.models import District
from groups.people import add_lio
from toolkit_portal.core.spreadsheets import match_label, split_values, unknown_value_message


class Command(BaseCommand):
    help = (
        "Adds a local infrastructure organisation (LIO). "
        'Example: manage.py add_lio "Peak Community Support" --districts "High Peak;Derbyshire Dales"'
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("name", help="the LIO's name")
        parser.add_argument("--districts", default="", help="districts it covers, with ; between them")

    def handle(self, *args, **options) -> None:
        name = " ".join(options["name"].split())
        if not name:
            raise CommandError("Give the LIO's name.")
        known = {district.name: district for district in District.objects.current()}
        districts, faults = [], []
        for value in split_values(options["districts"]):
            label = match_label(value, known)
            if label is None:
                faults.append(unknown_value_message("district", value, known))
            else:
                districts.append(known[label])
        if faults:
            raise CommandError("\n".join(faults))
        try:
            lio = add_lio(name=name, districts=districts)
        except ValueError as fault:
            raise CommandError(str(fault)) from fault
        covers = ", ".join(district.name for district in districts) or "no districts yet"
        self.stdout.write(f"Added {lio.name} ({covers}).")
