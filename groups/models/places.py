"""Listed values that administrators may add to: districts, communities, service areas, whom groups serve."""

from django.db import models
from django.db.models.functions import Lower


class ListedValueQuerySet(models.QuerySet):
    def current(self):
        """Values offered in forms today; retired ones stay on the records that use them."""
        return self.filter(retired_on__isnull=True)


class ListedValue(models.Model):
    """A label people choose from a list. Never renamed silently: it is retired and another is added."""

    label = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField(default=500)
    retired_on = models.DateField(null=True, blank=True)

    objects = ListedValueQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["position", "label"]

    def __str__(self) -> str:
        return self.label

    @property
    def is_current(self) -> bool:
        """Whether forms offer it today."""
        return self.retired_on is None


class Community(ListedValue):
    """An ethnic group of Census 2021 (England and Wales), or one an administrator has added."""

    heading = models.CharField(max_length=80, help_text="The census heading it stands under")
    from_census = models.BooleanField(default=False)

    class Meta(ListedValue.Meta):
        verbose_name_plural = "communities"
        constraints = [models.UniqueConstraint(Lower("label"), name="community_label_once")]


class ServiceArea(ListedValue):
    """A field of public service, such as Housing."""

    class Meta(ListedValue.Meta):
        constraints = [models.UniqueConstraint(Lower("label"), name="service_area_label_once")]


class AudienceServed(ListedValue):
    """People a group serves, such as Older people."""

    class Meta(ListedValue.Meta):
        verbose_name_plural = "audiences served"
        constraints = [models.UniqueConstraint(Lower("label"), name="audience_label_once")]


class DistrictQuerySet(models.QuerySet):
    def current(self):
        """Districts that exist today; councils are due to be reorganised in 2028."""
        return self.filter(ends_on__isnull=True)


class District(models.Model):
    """A council area with its GSS code and the dates between which it exists."""

    name = models.CharField(max_length=120)
    gss_code = models.CharField("GSS code", max_length=9, unique=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    objects = DistrictQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(starts_on__isnull=True)
                | models.Q(ends_on__gt=models.F("starts_on")),
                name="district_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_current(self) -> bool:
        """Whether it exists today."""
        return self.ends_on is None
