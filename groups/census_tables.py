"""Census tables as the portal keeps them: loaded, looked at, confirmed, removed, and the one that comes with it."""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from groups import trail
from groups.census import LIMITS, Census, Figure, match_community, read_census
from groups.models import CensusFigure, CensusTable, Community, District, User
from toolkit_portal.core.spreadsheets import TableError, nearest, read_table

SHIPPED = Path(__file__).parent / "census-2021.toml"
SOURCE = "Office for National Statistics, Census {year}"
LICENCE = "Open Government Licence v3.0"


def read_file(file: BinaryIO | Path, *, filename: str, year: int | None = None) -> tuple[Census, str]:
    """What a file holds of the council areas known here, and the file's SHA-256. Raises TableError."""
    table = read_table(file, filename=filename, limits=LIMITS)
    census = read_census(
        table,
        known=dict(District.objects.values_list("gss_code", "name")),
        filename=filename,
        year=year,
        latest=timezone.localdate().year,
    )
    if isinstance(file, Path):
        content = file.read_bytes()
    else:
        file.seek(0)
        content = file.read()
    return census, hashlib.sha256(content).hexdigest()


@transaction.atomic
def keep(*, census: Census, sha256: str, by: User | None) -> CensusTable:
    """The table, to be looked at before it counts. The same file is the same table, however often it comes.

    Of a table that counts already, categories that had no community are matched again, since the list may have grown.
    Raises TableError where no category of a table of ethnic groups is a community.
    """
    communities = {community.label: community for community in Community.objects.all()}
    matched: dict[str, Community] = {}
    if census.topic == CensusTable.Topic.ETHNIC_GROUP:
        matched = _matched(census.categories, communities)
        if not matched:
            raise TableError(
                "None of its categories is a community known here. Choose the table with all ethnic groups, "
                "such as “Ethnic group (20 categories)”."
            )
    said = {
        "topic": census.topic,
        "title": census.title,
        "year": census.year,
        "source": SOURCE.format(year=census.year),
        "licence": LICENCE,
        "areas_in_file": census.areas,
        "loaded_by": by,
    }
    table, is_new = CensusTable.objects.get_or_create(sha256=sha256, defaults=said)
    if table.is_confirmed:
        for category, community in matched.items():
            table.figures.filter(category=category, community=None).update(community=community)
        return table
    if not is_new:
        # Somebody has looked at the file before and left it; districts and communities may have changed since.
        CensusTable.objects.filter(pk=table.pk).update(**said)
        table.refresh_from_db()
        table.figures.all().delete()
    _add_figures(table, census.figures, matched)
    return table


def _matched(categories: Iterable[str], communities: Mapping[str, Community]) -> dict[str, Community]:
    found = {category: match_community(category, communities) for category in categories}
    return {category: communities[label] for category, label in found.items() if label is not None}


def _add_figures(
    table: CensusTable, figures: tuple[Figure, ...], matched: Mapping[str, Community], using: str = "default"
) -> None:
    CensusFigure.objects.using(using).bulk_create(
        (
            CensusFigure(
                table=table,
                gss_code=figure.gss_code,
                area=figure.area,
                category=figure.category,
                community=matched.get(figure.category),
                people=figure.people,
            )
            for figure in figures
        ),
        batch_size=500,
    )


@transaction.atomic
def confirm(*, table: CensusTable, by: User | None) -> CensusTable:
    """From now on the table counts. It is current unless there is one of a newer year. Twice is once."""
    _lock(table.topic)
    fresh = CensusTable.objects.get(pk=table.pk)
    if not fresh.is_confirmed:
        fresh.confirmed_at = fresh.loaded_at = timezone.now()
        fresh.loaded_by = by
        fresh.save(update_fields=["confirmed_at", "loaded_at", "loaded_by"])
        trail.record("census table loaded", fresh, by=by, year=fresh.year, topic=fresh.topic)
        _settle(fresh.topic)
        fresh.refresh_from_db()
    return fresh


@transaction.atomic
def remove(*, table: CensusTable, by: User | None) -> None:
    """The table and its figures go; the next older one is current. Reports as at an earlier day change with it."""
    _lock(table.topic)
    if table.is_confirmed:
        trail.record("census table removed", table, by=by, year=table.year, topic=table.topic)
    topic = table.topic
    table.delete()
    _settle(topic)


def _lock(topic: str) -> None:
    """Waits for others who are changing what tables of the topic there are."""
    list(CensusTable.objects.select_for_update().filter(topic=topic).order_by("pk").values_list("pk"))


def _settle(topic: str) -> None:
    """Makes the newest table of a topic the current one."""
    tables = CensusTable.objects.filter(topic=topic, confirmed_at__isnull=False)
    newest = tables.order_by("-year", "-loaded_at", "-pk").first()
    if newest is not None:
        tables.exclude(pk=newest.pk).update(is_current=False)
        tables.filter(pk=newest.pk).update(is_current=True)


def unmatched(table: CensusTable) -> list[tuple[str, str]]:
    """Categories of a table of ethnic groups without a community, each with the label that is nearest or ""."""
    if table.topic != CensusTable.Topic.ETHNIC_GROUP:
        return []
    labels = list(Community.objects.values_list("label", flat=True))
    categories = table.figures.filter(community=None).order_by().values_list("category", flat=True).distinct()
    return [
        (category, next(iter(nearest(category.rpartition(": ")[2], labels, 1)), ""))
        for category in sorted(categories)
    ]


def missing(table: CensusTable) -> list[str]:
    """Names of districts of today that the table has no figures for."""
    have = table.figures.order_by().values("gss_code")
    return list(District.objects.current().exclude(gss_code__in=have).values_list("name", flat=True))


def add_shipped(using: str = "default") -> None:
    """Loads the nine areas' ethnic groups of 2021 where there is no table of ethnic groups. Safe to run again."""
    tables = CensusTable.objects.using(using)
    data: dict[str, Any] = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
    counting = Q(topic=data["topic"], confirmed_at__isnull=False)
    if tables.filter(counting | Q(sha256=data["sha256"])).exists():
        return
    communities = {community.label: community for community in Community.objects.using(using).all()}
    with transaction.atomic(using=using):
        now = timezone.now()
        table = tables.create(
            topic=data["topic"],
            title=data["title"],
            year=data["year"],
            source=data["source"],
            licence=data["licence"],
            sha256=data["sha256"],
            areas_in_file=data["areas_in_file"],
            loaded_at=now,
            confirmed_at=now,
            is_current=True,
        )
        _add_figures(
            table,
            tuple(
                Figure(area["gss_code"], area["name"], category, people)
                for area in data["areas"]
                for category, people in zip(data["categories"], area["people"], strict=True)
            ),
            _matched(data["categories"], communities),
            using,
        )
