"""The filter of groups with where they stand: the groups' own filter, and the band of the latest assessment."""

from django import forms
from django.db.models import QuerySet

from groups.filters import ANY, GroupFilterForm
from groups.models import CommunityGroup
from readiness.models import Assessment

NOT_ASSESSED = "none"


class StandingFilterForm(GroupFilterForm):
    """The groups' filter with a band besides. bands: names of the current edition's bands, lowest first."""

    band = forms.ChoiceField(required=False)

    def __init__(self, *args, bands: list[str], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["band"].choices = [
            *ANY,
            *[(name, name.capitalize()) for name in bands],
            (NOT_ASSESSED, "Not assessed yet"),
        ]

    def apply(self, groups: QuerySet[CommunityGroup]) -> QuerySet[CommunityGroup]:
        """The groups that fit, as GroupFilterForm.apply, and whose latest assessment is in the band."""
        groups = super().apply(groups)
        latest = Assessment.objects.filter(is_latest=True)
        band = self.chosen.get("band")
        if band == NOT_ASSESSED:
            return groups.exclude(pk__in=latest.values("group"))
        if band:
            return groups.filter(pk__in=latest.filter(band=band).values("group"))
        return groups
