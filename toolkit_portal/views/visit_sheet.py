"""The sheet of a visit form: everything typed on it, kept as a draft or read as a sitting.

A sheet is what the browser posts, by field name. A draft stores it as it is, so that half-typed words and wrong
dates come back exactly as they were.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4

from django.http import QueryDict

from evidence.models import Barrier
from groups.models import CommunityGroup, ServiceArea, VisitDraft
from groups.visits import MEETING_FIELDS
from readiness.models import Answer, Assessment, Criterion, Edition
from toolkit_portal.views.visit_forms import (
    LEAST_NEEDS,
    LEAST_ROWS,
    MOST_NEEDS,
    MOST_ROWS,
    ActionFormSet,
    NeedFormSet,
    VisitForm,
)

ROW_FIELDS = ("what", "who", "person", "due_on", "criterion_code")
NEED_FIELDS = ("summary", "service_area", "people_affected", "barrier")
LEVEL_WORDS = ("Not started", "Exploring", "Under way", "In place", "Established")
FIELD_WORDS = {name: str(VisitForm.base_fields[name].label) for name in MEETING_FIELDS} | {
    "next_on": "Next date",
    "next_at": "Time of the next date",
    "topics": "Sections talked about",
}


def need_choices() -> dict[str, list[tuple[int, str]]]:
    """What the rows of needs offer, read once for all rows: services and barriers of today. Two queries."""
    return {
        "services": list(ServiceArea.objects.current().values_list("pk", "label")),
        "barriers": list(Barrier.objects.current().values_list("pk", "label")),
    }


def as_key(code: str) -> str:
    """A section code as part of a field's name: "2.15a" is "2-15a"."""
    return code.replace(".", "-")


@dataclass(frozen=True)
class Sheet:
    """What was typed, by field name, with the form's own id and the draft version its window has read."""

    client_id: UUID
    draft_version: int
    fields: dict[str, list[str]]

    @classmethod
    def posted(cls, post: QueryDict) -> "Sheet":
        """The sheet of a sent form. A missing or broken id gets a new one."""
        try:
            client_id = UUID(post.get("client_id", ""))
        except ValueError:
            client_id = uuid4()
        version = post.get("draft_version", "")
        fields = {
            name: values for name, values in post.lists() if _belongs(name) and any(value for value in values)
        }
        return cls(client_id, int(version) if version.isdecimal() and len(version) < 9 else 0, fields)

    @classmethod
    def stored(cls, draft: VisitDraft) -> "Sheet":
        return cls(draft.client_id, draft.version, draft.fields)

    def text(self, name: str) -> str:
        return (self.fields.get(name) or [""])[-1]

    @property
    def topics(self) -> list[str]:
        return self.fields.get("topics", [])

    def _shown(self, prefix: str, least: int, most: int) -> int:
        """How many rows of a formset the form showed."""
        total = self.text(f"{prefix}-TOTAL_FORMS")
        shown = int(total) if total.isdecimal() and len(total) < 4 else least
        return max(least, min(shown, most))

    def _typed_rows(self, prefix: str, names: tuple[str, ...], shown: int) -> list[dict[str, str]]:
        """The rows as typed. An empty cell is one nobody touched: the field's own initial value stands."""
        return [
            {name: words for name in names if (words := self.text(f"{prefix}-{number}-{name}"))}
            for number in range(shown)
        ]

    def form(self) -> VisitForm:
        """The meeting's form with the typed words in it and no complaints about them."""
        return VisitForm(initial={name: self.text(name) for name in MEETING_FIELDS if name in self.fields})

    def rows(self, sections: list[tuple[str, str]], *, more: int = 0):
        """The action rows as typed, `more` empty ones below them, and no complaints."""
        rows = self._typed_rows("actions", ROW_FIELDS, self._shown("actions", LEAST_ROWS, MOST_ROWS))
        formset = ActionFormSet(prefix="actions", initial=rows, form_kwargs={"sections": sections})
        formset.extra = min(more, MOST_ROWS - len(rows))
        return formset

    def needs(self, choices: dict[str, list[tuple[int, str]]], *, more: int = 0):
        """The rows of needs as typed, `more` empty ones below them, and no complaints."""
        rows = self._typed_rows("needs", NEED_FIELDS, self._shown("needs", LEAST_NEEDS, MOST_NEEDS))
        formset = NeedFormSet(prefix="needs", initial=rows, form_kwargs=choices)
        formset.extra = min(more, MOST_NEEDS - len(rows))
        return formset

    def differences(self, other: "Sheet") -> list[tuple[str, str, str]]:
        """(field in words, here, there) for each field in which two sheets differ."""
        names = sorted(set(self.fields) | set(other.fields), key=_order)
        return [
            (_words(name), ", ".join(self.fields.get(name, [])), ", ".join(other.fields.get(name, [])))
            for name in names
            if not name.startswith("answer_version_")
            and not name.endswith("_FORMS")
            and self.fields.get(name, []) != other.fields.get(name, [])
        ]


