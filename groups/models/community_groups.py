"""A community group, its contacts, and the one rule of who may see which."""

import re
import unicodedata
import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone


def name_key(name: str) -> str:
    """A name without case, punctuation and width variants, to tell when two names are the same."""
    folded = re.sub("['’‘`]", "", unicodedata.normalize("NFKC", name).casefold().replace("&", " and "))
    return re.sub(r"[\W_]+", " ", folded).strip()


class CommunityGroupQuerySet(models.QuerySet["CommunityGroup"]):
    def visible_to(self, user) -> "CommunityGroupQuerySet":
        """Case files this person may read. The one access rule; evidence and readiness compose it.

        Officers: groups of their own LIO. Managers: all. Administrators: only what they have opened with a
        reason. Leads: none, since a case file holds officers' private notes; see led_by().
        """
        if not (user.is_authenticated and user.is_active):
            return self.none()
        roles = user.roles
        if roles.is_manager:
            return self
        return self.filter(Q(lio_id__in=roles.officer_lio_ids) | Q(pk__in=roles.opened_group_ids))

    def editable_by(self, user) -> "CommunityGroupQuerySet":
        """Case files this person may write: groups of the LIOs they are an officer of."""
        if not (user.is_authenticated and user.is_active):
            return self.none()
        return self.filter(lio_id__in=user.roles.officer_lio_ids)

    def led_by(self, user) -> "CommunityGroupQuerySet":
        """Groups whose own plan and summary this person may see as their lead."""
        if not (user.is_authenticated and user.is_active):
            return self.none()
        return self.filter(pk__in=user.roles.led_group_ids)


def lines(text: str) -> list[str]:
    """The non-empty lines of a field that holds one value a line."""
    return [line.strip() for line in text.splitlines() if line.strip()]


