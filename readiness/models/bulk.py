"""What is done with many groups at once, row by row, and the letters that officers write for it."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class Letter(models.Model):
    """A letter in an officer's own words, with places for what differs from group to group. Its writer's alone."""

    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="letters")
    lio = models.ForeignKey("groups.LIO", on_delete=models.PROTECT, related_name="+", verbose_name="LIO")
    title = models.CharField("what it is about", max_length=120)
    body = models.TextField("the letter")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(title="") & ~Q(body=""), name="letter_has_words"),
        ]

    def __str__(self) -> str:
        # The trail keeps this text, and what people typed doesn't belong there.
        return f"Letter {self.pk}"


class BulkOrder(models.Model):
    """One act upon many groups that somebody has confirmed. The job with the same client id does it."""

    class Act(models.TextChoices):
        FILES = "files", "Plans as files"
        ISSUE = "issue", "Issue plans"
        LETTERS = "letters", "Letters"

    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="bulk_orders")
    act = models.CharField(max_length=10, choices=Act.choices)
    # Keys of choices: format, large, both_sides, template.
    options = models.JSONField(default=dict)
    letter = models.ForeignKey(Letter, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"Order {self.pk}"


class BulkRowQuerySet(models.QuerySet["BulkRow"]):
    def waiting(self) -> Self:
        """Those that nothing has been done for yet."""
        return self.filter(outcome=BulkRow.Outcome.WAITING)


class BulkRow(models.Model):
    """One group of such an order, and what came of it."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", "Waits"
        ISSUED = "issued", "Issued"
        VERSION = "version", "In the file as issued"
        DRAFT = "draft", "In the file as a draft"
        WRITTEN = "written", "Letter written"
        CHANGED = "changed", "Not issued: the plan has changed since you looked at it"
        NOT_CHANGED = "not_changed", "Not issued: nothing has changed since the last version"
        NO_ACTIONS = "no_actions", "Not issued: the plan has no actions"
        NO_RIGHT = "no_right", "Not done: this group is no longer yours to change"
        NO_PLAN = "no_plan", "Not in the file: there is no plan yet"
        NO_FACTS = "no_facts", "No letter: what it is about is missing"
        DAMAGED = "damaged", "Not in the file: the stored version is damaged"
        TOO_LARGE = "too_large", "Not done: the plan is too long for one PDF"
        BUSY = "busy", "Not done: other long documents were being made. Try this one again"

    # What was done as asked.
    DONE = (Outcome.ISSUED, Outcome.VERSION, Outcome.DRAFT, Outcome.WRITTEN)

    order = models.ForeignKey(BulkOrder, on_delete=models.CASCADE, related_name="rows")
    group = models.ForeignKey("groups.CommunityGroup", on_delete=models.CASCADE, related_name="+")
    position = models.PositiveIntegerField()
    # For issuing: the mark of the plan that the person has looked at.
    seen = models.CharField(max_length=64, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, default=Outcome.WAITING)
    version = models.PositiveIntegerField(null=True, blank=True)

    objects = BulkRowQuerySet.as_manager()

    class Meta:
        ordering = ["order", "position"]
        constraints = [
            models.UniqueConstraint(fields=["order", "group"], name="group_once_in_an_order"),
            models.CheckConstraint(
                condition=~Q(outcome__in=["issued", "version"]) | Q(version__isnull=False),
                name="issued_row_has_its_version",
            ),
        ]

    def __str__(self) -> str:
        return f"Row {self.pk} of order {self.order_id}"

    @property
    def is_done(self) -> bool:
        """Whether it was done as asked."""
        return self.outcome in self.DONE
