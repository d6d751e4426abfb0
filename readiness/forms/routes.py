"""The form that tries out other levels and papers. What is sent is never stored."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from django import forms

from readiness import scoring
from readiness.routes import IN_PLACE, Facts, Paper
from readiness.scoring import NOT_APPLICABLE

NONE, NA = "", "na"
LEVELS = [
    (NONE, "Not answered"),
    *((str(level), f"{level} {name}") for level, name in enumerate(
        ("not started", "exploring", "under way", "in place", "established")
    )),
    (NA, "Doesn’t apply"),
]  # fmt: skip


class TryOutForm(forms.Form):
    """A level for each criterion and a tick for each paper. Without data it shows how things stand."""

    def __init__(
        self,
        *args,
        facts: Facts,
        criteria: Mapping[str, str],
        papers: Mapping[str, str],
        level_names: Iterable[str] = (),
        **kwargs,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.facts = facts
        names = list(level_names)
        levels = [
            (
                value,
                f"{value} {names[int(value)]}" if value.isdecimal() and int(value) < len(names) else label,
            )
            for value, label in LEVELS
        ]
        for code, title in criteria.items():
            answer = facts.answers.get(code)
            self.fields[f"level-{code}"] = forms.ChoiceField(
                label=f"{code} {title}",
                choices=levels,
                required=False,
                initial=NA if answer is NOT_APPLICABLE else NONE if answer is None else str(answer),
            )
        self.fields["papers"] = forms.MultipleChoiceField(
            label="Papers in place",
            choices=list(papers.items()),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            initial=[key for key in papers if facts.papers.get(key, Paper("")).holds(facts.as_at)],
        )
        self.fields["evidence"] = forms.BooleanField(
            label="A record of need is reviewed", required=False, initial=bool(facts.evidence_days)
        )
        self.fields["work"] = forms.IntegerField(
            label="Pieces of work to show", required=False, min_value=0, max_value=20,
            initial=len(facts.track_record_ends),
        )  # fmt: skip

    @property
    def level_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("level-")]

    def tried(self) -> Facts:
        """The facts as they would be. Only on a valid form."""
        data = self.cleaned_data
        answers: dict[str, scoring.Answered | None] = {}
        for name, value in data.items():
            if name.startswith("level-") and value != NONE:
                answers[name.removeprefix("level-")] = NOT_APPLICABLE if value == NA else int(value)
        day = self.facts.as_at
        return replace(
            self.facts,
            answers=answers,
            # Scored anew, from the levels that are tried.
            themes=None,
            overall=None,
            papers={key: Paper(IN_PLACE) for key in data["papers"]},
            evidence_days=(self.facts.evidence_days or [day]) if data["evidence"] else (),
            track_record_ends=[day] * (data["work"] or 0),
        )
