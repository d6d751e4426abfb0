"""Long work that somebody has asked for, such as a large file, and the workers that do it."""

import uuid
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from groups.models.community_groups import CommunityGroup
from groups.models.people import User

KEPT_DAYS = 7


def kept_until(ended: datetime) -> datetime:
    """The moment at which what ended then goes: the midnight in Derbyshire that begins the seventh day after it."""
    day = timezone.localtime(ended).replace(hour=0, minute=0, second=0, microsecond=0)
    return day + timedelta(days=KEPT_DAYS)


class JobQuerySet(models.QuerySet["Job"]):
    def of(self, user: User) -> Self:
        """The jobs of this person, without those about a group that they may no longer see."""
        if user.roles.is_administrator:  # they may look up any group's name
            return self.filter(owner=user)
        theirs = CommunityGroup.objects.visible_to(user) | CommunityGroup.objects.led_by(user)
        strange = Job.groups.through._base_manager.exclude(communitygroup__in=theirs.values("pk"))
        return self.filter(owner=user).exclude(pk__in=strange.values("job"))

    def unfinished(self) -> Self:
        """Those that wait or are being done."""
        return self.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING])

    def naming(self, group: CommunityGroup) -> Self:
        """Those about this group by name: title and parameters lead to it."""
        return self.filter(pk__in=Job.groups.through._base_manager.filter(communitygroup=group).values("job"))

    def wide_over(self, group: CommunityGroup) -> Self:
        """Those about all groups of its LIO, or all of the county, so that their results may hold its rows."""
        return self.filter(Q(scope=Job.Scope.LIO, lio=group.lio_id) | Q(scope=Job.Scope.COUNTY))


class Job(models.Model):
    """One piece of long work, asked for by one person, who alone sees it. Its file is kept for a week."""

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Being made"
        DONE = "done", "Ready"
        FAILED = "failed", "Not made"
        CANCELLED = "cancelled", "Cancelled"

    class Scope(models.TextChoices):
        """Whose data the result may hold: what goes with a group that is erased is found by this."""

        NOBODY = "nobody", "No group"
        GROUPS = "groups", "The groups it names"
        LIO = "lio", "All groups of an LIO"
        COUNTY = "county", "All groups"

    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="jobs")
    # A key of groups.jobs.kinds.
    kind = models.SlugField(max_length=40)
    # Ids, dates and choices, never words that somebody typed.
    params = models.JSONField(default=dict)
    title = models.CharField(max_length=200)
    scope = models.CharField(max_length=10, choices=Scope.choices, default=Scope.NOBODY)
    groups = models.ManyToManyField("groups.CommunityGroup", related_name="jobs_about", blank=True)
    lio = models.ForeignKey("groups.LIO", on_delete=models.CASCADE, null=True, blank=True, related_name="+")

    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(default=0)
    progress_words = models.CharField(max_length=120, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    is_cancel_asked = models.BooleanField(default=False)
    # Whoever has this token does the job, until the lease ends. What they write lies in files named after it.
    token = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True)
    # What the engine calls the newest task that is to do it.
    task_id = models.CharField(max_length=64, blank=True, editable=False)

    file = models.FileField(upload_to="jobs", blank=True)
    filename = models.CharField(max_length=200, blank=True)
    content_type = models.CharField(max_length=120, blank=True)
    size = models.PositiveBigIntegerField("size in bytes", default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    # Counts of what was done, in words for people: {"Groups": 12}.
    report = models.JSONField(default=dict)
    reason = models.CharField("why it wasn't made", max_length=300, blank=True)

    queued_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-queued_at", "-id"]
        indexes = [
            models.Index(fields=["owner", "-queued_at"]),
            models.Index(fields=["state", "lease_until"]),
            models.Index(fields=["expires_at"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(scope="lio", lio__isnull=False) | ~Q(scope="lio") & Q(lio__isnull=True),
                name="job_about_an_lio_names_it",
            ),
            models.CheckConstraint(
                condition=Q(state="running", token__isnull=False)
                | ~Q(state="running") & Q(token__isnull=True),
                name="running_job_has_a_token",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "running"], lease_until__isnull=False, ended_at__isnull=True)
                | Q(
                    state__in=["done", "failed", "cancelled"],
                    lease_until__isnull=True,
                    ended_at__isnull=False,
                    expires_at__isnull=False,
                ),
                name="job_has_a_lease_until_it_ends",
            ),
            models.CheckConstraint(
                condition=Q(state="failed") & ~Q(reason="") | ~Q(state="failed"), name="failed_job_has_reason"
            ),
            models.CheckConstraint(condition=Q(file="") | Q(state="done"), name="job_file_only_when_done"),
        ]

    def __str__(self) -> str:
        # The trail keeps this text, and a title may name a group.
        return f"Job {self.pk}"

    @property
    def is_finished(self) -> bool:
        """Whether nothing more happens to it by itself."""
        return self.state not in {self.State.QUEUED, self.State.RUNNING}

    @property
    def has_file(self) -> bool:
        """Whether there is a file to be fetched now."""
        return bool(self.file) and self.expires_at is not None and self.expires_at > timezone.now()

    @property
    def last_day(self) -> datetime | None:
        """The last day on which its file can be fetched."""
        return self.expires_at - timedelta(seconds=1) if self.expires_at else None


class JobWorker(models.Model):
    """A worker that is there, or was a moment ago: a process that does jobs."""

    key = models.CharField(max_length=64, unique=True)
    started_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-seen_at"]

    def __str__(self) -> str:
        return f"Worker {self.pk}"
