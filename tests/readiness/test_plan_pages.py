"""The officer's pages of a plan: its actions, suggestions, progress, calls for help, issuing and the PDFs."""

from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from readiness import issuing
from readiness.issuing import issue_plan
from readiness.models import Action, ActionNote, Edition, IssuedPlan, Plan, SuggestedAction
from readiness.planning import plan_of, report_progress
from readiness.suggestions import suggestions_for
from readiness.views import issued_plans
from tests import factories
from tests.cast import Cast, make_cast
from toolkit_portal.core.pdf import PdfTooLarge

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert('x')</script>"


@pytest.fixture
def quick_pdf(monkeypatch) -> None:
    """Stands in for the layout, which takes a second; drafts of other tests are not in sight."""
    monkeypatch.setattr(issuing, "DRAFT_FOLDER", f"drafts-{uuid4()}/")
    monkeypatch.setattr(
        issuing,
        "render_plan",
        lambda document, large_print=False: b"%PDF large" if large_print else b"%PDF usual",
    )


def at(name: str, pk: int) -> str:
    return reverse(name, args=[pk])


def action_fields(**fields) -> dict[str, object]:
    """A filled-in action form."""
    return {"what": "Open a bank account", "who": "group", "client_id": str(uuid4()), "version": 1, **fields}


def progress_fields(**fields) -> dict[str, object]:
    return {"state": "doing", "client_id": str(uuid4()), "version": 1, **fields}


def issue(cast: Cast) -> IssuedPlan:
    return issue_plan(plan=plan_of(cast.sunrise), by=cast.officer, client_id=uuid4())


# The plan


def test_the_plan_shows_actions_by_day_with_state_and_lateness_in_words_and_the_notes():
    cast = make_cast()
    today = timezone.localdate()
    factories.make_action(
        group=cast.sunrise, by=cast.officer, what="Later one", due_on=today + timedelta(days=9)
    )
    late = factories.make_action(
        group=cast.sunrise, by=cast.officer, what=HOSTILE, due_on=today - timedelta(days=1), person="Amal"
    )
    done = factories.make_action(
        group=cast.sunrise, by=cast.officer, what="Finished one", criterion_code="2.11"
    )
    report_progress(action=late, by=cast.officer, state="doing", text="Rang the bank")
    report_progress(action=done, by=cast.officer, state="done")
    page = cast.client("officer").get(at("case_plan", cast.sunrise.pk)).content.decode()
    assert page.index("&lt;script&gt;alert") < page.index("Later one") < page.index("Finished one")
    assert "<script>alert" not in page
    for words in ("2 open actions, 1 late", ">Late<", ">Doing<", ">Done<", "Rang the bank", "Amal", "2.11"):
        assert words in page
    only = cast.client("officer").get(at("case_plan", cast.sunrise.pk), {"who": "lio"}).content.decode()
    assert "Later one" not in only and "0 open actions" in only
    odd = cast.client("officer").get(at("case_plan", cast.sunrise.pk), {"who": "everybody"}).content.decode()
    assert "Later one" in odd


def test_a_group_without_actions_is_told_what_to_do_and_a_manager_that_there_are_none():
    cast = make_cast()
    page = cast.client("officer").get(at("case_plan", cast.sunrise.pk)).content.decode()
    assert at("plan_suggestions", cast.sunrise.pk) in page and "No actions yet" in page
    page = cast.client("manager").get(at("case_plan", cast.sunrise.pk)).content.decode()
    assert "No actions yet" in page and at("plan_suggestions", cast.sunrise.pk) not in page
    assert not Plan.objects.exists()


def test_a_manager_reads_the_plan_without_any_way_to_change_it():
    cast = make_cast()
    action = factories.make_action(group=cast.sunrise, by=cast.officer)
    factories.make_help_note(action=action, by=cast.lead)
    page = cast.client("manager").get(at("case_plan", cast.sunrise.pk)).content.decode()
    assert action.what in page and "We don&#x27;t know where to begin" in page
    for name in ("action_edit", "action_note", "help_reply"):
        assert f'href="{at(name, action.pk)}"' not in page
    assert at("plan_issue", cast.sunrise.pk) not in page


