"""The toolkit as an edition: themes, criteria, level descriptors and suggested actions, loaded from a file."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone


class Edition(models.Model):
    """One edition of the toolkit. Once an assessment uses it, it never changes; a new one stands beside it."""

    code = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=200)
    published_on = models.DateField()
    checksum = models.CharField(max_length=64)
    # What is neither criterion nor theme: intro, level names, bands, route thresholds, law notice.
    settings = models.JSONField(default=dict)
    is_current = models.BooleanField(default=False, help_text="New assessments use this edition")
    loaded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-published_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_current"], condition=models.Q(is_current=True), name="one_current_edition"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def band_names(self) -> list[str]:
        """Names of the bands, lowest first."""
        return [name for _, name in self.settings.get("bands", ())]

    @property
    def route_titles(self) -> dict[str, str]:
        """Title by key of the contracting routes, lowest first."""
        return {route["key"]: route["title"] for route in self.settings.get("routes", ())}


class Theme(models.Model):
    """2.1 or 2.2, with its weight in the overall score."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="themes")
    code = models.CharField(max_length=10)
    title = models.CharField(max_length=200)
    intro = models.TextField(blank=True)
    weight = models.DecimalField(max_digits=8, decimal_places=3, default=1)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["edition", "position"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "code"], name="theme_code_once"),
            models.CheckConstraint(condition=models.Q(weight__gt=0), name="theme_weight_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Criterion(models.Model):
    """A scored section of the toolkit, such as 2.15a."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="criteria")
    theme = models.ForeignKey(Theme, on_delete=models.CASCADE, related_name="criteria")
    code = models.CharField(max_length=10)
    title = models.CharField(max_length=200)
    statement = models.TextField()
    why = models.TextField()
    weight = models.DecimalField(max_digits=8, decimal_places=3, default=1)
    position = models.PositiveSmallIntegerField()
    evidence = models.JSONField(default=list, help_text="What counts as evidence, one text each")
    # One dictionary a note: then, now, source, checked (ISO date), url.
    law = models.JSONField(default=list)

    class Meta:
        ordering = ["edition", "position"]
        verbose_name_plural = "criteria"
        constraints = [
            models.UniqueConstraint(fields=["edition", "code"], name="criterion_code_once"),
            models.CheckConstraint(condition=models.Q(weight__gt=0), name="criterion_weight_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class LevelDescriptor(models.Model):
    """What a level from 0 to 4 looks like for one criterion."""

    criterion = models.ForeignKey(Criterion, on_delete=models.CASCADE, related_name="descriptors")
    level = models.PositiveSmallIntegerField(validators=[MaxValueValidator(4)])
    text = models.TextField()

    class Meta:
        ordering = ["criterion", "level"]
        constraints = [
            models.UniqueConstraint(fields=["criterion", "level"], name="descriptor_once_a_level"),
            models.CheckConstraint(condition=models.Q(level__lte=4), name="descriptor_level_0_to_4"),
        ]

    def __str__(self) -> str:
        return f"{self.criterion.code} level {self.level}"


class SuggestedAction(models.Model):
    """Something a group at a level of a criterion could try next."""

    class Who(models.TextChoices):
        GROUP = "group", "The group"
        LIO = "lio", "The LIO"
        BOTH = "both", "Both together"

    criterion = models.ForeignKey(Criterion, on_delete=models.CASCADE, related_name="suggested_actions")
    level = models.PositiveSmallIntegerField(validators=[MaxValueValidator(3)])
    key = models.SlugField(max_length=80)
    what = models.TextField()
    first_step = models.TextField(blank=True)
    support = models.TextField(blank=True)
    who = models.CharField(max_length=10, choices=Who.choices, default=Who.GROUP)
    weeks = models.PositiveSmallIntegerField(default=8)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["criterion", "level", "position"]
        constraints = [
            models.UniqueConstraint(fields=["criterion", "key"], name="suggested_action_key_once"),
            models.CheckConstraint(condition=models.Q(level__lte=3), name="suggestion_level_0_to_3"),
        ]

    def __str__(self) -> str:
        return self.what
