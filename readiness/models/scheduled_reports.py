"""A saved view of the county report that its owner is sent every month or quarter."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from readiness.models.saved_views import SavedView


class ScheduledReport(models.Model):
    """What is made when, for the owner of the view alone. The mail is a link that needs a sign-in."""

    class Every(models.TextChoices):
        MONTH = "month", "Every month"
        QUARTER = "quarter", "Every quarter"

    class Format(models.TextChoices):
        """Keys of readiness.reports.files.FORMATS."""

        XLSX = "xlsx", "Excel workbook"
        PDF = "pdf", "PDF report"
        GROUPS = "groups", "CSV of every group"
        CSV = "csv", "CSV of all tables"
        JSON = "json", "JSON"

    class Why(models.TextChoices):
        """Why it is paused, in words for its owner."""

        ASKED = "asked", "You paused it."
        RIGHTS = "rights", "You could not have this report when it was due."
        FILTERS = "filters", "The filters of the view don’t fit any more. Save the view anew."

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="scheduled_reports"
    )
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="schedules")
    every = models.CharField(max_length=10, choices=Every.choices)
    format = models.CharField(max_length=10, choices=Format.choices)
    # The first day after the month or quarter that is told of next.
    next_on = models.DateField()
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_why = models.CharField(max_length=10, choices=Why.choices, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        ordering = ["view", "every", "format", "pk"]
        constraints = [
            models.UniqueConstraint("view", "every", "format", name="scheduled_report_once"),
            models.CheckConstraint(
                condition=Q(paused_at__isnull=True, paused_why="")
                | Q(paused_at__isnull=False) & ~Q(paused_why=""),
                name="paused_schedule_has_reason",
            ),
        ]

    def __str__(self) -> str:
        # The trail keeps this text, and the name of a view may be that of a community.
        return f"Scheduled report {self.pk}"


class ReportRun(models.Model):
    """One month or quarter of a schedule: the job that makes it, and whether its owner was told."""

    schedule = models.ForeignKey(ScheduledReport, on_delete=models.CASCADE, related_name="runs")
    # The last day of the month or quarter.
    period_end = models.DateField()
    # None once the job is no longer kept.
    job = models.ForeignKey("groups.Job", on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(null=True, blank=True)
    # Written before the mail goes, and taken back when it fails.
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-period_end"]
        constraints = [
            models.UniqueConstraint("schedule", "period_end", name="report_run_once_a_period"),
            models.CheckConstraint(
                condition=Q(told_at__isnull=True) | Q(made_at__isnull=False), name="told_report_was_made"
            ),
        ]

    def __str__(self) -> str:
        return f"Report {self.pk}"
