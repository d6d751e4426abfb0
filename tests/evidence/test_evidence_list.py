"""The list of records: its order, its filters, its pages."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evidence.models import Barrier, Evidence
from evidence.recording import send_back
from groups.models import Community, District, Organisation
from tests import factories
from tests.cast import Cast, make_cast
from tests.evidence.evidence_acts import DAY, HOSTILE, LIST, at, fields, full_record, new_url
from tests.evidence.test_recording import colleague_of

pytestmark = pytest.mark.django_db


def full_choice(cast: Cast) -> dict[str, object]:
    """Every filter of the list at once."""
    return {
        "q": "lift order",
        "state": "draft",
        "service_area": factories.service_area().pk,
        "district": District.objects.get(name="Chesterfield").pk,
        "community": Community.objects.get(label="Roma").pk,
        "barrier": Barrier.objects.get(label="Cost").pk,
        "method": "survey",
        "strength": "several",
        "provider": Organisation.objects.get(name="Peak Homes").pk,
        "commissioner": Organisation.objects.get(name="Peak Council").pk,
        "group": cast.sunrise.pk,
        "start": f"{DAY() - timedelta(days=21):%d/%m/%Y}",
        "end": f"{DAY() - timedelta(days=19):%d/%m/%Y}",
        "mine": "on",
    }


def test_the_list_shows_what_was_heard_newest_first_and_how_far_it_is():
    cast = make_cast()
    older = full_record(cast, summary="The older one", people_affected=6)
    newer = full_record(cast, summary="The newer one", happened_on=DAY() - timedelta(days=2))
    send_back(record=newer, by=colleague_of(cast), version=1, why="Which office?")
    factories.make_evidence(lio=cast.vale, by=cast.other_officer, summary="Of another LIO")
    page = cast.client("officer").get(reverse(LIST)).content.decode()
    assert page.index(at("evidence_detail", newer)) < page.index(at("evidence_detail", older))
    for words in ("Sent back", "Draft", "Chesterfield", "Sunrise", "Research or survey", ">6<", "2 records"):
        assert words in page
    assert "Of another LIO" not in page and "Which office?" not in page


def test_a_manager_reads_all_lios_and_is_offered_nothing_to_write():
    cast = make_cast()
    record = full_record(cast)
    factories.make_evidence(lio=cast.vale, by=cast.other_officer, summary="Of another LIO")
    client = cast.client("manager")
    page = client.get(reverse(LIST)).content.decode()
    assert "The lift was out of order." in page and "Of another LIO" in page
    assert reverse("evidence_new") not in page and reverse("evidence_review_list") not in page
    only = client.get(reverse(LIST), {"lio": cast.vale.pk}).content.decode()
    assert "Of another LIO" in only and "The lift was out of order." not in only
    detail = client.get(at("evidence_detail", record)).content.decode()
    for name in ("evidence_edit", "evidence_delete", "evidence_review", "quote_add"):
        assert at(name, record) not in detail
        assert client.post(at(name, record), fields()).status_code == 403
    assert client.post(new_url(form=uuid4()), fields()).status_code == 403
    record.refresh_from_db()
    assert (Evidence.objects.count(), record.version) == (2, 1)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("q", {"summary": "The bus stops at five."}),
        ("state", {"state": "reviewed"}),
        ("service_area", {"service": "Transport"}),
        ("district", {"districts": ("Erewash",)}),
        ("community", {"communities": ("Indian",)}),
        ("barrier", {"barriers": ("Digital",)}),
        ("method", {"method": "enquiry"}),
        ("strength", {"strength": "one"}),
        ("provider", {"provider": None}),
        ("commissioner", {"commissioner": None}),
        ("group", {"groups": ()}),
        ("start", {"happened_on": DAY() - timedelta(days=40)}),
        ("end", {"happened_on": DAY() - timedelta(days=2)}),
        ("mine", {"by": None}),
    ],
)
def test_each_filter_keeps_what_fits_and_leaves_the_rest_out(name, other):
    cast = make_cast()
    fits = full_record(cast)
    colleague = colleague_of(cast)
    changes = dict(other)
    if changes.pop("state", None):
        changes |= {"reviewed_by": colleague}
    rest = full_record(cast, **{key: value for key, value in changes.items() if key != "by"})
    if "by" in changes:
        Evidence.objects.filter(pk=rest.pk).update(created_by=colleague)
    everything = full_choice(cast)
    client = cast.client("officer")
    assert "2 records" in client.get(reverse(LIST)).content.decode()
    for choice in ({name: everything[name]}, everything):
        page = client.get(reverse(LIST), choice).content.decode()
        assert at("evidence_detail", fits) in page and at("evidence_detail", rest) not in page
        assert "1 record<" in page


def test_words_are_looked_for_in_what_happened_and_in_what_is_needed_each_of_them():
    cast = make_cast()
    needed = full_record(cast, summary="Nobody came.", needed_instead="A lift that works in order")
    half = full_record(cast, summary="The lift again")
    page = cast.client("officer").get(reverse(LIST), {"q": "LIFT order"}).content.decode()
    assert at("evidence_detail", needed) in page and at("evidence_detail", half) not in page
    # Signs that mean something to a database mean themselves.
    page = cast.client("officer").get(reverse(LIST), {"q": "100%_"}).content.decode()
    assert "No record fits" in page


def test_a_period_is_found_by_any_of_its_days():
    cast = make_cast()
    record = full_record(
        cast, happened_on=DAY() - timedelta(days=40), until=DAY() - timedelta(days=10), summary="A month"
    )
    client = cast.client("officer")
    for start, end, found in ((30, 20, True), (41, 40, True), (10, 9, True), (9, 8, False), (50, 41, False)):
        days = {
            name: f"{DAY() - timedelta(days=ago):%d/%m/%Y}" for name, ago in (("start", start), ("end", end))
        }
        page = client.get(reverse(LIST), days).content.decode()
        assert (at("evidence_detail", record) in page) is found, (start, end)


def test_the_filter_offers_only_what_the_person_may_see_and_ignores_the_rest():
    cast = make_cast()
    full_record(cast)
    client = cast.client("officer")
    page = client.get(reverse(LIST)).content.decode()
    assert "Harbour" in page and "Meadow" not in page and 'name="lio"' not in page
    for odd in (
        {"group": cast.meadow.pk},
        {"lio": cast.vale.pk},
        {"district": "9" * 30, "service_area": "x", "method": "pigeon", "start": "last Tuesday", "page": "x"},
        {"q": "\0", "mine": ["a", "b"], "page": "99999999999999999999"},
        {"evil": HOSTILE},
    ):
        answer = client.get(reverse(LIST), odd)
        assert answer.status_code == 200
        assert "The lift was out of order." in answer.content.decode() or "mine" in odd, odd
    page = client.get(reverse(LIST), {"q": HOSTILE}).content.decode()
    assert HOSTILE not in page and "&lt;script&gt;" in page and "No record fits" in page


def test_the_folded_filters_open_when_one_of_them_is_on_and_say_how_many():
    cast = make_cast()
    full_record(cast)
    client = cast.client("officer")
    closed = client.get(reverse(LIST), {"q": "lift", "state": "draft"}).content.decode()
    assert '<details class="filters">' in closed
    page = client.get(reverse(LIST), {"method": "survey", "strength": "several"}).content.decode()
    assert '<details class="filters" open>' in page and "2 on" in page


def test_an_empty_list_says_what_to_do_next():
    cast = make_cast()
    page = cast.client("officer").get(reverse(LIST)).content.decode()
    assert "Nothing recorded yet" in page and f'href="{reverse("evidence_new")}"' in page
    page = cast.client("manager").get(reverse(LIST)).content.decode()
    assert "Nothing recorded yet" in page and reverse("evidence_new") not in page
    full_record(cast)
    page = cast.client("officer").get(reverse(LIST), {"method": "other"}).content.decode()
    assert "No record fits" in page and "Show all records" in page


def test_pages_of_the_list_keep_the_filter(monkeypatch):
    monkeypatch.setattr("evidence.views.needs.PER_PAGE", 2)
    cast = make_cast()
    for _ in range(3):
        full_record(cast)
    page = cast.client("officer").get(reverse(LIST), {"method": "survey"}).content.decode()
    assert "1 to 2 of 3 records" in page and "method=survey&amp;page=2" in page
    page = cast.client("officer").get(reverse(LIST), {"method": "survey", "page": 2}).content.decode()
    assert "3 to 3 of 3 records" in page


@pytest.mark.parametrize("actor", ["officer", "manager"])
def test_pages_take_as_many_queries_for_three_records_as_for_one(actor):
    cast = make_cast()
    client = cast.client(actor)
    client.get(reverse(LIST))

    def add_and_count() -> dict[str, int]:
        record = full_record(cast)
        factories.make_quote(record=record, by=cast.officer, uses="brief")
        choice = full_choice(cast)
        counts = {}
        for what, address in (
            ("list", reverse(LIST)),
            ("filtered", reverse(LIST) + "?" + "&".join(f"{key}={value}" for key, value in choice.items())),
            ("detail", at("evidence_detail", record)),
            *([("edit", at("evidence_edit", record))] if actor == "officer" else []),
            *([("new", new_url(form=uuid4(), group=cast.sunrise.pk))] if actor == "officer" else []),
        ):
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200
            counts[what] = len(captured)
        return counts

    one = add_and_count()
    add_and_count()
    assert add_and_count() == one
    assert max(one.values()) <= 20, one
