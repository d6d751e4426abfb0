"""Since when a group is active, dormant or closed: kept so that a report can tell how things stood on any day."""

from django.db import models
from django.utils import timezone

from groups.models.community_groups import CommunityGroup


class GroupState(models.Model):
    """That a group's status became this one; it held until the next row. Never altered."""

    group = models.ForeignKey("groups.CommunityGroup", on_delete=models.CASCADE, related_name="states")
    status = models.CharField(max_length=20, choices=CommunityGroup.Status.choices)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-since", "-id"]
        verbose_name = "status of a group since"
        verbose_name_plural = "statuses of groups since"
        indexes = [models.Index(fields=["group", "-since"])]

    def __str__(self) -> str:
        return f"{self.status} since {self.since:%Y-%m-%d}"
