"""The pages of a group's pieces of work: what they show to whom, what a form takes, nobody's words lost."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from groups import track_records
from groups.models import ServiceArea, TrackRecord, TrackRecordFile
from groups.views import work as views
from tests import factories
from tests.cast import Cast, make_cast
from toolkit_portal.core.attachment_files import prepare

pytestmark = pytest.mark.django_db
MOST_QUERIES = 20


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def client(cast):
    return cast.client("officer")


def noted(cast: Cast, **fields) -> TrackRecord:
    return TrackRecord.objects.create(group=cast.sunrise, **{"title": "Lunch club", **fields})


def with_file(cast: Cast, work: TrackRecord, name: str = "thanks.txt") -> TrackRecordFile:
    return track_records.add_file(
        work=work,
        by=cast.officer,
        prepared=prepare(ContentFile(b"Thank you all."), name),
        client_id=uuid4(),
        description="Thanks",
    )


def page_of(cast: Cast, actor: str = "officer") -> str:
    return cast.client(actor).get(reverse("work_list", args=[cast.sunrise.pk])).content.decode()


def add_url(cast: Cast, form: str = "") -> str:
    return reverse("work_add", args=[cast.sunrise.pk]) + f"?form={form or uuid4()}"


def test_without_work_the_officer_learns_what_to_write_down_first(cast):
    assert "proudest of" in page_of(cast) and add_url(cast).split("?")[0] in page_of(cast)
    managers = page_of(cast, "manager")
    assert "Nothing written down yet" in managers and add_url(cast).split("?")[0] not in managers


def test_the_list_shows_what_each_work_is_worth_and_proves(cast):
    work = noted(
        cast,
        for_whom="Chesterfield council",
        pounds=12_500,
        people_reached=1_040,
        starts_on=date(2025, 4, 1),
        ends_on=date(2026, 3, 31),
        outcomes="Eleven found work.",
        proves=["2.22", "9.99"],
    )
    work.services.set([factories.service_area()])
    with_file(cast, work)
    page = page_of(cast)
    for words in (
        "Chesterfield council", "£12,500", "1,040", "1 April 2025 to 31 March 2026", "Eleven found work.",
        "2.22 Showing what the group adds", "9.99", "Housing", "thanks.txt",
    ):  # fmt: skip
        assert words in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"starts_on": date(2025, 4, 1)}, "Since 1 April 2025"),
        ({"ends_on": date(2025, 4, 1)}, "Until 1 April 2025"),
        ({}, "No dates yet"),
    ],
)
def test_dates_are_told_as_far_as_they_are_known(cast, fields, words):
    noted(cast, **fields)
    assert words in page_of(cast)


def test_a_referee_is_named_only_once_they_agreed(cast):
    work = noted(cast, referee="Rev. Marker", referee_contact="01246 000000")
    for actor in ("officer", "manager"):
        page = page_of(cast, actor)
        assert "Marker" not in page and "01246" not in page and "hasn’t agreed" in page
    TrackRecord.objects.filter(pk=work.pk).update(referee_agreed_on=date(2026, 5, 3))
    page = page_of(cast, "manager")
    assert "Rev. Marker" in page and "01246 000000" in page and "3 May 2026" in page


def test_managers_get_no_links_to_change_anything(cast):
    work = noted(cast)
    file = with_file(cast, work)
    page = page_of(cast, "manager")
    for name, pk in (("work_edit", work.pk), ("work_delete", work.pk), ("work_file_add", work.pk)):
        assert reverse(name, args=[pk]) in page_of(cast)
        assert f'"{reverse(name, args=[pk])}"' not in page
    assert reverse("work_file_delete", args=[file.pk]) not in page
    assert reverse("work_file", args=[file.pk]) in page


def test_a_long_record_is_paged(cast, client):
    for number in range(views.PER_PAGE + 1):
        noted(cast, title=f"Work {number:02}", ends_on=date(2026, 1, 1) + timedelta(days=number))
    first, second = (
        client.get(reverse("work_list", args=[cast.sunrise.pk]), {"page": number}).content.decode()
        for number in (1, 2)
    )
    assert "Work 25" in first and "Work 00" not in first and "Work 00" in second


def test_queries_do_not_grow_with_the_work(cast, client):
    counts = []
    for more in (1, 2):
        for _ in range(more):
            work = noted(cast)
            work.services.set([factories.service_area(), factories.service_area("Education")])
            with_file(cast, work)
        client.get(reverse("work_list", args=[cast.sunrise.pk]))
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("work_list", args=[cast.sunrise.pk]))
        counts.append(len(seen))
    assert counts[0] == counts[1] <= MOST_QUERIES


def test_a_form_takes_sums_and_days_as_people_write_them(cast, client):
    area = factories.service_area()
    response = client.post(
        add_url(cast),
        {
            "title": "  Lunch   club ", "for_whom": "The parish", "starts_on": "1 April 2025", "ends_on": "31/3/26",
            "outcomes": "Eleven found work.", "pounds": "£12,500", "people_reached": "40",
            "proves": ["2.22", "2.23"], "services": [area.pk], "referee": "Ward councillor",
            "referee_contact": "by phone", "referee_agreed_on": "3 May 2026",
        },
    )  # fmt: skip
    assert response["Location"] == reverse("work_list", args=[cast.sunrise.pk])
    work = TrackRecord.objects.get()
    assert (work.group, work.title, work.pounds, work.people_reached) == (
        cast.sunrise,
        "Lunch club",
        12_500,
        40,
    )
    assert (work.starts_on, work.ends_on) == (date(2025, 4, 1), date(2026, 3, 31))
    assert work.proves == ["2.22", "2.23"] and list(work.services.all()) == [area]
    assert work.referee_agreed_on == date(2026, 5, 3) and work.changed_by == cast.officer


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"title": ""}, "Say in a few words what was done."),
        ({"starts_on": "2/5/2026", "ends_on": "1/5/2026"}, "end before it began"),
        ({"starts_on": "1/1/2199"}, "once it has begun"),
        ({"pounds": "a lot"}, "isn&#x27;t a sum"),
        ({"pounds": "£2,000,000,000"}, "Check the sum"),
        ({"referee_agreed_on": "1/5/2026"}, "Name the referee"),
        ({"referee": "Somebody", "referee_agreed_on": "1/1/2199"}, "still to come"),
        ({"proves": ["3.14"]}, "3.14 is not one of the available choices"),
        ({"people_reached": "-1"}, "greater than or equal to 0"),
    ],
)
def test_faults_are_said_and_nothing_typed_is_lost(cast, client, typed, words):
    response = client.post(add_url(cast), {"title": "Lunch club", "outcomes": "Kept words", **typed})
    page = response.content.decode()
    assert response.status_code == 422 and words in page and "Kept words" in page
    assert not TrackRecord.objects.exists()


def test_a_part_with_a_fault_or_content_is_open(cast, client):
    empty = client.get(add_url(cast)).content.decode()
    assert empty.count('<details class="more-fields">') == 3
    wrong = client.post(add_url(cast), {"title": "x", "pounds": "a lot"}).content.decode()
    assert wrong.count('<details class="more-fields" open>') == 1
    work = noted(cast, referee="Somebody", proves=["2.22"])
    full = client.get(reverse("work_edit", args=[work.pk])).content.decode()
    assert full.count('<details class="more-fields" open>') == 2


def test_a_form_without_an_id_in_its_address_gets_one(cast, client):
    for url in (
        reverse("work_add", args=[cast.sunrise.pk]),
        reverse("work_file_add", args=[noted(cast).pk]),
    ):
        response = client.get(url)
        assert response.status_code == 302 and "?form=" in response["Location"]


def test_sending_a_form_again_or_going_back_to_it_makes_no_second_one(cast, client):
    url = add_url(cast)
    for _ in range(2):
        assert client.post(url, {"title": "Lunch club"}).status_code == 302
    assert TrackRecord.objects.count() == 1
    assert "saved already" in client.get(url, follow=True).content.decode()


def test_a_form_used_for_another_group_keeps_what_was_typed(cast, client):
    form = uuid4()
    TrackRecord.objects.create(group=cast.harbour, title="Theirs", client_id=form)
    response = client.post(add_url(cast, str(form)), {"title": "Ours", "client_id": str(form)})
    page = response.content.decode()
    assert response.status_code == 422 and "used for another group" in page and "Ours" in page
    assert str(form) not in page.split('name="client_id"')[1].split(">")[0]


def test_a_change_is_saved_and_leads_back_to_its_place(cast, client):
    work = noted(cast, pounds=12_500)
    url = reverse("work_edit", args=[work.pk])
    assert 'value="12,500"' in client.get(url).content.decode()
    response = client.post(url, {"title": "Supper club", "version": 1})
    assert response["Location"].endswith(f"#work-{work.pk}")
    work.refresh_from_db()
    assert (work.title, work.version, work.pounds) == ("Supper club", 2, None)


def test_a_change_with_a_fault_is_not_saved(cast, client):
    work = noted(cast)
    response = client.post(reverse("work_edit", args=[work.pk]), {"title": " ", "version": 1})
    assert response.status_code == 422 and TrackRecord.objects.get().title == "Lunch club"


def test_a_stale_change_shows_both_and_sending_it_again_decides(cast, client):
    education = factories.service_area("Education")
    work = noted(cast, starts_on=date(2025, 1, 1), proves=["2.22"])
    work.services.set([education])
    TrackRecord.objects.filter(pk=work.pk).update(title="A colleague's", version=2, pounds=5)
    url = reverse("work_edit", args=[work.pk])
    response = client.post(url, {"title": "Mine", "version": 1, "starts_on": "2/1/2025"})
    page = response.content.decode()
    assert response.status_code == 409 and "Somebody changed this" in page
    for words in ("Mine", "A colleague&#x27;s", "2 January 2025", "1 January 2025", "2.22", "Education"):
        assert words in page
    assert TrackRecord.objects.get().title == "A colleague's"
    assert 'name="version" value="2"' in page
    assert client.post(url, {"title": "Mine", "version": 2}).status_code == 302
    assert TrackRecord.objects.get().title == "Mine"


def test_a_change_of_what_was_deleted_meanwhile_is_a_404(cast, client, monkeypatch):
    work = noted(cast)

    def gone(**kwargs):
        raise TrackRecord.DoesNotExist

    monkeypatch.setattr(views, "change_work", gone)
    assert client.post(reverse("work_edit", args=[work.pk]), {"title": "x", "version": 1}).status_code == 404


def test_values_that_are_retired_stay_ticked_where_they_are_held(cast, client):
    work = noted(cast, proves=["9.99"])
    area = factories.service_area()
    work.services.set([area])
    ServiceArea.objects.filter(pk=area.pk).update(retired_on=timezone.localdate() - timedelta(days=1))
    page = client.get(reverse("work_edit", args=[work.pk])).content.decode()
    assert 'value="9.99"' in page and "Housing" in page
    assert "Housing" not in client.get(add_url(cast)).content.decode()
    typed = {"title": "Lunch club", "version": 1, "proves": ["9.99"], "services": [area.pk]}
    assert client.post(reverse("work_edit", args=[work.pk]), typed).status_code == 302


def test_deleting_asks_first(cast, client):
    work = noted(cast)
    with_file(cast, work)
    url = reverse("work_delete", args=[work.pk])
    assert "with its 1 file." in client.get(url).content.decode()
    assert TrackRecord.objects.exists()
    assert client.post(url)["Location"] == reverse("work_list", args=[cast.sunrise.pk])
    assert not TrackRecord.objects.exists()


def test_the_papers_of_a_group_lead_to_its_newest_work(cast):
    for year in range(2020, 2026):
        noted(cast, title=f"Work of {year}", ends_on=date(year, 3, 31), for_whom="The parish")
    url = reverse("papers", args=[cast.sunrise.pk])
    page = cast.client("officer").get(url).content.decode()
    assert page.index("Work of 2025") < page.index("Work of 2022") and "Work of 2021" not in page
    assert "Until March 2025, for The parish" in page
    adding = f'"{reverse("work_add", args=[cast.sunrise.pk])}"'
    assert adding in page and adding not in cast.client("manager").get(url).content.decode()


@pytest.mark.parametrize("actor", ["other_officer", "lead", "other_lead", "administrator"])
def test_work_of_others_is_a_404_and_stays(cast, actor):
    work = noted(cast)
    file = with_file(cast, work)
    stranger = cast.client(actor)
    for name, pk in (
        ("work_list", cast.sunrise.pk), ("work_add", cast.sunrise.pk), ("work_edit", work.pk),
        ("work_delete", work.pk), ("work_file_add", work.pk), ("work_file", file.pk), ("work_file_delete", file.pk),
    ):  # fmt: skip
        url = reverse(name, args=[pk])
        assert stranger.get(url).status_code == 404
        assert stranger.post(url, {"title": "x", "version": 1}).status_code in {404, 405}
    assert TrackRecord.objects.get().title == "Lunch club" and TrackRecordFile.objects.exists()
