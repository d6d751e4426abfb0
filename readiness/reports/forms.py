"""The report's filter as the pages of the county use it: what people choose from is read once, with three queries."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import Any

from django import forms
from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.db.models.lookups import Exact
from django.http import QueryDict
from django.utils.http import urlencode

from groups.models import CommunityGroup, District, User
from groups.models.community_groups import name_key
from readiness import county
from readiness.models import Assessment
from readiness.reports.behind import NAMES, Behind, read_behind
from readiness.reports.choice import ANY, NOT_LISTED, ReportChoice, ReportForm
from readiness.reports.lists import groups_behind
from readiness.reports.standing import assessments_at, route_at, with_status_at

DAYS = ("as_at", "compare")
NOT_ASSESSED = "none"
SORTS: dict[str, tuple[str, list[Any]]] = {
    "name": ("Name", ["name_key", "pk"]),
    "lio": ("LIO", ["lio__name", "name_key", "pk"]),
    "-score": ("Score, highest first", [F("overall").desc(nulls_last=True), "name_key", "pk"]),
    "score": ("Score, lowest first", [F("overall").asc(nulls_first=True), "name_key", "pk"]),
    "seen": ("Longest unseen first", [F("last_visit").asc(nulls_first=True), "name_key", "pk"]),
}


class ListedField(forms.ModelChoiceField):
    """A choice among records that have been read already: neither showing nor checking it asks the database."""

    def __init__(self, records: Sequence[Any], **options: Any) -> None:
        super().__init__(queryset=None, **options)
        self.records = records
        self.choices = [("", "Any"), *((str(record.pk), str(record)) for record in records)]

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        for record in self.records:
            if str(record.pk) == str(value):
                return record
        raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")


def _as_people_write(data: QueryDict) -> QueryDict:
    """The same address with the days of links, 2026-03-31, as the fields show days, 31/03/2026."""
    found = data.copy()
    for name in DAYS:
        with suppress(ValueError):
            found[name] = f"{date.fromisoformat(data.get(name, '').strip()):%d/%m/%Y}"
    return found


class CountyForm(ReportForm):
    """The filter of the report's page. Where it has errors, `choice` is made of what is right in it."""

    def __init__(self, data: QueryDict, *, user: User, **kwargs: Any) -> None:
        super().__init__(_as_people_write(data), user=user, **kwargs)
        for name in ("lio", "district", "community"):
            field: Any = self.fields[name]
            # The word first: capitals of the field's name would give "Lio".
            label = field.label or name.capitalize()
            self.fields[name] = ListedField(
                list(field.queryset),
                label=label,
                required=False,
                error_messages={"invalid_choice": NOT_LISTED},
            )

    @property
    def districts(self) -> Sequence[District]:
        """All districts, as they were read for the filter."""
        field: Any = self.fields["district"]
        records: Sequence[District] = field.records
        return records

    @property
    def lists(self) -> dict[str, Sequence[Any]]:
        """The lists that were read for the filter; LIOs among them, as the person sees all."""
        found: dict[str, Any] = {name: self.fields[name] for name in ("lio", "district", "community")}
        return {name: field.records for name, field in found.items()}

    @property
    def choice(self) -> ReportChoice:
        found = super().choice
        if found.compare >= found.as_at:
            return found.on(found.as_at)
        return found

    @property
    def chosen(self) -> dict[str, Any]:
        """Fields that are set and right, by name."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}

    @property
    def moving_query(self) -> str:
        """The choice as the query of an address without its days: as at whatever day it is opened."""
        choice = self.choice
        kept = {name: getattr(choice, name) for name in ("lio", "district", "community")}
        records = {name: str(record.pk) for name, record in kept.items() if record is not None}
        return urlencode(
            {
                **records,
                **{name: getattr(choice, name) for name in ("kind", "route") if getattr(choice, name)},
            }
        )


class GroupsForm(CountyForm):
    """The filter of the list of groups: the report's, which groups a number has counted, a search and an order.

    Without a day in the address it is the list of all groups as they are today, whatever their status. Unknown values
    are passed over, so that an old link still shows a list; days must be right.
    """

    q = forms.CharField(label="Name, other name or place", required=False, max_length=200)
    status = forms.ChoiceField(choices=ANY + CommunityGroup.Status.choices, required=False)
    band = forms.ChoiceField(required=False)
    sort = forms.ChoiceField(
        label="Order", choices=[(key, label) for key, (label, _) in SORTS.items()], required=False
    )

    def __init__(self, data: QueryDict, *, user: User, **kwargs: Any) -> None:
        # A number of the report counts active groups, unless it says otherwise.
        if data.get("as_at", "").strip() and "status" not in data:
            data = data.copy()
            data["status"] = CommunityGroup.Status.ACTIVE.value
        super().__init__(data, user=user, **kwargs)
        self.user = user
        self.bands: list[str] = self.edition.band_names if self.edition else []
        band: Any = self.fields["band"]
        band.choices = [
            *ANY,
            *((name, name.capitalize()) for name in self.bands),
            (NOT_ASSESSED, "Not assessed yet"),
        ]
        # What a number of the report asks beyond the fields of this form.
        self.counted = read_behind(data)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for name in [name for name in self.errors if name not in DAYS]:
            del self.errors[name]
        return data

    @property
    def narrowing(self) -> list[str]:
        """Names of the filters that are set, besides the days; active groups are the usual where a day is named."""
        usual = {*DAYS, "q", "sort"}
        found = [name for name in self.chosen if name not in usual]
        if not self.is_plain and self.cleaned_data.get("status") == CommunityGroup.Status.ACTIVE:
            found.remove("status")
        return found

    @property
    def which(self) -> Behind:
        """Which groups are listed, all the form's fields taken together."""
        status, band = (self.cleaned_data.get(name) or "" for name in ("status", "band"))
        given = {name: getattr(self.counted, name) for name in self.kept}
        if band == NOT_ASSESSED:
            given["assessed"], band = "no", ""
        return Behind(**{**given, "status": status, "band": band})

    @property
    def kept(self) -> list[str]:
        """Names of what a number of the report asks, set in the address, beyond the fields of this form."""
        usual = Behind()
        return [
            name
            for name in NAMES
            if name not in {"status", "band"} and getattr(self.counted, name) != getattr(usual, name)
        ]

    @property
    def is_plain(self) -> bool:
        """Whether the list needs nothing but the filters of today: the database finds it by itself."""
        return not self.data.get("as_at", "").strip() and not self.kept

    def groups(self) -> QuerySet[CommunityGroup]:
        """The groups that fit, with status_at and route_at, in no order."""
        choice, which = self.choice, self.which
        if self.is_plain:
            groups = choice.groups(self.user)
            if which.status:
                groups = groups.filter(Exact(F("status_at"), Value(which.status)))
            groups = _of_band(groups, which)
        else:
            found = groups_behind(choice, which, by=self.user, edition=self.edition)
            groups = with_status_at(found, choice.as_at).annotate(route_at=route_at(choice.as_at))
        if words := name_key(str(self.cleaned_data.get("q") or "")):
            return groups.filter(search_text__contains=words)
        # Nothing but punctuation was typed.
        return groups.none() if self.cleaned_data.get("q") else groups

    def ordered(self, groups: QuerySet[CommunityGroup]) -> QuerySet[CommunityGroup]:
        """Those groups with last visit, state of the plan and overall score on the day, in the chosen order."""
        day = self.choice.as_at
        groups = county.with_state(groups, as_at=day).annotate(overall=_overall_at(self.choice))
        return groups.order_by(*SORTS[str(self.cleaned_data.get("sort") or "name")][1])


def _of_band(groups: QuerySet[CommunityGroup], which: Behind) -> QuerySet[CommunityGroup]:
    latest = Assessment.objects.filter(is_latest=True)
    if which.assessed == "no":
        return groups.exclude(pk__in=latest.values("group"))
    return groups.filter(pk__in=latest.filter(band=which.band).values("group")) if which.band else groups


def _overall_at(choice: ReportChoice) -> Subquery:
    return Subquery(assessments_at(choice.as_at).filter(group=OuterRef("pk")).values("overall")[:1])
