"""The enquiry tally: two taps, undo, a month at a glance, and a batch that becomes one record."""

from datetime import date, timedelta
from threading import Barrier, Thread
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from evidence.enquiries import (
    AnotherEnquiry,
    Batch,
    ForeignForm,
    InRecord,
    StaleBatch,
    delete_enquiry,
    last_of,
    note_enquiry,
    record_batch,
    summary_of,
    take_back,
)
from evidence.enquiry_counts import Month, count_month
from evidence.models import Enquiry, Evidence
from evidence.recording import delete_draft
from groups.models import LIO, Community, Membership, ServiceArea, User
from tests import factories
from tests.cast import Cast, make_cast

TODAY = date(2026, 11, 23)


def taps(client: Client, url: str = "", **changes):
    """Noting an enquiry as the page does: the answer to the second tap."""
    url = url or f"{reverse('enquiry_tally')}?form={uuid4()}"
    return client.post(url, {"service_area": factories.service_area().pk, "outcome": "nothing", **changes})


def many(number: int, *, lio: LIO, by: User, **fields) -> None:
    for _ in range(number):
        factories.make_enquiry(lio=lio, by=by, **fields)


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


# Two taps


@pytest.mark.django_db
def test_two_taps_note_one_enquiry_of_today():
    cast = make_cast()
    client = cast.client("officer")
    page = client.get(reverse("enquiry_tally"), follow=True).content.decode()
    assert page.count('name="service_area"') == ServiceArea.objects.count()
    assert [f'value="{name}"' in page for name in Enquiry.Outcome.values] == [True] * 3
    answer = taps(client)
    enquiry = Enquiry.objects.get()
    assert (enquiry.lio, enquiry.officer, enquiry.asked_on) == (
        cast.peak,
        cast.officer,
        timezone.localdate(),
    )
    assert (str(enquiry.service_area), enquiry.outcome, enquiry.district) == ("Housing", "nothing", None)
    after = client.get(answer["Location"]).content.decode()
    assert "Housing, nothing available. 1 of yours today." in after


@pytest.mark.django_db
def test_the_same_form_sent_twice_is_one_enquiry_and_going_back_brings_a_new_form():
    cast = make_cast()
    client = cast.client("officer")
    url = f"{reverse('enquiry_tally')}?form={uuid4()}"
    for _ in range(2):
        assert taps(client, url).status_code == 302
    assert Enquiry.objects.count() == 1
    back = client.get(url)
    assert back.status_code == 302 and back["Location"] != url


@pytest.mark.django_db
def test_the_same_form_with_another_ending_changes_nothing_and_says_so():
    cast = make_cast()
    client = cast.client("officer")
    url = f"{reverse('enquiry_tally')}?form={uuid4()}"
    taps(client, url)
    page = client.get(taps(client, url, outcome="helped")["Location"]).content.decode()
    assert "had noted “Housing: nothing available” before" in page
    assert Enquiry.objects.get().outcome == "nothing"


@pytest.mark.django_db
def test_a_form_of_somebody_else_notes_nothing_until_it_is_sent_anew():
    cast = make_cast()
    theirs = factories.make_enquiry(lio=cast.vale, by=cast.other_officer)
    answer = taps(cast.client("officer"), client_id=str(theirs.client_id))
    page = answer.content.decode()
    assert answer.status_code == 422 and "tap once more" in page and str(theirs.client_id) not in page
    assert Enquiry.objects.get() == theirs
    with pytest.raises(ForeignForm):
        note_enquiry(
            lio=cast.peak,
            by=cast.officer,
            service_area=theirs.service_area,
            outcome="nothing",
            client_id=theirs.client_id,
        )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"service_area": ""}, "Choose what it was about, then tap how it ended."),
        ({"service_area": "999999"}, "Select a valid choice"),
        ({"outcome": ""}, "Tap how it ended."),
        ({"outcome": "magic"}, "Select a valid choice"),
    ],
)
def test_half_an_enquiry_is_none(changes, words):
    cast = make_cast()
    answer = taps(cast.client("officer"), **changes)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not Enquiry.objects.exists()


