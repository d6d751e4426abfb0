"""What is asked of a report: the day, the earlier day to compare with, and which groups. It lives in the address."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import F, QuerySet, Value
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.http import urlencode

from groups.models import LIO, Community, CommunityGroup, District, User
from readiness.models import Edition
from readiness.reports.standing import known_at, route_at, with_status_at
from toolkit_portal.core.day_field import DayField

ANY = [("", "Any")]
NOT_LISTED = "That isn’t among the choices, or isn’t any more. Choose another, or “Any”."


@dataclass(frozen=True)
class ReportChoice:
    """The day a report is as at, the earlier day, and the filters; None or empty: not filtered."""

    as_at: date
    compare: date
    lio: LIO | None = None
    district: District | None = None
    community: Community | None = None
    kind: str = ""
    route: str = ""
    route_title: str = ""

    @property
    def query(self) -> str:
        """The choice as the query of an address, always in the same order. The days are always in it."""
        return urlencode(
            {
                "as_at": self.as_at.isoformat(),
                "compare": self.compare.isoformat(),
                **{name: str(record.pk) for name, record in self._records if record is not None},
                **{name: value for name, value in (("kind", self.kind), ("route", self.route)) if value},
            }
        )

    @property
    def _records(self) -> tuple[tuple[str, LIO | District | Community | None], ...]:
        return ("lio", self.lio), ("district", self.district), ("community", self.community)

    @property
    def words(self) -> tuple[tuple[str, str], ...]:
        """Name and value of each filter that is set."""
        found = [
            ("LIO", str(self.lio or "")),
            ("District", str(self.district or "")),
            ("Community", str(self.community or "")),
            ("Kind", dict(CommunityGroup.Kind.choices).get(self.kind, "")),
            ("Ready to", self.route_title),
        ]
        return tuple((name, str(value)) for name, value in found if value)

    @property
    def first_day(self) -> date:
        """The day after the earlier one: what happens between the two days counts from then on."""
        return self.compare + timedelta(days=1)

    @property
    def is_filtered(self) -> bool:
        return bool(self.words)

    def groups(self, user: User | None) -> QuerySet[CommunityGroup]:
        """The groups the report is about, of those the person may see, with status_at and route_at of the day.

        None is whoever runs the machine, who sees all.
        """
        groups = CommunityGroup.objects.all()
        return self.scope(groups if user is None else groups.visible_to(user))

    def scope(self, groups: QuerySet[CommunityGroup]) -> QuerySet[CommunityGroup]:
        """Those of the groups that were known on the day and fit the filters, with status_at and route_at."""
        found = with_status_at(known_at(groups, self.as_at), self.as_at).annotate(
            route_at=route_at(self.as_at)
        )
        if self.lio is not None:
            found = found.filter(lio=self.lio)
        # Through the link tables by pk, so that two filters on lists never multiply rows.
        if self.district is not None:
            found = found.filter(pk__in=self.district.groups.values("pk"))
        if self.community is not None:
            found = found.filter(pk__in=self.community.groups.values("pk"))
        if self.kind:
            found = found.filter(kind=self.kind)
        if self.route:
            found = found.filter(route_at=self.route)
        return found

    def active(self, scope: QuerySet[CommunityGroup]) -> QuerySet[CommunityGroup]:
        """Those of what scope() gave that were active on the day.

        DISTINCT changes none of them: it has PostgreSQL find them once, and not once for each paper, action or fact.
        """
        return scope.filter(Exact(F("status_at"), Value(CommunityGroup.Status.ACTIVE.value))).distinct()

    def on(self, day: date) -> ReportChoice:
        """The same as at another day, compared with the day a year before it."""
        return replace(self, as_at=day, compare=year_before(day))


def year_before(day: date) -> date:
    """The same day a year earlier; 28 February for the 29th."""
    year = day.year - 1
    return date(year, day.month, min(day.day, calendar.monthrange(year, day.month)[1]))


class ReportForm(forms.Form):
    """The choice as people make it. Left empty, the day is today and the earlier day a year before."""

    as_at = DayField(label="As at", required=False, help_text="For example, 31/03/2026. Today if left empty.")
    compare = DayField(
        label="Compared with", required=False, help_text="An earlier day. A year before if left empty."
    )
    lio = forms.ModelChoiceField(LIO.objects.none(), label="LIO", required=False, empty_label="Any")
    district = forms.ModelChoiceField(District.objects.all(), required=False, empty_label="Any")
    community = forms.ModelChoiceField(Community.objects.all(), required=False, empty_label="Any")
    kind = forms.ChoiceField(choices=ANY + CommunityGroup.Kind.choices, required=False)
    route = forms.ChoiceField(label="Ready to", required=False)

    def __init__(self, *args: Any, user: User, today: date | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today or timezone.localdate()
        self.edition = Edition.objects.filter(is_current=True).first()
        self.routes: dict[str, str] = self.edition.route_titles if self.edition else {}
        lio: Any = self.fields["lio"]
        roles = user.roles
        lio.queryset = (
            LIO.objects.all() if roles.is_manager else LIO.objects.filter(pk__in=roles.officer_lio_ids)
        )
        route: Any = self.fields["route"]
        route.choices = [*ANY, *self.routes.items()]
        for name in ("lio", "district", "community", "kind", "route"):
            self.fields[name].error_messages["invalid_choice"] = NOT_LISTED

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        as_at, compare = data.get("as_at") or self.today, data.get("compare")
        if as_at > self.today:
            self.add_error("as_at", "That day is still to come. Choose today or a day before.")
        elif compare is not None and compare >= as_at:
            self.add_error("compare", "Choose a day before the one the report is as at.")
        return data

    @property
    def choice(self) -> ReportChoice:
        """What was chosen, of a valid form."""
        data = self.cleaned_data
        as_at = data.get("as_at") or self.today
        return ReportChoice(
            as_at=as_at,
            compare=data.get("compare") or year_before(as_at),
            lio=data.get("lio"),
            district=data.get("district"),
            community=data.get("community"),
            kind=data.get("kind") or "",
            route=data.get("route") or "",
            route_title=self.routes.get(data.get("route") or "", ""),
        )
