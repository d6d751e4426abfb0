"""Mystery shopping of services (toolkit section 2.15d): how somebody of the community was received."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from evidence.models.scope import OfLioQuerySet


class MysteryVisit(models.Model):
    """One visit or call to a service with a made-up request, and a checklist of how it went.

    Each item of the checklist is True, False or None for "didn't come up".
    """

    class How(models.TextChoices):
        IN_PERSON = "in_person", "In person"
        PHONE = "phone", "By phone"
        ONLINE = "online", "Online"

    class Outcome(models.TextChoices):
        HELPED = "helped", "Got what was asked for"
        PARTLY = "partly", "Got part of it"
        SENT_ON = "sent_on", "Was sent somewhere else"
        NOT_HELPED = "not_helped", "Got no help"

    CHECKLIST = {
        "answered": "Somebody answered",
        "greeted": "Was greeted politely",
        "interpreter_offered": "An interpreter was offered",
        "told_of_rights": "Was told what they are entitled to",
        "respectful": "Was treated with respect",
    }

    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    lio = models.ForeignKey("groups.LIO", on_delete=models.PROTECT, related_name="mystery_visits")
    provider = models.ForeignKey(
        "groups.Organisation",
        on_delete=models.PROTECT,
        related_name="mystery_visits",
        verbose_name="whose service",
    )
    service = models.ForeignKey(
        "groups.Service",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="mystery_visits",
        verbose_name="which service",
    )
    service_area = models.ForeignKey(
        "groups.ServiceArea", on_delete=models.PROTECT, related_name="mystery_visits"
    )
    scenario = models.TextField("what the visitor asked for")
    visited_on = models.DateField("date")
    how = models.CharField(max_length=10, choices=How.choices, default=How.IN_PERSON)
    language = models.CharField("language the visitor used", max_length=120)
    districts = models.ManyToManyField("groups.District", related_name="mystery_visits", blank=True)
    communities = models.ManyToManyField("groups.Community", related_name="mystery_visits", blank=True)
    groups = models.ManyToManyField("groups.CommunityGroup", related_name="mystery_visits", blank=True)
    answered = models.BooleanField(null=True, blank=True)
    greeted = models.BooleanField(null=True, blank=True)
    interpreter_offered = models.BooleanField(null=True, blank=True)
    told_of_rights = models.BooleanField(null=True, blank=True)
    respectful = models.BooleanField(null=True, blank=True)
    minutes_waited = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(1440)]
    )
    outcome = models.CharField("how it ended", max_length=10, choices=Outcome.choices)
    note = models.TextField("what happened", blank=True)
    record = models.ForeignKey(
        "evidence.Evidence", on_delete=models.SET_NULL, null=True, blank=True, related_name="mystery_visits"
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    is_demo = models.BooleanField(default=False, editable=False)

    objects = OfLioQuerySet.as_manager()

    class Meta:
        ordering = ["-visited_on", "-id"]
        constraints = [models.CheckConstraint(condition=~Q(scenario=""), name="mystery_visit_has_scenario")]

    def __str__(self) -> str:
        return f"Mystery visit of {self.visited_on:%-d %B %Y}"
