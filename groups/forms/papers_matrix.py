"""The filter of the papers of all groups, kept in the address."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from groups.credentials import kinds_in_use
from groups.models import LIO, CommunityGroup, CredentialKind, District, User
from groups.models.community_groups import name_key
from groups.papers_matrix import STATES, in_state, soonest_first

ANY = [("", "Any")]
MINE, NOBODY = "mine", "nobody"
SORTS = {"": "Name", "expires": "What runs out first"}


class PapersFilterForm(forms.Form):
    """Which groups and which kinds of paper. Unknown values are ignored, so that an old link still shows a list."""

    q = forms.CharField(label="Group’s name, other name or place", required=False, max_length=200)
    paper = forms.ChoiceField(label="Paper", required=False)
    state = forms.ChoiceField(label="How it stands", choices=[*ANY, *STATES.items()], required=False)
    stage = forms.ChoiceField(
        label="When it may be asked for", choices=[*ANY, *CredentialKind.Stage.choices], required=False
    )
    lio = forms.ModelChoiceField(LIO.objects.none(), label="LIO", required=False, empty_label="Any")
    caseworker = forms.ChoiceField(label="Caseworker", required=False)
    district = forms.ModelChoiceField(District.objects.all(), required=False, empty_label="Any")
    all = forms.BooleanField(label="All kinds, also those that only some ask for", required=False)
    sort = forms.ChoiceField(label="Order", choices=list(SORTS.items()), required=False)

    def __init__(
        self, *args: Any, user: User, groups: QuerySet[CommunityGroup], day: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.groups, self.day = user, groups, day
        roles = user.roles
        lios = LIO.objects.all()
        if not roles.is_manager:
            lios = lios.filter(pk__in=roles.officer_lio_ids)
        self.fields["lio"].queryset = lios
        if not roles.is_manager and len(roles.officer_lio_ids) < 2:
            del self.fields["lio"]
        self.every_kind = list(kinds_in_use())
        self.fields["paper"].choices = [
            ("", "All shown"),
            *((kind.key, kind.label) for kind in self.every_kind),
        ]
        workers = User.objects.filter(pk__in=groups.order_by().values("caseworker")).order_by("name", "email")
        self.fields["caseworker"].choices = [
            *ANY,
            *([(MINE, "Me")] if roles.is_officer else []),
            (NOBODY, "Nobody yet"),
            *((str(worker.pk), str(worker)) for worker in workers if worker.pk != user.pk),
        ]

    @property
    def chosen(self) -> dict[str, Any]:
        """Filters that are set, by field name."""
        self.is_valid()
        return {
            name: value for name, value in self.cleaned_data.items() if value not in (None, "", [], False)
        }

    @property
    def one(self) -> CredentialKind | None:
        """The kind that is filtered for, None for several."""
        key = self.chosen.get("paper")
        return next((kind for kind in self.every_kind if kind.key == key), None)

    @property
    def kinds(self) -> list[CredentialKind]:
        """The columns: the one asked for, else those of the stage, the usual ones unless all are wanted."""
        if (one := self.one) is not None:
            return [one]
        chosen = self.chosen
        return [
            kind
            for kind in self.every_kind
            if kind.stage == chosen.get("stage", kind.stage) and (kind.is_usual or chosen.get("all"))
        ]

    def apply(self) -> QuerySet[CommunityGroup]:
        """The groups that fit, in the chosen order."""
        chosen, groups = self.chosen, self.groups
        if typed := chosen.get("q"):
            words = name_key(str(typed))
            groups = groups.filter(search_text__contains=words) if words else groups.none()
        if lio := chosen.get("lio"):
            groups = groups.filter(lio=lio)
        if worker := chosen.get("caseworker"):
            mine = Q(caseworker=self.user) if worker == MINE else Q(caseworker__isnull=True)
            groups = groups.filter(mine if worker in {MINE, NOBODY} else Q(caseworker=int(worker)))
        if district := chosen.get("district"):
            groups = groups.filter(pk__in=district.groups.values("pk"))
        kinds = self.kinds
        if state := chosen.get("state"):
            groups = in_state(groups, kinds, state, self.day)
        if chosen.get("sort") == "expires":
            return soonest_first(groups, kinds)
        return groups.order_by("name_key", "pk")
