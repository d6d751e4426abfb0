"""The directory: commissioners, providers and forums, the people there, and the services they run."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from groups.models.community_groups import lines, name_key


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def current(self) -> "OrganisationQuerySet":
        """Those offered in forms: not closed and not merged into another."""
        return self.filter(merged_into__isnull=True, closed_on__isnull=True)

    def listed(self) -> "OrganisationQuerySet":
        """Those a directory shows, closed ones too: all that weren't merged into another."""
        return self.filter(merged_into__isnull=True)


class Organisation(models.Model):
    """A body outside the LIOs that commissions, provides or convenes. Shared by the whole county.

    It may be several at once: a council department both commissions and provides.
    """

    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=200)
    other_names = models.TextField(blank=True, help_text="One a line")
    is_commissioner = models.BooleanField("commissions services", default=False)
    is_provider = models.BooleanField("provides services", default=False)
    is_forum = models.BooleanField("is a forum or network", default=False)
    districts = models.ManyToManyField("groups.District", related_name="organisations", blank=True)
    address = models.TextField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField("e-mail address", blank=True)
    website = models.URLField(blank=True)
    notes = models.TextField(blank=True)
    closed_on = models.DateField("closed since", null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged", editable=False
    )
    is_demo = models.BooleanField(default=False, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    # Derived, kept by save(), as for groups.
    name_key = models.CharField(max_length=220, editable=False, db_index=True)
    search_text = models.TextField(editable=False, blank=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="organisation_has_name"),
            models.CheckConstraint(
                condition=Q(is_commissioner=True) | Q(is_provider=True) | Q(is_forum=True),
                name="organisation_is_something",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=models.F("pk")),
                name="organisation_not_merged_into_itself",
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
        """Sets name_key and search_text from the names. Call it before bulk_create or bulk_update."""
        self.name_key = name_key(self.name)[:220]
        self.search_text = " | ".join(name_key(value) for value in [self.name, *self.other_names_list])

    @property
    def other_names_list(self) -> list[str]:
        return lines(self.other_names)

    @property
    def kinds(self) -> str:
        """What it is, in words: "Commissioner, provider"."""
        words = [
            word
            for is_one, word in (
                (self.is_commissioner, "commissioner"),
                (self.is_provider, "provider"),
                (self.is_forum, "forum"),
            )
            if is_one
        ]
        return ", ".join(words).capitalize()


class OrganisationContact(models.Model):
    """A person at an organisation, as it publishes them: no special-category data."""

    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(max_length=150)
    role = models.CharField(max_length=150, blank=True)
    email = models.EmailField("e-mail address", blank=True)
    phone = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=250, blank=True)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        # The trail keeps this text, and personal details don't belong there.
        return f"Contact {self.pk} of an organisation"


class Service(models.Model):
    """A service that an organisation runs, in one service area."""

    client_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="services")
    name = models.CharField(max_length=200)
    service_area = models.ForeignKey("groups.ServiceArea", on_delete=models.PROTECT, related_name="run_by")
    districts = models.ManyToManyField("groups.District", related_name="services_run", blank=True)
    note = models.TextField(blank=True)
    ended_on = models.DateField("ended", null=True, blank=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="service_has_name")]

    def __str__(self) -> str:
        return self.name
