"""Past assessments from a spreadsheet: every row is read and judged first, then all are written or none.

A row that repeats an assessment of the same group and day changes nothing, one with other levels for that day is
an error. So the same file twice changes nothing.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from groups import trail
from groups.credentials import readiness_changed
from groups.group_rows import GroupFinder
from groups.models import CommunityGroup, Membership, User
from readiness import scoring
from readiness.assessing import refresh_latest, store_score, weights_of
from readiness.models import Answer, Assessment, Criterion, Edition
from toolkit_portal.core.dates import DateError, parse_day
from toolkit_portal.core.judged_rows import JudgedRows, RowFate
from toolkit_portal.core.spreadsheets import ColumnMatch, RowError, Table, match_columns

NOT_STATED = "not stated on import"
LONGEST_REASON = 2000
_NA = re.compile(r"(?:n\s*[/.]?\s*a\.?|not\s+applicable)\s*(?:[:;–-]\s*(.*))?", re.IGNORECASE | re.DOTALL)
_LEVEL = re.compile(r"([0-4])(?:\.0+)?")

Level = int | scoring.NotApplicable


@dataclass(frozen=True)
class Given:
    """What one row gives: the group's id, the day, who assessed, levels by code, and reasons by code."""

    group: int
    on: date
    assessor: int | None
    levels: dict[str, Level]
    reasons: dict[str, str]


@dataclass(kw_only=True)
class AssessmentImport(JudgedRows[Given]):
    """Assessments to add, each by the criteria of this edition; no row changes what is recorded."""

    edition: Edition


def columns_of(edition: Edition) -> dict[str, tuple[str, ...]]:
    """The columns of an import, with other ways to write them: group, lio, date, assessor and each code."""
    columns: dict[str, tuple[str, ...]] = {
        "group": ("name", "group name"),
        "lio": ("local infrastructure organisation",),
        "date": ("assessed on", "assessment date", "day"),
        "assessor": ("assessed by", "officer"),
    }
    for code in edition.criteria.order_by("position").values_list("code", flat=True):
        columns[code] = (f"level {code}", f"section {code}")
    return columns


def match(headers: Table | Iterable[str], edition: Edition) -> ColumnMatch:
    """The file's headers matched to the columns of an import. Raises TableError where two mean the same."""
    columns = columns_of(edition)
    return match_columns(headers, columns, _required(columns))


def _required(columns: Iterable[str]) -> list[str]:
    return [column for column in columns if column not in ("lio", "assessor")]


def judge(
    table: Table,
    *,
    groups: QuerySet[CommunityGroup],
    columns: dict[str, str] | None = None,
    ignore_unknown: bool = False,
) -> AssessmentImport:
    """Reads every row and says what would become of it; writes nothing.

    groups: those the importer may write to. columns: known column -> header, where the importer has chosen them.
    Raises TableError where two headers mean the same column.
    """
    edition = Edition.objects.get(is_current=True)
    found = AssessmentImport(edition=edition)
    known = columns_of(edition)
    chosen = found.begin(table, columns, known, _required(known), ignore_unknown=ignore_unknown)
    if found.errors:
        return found
    codes = [column for column in known if column not in ("group", "lio", "date", "assessor")]
    reader = _Reader(groups, codes)
    read: list[tuple[int, str, Given | None]] = []
    for row in table.rows:
        cells = row.under(chosen)
        given, faults = reader.read(cells)
        found.errors += [RowError(row.number, chosen.get(column, column), text) for column, text in faults]
        read.append((row.number, cells["group"], given))
    _place(found, read)
    return found


def _place(found: AssessmentImport, read: list[tuple[int, str, Given | None]]) -> None:
    """Decides each faultless row against earlier rows and what is recorded."""
    recorded = _recorded({given.group for _, _, given in read if given})
    in_file: dict[tuple[int, date], tuple[int, Given]] = {}
    for number, name, given in read:
        if given is None:
            found.fates.append(RowFate(number, name, "error"))
            continue
        key = (given.group, given.on)
        if key in in_file:
            first, other = in_file[key]
            known, where = [other.levels], f"row {first}"
        else:
            known, where = recorded.get(key, []), "the assessment recorded for that day"
        if not known:
            in_file[key] = (number, given)
            found.to_write.append(given)
            found.fates.append(RowFate(number, name, "add"))
        elif given.levels in known:
            found.fates.append(RowFate(number, name, "nothing", f"Repeats {where}."))
        else:
            differs = ", ".join(code for code in given.levels if given.levels[code] != known[0].get(code))
            found.errors.append(RowError(number, differs, f"contradicts {where}. Put one of them right."))
            found.fates.append(RowFate(number, name, "error"))