class CommunityGroup(models.Model):
    """A Black and Minority Ethnic community group, or one that serves such residents."""

    class Kind(models.TextChoices):
        BME_LED = "bme_led", "BME-led group"
        BME_BRANCH = "bme_branch", "BME-led branch"
        GENERIC = "generic", "Generic group serving BME residents"
        NETWORK = "network", "Informal network"
        EMERGING = "emerging", "Emerging group"

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        DORMANT = "dormant", "Dormant"
        CLOSED = "closed", "Closed"

    class LegalForm(models.TextChoices):
        UNINCORPORATED = "unincorporated", "Unincorporated association"
        CHARITY = "charity", "Charity (unincorporated)"
        CIO = "cio", "Charitable incorporated organisation"
        CHARITABLE_COMPANY = "charitable_company", "Charitable company"
        CIC = "cic", "Community interest company"
        COMPANY = "company", "Company limited by guarantee"
        COOPERATIVE = "cooperative", "Co-operative or community benefit society"
        NONE_YET = "none_yet", "None yet"
        OTHER = "other", "Other"

    class IncomeBand(models.TextChoices):
        NONE = "none", "none"
        UNDER_1K = "under_1k", "under £1,000"
        TO_10K = "1k_10k", "£1,000–£10,000"
        TO_25K = "10k_25k", "£10,000–£25,000"
        TO_100K = "25k_100k", "£25,000–£100,000"
        TO_250K = "100k_250k", "£100,000–£250,000"
        OVER_250K = "over_250k", "over £250,000"

    # Fields a group may agree to show in the directory for commissioners and prime providers.
    DIRECTORY_FIELDS = {
        "name": "Name",
        "communities": "Communities and own words",
        "districts": "Districts and places",
        "languages": "Languages",
        "serves": "Whom it serves",
        "services": "What it does",
        "meeting": "Meeting place and times",
        "contact": "Main contact",
        "website": "Website",
    }

    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    lio = models.ForeignKey("groups.LIO", on_delete=models.PROTECT, related_name="groups", verbose_name="LIO")
    caseworker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="caseload"
    )
    name = models.CharField(max_length=200)
    other_names = models.TextField(blank=True, help_text="One a line")
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.BME_LED)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.ACTIVE)
    communities = models.ManyToManyField("groups.Community", related_name="groups", blank=True)
    own_words = models.TextField("the group's own words for its communities", blank=True)
    districts = models.ManyToManyField("groups.District", related_name="groups", blank=True)
    places = models.TextField("towns and villages", blank=True, help_text="One a line")
    languages = models.TextField(blank=True, help_text="One a line")
    serves = models.ManyToManyField("groups.AudienceServed", related_name="groups", blank=True)
    services = models.ManyToManyField("groups.ServiceArea", related_name="groups", blank=True)
    legal_form = models.CharField(max_length=30, choices=LegalForm.choices, blank=True)
    charity_number = models.CharField(max_length=20, blank=True)
    company_number = models.CharField(max_length=20, blank=True)
    ppon = models.CharField("procurement identifier (PPON)", max_length=20, blank=True)
    income_band = models.CharField("income last year", max_length=20, choices=IncomeBand.choices, blank=True)
    paid_staff = models.PositiveIntegerField(null=True, blank=True, validators=[MaxValueValidator(10000)])
    volunteers = models.PositiveIntegerField(null=True, blank=True, validators=[MaxValueValidator(10000)])
    members = models.PositiveIntegerField(null=True, blank=True, validators=[MaxValueValidator(100000)])
    founded = models.PositiveSmallIntegerField(
        "year founded",
        null=True,
        blank=True,
        validators=[MinValueValidator(1800), MaxValueValidator(2100)],
    )
    meeting_place = models.TextField(blank=True)
    meeting_times = models.TextField(blank=True)
    website = models.URLField(blank=True)
    directory_fields = models.JSONField(default=list, blank=True)
    directory_consent_by = models.CharField("who agreed to be listed", max_length=150, blank=True)
    directory_consent_on = models.DateField(null=True, blank=True)
    notes = models.TextField("private notes", blank=True)
    is_demo = models.BooleanField(default=False, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    # Derived, kept by save(): case-insensitive search must work for every script on both databases.
    name_key = models.CharField(max_length=220, editable=False, db_index=True)
    search_text = models.TextField(editable=False, blank=True)

    objects = CommunityGroupQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["lio", "name_key"])]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="group_has_name"),
            models.CheckConstraint(
                condition=Q(directory_consent_on__isnull=True, directory_consent_by="")
                | Q(directory_consent_on__isnull=False) & ~Q(directory_consent_by=""),
                name="directory_consent_has_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        self.refresh_derived()
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "name_key", "search_text"}
        super().save(*args, **kwargs)

    def refresh_derived(self) -> None:
        """Sets name_key and search_text from the names and places. Call it before bulk_create or bulk_update."""
        self.name_key = name_key(self.name)[:220]
        self.search_text = " | ".join(
            name_key(value) for value in [self.name, *lines(self.other_names), *lines(self.places)]
        )

    @property
    def other_names_list(self) -> list[str]:
        return lines(self.other_names)

    @property
    def places_list(self) -> list[str]:
        return lines(self.places)

    @property
    def languages_list(self) -> list[str]:
        return lines(self.languages)


class Contact(models.Model):
    """A person of the group. One may be its lead."""

    group = models.ForeignKey(CommunityGroup, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(max_length=150)
    role = models.CharField("role in the group", max_length=100, blank=True)
    email = models.EmailField("e-mail address", blank=True)
    phone = models.CharField(max_length=40, blank=True)
    is_lead = models.BooleanField("main contact (lead)", default=False)
    note = models.CharField(max_length=250, blank=True, help_text="For example: best reached after 4 pm")
    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        ordering = ["-is_lead", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["group"], condition=Q(is_lead=True), name="one_lead_contact_a_group"
            ),
        ]

    def __str__(self) -> str:
        # The trail keeps this text, and personal details don't belong there.
        return f"Contact {self.pk}"