@pytest.mark.django_db
def test_what_is_chosen_once_stays_in_the_address_and_on_each_enquiry():
    cast = make_cast()
    client = cast.client("officer")
    yesterday = timezone.localdate() - timedelta(days=1)
    place, people = factories.district(), Community.objects.get(label="Roma")
    query = urlencode(
        {
            "district": place.pk,
            "community": people.pk,
            "group": cast.sunrise.pk,
            "day": f"{yesterday:%d/%m/%Y}",
            "form": uuid4(),
        }
    )
    answer = taps(client, f"{reverse('enquiry_tally')}?{query}")
    enquiry = Enquiry.objects.get()
    assert (enquiry.district, enquiry.community, enquiry.group, enquiry.asked_on) == (
        place,
        people,
        cast.sunrise,
        yesterday,
    )
    assert f"district={place.pk}&community={people.pk}&group={cast.sunrise.pk}" in answer["Location"]
    page = client.get(answer["Location"]).content.decode()
    assert f"{yesterday:%-d %B %Y}</strong>, not of today" in page
    assert "Where and who: Chesterfield, Roma, Sunrise" in page
    # Undoing keeps it too.
    undone = client.post(f"{reverse('enquiry_undo')}?district={place.pk}", {"enquiry": enquiry.pk})
    assert f"district={place.pk}" in undone["Location"] and not Enquiry.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["day=01/01/2090", "district=999999", "group={foreign}", "day=soon"])
def test_what_stays_must_be_right_before_anything_is_noted(query):
    cast = make_cast()
    url = f"{reverse('enquiry_tally')}?form={uuid4()}&{query.format(foreign=cast.meadow.pk)}"
    answer = taps(cast.client("officer"), url)
    assert answer.status_code == 422 and "Error" in answer.content.decode()
    assert not Enquiry.objects.exists()


@pytest.mark.django_db
def test_an_officer_of_two_lios_says_for_which():
    cast = make_cast()
    Membership.objects.create(user=cast.officer, role=Membership.Role.OFFICER, lio=cast.vale)
    client = cast.client("officer")
    assert "Choose your LIO first" in taps(client).content.decode()
    taps(client, f"{reverse('enquiry_tally')}?form={uuid4()}&lio={cast.vale.pk}")
    taps(client, f"{reverse('enquiry_tally')}?form={uuid4()}&group={cast.sunrise.pk}")
    assert [enquiry.lio for enquiry in Enquiry.objects.order_by("pk")] == [cast.vale, cast.peak]
    wrong = f"{reverse('enquiry_tally')}?form={uuid4()}&group={cast.sunrise.pk}&lio={cast.vale.pk}"
    assert "belong to Vale" in taps(client, wrong).content.decode()


@pytest.mark.django_db
def test_the_rule_refuses_days_ahead_and_groups_of_others():
    cast = make_cast()
    known = {
        "lio": cast.peak,
        "by": cast.officer,
        "service_area": factories.service_area(),
        "outcome": "helped",
    }
    with pytest.raises(ValueError, match="still to come"):
        note_enquiry(asked_on=timezone.localdate() + timedelta(days=1), **known)
    with pytest.raises(ValueError, match="own LIO"):
        note_enquiry(group=cast.meadow, **known)
    made = note_enquiry(client_id=(form := uuid4()), **known)
    with pytest.raises(AnotherEnquiry):
        note_enquiry(client_id=form, **(known | {"outcome": "nothing"}))
    assert Enquiry.objects.get() == made


