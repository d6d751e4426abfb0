"""The list of groups with where each stands: groups' names, readiness' bands, visits' dates."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import F, Max, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_GET

from groups.access import case_readers_only
from groups.models import CommunityGroup, Visit
from readiness import scoring
from readiness.filters import StandingFilterForm
from readiness.models import Assessment, Edition
from readiness.route_keeping import settle_due

PER_PAGE = 50
SORTS: dict[str, tuple[str, list[Any]]] = {
    "name": ("Name", ["name_key", "pk"]),
    "-name": ("Name, Z to A", ["-name_key", "-pk"]),
    "score": ("Score, lowest first", [F("overall").asc(nulls_first=True), "name_key", "pk"]),
    "-score": ("Score, highest first", [F("overall").desc(nulls_last=True), "name_key", "pk"]),
    "-route": ("Furthest on the way to contracts first", [F("rung").desc(nulls_last=True), "name_key", "pk"]),
    "route": ("Least far on the way to contracts first", [F("rung").asc(nulls_first=True), "name_key", "pk"]),
    "seen": ("Longest unseen first", [F("last_visit").asc(nulls_first=True), "name_key", "pk"]),
    "-seen": ("Seen most recently first", [F("last_visit").desc(nulls_last=True), "name_key", "pk"]),
}


class GroupListForm(StandingFilterForm):
    """The filter of the list, with one's own groups and the order besides."""

    mine = forms.BooleanField(label="Only groups I am the caseworker of", required=False)
    sort = forms.ChoiceField(
        label="Order", choices=[(key, label) for key, (label, _) in SORTS.items()], required=False
    )

    def __init__(self, *args, user, **kwargs) -> None:
        edition = Edition.objects.filter(is_current=True).first()
        self.routes = edition.route_titles if edition else {}
        super().__init__(
            *args, user=user, bands=edition.band_names if edition else [], routes=self.routes, **kwargs
        )
        if not user.roles.is_officer:
            del self.fields["mine"]

    def apply_to_list(self, groups: QuerySet[CommunityGroup], user) -> QuerySet[CommunityGroup]:
        """As apply(), with latest score, last visit and next date on each group, in the chosen order."""
        groups = self.apply(groups)
        if self.chosen.get("mine"):
            groups = groups.filter(caseworker=user)
        latest = Assessment.objects.filter(is_latest=True, group=OuterRef("pk"))
        visits = Visit.objects.filter(group=OuterRef("pk")).order_by()
        groups = groups.annotate(
            overall=Subquery(latest.values("overall")[:1]),
            overall_exact=Subquery(latest.values("overall_exact")[:1]),
            band=Subquery(latest.values("band")[:1]),
            last_visit=Subquery(visits.values("group").annotate(on=Max("happened_on")).values("on")),
            rung=F("route__rung"),
            route_key=F("route__route"),
        )
        order = str(self.chosen.get("sort") or "name")
        return groups.order_by(*SORTS[order][1])


@dataclass(frozen=True)
class ListedGroup:
    """One line of the list, in words: formatting in Python costs a fifth of template filters."""

    pk: int
    name: str
    other_names: str
    kind: str
    status: str
    is_active: bool
    lio: str
    districts: str
    score: str
    band: str
    route: str
    last_visit: str
    next_date: str


def listed(groups: list[CommunityGroup], routes: Mapping[str, str]) -> list[ListedGroup]:
    """Lines for one page of groups: two more queries, however many groups."""
    today = timezone.localdate()
    districts: dict[int, list[str]] = {}
    for pk, name in (
        CommunityGroup.districts.through.objects.filter(communitygroup__in=[g.pk for g in groups])
        .order_by("district__name")
        .values_list("communitygroup_id", "district__name")
    ):
        districts.setdefault(pk, []).append(name)
    upcoming = {
        visit.group_id: visit.next_on
        for visit in Visit.objects.with_standing_next_date()
        .filter(group__in=[g.pk for g in groups], next_on__gte=today)
        .only("group_id", "next_on")
        if visit.next_on
    }
    return [
        ListedGroup(
            pk=group.pk,
            name=group.name,
            other_names=", ".join(group.other_names_list),
            kind=group.get_kind_display(),
            status=group.get_status_display(),
            is_active=group.status == CommunityGroup.Status.ACTIVE,
            lio=group.lio.name,
            districts=", ".join(districts.get(group.pk, [])),
            score=str(scoring.shown(scoring.from_text(group.overall_exact))) if group.overall_exact else "",
            band=group.band or "",
            route=routes.get(group.route_key, ""),
            last_visit=date_format(group.last_visit, "j M Y") if group.last_visit else "",
            next_date=date_format(upcoming[group.pk], "j M Y") if group.pk in upcoming else "",
        )
        for group in groups
    ]


@require_GET
@case_readers_only
def group_list(request: HttpRequest) -> HttpResponse:
    """Groups this person may see: searched, filtered, sorted, paged, all kept in the URL."""
    visible = CommunityGroup.objects.visible_to(request.user)
    settle_due(visible)
    form = GroupListForm(request.GET, user=request.user)
    groups = form.apply_to_list(visible, request.user).select_related("lio")
    page = Paginator(groups, PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = list(page.object_list)
    return render(
        request,
        "groups/group_list.html",
        {
            "form": form,
            "active": len({name for name in form.chosen if name not in {"sort", "q"}}),
            "page_obj": page,
            "groups": listed(page.object_list, form.routes),
            "any_groups": bool(page.paginator.count) or visible.exists(),
            "show_lio": "lio" in form.fields,
        },
    )
