"""The route a group stands at, kept so that lists can show, filter and sort by it, and how it got there."""

from django.db import models
from django.utils import timezone


class GroupRoute(models.Model):
    """Where a group stands on the ladder, as last judged. Derived: readiness.route_keeping makes it anew."""

    group = models.OneToOneField("groups.CommunityGroup", on_delete=models.CASCADE, related_name="route")
    edition = models.ForeignKey("readiness.Edition", on_delete=models.CASCADE, related_name="+")
    route = models.CharField(max_length=80)
    # Its place on the ladder from 0, for sorting.
    rung = models.PositiveSmallIntegerField(default=0)
    # The first day on which it may be another though nothing was written, and why; none where no day will do that.
    holds_until = models.DateField(null=True, blank=True)
    lapses = models.CharField(max_length=250, blank=True)
    judged_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["group"]
        indexes = [models.Index(fields=["route"]), models.Index(fields=["holds_until"])]

    def __str__(self) -> str:
        return f"{self.route} of group {self.group_id}"


class RouteChange(models.Model):
    """That a group came to another route, when, and what caused it."""

    group = models.ForeignKey("groups.CommunityGroup", on_delete=models.CASCADE, related_name="route_changes")
    edition = models.ForeignKey("readiness.Edition", on_delete=models.CASCADE, related_name="+")
    before = models.CharField(max_length=80, blank=True)
    route = models.CharField(max_length=80)
    went_up = models.BooleanField()
    cause = models.CharField(max_length=250)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-changed_at", "-id"]
        indexes = [models.Index(fields=["group", "-changed_at"])]

    def __str__(self) -> str:
        return f"{self.before} to {self.route} of group {self.group_id}"
