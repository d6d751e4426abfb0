"""A group's case file: where it stands, what happened, its visits; read-only for managers."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from pytest_django.fixtures import DjangoAssertNumQueries

from groups.credentials import set_paper
from groups.models import Contact, Credential, CredentialChange, CredentialKind, Invitation, Visit
from readiness.assessing import complete, start_correction
from readiness.models import Action, ActionNote, IssuedPlan, RouteChange
from tests import factories
from tests.cast import Cast, make_cast
from toolkit_portal.views.timeline import timeline

pytestmark = pytest.mark.django_db
MOST_QUERIES = 20


def page_of(cast: Cast, actor: str = "officer", query: str = "") -> str:
    return cast.client(actor).get(reverse("case", args=[cast.sunrise.pk]) + query).content.decode()


def fill(cast: Cast, number: int) -> None:
    """One fact of every kind."""
    day = timezone.localdate() - timedelta(days=10 * number)
    factories.make_visit(
        group=cast.sunrise,
        officer=cast.officer,
        happened_on=day,
        summary=f"Talk {number}",
        private_notes="Hush",
    )
    factories.make_assessment(group=cast.sunrise, by=cast.officer, assessed_on=day)
    action = factories.make_action(
        group=cast.sunrise, by=cast.officer, what=f"Action {number}", state=Action.State.DONE, done_on=day
    )
    ActionNote.objects.create(action=action, author=cast.lead, by_lead=True, text=f"Note {number}")
    IssuedPlan.objects.create(
        plan=action.plan, number=number, issued_by=cast.officer, pdf=f"{number}.pdf", sha256="0" * 64
    )
    Invitation.objects.create(
        group=cast.sunrise,
        email=f"new{number}@sunrise.example",
        token_hash=str(number),
        invited_by=cast.officer,
        expires_at=timezone.now(),
    )
    paper = set_paper(
        group=cast.sunrise,
        kind=CredentialKind.objects.all()[number],
        by=cast.officer,
        version=0,
        state="in_place",
        expires_on=timezone.localdate() + timedelta(days=400 + number),
    )
    RouteChange.objects.create(
        group=cast.sunrise,
        edition=factories.current_edition(),
        before="build-foundations",
        route="be-heard",
        went_up=True,
        cause=f"{paper.kind} noted",
    )


def test_the_overview_says_where_the_group_stands_and_stood():
    cast = make_cast()
    factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=1, assessed_on=date(2026, 3, 14))
    factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=2, assessed_on=date(2026, 9, 14))
    page = page_of(cast)
    assert '<span class="standing__number numeric">50</span>' in page
    assert "was 25 in March 2026" in page
    assert "assessed on 14 September 2026" in page


def test_a_corrected_assessment_is_not_what_it_was_before():
    cast = make_cast()
    wrong = factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=4)
    correction = start_correction(of=wrong, by=cast.officer, reason="Typed into the wrong group")
    correction.answers.update(level=1)
    complete(correction, by=cast.officer)
    page = page_of(cast)
    assert '<span class="standing__number numeric">25</span>' in page
    assert "was 100" not in page


def test_the_timeline_has_every_kind_of_fact_newest_first():
    cast = make_cast()
    for number in (1, 2):
        fill(cast, number)
    page = page_of(cast)
    for words in (
        "Talk 1",
        "Assessed: 50",
        "Action 1",
        "Note 1",
        "Plan version 1 issued",
        "new1@sunrise.example",
        f"{CredentialKind.objects.all()[1]}: in place",
        f"Expires on {date_format(timezone.localdate() + timedelta(days=401), 'j F Y')}",
        "Ready to: be heard (before: build foundations)",
    ):
        assert words in page
    assert page.index("Talk 1") < page.index("Talk 2")


@pytest.mark.parametrize(
    ("kind", "has", "lacks"),
    [
        ("visit", "Talk 1", "Note 1"),
        ("assessment", "Assessed: 50", "Talk 1"),
        ("plan", "Plan version 1 issued", "Talk 1"),
        ("action", "Action done", "Talk 1"),
        ("note", "Note 1", "Talk 1"),
        ("invitation", "new1@sunrise.example", "Talk 1"),
        ("paper", ": in place", "Talk 1"),
        ("route", "(before: build foundations)", "Talk 1"),
        ("nonsense", "Talk 1", "Nothing of this kind"),
    ],
)
def test_the_timeline_can_be_filtered_by_kind(kind: str, has: str, lacks: str):
    cast = make_cast()
    fill(cast, 1)
    page = page_of(cast, query=f"?kind={kind}")
    assert has in page
    assert lacks not in page


def test_nothing_of_another_group_is_on_the_page():
    cast = make_cast()
    factories.make_visit(group=cast.harbour, officer=cast.officer, summary="Harbour talk")
    other = factories.make_action(
        group=cast.harbour,
        by=cast.officer,
        what="Harbour action",
        state=Action.State.DONE,
        done_on=date(2026, 1, 1),
    )
    ActionNote.objects.create(action=other, author=cast.officer, text="Harbour note")
    assert "Harbour" not in page_of(cast)


def test_a_long_history_is_paged():
    cast = make_cast()
    Visit.objects.bulk_create(
        Visit(group=cast.sunrise, officer=cast.officer, happened_on=date(2026, 1, 1), summary=f"Talk {n:03}")
        for n in range(60)
    )
    assert page_of(cast).count("timeline-visit") == 25
    assert page_of(cast, query="?page=3").count("timeline-visit") == 10


def test_a_manager_reads_and_finds_no_button_to_change():
    cast = make_cast()
    visit = factories.make_visit(
        group=cast.sunrise, officer=cast.officer, summary="Talk", private_notes="The treasurer leaves"
    )
    assert reverse("visit_log", args=[cast.sunrise.pk]) not in page_of(cast, "manager")
    detail = cast.client("manager").get(reverse("visit_detail", args=[visit.pk])).content.decode()
    assert "The treasurer leaves" in detail
    assert reverse("visit_edit", args=[visit.pk]) not in detail


def test_an_empty_case_says_what_to_do_next():
    cast = make_cast()
    assert "Log your first visit" in page_of(cast)
    assert "Log your first visit" not in page_of(cast, "manager")


def test_a_paper_that_a_lead_sent_first_is_no_news_and_one_that_went_is():
    cast = make_cast()
    kind = CredentialKind.objects.get(key="equality-policy")
    paper = Credential.objects.create(group=cast.sunrise, kind=kind)
    for state in ("missing", "in_place", "missing"):
        CredentialChange.objects.create(credential=paper, state=state, recorded_by=cast.officer)
    facts = [fact.what for fact in timeline(cast.sunrise, "paper")]
    assert facts == [f"{kind}: missing", f"{kind}: in place"]


def test_how_papers_stand_is_in_short():
    cast = make_cast()
    today = timezone.localdate()
    for key, expires_on in (
        ("governing-document", None),
        ("equality-policy", today),
        ("public-liability", today + timedelta(days=60)),
    ):
        set_paper(
            group=cast.sunrise,
            kind=CredentialKind.objects.get(key=key),
            by=cast.officer,
            version=0,
            state="in_place",
            expires_on=expires_on,
        )
    page = page_of(cast)
    assert "2 in place" in page and "None in place yet" not in page
    assert "1 expired" in page and "1 expires within 60 days" in page


def test_the_main_contact_and_next_date_are_in_short():
    cast = make_cast()
    Contact.objects.create(group=cast.sunrise, name="Farah Malik", is_lead=True, phone="01246 000000")
    Contact.objects.create(group=cast.sunrise, name="Second Person")
    factories.make_visit(
        group=cast.sunrise, officer=cast.officer, happened_on=date(2026, 3, 14), next_on=date(2026, 4, 2)
    )
    page = page_of(cast)
    assert "Farah Malik" in page
    assert "Second Person" not in page
    assert "2 April 2026" in page


@pytest.mark.parametrize("name", ["case", "case_visits", "visit_log"])
def test_queries_are_the_same_with_1_and_with_3_of_each(
    name: str, django_assert_max_num_queries: DjangoAssertNumQueries
):
    cast = make_cast()
    client, counts = cast.client("officer"), []
    url = reverse(name, args=[cast.sunrise.pk])
    if name == "visit_log":
        url = client.get(url)["Location"]  # a form of its own
    client.get(url)  # the session is written on the first page
    fill(cast, 0)  # so that there is an assessment before the latest
    for numbers in ([1], [2, 3]):
        for number in numbers:
            fill(cast, number)
        draft = factories.make_draft(group=cast.sunrise, by=cast.officer, levels={"2.1": 2})
        with django_assert_max_num_queries(MOST_QUERIES) as seen:
            assert client.get(url).status_code == 200
        counts.append(len(seen))
        draft.delete()
    assert counts[0] == counts[1]
