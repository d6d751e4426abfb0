"""Consent to use a quote: asked, refused, given for stated uses, withdrawn. What it allows follows at once, everywhere.

A quote that isn't allowed appears on its record's own page only. Withdrawing takes it out of the search, of new
documents, and withdraws the briefs that hold it together with their stored files.
"""

from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from evidence.models import Quote, QuoteConsent
from groups import trail
from groups.models import User

# Called within the transaction with each quote whose allowed uses have shrunk, and who did it.
on_less_allowed: list[Callable[[Quote, User], None]] = []


class ConsentGone(ValueError):
    """There is no consent to withdraw."""


class AnotherAnswer(ValueError):
    """The client id has noted a different answer, or one about another quote."""


def note_consent(
    *,
    quote: Quote,
    by: User,
    asked_on: date,
    was_given: bool,
    for_briefs: bool = False,
    for_reports: bool = False,
    for_portfolio: bool = False,
    client_id: UUID | None = None,
) -> QuoteConsent:
    """Records the answer, which holds from now on; the same form sent again returns what it made.

    Raises ValueError for a day ahead, and for an agreement that names no use; AnotherAnswer where the client_id has
    noted something else, so that a "no" is never taken for the "yes" before it.
    """
    if asked_on > timezone.localdate():
        raise ValueError("That day is still to come.")
    if was_given and not (for_briefs or for_reports or for_portfolio):
        raise ValueError("Say what the quote may be used for. Consent without a use allows nothing.")
    wanted = client_id or uuid4()
    answer = {
        "asked_on": asked_on,
        "was_given": was_given,
        "for_briefs": was_given and for_briefs,
        "for_reports": was_given and for_reports,
        "for_portfolio": was_given and for_portfolio,
    }
    with transaction.atomic():
        locked = Quote.objects.select_for_update(of=("self",)).get(pk=quote.pk)
        if (known := QuoteConsent.objects.filter(client_id=wanted).first()) is not None:
            if known.quote_id == locked.pk and all(
                getattr(known, name) == said for name, said in answer.items()
            ):
                return known
            raise AnotherAnswer("This form noted another answer before.")
        consent = QuoteConsent.objects.create(client_id=wanted, quote=locked, asked_by=by, **answer)
        _settle(locked, by)
        return consent


def withdraw_consent(*, quote: Quote, by: User, on: date | None = None) -> QuoteConsent:
    """Withdraws the consent that holds; whatever was made of the quote goes with it. Twice changes nothing.

    Raises ConsentGone where none was given.
    """
    with transaction.atomic():
        locked = Quote.objects.select_for_update(of=("self",)).get(pk=quote.pk)
        newest = locked.consents.first()
        if newest is None or not newest.was_given:
            raise ConsentGone("Nobody has agreed to the use of this quote, so there is nothing to withdraw.")
        if newest.withdrawn_on is None:
            newest.withdrawn_on, newest.withdrawn_by = on or timezone.localdate(), by
            newest.save(update_fields=["withdrawn_on", "withdrawn_by"])
            _settle(locked, by)
            trail.record("consent withdrawn", locked, by=by)
        return newest


def words_changed(*, quote: Quote, by: User) -> None:
    """Ends the consent when a quote's words change: people agreed to what they had said. Within a transaction."""
    newest = quote.consents.first()
    if newest is not None and newest.was_given and newest.withdrawn_on is None:
        newest.withdrawn_on, newest.withdrawn_by = timezone.localdate(), by
        newest.save(update_fields=["withdrawn_on", "withdrawn_by"])
        _settle(quote, by)


def quote_goes(*, quote: Quote, by: User) -> None:
    """What must happen before a quote is deleted. Within a transaction."""
    for flag in Quote.USES.values():
        setattr(quote, flag, False)
    quote.save(update_fields=[*Quote.USES.values()])
    for act in on_less_allowed:
        act(quote, by)


def _settle(quote: Quote, by: User) -> None:
    """Brings the quote's flags in line with its newest consent."""
    newest = quote.consents.first()
    holds = newest is not None and newest.was_given and newest.withdrawn_on is None
    before = {flag: getattr(quote, flag) for flag in Quote.USES.values()}
    for flag in before:
        setattr(quote, flag, bool(holds and getattr(newest, flag)))
    quote.save(update_fields=[*before])
    if any(was and not getattr(quote, flag) for flag, was in before.items()):
        for act in on_less_allowed:
            act(quote, by)
