"""What a group has done before: pieces of work to show a commissioner or a prime provider (toolkit 2.22, 2.23)."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from groups.models.credentials import MOST_POUNDS


class TrackRecord(models.Model):
    """One piece of work: for whom, what it was worth, what came of it, and what it proves."""

    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    group = models.ForeignKey("groups.CommunityGroup", on_delete=models.CASCADE, related_name="track_records")
    title = models.CharField(max_length=200)
    for_whom = models.CharField("for whom", max_length=200, blank=True, help_text="Who paid or asked for it")
    pounds = models.PositiveBigIntegerField(
        "value in pounds", null=True, blank=True, validators=[MaxValueValidator(MOST_POUNDS)]
    )
    starts_on = models.DateField("from", null=True, blank=True)
    ends_on = models.DateField("to", null=True, blank=True, help_text="Empty while it goes on")
    people_reached = models.PositiveIntegerField(
        "people reached", null=True, blank=True, validators=[MaxValueValidator(1_000_000)]
    )
    outcomes = models.TextField("what came of it", blank=True)
    # Codes of toolkit sections, such as "2.23".
    proves = models.JSONField("toolkit sections it is proof of", default=list, blank=True)
    services = models.ManyToManyField("groups.ServiceArea", related_name="track_records", blank=True)
    referee = models.CharField("referee's name and role", max_length=200, blank=True)
    referee_contact = models.CharField("how to reach the referee", max_length=200, blank=True)
    referee_agreed_on = models.DateField(
        "when the referee agreed to be named", null=True, blank=True, help_text="Without it nobody is named"
    )
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    is_demo = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering = [models.F("ends_on").desc(nulls_first=True), "-starts_on", "-id"]
        verbose_name = "piece of work"
        verbose_name_plural = "pieces of work"
        indexes = [models.Index(fields=["group", "ends_on"])]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="work_has_title"),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gte=models.F("starts_on")),
                name="work_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(referee_agreed_on__isnull=True) | ~Q(referee=""),
                name="referee_who_agreed_is_named",
            ),
        ]

    def __str__(self) -> str:
        # The trail keeps this text.
        return f"Piece of work {self.pk}"


class TrackRecordFile(models.Model):
    """A file that shows a piece of work: a letter of thanks, a report, a photo."""

    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    track_record = models.ForeignKey(TrackRecord, on_delete=models.CASCADE, related_name="files")
    filename = models.CharField(max_length=200)
    # A key of toolkit_portal.core.file_kinds.NAMES.
    kind = models.CharField(max_length=20)
    file = models.FileField(upload_to="work")
    size = models.PositiveBigIntegerField("size in bytes")
    sha256 = models.CharField(max_length=64)
    description = models.CharField("what it shows", max_length=200, blank=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["uploaded_at", "id"]
        verbose_name = "file of a piece of work"

    def __str__(self) -> str:
        # The trail keeps this text, and a file's name may name somebody.
        return f"File {self.pk} of a piece of work"
