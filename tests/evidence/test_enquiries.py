"""The enquiry tally: two taps, what stays for the next one, undo, deleting."""

from datetime import timedelta
from threading import Barrier, Thread
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from evidence.enquiries import (
    AnotherEnquiry,
    ForeignForm,
    InRecord,
    delete_enquiry,
    last_of,
    note_enquiry,
    take_back,
)
from evidence.models import Enquiry
from groups.models import Community, Membership, ServiceArea
from tests import factories
from tests.cast import make_cast


def taps(client: Client, url: str = "", **changes):
    """Noting an enquiry as the page does: the answer to the second tap."""
    url = url or f"{reverse('enquiry_tally')}?form={uuid4()}"
    return client.post(url, {"service_area": factories.service_area().pk, "outcome": "nothing", **changes})


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