@pytest.mark.django_db(transaction=True)
def test_the_same_form_ten_times_at_once_is_one_enquiry():
    cast, form, gate = make_cast(), uuid4(), Barrier(10)
    area, faults = factories.service_area(), []

    def tap() -> None:
        gate.wait()
        try:
            note_enquiry(lio=cast.peak, by=cast.officer, service_area=area, outcome="helped", client_id=form)
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [Thread(target=tap) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == [] and Enquiry.objects.count() == 1


# Undo


@pytest.mark.django_db
def test_undo_takes_back_the_last_one_and_pressed_twice_no_other():
    cast = make_cast()
    client = cast.client("officer")
    first = factories.make_enquiry(lio=cast.peak, by=cast.officer)
    last = factories.make_enquiry(lio=cast.peak, by=cast.officer, service="Transport")
    assert last_of(cast.officer) == last
    for words in ("Undone: Transport", "There is nothing to undo."):
        answer = client.post(reverse("enquiry_undo"), {"enquiry": last.pk}, follow=True)
        assert words in answer.content.decode()
    assert Enquiry.objects.get() == first


@pytest.mark.django_db
@pytest.mark.parametrize("case", ["another day", "a colleague's", "another LIO's", "in a record"])
def test_undo_is_for_ones_own_of_the_same_day_in_no_record(case):
    cast = make_cast()
    by, lio = cast.officer, cast.peak
    if case == "a colleague's":
        by = factories.make_officer(lio=cast.peak)
    if case == "another LIO's":
        by, lio = cast.other_officer, cast.vale
    enquiry = factories.make_enquiry(lio=lio, by=by)
    if case == "another day":
        Enquiry.objects.update(noted_at=timezone.now() - timedelta(days=1))
    if case == "in a record":
        enquiry.record = factories.make_evidence(lio=lio, by=by)
        enquiry.save()
    client = cast.client("officer")
    assert "Undo<" not in client.get(reverse("enquiry_tally"), follow=True).content.decode()
    client.post(reverse("enquiry_undo"), {"enquiry": enquiry.pk})
    assert Enquiry.objects.filter(pk=enquiry.pk).exists()
    enquiry.refresh_from_db()
    with pytest.raises(ValueError, match=r"\w"):
        take_back(enquiry=enquiry, by=cast.officer)


# The month


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("2026-09", date(2026, 9, 1)),
        ("2026-11", date(2026, 11, 1)),
        ("2027-01", date(2026, 11, 1)),
        ("", date(2026, 11, 1)),
        ("2026-13", date(2026, 11, 1)),
        ("../../etc", date(2026, 11, 1)),
    ],
)
def test_a_month_is_read_from_the_address(words, first):
    assert Month.of(words, TODAY).first == first


def test_months_follow_each_other_over_the_year():
    january = Month(date(2026, 1, 1))
    assert (january.before.key, january.after.key, january.last) == ("2025-12", "2026-02", date(2026, 1, 31))
    assert Month(date(2028, 2, 1)).last == date(2028, 2, 29)
    assert list(january.columns("week").values()) == ["1–7", "8–14", "15–21", "22–28", "29–31"]
    assert list(Month(date(2026, 2, 1)).columns("week").values())[-1] == "22–28"
    assert [january.column_of(date(2026, 1, day), "helped", "week") for day in (1, 7, 8, 31)] == [0, 0, 1, 4]


@pytest.mark.django_db
def test_officers_see_their_own_counts_as_they_are():
    cast = make_cast()
    day = date(2026, 10, 5)
    many(2, lio=cast.peak, by=cast.officer, asked_on=day)
    many(1, lio=cast.peak, by=cast.officer, asked_on=day, outcome="helped")
    many(9, lio=cast.vale, by=cast.other_officer, asked_on=day)
    page = cast.client("officer").get(f"{reverse('enquiry_month')}?month=2026-10").content.decode()
    counted = count_month(
        Enquiry.objects.visible_to(cast.officer), Month(date(2026, 10, 1)), "outcome", exact=True
    )
    (line,) = counted.lines
    assert [str(cell) for cell in line.cells] == ["1", "0", "2"] and str(line.total) == "3"
    assert counted.headings == ("Helped", "Referred elsewhere", "Nothing available")
    assert "&lt;5" not in page and page.count("Delete<") == 3
    by_day = count_month(
        Enquiry.objects.visible_to(cast.officer), Month(date(2026, 10, 1)), "day", exact=True
    )
    assert len(by_day.headings) == 31 and by_day.lines[0].cells[4].value == 3


@pytest.mark.django_db
def test_managers_see_small_counts_hidden_and_no_single_enquiry():
    cast = make_cast()
    day = date(2026, 10, 5)
    many(2, lio=cast.peak, by=cast.officer, asked_on=day)
    many(9, lio=cast.peak, by=cast.officer, asked_on=day, outcome="helped")
    many(8, lio=cast.peak, by=cast.officer, asked_on=day, outcome="referred")
    many(7, lio=cast.vale, by=cast.other_officer, asked_on=day, service="Transport")
    client, url = cast.client("manager"), f"{reverse('enquiry_month')}?month=2026-10"
    for query in ("", "&by=week", "&by=lio", "&by=day", f"&lio={cast.peak.pk}"):
        page = client.get(url + query).content.decode()
        assert "Delete<" not in page and "Make a record" not in page and "Noted by" not in page
        assert '<td class="num">2</td>' not in page and "Transport" in page and ">By day<" not in page
    page = client.get(url).content.decode()
    assert "&lt;5" in page and "could show who is meant" in page
    assert '<th scope="col" class="num">Vale</th>' in client.get(f"{url}&by=lio").content.decode()


