"""What the tests of quotes share: one of a reviewed record, an agreement, and where it may appear."""

import pytest
from django.utils import timezone

from evidence import consent
from evidence.consent import note_consent
from evidence.models import Evidence, Quote, QuoteConsent
from tests import factories
from tests.cast import Cast
from tests.evidence.test_recording import colleague_of

USES = ("brief", "report", "portfolio")


def reviewed_record(cast: Cast) -> Evidence:
    return factories.make_evidence(
        lio=cast.peak, by=cast.officer, reviewed_by=colleague_of(cast), groups=(cast.sunrise,)
    )


def quote_of(cast: Cast, **fields) -> Quote:
    return factories.make_quote(record=reviewed_record(cast), by=cast.officer, **fields)


def allowed(quote: Quote) -> list[str]:
    """The uses in which the quote may appear now."""
    return [use for use in USES if Quote.objects.allowed_in(use).filter(pk=quote.pk).exists()]


def agreed(quote: Quote, by, **more) -> QuoteConsent:
    return note_consent(
        quote=quote,
        by=by,
        **{"asked_on": timezone.localdate(), "was_given": True, "for_briefs": True, **more},
    )


def told_from_now(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, str]]:
    """Quotes whose allowed uses shrink from now on, and who did it."""
    calls: list[tuple[int, str]] = []
    monkeypatch.setattr(consent, "on_less_allowed", [lambda quote, by: calls.append((quote.pk, by.name))])
    return calls
