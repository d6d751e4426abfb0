"""A batch of enquiries that becomes one record, and none that counts twice."""

from threading import Barrier, Thread
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from evidence.enquiries import Batch, StaleBatch, record_batch, summary_of
from evidence.models import Enquiry, Evidence
from evidence.recording import delete_draft
from groups.models import Community
from tests import factories
from tests.cast import Cast, make_cast
from tests.evidence.enquiry_acts import many


def todays_batch(cast: Cast, **changes) -> Batch:
    today = timezone.localdate()
    known = {"lio": cast.peak, "service_area": factories.service_area(), "start": today, "end": today}
    return Batch(**(known | changes))


def chosen_url(batch: Batch, **more) -> str:
    query = {
        "service_area": batch.service_area.pk,
        "start": f"{batch.start:%d/%m/%Y}",
        "end": f"{batch.end:%d/%m/%Y}",
        "form": uuid4(),
        **more,
    }
    return f"{reverse('enquiry_record')}?{urlencode(query)}"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("nothing", "helped", "words"),
    [
        (23, 38, "61 people asked about Housing; for 23 nothing was available."),
        (61, 0, "61 people asked about Housing; nothing was available for any of them."),
        (0, 61, "61 people asked about Housing; all were helped or referred elsewhere."),
        # Neither part of the sentence gives a number of 1 to 4, nor both together.
        (3, 58, "61 people asked about Housing; for some of them nothing was available."),
        (58, 3, "61 people asked about Housing; for nearly all of them nothing was available."),
        (1, 2, "Fewer than five people asked about Housing; for some of them nothing was available."),
        (3, 0, "Fewer than five people asked about Housing; nothing was available for any of them."),
        (2, 3, "5 people asked about Housing; for some of them nothing was available."),
    ],
)
def test_the_summary_says_how_many_asked_and_hides_small_numbers(nothing, helped, words):
    batch = todays_batch(make_cast())
    assert summary_of(batch, {"helped": helped, "referred": 0, "nothing": nothing}) == words


@pytest.mark.django_db
def test_a_batch_becomes_one_record_and_none_counts_twice():
    cast = make_cast()
    many(6, lio=cast.peak, by=cast.officer, group=cast.sunrise)
    many(2, lio=cast.peak, by=cast.officer, service="Transport")
    many(3, lio=cast.vale, by=cast.other_officer)
    client, batch = cast.client("officer"), todays_batch(cast)
    url = chosen_url(batch)
    page = client.get(url).content.decode()
    assert "<strong>6 enquiries</strong>" in page and "6 people asked about Housing" in page
    assert 'name="people_affected" value="6"' in page
    body = {"summary": "Six people asked.", "people_affected": 6, "number": 6}
    answer = client.post(url, body)
    record = Evidence.objects.get()
    assert answer["Location"] == reverse("evidence_detail", args=[record.pk])
    assert (record.method, record.people_affected, record.criteria) == ("enquiry", 6, ["2.15c"])
    assert (record.happened_on, record.until, record.strength) == (batch.start, None, "several")
    assert (record.lio, str(record.service_area), record.state) == (cast.peak, "Housing", "draft")
    assert list(record.groups.all()) == [cast.sunrise]
    assert record.enquiries.count() == 6 and Enquiry.objects.filter(record__isnull=True).count() == 5
    # Sent again or gone back to, it is the same record; asked for anew, nothing is left.
    assert client.post(url, body)["Location"] == client.get(url)["Location"] == answer["Location"]
    assert "No enquiry fits" in client.get(chosen_url(batch)).content.decode()
    assert Evidence.objects.count() == 1
    # Deleting the draft frees them.
    delete_draft(record=record, by=cast.officer)
    assert batch.free().count() == 6