def test_an_edition_less_portal_still_shows_the_plan():
    cast = make_cast()
    Edition.objects.update(is_current=False)
    factories.make_action(group=cast.sunrise, by=cast.officer, criterion_code="2.11")
    client = cast.client("officer")
    assert "Section 2.11" in client.get(at("case_plan", cast.sunrise.pk)).content.decode()
    assert client.get(at("action_add", cast.sunrise.pk), follow=True).status_code == 200


def test_the_plan_takes_as_many_queries_for_three_actions_as_for_one(quick_pdf):
    cast = make_cast()
    factories.make_assessment(group=cast.sunrise, by=cast.officer)
    client = cast.client("officer")
    client.get(
        at("case_plan", cast.sunrise.pk)
    )  # what the first request of a process looks up is not counted

    def add_and_count() -> list[int]:
        action = factories.make_action(group=cast.sunrise, by=cast.officer, criterion_code="2.11")
        factories.make_help_note(action=action, by=cast.lead)
        issue(cast)
        counts = []
        for name in ("case_plan", "plan_issue", "plan_suggestions"):
            with CaptureQueriesContext(connection) as captured:
                assert client.get(at(name, cast.sunrise.pk)).status_code == 200
            counts.append(len(captured))
        return counts

    one = add_and_count()
    add_and_count()
    assert add_and_count() == one
    assert max(one) <= 20


def test_two_hundred_actions_are_shown_whole():
    cast = make_cast()
    for nth in range(200):
        factories.make_action(group=cast.sunrise, by=cast.officer, what=f"Action number {nth:03}")
    page = cast.client("officer").get(at("case_plan", cast.sunrise.pk)).content.decode()
    assert all(f"Action number {nth:03}" in page for nth in range(200))


# Own actions


def test_an_own_action_sent_twice_is_one():
    cast = make_cast()
    client, fields = (
        cast.client("officer"),
        action_fields(due_on="14 March 2027", criterion_code="2.11", person="Amal"),
    )
    for _ in range(2):
        assert client.post(at("action_add", cast.sunrise.pk), fields).status_code == 302
    action = Action.objects.get()
    assert (action.due_on, action.criterion_code, action.person) == (date(2027, 3, 14), "2.11", "Amal")
    assert (action.created_by, action.plan.group) == (cast.officer, cast.sunrise)


def test_the_back_button_brings_the_form_that_was_sent_not_a_second_one():
    cast = make_cast()
    client = cast.client("officer")
    address = client.get(at("action_add", cast.sunrise.pk) + "?section=2.11")["Location"]
    page = client.get(address).content.decode()
    sent = parse_qs(urlsplit(address).query)
    assert sent["section"] == ["2.11"] and f'value="{sent["form"][0]}"' in page
    client.post(address, action_fields(client_id=sent["form"][0]))
    answer = client.get(address, follow=True)
    assert answer.redirect_chain == [(at("case_plan", cast.sunrise.pk), 302)]
    assert "in the plan already" in answer.content.decode()
    # An id of another group's action tells nothing.
    theirs = factories.make_action(group=cast.meadow, by=cast.other_officer)
    add = at("action_add", cast.sunrise.pk)
    assert client.get(f"{add}?form={theirs.client_id}").status_code == 200


def test_faults_of_an_action_are_named_and_what_was_typed_is_kept():
    cast = make_cast()
    fields = action_fields(what=" ", due_on="31/02/2027", why="Because " + HOSTILE, who="everyone")
    answer = cast.client("officer").post(at("action_add", cast.sunrise.pk), fields)
    page = answer.content.decode()
    assert answer.status_code == 422 and not Action.objects.exists()
    assert "Say what will be done." in page and "31/02/2027" in page and "Because &lt;script&gt;" in page
    far = cast.client("officer").post(at("action_add", cast.sunrise.pk), action_fields(due_on="1/1/2099"))
    assert "Check the year" in far.content.decode() and not Action.objects.exists()


