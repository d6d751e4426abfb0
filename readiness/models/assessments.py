"""Assessments of a group against an edition, their answers, and agreed targets."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from groups.models import CommunityGroup


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def visible_to(self, user) -> "AssessmentQuerySet":
        """Assessments of the groups whose case files this person may read."""
        return self.filter(group__in=CommunityGroup.objects.visible_to(user))

    def complete(self) -> "AssessmentQuerySet":
        return self.filter(state=Assessment.State.COMPLETE)

    def standing(self) -> "AssessmentQuerySet":
        """Complete ones that no complete correction has replaced."""
        return self.complete().exclude(correction__state=Assessment.State.COMPLETE)

    def drafts(self) -> "AssessmentQuerySet":
        return self.filter(state=Assessment.State.DRAFT)


class Assessment(models.Model):
    """One reading of a group's readiness. A complete one never changes; a correction replaces it by name.

    Scores are stored as exact fractions in text ("350/9") when it is completed; the decimal columns are the
    same scores for sorting and filtering, with eight places, and never the source of a shown number.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        COMPLETE = "complete", "Complete"

    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    group = models.ForeignKey("groups.CommunityGroup", on_delete=models.CASCADE, related_name="assessments")
    edition = models.ForeignKey("readiness.Edition", on_delete=models.PROTECT, related_name="assessments")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    assessed_on = models.DateField(default=timezone.localdate)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    started_at = models.DateTimeField(default=timezone.now)
    completed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    completed_at = models.DateTimeField(null=True, blank=True)
    imported = models.BooleanField(default=False, editable=False)
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="correction"
    )
    correction_reason = models.TextField(blank=True)
    theme_scores = models.JSONField(default=dict, editable=False)  # theme code -> exact fraction as text
    overall_exact = models.CharField(max_length=80, blank=True, editable=False)
    overall = models.DecimalField(max_digits=11, decimal_places=8, null=True, editable=False)
    band = models.CharField(max_length=40, blank=True, editable=False)
    is_latest = models.BooleanField(default=False, editable=False)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        ordering = ["-assessed_on", "-id"]
        indexes = [
            models.Index(fields=["group", "-assessed_on"]),
            models.Index(fields=["is_latest", "overall"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft", completed_at__isnull=True, completed_by__isnull=True)
                # An imported one may come without its assessor, never without its date.
                | Q(state="complete", completed_at__isnull=False)
                & (Q(completed_by__isnull=False) | Q(imported=True)),
                name="complete_assessment_has_who_and_when",
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True, correction_reason="")
                | Q(corrects__isnull=False) & ~Q(correction_reason=""),
                name="correction_has_its_why",
            ),
            models.CheckConstraint(
                condition=Q(is_latest=False) | Q(state="complete"), name="only_complete_is_latest"
            ),
            models.UniqueConstraint(
                fields=["group"], condition=Q(is_latest=True), name="one_latest_assessment_a_group"
            ),
            models.UniqueConstraint(
                fields=["group"], condition=Q(state="draft"), name="one_draft_assessment_a_group"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group}, {self.assessed_on:%-d %B %Y}"

    @property
    def is_complete(self) -> bool:
        return self.state == self.State.COMPLETE


class Answer(models.Model):
    """The level given to one criterion, or why it doesn't apply. No row, or neither, is unanswered."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="answers")
    criterion = models.ForeignKey("readiness.Criterion", on_delete=models.PROTECT, related_name="answers")
    level = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(4)])
    not_applicable = models.BooleanField(default=False)
    na_reason = models.TextField("why it doesn't apply", blank=True)
    note = models.TextField(blank=True)
    visit = models.ForeignKey(
        "groups.Visit", on_delete=models.SET_NULL, null=True, blank=True, related_name="answers"
    )
    version = models.PositiveIntegerField(default=1)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["assessment", "criterion__position"]
        # Holds all that an average needs, so that the county's page doesn't read the rows themselves.
        indexes = [models.Index(fields=["assessment", "criterion", "level"])]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "criterion"], name="one_answer_a_criterion"),
            models.CheckConstraint(
                condition=Q(level__isnull=True) | Q(level__lte=4), name="answer_level_0_to_4"
            ),
            models.CheckConstraint(
                condition=Q(not_applicable=False) | Q(level__isnull=True), name="answer_level_or_na"
            ),
            models.CheckConstraint(
                condition=Q(not_applicable=False, na_reason="") | Q(not_applicable=True) & ~Q(na_reason=""),
                name="not_applicable_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion_id}: {'N/A' if self.not_applicable else self.level}"

    @property
    def is_answered(self) -> bool:
        return self.not_applicable or self.level is not None


class Target(models.Model):
    """A level that group and officer agreed to reach for one criterion by a date."""

    group = models.ForeignKey("groups.CommunityGroup", on_delete=models.CASCADE, related_name="targets")
    criterion_code = models.CharField(max_length=10)  # a code, so that it outlives an edition
    level = models.PositiveSmallIntegerField(validators=[MaxValueValidator(4)])
    by_date = models.DateField()
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["group", "criterion_code"]
        constraints = [
            models.UniqueConstraint(fields=["group", "criterion_code"], name="one_target_a_criterion"),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=4), name="target_level_1_to_4"),
        ]

    def __str__(self) -> str:
        return f"{self.criterion_code} → {self.level}"
