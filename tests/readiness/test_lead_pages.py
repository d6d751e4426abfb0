"""The lead's own page: the plan as it was issued, how its actions go, and nothing of anybody else's."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from groups.models import Membership
from readiness import issuing
from readiness.issuing import issue_plan
from readiness.models import Action, ActionNote, IssuedPlan
from readiness.planning import change_action, open_help, plan_of, report_progress
from tests import factories
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
PAGE = "/your-plan/"


@pytest.fixture(autouse=True)
def quick_pdf(monkeypatch) -> None:
    """Stands in for the layout, which takes a second."""
    monkeypatch.setattr(issuing, "render_plan", lambda document, large_print=False: b"%PDF")


def issue(cast: Cast, group=None) -> IssuedPlan:
    return issue_plan(plan=plan_of(group or cast.sunrise), by=cast.officer, client_id=uuid4())


def issued_action(cast: Cast, **fields) -> Action:
    action = factories.make_action(group=cast.sunrise, by=cast.officer, **fields)
    issue(cast)
    return action


def says(**fields) -> dict[str, str]:
    """What a lead's form sends."""
    return {"seen_state": "to_do", "client_id": str(uuid4()), "text": "", **fields}


def url_of(action: Action) -> str:
    return reverse("lead_action", args=[action.pk])


def text_of(cast: Cast, actor: str = "lead", **query) -> str:
    return cast.client(actor).get(PAGE, query).content.decode()


def test_before_the_first_issue_the_lead_learns_who_makes_the_plan():
    cast = make_cast()
    cast.sunrise.caseworker = cast.officer
    cast.sunrise.save()
    factories.make_action(group=cast.sunrise, by=cast.officer, what="Not for them yet")
    page = text_of(cast)
    assert "not ready yet" in page and "Olive Officer" in page and "Not for them yet" not in page


def test_the_lead_sees_the_words_as_issued_with_the_live_state_and_the_pdfs():
    cast = make_cast()
    cast.sunrise.caseworker = cast.officer
    cast.sunrise.save()
    factories.make_assessment(group=cast.sunrise, by=cast.officer, levels={"2.13": 4})
    yesterday = timezone.localdate() - timedelta(days=1)
    ours = factories.make_action(group=cast.sunrise, by=cast.officer, what="As issued", due_on=yesterday)
    theirs = factories.make_action(group=cast.sunrise, by=cast.officer, what="LIO's own", who="lio")
    made = issue(cast)
    change_action(action=ours, version=1, what="Reworded since")
    report_progress(action=ours, by=cast.officer, state="doing", text="Half way")
    factories.make_action(group=cast.sunrise, by=cast.officer, what="Added since")
    page = text_of(cast)
    assert page.index("As issued") < page.index("What Peak does for you") < page.index("LIO&#x27;s own")
    for words in (">Begun<", "The day has passed", "Half way", "gaining ground", "established", "Version 1"):
        assert words in page
    assert "Reworded since" not in page and "Added since" not in page
    pdf = reverse("issued_plan_pdf", args=[made.pk])
    assert f'href="{pdf}"' in page and f'href="{pdf}?large=1"' in page
    assert f'id="action-{theirs.pk}"' in page
    issue(cast)
    assert "Added since" in text_of(cast) and "Reworded since" in text_of(cast)


def test_nothing_private_and_nothing_of_another_group_is_on_the_page():
    cast = make_cast()
    cast.sunrise.notes = "PRIVATE notes"
    cast.sunrise.save()
    visit = factories.make_visit(group=cast.sunrise, officer=cast.officer, private_notes="PRIVATE talk")
    assessment = factories.make_assessment(group=cast.sunrise, by=cast.officer)
    assessment.answers.update(note="PRIVATE answer", visit=visit)
    issued_action(cast, what="<script>alert(1)</script>", person="<b>Amal</b>")
    other = factories.make_action(group=cast.harbour, by=cast.officer, what="Harbour's own")
    issue(cast, cast.harbour)
    page = text_of(cast)
    assert "PRIVATE" not in page and "Harbour" not in page
    assert "<script>alert" not in page and "<b>Amal" not in page
    assert cast.client("lead").get(PAGE, {"group": cast.harbour.pk}).status_code == 404
    assert cast.client("lead").get(PAGE, {"group": "x' or 1"}).status_code == 404
    assert cast.client("lead").get(url_of(other)).status_code == 404
    assert cast.client("lead").post(url_of(other), says(act="done")).status_code == 404
    assert not ActionNote.objects.exists()


def test_a_lead_of_two_groups_switches_between_them():
    cast = make_cast()
    Membership.objects.create(user=cast.lead, role=Membership.Role.LEAD, group=cast.harbour)
    factories.make_action(group=cast.harbour, by=cast.officer, what="Harbour's action")
    issue(cast, cast.harbour)
    page = text_of(cast, group=cast.harbour.pk)
    assert "Harbour&#x27;s action" in page
    assert f'href="?group={cast.sunrise.pk}"' in page and f'href="?group={cast.harbour.pk}"' in page
    assert "Your groups" not in text_of(make_lead_of_one(cast), "lead")


def make_lead_of_one(cast: Cast) -> Cast:
    Membership.objects.filter(user=cast.lead, group=cast.harbour).update(ended_at=timezone.now())
    return cast


