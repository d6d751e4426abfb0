"""Research and surveys (toolkit section 2.15a): the questions, and the answers as a form service exports them."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from evidence.models.scope import OfLioQuerySet


class Survey(models.Model):
    """A survey with who asked whom when. Answers come from files; questions remember the headings they came under."""

    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    lio = models.ForeignKey(
        "groups.LIO", on_delete=models.PROTECT, related_name="surveys", verbose_name="LIO"
    )
    title = models.CharField(max_length=200)
    asked_from = models.DateField("first day")
    asked_to = models.DateField("last day", null=True, blank=True)
    asked_by = models.CharField("who asked", max_length=200)
    sample = models.TextField("whom you asked and how you found them")
    language = models.CharField("languages it was in", max_length=200, blank=True)
    groups = models.ManyToManyField("groups.CommunityGroup", related_name="surveys", blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    is_demo = models.BooleanField(default=False, editable=False)

    objects = OfLioQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_from", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="survey_has_title"),
            models.CheckConstraint(
                condition=Q(asked_to__isnull=True) | Q(asked_to__gte=models.F("asked_from")),
                name="survey_days_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class SurveyQuestion(models.Model):
    """A question of a survey, or a column that is left out (a time stamp, a name, an e-mail address)."""

    class Kind(models.TextChoices):
        ONE = "one", "One answer of several"
        MANY = "many", "Several answers"
        NUMBER = "number", "A number"
        WORDS = "words", "Own words"
        LEFT_OUT = "left_out", "Leave this column out"

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="questions")
    text = models.TextField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    # Headings of files under which this question came, as normalise_header writes them.
    headings = models.JSONField(default=list)
    # What stands between several answers in one cell: ";" or ", ". Empty with a column a choice (KoboToolbox).
    separator = models.CharField(max_length=3, blank=True)
    # For a column a choice: heading -> the choice's words.
    choice_headings = models.JSONField(default=dict)
    # Choices that hold the separator themselves, such as "Cost, or fear of it".
    whole_choices = models.JSONField(default=list)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["survey", "position", "id"]

    def __str__(self) -> str:
        return f"Question {self.pk}"


class SurveyFile(models.Model):
    """A file of answers between its upload and the confirmation; the file itself goes when it is done."""

    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="files")
    filename = models.CharField(max_length=200)
    file = models.FileField(upload_to="surveys")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)
    added = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField("answers that were there already", default=0)

    class Meta:
        ordering = ["-uploaded_at"]

    def __str__(self) -> str:
        return f"File {self.pk} of survey {self.survey_id}"


class SurveyResponse(models.Model):
    """What one person answered: question id (as text, since JSON has no other keys) -> answer or list of answers."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="responses")
    # SHA-256 of the row's cells, so that the same file twice adds nothing.
    key = models.CharField(max_length=64)
    answers = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["survey", "key"], name="survey_response_once")]

    def __str__(self) -> str:
        return f"Response {self.pk}"
