"""A file of answers on its way into a survey: kept, its columns settled, judged, imported whole or not at all.

What a column is, a survey remembers by its heading; so the next file goes straight to the dry run. An answer is told
from others by all cells of its row, those of columns left out among them, which are not stored.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone

from evidence.models import Survey, SurveyFile, SurveyQuestion, SurveyResponse
from evidence.survey_cells import Answer, Kind, answer_of, is_ticked
from evidence.survey_files import Column, check_table, columns_of
from groups import trail
from groups.models import User
from toolkit_portal.core.spreadsheets import Table, TableError, normalise_header, read_table
from toolkit_portal.core.uploads import UploadError, check_upload, private_name

FOLDER = "surveys/"
MOST_BYTES = 10 * 1024 * 1024
BATCH = 1000
GONE = "The file isn't there any more. Choose it once more."


class ColumnsFixed(ValueError):
    """Answers came in meanwhile, so what their columns are can't be changed any more."""


@dataclass(frozen=True)
class ColumnChoice:
    """What the officer says of a column. same: the question it is under a new heading."""

    column: Column
    kind: str
    separator: str = ""
    whole_choices: tuple[str, ...] = ()
    same: SurveyQuestion | None = None


@dataclass(frozen=True)
class Fit:
    """How a file's columns fit a survey's questions.

    columns  all of the file, each with the question it is known as, or None
    new      those with a heading that the survey doesn't know
    missing  questions, those left out aside, that no column of the file belongs to
    """

    columns: list[tuple[Column, SurveyQuestion | None]]
    new: list[Column]
    missing: list[SurveyQuestion]

    @property
    def is_settled(self) -> bool:
        """Whether nothing has to be asked."""
        return not self.new and not self.missing


@dataclass
class Judged:
    """What would become of a file's rows: new ones by key, and how many are there already or empty.

    alike: how many of the new ones say exactly what an answer says that is there already.
    """

    new: dict[str, dict[str, Answer]] = field(default_factory=dict)
    known: int = 0
    empty: int = 0
    alike: int = 0

    @property
    def seems_known(self) -> bool:
        """Whether this looks like a file that was imported already and is written in another way now."""
        return bool(self.new) and not self.known and self.alike * 5 >= len(self.new) * 4


def read_answers(file: Any, *, filename: str) -> Table:
    """The table in a file that was just chosen. Raises TableError with what is wrong and what to do; rewinds it."""
    try:
        check_upload(file, kinds={"csv", "xlsx", "ods"}, max_bytes=MOST_BYTES)
    except UploadError as fault:
        raise TableError(str(fault)) from None
    table = read_table(cast(BinaryIO, file), filename=filename)
    check_table(table)
    file.seek(0)
    return table


def keep_file(*, survey: Survey, by: User, client_id: UUID, file: Any, filename: str) -> SurveyFile:
    """Keeps a file of answers under a private name until it is imported. The same form again gives the same one.

    Raises TableError for a file that can't be the answers of a survey, or where the form kept another survey's.
    """
    read_answers(file, filename=filename)
    if (known := SurveyFile.objects.filter(client_id=client_id).first()) is not None:
        return _of_survey(known, survey)
    name = default_storage.save(private_name(FOLDER, "table"), file)
    try:
        with transaction.atomic():
            return SurveyFile.objects.create(
                survey=survey, client_id=client_id, filename=filename[:200], file=name, uploaded_by=by
            )
    except IntegrityError:
        default_storage.delete(name)
        return _of_survey(SurveyFile.objects.get(client_id=client_id), survey)
    except BaseException:
        default_storage.delete(name)
        raise


def _of_survey(file: SurveyFile, survey: Survey) -> SurveyFile:
    if file.survey_id != survey.pk:
        raise TableError("This form was used for another survey. Choose the file once more.")
    return file


def table_of(file: SurveyFile) -> Table:
    """The table in a kept file. Raises TableError where it is gone or can't be read."""
    if not file.file:
        raise TableError(GONE)
    try:
        with default_storage.open(str(file.file.name)) as opened:
            return read_table(cast(BinaryIO, opened), filename=file.filename)
    except OSError:
        raise TableError(GONE) from None


def keys_of(question: SurveyQuestion) -> set[str]:
    """The headings a question is known by, those of its choices among them."""
    return {normalise_header(heading) for heading in question.headings} | set(question.choice_headings)


def fit(survey: Survey, table: Table) -> Fit:
    """How the table's columns fit what the survey remembers."""
    questions = list(survey.questions.all())
    by_key = {key: question for question in questions for key in keys_of(question)}
    columns, seen, new = [], set(), []
    for column in columns_of(table):
        question = next((by_key[key] for key in column.keys if key in by_key), None)
        columns.append((column, question))
        if question is not None:
            seen.add(question.pk)
        if any(key not in by_key for key in column.keys):
            new.append(column)
    missing = [item for item in questions if item.kind != Kind.LEFT_OUT and item.pk not in seen]
    return Fit(columns, new, missing)


