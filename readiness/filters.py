"""The filter of groups with where they stand: the groups' own filter, the band of the latest assessment, the route."""

from collections.abc import Mapping

from django import forms
from django.db.models import QuerySet

from groups.filters import ANY, GroupFilterForm
from groups.models import CommunityGroup
from readiness.models import Assessment

NOT_ASSESSED = "none"


class StandingFilterForm(GroupFilterForm):
    """The groups' filter with band and route besides.

    bands: names of the current edition's bands, lowest first. routes: title by key of its routes, lowest first.
    """

    band = forms.ChoiceField(required=False)
    route = forms.ChoiceField(label="Ready to", required=False)

    def __init__(self, *args, bands: list[str], routes: Mapping[str, str], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["route"].choices = [*ANY, *routes.items()]
        self.fields["band"].choices = [
            *ANY,
            *[(name, name.capitalize()) for name in bands],
            (NOT_ASSESSED, "Not assessed yet"),
        ]

    def apply(self, groups: QuerySet[CommunityGroup]) -> QuerySet[CommunityGroup]:
        """The groups that fit, as GroupFilterForm.apply, with the latest assessment in the band, and at the route."""
        groups = super().apply(groups)
        if route := self.chosen.get("route"):
            groups = groups.filter(route__route=route)
        latest = Assessment.objects.filter(is_latest=True)
        band = self.chosen.get("band")
        if band == NOT_ASSESSED:
            return groups.exclude(pk__in=latest.values("group"))
        if band:
            return groups.filter(pk__in=latest.filter(band=band).values("group"))
        return groups
