"""The pages of briefs: choose, look, issue, download, withdraw, each within one's own LIO."""

from collections.abc import Callable
from datetime import date
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evidence import briefs
from evidence.briefs import stored_file, withdraw_brief
from evidence.models import Brief
from groups.models import Community, Membership
from tests import factories
from tests.cast import Cast, make_cast
from tests.evidence.brief_acts import MARKER, brief_of, issued, new_files, quick_files, quoted
from toolkit_portal.core.pdf import PdfTooLarge

pytestmark = pytest.mark.django_db
NEW, LIST = "brief_new", "brief_list"


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Cast:
    quick_files(monkeypatch)
    return make_cast()


@pytest.fixture
def files() -> Callable[[], int]:
    return new_files()


def chosen(**more) -> dict[str, object]:
    """A choice of housing, as the form sends it."""
    return {"service_area": factories.service_area().pk, **more}


def preview(cast: Cast, actor: str = "officer", **more) -> str:
    return cast.client(actor).get(reverse(NEW), chosen(**more)).content.decode()


def sent(cast: Cast, actor: str = "officer", **more):
    return cast.client(actor).post(reverse(NEW), chosen(**{"client_id": str(uuid4()), **more}))


# The list


def test_an_empty_list_says_what_to_do_to_those_who_can_do_it(cast):
    page = cast.client("officer").get(reverse(LIST)).content.decode()
    assert "No brief yet" in page and page.count(reverse(NEW)) >= 2
    page = cast.client("manager").get(reverse(LIST)).content.decode()
    assert "once officers have issued them" in page and reverse(NEW) not in page


def test_the_list_shows_briefs_newest_first_with_their_state_and_only_ones_own(cast):
    quoted(cast.vale, cast.other_officer)
    theirs = issued(cast.vale, cast.other_officer)
    Brief.objects.filter(pk=theirs.pk).update(title="Their own title")
    first, second = brief_of(cast), issued(cast.peak, cast.officer)
    withdraw_brief(brief=first, by=cast.officer, why="A figure was wrong.")
    page = cast.client("officer").get(reverse(LIST)).content.decode()
    assert page.index(f"2: {second.title}") < page.index(f"1: {first.title}")
    assert page.count("Withdrawn") == 1 and "Their own title" not in page
    assert "by Olive Officer" in page
    assert "Their own title" in cast.client("manager").get(reverse(LIST)).content.decode()


def test_the_list_takes_as_many_queries_for_three_briefs_as_for_one(cast):
    client, taken = cast.client("officer"), []
    council = factories.make_organisation(name="Council", is_commissioner=True)
    client.get(reverse(LIST))  # the first page of a session writes it
    for more in (1, 2):
        for _ in range(more):
            brief_of(cast)
        Brief.objects.update(commissioner=council)
        with CaptureQueriesContext(connection) as captured:
            page = client.get(reverse(LIST)).content.decode()
        taken.append(len(captured))
    assert page.count("Council") == 3
    assert taken[0] == taken[1] <= 20


# Choosing and looking


def test_the_form_alone_shows_no_brief_and_no_fault(cast):
    answer = cast.client("officer").get(reverse(NEW))
    page = answer.content.decode()
    assert answer.status_code == 200 and "Show the brief" in page
    assert "Issue this brief" not in page and "The gap" not in page and "Error" not in page


def test_the_preview_shows_the_brief_as_a_draft_and_offers_to_issue_it(cast):
    quoted(cast.peak, cast.officer)
    council = factories.make_organisation(name="Amber Council", is_commissioner=True)
    page = preview(
        cast,
        districts=[factories.district().pk],
        start="01/04/2026",
        end="31/03/2027",
        commissioner=council.pk,
    )
    for words in (
        "Draft evidence brief, not issued yet",
        "Housing in Chesterfield",
        "For Amber Council",
        "1 April 2026 to 31 March 2027",
        MARKER,
        "Issue this brief",
        "What this can’t show",
        "Draft clause for the specification",
    ):
        assert words in page, words
    # What is issued is what was looked at.
    for name, value in (("start", "01/04/2026"), ("districts", factories.district().pk)):
        assert f'type="hidden" name="{name}" value="{value}"' in page, name
    assert not Brief.objects.exists()


def test_where_nothing_fits_there_is_nothing_to_issue_and_the_page_says_what_helps(cast):
    factories.make_evidence(lio=cast.peak, by=cast.officer)
    page = preview(cast)
    assert "Nothing to issue yet" in page and "have drafts reviewed" in page
    assert "Issue this brief" not in page


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"service_area": ""}, "Choose the service area."),
        ({"service_area": "999999"}, "Choose a service area."),
        ({"start": "31/02/2026"}, "February 2026 has no day 31"),
        ({"start": "02/05/2026", "end": "01/05/2026"}, "The last day can&#x27;t be before the first."),
        ({"districts": ["999999"]}, "999999 is not one of the available choices"),
        ({"commissioner": "999999"}, "not one of the available choices"),
    ],
)
def test_a_fault_in_the_choice_is_named_and_what_was_chosen_is_kept(cast, query, words):
    quoted(cast.peak, cast.officer)
    roma = Community.objects.get(label="Roma").pk
    query = chosen(**{"communities": [roma], **query})
    for answer in (
        cast.client("officer").get(reverse(NEW), query),
        cast.client("officer").post(reverse(NEW), {**query, "client_id": str(uuid4())}),
    ):
        page = answer.content.decode()
        assert answer.status_code == 422 and words in page and "Error:" in page
        ticked = page.split(f'name="communities" value="{roma}"', 1)[1].split(">", 1)[0]
        assert "checked" in ticked
        assert "Issue this brief" not in page
    assert not Brief.objects.exists()