def settle_columns(*, survey: Survey, choices: Iterable[ColumnChoice]) -> None:
    """Remembers what columns are. Those known already change, unless there are answers; then ColumnsFixed is raised."""
    with transaction.atomic():
        current = Survey.objects.select_for_update(of=("self",)).get(pk=survey.pk)
        has_answers = current.responses.exists()
        questions = {question.pk: question for question in current.questions.all()}
        by_key = {key: question for question in questions.values() for key in keys_of(question)}
        position = max((question.position for question in questions.values()), default=-1) + 1
        for choice in choices:
            column = choice.column
            known = next((by_key[key] for key in column.keys if key in by_key), None)
            question = questions.get(choice.same.pk) if choice.same else known
            if question is None:
                question = SurveyQuestion(survey=current, text=column.text, position=position)
                position += 1
            is_fixed = has_answers and question.pk is not None
            if is_fixed and not choice.same and choice.kind != question.kind:
                raise ColumnsFixed("Answers came in meanwhile. What is known of the columns stays as it is.")
            own = [normalise_header(heading) for heading in column.headings]
            question.headings = list(dict.fromkeys([*question.headings, *own]))
            question.choice_headings = question.choice_headings | {
                normalise_header(heading): words for heading, words in column.choices.items()
            }
            if not is_fixed and not choice.same:
                question.kind, question.separator = choice.kind, choice.separator
                question.whole_choices = list(choice.whole_choices)
            elif choice.whole_choices:
                question.whole_choices = list(dict.fromkeys([*question.whole_choices, *choice.whole_choices]))
            question.separator = question.separator or choice.separator
            question.save()
            by_key |= dict.fromkeys(column.keys, question)


def judge(survey: Survey, table: Table) -> Judged:
    """Reads every row and says what would become of it; writes nothing."""
    questions = list(survey.questions.all())
    by_key = {key: question for question in questions for key in keys_of(question)}
    headings = {header: normalise_header(header) for header in table.headers}
    known = set(survey.responses.values_list("key", flat=True))
    found, times = Judged(), Counter[str]()
    for row in table.rows:
        cells = {headings[header]: cell for header, cell in row.cells.items()}
        answers = {
            str(question.pk): answer
            for question in questions
            if (answer := answer_of(question, cells)) is not None
        }
        if not answers:
            found.empty += 1
            continue
        parts = _parts(by_key, cells)
        # Two people may answer alike: the second such row of a file is another one than the first.
        times[parts] += 1
        key = hashlib.sha256(f"{times[parts]} {parts}".encode()).hexdigest()
        if key in known:
            found.known += 1
        else:
            found.new[key] = answers
    if found.new and known and not found.known:
        stored = Counter(map(_said, survey.responses.values_list("answers", flat=True).iterator()))
        found.alike = (stored & Counter(map(_said, found.new.values()))).total()
    return found


def _said(answers: dict) -> str:
    return json.dumps(answers, sort_keys=True)


def _parts(by_key: dict[str, SurveyQuestion], cells: dict[str, str]) -> str:
    """What tells a row from others: the same under new headings, in another order, and with further columns empty."""
    parts = []
    for heading, cell in cells.items():
        question = by_key.get(heading)
        if question is None or not cell:
            continue
        choice = question.choice_headings.get(heading, "")
        if not choice:
            parts.append([question.pk, "", cell])
        elif is_ticked(cell):
            parts.append([question.pk, choice, ""])
    return json.dumps(sorted(parts), ensure_ascii=False)


def import_answers(*, file: SurveyFile, by: User) -> SurveyFile:
    """Adds the new answers of a file, all or none, and deletes the file. A second time changes nothing.

    Raises TableError where the file is gone or has columns that aren't settled.
    """
    with transaction.atomic():
        survey = Survey.objects.select_for_update(of=("self",)).get(pk=file.survey_id)
        current = SurveyFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
        if current.done_at:
            return current
        table = table_of(current)
        if fit(survey, table).new:
            raise TableError("The file has columns that nobody has said yet what they are.")
        judged = judge(survey, table)
        SurveyResponse.objects.bulk_create(
            (SurveyResponse(survey=survey, key=key, answers=answers) for key, answers in judged.new.items()),
            batch_size=BATCH,
        )
        name = str(current.file.name)
        current.done_at, current.file = timezone.now(), ""
        current.added, current.known = len(judged.new), judged.known
        current.save()
        trail.record(
            "survey answers imported", survey, by=by, added=current.added, there_already=current.known
        )
        transaction.on_commit(lambda: default_storage.delete(name))
    return current


def discard_file(*, file: SurveyFile) -> None:
    """Deletes a file that wasn't imported; with it what was said of its columns, where nothing else needs that.

    An imported one stays as a line of the survey's history. Twice changes nothing.
    """
    with transaction.atomic():
        survey = Survey.objects.select_for_update(of=("self",)).filter(pk=file.survey_id).first()
        current = SurveyFile.objects.filter(pk=file.pk, done_at__isnull=True).first()
        if survey is None or current is None:
            return
        name = str(current.file.name)
        current.delete()
        if not survey.responses.exists() and not survey.files.exists():
            survey.questions.all().delete()
        transaction.on_commit(lambda: default_storage.delete(name))