def test_a_form_of_another_group_makes_no_action_and_is_asked_for_again():
    cast = make_cast()
    theirs = factories.make_action(group=cast.harbour, by=cast.officer)
    fields = action_fields(client_id=str(theirs.client_id))
    answer = cast.client("officer").post(at("action_add", cast.sunrise.pk), fields)
    assert answer.status_code == 422 and str(theirs.client_id) not in answer.content.decode()
    assert Action.objects.count() == 1


def test_fields_that_are_not_on_the_form_change_nothing():
    cast = make_cast()
    action = factories.make_action(group=cast.sunrise, by=cast.officer)
    other = plan_of(cast.meadow)
    fields = action_fields(
        plan=other.pk, plan_id=other.pk, created_by=cast.lead.pk, state="done", revision=99
    )
    assert cast.client("officer").post(at("action_edit", action.pk), fields).status_code == 302
    action.refresh_from_db()
    assert (action.plan.group, action.created_by, action.state) == (cast.sunrise, cast.officer, "to_do")
    assert action.what == "Open a bank account"


def test_an_action_can_not_be_changed_into_one_without_words():
    cast = make_cast()
    action = factories.make_action(group=cast.sunrise, by=cast.officer)
    answer = cast.client("officer").post(at("action_edit", action.pk), action_fields(what=""))
    assert answer.status_code == 422 and "Say what will be done." in answer.content.decode()


def test_a_manager_who_reads_the_plan_may_not_change_its_actions():
    cast = make_cast()
    action = factories.make_action(group=cast.sunrise, by=cast.officer)
    for name, fields in (("action_edit", action_fields()), ("action_note", progress_fields())):
        assert cast.client("manager").post(at(name, action.pk), fields).status_code == 403
    action.refresh_from_db()
    assert (action.version, action.state) == (1, "to_do")


def test_a_stale_change_is_refused_shows_both_and_can_be_sent_again():
    cast = make_cast()
    action = factories.make_action(group=cast.sunrise, by=cast.officer, criterion_code="9.9")
    client = cast.client("officer")
    assert "9.9 (of an earlier edition)" in client.get(at("action_edit", action.pk)).content.decode()
    theirs = action_fields(what="Theirs", due_on="1/3/2027", who="lio", criterion_code="9.9")
    client.post(at("action_edit", action.pk), theirs)
    mine = action_fields(what="Mine", due_on="2/3/2027", who="both")
    answer = client.post(at("action_edit", action.pk), mine)
    page = answer.content.decode()
    assert answer.status_code == 409
    for words in ("Theirs", "Mine", "1 March 2027", "2 March 2027", "The LIO", "Both together"):
        assert words in page
    action.refresh_from_db()
    assert action.what == "Theirs"
    assert client.post(at("action_edit", action.pk), {**mine, "version": action.version}).status_code == 302
    action.refresh_from_db()
    assert action.what == "Mine"


# Progress and help


def test_progress_is_kept_with_its_note_and_told_to_be_seen_by_the_lead():
    cast = make_cast()
    action = factories.make_action(group=cast.sunrise, by=cast.officer)
    client = cast.client("officer")
    assert "lead sees this" in client.get(at("action_note", action.pk)).content.decode()
    fields = progress_fields(state="done", done_on="1/9/2026", text="At the branch")
    for _ in range(2):
        assert client.post(at("action_note", action.pk), fields).status_code == 302
    action.refresh_from_db()
    assert (action.state, action.done_on) == ("done", date(2026, 9, 1))
    assert ActionNote.objects.get().text == "At the branch"
    same = progress_fields(state="done", done_on="1/9/2026", version=2)
    assert (
        "Nothing was changed" in client.post(at("action_note", action.pk), same, follow=True).content.decode()
    )


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"state": "dropped"}, "Say why it was dropped"),
        ({"state": "done", "done_on": "1/1/2999"}, "has the year 2999"),
        ({"state": ""}, "required"),
    ],
)
def test_progress_without_what_belongs_to_it_is_refused(fields, says):
    cast = make_cast()
    action = factories.make_action(group=cast.sunrise, by=cast.officer)
    answer = cast.client("officer").post(at("action_note", action.pk), progress_fields(**fields))
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not ActionNote.objects.exists()


