"""My work: whom to see next, what is late, who was not seen, what is unfinished, who asks for help."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from groups.credentials import add_file, judge_file
from groups.models import CommunityGroup, Credential, CredentialFile, CredentialKind, Membership, User
from readiness.models import Action, ActionNote
from tests import factories
from tests.cast import Cast, make_cast
from toolkit_portal.core.attachment_files import prepare
from toolkit_portal.views.home import late_things, not_seen, running_out, upcoming

pytestmark = pytest.mark.django_db
MOST_QUERIES = 20


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="groups.sign_in.PortalBackend")
    return client


def section(page: str, title: str) -> str:
    """The part of the page under that heading, up to the end of its section."""
    assert f">{title}</h2>" in page
    return page.split(f">{title}</h2>", 1)[1].split("</section>", 1)[0]


def officers_page(cast: Cast, query: str = "") -> str:
    return cast.client("officer").get(reverse("home") + query).content.decode()


@pytest.mark.parametrize(("days", "shown"), [(-1, False), (0, True), (7, True), (8, False)])
def test_next_7_days_begin_today_and_end_with_the_seventh(days: int, shown: bool):
    cast, today = make_cast(), timezone.localdate()
    visit = factories.make_visit(
        group=cast.sunrise,
        officer=cast.officer,
        happened_on=today - timedelta(days=30),
        next_on=today + timedelta(days=days),
    )
    assert (visit in upcoming([visit], today)) is shown
    assert ("Sunrise" in section(officers_page(cast), "Next 7 days")) is shown


def test_a_planned_visit_that_was_not_logged_is_late_from_the_next_day():
    cast, today = make_cast(), timezone.localdate()
    visit = factories.make_visit(
        group=cast.sunrise, officer=cast.officer, happened_on=today - timedelta(days=9), next_on=today
    )
    groups = CommunityGroup.objects.all()
    assert late_things(groups, [visit], today) == []
    [thing] = late_things(groups, [visit], today + timedelta(days=1))
    assert (thing.group, thing.days, thing.what) == (cast.sunrise, 1, "Planned visit not logged")


@pytest.mark.parametrize(("days", "late"), [(0, False), (-1, True)])
def test_an_open_action_is_late_the_day_after_it_was_due(days: int, late: bool):
    cast = make_cast()
    due = timezone.localdate() + timedelta(days=days)
    factories.make_action(group=cast.sunrise, by=cast.officer, what="Find a referee", due_on=due)
    assert ("Find a referee" in section(officers_page(cast), "Late")) is late


def test_a_finished_or_foreign_action_is_not_late():
    cast, past = make_cast(), timezone.localdate() - timedelta(days=5)
    factories.make_action(
        group=cast.sunrise,
        by=cast.officer,
        what="Done one",
        due_on=past,
        state=Action.State.DONE,
        done_on=past,
    )
    factories.make_action(group=cast.meadow, by=cast.other_officer, what="Their own", due_on=past)
    page = officers_page(cast)
    assert "Nothing is late." in section(page, "Late")
    assert "Meadow" not in page
    assert "Their own" not in page


@pytest.mark.parametrize(("days", "shown"), [(89, False), (90, True), (91, True)])
def test_not_seen_counts_from_the_ninetieth_day(days: int, shown: bool):
    cast, today = make_cast(), date(2026, 11, 2)
    factories.make_visit(group=cast.sunrise, officer=cast.officer, happened_on=today - timedelta(days=days))
    lines = not_seen(CommunityGroup.objects.filter(pk=cast.sunrise.pk), today)
    assert [line.days for line in lines] == ([days] if shown else [])


def test_never_visited_groups_come_first_and_closed_ones_not_at_all():
    cast, today = make_cast(), timezone.localdate()
    factories.make_visit(group=cast.sunrise, officer=cast.officer, happened_on=today - timedelta(days=400))
    factories.make_group(lio=cast.peak, name="Gone", status=CommunityGroup.Status.CLOSED)
    factories.make_group(lio=cast.peak, name="Asleep", status=CommunityGroup.Status.DORMANT)
    lines = not_seen(CommunityGroup.objects.filter(lio=cast.peak), today)
    assert [(line.group.name, line.days) for line in lines] == [("Harbour", None), ("Sunrise", 400)]


def test_a_colleagues_caseload_is_shown_only_on_asking():
    cast = make_cast()
    colleague = factories.make_officer(lio=cast.peak, email="second@peak.example")
    cast.harbour.caseworker = colleague
    cast.harbour.save()
    assert "Harbour" not in section(officers_page(cast), "Not seen for 90 days")
    assert "Harbour" in section(officers_page(cast, "?whose=all"), "Not seen for 90 days")


def test_ones_own_groups_come_first_in_the_table():
    cast = make_cast()
    cast.sunrise.caseworker = cast.officer
    cast.sunrise.save()
    table = section(officers_page(cast), "My groups")
    assert table.index("Sunrise") < table.index("Harbour")
    assert "Meadow" not in table


def test_help_asked_for_is_shown_until_marked_as_answered():
    cast = make_cast()
    action = factories.make_action(group=cast.sunrise, by=cast.officer)
    note = factories.make_help_note(action=action, by=cast.lead, text="Where do we begin?")
    client = cast.client("officer")
    assert "Where do we begin?" in section(officers_page(cast), "Help asked for")
    client.post(reverse("help_answered", args=[note.pk]))
    note.refresh_from_db()
    assert note.answered_by == cast.officer
    first = note.answered_at
    assert "Where do we begin?" not in officers_page(cast)
    client.post(reverse("help_answered", args=[note.pk]))
    note.refresh_from_db()
    assert note.answered_at == first


def test_a_note_of_progress_cannot_be_marked_as_answered():
    cast = make_cast()
    action = factories.make_action(group=cast.sunrise, by=cast.officer)
    note = ActionNote.objects.create(action=action, author=cast.lead, by_lead=True, text="Half done")
    assert cast.client("officer").post(reverse("help_answered", args=[note.pk])).status_code == 404


def test_unfinished_shows_drafts_of_visits_and_assessments():
    cast = make_cast()
    factories.make_visit_draft(group=cast.sunrise, officer=cast.officer)
    factories.make_draft(group=cast.harbour, by=cast.officer)
    factories.make_draft(group=cast.meadow, by=cast.other_officer)
    part = section(officers_page(cast), "Unfinished")
    assert "Visit to Sunrise" in part
    assert "Assessment of Harbour" in part
    assert "Meadow" not in part


def paper(group: CommunityGroup, key: str = "equality-policy", **facts) -> Credential:
    kind = CredentialKind.objects.get(key=key)
    return Credential.objects.create(group=group, kind=kind, **{"state": Credential.State.IN_PLACE, **facts})


def send(group: CommunityGroup, by: User) -> CredentialFile:
    return add_file(
        group=group,
        kind=CredentialKind.objects.get(key="accounts"),
        by=by,
        prepared=prepare(ContentFile(b"What came in."), "accounts.txt"),
        client_id=uuid4(),
    )


def test_papers_that_leads_sent_are_to_check_until_somebody_has():
    cast = make_cast()
    assert "Papers to check" not in officers_page(cast)
    file = send(cast.sunrise, cast.lead)
    send(cast.meadow, factories.make_lead(group=cast.meadow))
    part = section(officers_page(cast), "Papers to check")
    assert reverse("paper", args=[cast.sunrise.pk, "accounts"]) in part and reverse("papers_to_check") in part
    assert "Accounts" in part and "Sunrise" in part and "Leila Lead" in part and "Meadow" not in part
    judge_file(file=file, by=cast.officer, accept=True)
    assert "Papers to check" not in officers_page(cast)


def test_papers_of_a_colleagues_groups_are_shown_only_on_asking():
    cast, today = make_cast(), timezone.localdate()
    cast.harbour.caseworker = factories.make_officer(lio=cast.peak, email="second@peak.example")
    cast.harbour.save()
    send(cast.harbour, cast.other_lead)
    paper(cast.harbour, expires_on=today)
    paper(cast.harbour, "bank-account", review_on=today)
    assert "Papers " not in officers_page(cast)
    page = officers_page(cast, "?whose=all")
    for title in ("Papers to check", "Papers that run out", "Papers to look at again"):
        assert "Harbour" in section(page, title)


@pytest.mark.parametrize(
    ("days", "shown", "urgent"),
    [(-400, True, True), (0, True, True), (1, True, True), (14, True, True), (15, True, False),
     (60, True, False), (61, False, False)],
)  # fmt: skip
def test_papers_run_out_sixty_days_ahead_and_are_urgent_from_fourteen(days: int, shown: bool, urgent: bool):
    cast, today = make_cast(), timezone.localdate()
    paper(cast.sunrise, expires_on=today + timedelta(days=days))
    lines = running_out(CommunityGroup.objects.all(), today)
    assert [(line.days, line.is_urgent) for line in lines] == ([(days, urgent)] if shown else [])
    page = officers_page(cast)
    assert ("Papers that run out" in page) is shown
    if shown:
        part = section(page, "Papers that run out")
        assert (">Expired<" in part) is (days <= 0)
        assert (f">{days} day{'' if days == 1 else 's'}<" in part) is (urgent and days > 0)


def test_expired_papers_come_first_and_then_the_soonest():
    cast, today = make_cast(), timezone.localdate()
    for key, days in (("accounts", 40), ("equality-policy", 3), ("bank-account", -2)):
        paper(cast.sunrise, key, expires_on=today + timedelta(days=days))
    assert [line.days for line in running_out(CommunityGroup.objects.all(), today)] == [-2, 3, 40]


@pytest.mark.parametrize("status", [CommunityGroup.Status.CLOSED, CommunityGroup.Status.DORMANT])
def test_papers_of_groups_that_rest_are_not_due(status: str):
    cast, today = make_cast(), timezone.localdate()
    paper(cast.sunrise, expires_on=today)
    paper(cast.sunrise, "accounts", review_on=today)
    assert "Papers that run out" in officers_page(cast) and "Papers to look at again" in officers_page(cast)
    CommunityGroup.objects.filter(pk=cast.sunrise.pk).update(status=status)
    assert "Papers" not in officers_page(cast)


@pytest.mark.parametrize(("days", "shown"), [(-1, True), (0, True), (1, False)])
def test_papers_are_to_be_looked_at_again_from_their_day_on(days: int, shown: bool):
    cast, today = make_cast(), timezone.localdate()
    paper(cast.sunrise, review_on=today + timedelta(days=days))
    page = officers_page(cast)
    assert ("Papers to look at again" in page) is shown
    if shown:
        assert "Equality policy" in section(page, "Papers to look at again")


@pytest.mark.parametrize(("actor", "page"), [("lead", "lead_plan"), ("administrator", "administration")])
def test_other_roles_are_led_to_their_own_page(actor: str, page: str):
    assert make_cast().client(actor).get(reverse("home"))["Location"] == reverse(page)


def test_an_officer_with_other_roles_gets_my_work_with_links_to_the_others():
    cast = make_cast()
    Membership.objects.create(user=cast.officer, role=Membership.Role.MANAGER)
    Membership.objects.create(user=cast.officer, role=Membership.Role.LEAD, group=cast.harbour)
    part = section(officers_page(cast), "Your other pages")
    assert reverse("county") in part
    assert reverse("lead_plan") in part
    assert reverse("administration") not in part


def test_somebody_without_a_role_is_told_what_to_do():
    response = signed_in(factories.make_user()).get(reverse("home"))
    assert response.status_code == 200
    assert "What to do" in response.content.decode()


def test_an_officer_without_groups_is_told_what_to_do():
    officer = factories.make_officer(lio=factories.make_lio())
    assert "Add a group" in signed_in(officer).get(reverse("home")).content.decode()


def fill(cast: Cast, number: int) -> None:
    """A group with something in each part of the page."""
    today = timezone.localdate()
    group = factories.make_group(lio=cast.peak, name=f"Group {number}", caseworker=cast.officer)
    late = factories.make_group(lio=cast.peak, name=f"Late group {number}")
    factories.make_visit(
        group=group, officer=cast.officer, happened_on=today - timedelta(days=100), next_on=today
    )
    factories.make_visit(
        group=late,
        officer=cast.officer,
        happened_on=today - timedelta(days=100),
        next_on=today - timedelta(days=1),
    )
    factories.make_assessment(group=group, by=cast.officer)
    factories.make_draft(group=group, by=cast.officer)
    factories.make_visit_draft(group=group, officer=cast.officer)
    action = factories.make_action(group=group, by=cast.officer, due_on=today - timedelta(days=3))
    factories.make_help_note(action=action, by=cast.lead)
    send(group, cast.lead)
    paper(group, expires_on=today)
    paper(group, "bank-account", review_on=today)


def test_queries_do_not_grow_with_the_work(django_assert_max_num_queries: DjangoAssertNumQueries):
    cast = make_cast()
    client, counts = cast.client("officer"), []
    client.get(reverse("home"))  # the session is written on the first page
    for numbers in ([1], [2, 3]):
        for number in numbers:
            fill(cast, number)
        with django_assert_max_num_queries(MOST_QUERIES) as seen:
            client.get(reverse("home"))
        counts.append(len(seen))
    assert counts[0] == counts[1]
