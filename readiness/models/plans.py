"""The living action plan of a group, its actions and notes, and the versions issued to it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from groups.models import CommunityGroup


class Plan(models.Model):
    """One living plan a group. Issuing freezes a numbered version; the living plan goes on."""

    group = models.OneToOneField("groups.CommunityGroup", on_delete=models.CASCADE, related_name="plan")
    created_at = models.DateTimeField(default=timezone.now)
    # Counts every change of the plan, so that a draft's PDF is rendered again only when something changed.
    revision = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return f"Plan of {self.group}"


class ActionQuerySet(models.QuerySet["Action"]):
    def visible_to(self, user) -> "ActionQuerySet":
        """Actions of the groups whose case files this person may read."""
        return self.filter(plan__group__in=CommunityGroup.objects.visible_to(user))

    def open(self) -> "ActionQuerySet":
        """To do or doing."""
        return self.filter(state__in=[Action.State.TO_DO, Action.State.DOING])

    def late(self, today=None) -> "ActionQuerySet":
        """Open ones whose day has passed."""
        return self.open().filter(due_on__lt=today or timezone.localdate())


class Action(models.Model):
    """Something agreed: what, why, who, by when, and how it goes."""

    class Who(models.TextChoices):
        GROUP = "group", "The group"
        LIO = "lio", "The LIO"
        BOTH = "both", "Both together"

    class State(models.TextChoices):
        TO_DO = "to_do", "To do"
        DOING = "doing", "Doing"
        DONE = "done", "Done"
        DROPPED = "dropped", "Dropped"

    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="actions")
    criterion_code = models.CharField("toolkit section", max_length=10, blank=True)
    what = models.TextField()
    why = models.TextField(blank=True)
    first_step = models.TextField(blank=True)
    who = models.CharField("who does it", max_length=10, choices=Who.choices, default=Who.GROUP)
    person = models.CharField("name of the person", max_length=150, blank=True)
    due_on = models.DateField("by when", null=True, blank=True)
    support = models.TextField("help the LIO gives", blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.TO_DO)
    dropped_reason = models.TextField("why it was dropped", blank=True)
    done_on = models.DateField(null=True, blank=True)
    suggestion_key = models.CharField(max_length=80, blank=True, editable=False)
    visit = models.ForeignKey(
        "groups.Visit", on_delete=models.SET_NULL, null=True, blank=True, related_name="actions"
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ActionQuerySet.as_manager()

    class Meta:
        ordering = [models.F("due_on").asc(nulls_last=True), "id"]
        indexes = [models.Index(fields=["state", "due_on"])]
        constraints = [
            models.CheckConstraint(condition=~Q(what=""), name="action_says_what"),
            models.CheckConstraint(
                condition=Q(state="dropped") & ~Q(dropped_reason="")
                | ~Q(state="dropped") & Q(dropped_reason=""),
                name="dropped_action_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(state="done", done_on__isnull=False) | ~Q(state="done") & Q(done_on__isnull=True),
                name="done_action_has_its_day",
            ),
        ]

    def __str__(self) -> str:
        # The trail keeps this text, and what people typed doesn't belong there.
        return f"Action {self.pk}"

    @property
    def is_late(self) -> bool:
        """Whether it is open and its day has passed."""
        return (
            self.state in {self.State.TO_DO, self.State.DOING}
            and self.due_on is not None
            and self.due_on < timezone.localdate()
        )


class ActionNote(models.Model):
    """A line of progress on an action, by officer or lead; a lead may ask for help with it."""

    class Kind(models.TextChoices):
        PROGRESS = "progress", "Progress"
        HELP = "help", "Asks for help"

    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="notes")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PROGRESS)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    by_lead = models.BooleanField(default=False)
    text = models.TextField(blank=True)
    state_after = models.CharField(max_length=10, choices=Action.State.choices, blank=True)
    written_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["written_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True)
                | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="answered_note_has_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class IssuedPlan(models.Model):
    """A numbered version of the plan as its group received it: the PDF's bytes never change."""

    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="issues")
    number = models.PositiveIntegerField()
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(default=timezone.now)
    assessment = models.ForeignKey(
        "readiness.Assessment", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # The document as data (see readiness/plan_document.py): what "changed since the last version" compares.
    snapshot = models.JSONField(default=dict)
    pdf = models.FileField(upload_to="plans")
    sha256 = models.CharField(max_length=64)
    large_print_pdf = models.FileField(upload_to="plans")
    large_print_sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="plan_version_once")]

    def __str__(self) -> str:
        return f"Version {self.number} for {self.plan.group}"
