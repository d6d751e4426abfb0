"""The pages of records: the list and its filters, the short form that opens up, a record, a change, a deletion."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from evidence.models import Barrier, Evidence
from evidence.recording import change_evidence, review, send_back
from groups.models import Community, District, Membership, Organisation
from groups.people import break_glass
from tests import factories
from tests.cast import Cast, make_cast
from tests.evidence.test_recording import colleague_of, together

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert('x')</script>"
LIST = "evidence_list"
DAY = timezone.localdate


def fields(**changes) -> dict[str, object]:
    """A filled-in form: the part that is always asked."""
    return {
        "happened_on": f"{DAY() - timedelta(days=3):%d/%m/%Y}",
        "service_area": factories.service_area().pk,
        "method": "enquiry",
        "strength": "one",
        "summary": "Nobody rang back.",
        "client_id": str(uuid4()),
        "version": 1,
        **changes,
    }


def at(name: str, record: Evidence) -> str:
    return reverse(name, args=[record.pk])


def new_url(**query) -> str:
    return reverse("evidence_new") + "?" + "&".join(f"{key}={value}" for key, value in query.items())


def full_record(cast: Cast, **changes) -> Evidence:
    """A record that fits every filter of full_choice."""
    provider = Organisation.objects.get_or_create(name="Peak Homes", is_provider=True)[0]
    commissioner = Organisation.objects.get_or_create(name="Peak Council", is_commissioner=True)[0]
    return factories.make_evidence(
        lio=cast.peak,
        by=cast.officer,
        **{
            "districts": ("Chesterfield",),
            "communities": ("Roma",),
            "barriers": ("Cost",),
            "groups": (cast.sunrise,),
            "provider": provider,
            "commissioner": commissioner,
            "strength": "several",
            "method": "survey",
            "summary": "The lift was out of order.",
            "happened_on": DAY() - timedelta(days=20),
            **changes,
        },
    )


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


# The list


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


# A new record


def test_the_short_form_alone_makes_a_draft():
    cast = make_cast()
    client = cast.client("officer")
    # Nothing is asked, nor said, about the only LIO there is to choose.
    start = client.get(new_url(form=uuid4())).content.decode()
    assert "Peak" not in start.partition('name="summary"')[0].partition("evidence-form")[2]
    page = client.post(new_url(form=uuid4()), fields(people_affected="6"), follow=True).content.decode()
    record = Evidence.objects.get()
    assert "recorded as a draft" in page and "a colleague reviews it" in page
    assert (record.lio, record.created_by, record.state) == (cast.peak, cast.officer, "draft")
    assert (record.people_affected, record.criteria, record.until) == (6, ["2.15c"], None)


def test_the_whole_form_keeps_everything_and_its_page_shows_it():
    cast = make_cast()
    provider = factories.make_organisation(name="Peak Homes")
    commissioner = factories.make_organisation(name="Peak Council", is_commissioner=True)
    form = fields(
        happened_on="1 September 2026",
        until="14/09/2026",
        districts=list(
            District.objects.filter(name__in=["Chesterfield", "Erewash"]).values_list("pk", flat=True)
        ),
        communities=[Community.objects.get(label="Roma").pk],
        barriers=[Barrier.objects.get(label="Cost").pk],
        groups=[cast.sunrise.pk, cast.harbour.pk],
        provider=provider.pk,
        commissioner=commissioner.pk,
        who_affected="Older women who live alone",
        needed_instead="A call within a day.",
        strength="systematic",
        criteria=["2.15c", "2.22"],
    )
    page = cast.client("officer").post(new_url(form=uuid4()), form, follow=True).content.decode()
    for words in (
        "1 September 2026 to 14 September 2026",
        "Chesterfield, Erewash",
        "Roma",
        "Cost",
        "Sunrise",
        "Harbour",
        "Peak Homes",
        "Peak Council",
        "Older women who live alone",
        "A call within a day.",
        "Systematic",
        "2.15c, 2.22",
    ):
        assert words in page, words


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"summary": " "}, "Say what happened, in a sentence or two."),
        ({"summary": "x" * 5001}, "at most 5000"),
        ({"service_area": ""}, "Choose the service area."),
        ({"service_area": "999999"}, "Select a valid choice"),
        ({"happened_on": ""}, "Say on which day it was."),
        ({"happened_on": "31/02/2026"}, "February 2026 has no day 31"),
        ({"happened_on": "1/1/2099"}, "still to come"),
        ({"happened_on": "1/1/1900"}, "Check the year"),
        ({"until": "1/1/2020"}, "before the first"),
        ({"until": "1/1/2099"}, "still to come"),
        ({"people_affected": "-3"}, "greater than or equal to 1"),
        ({"people_affected": "many"}, "Enter a whole number"),
        ({"people_affected": "9" * 30}, "less than or equal to 1000000"),
        ({"method": "pigeon"}, "pigeon"),
        ({"strength": ""}, "How strong it is"),
        ({"districts": ["999999"]}, "Select a valid choice"),
        ({"communities": ["x"]}, "not a valid value"),
        ({"criteria": ["9.9"]}, "9.9"),
        ({"provider": "999999"}, "Select a valid choice"),
        ({"client_id": "nonsense"}, "valid UUID"),
        ({"who_affected": "x" * 251}, "at most 250"),
    ],
)
def test_a_mistake_is_named_and_everything_typed_is_kept(changes, words):
    cast = make_cast()
    form = fields(
        needed_instead=f"A call, {HOSTILE}", barriers=[Barrier.objects.get(label="Cost").pk], **changes
    )
    answer = cast.client("officer").post(new_url(form=uuid4()), form)
    page = answer.content.decode()
    assert answer.status_code == 422 and not Evidence.objects.exists()
    assert words in page and "There is a problem" in page
    assert "A call, &lt;script&gt;" in page and HOSTILE not in page
    assert page.count('name="barriers"') > page.count(" checked>") > 0 or " checked" in page
    if "summary" not in changes:
        assert "Nobody rang back." in page


def test_a_fault_in_the_folded_part_opens_it():
    cast = make_cast()
    page = cast.client("officer").post(new_url(form=uuid4()), fields(until="1/1/2020")).content.decode()
    assert page.count('<details class="more-fields" open>') == 1
    page = cast.client("officer").get(new_url(form=uuid4())).content.decode()
    assert page.count('<details class="more-fields">') == 4


def test_a_group_and_a_visit_fill_in_what_is_known_and_strangers_are_not_found():
    cast = make_cast()
    cast.sunrise.districts.set(District.objects.filter(name="Chesterfield"))
    cast.sunrise.communities.set(Community.objects.filter(label="Roma"))
    visit = factories.make_visit(group=cast.sunrise, officer=cast.officer)
    client = cast.client("officer")
    page = client.get(new_url(form=uuid4(), group=cast.sunrise.pk)).content.decode()
    assert "Told by Sunrise." in page and page.count(" checked") >= 5
    address = new_url(form=uuid4(), visit=visit.pk)
    page = client.get(address).content.decode()
    assert "Heard at the visit to Sunrise" in page and f"{visit.happened_on:%d/%m/%Y}" in page
    client.post(address, fields(groups=[cast.sunrise.pk]))
    record = Evidence.objects.get()
    assert record.visit == visit and list(record.groups.all()) == [cast.sunrise]
    theirs = factories.make_visit(group=cast.meadow, officer=cast.other_officer)
    for query in ({"group": cast.meadow.pk}, {"visit": theirs.pk}, {"group": 987654}):
        address = new_url(form=uuid4(), **query)
        assert client.get(address).status_code == client.post(address, fields()).status_code == 404
    for odd in ({"group": "x"}, {"visit": "-1"}, {"group": "9" * 40}):
        assert client.get(new_url(form=uuid4(), **odd)).status_code == 200
    assert Evidence.objects.count() == 1


def test_who_may_only_read_a_group_records_no_need_from_its_pages():
    cast = make_cast()
    Membership.objects.create(user=cast.officer, role=Membership.Role.MANAGER)
    theirs = factories.make_visit(group=cast.meadow, officer=cast.other_officer)
    client = cast.client("officer")
    for query in ({"visit": theirs.pk}, {"group": cast.meadow.pk}):
        address = new_url(form=uuid4(), **query)
        assert client.get(address).status_code == client.post(address, fields()).status_code == 403
    assert not Evidence.objects.exists()


def test_fields_that_are_not_on_the_form_change_nothing():
    cast = make_cast()
    injected = {
        "lio": cast.vale.pk,
        "lio_id": cast.vale.pk,
        "state": "reviewed",
        "reviewed_by": cast.lead.pk,
        "reviewed_at": "2026-01-01",
        "created_by": cast.lead.pk,
        "imported": "on",
        "is_demo": "on",
        "survey": "1",
    }
    client = cast.client("officer")
    client.post(new_url(form=uuid4()), fields(**injected))
    record = Evidence.objects.get()
    client.post(at("evidence_edit", record), fields(**injected, summary="Changed"))
    record.refresh_from_db()
    assert (record.summary, record.lio, record.state, record.created_by) == (
        "Changed",
        cast.peak,
        "draft",
        cast.officer,
    )
    assert (record.imported, record.is_demo, record.reviewed_by, record.survey) == (False, False, None, None)


def test_groups_of_another_lio_are_not_offered_and_not_taken():
    cast = make_cast()
    client = cast.client("officer")
    assert "Meadow" not in client.get(new_url(form=uuid4())).content.decode()
    answer = client.post(new_url(form=uuid4()), fields(groups=[cast.meadow.pk]))
    assert answer.status_code == 422 and "Meadow" not in answer.content.decode()
    assert not Evidence.objects.exists()


def test_save_and_record_another_keeps_the_group():
    cast = make_cast()
    answer = cast.client("officer").post(
        new_url(form=uuid4(), group=cast.sunrise.pk), fields(then="another", groups=[cast.sunrise.pk])
    )
    assert answer["Location"] == f"{reverse('evidence_new')}?group={cast.sunrise.pk}"
    assert Evidence.objects.count() == 1


# Sent again


def test_the_back_button_brings_the_record_and_not_a_second_form():
    cast = make_cast()
    client = cast.client("officer")
    address = client.get(new_url(group=cast.sunrise.pk))["Location"]
    query = parse_qs(urlsplit(address).query)
    form = query["form"][0]
    assert query["group"] == [str(cast.sunrise.pk)]
    assert f'value="{form}"' in client.get(address).content.decode()
    client.post(address, fields(client_id=form))
    answer = client.get(address, follow=True)
    assert answer.redirect_chain == [(at("evidence_detail", Evidence.objects.get()), 302)]
    assert "saved already" in answer.content.decode()
    assert client.get(new_url(group=cast.sunrise.pk))["Location"] != address


@pytest.mark.parametrize("id_in", ["body", "address"])
def test_a_form_sent_twice_makes_one_record(id_in):
    cast = make_cast()
    client, form = cast.client("officer"), str(uuid4())
    body = fields(client_id=form if id_in == "body" else "")
    for _ in range(2):
        answer = client.post(new_url(form=form if id_in == "address" else uuid4()), body)
        assert answer["Location"] == at("evidence_detail", Evidence.objects.get())
    assert str(Evidence.objects.get().client_id) == form


def test_the_id_of_another_lios_form_tells_nothing_and_everything_ticked_is_kept():
    cast = make_cast()
    theirs = factories.make_evidence(lio=cast.vale, by=cast.other_officer, summary="Of another LIO")
    client = cast.client("officer")
    address = new_url(form=theirs.client_id)
    assert client.get(address).status_code == 200
    barriers = list(Barrier.objects.values_list("pk", flat=True)[:3])
    answer = client.post(address, fields(client_id=str(theirs.client_id), barriers=barriers))
    page = answer.content.decode()
    assert answer.status_code == 422 and "send it once more" in page
    assert "Of another LIO" not in page and f'value="{theirs.client_id}"' not in page
    for barrier in barriers:
        assert f'name="barriers" value="{barrier}"' in page
    assert sum(f'value="{pk}"' in part and "checked" in part for pk in barriers
               for part in page.split('name="barriers"')[1:]) >= 3  # fmt: skip
    assert Evidence.objects.get() == theirs


@pytest.mark.django_db(transaction=True)
def test_the_same_form_ten_times_in_parallel_makes_one_record():
    cast, body = make_cast(), fields()
    body["groups"] = [cast.sunrise.pk]
    clients = [cast.client("officer") for _ in range(10)]
    address = new_url(form=body["client_id"])
    answers = together(*[lambda client=client: client.post(address, body) for client in clients])
    record = Evidence.objects.get()
    assert {answer["Location"] for answer in answers} == {at("evidence_detail", record)}
    assert list(record.groups.all()) == [cast.sunrise]


# Officers of two LIOs


def two_lio_officer(cast: Cast) -> Client:
    both = colleague_of(cast, "Bella Both")
    Membership.objects.create(user=both, role=Membership.Role.OFFICER, lio=cast.vale)
    client = Client()
    client.force_login(both, backend="groups.sign_in.PortalBackend")
    return client


def test_an_officer_of_two_lios_says_whose_record_it_is():
    cast = make_cast()
    client = two_lio_officer(cast)
    assert 'name="lio"' in client.get(new_url(form=uuid4())).content.decode()
    assert client.post(new_url(form=uuid4()), fields()).status_code == 422
    third = factories.make_lio(name="Third")
    assert client.post(new_url(form=uuid4()), fields(lio=third.pk)).status_code == 422
    mixed = client.post(new_url(form=uuid4()), fields(lio=cast.vale.pk, groups=[cast.sunrise.pk]))
    assert mixed.status_code == 422 and "Choose groups of Vale only" in mixed.content.decode()
    assert not Evidence.objects.exists()
    client.post(new_url(form=uuid4()), fields(lio=cast.vale.pk, groups=[cast.meadow.pk]))
    assert Evidence.objects.get().lio == cast.vale


def test_for_an_officer_of_two_lios_a_groups_own_is_chosen_already():
    cast = make_cast()
    client = two_lio_officer(cast)
    page = client.get(new_url(form=uuid4(), group=cast.meadow.pk)).content.decode()
    assert f'<option value="{cast.vale.pk}" selected>Vale</option>' in page


def test_a_record_stays_in_its_lio_when_an_officer_of_two_changes_it():
    cast = make_cast()
    record = factories.make_evidence(lio=cast.vale, by=cast.other_officer)
    client = two_lio_officer(cast)
    page = client.get(at("evidence_edit", record)).content.decode()
    assert 'name="lio"' not in page and "Meadow" in page and "Sunrise" not in page
    client.post(at("evidence_edit", record), fields(lio=cast.peak.pk, summary="Changed"))
    record.refresh_from_db()
    assert (record.summary, record.lio) == ("Changed", cast.vale)


def test_the_list_of_an_officer_of_two_lios_shows_both_and_filters_by_one():
    cast = make_cast()
    full_record(cast)
    factories.make_evidence(lio=cast.vale, by=cast.other_officer, summary="Of Vale")
    client = two_lio_officer(cast)
    assert "2 records" in client.get(reverse(LIST)).content.decode()
    page = client.get(reverse(LIST), {"lio": cast.vale.pk}).content.decode()
    assert "Of Vale" in page and "The lift was out of order." not in page


# One record


def test_a_record_says_why_it_does_not_count_yet_and_offers_a_colleague_to_review_it():
    cast = make_cast()
    record = full_record(cast)
    page = cast.client("officer").get(at("evidence_detail", record)).content.decode()
    assert "a colleague reviews it" in page and at("evidence_review", record) not in page
    assert "No quote yet" in page and at("quote_add", record) in page
    theirs = full_record(cast)
    Evidence.objects.filter(pk=theirs.pk).update(created_by=None, changed_by=None, imported=True)
    page = cast.client("officer").get(at("evidence_detail", theirs)).content.decode()
    assert at("evidence_review", theirs) in page and "Imported on" in page


def test_likely_duplicates_are_pointed_out_to_those_who_can_do_something_about_them():
    cast = make_cast()
    record, twin = full_record(cast), full_record(cast)
    theirs = full_record(cast)
    Evidence.objects.filter(pk=theirs.pk).update(lio=cast.vale)
    page = cast.client("officer").get(at("evidence_detail", record)).content.decode()
    assert "May be the same need" in page and at("evidence_detail", twin) in page
    assert at("evidence_detail", theirs) not in page
    assert "May be the same" not in cast.client("manager").get(at("evidence_detail", record)).content.decode()


def test_hostile_words_stay_words_on_every_page():
    cast = make_cast()
    hostile = HOSTILE + " {{ record }} \u202e"
    record = full_record(cast, summary=hostile, needed_instead=hostile, who_affected=hostile, groups=())
    cast.sunrise.name = HOSTILE
    cast.sunrise.save()
    record.groups.set([cast.sunrise])
    send_back(record=record, by=colleague_of(cast, HOSTILE), version=1, why=hostile)
    client = cast.client("officer")
    for address in (
        reverse(LIST),
        reverse("evidence_review_list"),
        reverse("case_evidence", args=[cast.sunrise.pk]),
        new_url(form=uuid4(), group=cast.sunrise.pk),
        *[at(name, record) for name in ("evidence_detail", "evidence_edit", "evidence_delete")],
    ):
        page = client.get(address).content.decode()
        assert HOSTILE not in page and "&lt;script&gt;alert" in page, address


def test_an_administrator_reads_a_record_only_while_a_groups_case_file_is_open():
    cast = make_cast()
    record = full_record(cast)
    assert cast.client("administrator").get(at("evidence_detail", record)).status_code == 404
    assert cast.client("administrator").get(reverse(LIST)).status_code == 403
    elsewhere = full_record(cast, groups=(cast.harbour,), summary="Told by Harbour alone")
    both = full_record(cast, groups=(cast.sunrise, cast.harbour))
    opening = break_glass(user=cast.administrator, group=cast.sunrise, reason="The group has rung us.")
    client = cast.client("administrator")
    for address in (reverse(LIST), reverse("case_evidence", args=[cast.sunrise.pk])):
        page = client.get(address).content.decode()
        assert "2 records" in page and "Told by Harbour alone" not in page, address
    for seen in (record, both):
        assert client.get(at("evidence_detail", seen)).status_code == 200
        assert client.post(at("evidence_edit", seen), fields()).status_code == 403
        assert client.post(at("evidence_delete", seen)).status_code == 403
    assert client.get(at("evidence_detail", elsewhere)).status_code == 404
    opening.expires_at = opening.opened_at
    opening.save()
    assert cast.client("administrator").get(at("evidence_detail", record)).status_code == 404


# A change


def test_a_change_is_saved_and_says_that_a_colleague_reviews_it():
    cast = make_cast()
    record = full_record(cast, reviewed_by=colleague_of(cast))
    client = cast.client("officer")
    page = client.get(at("evidence_edit", record)).content.decode()
    assert "it is a draft again" in page
    # Everything held is in the form, and what is folded away is open where it holds something.
    for words in ("The lift was out of order.", "Peak Homes", "Peak Council"):
        assert words in page
    assert page.count('<details class="more-fields" open>') == 4
    answer = client.post(at("evidence_edit", record), fields(summary="Changed"), follow=True)
    assert "A colleague reviews it before it counts." in answer.content.decode()
    record.refresh_from_db()
    assert (record.summary, record.state, record.districts.count()) == ("Changed", "draft", 0)


def test_what_is_retired_stays_in_a_record_that_holds_it_and_is_offered_to_no_other():
    cast = make_cast()
    record = full_record(cast)
    barrier = Barrier.objects.get(label="Cost")
    barrier.retired_on = DAY()
    barrier.save()
    client = cast.client("officer")
    offered = f'name="barriers" value="{barrier.pk}"'
    assert offered in client.get(at("evidence_edit", record)).content.decode()
    assert offered not in client.get(new_url(form=uuid4())).content.decode()
    assert client.post(new_url(form=uuid4()), fields(barriers=[barrier.pk])).status_code == 422


def test_a_stale_save_changes_nothing_shows_both_and_keeps_every_tick():
    cast = make_cast()
    record = full_record(cast)
    client = cast.client("officer")
    change_evidence(
        record=record,
        by=colleague_of(cast),
        version=1,
        summary="Theirs",
        until=record.happened_on,
        lists={"districts": []},
    )
    places = District.objects.filter(name__in=["Chesterfield", "Erewash"])
    mine = fields(
        happened_on=f"{record.happened_on:%d/%m/%Y}",
        summary="Mine",
        districts=list(places.values_list("pk", flat=True)),
        criteria=["2.15a", "2.22"],
    )
    answer = client.post(at("evidence_edit", record), mine)
    page = answer.content.decode()
    assert answer.status_code == 409
    for words in ("Somebody changed this", "Mine", "Theirs", "Chesterfield, Erewash", "(empty)"):
        assert words in page
    assert 'name="version" value="2"' in page
    for place in places:
        part = page.split(f'name="districts" value="{place.pk}"')[1]
        assert "checked" in part[: part.index(">")], place
    record.refresh_from_db()
    assert (record.summary, record.districts.count()) == ("Theirs", 0)
    # Sent again in sight of both, it is what the writer wants.
    assert client.post(at("evidence_edit", record), {**mine, "version": 2}).status_code == 302
    record.refresh_from_db()
    assert (record.summary, record.districts.count(), record.criteria) == ("Mine", 2, ["2.15a", "2.22"])


def test_a_faulty_change_stores_nothing_and_keeps_what_was_typed():
    cast = make_cast()
    record = full_record(cast)
    form = fields(summary="Mine", people_affected="-1")
    answer = cast.client("officer").post(at("evidence_edit", record), form)
    page = answer.content.decode()
    assert answer.status_code == 422 and ">Mine<" in page.replace("\n", "")
    record.refresh_from_db()
    assert record.version == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_forms_saved_at_once_one_is_stored_and_the_other_shows_both():
    cast = make_cast()
    record = full_record(cast)
    clients = [cast.client("officer") for _ in range(2)]
    answers = together(
        *[
            lambda client=client, words=words: client.post(at("evidence_edit", record), fields(summary=words))
            for client, words in zip(clients, ("One", "Two"), strict=True)
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    record.refresh_from_db()
    assert record.version == 2


# Deleting


def test_a_draft_is_deleted_after_the_question():
    cast = make_cast()
    record, client = full_record(cast), cast.client("officer")
    page = client.get(at("evidence_delete", record)).content.decode()
    assert "Delete this draft?" in page and "The lift was out of order." in page
    assert Evidence.objects.exists()
    answer = client.post(at("evidence_delete", record), follow=True)
    assert (
        answer.redirect_chain == [(reverse(LIST), 302)] and "The draft is deleted." in answer.content.decode()
    )
    assert not Evidence.objects.exists()
    assert client.post(at("evidence_delete", record)).status_code == 404


def test_a_reviewed_record_is_not_deleted_and_says_why():
    cast = make_cast()
    record, client = full_record(cast), cast.client("officer")
    review(record=record, by=colleague_of(cast), version=1)
    assert at("evidence_delete", record) not in client.get(at("evidence_detail", record)).content.decode()
    for answer in (client.get(at("evidence_delete", record)), client.post(at("evidence_delete", record))):
        assert answer.status_code == 403 and "be deleted" in answer.content.decode()
    assert Evidence.objects.exists()


def test_a_record_reviewed_while_its_deletion_was_asked_for_stays(monkeypatch):
    cast = make_cast()
    record, client = full_record(cast), cast.client("officer")
    from evidence.views import needs

    delete = needs.delete_draft

    def reviewed_first(*, record, by) -> None:
        review(record=record, by=colleague_of(cast), version=1)
        delete(record=record, by=by)

    monkeypatch.setattr(needs, "delete_draft", reviewed_first)
    assert client.post(at("evidence_delete", record)).status_code == 403
    assert Evidence.objects.exists()