def test_only_commissioners_that_still_exist_are_offered(cast):
    council = factories.make_organisation(name="Amber Council", is_commissioner=True)
    provider = factories.make_organisation(name="Prime Provider", is_provider=True)
    page = cast.client("officer").get(reverse(NEW)).content.decode()
    assert "Amber Council" in page and "Prime Provider" not in page
    assert sent(cast, commissioner=provider.pk).status_code == 422
    assert council.briefs.count() == 0


def test_an_officer_of_two_lios_says_whose_brief_it_is(cast):
    quoted(cast.peak, cast.officer)
    quoted(cast.vale, cast.other_officer, text="From the valley")
    Membership.objects.create(user=cast.officer, role=Membership.Role.OFFICER, lio=cast.vale)
    assert cast.client("officer").get(reverse(NEW), chosen()).status_code == 422
    page = preview(cast, lio=cast.vale.pk)
    assert "From the valley" in page and MARKER not in page
    assert sent(cast, lio=cast.vale.pk).status_code == 302
    assert Brief.objects.get().lio == cast.vale
    stranger = factories.make_lio(name="Elsewhere")
    assert sent(cast, lio=stranger.pk).status_code == 422


# Whose records


def test_nothing_of_another_lio_is_in_a_brief(cast):
    """The same service, district and day, with everything in it that could leak."""
    theirs = quoted(cast.vale, cast.other_officer, text="From the valley")
    record = theirs.record
    record.summary, record.needed_instead, record.people_affected = "Their story", "Their need", 987
    record.save()
    record.groups.add(cast.meadow)
    cast.meadow.services.add(record.service_area)
    cast.meadow.directory_consent_by, cast.meadow.directory_consent_on = "Chair", date(2026, 1, 2)
    cast.meadow.directory_fields = ["name"]
    cast.meadow.save()
    quoted(cast.peak, cast.officer)
    assert sent(cast).status_code == 302
    brief = Brief.objects.get()
    files = [stored_file(brief, ending).decode() for ending in ("pdf", "docx")]
    detail = cast.client("officer").get(reverse("brief_detail", args=[brief.pk])).content.decode()
    for words in ("From the valley", "Their story", "Their need", "987", "Meadow", "Vale"):
        for place, text in (
            ("preview", preview(cast)),
            ("snapshot", str(brief.snapshot)),
            ("pdf", files[0]),
            ("docx", files[1]),
            ("detail", detail),
        ):
            assert words not in text, f"{words} in {place}"
    assert list(brief.quotes.values_list("record__lio", flat=True)) == [cast.peak.pk]
    theirs_page = preview(cast, "other_officer")
    for words in ("From the valley", "Their story", "Their need", "Meadow"):
        assert words in theirs_page
    assert MARKER not in theirs_page


# Issuing


def test_issuing_leads_to_the_brief_that_was_looked_at(cast, files):
    quoted(cast.peak, cast.officer)
    client = cast.client("officer")
    answer = client.post(reverse(NEW), chosen(client_id=str(uuid4())), follow=True)
    brief = Brief.objects.get()
    assert answer.redirect_chain == [(reverse("brief_detail", args=[brief.pk]), 302)]
    page = answer.content.decode()
    for words in (
        "Brief 1 is issued.",
        brief.title,
        brief.pdf_sha256,
        "by Olive Officer, Peak",
        "this brief is withdrawn too",
    ):
        assert words in page, words
    for ending in ("pdf", "docx"):
        assert reverse("brief_file", args=[brief.pk, ending]) in page
    assert reverse("brief_withdraw", args=[brief.pk]) in page and files() == 2


def test_a_form_sent_again_leads_to_the_same_brief(cast, files):
    quoted(cast.peak, cast.officer)
    form = str(uuid4())
    answers = [sent(cast, client_id=form) for _ in range(2)]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert Brief.objects.count() == 1 and files() == 2


def test_the_form_of_another_lios_brief_is_refused_without_telling_of_it_and_can_be_sent_anew(cast):
    quoted(cast.vale, cast.other_officer)
    theirs = issued(cast.vale, cast.other_officer)
    quoted(cast.peak, cast.officer)
    answer = sent(cast, client_id=str(theirs.client_id))
    page = answer.content.decode()
    assert answer.status_code == 422 and "This form was used for another brief." in page
    assert str(theirs.client_id) not in page and "Vale" not in page
    assert Brief.objects.get() == theirs
    # Looked at again, as the page asks, it is a new form.
    form = preview(cast).split('name="client_id" value="', 1)[1].split('"', 1)[0]
    assert sent(cast, client_id=form).status_code == 302
    assert Brief.objects.get(lio=cast.peak).number == 1


@pytest.mark.parametrize("form", ["", "nonsense"])
def test_a_form_without_its_id_issues_nothing(cast, form):
    quoted(cast.peak, cast.officer)
    assert sent(cast, client_id=form).status_code == 422
    assert not Brief.objects.exists()


def test_what_cannot_be_issued_is_said_with_what_helps(cast, files, monkeypatch):
    answer = sent(cast)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Choose a longer period or fewer filters. Nothing is issued yet." in page
    quoted(cast.peak, cast.officer)

    def fail(document):
        raise PdfTooLarge("This is more than one document can carry.")

    monkeypatch.setattr(briefs, "render_brief_pdf", fail)
    answer = sent(cast)
    assert answer.status_code == 422
    assert "more than one document can carry. Nothing is issued yet." in answer.content.decode()
    assert not Brief.objects.exists() and files() == 0
