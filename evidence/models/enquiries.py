"""Requests and enquiries (toolkit section 2.15c): one row an enquiry, in two taps."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from evidence.models.scope import OfLioQuerySet


class Enquiry(models.Model):
    """Somebody asked for help with a service. No name, no words: what it was about and how it ended."""

    class Outcome(models.TextChoices):
        HELPED = "helped", "Helped"
        REFERRED = "referred", "Referred elsewhere"
        NOTHING = "nothing", "Nothing available"

    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    lio = models.ForeignKey("groups.LIO", on_delete=models.PROTECT, related_name="enquiries")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_on = models.DateField("day", default=timezone.localdate)
    service_area = models.ForeignKey("groups.ServiceArea", on_delete=models.PROTECT, related_name="enquiries")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    district = models.ForeignKey(
        "groups.District", on_delete=models.PROTECT, null=True, blank=True, related_name="enquiries"
    )
    community = models.ForeignKey(
        "groups.Community", on_delete=models.PROTECT, null=True, blank=True, related_name="enquiries"
    )
    group = models.ForeignKey(
        "groups.CommunityGroup", on_delete=models.SET_NULL, null=True, blank=True, related_name="enquiries"
    )
    # The record that this and others were made into.
    record = models.ForeignKey(
        "evidence.Evidence", on_delete=models.SET_NULL, null=True, blank=True, related_name="enquiries"
    )
    noted_at = models.DateTimeField(default=timezone.now, editable=False)
    is_demo = models.BooleanField(default=False, editable=False)

    objects = OfLioQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_on", "-id"]
        verbose_name_plural = "enquiries"
        indexes = [models.Index(fields=["lio", "asked_on"])]

    def __str__(self) -> str:
        return f"Enquiry {self.pk}"
