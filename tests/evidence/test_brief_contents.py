"""What a brief quotes, whom it names, what it says is needed, and how many queries that takes."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from evidence import brief_data
from evidence.brief_data import MOST_NEEDED, MOST_QUOTES, MOST_TOLD
from evidence.briefs import draft
from evidence.consent import withdraw_consent
from evidence.models import Evidence, Quote
from groups.models import Community, CommunityGroup, Contact, District
from tests import factories
from tests.cast import Cast, make_cast
from tests.evidence.test_brief_data import choice, collected, reviewed

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


# Quotes


def test_only_quotes_agreed_for_briefs_of_reviewed_records_that_fit_are_printed(cast):
    record = reviewed(cast, happened_on=date(2026, 5, 10))
    unread = reviewed(cast, reviewed_by=None)
    other = reviewed(cast, service="Transport")

    def said(text: str, uses: str, record=record) -> Quote:
        return factories.make_quote(record=record, by=cast.officer, text=text, uses=uses)

    agreed = said("Agreed", "brief")
    Quote.objects.filter(pk=agreed.pk).update(speaker="a mother of two")
    said("For reports", "report portfolio")
    said("Never asked", "")
    said("Of a draft", "brief", unread)
    said("Of transport", "brief", other)
    withdraw_consent(quote=said("Withdrawn", "brief"), by=cast.officer)
    found = collected()
    assert found.quotes == [agreed]
    assert [(quote.text, quote.speaker) for quote in found.document.quotes] == [("Agreed", "a mother of two")]
    for unused in ("For reports", "Never asked", "Of a draft", "Of transport", "Withdrawn"):
        assert unused not in str(found.document)
    assert collected(choice(start=date(2026, 6, 1))).quotes == []


def test_the_newest_quotes_are_printed_up_to_the_most(cast):
    for day in range(1, MOST_QUOTES + 3):
        record = reviewed(cast, happened_on=date(2026, 5, day))
        factories.make_quote(record=record, by=cast.officer, text=f"Day {day}", uses="brief")
    printed = [quote.text for quote in collected().document.quotes]
    assert printed == [f"Day {day}" for day in range(MOST_QUOTES + 2, 2, -1)]


# What people told, and what they need


def test_what_says_the_same_is_printed_once_and_still_counted(cast):
    for summary in ("The  letter came in English.", "the letter came in english.", "Nobody rang back."):
        reviewed(cast, summary=summary, happened_on=date(2026, 3, 4))
    for _ in range(2):
        reviewed(cast, summary="Nobody rang back.", happened_on=date(2026, 2, 4))
    (section,) = collected().document.methods
    assert section.records == "5 records" and section.left_out == ""
    assert [told.summary for told in section.told] == ["Nobody rang back.", "the letter came in english."]
    # The month and the districts, never the day.
    assert {(told.when, told.where) for told in section.told} == {("March 2026", "Chesterfield")}


def test_further_records_are_said_to_be_left_out_and_counted(cast):
    for number in range(MOST_TOLD + 1):
        reviewed(cast, summary=f"Story {number}", happened_on=date(2026, 5, 1) + timedelta(days=number))
    (section,) = collected().document.methods
    assert [told.summary for told in section.told] == [
        f"Story {number}" for number in range(MOST_TOLD, 0, -1)
    ]
    assert section.left_out == "Further records of this kind are counted above and not printed here."
    assert section.records == f"{MOST_TOLD + 1} records"


def test_what_is_needed_is_listed_once_each_newest_first_up_to_the_most(cast):
    for day, needed in enumerate(("An interpreter", " an  INTERPRETER ", "", "A later bus"), start=1):
        reviewed(cast, summary=f"Story {day}", needed_instead=needed, happened_on=date(2026, 5, day))
    assert collected().document.needed == ("A later bus", "an INTERPRETER")
    for method in ("survey", "focus_group"):
        for number in range(MOST_TOLD):
            reviewed(
                cast,
                method=method,
                summary=f"{method} {number}",
                needed_instead=f"{method} {number}",
                happened_on=date(2026, 5, 9),
            )
    assert len(collected().document.needed) == MOST_NEEDED


# Groups able to help


def listed(cast: Cast, name: str, fields=tuple(CommunityGroup.DIRECTORY_FIELDS), **changes) -> CommunityGroup:
    """A group with everything filled in that does housing in Chesterfield, and agreed to have these fields listed."""
    group = factories.make_group(
        lio=cast.peak,
        name=name,
        **{
            "directory_consent_by": "Its chair",
            "directory_consent_on": date(2026, 1, 2),
            "directory_fields": list(fields),
            "own_words": "Brampton Punjabis",
            "places": "Brampton",
            "languages": "Punjabi\nUrdu",
            "meeting_place": "Library",
            "meeting_times": "Mondays",
            "website": "https://sunrise.example/",
            "notes": "Private note",
            **changes,
        },
    )
    group.services.add(factories.service_area())
    group.districts.add(factories.district())
    group.communities.add(Community.objects.get(label="Roma"))
    Contact.objects.create(group=group, name="Zita Other", phone="01246 000002")
    Contact.objects.create(
        group=group, name="Leila Lead", phone="01246 000001", email="leila@mail.example", is_lead=True
    )
    return group


def named() -> list[str]:
    return [group.name for group in collected().document.groups]


def test_a_group_is_named_with_all_that_it_agreed_to(cast):
    listed(cast, "Willing")
    (group,) = collected().document.groups
    fields = {field.label: field.text for field in group.fields}
    assert group.name == "Willing"
    assert fields == {
        "Communities and own words": "Roma, Brampton Punjabis",
        "Districts and places": "Chesterfield, Brampton",
        "Languages": "Punjabi, Urdu",
        "What it does": "Housing",
        "Meeting place and times": "Library, Mondays",
        "Main contact": "Leila Lead, 01246 000001, leila@mail.example",
        "Website": "https://sunrise.example/",
    }
    words = str(collected().document)
    assert "Private note" not in words and "Zita" not in words and "Its chair" not in words


@pytest.mark.parametrize(
    ("field", "held"),
    [
        ("communities", "Brampton Punjabis"),
        ("languages", "Punjabi, Urdu"),
        ("meeting", "Library"),
        ("contact", "Leila Lead"),
        ("website", "sunrise.example"),
    ],
)
def test_a_field_that_a_group_did_not_agree_to_is_left_out(cast, field, held):
    fields = [name for name in CommunityGroup.DIRECTORY_FIELDS if name != field]
    listed(cast, "Willing", fields)
    (group,) = collected().document.groups
    shown = {line.label: line.text for line in group.fields}
    assert CommunityGroup.DIRECTORY_FIELDS[field] not in shown and len(shown) == 6
    if field != "contact":
        assert not any(held in text for text in shown.values())
    else:
        assert "Leila" not in str(collected().document) and "leila@" not in str(collected().document)


def test_groups_without_consent_or_without_their_name_in_it_or_not_active_are_not_named(cast):
    listed(cast, "Willing", ["name"])
    listed(cast, "Unasked", directory_consent_by="", directory_consent_on=None)
    listed(cast, "Nameless", ["website", "contact"])
    listed(cast, "Dormant", status="dormant")
    listed(cast, "Closed", status="closed")
    (group,) = collected().document.groups
    assert (group.name, group.fields) == ("Willing", ())


def test_groups_that_may_not_be_named_take_no_room_from_those_that_may(cast, monkeypatch):
    monkeypatch.setattr(brief_data, "MOST_GROUPS", 2)
    listed(cast, "A nameless", ["website"])
    listed(cast, "B nameless", [])
    for name in ("E willing", "C willing", "D willing"):
        listed(cast, name)
    assert named() == ["C willing", "D willing"]


def test_a_group_is_able_that_does_such_work_or_serves_such_people_where_it_is_asked_for(cast):
    both = listed(cast, "Does it")
    serves = listed(cast, "Serves them")
    serves.services.clear()
    elsewhere = listed(cast, "Elsewhere")
    elsewhere.districts.set([District.objects.get(name="Bolsover")])

    def able(**fields) -> list[str]:
        return [group.name for group in collected(choice(**fields)).document.groups]

    assert able() == ["Does it", "Elsewhere"]
    assert able(communities=("Roma",)) == ["Does it", "Elsewhere", "Serves them"]
    assert able(communities=("Roma",), districts=("Chesterfield", "High Peak")) == ["Does it", "Serves them"]
    both.services.clear()
    assert able() == ["Elsewhere"]


# How many queries


def many(cast: Cast, number: int) -> None:
    """Records with everything, a quote each, and as many groups that could help."""
    for _ in range(number):
        made = Evidence.objects.count()
        record = reviewed(
            cast,
            summary=f"Story {made}",
            needed_instead=f"Need {made}",
            people_affected=6,
            districts=("Chesterfield", "Bolsover"),
            communities=("Roma", "Indian"),
            barriers=("Cost", "Digital"),
            method=("survey", "focus_group", "enquiry", "mystery_shopping", "other")[made % 5],
            groups=(cast.sunrise,),
        )
        factories.make_quote(record=record, by=cast.officer, text=f"Words {made}", uses="brief")
        listed(cast, f"Group {made}")


def queries(act) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        act()
    return len(captured)


def test_a_brief_takes_the_same_queries_for_one_record_three_and_thirty(cast):
    taken = []
    for more in (1, 2, 27):
        many(cast, more)
        made = choice(districts=("Chesterfield",), communities=("Roma",))
        taken.append(queries(lambda made=made: draft(cast.peak, made, by=cast.officer)))
    assert Evidence.objects.count() == 30
    assert len(set(taken)) == 1 and taken[0] <= 16


def test_the_preview_takes_at_most_twenty_queries_however_many_records_there_are(cast):
    client, taken = cast.client("officer"), []
    query = {
        "service_area": factories.service_area().pk,
        "districts": [factories.district().pk],
        "communities": [Community.objects.get(label="Roma").pk],
        "commissioner": factories.make_organisation(name="Council", is_commissioner=True).pk,
        "start": "01/01/2026",
        "end": timezone.localdate().strftime("%d/%m/%Y"),
    }
    client.get(reverse("brief_new"), query)  # the first page of a session writes it
    for more in (1, 2, 27):
        many(cast, more)
        taken.append(queries(lambda: client.get(reverse("brief_new"), query)))
    page = client.get(reverse("brief_new"), query).content.decode()
    assert "Words 29" in page and "30 records" in page
    assert len(set(taken)) == 1 and taken[0] <= 20