def test_a_day_to_come_is_no_day_of_doing():
    cast = make_cast()
    action = factories.make_action(group=cast.sunrise, by=cast.officer)
    tomorrow = timezone.localdate() + timedelta(days=1)
    fields = progress_fields(state="done", done_on=f"{tomorrow:%d/%m/%Y}")
    assert (
        "still to come" in cast.client("officer").post(at("action_note", action.pk), fields).content.decode()
    )


def test_stale_progress_shows_both_states_and_foreign_forms_are_asked_for_again():
    cast = make_cast()
    action = factories.make_action(group=cast.sunrise, by=cast.officer)
    note = report_progress(action=action, by=cast.officer, state="dropped", reason="The bank closed")
    client = cast.client("officer")
    answer = client.post(at("action_note", action.pk), progress_fields(state="done", text="My note"))
    page = answer.content.decode()
    assert answer.status_code == 409 and "Dropped" in page and "The bank closed" in page and "My note" in page
    other = factories.make_action(group=cast.sunrise, by=cast.officer)
    answer = client.post(at("action_note", other.pk), progress_fields(client_id=str(note.client_id)))
    assert answer.status_code == 422 and ActionNote.objects.count() == 1


def test_a_call_for_help_is_replied_to_once():
    cast = make_cast()
    action = factories.make_action(group=cast.sunrise, by=cast.officer)
    call = factories.make_help_note(action=action, by=cast.lead)
    client = cast.client("officer")
    assert at("help_reply", call.pk) in client.get(at("case_plan", cast.sunrise.pk)).content.decode()
    fields = {"text": "I will come on Monday", "client_id": str(uuid4())}
    for _ in range(2):
        assert client.post(at("help_reply", call.pk), fields).status_code == 302
    call.refresh_from_db()
    assert call.answered_by == cast.officer and action.notes.count() == 2
    page = client.get(at("case_plan", cast.sunrise.pk)).content.decode()
    assert "asks for help</h2>" not in page and "I will come on Monday" in page
    assert "Answered on" in client.get(at("help_reply", call.pk)).content.decode()
    answer = client.post(at("help_reply", call.pk), {"client_id": str(call.client_id)})
    assert answer.status_code == 422


# Suggestions


def test_without_an_assessment_there_is_a_way_to_begin_one():
    cast = make_cast()
    page = cast.client("officer").get(at("plan_suggestions", cast.sunrise.pk)).content.decode()
    assert "No complete assessment yet" in page and at("case_readiness", cast.sunrise.pk) in page


def test_suggestions_come_lowest_level_first_then_working_with_providers_before_influence():
    cast = make_cast()
    assessment = factories.make_assessment(
        group=cast.sunrise, by=cast.officer, levels={"2.13": 0, "2.21": 1, "2.11": 1, "2.12": 4}
    )
    found = suggestions_for(plan_of(cast.sunrise), assessment)
    codes = list(dict.fromkeys(item.action.criterion.code for item in found))
    assert codes[:5] == ["2.13", "2.21", "2.11", "2.2", "2.22"]
    assert "2.12" not in codes
    assert all(item.level == item.action.level for item in found)


def test_only_ticked_suggestions_enter_the_plan_with_the_day_and_person_chosen_and_once():
    cast = make_cast()
    factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=0)
    first, second = SuggestedAction.objects.filter(level=0).select_related("criterion")[:2]
    client, url = cast.client("officer"), at("plan_suggestions", cast.sunrise.pk)
    page = client.get(url).content.decode()
    due = timezone.localdate() + timedelta(weeks=first.weeks)
    assert f'value="{due:%d/%m/%Y}"' in page and " checked" not in page and not Action.objects.exists()
    fields = {
        "client_id": str(uuid4()),
        f"s{first.pk}-chosen": "on",
        f"s{first.pk}-who": "lio",
        f"s{first.pk}-due_on": "14/03/2027",
        f"s{second.pk}-who": "nobody",
        f"s{second.pk}-due_on": "never",
    }
    for _ in range(2):
        assert client.post(url, fields).status_code == 302
    action = Action.objects.get()
    assert (action.what, action.who, action.due_on) == (first.what, "lio", date(2027, 3, 14))
    assert (action.criterion_code, action.suggestion_key) == (first.criterion.code, first.key)
    page = client.get(url).content.decode()
    assert "In the plan" in page and f"s{first.pk}-chosen" not in page


