"""Census tables: how many people of which ethnic group, or with which main language, live in each area.

The figures are published for everybody, small ones too, so none of them is hidden anywhere.
"""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone


class CensusTable(models.Model):
    """One published table. Older ones stay beside a newer one, for reports as at a day before it."""

    class Topic(models.TextChoices):
        ETHNIC_GROUP = "ethnic_group", "Ethnic group"
        MAIN_LANGUAGE = "main_language", "Main language"

    topic = models.CharField("about", max_length=20, choices=Topic.choices)
    title = models.CharField(max_length=200)
    year = models.PositiveSmallIntegerField("year of the census")
    source = models.CharField(max_length=200)
    licence = models.CharField(max_length=120)
    # Of the file it was read from, so that the same file is never a second table.
    sha256 = models.CharField("SHA-256 of the file", max_length=64, unique=True)
    areas_in_file = models.PositiveIntegerField(
        help_text="Areas of the file, those that aren't known here too"
    )
    loaded_at = models.DateTimeField(default=timezone.now)
    # None: it came with the portal, or by a command.
    loaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Until then it is a file that somebody is looking at, and counts nowhere.
    confirmed_at = models.DateTimeField(null=True, blank=True)
    is_current = models.BooleanField(default=False)

    class Meta:
        ordering = ["topic", "-year", "-loaded_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["topic"], condition=Q(is_current=True), name="one_current_census_table_a_topic"
            ),
            models.CheckConstraint(
                condition=Q(is_current=False) | Q(confirmed_at__isnull=False),
                name="current_census_table_is_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.year}"

    @property
    def is_confirmed(self) -> bool:
        """Whether it counts."""
        return self.confirmed_at is not None


class CensusFigureQuerySet(models.QuerySet["CensusFigure"]):
    def as_at(self, day: date) -> CensusFigureQuerySet:
        """Figures of the table of each topic whose year is the newest one that isn't after the day's."""
        newest = CensusTable.objects.filter(
            topic=OuterRef("table__topic"), confirmed_at__isnull=False, year__lte=day.year
        ).order_by("-year", "-loaded_at", "-pk")
        return self.filter(table=Subquery(newest.values("pk")[:1]))


class CensusFigure(models.Model):
    """How many people of a category live in an area."""

    table = models.ForeignKey(CensusTable, on_delete=models.CASCADE, related_name="figures")
    gss_code = models.CharField("GSS code", max_length=9)
    area = models.CharField(max_length=120)
    category = models.CharField(max_length=250, help_text="As it is published")
    community = models.ForeignKey(
        "groups.Community", on_delete=models.SET_NULL, null=True, blank=True, related_name="census_figures"
    )
    people = models.PositiveIntegerField()

    objects = CensusFigureQuerySet.as_manager()

    class Meta:
        ordering = ["table", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["table", "gss_code", "category"], name="census_figure_once_a_table"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category}, {self.area}: {self.people}"
