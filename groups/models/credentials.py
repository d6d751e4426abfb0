"""Papers that commissioners ask for: the kinds there are, how each stands for a group, its files, and its history."""

import uuid
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from groups.models.places import ListedValue

MOST_POUNDS = 1_000_000_000


class CredentialKind(ListedValue):
    """A kind of paper, such as Equality policy: a list that administrators may add to."""

    class Stage(models.TextChoices):
        """When a commissioner may ask for it. Insurance not before award: Procurement Act 2023, section 22."""

        ALWAYS = "always", "Always"
        SELECTION = "selection", "At selection"
        AWARD = "award", "At award"

    # What each stage means for a group, in words for people who have never tendered.
    STAGE_WORDS = {
        Stage.ALWAYS: "You can be asked for this at any time, so have it ready.",
        Stage.SELECTION: "You can be asked for this when you apply.",
        Stage.AWARD: "You don't need to buy this until you win.",
    }
    # By key: what the law itself asks for, whatever a commissioner may. Employers' Liability (Compulsory Insurance)
    # Act 1969: nobody who employs people may read that it can wait.
    BY_LAW = {"employers-liability": "If you employ anybody, the law asks for it already."}

    # What programs and spreadsheets call it; never changes.
    key = models.SlugField(max_length=40, unique=True)
    other_names = models.TextField(blank=True, help_text="What spreadsheets call it, one a line")
    purpose = models.TextField("what it is for")
    stage = models.CharField("when it may be asked for", max_length=10, choices=Stage.choices)
    is_usual = models.BooleanField(
        "most commissioners ask for it", default=True, help_text="If not, some do and many don't"
    )
    asks_sum = models.BooleanField(
        "it is for a sum of money", default=False, help_text="Such as the cover of an insurance"
    )
    expires = models.BooleanField("it runs out on a day", default=False)
    review_months = models.PositiveSmallIntegerField(
        "look at it again after so many months", null=True, blank=True, validators=[MaxValueValidator(120)]
    )
    # A key of the model papers, where there is one to start from.
    model_paper = models.SlugField(max_length=40, blank=True)

    class Meta(ListedValue.Meta):
        verbose_name = "kind of paper"
        verbose_name_plural = "kinds of paper"
        constraints = [models.UniqueConstraint(Lower("label"), name="credential_kind_label_once")]

    @property
    def stage_words(self) -> str:
        """What the stage means for a group, and what the law asks for in any case."""
        return f"{self.STAGE_WORDS[self.Stage(self.stage)]} {self.by_law}".rstrip()

    @property
    def by_law(self) -> str:
        """When the law asks for the paper, without any commissioner; empty for most."""
        return self.BY_LAW.get(self.key, "")


class CredentialQuerySet(models.QuerySet["Credential"]):
    def expired(self, day) -> Self:
        """In place, and run out on that day or before: they count as missing."""
        return self.filter(state=Credential.State.IN_PLACE, expires_on__lte=day)

    def in_place(self, day) -> Self:
        """Those that a commissioner could be shown on that day."""
        return self.filter(state=Credential.State.IN_PLACE).exclude(expires_on__lte=day)


