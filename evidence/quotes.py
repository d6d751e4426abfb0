"""What is done with quotes: written, changed, taken out. Consent stands apart, see evidence.consent."""

from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from evidence.consent import quote_goes, words_changed
from evidence.models import Evidence, FocusGroup, Quote
from evidence.recording import files_changed
from groups.models import User


class StaleQuote(ValueError):
    """The quote was changed since it was read. `current` is what is stored."""

    def __init__(self, current: Quote) -> None:
        super().__init__("This quote was changed by somebody else in the meantime.")
        self.current = current


class ForeignForm(ValueError):
    """The client id belongs to a quote of another record or focus group."""


def add_quote(
    *,
    by: User | None,
    text: str,
    speaker: str = "",
    record: Evidence | None = None,
    focus_group: FocusGroup | None = None,
    client_id: UUID | None = None,
) -> Quote:
    """A quote of a record, a focus group or both; nobody has agreed to its use yet.

    A client_id used before returns the quote that it made. Raises ValueError for empty words or no source,
    ForeignForm where that quote stands elsewhere.
    """
    if not text.strip():
        raise ValueError("Write what was said.")
    if record is None and focus_group is None:
        raise ValueError("A quote belongs to a record or a focus group.")
    wanted = client_id or uuid4()
    known = Quote.objects.filter(client_id=wanted, record=record, focus_group=focus_group)
    if (made := known.first()) is not None:
        return made
    try:
        with transaction.atomic():
            if record is not None and by is not None and record.is_reviewed:
                # Nobody but its writer has read these words yet.
                files_changed(record=record, by=by)
            return Quote.objects.create(
                client_id=wanted,
                record=record,
                focus_group=focus_group,
                text=text.strip(),
                speaker=speaker.strip(),
                written_by=by,
            )
    except IntegrityError:
        if (made := known.first()) is not None:
            return made
        if Quote.objects.filter(client_id=wanted).exists():
            raise ForeignForm("This form belongs to another quote.") from None
        raise


def change_quote(*, quote: Quote, by: User, version: int, text: str, speaker: str) -> Quote:
    """The quote in other words. A consent ends with the words it was given to.

    Saving what is stored already changes nothing. Raises StaleQuote where it is newer and differs, ValueError for
    empty words.
    """
    if not text.strip():
        raise ValueError("Write what was said, or delete the quote.")
    with transaction.atomic():
        current = Quote.objects.select_for_update(of=("self",)).get(pk=quote.pk)
        if (current.text, current.speaker) == (text.strip(), speaker.strip()):
            return current
        if current.version != version:
            raise StaleQuote(current)
        if current.text != text.strip():
            words_changed(quote=current, by=by)
        if current.record is not None and current.record.is_reviewed:
            files_changed(record=current.record, by=by)
        current.text, current.speaker = text.strip(), speaker.strip()
        current.version += 1
        current.save(update_fields=["text", "speaker", "version"])
        return current


def delete_quote(*, quote: Quote, by: User) -> None:
    """Deletes a quote and withdraws what was made of it."""
    with transaction.atomic():
        current = Quote.objects.select_for_update(of=("self",)).filter(pk=quote.pk).first()
        if current is not None:
            quote_goes(quote=current, by=by)
            current.delete()