def test_suggestions_need_a_tick_and_each_ticked_one_its_who():
    cast = make_cast()
    factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=0)
    first = SuggestedAction.objects.filter(level=0)[0]
    client, url = cast.client("officer"), at("plan_suggestions", cast.sunrise.pk)
    answer = client.post(url, {"client_id": "no id"})
    assert answer.status_code == 422 and "Tick at least one action" in answer.content.decode()
    ticked = {f"s{first.pk}-chosen": "on", f"s{first.pk}-due_on": "yesterday-ish"}
    answer = client.post(url, ticked)
    page = answer.content.decode()
    assert answer.status_code == 422 and "Choose who does it." in page and "yesterday-ish" in page
    assert not Action.objects.exists()


def test_a_dropped_suggestion_may_be_taken_up_again_and_a_colleagues_choice_is_not_doubled(monkeypatch):
    cast = make_cast()
    factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=0)
    first = SuggestedAction.objects.filter(level=0).select_related("criterion")[0]
    dropped = factories.make_action(
        group=cast.sunrise, by=cast.officer, suggestion_key=first.key, criterion_code=first.criterion.code
    )
    report_progress(action=dropped, by=cast.officer, state="dropped", reason="Too early")
    client, url = cast.client("officer"), at("plan_suggestions", cast.sunrise.pk)
    assert "Dropped from the plan earlier: Too early" in client.get(url).content.decode()

    def choose() -> None:
        fields = {"client_id": str(uuid4()), f"s{first.pk}-chosen": "on", f"s{first.pk}-who": "group"}
        assert client.post(url, fields).status_code == 302

    choose()
    choose()
    assert Action.objects.count() == 2
    # A colleague's choice that comes between the look and the save:
    monkeypatch.setattr("readiness.suggestions.Suggestion.is_open_to_choose", True)
    choose()
    assert Action.objects.count() == 2


def test_at_the_top_of_everything_there_is_nothing_to_suggest():
    cast = make_cast()
    factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=4)
    page = cast.client("officer").get(at("plan_suggestions", cast.sunrise.pk)).content.decode()
    assert "Nothing to suggest" in page


# Issuing and PDFs


def seen_on(client: Client, url: str) -> dict[str, str]:
    """The hidden values of the check page."""
    form = client.get(url).context["form"]
    return {"client_id": str(form["client_id"].value()), "seen": form["seen"].value()}


def test_what_was_checked_is_issued_and_a_resend_issues_nothing_more(quick_pdf):
    cast = make_cast()
    factories.make_assessment(group=cast.sunrise, by=cast.officer)
    factories.make_action(group=cast.sunrise, by=cast.officer)
    client, url = cast.client("officer"), at("plan_issue", cast.sunrise.pk)
    fields = seen_on(client, url)
    for _ in range(2):
        assert client.post(url, fields).status_code == 302
    made = IssuedPlan.objects.get()
    assert (made.number, made.issued_by) == (1, cast.officer)
    page = client.get(at("case_plan", cast.sunrise.pk)).content.decode()
    assert "Version 1" in page and made.sha256[:12] in page and at("issued_plan_pdf", made.pk) in page
    assert "Issue version 2" in page


def test_a_plan_changed_since_the_check_is_shown_again_and_not_issued(quick_pdf):
    cast = make_cast()
    client, url = cast.client("officer"), at("plan_issue", cast.sunrise.pk)
    fields = seen_on(client, url)
    factories.make_action(group=cast.sunrise, by=cast.officer, what="A colleague’s action")
    answer = client.post(url, fields)
    page = answer.content.decode()
    assert answer.status_code == 409 and "Nothing is issued yet" in page and "A colleague’s action" in page
    assert not IssuedPlan.objects.exists()
    assert client.post(url, seen_on(client, url)).status_code == 302