@pytest.mark.django_db
def test_a_small_count_of_one_lio_does_not_follow_from_the_others():
    """County less the LIOs that are shown must not leave the one that is hidden."""
    cast = make_cast()
    third = factories.make_lio(name="Third")
    day = date(2026, 10, 5)
    many(20, lio=cast.peak, by=cast.officer, asked_on=day)
    many(20, lio=cast.vale, by=cast.other_officer, asked_on=day)
    many(3, lio=third, by=factories.make_officer(lio=third), asked_on=day)
    counted = count_month(Enquiry.objects.all(), Month(date(2026, 10, 1)), "lio", exact=False)
    shown = dict(zip(counted.headings, counted.total.cells, strict=True))
    assert shown["Third"].value is None
    assert None in (shown["Peak"].value, shown["Vale"].value, counted.total.total.value)


@pytest.mark.django_db
def test_a_manager_who_is_an_officer_too_sees_only_the_own_lio_as_it_is():
    cast = make_cast()
    Membership.objects.create(user=cast.officer, role=Membership.Role.MANAGER)
    many(2, lio=cast.peak, by=cast.officer, asked_on=date(2026, 10, 5))
    many(3, lio=cast.vale, by=cast.other_officer, asked_on=date(2026, 10, 5))
    client, url = cast.client("officer"), f"{reverse('enquiry_month')}?month=2026-10"
    own = client.get(f"{url}&lio={cast.peak.pk}").content.decode()
    assert "&lt;5" not in own and own.count("Delete<") == 2
    for query in ("", f"&lio={cast.vale.pk}"):
        page = client.get(url + query).content.decode()
        assert "Delete<" not in page and "Each of them" not in page and "Make a record" not in page


@pytest.mark.django_db
def test_an_officer_of_two_lios_sees_both_together_or_each():
    cast = make_cast()
    Membership.objects.create(user=cast.officer, role=Membership.Role.OFFICER, lio=cast.vale)
    many(2, lio=cast.peak, by=cast.officer, asked_on=date(2026, 10, 5))
    many(3, lio=cast.vale, by=cast.other_officer, asked_on=date(2026, 10, 5))
    client, url = cast.client("officer"), f"{reverse('enquiry_month')}?month=2026-10"
    both, one = client.get(url).content.decode(), client.get(f"{url}&lio={cast.vale.pk}").content.decode()
    assert both.count("Delete<") == 5 and "Make a record" not in both
    assert one.count("Delete<") == 3 and f"lio={cast.vale.pk}" in one and "Make a record" in one


@pytest.mark.django_db
def test_an_empty_month_says_what_to_do_and_never_leads_ahead():
    cast = make_cast()
    page = cast.client("officer").get(reverse("enquiry_month")).content.decode()
    assert "Nobody asked in this month" in page and 'rel="next"' not in page
    page = cast.client("manager").get(f"{reverse('enquiry_month')}?month=2026-01").content.decode()
    assert "Nobody asked in this month" in page and "month=2026-02" in page


@pytest.mark.django_db
@pytest.mark.parametrize("actor", ["officer", "manager"])
def test_a_month_takes_as_many_queries_for_three_as_for_one(actor):
    cast = make_cast()
    client, numbers = cast.client(actor), []
    for more in (1, 2):
        many(
            more,
            lio=cast.peak,
            by=cast.officer,
            district=factories.district(),
            community=Community.objects.first(),
            group=cast.sunrise,
        )
        client.get(reverse("enquiry_month"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("enquiry_month"))
        numbers.append(len(queries))
    assert numbers[0] == numbers[1] <= 20


# Deleting


@pytest.mark.django_db
def test_an_enquiry_is_deleted_by_any_officer_of_the_lio_unless_it_counts_in_a_record():
    cast = make_cast()
    colleague = factories.make_officer(lio=cast.peak)
    enquiry = factories.make_enquiry(lio=cast.peak, by=colleague)
    client, url = cast.client("officer"), reverse("enquiry_delete", args=[enquiry.pk])
    enquiry.record = factories.make_evidence(lio=cast.peak, by=cast.officer)
    enquiry.save()
    assert client.get(url).status_code == client.post(url).status_code == 403
    with pytest.raises(InRecord):
        delete_enquiry(enquiry=enquiry)
    enquiry.record = None
    enquiry.save()
    assert "Delete this enquiry?" in client.get(url).content.decode()
    assert f"month={timezone.localdate():%Y-%m}" in client.post(url)["Location"]
    assert not Enquiry.objects.exists()
    delete_enquiry(enquiry=enquiry)


# The batch


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
