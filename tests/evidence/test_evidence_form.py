"""The form of a new record: short and opened up, sent again, and for officers of two LIOs."""

from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from evidence.models import Barrier, Evidence
from groups.models import Community, District, Membership
from tests import factories
from tests.cast import Cast, make_cast
from tests.evidence.evidence_acts import HOSTILE, LIST, at, fields, full_record, new_url
from tests.evidence.test_recording import colleague_of, together

pytestmark = pytest.mark.django_db


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
