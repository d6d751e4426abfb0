"""Reviewed records one by one, for authorised staff: the columns of the import, so that a file can come back."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Prefetch

from evidence.import_rows import COLUMNS
from evidence.models import Quote
from evidence.models.needs import EvidenceQuerySet

HEADER = list(COLUMNS)


def export_rows(records: EvidenceQuerySet) -> Iterator[list[Any]]:
    """A row a reviewed record, oldest first. Quotes only where consent names reports and exports."""
    chosen = (
        records.reviewed()
        .select_related("lio", "service_area", "provider", "commissioner")
        .prefetch_related(
            "districts",
            "communities",
            "barriers",
            "groups",
            Prefetch("quotes", queryset=Quote.objects.filter(for_reports=True), to_attr="allowed"),
        )
        .order_by("happened_on", "pk")
    )
    for record in chosen.iterator(chunk_size=1000):
        allowed: list[Quote] = record.allowed
        yield [
            record.happened_on,
            record.method,
            _joined(record.groups.all()),
            str(record.lio),
            _joined(record.districts.all()),
            _joined(record.communities.all()),
            str(record.service_area),
            str(record.provider or ""),
            str(record.commissioner or ""),
            _joined(record.barriers.all()),
            record.people_affected,
            record.summary,
            record.needed_instead,
            "\n".join(quote.text for quote in allowed),
            "yes" if allowed else "",
            record.strength,
            "yes",
        ]


def _joined(values: Any) -> str:
    return "; ".join(str(value) for value in values)
