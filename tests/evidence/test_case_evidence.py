"""The page of a case file that lists what its group told of."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from evidence.models import Evidence
from tests import factories
from tests.cast import Cast, make_cast
from tests.evidence.test_recording import colleague_of

pytestmark = pytest.mark.django_db


def at(cast: Cast) -> str:
    return reverse("case_evidence", args=[cast.sunrise.pk])


def told(cast: Cast, **fields) -> Evidence:
    return factories.make_evidence(lio=cast.peak, by=cast.officer, **{"groups": (cast.sunrise,), **fields})


def detail(record: Evidence) -> str:
    return reverse("evidence_detail", args=[record.pk])


def test_what_the_group_told_stands_there_newest_first_and_nothing_else():
    cast = make_cast()
    today = timezone.localdate()
    older = told(cast, happened_on=today - timedelta(days=9), people_affected=7)
    both = told(cast, groups=(cast.sunrise, cast.harbour), happened_on=today - timedelta(days=2))
    elsewhere = told(cast, groups=(cast.harbour,))
    page = cast.client("officer").get(at(cast)).content.decode()
    assert page.index(detail(both)) < page.index(detail(older))
    assert page.count(detail(both)) == 1 and detail(elsewhere) not in page
    assert "2 records" in page and ">7<" in page


@pytest.mark.parametrize(
    ("drafts", "reviewed", "words"),
    [
        (1, 0, "0 of 1 are reviewed and count in"),
        (2, 1, "1 of 3 is reviewed and counts in"),
        (1, 2, "2 of 3 are reviewed and count in"),
    ],
)
def test_the_page_says_how_many_count(drafts, reviewed, words):
    cast = make_cast()
    colleague = colleague_of(cast)
    for _ in range(drafts):
        told(cast)
    for _ in range(reviewed):
        told(cast, reviewed_by=colleague)
    assert words in cast.client("officer").get(at(cast)).content.decode()


def test_an_empty_page_tells_an_officer_what_to_do_and_a_manager_what_comes():
    cast = make_cast()
    form = f"{reverse('evidence_new')}?group={cast.sunrise.pk}"
    page = cast.client("officer").get(at(cast)).content.decode()
    assert "No need recorded yet" in page and page.count(f'href="{form}"') == 2
    page = cast.client("manager").get(at(cast)).content.decode()
    assert "No need recorded yet" in page and reverse("evidence_new") not in page


def test_only_those_who_may_read_the_case_file_read_what_its_group_told():
    cast = make_cast()
    record = told(cast, summary="A secret of Sunrise")
    for actor, status in (
        ("officer", 200),
        ("manager", 200),
        ("other_officer", 404),
        ("lead", 404),
        ("administrator", 404),
    ):
        answer = cast.client(actor).get(at(cast))
        assert answer.status_code == status, actor
        assert ("A secret of Sunrise" in answer.content.decode()) is (status == 200), actor
        assert cast.client(actor).get(detail(record)).status_code == status, actor


def test_pages_of_a_long_list_are_turned(monkeypatch):
    monkeypatch.setattr("evidence.views.needs.PER_PAGE", 2)
    cast = make_cast()
    for _ in range(3):
        told(cast)
    page = cast.client("officer").get(at(cast)).content.decode()
    assert "1 to 2 of 3 records" in page and "0 of 3 are reviewed" in page
    assert "3 to 3 of 3 records" in cast.client("officer").get(at(cast) + "?page=2").content.decode()


def test_the_page_takes_as_many_queries_for_three_records_as_for_one():
    cast = make_cast()
    client = cast.client("officer")
    client.get(at(cast))

    def add_and_count() -> int:
        told(cast, districts=("Chesterfield",), groups=(cast.sunrise, cast.harbour))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(at(cast)).status_code == 200
        return len(captured)

    one = add_and_count()
    add_and_count()
    assert add_and_count() == one <= 20
