"""Enquiries of a month at a glance: whose counts stand as they are, and which are hidden."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evidence.enquiry_counts import Month, count_month
from evidence.models import Enquiry
from groups.models import Community, Membership
from tests import factories
from tests.cast import make_cast
from tests.evidence.enquiry_acts import many

TODAY = date(2026, 11, 23)


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
