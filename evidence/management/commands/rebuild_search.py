"""manage.py rebuild_search"""

from django.core.management.base import BaseCommand

from evidence.search_index import rebuild


class Command(BaseCommand):
    help = (
        "Makes the search's entries anew from the records. The portal keeps them in step by itself; this is for after "
        "rows were written past it, and lets the index forget deleted words. Example: manage.py rebuild_search"
    )

    def handle(self, *args, **options) -> None:
        made = rebuild()
        self.stdout.write(
            f"The search holds {made['need']} needs, {made['quote']} quotes, {made['organisation']} organisations "
            f"and {made['group']} groups."
        )