def _recorded(groups: set[int]) -> dict[tuple[int, date], list[dict[str, Level]]]:
    """Levels of the standing assessments of these groups, by group and day."""
    standing = Assessment.objects.standing()
    if len(groups) <= 500:
        standing = standing.filter(group__in=groups)
    days: dict[int, tuple[int, date]] = {
        pk: (group, on) for pk, group, on in standing.order_by().values_list("pk", "group_id", "assessed_on")
    }
    levels: dict[int, dict[str, Level]] = {pk: {} for pk in days}
    for pk, code, level, not_applicable in (
        Answer.objects.filter(assessment__in=standing.order_by().values("pk"))
        .order_by()
        .values_list("assessment_id", "criterion__code", "level", "not_applicable")
        .iterator(chunk_size=5000)
    ):
        # A complete assessment has a level wherever it has no N/A.
        levels[pk][code] = scoring.NOT_APPLICABLE if not_applicable else int(level or 0)
    found: dict[tuple[int, date], list[dict[str, Level]]] = {}
    for pk, key in days.items():
        found.setdefault(key, []).append(levels[pk])
    return found


class _Reader(GroupFinder):
    """Turns the text of a row into what it gives, with every fault by column."""

    def __init__(self, groups: QuerySet[CommunityGroup], codes: list[str]) -> None:
        super().__init__(groups)
        self.codes = codes
        self.today = timezone.localdate()
        self.assessors = dict(
            User.objects.filter(memberships__role=Membership.Role.OFFICER)
            .distinct()
            .values_list("email", "pk")
        )

    def read(self, cells: dict[str, str]) -> tuple[Given | None, list[tuple[str, str]]]:
        """What the row gives, or None, with its faults as (column, message)."""
        faults: list[tuple[str, str]] = []
        group = self.find(cells["group"], cells.get("lio", ""), faults)
        on = self._day(cells["date"], faults)
        assessor = self._assessor(cells.get("assessor", ""), faults)
        levels: dict[str, Level] = {}
        reasons: dict[str, str] = {}
        empty = [code for code in self.codes if not cells[code]]
        if empty:
            verb = "is" if len(empty) == 1 else "are"
            faults.append(
                (", ".join(empty), f"{verb} empty. Give a level from 0 to 4, or N/A, for each section.")
            )
        for code in self.codes:
            text = cells[code]
            if level := _LEVEL.fullmatch(text):
                levels[code] = int(level[1])
            elif reason := _NA.fullmatch(text):
                levels[code] = scoring.NOT_APPLICABLE
                reasons[code] = (reason[1] or "").strip()[:LONGEST_REASON] or NOT_STATED
            elif text:
                faults.append((code, f"{text!r} is not a level. Give 0, 1, 2, 3, 4, N/A or N/A: reason."))
        if faults or group is None or on is None:
            return None, faults
        return Given(group, on, assessor, levels, reasons), faults

    def _day(self, text: str, faults: list[tuple[str, str]]) -> date | None:
        if not text:
            faults.append(("date", "is empty. Give the day of the assessment."))
            return None
        try:
            return parse_day(text, today=self.today)
        except DateError as fault:
            faults.append(("date", str(fault)))
            return None

    def _assessor(self, text: str, faults: list[tuple[str, str]]) -> int | None:
        if not text:
            return None
        pk = self.assessors.get(User.objects.normalize_email(text))
        if pk is None:
            faults.append(("assessor", f"no officer has the address {text}. Leave it empty or correct it."))
        return pk


def write(judged: AssessmentImport, *, by: User | None) -> None:
    """Writes all that was judged, in one transaction. Raises ValueError where the file has faults."""
    judged.must_be_faultless()
    edition = judged.edition
    weights = weights_of(edition)
    criteria: dict[str, Criterion] = {item.code: item for item in edition.criteria.all()}
    with transaction.atomic():
        groups = sorted({given.group for given in judged.to_write})
        assessments = []
        for given in judged.to_write:
            noon = timezone.make_aware(datetime.combine(given.on, time(12)))
            assessment = Assessment(
                group_id=given.group,
                edition=edition,
                state=Assessment.State.COMPLETE,
                assessed_on=given.on,
                started_by_id=given.assessor,
                started_at=noon,
                completed_by_id=given.assessor,
                completed_at=noon,
                imported=True,
            )
            store_score(assessment, scoring.score_assessment(*weights, given.levels))
            assessments.append(assessment)
        Assessment.objects.bulk_create(assessments, batch_size=1000)
        Answer.objects.bulk_create(
            (
                Answer(
                    assessment=assessment,
                    criterion=criteria[code],
                    level=level if isinstance(level, int) else None,
                    not_applicable=not isinstance(level, int),
                    na_reason=given.reasons.get(code, ""),
                    answered_by_id=given.assessor,
                    answered_at=assessment.started_at,
                )
                for given, assessment in zip(judged.to_write, assessments, strict=True)
                for code, level in given.levels.items()
            ),
            batch_size=2000,
        )
        for group in groups:
            refresh_latest(group, tell=False)
        readiness_changed.send(Assessment, groups=groups, cause="Assessments were imported")
        if assessments and by is not None:
            trail.record("assessments imported", by, by=by, assessments=len(assessments))
