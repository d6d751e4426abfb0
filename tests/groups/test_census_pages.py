"""Administrators' pages for census tables: hand in, look, load, remove."""

import pytest
from django.urls import reverse

from groups.models import CensusTable
from tests.cast import make_cast
from tests.census import DERBY, INDIAN, long_csv, upload, wide_csv

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    return make_cast().client("administrator")


def hand_in(client, content: bytes, name: str = "TS021-2021-9.csv", **fields):
    return client.post(reverse("admin_census_add"), {"file": upload(content, name), **fields}, follow=True)


def test_a_table_is_looked_at_before_it_counts(client):
    page = hand_in(client, long_csv({DERBY: {INDIAN: 7, "Other ethnic group: Arabs": 8}})).content.decode()
    table = CensusTable.objects.get(confirmed_at=None)
    assert "1 area, 1 of them known here. Nothing counts yet." in page
    assert "1 category without a community" in page and "the nearest is “Arab”" in page
    assert "Bolsover, Chesterfield" in page
    assert not table.is_current
    listed = client.get(reverse("admin_census")).content.decode()
    assert "Not loaded yet" in listed and "by Ada Admin" in listed
    done = client.post(reverse("admin_census_table", args=[table.pk]), follow=True).content.decode()
    assert "Loaded TS021 Ethnic group, 2021. Reports use it from now on." in done
    table.refresh_from_db()
    assert table.is_current and table.loaded_by.name == "Ada Admin"
    assert "Not loaded yet" not in done


def test_confirming_twice_is_once(client):
    hand_in(client, long_csv())
    table = CensusTable.objects.get(confirmed_at=None)
    client.post(reverse("admin_census_table", args=[table.pk]))
    table.refresh_from_db()
    first = table.confirmed_at
    client.post(reverse("admin_census_table", args=[table.pk]))
    table.refresh_from_db()
    assert table.confirmed_at == first


def test_an_older_table_says_that_a_newer_one_is_used(client):
    hand_in(client, long_csv(), "x.csv", year="2011")
    table = CensusTable.objects.get(year=2011)
    done = client.post(reverse("admin_census_table", args=[table.pk]), follow=True).content.decode()
    assert "Reports as at today use a newer one." in done


def test_the_same_file_again_changes_nothing(client):
    for _ in range(2):
        page = hand_in(client, wide_csv()).content.decode()
        table = CensusTable.objects.latest("pk")
        client.post(reverse("admin_census_table", args=[table.pk]))
    assert "This file is loaded already. Nothing has changed." in page
    assert CensusTable.objects.count() == 2


def test_faults_are_told_by_row_and_column_and_nothing_is_kept(client):
    response = hand_in(client, wide_csv(change={(DERBY, INDIAN): "-5", (DERBY, "White"): "x"}))
    page = response.content.decode()
    assert response.status_code == 422
    assert "Faults in the table" in page and "Row 3, “Ethnic group: White”: “x” isn’t a whole number" in page
    one = hand_in(client, wide_csv(change={(DERBY, INDIAN): "-5"})).content.decode()
    assert "Faults in the table" not in one and "“-5” isn’t a whole number of people" in one
    assert CensusTable.objects.count() == 1


def test_what_is_no_table_and_years_to_come_are_refused(client):
    assert "Choose a file." in client.post(reverse("admin_census_add"), {}).content.decode()
    assert "still to come" in hand_in(client, long_csv(), "x.csv", year="2091").content.decode()
    assert "isn’t a census table" in hand_in(client, b"a,b\n1,2\n").content.decode()
    assert hand_in(client, b"a,b\n1,2\n").status_code == 422


def test_a_file_that_is_too_large_is_refused(client, monkeypatch):
    monkeypatch.setattr("groups.forms.census.LIMITS", type("Small", (), {"file_bytes": 10}))
    assert "larger than 10 MB" in hand_in(client, long_csv()).content.decode()


def test_notes_of_the_file_are_shown(client):
    head, *rows = wide_csv().decode("utf-8-sig").splitlines()
    content = "\n".join([f"Region,{head}", *(f"East Midlands,{row}" for row in rows)])
    assert "Left out: Region." in hand_in(client, content.encode()).content.decode()


def test_a_table_is_removed_after_a_question(client):
    hand_in(client, long_csv())
    table = CensusTable.objects.get(confirmed_at=None)
    url = reverse("admin_census_remove", args=[table.pk])
    assert "Nothing has counted yet" in client.get(url).content.decode()
    client.post(reverse("admin_census_table", args=[table.pk]))
    assert "Reports use TS021 Ethnic group, 2021 in its place" in client.get(url).content.decode()
    assert "is gone" in client.post(url, follow=True).content.decode()
    shipped = CensusTable.objects.get()
    assert shipped.is_current
    url = reverse("admin_census_remove", args=[shipped.pk])
    assert "come back at its next update" in client.get(url).content.decode()
    assert "No census table" in client.post(url, follow=True).content.decode()


@pytest.mark.parametrize("name", ["admin_census", "admin_census_table"])
def test_queries_do_not_grow(client, name, django_assert_max_num_queries):
    args = [CensusTable.objects.get().pk] if name == "admin_census_table" else []
    client.get(reverse(name, args=args))  # a first page also writes the session
    counted = []
    for number in (1, 3):
        for year in range(2001, 2000 + number):
            hand_in(client, long_csv({DERBY: {INDIAN: year}}), "x.csv", year=str(year))
        with django_assert_max_num_queries(20) as queries:
            client.get(reverse(name, args=args))
        counted.append(len(queries))
    assert counted[0] == counted[1]