def test_an_incomplete_form_issues_nothing(quick_pdf):
    cast = make_cast()
    answer = cast.client("officer").post(at("plan_issue", cast.sunrise.pk), {"seen": "x"})
    assert answer.status_code == 422 and "Nothing is issued yet" in answer.content.decode()
    assert not IssuedPlan.objects.exists()


def test_what_may_have_been_forgotten_is_said_before_issuing(quick_pdf):
    cast = make_cast()
    client, url = cast.client("officer"), at("plan_issue", cast.sunrise.pk)
    page = client.get(url).content.decode()
    for words in ("no open actions", "no complete assessment", "no caseworker"):
        assert words in page
    assert not Plan.objects.exists()
    yesterday = timezone.localdate() - timedelta(days=1)
    for due in (None, None, yesterday, yesterday):
        factories.make_action(group=cast.sunrise, by=cast.officer, due_on=due)
    cast.sunrise.caseworker = cast.officer
    cast.sunrise.save()
    issue(cast)
    page = client.get(url).content.decode()
    assert "no caseworker" not in page
    for words in (
        "2 open actions are past",
        "2 open actions have no date",
        "Nothing has changed since version 1",
    ):
        assert words in page


def test_a_plan_too_large_for_a_pdf_is_said_plainly(monkeypatch):
    cast = make_cast()

    def refuse(document, *, large_print=False):
        raise PdfTooLarge("This document is too long for one PDF.")

    monkeypatch.setattr(issuing, "DRAFT_FOLDER", f"drafts-{uuid4()}/")
    monkeypatch.setattr(issuing, "render_plan", refuse)
    client, url = cast.client("officer"), at("plan_issue", cast.sunrise.pk)
    answer = client.post(url, seen_on(client, url))
    assert answer.status_code == 422 and "too long for one PDF" in answer.content.decode()
    answer = client.get(at("plan_pdf", cast.sunrise.pk), {"large": "1"})
    assert answer.status_code == 422 and "too long for one PDF" in answer.content.decode()


def test_a_version_is_given_out_as_it_was_issued_under_a_plain_name(quick_pdf):
    cast = make_cast()
    cast.sunrise.name = 'Sün"rise; \r\n عربي'
    cast.sunrise.save()
    made = issue(cast)
    for actor in ("officer", "manager", "lead"):
        answer = cast.client(actor).get(at("issued_plan_pdf", made.pk))
        assert answer.content == b"%PDF usual" and answer["Content-Type"] == "application/pdf"
        assert answer["Content-Disposition"] == 'inline; filename="sun-rise-plan-version-1.pdf"'
        assert answer["X-Content-Type-Options"] == "nosniff" and "no-store" in answer["Cache-Control"]
        assert cast.client(actor).get(at("issued_plan_pdf", made.pk), {"large": "1"}).content == b"%PDF large"
    for actor in ("other_lead", "other_officer", "administrator"):
        assert cast.client(actor).get(at("issued_plan_pdf", made.pk)).status_code == 404


def test_a_damaged_version_is_a_page_that_says_so_and_never_the_file(quick_pdf):
    cast = make_cast()
    made = issue(cast)
    default_storage.delete(made.pdf.name)
    default_storage.save(made.pdf.name, ContentFile(b"%PDF forged"))
    client = cast.client("lead")
    client.raise_request_exception = False
    answer = client.get(at("issued_plan_pdf", made.pk))
    assert answer.status_code == 500 and b"forged" not in answer.content and b"damaged" in answer.content


def test_the_drafts_pdf_is_shown_to_readers(quick_pdf):
    cast = make_cast()
    answer = cast.client("manager").get(at("plan_pdf", cast.sunrise.pk))
    assert answer.content == b"%PDF usual" and "plan-draft.pdf" in answer["Content-Disposition"]
    assert (
        "draft-large-print"
        in cast.client("manager").get(at("plan_pdf", cast.sunrise.pk), {"large": "1"})["Content-Disposition"]
    )
    assert not Plan.objects.exists()


def test_a_name_without_a_latin_letter_still_gives_a_file_name():
    assert 'filename="plan.pdf"' in issued_plans._pdf(b"", "عربي")["Content-Disposition"]
