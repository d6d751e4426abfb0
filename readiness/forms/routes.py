"""The form that tries out other levels and papers. What is sent is never stored."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from django import forms

from readiness import scoring
from readiness.routes import IN_PLACE, Facts, Paper, months_before
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
    """A level for each criterion, a tick for each paper, numbers of records. Without data it shows how things stand.

    evidence_months and work_months are the longest times back that a route looks, 0 where none does.
    """

    def __init__(
        self,
        *args,
        facts: Facts,
        criteria: Mapping[str, str],
        papers: Mapping[str, str],
        evidence_months: int,
        work_months: int,
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
        self.counted = {
            "evidence": _counted(facts.evidence_days, facts.as_at, evidence_months),
            "work": _counted(facts.track_record_ends, facts.as_at, work_months),
        }
        for name, label, months in (
            ("evidence", "Reviewed records of need", evidence_months),
            ("work", "Pieces of work to show", work_months),
        ):
            self.fields[name] = forms.IntegerField(
                label=label,
                help_text=f"Within {months} months" if months else "",
                required=False,
                min_value=0,
                max_value=20,
                initial=len(self.counted[name]),
            )

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
        return replace(
            self.facts,
            answers=answers,
            # Scored anew, from the levels that are tried.
            themes=None,
            overall=None,
            papers={**self._not_held(), **{key: Paper(IN_PLACE) for key in data["papers"]}},
            evidence_days=self._days("evidence"),
            track_record_ends=self._days("work"),
        )

    def _not_held(self) -> dict[str, Paper]:
        """How papers stand that aren't in place, such as a draft, so that their steps stay the same."""
        return {key: paper for key, paper in self.facts.papers.items() if not paper.holds(self.facts.as_at)}

    def _days(self, name: str) -> list[date]:
        """As many days as are wished: the newest there are, and today for those that there aren't."""
        number, there = self.cleaned_data[name] or 0, self.counted[name]
        return [*there[:number], *[self.facts.as_at] * (number - len(there))]


def _counted(days: Iterable[date], day: date, months: int) -> list[date]:
    """The days that count by the rules, newest first; none where no rule asks."""
    since = months_before(day, months)
    return sorted((each for each in days if months and since <= each <= day), reverse=True)
