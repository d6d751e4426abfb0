"""Forms of focus groups: the meeting, its themes and quotes as rows, and the record made of a theme."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from evidence.focus_groups import LISTS, QuoteRow, ThemeRow
from evidence.forms.methods import MadeRecordForm, OfOneLio, offer_groups, offer_places
from evidence.forms.needs import current_or_held, past_day, text
from evidence.forms.quotes import MOST_LETTERS as MOST_LETTERS_OF_QUOTE
from evidence.models import FocusGroup, Quote
from groups.models import Community, CommunityGroup, District, ServiceArea, User
from toolkit_portal.core.day_field import DayField

PLAIN = ("title", "held_on", "place", "language", "interpreting", "people_came", "notes")
MOST_THEMES, MOST_QUOTES = 30, 30


class FocusGroupForm(OfOneLio):
    """The meeting itself. `version` is what the writer read; 0 for a new one."""

    title = forms.CharField(
        label="What it was about",
        max_length=200,
        help_text="For example: seeing a doctor",
        error_messages={"required": "Say what it was about."},
    )
    held_on = DayField(label="Date", help_text="For example, 14/09/2026")
    place = forms.CharField(label="Where", max_length=200, required=False)
    people_came = forms.IntegerField(
        label="How many came",
        min_value=1,
        max_value=1000,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"required": "Say how many came."},
    )
    language = forms.CharField(
        label="Language it was held in", max_length=120, required=False, help_text="For example: Punjabi"
    )
    interpreting = forms.ChoiceField(
        label="Interpreter", choices=FocusGroup.Interpreting.choices, widget=forms.RadioSelect
    )
    notes = text("Notes", help_text="What helps to understand it later. No names.")
    districts = forms.ModelMultipleChoiceField(
        District.objects.none(),
        label="Where people came from",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    communities = forms.ModelMultipleChoiceField(
        Community.objects.none(),
        label="Communities they belong to",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    groups = forms.ModelMultipleChoiceField(
        CommunityGroup.objects.none(),
        label="Groups that took part",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    client_id = forms.UUIDField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}), required=False)
    version = forms.IntegerField(
        widget=forms.HiddenInput(attrs={"autocomplete": "off"}), required=False, min_value=0
    )

    def __init__(self, *args: Any, user: User, focus_group: FocusGroup | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.settle_lio(user, known=focus_group.lio_id if focus_group else None)
        held = initial_of(focus_group) if focus_group else {}
        offer_places(self, held.get("districts", ()), held.get("communities", ()))
        offer_groups(self, user, focus_group.lio_id if focus_group else None)

    def clean_held_on(self) -> date | None:
        return past_day(self.cleaned_data["held_on"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.check_groups(data)
        return data

    def content(self) -> dict[str, Any]:
        """The valid form's values as create_focus_group and change_focus_group take them."""
        plain = {name: self.cleaned_data[name] for name in PLAIN}
        return plain | {"lists": {name: list(self.cleaned_data[name]) for name in LISTS}}


def initial_of(focus_group: FocusGroup) -> dict[str, Any]:
    """What a form about a stored focus group starts from."""
    return {name: getattr(focus_group, name) for name in (*PLAIN, "version")} | {
        name: list(getattr(focus_group, name).values_list("pk", flat=True)) for name in LISTS
    }


