"""Spreadsheets being imported in the browser, between their upload and the confirmation."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone


class ImportUpload(models.Model):
    """A file that somebody is importing, step by step. Private to that person; the file goes when it is done."""

    class Kind(models.TextChoices):
        GROUPS = "groups", "Groups"
        ASSESSMENTS = "assessments", "Past assessments"
        EVIDENCE = "evidence", "Evidence of unmet need"
        PAPERS = "papers", "Papers"
        WORK = "work", "Pieces of work"

    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="import_uploads"
    )
    kind = models.CharField(max_length=20, choices=Kind.choices)
    lio = models.ForeignKey("groups.LIO", on_delete=models.CASCADE, related_name="+")
    file = models.FileField(upload_to="imports")
    filename = models.CharField(max_length=200)
    # Known column -> header of the file, as the person has chosen; empty until they have.
    columns = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(default=dict)  # what was done, as counts by fate

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.filename}"