class CredentialFacts(models.Model):
    """How a paper stands: shared by the paper as it is now and by what is kept of how it was."""

    class State(models.TextChoices):
        NOT_NEEDED = "not_needed", "Not needed yet"
        MISSING = "missing", "Missing"
        DRAFT = "draft", "Draft"
        IN_PLACE = "in_place", "In place"

    state = models.CharField(max_length=12, choices=State.choices, default=State.MISSING)
    why_not_needed = models.CharField("why it isn't needed yet", max_length=250, blank=True)
    issued_on = models.DateField("issued or adopted", null=True, blank=True)
    expires_on = models.DateField(
        "expires on", null=True, blank=True, help_text="From this day on it counts as missing"
    )
    review_on = models.DateField("look at it again on", null=True, blank=True)
    pounds = models.PositiveBigIntegerField(
        "sum in pounds", null=True, blank=True, validators=[MaxValueValidator(MOST_POUNDS)]
    )
    checked_by = models.CharField("checked by", max_length=150, blank=True)
    checked_on = models.DateField("checked on", null=True, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        abstract = True

    def is_expired(self, day) -> bool:
        """Whether it is in place by its state and has run out by that day."""
        return self.state == self.State.IN_PLACE and self.expires_on is not None and self.expires_on <= day

    def holds(self, day) -> bool:
        """Whether a commissioner could be shown it on that day."""
        return self.state == self.State.IN_PLACE and not self.is_expired(day)


class Credential(CredentialFacts):
    """How one kind of paper stands for a group now. A kind without a row is missing."""

    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    group = models.ForeignKey("groups.CommunityGroup", on_delete=models.CASCADE, related_name="credentials")
    kind = models.ForeignKey(CredentialKind, on_delete=models.PROTECT, related_name="credentials")
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    is_demo = models.BooleanField(default=False, editable=False)

    objects = CredentialQuerySet.as_manager()

    class Meta:
        ordering = ["group", "kind__position", "kind__label"]
        verbose_name = "paper"
        indexes = [models.Index(fields=["state", "expires_on"])]
        constraints = [
            models.UniqueConstraint(fields=["group", "kind"], name="one_paper_of_a_kind"),
            models.CheckConstraint(
                condition=~Q(state="not_needed") | ~Q(why_not_needed=""), name="paper_not_needed_has_why"
            ),
            models.CheckConstraint(
                condition=Q(issued_on__isnull=True)
                | Q(expires_on__isnull=True)
                | Q(expires_on__gte=models.F("issued_on")),
                name="paper_expires_after_issue",
            ),
            models.CheckConstraint(
                condition=Q(checked_by="", checked_on__isnull=True)
                | ~Q(checked_by="") & Q(checked_on__isnull=False),
                name="paper_checked_by_whom_and_when",
            ),
        ]

    def __str__(self) -> str:
        # The trail keeps this text.
        return f"Paper {self.pk}"


class CredentialChange(CredentialFacts):
    """How a paper stood from a moment on, until the next change: never altered, so that any day can be told again."""

    credential = models.ForeignKey(Credential, on_delete=models.CASCADE, related_name="changes")
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-recorded_at", "-id"]
        verbose_name = "change of a paper"
        indexes = [models.Index(fields=["credential", "-recorded_at"])]

    def __str__(self) -> str:
        return f"Change {self.pk} of a paper"


class CredentialFile(models.Model):
    """A file of a paper, kept under a private name. What a lead sends waits until an officer has looked at it."""

    class Verdict(models.TextChoices):
        TO_CHECK = "to_check", "To check"
        ACCEPTED = "accepted", "Accepted"
        REFUSED = "refused", "Not accepted"

    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    credential = models.ForeignKey(Credential, on_delete=models.CASCADE, related_name="files")
    filename = models.CharField(max_length=200)
    # A key of toolkit_portal.core.file_kinds.NAMES.
    kind = models.CharField(max_length=20)
    file = models.FileField(upload_to="papers")
    size = models.PositiveBigIntegerField("size in bytes")
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)
    verdict = models.CharField(max_length=10, choices=Verdict.choices, default=Verdict.TO_CHECK)
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    judged_at = models.DateTimeField(null=True, blank=True)
    why_refused = models.CharField("why it isn't accepted", max_length=250, blank=True)
    # What the sender says of the paper in the file.
    adopted_on = models.DateField("adopted on", null=True, blank=True)

    class Meta:
        ordering = ["-uploaded_at", "-id"]
        verbose_name = "file of a paper"
        indexes = [models.Index(fields=["verdict", "uploaded_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict="to_check", judged_by__isnull=True, judged_at__isnull=True)
                | ~Q(verdict="to_check") & Q(judged_by__isnull=False, judged_at__isnull=False),
                name="paper_file_judged_by_whom_and_when",
            ),
            models.CheckConstraint(
                condition=~Q(verdict="refused") | ~Q(why_refused=""), name="paper_file_refused_has_why"
            ),
        ]

    def __str__(self) -> str:
        # The trail keeps this text, and a file's name may name somebody.
        return f"File {self.pk} of a paper"


class PaperReminder(models.Model):
    """One mail to one person that a paper runs out: written before it is sent, so that two runs never send it twice."""

    credential = models.ForeignKey(Credential, on_delete=models.CASCADE, related_name="reminders")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # The day it was about: a paper that is renewed is a new matter.
    expires_on = models.DateField()
    # Which of groups.credentials.WARNED_DAYS.
    days = models.PositiveSmallIntegerField()
    begun_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "reminder of a paper"
        constraints = [
            models.UniqueConstraint(
                fields=["credential", "person", "expires_on", "days"], name="paper_reminder_once"
            )
        ]

    def __str__(self) -> str:
        return f"Reminder {self.pk} of a paper"
