"""Visits: one sitting with a group, and the drafts that keep an officer's words until it is logged."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from groups.models.community_groups import CommunityGroup


class VisitQuerySet(models.QuerySet["Visit"]):
    def visible_to(self, user) -> "VisitQuerySet":
        """Visits to the groups whose case files this person may read."""
        return self.filter(group__in=CommunityGroup.objects.visible_to(user))

    def with_standing_next_date(self) -> "VisitQuerySet":
        """Visits whose next date is still to be kept, at most one a group.

        A later visit ends it by naming a next date of its own or by taking place on that day or after. A call in
        between that agrees nothing new leaves it standing.
        """
        later = Visit.objects.filter(
            Q(happened_on__gt=OuterRef("happened_on"))
            | Q(happened_on=OuterRef("happened_on"), pk__gt=OuterRef("pk")),
            Q(next_on__isnull=False) | Q(happened_on__gte=OuterRef("next_on")),
            group=OuterRef("group"),
        )
        return self.filter(~Exists(later), next_on__isnull=False)


class Visit(models.Model):
    """One sitting with a group. Levels and actions recorded on it live in readiness and point here."""

    class How(models.TextChoices):
        IN_PERSON = "in_person", "In person"
        PHONE = "phone", "By phone"
        VIDEO = "video", "By video"
        EVENT = "event", "At an event"

    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    group = models.ForeignKey("groups.CommunityGroup", on_delete=models.CASCADE, related_name="visits")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="visits")
    also_present = models.CharField("others from the LIO", max_length=200, blank=True)
    happened_on = models.DateField("date")
    happened_at = models.TimeField("time", null=True, blank=True)
    how = models.CharField(max_length=20, choices=How.choices, default=How.IN_PERSON)
    place = models.CharField("where", max_length=200, blank=True)
    people_met = models.PositiveSmallIntegerField("how many people you met", null=True, blank=True)
    who_met = models.TextField("names or roles", blank=True)
    # Codes of toolkit sections, such as "2.15a". The toolkit itself lives a floor above.
    topics = models.JSONField("toolkit sections talked about", default=list, blank=True)
    summary = models.TextField(blank=True)
    private_notes = models.TextField(blank=True, help_text="Only officers of your LIO and managers see these")
    next_on = models.DateField("next date", null=True, blank=True)
    next_at = models.TimeField("time", null=True, blank=True)
    next_note = models.CharField("what for", max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    logged_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = VisitQuerySet.as_manager()

    class Meta:
        ordering = ["-happened_on", "-happened_at", "-id"]
        indexes = [
            models.Index(fields=["group", "-happened_on"]),
            models.Index(fields=["next_on"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(next_on__isnull=True) | Q(next_on__gte=models.F("happened_on")),
                name="next_date_not_before_visit",
            ),
            models.CheckConstraint(
                condition=Q(next_at__isnull=True) | Q(next_on__isnull=False), name="next_time_has_date"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group}, {self.happened_on:%-d %B %Y}"


class VisitDraft(models.Model):
    """A visit form as typed so far: kept on the server so that closing the browser loses nothing."""

    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    group = models.ForeignKey("groups.CommunityGroup", on_delete=models.CASCADE, related_name="visit_drafts")
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="visit_drafts"
    )
    fields = models.JSONField(default=dict)  # field name -> list of values, as posted
    version = models.PositiveIntegerField(default=1)
    started_at = models.DateTimeField(default=timezone.now)
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-saved_at"]

    def __str__(self) -> str:
        return f"Draft of a visit to {self.group}"
