"""A county for measuring the report: four assessments a group, twenty records of need a group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Min

from benchmarks._county import county
from evidence.models import Evidence
from groups.models import CommunityGroup
from readiness.models import Answer, Assessment

ASSESSMENTS = 4
RECORDS_A_GROUP = 20
# Made one by one they would take longer than all else, so the demo's records are written several times over.
TIMES = 10
BATCH = 500


@contextmanager
def report_county(groups: int) -> Iterator[None]:
    """Within the block the default database is a new one with so many groups, assessments and records."""
    with county(groups, evidence=groups * RECORDS_A_GROUP // TIMES):
        _fill_up_assessments()
        _multiply_records()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        yield


def _fill_up_assessments() -> None:
    """Gives each group the assessments it lacks, earlier than its first and with its answers."""
    lacking = dict(
        CommunityGroup.objects.annotate(number=Count("assessments"))
        .filter(number__lt=ASSESSMENTS, number__gt=0)
        .values_list("pk", "number")
    )
    groups = list(lacking)
    for start in range(0, len(groups), BATCH):
        batch = groups[start : start + BATCH]
        first = {
            assessment.group_id: assessment
            for assessment in Assessment.objects.filter(group__in=batch).order_by("-assessed_on")
        }
        answers: dict[int, list[Answer]] = {assessment.pk: [] for assessment in first.values()}
        for answer in Answer.objects.filter(assessment__in=list(answers)):
            answers[answer.assessment_id].append(answer)
        made = []
        for group, assessment in first.items():
            for earlier in range(1, ASSESSMENTS - lacking[group] + 1):
                days = timedelta(days=130 * earlier)
                assert assessment.completed_at is not None
                new = _copy(
                    assessment,
                    is_latest=False,
                    assessed_on=assessment.assessed_on - days,
                    completed_at=assessment.completed_at - days,
                )
                new.client_id = Assessment._meta.get_field("client_id").get_default()
                made.append((new, assessment.pk))
        Assessment.objects.bulk_create([new for new, _ in made])
        Answer.objects.bulk_create(
            [_copy(answer, assessment=new) for new, pk in made for answer in answers[pk]], batch_size=5000
        )


def _copy(record: Any, **changes: Any) -> Any:
    values = {field.attname: getattr(record, field.attname) for field in record._meta.concrete_fields}
    values.pop("id")
    for name, value in changes.items():
        values.pop(f"{name}_id", None)
        values[name] = value
    return type(record)(**values)


def _multiply_records() -> None:
    """Writes each record of need, with its places and people, as many times as it takes."""
    least, most = Evidence.objects.aggregate(least=Min("pk"), most=Max("pk")).values()
    span = most - least + 1
    names = [
        field.column for field in Evidence._meta.concrete_fields if field.column not in {"id", "client_id"}
    ]
    new_id = "lower(hex(randomblob(16)))" if connection.vendor == "sqlite" else "gen_random_uuid()"
    listed = ", ".join(names)
    with connection.cursor() as cursor:
        for times in range(1, TIMES):
            cursor.execute(
                f"INSERT INTO evidence_evidence (id, client_id, {listed}) "
                f"SELECT id + {span * times}, {new_id}, {listed} FROM evidence_evidence WHERE id <= {most}"
            )
            for field in ("districts", "communities", "barriers", "groups"):
                through: Any = getattr(Evidence, field).through
                other = _other_column(through._meta.concrete_fields)
                cursor.execute(
                    f"INSERT INTO {through._meta.db_table} (evidence_id, {other}) "
                    f"SELECT evidence_id + {span * times}, {other} FROM {through._meta.db_table} "
                    f"WHERE evidence_id <= {most}"
                )


def _other_column(fields: Sequence[Any]) -> str:
    return next(str(field.column) for field in fields if field.column not in {"id", "evidence_id"})