def test_done_is_marked_once_thanked_for_and_can_be_taken_back():
    cast = make_cast()
    action = issued_action(cast)
    client, fields = cast.client("lead"), says(act="done", text="It was easy")
    for _ in range(2):
        answer = client.post(url_of(action), fields)
        assert answer.status_code == 302 and answer["Location"].startswith(f"{PAGE}?group={cast.sunrise.pk}")
    action.refresh_from_db()
    assert (action.state, action.done_on) == ("done", timezone.localdate())
    assert [(note.text, note.by_lead) for note in action.notes.all()] == [("It was easy", True)]
    page = text_of(cast)
    assert "Done so far" in page and "Not done after all" in page and "Well done" in page
    client.post(url_of(action), says(act="to_do", seen_state="done"))
    action.refresh_from_db()
    assert action.state == "to_do"


def test_a_lead_marks_begun_and_writes_a_note():
    cast = make_cast()
    action = issued_action(cast)
    client = cast.client("lead")
    client.post(url_of(action), says(act="doing"))
    client.post(url_of(action), says(act="note", seen_state="doing", text="Met the bank"))
    action.refresh_from_db()
    assert action.state == "doing"
    assert "Met the bank" in text_of(cast)


def test_a_call_for_help_reaches_the_officer_and_shows_until_it_is_answered():
    cast = make_cast()
    action = issued_action(cast)
    client, fields = cast.client("lead"), says(act="help", text="Which bank?")
    for _ in range(2):
        client.post(url_of(action), fields)
    (call,) = open_help(cast.officer)
    assert (call.text, call.author) == ("Which bank?", cast.lead)
    assert "You asked for help" in text_of(cast)
    cast.client("officer").post(
        reverse("help_reply", args=[call.pk]), {"client_id": str(uuid4()), "text": "The one by the church"}
    )
    page = text_of(cast)
    assert "You asked for help" not in page and "The one by the church" in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"act": "help"}, "Say in a few words what you need help with."),
        ({"act": "note", "text": "  "}, "Write your note first."),
        ({}, "Choose what you want to say"),
        ({"act": "dropped", "text": "kept words"}, "kept words"),
        ({"act": "note", "text": "x" * 2001}, "at most 2000 characters"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_is_kept(fields, words):
    cast = make_cast()
    action = issued_action(cast)
    answer = cast.client("lead").post(url_of(action), says(**fields))
    assert answer.status_code == 422 and words in answer.content.decode()
    action.refresh_from_db()
    assert action.state == "to_do" and not ActionNote.objects.exists()


def test_what_an_officer_changed_meanwhile_is_shown_and_not_overwritten():
    cast = make_cast()
    action = issued_action(cast)
    report_progress(action=action, by=cast.officer, state="dropped", reason="The bank closed")
    answer = cast.client("lead").post(url_of(action), says(act="done", text="My words"))
    page = answer.content.decode()
    assert (
        answer.status_code == 409 and "Dropped" in page and "The bank closed" in page and "My words" in page
    )
    assert "No longer in the plan" in text_of(cast)
    action.refresh_from_db()
    assert action.state == "dropped"


def test_how_the_lios_own_actions_go_is_not_the_leads_to_say_but_they_may_ask():
    cast = make_cast()
    action = issued_action(cast, who="lio")
    client = cast.client("lead")
    answer = client.post(url_of(action), says(act="done"))
    assert answer.status_code == 422 and "Your LIO does this one" in answer.content.decode()
    assert client.post(url_of(action), says(act="help", text="Any news?")).status_code == 302
    action.refresh_from_db()
    assert action.state == "to_do" and ActionNote.objects.get().text == "Any news?"


def test_an_action_that_is_not_issued_yet_is_not_there():
    cast = make_cast()
    unissued = factories.make_action(group=cast.sunrise, by=cast.officer)
    assert cast.client("lead").get(url_of(unissued)).status_code == 404
    issued_action(cast)
    later = factories.make_action(group=cast.sunrise, by=cast.officer)
    assert cast.client("lead").post(url_of(later), says(act="done")).status_code == 404


def test_one_actions_page_works_by_itself_and_a_form_of_another_is_asked_for_again():
    cast = make_cast()
    action = issued_action(cast, due_on=date(2027, 3, 1))
    other = issued_action(cast)
    client = cast.client("lead")
    page = client.get(url_of(action)).content.decode()
    assert "1 March 2027" in page and 'value="help"' in page
    fields = says(act="doing")
    client.post(url_of(action), fields)
    answer = client.post(url_of(other), fields)
    assert answer.status_code == 422 and fields["client_id"] not in answer.content.decode()
    assert ActionNote.objects.count() == 1


def test_the_page_takes_as_many_queries_for_three_actions_as_for_one():
    cast = make_cast()
    factories.make_assessment(group=cast.sunrise, by=cast.officer)
    client = cast.client("lead")
    client.get(PAGE)  # what the first request of a process looks up is not counted

    def add_and_count() -> int:
        action = issued_action(cast)
        factories.make_help_note(action=action, by=cast.lead)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(PAGE).status_code == 200
        return len(captured)

    one = add_and_count()
    add_and_count()
    assert add_and_count() == one <= 20


def test_a_lead_whose_membership_ended_is_out_at_once():
    cast = make_cast()
    action = issued_action(cast)
    client = cast.client("lead")
    assert client.get(PAGE).status_code == 200
    Membership.objects.filter(user=cast.lead).update(ended_at=timezone.now())
    assert client.get(PAGE).status_code == 403
    assert client.post(url_of(action), says(act="done")).status_code == 403
    assert client.get(reverse("issued_plan_pdf", args=[IssuedPlan.objects.get().pk])).status_code == 404
