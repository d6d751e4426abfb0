"""What a group keeps track of, and its figures (toolkit section 2.23)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

DIGITS, PLACES = 12, 2


class Indicator(models.Model):
    """One thing that a group counts: an output (what it does) or an outcome (what changes for people)."""

    class Kind(models.TextChoices):
        OUTPUT = "output", "Output: what the group does"
        OUTCOME = "outcome", "Outcome: what changes for people"

    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    group = models.ForeignKey("groups.CommunityGroup", on_delete=models.CASCADE, related_name="indicators")
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    unit = models.CharField(max_length=60, blank=True, help_text="Such as people, sessions or % of members")
    target = models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    is_demo = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering = ["title", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="indicator_has_title"),
            models.CheckConstraint(
                condition=Q(target__isnull=True) | Q(target__gte=0), name="indicator_target_not_negative"
            ),
        ]

    def __str__(self) -> str:
        # The trail keeps this text.
        return f"Indicator {self.pk}"


class IndicatorValue(models.Model):
    """The figure of one period, known by its last day."""

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="values")
    period_end = models.DateField("last day of the period")
    value = models.DecimalField("figure", max_digits=DIGITS, decimal_places=PLACES)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["period_end"]
        verbose_name = "figure of an indicator"
        constraints = [
            models.UniqueConstraint(fields=["indicator", "period_end"], name="one_figure_a_period"),
            models.CheckConstraint(condition=Q(value__gte=0), name="figure_not_negative"),
        ]

    def __str__(self) -> str:
        return f"Figure of {self.period_end:%-d %B %Y}, indicator {self.indicator_id}"