class ThemeForm(forms.Form):
    """One theme. A row left as it came is none."""

    pk = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    text = forms.CharField(
        label="What came up",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say what came up, or empty this row."},
    )
    raised_by = forms.IntegerField(
        label="Raised by how many",
        min_value=1,
        max_value=1000,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"required": "Say how many raised it."},
    )
    service_area = forms.ModelChoiceField(ServiceArea.objects.all(), label="Service area", required=False)
    needed_instead = forms.CharField(
        label="What is needed instead",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, areas: list[tuple[Any, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Looked up once for all rows.
        self.fields["service_area"].choices = areas

    def row(self, *, is_gone: bool = False) -> ThemeRow:
        data = self.cleaned_data
        return ThemeRow(
            text=data.get("text", "").strip(),
            raised_by=data.get("raised_by") or 1,
            service_area=data.get("service_area"),
            needed_instead=data.get("needed_instead", "").strip(),
            pk=data.get("pk"),
            is_gone=is_gone,
        )


class QuoteRowForm(forms.Form):
    """One quote. A row left as it came is none."""

    pk = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    text = forms.CharField(
        label="In their own words",
        max_length=MOST_LETTERS_OF_QUOTE,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Write what was said, or empty this row."},
    )
    speaker = forms.CharField(
        label="Who said it, without a name",
        max_length=120,
        required=False,
        help_text="For example: a mother of two",
    )

    def row(self, *, is_gone: bool = False) -> QuoteRow:
        data = self.cleaned_data
        return QuoteRow(
            text=data.get("text", "").strip(),
            speaker=data.get("speaker", "").strip(),
            pk=data.get("pk"),
            is_gone=is_gone,
        )


def _rows(form: type[forms.Form], most: int) -> Any:
    return forms.formset_factory(
        form, extra=0, max_num=most, absolute_max=most, validate_max=True, can_delete=True
    )


ThemeRows = _rows(ThemeForm, MOST_THEMES)
QuoteRows = _rows(QuoteRowForm, MOST_QUOTES)


class Sheet:
    """The whole page: the meeting, the rows of themes and the rows of quotes, sent together."""

    def __init__(
        self,
        *,
        user: User,
        data: QueryDict | None = None,
        focus_group: FocusGroup | None = None,
        initial: Mapping[str, Any] | None = None,
        themes: list[dict[str, Any]] | None = None,
        quotes: list[dict[str, Any]] | None = None,
    ) -> None:
        self.form = FocusGroupForm(data, user=user, focus_group=focus_group, initial=dict(initial or {}))
        held = focus_group.themes.values_list("service_area", flat=True) if focus_group else []
        areas = current_or_held(ServiceArea, [pk for pk in held if pk])
        choices = [("", "Not known yet"), *((area.pk, str(area)) for area in areas)]
        self.themes = ThemeRows(data, prefix="themes", initial=themes, form_kwargs={"areas": choices})
        self.quotes = QuoteRows(data, prefix="quotes", initial=quotes)

    @classmethod
    def stored(cls, focus_group: FocusGroup, *, user: User) -> "Sheet":
        """What is stored, with what isn't in a record yet as rows, and an empty row of each kind to go on."""
        return cls(
            user=user,
            focus_group=focus_group,
            initial=initial_of(focus_group),
            themes=[
                {
                    "pk": theme.pk,
                    "text": theme.text,
                    "raised_by": theme.raised_by,
                    "service_area": theme.service_area_id,
                    "needed_instead": theme.needed_instead,
                }
                for theme in focus_group.themes.filter(record__isnull=True)
            ],
            quotes=[
                {"pk": quote.pk, "text": quote.text, "speaker": quote.speaker}
                for quote in focus_group.quotes.filter(record__isnull=True)
            ],
        ).with_more(themes=1, quotes=1)

    @classmethod
    def typed(cls, data: QueryDict, *, user: User, focus_group: FocusGroup | None = None) -> "Sheet":
        """What was typed and not meant to be saved yet: shown again without complaints."""
        several = {*LISTS}
        return cls(
            user=user,
            focus_group=focus_group,
            initial={
                name: data.getlist(name) if name in several else data.get(name)
                for name in {*PLAIN, *LISTS, "lio", "client_id", "version"}
                if name in data
            },
            themes=_typed_rows(data, "themes", ThemeForm, MOST_THEMES),
            quotes=_typed_rows(data, "quotes", QuoteRowForm, MOST_QUOTES),
        )

    def with_more(self, *, themes: int = 0, quotes: int = 0) -> "Sheet":
        """The sheet with empty rows below those that it has."""
        self.themes.extra = min(themes, MOST_THEMES - self.themes.initial_form_count())
        self.quotes.extra = min(quotes, MOST_QUOTES - self.quotes.initial_form_count())
        return self

    def is_valid(self) -> bool:
        """Whether all of it can be saved. A theme raised by more than came is told of at its row."""
        parts = [self.form.is_valid(), self.themes.is_valid(), self.quotes.is_valid()]
        came = self.form.cleaned_data.get("people_came") if self.form.is_bound else None
        for row in self._kept(self.themes):
            raised = getattr(row, "cleaned_data", {}).get("raised_by")
            if came and raised and raised > came:
                row.add_error("raised_by", f"{came} came, so it can’t be raised by {raised}.")
                parts.append(False)
        return all(parts)

    @staticmethod
    def _kept(rows: Any) -> list[Any]:
        return [row for row in rows.forms if row.has_changed() and not rows._should_delete_form(row)]

    def content(self) -> dict[str, Any]:
        """The valid sheet's values as create_focus_group and change_focus_group take them."""
        return self.form.content() | {
            name: [row.row(is_gone=rows._should_delete_form(row)) for row in rows.forms if row.has_changed()]
            for name, rows in (("themes", self.themes), ("quotes", self.quotes))
        }

    @property
    def has_errors(self) -> bool:
        """Whether a part has something to mend."""
        parts = (self.form.errors, *self.themes.errors, *self.quotes.errors)
        return self.form.is_bound and (
            any(parts) or bool(self.themes.non_form_errors() or self.quotes.non_form_errors())
        )


def _typed_rows(data: QueryDict, prefix: str, form: type[forms.Form], most: int) -> list[dict[str, str]]:
    """The rows as typed, those ticked for removal included, so that the tick stays."""
    total = data.get(f"{prefix}-TOTAL_FORMS", "")
    shown = min(int(total), most) if total.isdecimal() and len(total) < 4 else 0
    names = [*form.base_fields, "DELETE"]
    return [
        {name: words for name in names if (words := data.get(f"{prefix}-{number}-{name}"))}
        for number in range(shown)
    ]


class ThemeRecordForm(MadeRecordForm):
    """The record made of a theme: which quotes of the focus group go along."""

    quotes = forms.ModelMultipleChoiceField(
        Quote.objects.none(),
        label="Quotes that belong to it",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="A quote belongs to one record. Consent is noted there.",
    )

    def __init__(self, *args: Any, focus_group: FocusGroup, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        free = focus_group.quotes.filter(record__isnull=True)
        self.fields["quotes"].queryset = free
        # What stands beside the box is the quote itself: its name in the trail says nothing.
        self.fields["quotes"].label_from_instance = lambda quote: f"“{quote.text}”"
