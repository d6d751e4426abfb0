"""A manager's filters of the county report, kept under a name."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone


class SavedView(models.Model):
    """What its owner asked of the report, to be asked again. Nobody else sees it."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=80)
    # As readiness.reports.choice writes it. Without days it is as at whatever day it is opened.
    query = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        ordering = [Lower("name"), "pk"]
        constraints = [models.UniqueConstraint("owner", Lower("name"), name="saved_view_name_once")]

    def __str__(self) -> str:
        # The trail keeps this text, and a name may be that of a group or a community.
        return f"Saved view {self.pk}"

    @property
    def keeps_days(self) -> bool:
        """Whether it is always as at the days it was saved with."""
        return "as_at=" in self.query
