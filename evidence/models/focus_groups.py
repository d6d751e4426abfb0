"""Focus groups and consultations (toolkit section 2.15b): who came, what was raised by how many."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from evidence.models.scope import OfLioQuerySet


class FocusGroup(models.Model):
    """One discussion about needs, with its themes and quotes. A theme may become a record of evidence."""

    class Interpreting(models.TextChoices):
        NOT_NEEDED = "not_needed", "Not needed"
        PROFESSIONAL = "professional", "A professional interpreter"
        VOLUNTEER = "volunteer", "Somebody of the group interpreted"
        MISSING = "missing", "It was needed and there was none"

    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    lio = models.ForeignKey(
        "groups.LIO", on_delete=models.PROTECT, related_name="focus_groups", verbose_name="LIO"
    )
    title = models.CharField("what it was about", max_length=200)
    held_on = models.DateField("date")
    place = models.CharField("where", max_length=200, blank=True)
    districts = models.ManyToManyField("groups.District", related_name="focus_groups", blank=True)
    groups = models.ManyToManyField("groups.CommunityGroup", related_name="focus_groups", blank=True)
    language = models.CharField("language it was held in", max_length=120, blank=True)
    interpreting = models.CharField(
        "interpreter", max_length=20, choices=Interpreting.choices, default=Interpreting.NOT_NEEDED
    )
    people_came = models.PositiveSmallIntegerField("how many came", validators=[MaxValueValidator(1000)])
    communities = models.ManyToManyField("groups.Community", related_name="focus_groups", blank=True)
    notes = models.TextField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    is_demo = models.BooleanField(default=False, editable=False)

    objects = OfLioQuerySet.as_manager()

    class Meta:
        ordering = ["-held_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="focus_group_has_title"),
            models.CheckConstraint(condition=Q(people_came__gte=1), name="somebody_came"),
        ]

    def __str__(self) -> str:
        return f"Focus group of {self.held_on:%-d %B %Y}"


class FocusTheme(models.Model):
    """Something that came up, and by how many it was raised."""

    focus_group = models.ForeignKey(FocusGroup, on_delete=models.CASCADE, related_name="themes")
    text = models.TextField("what came up")
    raised_by = models.PositiveSmallIntegerField("raised by how many")
    service_area = models.ForeignKey(
        "groups.ServiceArea", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    needed_instead = models.TextField("what is needed instead", blank=True)
    record = models.OneToOneField(
        "evidence.Evidence", on_delete=models.SET_NULL, null=True, blank=True, related_name="theme"
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["focus_group", "position", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="theme_has_words"),
            models.CheckConstraint(condition=Q(raised_by__gte=1), name="theme_raised_by_somebody"),
        ]

    def __str__(self) -> str:
        return f"Theme {self.pk}"
