"""What people said, in their words: anonymous by rule, used only as far as they have agreed and until they withdraw.

Ethnic origin is special-category data: consent is explicit, names its uses, stands apart from other consents and can be
withdrawn (UK GDPR articles 7 and 9; see the Information Commissioner's guidance).
"""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class QuoteQuerySet(models.QuerySet["Quote"]):
    def allowed_in(self, use: str) -> Self:
        """Quotes that may be shown for a use (a key of Quote.USES): agreed, not withdrawn, of a reviewed record."""
        return self.filter(**{Quote.USES[use]: True}, record__state="reviewed")


class Quote(models.Model):
    """Words of somebody who isn't named. The flags say what the newest consent allows; evidence.consent keeps them."""

    # Use -> the flag that allows it.
    USES = {"brief": "for_briefs", "report": "for_reports", "portfolio": "for_portfolio"}

    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    record = models.ForeignKey(
        "evidence.Evidence", on_delete=models.CASCADE, null=True, blank=True, related_name="quotes"
    )
    focus_group = models.ForeignKey(
        "evidence.FocusGroup", on_delete=models.CASCADE, null=True, blank=True, related_name="quotes"
    )
    text = models.TextField("in their own words")
    speaker = models.CharField(
        "who said it, without a name", max_length=120, blank=True, help_text="For example: a mother of two"
    )
    for_briefs = models.BooleanField(default=False, editable=False)
    for_reports = models.BooleanField(default=False, editable=False)
    for_portfolio = models.BooleanField(default=False, editable=False)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    written_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = QuoteQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="quote_has_words"),
            models.CheckConstraint(
                condition=Q(record__isnull=False) | Q(focus_group__isnull=False), name="quote_has_a_source"
            ),
        ]

    def __str__(self) -> str:
        # The trail keeps this text.
        return f"Quote {self.pk}"


class QuoteConsent(models.Model):
    """An answer to the question whether a quote may be used: by whom asked, when, for what. The newest one holds."""

    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    quote = models.ForeignKey(Quote, on_delete=models.CASCADE, related_name="consents")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    asked_on = models.DateField("when they were asked")
    was_given = models.BooleanField("they agreed")
    for_briefs = models.BooleanField("in briefs for commissioners", default=False)
    for_reports = models.BooleanField("in reports and exports of the county", default=False)
    for_portfolio = models.BooleanField("in the group's own portfolio", default=False)
    imported = models.BooleanField(default=False, editable=False)
    recorded_at = models.DateTimeField(default=timezone.now)
    withdrawn_on = models.DateField("withdrawn on", null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-recorded_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(was_given=True)
                & (Q(for_briefs=True) | Q(for_reports=True) | Q(for_portfolio=True))
                | Q(was_given=False, for_briefs=False, for_reports=False, for_portfolio=False),
                name="consent_names_its_uses",
            ),
            models.CheckConstraint(
                condition=Q(asked_by__isnull=False) | Q(imported=True), name="consent_has_who_asked"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_on__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_on__isnull=False, withdrawn_by__isnull=False, was_given=True),
                name="withdrawal_has_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"Consent {self.pk}"
