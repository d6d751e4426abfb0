"""Evidence briefs for commissioners, kept as they were sent."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from evidence.models.scope import OfLioQuerySet


class Brief(models.Model):
    """A numbered brief: what was chosen, the document as data, and both files. Withdrawn, it keeps only its number.

    When a quote's consent is withdrawn, the brief that holds it is withdrawn: its files and its data go.
    """

    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    lio = models.ForeignKey("groups.LIO", on_delete=models.PROTECT, related_name="briefs", verbose_name="LIO")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=250)
    commissioner = models.ForeignKey(
        "groups.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="briefs"
    )
    # What was chosen: service_area, districts, communities (ids), start, end (ISO days).
    choice = models.JSONField(default=dict)
    snapshot = models.JSONField(default=dict)
    quotes = models.ManyToManyField("evidence.Quote", related_name="briefs", blank=True)
    pdf = models.FileField(upload_to="briefs", blank=True)
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    docx = models.FileField(upload_to="briefs", blank=True)
    docx_sha256 = models.CharField(max_length=64, blank=True)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_why = models.CharField(max_length=250, blank=True)
    is_demo = models.BooleanField(default=False, editable=False)

    objects = OfLioQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["lio", "number"], name="brief_number_once"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_why="")
                & ~Q(pdf="")
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False, pdf="", docx="")
                & ~Q(withdrawn_why=""),
                name="withdrawn_brief_keeps_no_file",
            ),
        ]

    def __str__(self) -> str:
        return f"Brief {self.number}"
