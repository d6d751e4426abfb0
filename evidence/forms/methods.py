"""What the ways to collect evidence share: the filter of their lists, and the short form of a record made of them."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet

from evidence.forms.needs import MOST_PEOPLE, current_or_held, text
from evidence.models import Barrier
from groups.models import LIO, Community, CommunityGroup, District, ServiceArea, User
from toolkit_portal.core.day_field import DayField


class MethodListForm(forms.Form):
    """The filter of a list, kept in the URL: words, a period and, for those who see several, the LIO.

    Unknown values are ignored, so that an old link still shows a list.
    """

    q = forms.CharField(label="Words", required=False, max_length=200)
    start = DayField(label="From", required=False)
    end = DayField(label="To", required=False)
    lio = forms.ModelChoiceField(LIO.objects.none(), label="LIO", required=False, empty_label="Any")

    # Where the words are looked for, and the field of the day.
    searched: tuple[str, ...] = ("title", "place")
    day = "held_on"

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if user.roles.is_manager:
            self.fields["lio"].queryset = LIO.objects.all()
        elif len(user.roles.officer_lio_ids) > 1:
            self.fields["lio"].queryset = LIO.objects.filter(pk__in=user.roles.officer_lio_ids)
        else:
            del self.fields["lio"]

    @property
    def chosen(self) -> dict[str, Any]:
        """Filters that are set and make sense, by field name."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def apply(self, found: QuerySet) -> QuerySet:
        """Those that fit. Takes and returns a queryset that is already scoped to the person."""
        chosen = self.chosen
        for word in str(chosen.get("q", "")).split()[:10]:
            either = found.none()
            for field in self.searched:
                either = either | found.filter(**{f"{field}__icontains": word})
            found = either
        for name, lookup in (("start", "gte"), ("end", "lte")):
            if name in chosen:
                found = found.filter(**{f"{self.day}__{lookup}": chosen[name]})
        return found.filter(lio=chosen["lio"]) if "lio" in chosen else found


class MadeRecordForm(forms.Form):
    """A record of unmet need made of what was collected: its days and groups are known already."""

    service_area = forms.ModelChoiceField(
        ServiceArea.objects.none(), label="Service area", empty_label="Choose one"
    )
    summary = text(
        "What happened",
        rows=4,
        required=True,
        error_messages={"required": "Say what happened, in a sentence or two."},
    )
    people_affected = forms.IntegerField(
        label="How many people does it affect?",
        required=False,
        min_value=1,
        max_value=MOST_PEOPLE,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    barriers = forms.ModelMultipleChoiceField(
        Barrier.objects.none(),
        label="What stood in the way",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    districts = forms.ModelMultipleChoiceField(
        District.objects.none(), label="Districts", required=False, widget=forms.CheckboxSelectMultiple
    )
    communities = forms.ModelMultipleChoiceField(
        Community.objects.none(), label="Communities", required=False, widget=forms.CheckboxSelectMultiple
    )
    needed_instead = text(
        "What is needed instead", help_text="What would have worked, in the words of a specification."
    )
    client_id = forms.UUIDField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}), required=False)

    LISTS = ("barriers", "districts", "communities")
    PLAIN = ("service_area", "summary", "people_affected", "needed_instead")

    def __init__(self, *args: Any, with_service: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_places(self, self.initial.get("districts", ()), self.initial.get("communities", ()))
        self.fields["barriers"].queryset = Barrier.objects.current()
        held = self.initial.get("service_area")
        if with_service:
            self.fields["service_area"].queryset = current_or_held(ServiceArea, [held or 0])
        else:
            del self.fields["service_area"]

    def content(self) -> dict[str, Any]:
        """The valid form's plain values and its lists, as record_evidence takes them."""
        plain = {name: self.cleaned_data[name] for name in self.PLAIN if name in self.cleaned_data}
        return plain | {"lists": {name: list(self.cleaned_data[name]) for name in self.LISTS}}


def offer_places(form: forms.Form, districts: Iterable[int] = (), communities: Iterable[int] = ()) -> None:
    """Offers today's districts and communities, and those that are held already though they are retired."""
    form.fields["districts"].queryset = current_or_held(District, districts)
    form.fields["communities"].queryset = current_or_held(Community, communities)


def offer_groups(form: forms.Form, user: User, lio: int | None = None) -> None:
    """Offers the groups whose case file this person writes; lio: of this LIO only."""
    groups = CommunityGroup.objects.editable_by(user)
    if lio is not None:
        groups = groups.filter(lio=lio)
    form.fields["groups"].queryset = groups.order_by("name", "pk")


class OfOneLio(forms.Form):
    """A form about something new that belongs to an LIO: asked for where the officer belongs to several."""

    def settle_lio(self, user: User, *, known: int | None = None) -> None:
        """Adds the field `lio` where there is a choice. known: the LIO of a stored record."""
        own = LIO.objects.filter(pk__in=user.roles.officer_lio_ids)
        self._lio = LIO.objects.get(pk=known) if known else None
        if known is None and len(user.roles.officer_lio_ids) > 1:
            self.fields["lio"] = forms.ModelChoiceField(own, label="LIO", empty_label="Choose one")
        elif known is None:
            self._lio = own.first()

    @property
    def of_lio(self) -> LIO | None:
        """The LIO: the stored one, the officer's only one, or the chosen one."""
        return self._lio or getattr(self, "cleaned_data", {}).get("lio")

    def check_groups(self, data: dict[str, Any]) -> None:
        """Complains about groups of another LIO than the chosen one."""
        if self.of_lio and any(group.lio_id != self.of_lio.pk for group in data.get("groups") or []):
            self.add_error("groups", f"Choose groups of {self.of_lio} only.")
