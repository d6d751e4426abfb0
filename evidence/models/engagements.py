"""Contact of groups with commissioners, providers and the forum (toolkit sections 2.11 to 2.15)."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from evidence.models.scope import ToldByGroupsQuerySet


class Engagement(models.Model):
    """One talk, request, consultation, forum meeting or specification. It belongs to an LIO and names its groups."""

    class Kind(models.TextChoices):
        DIALOGUE = "dialogue", "Talk with a commissioner or provider"
        REQUEST = "request", "Request about race equality"
        CONSULTATION = "consultation", "Consultation"
        FORUM = "forum", "Forum meeting"
        SPECIFICATION = "specification", "Service specification"

    class Outcome(models.TextChoices):
        MORE_TALKS = "more_talks", "More talks agreed"
        CHANGE_PROMISED = "change_promised", "A change was promised"
        CHANGE_MADE = "change_made", "A service was changed"
        NO_CHANGE = "no_change", "Nothing changed"
        PROVIDED = "provided", "Provided"
        PARTLY = "partly", "Provided in part"
        NOT_HELD = "not_held", "Not held: there is no such paper"
        REFUSED = "refused", "Refused"
        NO_ANSWER = "no_answer", "No answer came"
        TAKEN_UP = "taken_up", "The group’s point was taken up"
        NOT_TAKEN_UP = "not_taken_up", "Not taken up"
        NOTED = "noted", "Noted, no more"
        ANSWERED = "answered", "The forum had an answer"
        TAKEN_ON = "taken_on", "The forum took it on"
        WITH_MARKS = "with_marks", "In the specification, with marks"
        WITHOUT_MARKS = "without_marks", "In the specification, without marks"

    # What may come of each kind. Empty is allowed for all: not known yet.
    OUTCOMES: dict[str, tuple[str, ...]] = {
        Kind.DIALOGUE: ("more_talks", "change_promised", "change_made", "no_change"),
        Kind.REQUEST: ("provided", "partly", "not_held", "refused", "no_answer"),
        Kind.CONSULTATION: ("taken_up", "noted", "not_taken_up"),
        Kind.FORUM: ("answered", "taken_on", "noted"),
        Kind.SPECIFICATION: ("with_marks", "without_marks", "not_taken_up"),
    }

    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    lio = models.ForeignKey(
        "groups.LIO", on_delete=models.PROTECT, related_name="engagements", verbose_name="LIO"
    )
    groups = models.ManyToManyField("groups.CommunityGroup", related_name="engagements", blank=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    # The day of the talk or meeting; of asking; of a consultation the day of the answer, else its last or first.
    happened_on = models.DateField("date")
    organisation = models.ForeignKey(
        "groups.Organisation", on_delete=models.PROTECT, related_name="engagements"
    )
    subject = models.CharField("what it was about", max_length=200)
    who = models.CharField("who took part", max_length=250, blank=True)
    said = models.TextField("what was said", blank=True)
    outcome = models.CharField("what came of it", max_length=20, choices=Outcome.choices, blank=True)
    next_step = models.CharField(max_length=250, blank=True)
    # Of a request. The day an answer is due is derived, see evidence.engagements.
    due_on = models.DateField("answer due by", null=True, blank=True, editable=False)
    more_time = models.BooleanField("they weigh the public interest", default=False)
    answered_on = models.DateField("answered on", null=True, blank=True)
    # Of a consultation.
    opens_on = models.DateField("opens", null=True, blank=True)
    closes_on = models.DateField("closes", null=True, blank=True)
    responded_on = models.DateField("response sent on", null=True, blank=True)
    # Of a forum meeting.
    attended = models.PositiveSmallIntegerField("how many went", null=True, blank=True)
    raised = models.BooleanField("the group raised a matter", default=False)
    # Of a specification. Marks are of 100.
    section_asked = models.CharField("section asked for", max_length=250, blank=True)
    marks_asked = models.PositiveSmallIntegerField(
        "marks asked for", null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    marks_obtained = models.PositiveSmallIntegerField(
        "marks obtained", null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    service_area = models.ForeignKey(
        "groups.ServiceArea", on_delete=models.PROTECT, null=True, blank=True, related_name="engagements"
    )
    district = models.ForeignKey(
        "groups.District", on_delete=models.PROTECT, null=True, blank=True, related_name="engagements"
    )
    visit = models.ForeignKey(
        "groups.Visit", on_delete=models.SET_NULL, null=True, blank=True, related_name="engagements"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    is_demo = models.BooleanField(default=False, editable=False)

    objects = ToldByGroupsQuerySet.as_manager()

    class Meta:
        ordering = ["-happened_on", "-id"]
        verbose_name = "contact with an organisation"
        verbose_name_plural = "contacts with organisations"
        indexes = [
            models.Index(fields=["kind", "happened_on"]),
            # The reminders of "My work".
            models.Index(
                fields=["due_on"], condition=Q(answered_on__isnull=True), name="open_requests_by_day"
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(subject=""), name="engagement_has_subject"),
            models.CheckConstraint(
                condition=Q(kind="request", due_on__isnull=False)
                | ~Q(kind="request") & Q(due_on__isnull=True, answered_on__isnull=True, more_time=False),
                name="only_requests_have_a_clock",
            ),
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True) | Q(answered_on__gte=F("happened_on")),
                name="request_answered_after_asking",
            ),
            models.CheckConstraint(
                condition=~Q(kind="request")
                | Q(answered_on__isnull=True, outcome__in=["", "no_answer"])
                | Q(answered_on__isnull=False, outcome__in=["provided", "partly", "not_held", "refused"]),
                name="answered_request_has_day_and_outcome",
            ),
            models.CheckConstraint(
                condition=Q(kind="consultation")
                | Q(opens_on__isnull=True, closes_on__isnull=True, responded_on__isnull=True),
                name="only_consultations_open_and_close",
            ),
            models.CheckConstraint(
                condition=Q(opens_on__isnull=True)
                | Q(closes_on__isnull=True)
                | Q(closes_on__gte=F("opens_on")),
                name="consultation_closes_after_opening",
            ),
        ]

    def __str__(self) -> str:
        # The trail keeps this text, and what was said doesn't belong there.
        return f"{self.get_kind_display()} {self.pk}"
