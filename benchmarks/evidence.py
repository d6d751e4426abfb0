"""Unmet need at scale: the analysis page and a brief beside the bare SQL that fetches the same figures."""

from __future__ import annotations

import random
import time
import tracemalloc
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from benchmarks._bare_evidence import ANALYSIS, BRIEF_FIGURES, BRIEF_WORDS, IN_DISTRICT, IN_SERVICE
from benchmarks._county import bare_connection, county
from benchmarks.figures import Figure, interleaved
from evidence.brief_data import BriefChoice, collect
from evidence.brief_document import BriefLio
from evidence.demo.county import DemoCounty, add_evidence
from evidence.models import Evidence
from groups.models import LIO, CommunityGroup, District, Membership, ServiceArea, User

GROUPS = 60
MOST_TIMES_BARE = 3
MOST_QUERIES = 20
# Nothing but the database's answers may grow, and those are as many as there are labels.
MOST_MEMORY_GROWTH = 1.5


def run(smoke: bool) -> list[Figure]:
    """Figures of few records and of 200,000: time beside bare SQL, queries, memory. 3,000 in a smoke run."""
    rounds = 2 if smoke else 5
    few, many = (300, 3_000) if smoke else (20_000, 200_000)
    with county(GROUPS), _evidence() as add:
        add(few)
        ways = _ways()
        before = {name: (_memory(way), _queries(way)) for name, way in ways.items()}
        add(many - few)
        figures = []
        with bare_connection() as driver:
            for name, way in ways.items():
                value, reference = interleaved(
                    rounds, way, _bare(driver, *_statements()[name]), clock=time.perf_counter
                )
                figures.append(
                    Figure(
                        name=f"{name} at {many:,} records, against bare SQL",
                        value=value,
                        reference=reference,
                        target=MOST_TIMES_BARE,
                        unit="s",
                    )
                )
        for name, way in ways.items():
            memory, queries = before[name]
            figures += [
                Figure(
                    name=f"{name}: memory at {many:,} records against {few:,}",
                    value=_memory(way),
                    reference=memory,
                    target=MOST_MEMORY_GROWTH,
                    unit="MiB",
                ),
                Figure(
                    name=f"{name}: queries at {many:,} records against {few:,}",
                    value=_queries(way),
                    reference=queries,
                    target=1,
                    unit="queries",
                ),
            ]
    return figures


@contextmanager
def _evidence() -> Iterator[Callable[[int], None]]:
    """Within the block, a function that adds so many records to the county."""
    chance = random.Random(1)
    found = DemoCounty(
        chance=chance,
        today=timezone.localdate(),
        uuid=lambda: uuid.UUID(int=chance.getrandbits(128)),
        lios=list(LIO.objects.order_by("pk")),
        officers={
            lio.pk: list(
                User.objects.filter(
                    memberships__in=Membership.objects.live().filter(role="officer", lio=lio)
                ).order_by("pk")
            )
            for lio in LIO.objects.all()
        },
        groups=list(CommunityGroup.objects.order_by("pk")),
    )

    def add(number: int) -> None:
        add_evidence(found, records=number, briefs=0)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    yield add


def _ways() -> dict[str, Callable[[], object]]:
    district, service = District.objects.get(name="Derby"), _service()
    client = Client(headers={"host": "localhost"})
    manager = User.objects.get(email="manager@demo.example")
    client.force_login(manager, backend="groups.sign_in.PortalBackend")

    def page(**filters: Any) -> Callable[[], object]:
        def get() -> object:
            response = client.get(reverse("evidence_analysis"), filters)
            if response.status_code != 200:
                raise RuntimeError(f"The analysis answers {response.status_code}, so its time says nothing.")
            return response

        return get

    def brief() -> object:
        return collect(
            Evidence.objects.all(),
            BriefChoice(service_area=service, districts=(district,)),
            lio=BriefLio(name="All", contact="", phone="", email="", web="", logo=""),
            groups=CommunityGroup.objects.all(),
        )

    return {
        "analysis page": page(),
        "analysis page of one district": page(district=district.pk),
        "figures and words of a brief": brief,
    }


def _statements() -> dict[str, tuple[Sequence[str], str, Sequence[str]]]:
    """Statements for the whole and for what is chosen, the choice, and statements for the choice alone."""
    district = IN_DISTRICT.format(district=District.objects.get(name="Derby").pk)
    service = IN_SERVICE.format(service=_service().pk)
    return {
        "analysis page": (ANALYSIS, "", ()),
        "analysis page of one district": (ANALYSIS, district, ()),
        "figures and words of a brief": (BRIEF_FIGURES, f"{service} {district}", BRIEF_WORDS),
    }


def _service() -> ServiceArea:
    return ServiceArea.objects.get(label="Health care")


def _bare(driver: Any, both: Sequence[str], where: str, chosen: Sequence[str]) -> Callable[[], object]:
    statements = [statement.format(where="") for statement in both]
    if where:
        statements += [statement.format(where=where) for statement in (*both, *chosen)]

    def fetch() -> int:
        cursor = driver.cursor()
        rows = 0
        for statement in statements:
            cursor.execute(statement)
            rows += len(cursor.fetchall())
        return rows

    return fetch


def _memory(way: Callable[[], object]) -> float:
    """The most that Python holds at once while it goes this way, in MiB."""
    way()
    tracemalloc.start()
    try:
        way()
        return tracemalloc.get_traced_memory()[1] / 1024 / 1024
    finally:
        tracemalloc.stop()


def _queries(way: Callable[[], object]) -> int:
    # Once before: the first page after a while also notes in the session that somebody is there.
    way()
    with CaptureQueriesContext(connection) as queries:
        way()
    return len(queries)