def _belongs(name: str) -> bool:
    """Whether a posted field is one of the sheet's. Anything else isn't kept."""
    return (
        name in MEETING_FIELDS
        or name == "topics"
        or (name.startswith(("level_", "answer_version_", "actions-", "needs-")) and len(name) < 60)
    )


def _order(name: str) -> tuple[int, str]:
    return (MEETING_FIELDS.index(name) if name in MEETING_FIELDS else len(MEETING_FIELDS), name)


def _words(name: str) -> str:
    """A field's name as people read it."""
    if name in FIELD_WORDS:
        return FIELD_WORDS[name]
    if name.startswith("level_"):
        return "Level for section " + name.removeprefix("level_").replace("-", ".")
    if name.startswith("actions-"):
        _, number, what = [*name.split("-", 2), "", ""][:3]
        shown = int(number) + 1 if number.isdecimal() else number
        words = {
            "what": "what",
            "who": "who",
            "person": "person",
            "due_on": "by when",
            "criterion_code": "section",
        }
        return f"Action {shown}: {words.get(what, what)}"
    if name.startswith("needs-"):
        _, number, what = [*name.split("-", 2), "", ""][:3]
        shown = int(number) + 1 if number.isdecimal() else number
        words = {
            "summary": "what happened",
            "service_area": "service area",
            "people_affected": "how many people",
            "barrier": "what stood in the way",
        }
        return f"Need {shown}: {words.get(what, what)}"
    return name


@dataclass
class Section:
    """A toolkit section on the form: its levels, last time's, what the open draft says, and what was typed."""

    criterion: Criterion
    descriptors: list[tuple[int, str, str]]
    last: Answer | None
    last_on: date | None
    drafted: Answer | None
    version: str
    ticked: bool = False
    chosen: str = ""
    error: str = ""
    conflict: bool = False

    @property
    def code(self) -> str:
        return self.criterion.code

    @property
    def key(self) -> str:
        return as_key(self.code)


@dataclass
class Sections:
    """The sections of one group's form, in the edition's order."""

    edition: Edition
    draft: Assessment | None
    all: list[Section] = field(default_factory=list)

    def choices(self) -> list[tuple[str, str]]:
        """For a select: code, and code with title."""
        return [(section.code, f"{section.code} {section.criterion.title}") for section in self.all]

    def fill(self, sheet: Sheet, *, keep_versions: bool = True) -> "Sections":
        """Puts the sheet's ticks and levels in. keep_versions: with the answer versions its window has read."""
        for section in self.all:
            section.ticked = section.code in sheet.topics
            section.chosen = sheet.text(f"level_{section.key}")
            if keep_versions and (read := sheet.text(f"answer_version_{section.key}")).isdecimal():
                section.version = read
        return self

    def check(self) -> bool:
        """Whether every level is one; otherwise sets the section's error."""
        for section in self.all:
            if section.ticked and section.chosen and section.chosen not in {"0", "1", "2", "3", "4"}:
                section.error = "Choose one of the levels from 0 to 4."
        return not any(section.error for section in self.all)

    @property
    def topics(self) -> list[str]:
        return [section.code for section in self.all if section.ticked]

    @property
    def levels(self) -> dict[str, int]:
        """Levels by code, of ticked sections only: a level hidden with its section was taken back."""
        return {
            section.code: int(section.chosen) for section in self.all if section.ticked and section.chosen
        }

    @property
    def versions(self) -> dict[str, int]:
        return {section.code: int(section.version) for section in self.all}

    def mark_conflicts(self, sheet: Sheet) -> None:
        """Marks sections whose stored answer is newer than the one the sheet's window has read, and differs."""
        for section in self.all:
            read = sheet.text(f"answer_version_{section.key}") or "0"
            section.conflict = bool(
                section.code in self.levels
                and section.drafted
                and read != str(section.drafted.version)
                and section.drafted.level != self.levels[section.code]
            )


def sections_for(group: CommunityGroup) -> Sections:
    """The sections of the open draft's edition, else of the current one, with last time's levels. Six queries."""
    draft = Assessment.objects.drafts().filter(group=group).select_related("edition").first()
    edition = draft.edition if draft else Edition.objects.get(is_current=True)
    latest = Assessment.objects.filter(group=group, is_latest=True).first()
    before: Mapping[str, Answer] = (
        {answer.criterion.code: answer for answer in latest.answers.select_related("criterion")}
        if latest
        else {}
    )
    drafted: Mapping[int, Answer] = (
        {answer.criterion_id: answer for answer in draft.answers.select_related("answered_by")}
        if draft
        else {}
    )
    found = Sections(edition=edition, draft=draft)
    for criterion in edition.criteria.select_related("theme").prefetch_related("descriptors"):
        answer = drafted.get(criterion.pk)
        found.all.append(
            Section(
                criterion=criterion,
                descriptors=[
                    (described.level, LEVEL_WORDS[described.level], described.text)
                    for described in criterion.descriptors.all()
                ],
                last=before.get(criterion.code),
                last_on=latest.assessed_on if latest else None,
                drafted=answer,
                version=str(answer.version) if answer else "0",
            )
        )
    return found
