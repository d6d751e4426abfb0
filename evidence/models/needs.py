"""A record of unmet need (toolkit sections 2.15a to 2.15d): where a service fails whom, and what is needed instead."""

import uuid
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from evidence.models.scope import ToldByGroupsQuerySet


class EvidenceQuerySet(ToldByGroupsQuerySet):
    def reviewed(self) -> Self:
        """Those a second person has checked: only they count in briefs, routes and county figures."""
        return self.filter(state=Evidence.State.REVIEWED)

    def within(self, start=None, end=None) -> Self:
        """Those whose day, or any day of their period, lies within start and end, both included."""
        found = self
        if start is not None:
            found = found.filter(last_day__gte=start)
        if end is not None:
            found = found.filter(happened_on__lte=end)
        return found


class Evidence(models.Model):
    """One record of unmet need. It belongs to an LIO and names the groups that told of it."""

    class Method(models.TextChoices):
        SURVEY = "survey", "Research or survey"
        FOCUS_GROUP = "focus_group", "Focus group or consultation"
        ENQUIRY = "enquiry", "Requests and enquiries"
        MYSTERY_SHOPPING = "mystery_shopping", "Mystery shopping"
        OTHER = "other", "Another way"

    class Strength(models.TextChoices):
        ONE = "one", "One account"
        SEVERAL = "several", "Several"
        SYSTEMATIC = "systematic", "Systematic"

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        REVIEWED = "reviewed", "Reviewed"

    # The toolkit's code of each of its four ways to collect evidence.
    METHOD_CODES = {
        Method.SURVEY: "2.15a",
        Method.FOCUS_GROUP: "2.15b",
        Method.ENQUIRY: "2.15c",
        Method.MYSTERY_SHOPPING: "2.15d",
    }

    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    lio = models.ForeignKey(
        "groups.LIO", on_delete=models.PROTECT, related_name="evidence", verbose_name="LIO"
    )
    happened_on = models.DateField("date")
    until = models.DateField("last day, if it was a period", null=True, blank=True)
    # Derived by save(): until, or else the day itself, so that a period can be searched by an index.
    last_day = models.DateField(editable=False)
    method = models.CharField("how it was heard", max_length=20, choices=Method.choices)
    service_area = models.ForeignKey("groups.ServiceArea", on_delete=models.PROTECT, related_name="evidence")
    districts = models.ManyToManyField("groups.District", related_name="evidence", blank=True)
    communities = models.ManyToManyField("groups.Community", related_name="evidence", blank=True)
    barriers = models.ManyToManyField("evidence.Barrier", related_name="evidence", blank=True)
    provider = models.ForeignKey(
        "groups.Organisation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="evidence_as_provider",
    )
    commissioner = models.ForeignKey(
        "groups.Organisation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="evidence_as_commissioner",
    )
    groups = models.ManyToManyField("groups.CommunityGroup", related_name="evidence", blank=True)
    visit = models.ForeignKey(
        "groups.Visit", on_delete=models.SET_NULL, null=True, blank=True, related_name="evidence"
    )
    who_affected = models.CharField("who is affected", max_length=250, blank=True)
    people_affected = models.PositiveIntegerField(
        "how many people", null=True, blank=True, validators=[MaxValueValidator(1_000_000)]
    )
    summary = models.TextField("what happened")
    needed_instead = models.TextField("what is needed instead", blank=True)
    strength = models.CharField(max_length=20, choices=Strength.choices, default=Strength.ONE)
    # Codes of toolkit sections that it supports, such as "2.15b".
    criteria = models.JSONField("toolkit sections it supports", default=list, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    sent_back_why = models.TextField("why it was sent back", blank=True)
    sent_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    sent_back_at = models.DateTimeField(null=True, blank=True)
    survey = models.ForeignKey(
        "evidence.Survey", on_delete=models.PROTECT, null=True, blank=True, related_name="records"
    )
    # Made from rows of a spreadsheet that say themselves that they were reviewed.
    imported = models.BooleanField(default=False, editable=False)
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

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["-happened_on", "-id"]
        verbose_name = "evidence record"
        verbose_name_plural = "evidence records"
        indexes = [
            models.Index(fields=["lio", "state", "-happened_on"]),
            # What the analysis adds up, so that it needn't read the rows themselves.
            models.Index(fields=["state", "service_area", "people_affected"]),
            models.Index(fields=["state", "last_day"]),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(summary=""), name="evidence_says_what_happened"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=models.F("happened_on")),
                name="evidence_period_in_order",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", reviewed_at__isnull=True, reviewed_by__isnull=True)
                | Q(state="reviewed", reviewed_at__isnull=False, sent_back_at__isnull=True)
                & (Q(reviewed_by__isnull=False) | Q(imported=True)),
                name="reviewed_evidence_has_who_and_when",
            ),
            models.CheckConstraint(
                condition=Q(sent_back_at__isnull=True, sent_back_by__isnull=True, sent_back_why="")
                | Q(sent_back_at__isnull=False, sent_back_by__isnull=False) & ~Q(sent_back_why=""),
                name="evidence_sent_back_has_why",
            ),
        ]

    def __str__(self) -> str:
        # The trail keeps this text, and what people told doesn't belong there.
        return f"Evidence record {self.pk}"

    def save(self, *args, **kwargs) -> None:
        self.last_day = self.until or self.happened_on
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "last_day"}
        super().save(*args, **kwargs)

    @property
    def is_reviewed(self) -> bool:
        return self.state == self.State.REVIEWED

    @property
    def method_code(self) -> str:
        """The toolkit's section of the method; empty for another way."""
        return self.METHOD_CODES.get(self.Method(self.method), "")
