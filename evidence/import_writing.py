"""Writing what an import of evidence has judged."""

from django.db import transaction
from django.utils import timezone

from evidence import search_index
from evidence.import_rows import LISTS, ORGANISATIONS, Given
from evidence.imports import EvidenceImport
from evidence.models import Evidence, Quote, QuoteConsent, SearchEntry
from groups import trail
from groups.credentials import readiness_changed
from groups.models import Organisation, User
from groups.models.community_groups import name_key


def write(judged: EvidenceImport, *, by: User | None, may_review: bool = False) -> None:
    """Writes all that was judged, in one transaction. Raises ValueError where the file has faults.

    may_review: rows that say they were reviewed count at once. Without it they come in as drafts: whoever imports in
    the browser would otherwise review their own words.
    """
    judged.must_be_faultless()
    now = timezone.now()
    with transaction.atomic():
        organisations = _organisations(judged.to_write)
        records = []
        for given in judged.to_write:
            counts = given.reviewed and may_review
            record = Evidence(
                lio=given.lio,
                created_by=by,
                changed_by=by,
                imported=True,
                state=Evidence.State.REVIEWED if counts else Evidence.State.DRAFT,
                reviewed_at=now if counts else None,
                last_day=given.fields["happened_on"],
                criteria=[code] if (code := Evidence.METHOD_CODES.get(given.fields["method"])) else [],
                **{
                    name: organisations.get((name, name_key(words)))
                    for name, words in given.organisations.items()
                },
                **given.fields,
            )
            records.append(record)
        Evidence.objects.bulk_create(records, batch_size=1000)
        for name in (*LISTS, "groups"):
            through = getattr(Evidence, name).through
            column = Evidence._meta.get_field(name).m2m_reverse_field_name()  # type: ignore[union-attr]
            through.objects.bulk_create(
                (
                    through(evidence_id=record.pk, **{f"{column}_id": item.pk})
                    for record, given in zip(records, judged.to_write, strict=True)
                    for item in {item.pk: item for item in given.lists[name]}.values()
                ),
                batch_size=2000,
            )
        quotes = _write_quotes(records, judged.to_write, by)
        # Written past the signals that the search listens to.
        search_index.index(SearchEntry.Kind.NEED, [record.pk for record in records])
        search_index.index(SearchEntry.Kind.QUOTE, [quote.pk for quote in quotes])
        if told := {
            group.pk
            for given in judged.to_write
            if given.reviewed and may_review
            for group in given.lists["groups"]
        }:
            readiness_changed.send(Evidence, groups=told, cause="Records of need were imported")
        if records and by is not None:
            trail.record("evidence imported", by, by=by, records=len(records))


def _write_quotes(records: list[Evidence], rows: list[Given], by: User | None) -> list[Quote]:
    told = [(record, given) for record, given in zip(records, rows, strict=True) if given.quote]
    quotes = [
        Quote(
            record=record,
            text=given.quote,
            written_by=by,
            for_briefs=given.consent,
            for_reports=given.consent,
        )
        for record, given in told
    ]
    Quote.objects.bulk_create(quotes, batch_size=1000)
    QuoteConsent.objects.bulk_create(
        (
            QuoteConsent(
                quote=quote,
                asked_by=by,
                asked_on=record.happened_on,
                was_given=True,
                for_briefs=True,
                for_reports=True,
                imported=True,
            )
            for quote, (record, given) in zip(quotes, told, strict=True)
            if given.consent
        ),
        batch_size=1000,
    )
    return quotes


def _organisations(rows: list[Given]) -> dict[tuple[str, str], Organisation]:
    """The directory's entry for each name, by role and name_key; new ones are added, roles completed."""
    known: dict[str, Organisation] = {}
    for entry in Organisation.objects.select_related("merged_into").order_by("-pk"):
        kept = entry
        while kept.merged_into is not None:
            kept = kept.merged_into
        for key in (entry.name_key, *map(name_key, entry.other_names_list)):
            known[key] = kept
    found: dict[tuple[str, str], Organisation] = {}
    for given in rows:
        for role, words in given.organisations.items():
            key = name_key(words)
            if not key or (role, key) in found:
                continue
            flag = ORGANISATIONS[role]
            if key not in known:
                known[key] = Organisation.objects.create(name=words, **{flag: True})
            elif not getattr(known[key], flag):
                setattr(known[key], flag, True)
                known[key].save(update_fields=[flag])
            found[role, key] = known[key]
    return found