@pytest.mark.django_db
def test_an_enquiry_noted_meanwhile_stops_the_record_and_keeps_the_words():
    cast = make_cast()
    many(6, lio=cast.peak, by=cast.officer)
    client, batch = cast.client("officer"), todays_batch(cast)
    url = chosen_url(batch)
    client.get(url)
    many(1, lio=cast.peak, by=cast.officer)
    answer = client.post(url, {"summary": "My own words", "people_affected": 6, "number": 6})
    page = answer.content.decode()
    assert answer.status_code == 409 and "There are 7 now" in page and "My own words" in page
    assert not Evidence.objects.exists()
    assert 'name="number" value="7"' in page
    client.post(url, {"summary": "My own words", "people_affected": 7, "number": 7})
    assert Evidence.objects.get().enquiries.count() == 7


@pytest.mark.django_db
def test_a_batch_is_of_one_district_if_one_is_chosen_and_names_it():
    cast = make_cast()
    place = factories.district()
    people = Community.objects.get(label="Roma")
    many(5, lio=cast.peak, by=cast.officer, district=place, community=people)
    many(2, lio=cast.peak, by=cast.officer)
    everything = todays_batch(cast)
    assert everything.places() == {"districts": [], "communities": []}
    there = todays_batch(cast, district=place)
    assert there.places() == {"districts": [place.pk], "communities": [people.pk]}
    page = cast.client("officer").get(chosen_url(there, district=place.pk)).content.decode()
    assert "<strong>5 enquiries</strong>" in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("02/10/2026", "01/10/2026", "The last day can’t be before the first."),
        ("01/10/2026", "01/10/2090", "That day is still to come."),
        ("", "", "This field is required."),
        ("soon", "01/10/2026", "isn’t a date"),
    ],
)
def test_a_period_that_makes_no_sense_is_refused(start, end, words):
    cast = make_cast()
    query = urlencode(
        {"service_area": factories.service_area().pk, "start": start, "end": end, "form": uuid4()}
    )
    url = f"{reverse('enquiry_record')}?{query}"
    page = cast.client("officer").get(url).content.decode().replace("&#x27;", "’")
    assert words in page
    assert cast.client("officer").post(url, {"summary": "x", "number": 0}).status_code == 422


@pytest.mark.django_db
def test_the_rule_refuses_an_empty_batch_and_a_wrong_number():
    cast = make_cast()
    known = {"batch": todays_batch(cast), "by": cast.officer, "summary": "x"}
    with pytest.raises(ValueError, match="no enquiry"):
        record_batch(number=0, **known)
    many(2, lio=cast.peak, by=cast.officer)
    with pytest.raises(StaleBatch):
        record_batch(number=1, **known)
    assert record_batch(number=2, **known).enquiries.count() == 2
    factories.make_enquiry(lio=cast.peak, by=cast.officer)
    assert record_batch(number=1, **known).strength == "one"


@pytest.mark.django_db
def test_a_form_used_for_another_record_links_nothing_to_it():
    cast = make_cast()
    many(2, lio=cast.peak, by=cast.officer)
    batch = todays_batch(cast)
    theirs = factories.make_evidence(lio=cast.vale, by=cast.other_officer)
    ours = factories.make_evidence(lio=cast.peak, by=cast.officer)
    client = cast.client("officer")
    body = {"summary": "x", "number": 2}
    answer = client.post(chosen_url(batch), {**body, "client_id": str(theirs.client_id)})
    assert answer.status_code == 422 and "Nothing is lost" in answer.content.decode()
    client.post(chosen_url(batch), {**body, "client_id": str(ours.client_id)})
    assert batch.free().count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_officers_make_a_record_of_the_same_enquiries_at_once_and_one_is_told():
    cast, gate = make_cast(), Barrier(2)
    many(5, lio=cast.peak, by=cast.officer)
    batch, outcomes = todays_batch(cast), []

    def make() -> None:
        gate.wait()
        try:
            outcomes.append(record_batch(batch=batch, by=cast.officer, number=5, summary="x"))
        except Exception as fault:
            outcomes.append(fault)
        finally:
            connection.close()

    threads = [Thread(target=make) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Evidence", "StaleBatch"]
    assert Evidence.objects.get().enquiries.count() == 5
