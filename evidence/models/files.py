"""Files that belong to a record of evidence, kept under private names."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone


class Attachment(models.Model):
    """A photo, document or recording. Its content told what it is; an image was made anew without its metadata."""

    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    record = models.ForeignKey("evidence.Evidence", on_delete=models.CASCADE, related_name="attachments")
    filename = models.CharField(max_length=200)
    # A key of toolkit_portal.core.file_kinds.NAMES.
    kind = models.CharField(max_length=20)
    file = models.FileField(upload_to="evidence")
    thumbnail = models.FileField(upload_to="evidence", blank=True)
    size = models.PositiveBigIntegerField("size in bytes")
    sha256 = models.CharField(max_length=64)
    description = models.CharField("what it shows", max_length=200, blank=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["uploaded_at", "id"]

    def __str__(self) -> str:
        # The trail keeps this text, and a file's name may name somebody.
        return f"File {self.pk}"
