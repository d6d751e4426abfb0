"""Partnerships of a group with larger providers that hold contracts (toolkit section 2.21)."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from groups.models.credentials import MOST_POUNDS


class Stage(models.TextChoices):
    """How far a partnership is, in the order in which it usually goes."""

    IDENTIFIED = "identified", "Identified"
    APPROACHED = "approached", "Approached"
    AGREED = "agreed", "Agreed in principle"
    BID_NAMED = "bid_named", "Named in a bid"
    SUB_CONTRACT = "sub_contract", "Sub-contract"
    ENDED = "ended", "Ended"


class Partnership(models.Model):
    """A group and a prime provider, about one opportunity. `stage` is the newest entry of its history."""

    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    group = models.ForeignKey("groups.CommunityGroup", on_delete=models.CASCADE, related_name="partnerships")
    prime = models.ForeignKey("groups.Organisation", on_delete=models.PROTECT, related_name="partnerships")
    opportunity = models.CharField(max_length=200)
    pounds = models.PositiveBigIntegerField(
        "value in pounds", null=True, blank=True, validators=[MaxValueValidator(MOST_POUNDS)]
    )
    services = models.ManyToManyField("groups.ServiceArea", related_name="partnerships", blank=True)
    districts = models.ManyToManyField("groups.District", related_name="partnerships", blank=True)
    note = models.TextField(blank=True)
    stage = models.CharField(max_length=20, choices=Stage.choices, default=Stage.IDENTIFIED, editable=False)
    stage_on = models.DateField("at this stage since", editable=False)
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
        ordering = ["-stage_on", "-id"]
        indexes = [models.Index(fields=["group", "stage"])]
        constraints = [
            models.CheckConstraint(condition=~Q(opportunity=""), name="partnership_has_opportunity"),
        ]

    def __str__(self) -> str:
        # The trail keeps this text.
        return f"Partnership {self.pk}"


class PartnershipStage(models.Model):
    """The day on which a partnership came to a stage. Entries are added; only those of an erased group go."""

    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="history")
    stage = models.CharField(max_length=20, choices=Stage.choices)
    reached_on = models.DateField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-reached_on", "-id"]
        indexes = [models.Index(fields=["partnership", "-reached_on"])]

    def __str__(self) -> str:
        return f"{self.get_stage_display()}, partnership {self.partnership_id}"
