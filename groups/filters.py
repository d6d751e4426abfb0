"""Filters kept in the URL: that of a list of groups, offering only what the person may see, and links that keep one."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict

from groups.models import LIO, Community, CommunityGroup, District, User
from groups.models.community_groups import name_key

ANY = [("", "Any")]


def query_of(request: HttpRequest, **also: str) -> QueryDict:
    """The filter of the address, without what belongs to one page or one download, and something more."""
    query = request.GET.copy()
    for name in ("page", "format", "ready"):
        query.pop(name, None)
    query.update(also)
    return query


class GroupFilterForm(forms.Form):
    """Search and filters over groups. Unknown values are ignored, so that an old link still shows a list."""

    q = forms.CharField(label="Name, other name or place", required=False, max_length=200)
    lio = forms.ModelChoiceField(LIO.objects.none(), label="LIO", required=False, empty_label="Any")
    district = forms.ModelChoiceField(District.objects.all(), required=False, empty_label="Any")
    community = forms.ModelChoiceField(Community.objects.all(), required=False, empty_label="Any")
    kind = forms.ChoiceField(choices=ANY + CommunityGroup.Kind.choices, required=False)
    status = forms.ChoiceField(choices=ANY + CommunityGroup.Status.choices, required=False)

    def __init__(self, *args, user: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        lios = (
            LIO.objects.all()
            if user.roles.is_manager
            else LIO.objects.filter(pk__in=user.roles.officer_lio_ids)
        )
        self.fields["lio"].queryset = lios
        if not user.roles.is_manager and len(user.roles.officer_lio_ids) < 2:
            del self.fields["lio"]

    @property
    def chosen(self) -> dict[str, Any]:
        """Filters that are set, by field name."""
        self.is_valid()
        data = self.cleaned_data
        return {name: value for name, value in data.items() if value not in (None, "", [], False)}

    def apply(self, groups: QuerySet[CommunityGroup]) -> QuerySet[CommunityGroup]:
        """The groups that fit. Takes and returns a queryset that is already scoped to the person."""
        chosen = self.chosen
        if words := name_key(str(chosen.get("q", ""))):
            groups = groups.filter(search_text__contains=words)
        elif chosen.get("q"):
            groups = groups.none()  # nothing but punctuation was typed
        if lio := chosen.get("lio"):
            groups = groups.filter(lio=lio)
        # Through the link tables by pk, so that two filters on lists never multiply rows.
        if district := chosen.get("district"):
            groups = groups.filter(pk__in=district.groups.values("pk"))
        if community := chosen.get("community"):
            groups = groups.filter(pk__in=community.groups.values("pk"))
        for name in ("kind", "status"):
            if value := chosen.get(name):
                groups = groups.filter(**{name: value})
        return groups
