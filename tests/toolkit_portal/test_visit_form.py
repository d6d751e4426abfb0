"""The visit form: one sitting saved once and whole, kept as a draft until then, private to who writes it."""

from datetime import date, timedelta
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from groups.models import Visit, VisitDraft
from readiness.models import Action, Answer, Assessment
from tests import factories
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db


def filled(**changes) -> dict[str, object]:
    """A valid form: a visit today with one level and one action."""
    return {
        "client_id": str(uuid4()),
        "draft_version": "0",
        "happened_on": f"{timezone.localdate():%Y-%m-%d}",
        "how": "in_person",
        "summary": "We read the constitution together.",
        "topics": ["2.1", "2.15a"],
        "level_2-15a": "3",
        "answer_version_2-15a": "0",
        "actions-TOTAL_FORMS": "3",
        "actions-INITIAL_FORMS": "0",
        "actions-0-what": "Draft an equality policy",
        "actions-0-who": "both",
        "actions-0-due_on": f"{timezone.localdate() + timedelta(days=30):%Y-%m-%d}",
        "actions-0-criterion_code": "2.1",
        "actions-1-who": "group",
        "actions-2-who": "group",
        **changes,
    }


def log_url(cast: Cast) -> str:
    return reverse("visit_log", args=[cast.sunrise.pk])


def autosave_url(cast: Cast) -> str:
    return reverse("visit_autosave", args=[cast.sunrise.pk])


def everything() -> tuple[int, int, int, int]:
    return Visit.objects.count(), Answer.objects.count(), Action.objects.count(), VisitDraft.objects.count()


def test_one_form_makes_visit_levels_and_actions():
    cast = make_cast()
    next_on = timezone.localdate() + timedelta(days=14)
    response = cast.client("officer").post(
        log_url(cast),
        filled(next_on=f"{next_on:%d/%m/%Y}", next_at="10:30", next_note="Go through the draft"),
    )
    assert response.status_code == 302
    assert response["Location"] == reverse("case", args=[cast.sunrise.pk])
    visit = Visit.objects.get()
    assert (visit.group, visit.officer, visit.topics) == (cast.sunrise, cast.officer, ["2.1", "2.15a"])
    assert (visit.next_on, visit.next_note) == (next_on, "Go through the draft")
    answer = Answer.objects.get()
    assert (answer.criterion.code, answer.level, answer.visit) == ("2.15a", 3, visit)
    assert answer.assessment.state == Assessment.State.DRAFT
    action = Action.objects.get()
    assert (action.what, action.who, action.criterion_code, action.visit) == (
        "Draft an equality policy",
        "both",
        "2.1",
        visit,
    )
    assert not VisitDraft.objects.exists()


def test_after_logging_the_case_page_says_what_was_saved_and_how_far_the_assessment_is():
    cast = make_cast()
    page = cast.client("officer").post(log_url(cast), filled(), follow=True).content.decode()
    assert "is logged with 1 level and 1 action." in page
    assert "1 of 14 answered" in page


def test_a_fully_answered_draft_offers_to_be_completed():
    cast = make_cast()
    codes = factories.current_edition().criteria.values_list("code", flat=True)
    draft = factories.make_draft(
        group=cast.sunrise, by=cast.officer, levels={code: 2 for code in codes if code != "2.15a"}
    )
    page = cast.client("officer").post(log_url(cast), filled(), follow=True).content.decode()
    assert reverse("assessment_check", args=[draft.pk]) in page


def test_a_level_is_optional_and_one_of_an_unticked_section_is_left_out():
    cast = make_cast()
    cast.client("officer").post(log_url(cast), filled(topics=["2.1"]))
    assert Visit.objects.get().topics == ["2.1"]
    assert not Answer.objects.exists()
    assert not Assessment.objects.exists()


def test_sending_twice_makes_one_visit_and_leads_to_it():
    cast = make_cast()
    client, data = cast.client("officer"), filled()
    client.post(log_url(cast), data)
    once = everything()
    again = client.post(log_url(cast), data)
    assert again["Location"] == reverse("visit_detail", args=[Visit.objects.get().pk])
    assert everything() == once == (1, 1, 1, 0)


def test_a_resend_with_other_words_changes_nothing():
    cast = make_cast()
    client, data = cast.client("officer"), filled()
    client.post(log_url(cast), data)
    once = everything()
    page = client.post(log_url(cast), {**data, "summary": "Other words", "level_2-15a": "1"}, follow=True)
    assert "logged already" in page.content.decode()
    assert everything() == once
    assert Visit.objects.get().summary == "We read the constitution together."
    assert Answer.objects.get().level == 3


def test_another_persons_form_id_is_not_taken_for_ones_own():
    cast = make_cast()
    data = filled()
    cast.client("officer").post(log_url(cast), data)
    colleague = factories.make_officer(lio=cast.peak, email="second@peak.example")
    client = Client()
    client.force_login(colleague, backend="groups.sign_in.PortalBackend")
    answer = client.post(log_url(cast), {**data, "summary": "My own words"})
    assert answer.status_code == 409
    assert "My own words" in answer.content.decode()
    assert Visit.objects.get().officer == cast.officer


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"happened_on": "31/02/2026"}, "Write the date as day, month, year"),
        ({"happened_on": ""}, "Say on which day you met."),
        ({"happened_on": "1/1/1900"}, "Check the year"),
        ({"people_met": "-1"}, "greater than or equal to 0"),
        ({"people_met": "999999"}, "less than or equal to 5000"),
        ({"next_at": "10:00"}, "Give the day for this time too."),
        ({"next_note": "The budget"}, "Give the day for this too"),
        ({"how": "pigeon"}, "pigeon"),
        ({"level_2-15a": "7"}, "Choose one of the levels from 0 to 4."),
        ({"actions-1-person": "Farah"}, "Say what will be done, or empty this row."),
        ({"actions-0-criterion_code": "9.9"}, "9.9"),
        ({"actions-0-due_on": "14/09/3026"}, "Check the year"),
    ],
)
def test_a_mistake_is_named_and_everything_typed_is_kept(changes: dict, words: str):
    cast = make_cast()
    response = cast.client("officer").post(log_url(cast), filled(place="Village hall", **changes))
    page = response.content.decode()
    assert response.status_code == 200
    assert words in page
    assert "There is a problem" in page
    assert "Village hall" in page
    assert "We read the constitution together." in page
    assert "Draft an equality policy" in page
    assert not Visit.objects.exists()
    assert not Answer.objects.exists()
    assert not Action.objects.exists()
    # And nothing is lost if the browser closes now.
    assert VisitDraft.objects.get().fields["place"] == ["Village hall"]


def test_words_that_are_no_date_stay_in_the_field():
    cast = make_cast()
    page = cast.client("officer").post(log_url(cast), filled(happened_on="last Tuesday")).content.decode()
    assert 'value="last Tuesday"' in page


def test_today_is_a_visit_and_tomorrow_is_not():
    cast = make_cast()
    client = cast.client("officer")
    tomorrow = timezone.localdate() + timedelta(days=1)
    page = client.post(log_url(cast), filled(happened_on=f"{tomorrow:%Y-%m-%d}")).content.decode()
    assert "still to come" in page
    assert not Visit.objects.exists()
    client.post(log_url(cast), filled(happened_on=f"{timezone.localdate():%Y-%m-%d}"))
    assert Visit.objects.count() == 1


def test_the_next_date_may_be_the_same_day_but_not_before():
    cast = make_cast()
    client = cast.client("officer")
    page = client.post(log_url(cast), filled(happened_on="2026-03-14", next_on="2026-03-13")).content.decode()
    assert "on the day of this visit or later" in page
    client.post(log_url(cast), filled(happened_on="2026-03-14", next_on="2026-03-14"))
    assert Visit.objects.get().next_on == date(2026, 3, 14)


def test_the_form_says_what_the_level_was_last_time():
    cast = make_cast()
    factories.make_assessment(group=cast.sunrise, by=cast.officer, levels={"2.15a": 4})
    page = cast.client("officer").get(log_url(cast), follow=True).content.decode()
    assert page.count("Last time</span>") == 14


# Rows without scripts


def test_without_scripts_another_row_is_one_button_and_keeps_everything():
    cast = make_cast()
    client = cast.client("officer")
    start = client.get(log_url(cast), follow=True).content.decode()
    assert 'name="actions-2-what"' in start
    assert 'name="actions-3-what"' not in start
    page = client.post(
        log_url(cast), filled(then="row", place="Library", happened_on="32/13/2026")
    ).content.decode()
    assert 'name="actions-3-what"' in page
    for words in ("Library", "Draft an equality policy", "32/13/2026", "We read the constitution together."):
        assert words in page
    assert "There is a problem" not in page
    assert not Visit.objects.exists()


def test_a_fourth_row_is_saved_too():
    cast = make_cast()
    data = filled(**{"actions-TOTAL_FORMS": "4", "actions-3-what": "Find a referee", "actions-3-who": "lio"})
    cast.client("officer").post(log_url(cast), data)
    assert sorted(Action.objects.values_list("what", flat=True)) == [
        "Draft an equality policy",
        "Find a referee",
    ]


# Drafts


def test_what_was_typed_survives_a_closed_browser():
    cast = make_cast()
    data = filled(place="Library", **{"level_2-1": "2", "happened_on": "14/09/2026"})
    answer = cast.client("officer").post(autosave_url(cast), data)
    assert answer.json()["ok"] is True
    assert answer.json()["version"] == 1
    draft = VisitDraft.objects.get()
    later = cast.client("officer")
    assert f"?draft={draft.pk}" in later.get(reverse("home")).content.decode()
    asks = later.get(log_url(cast), follow=True).content.decode()
    assert f"?draft={draft.pk}" in asks
    assert "Start a new visit" in asks
    page = later.get(f"{log_url(cast)}?draft={draft.pk}").content.decode()
    for words in ("Library", "14/09/2026", "Draft an equality policy", f'value="{data["client_id"]}"'):
        assert words in page
    assert 'name="level_2-1" value="2" checked' in page
    assert 'id="topic-2-15a" class="section-pick__tick" checked' in page


def test_finish_later_keeps_a_draft_without_scripts():
    cast = make_cast()
    response = cast.client("officer").post(log_url(cast), filled(then="later"), follow=True)
    assert "kept as a draft" in response.content.decode()
    assert VisitDraft.objects.get().fields["summary"] == ["We read the constitution together."]
    assert not Visit.objects.exists()


def test_a_new_visit_can_begin_beside_a_draft():
    cast = make_cast()
    factories.make_visit_draft(group=cast.sunrise, officer=cast.officer)
    page = cast.client("officer").get(log_url(cast) + "?new=1", follow=True).content.decode()
    assert "Half a sentence" not in page
    assert VisitDraft.objects.count() == 1


def test_a_draft_is_its_writers_alone():
    cast = make_cast()
    draft = factories.make_visit_draft(group=cast.sunrise, officer=cast.officer)
    colleague = factories.make_officer(lio=cast.peak, email="second@peak.example")
    client = Client()
    client.force_login(colleague, backend="groups.sign_in.PortalBackend")
    assert client.get(f"{log_url(cast)}?draft={draft.pk}").status_code == 404
    assert "Half a sentence" not in client.get(log_url(cast), follow=True).content.decode()
    assert "Unfinished" not in client.get(reverse("home")).content.decode()
    stolen = client.post(autosave_url(cast), filled(client_id=str(draft.client_id), draft_version="1"))
    assert stolen.status_code == 400
    draft.refresh_from_db()
    assert draft.fields == {"summary": ["Half a sentence"]}


def test_an_officer_who_left_the_lio_cannot_open_the_old_draft():
    cast = make_cast()
    draft = factories.make_visit_draft(group=cast.meadow, officer=cast.officer)
    client = cast.client("officer")
    assert client.get(reverse("visit_draft_discard", args=[draft.pk])).status_code == 404
    assert cast.meadow.name not in client.get(reverse("home")).content.decode()


def test_a_stale_window_is_told_and_overwrites_nothing():
    cast = make_cast()
    client, data = cast.client("officer"), filled()
    client.post(autosave_url(cast), data)
    client.post(autosave_url(cast), {**data, "draft_version": "1", "summary": "From the first window"})
    stale = client.post(
        autosave_url(cast), {**data, "draft_version": "1", "summary": "From the second window"}
    )
    assert stale.status_code == 409
    assert stale.json()["conflict"] is True
    assert VisitDraft.objects.get().fields["summary"] == ["From the first window"]


@pytest.mark.parametrize("then", ["log", "later", "row"])
def test_sending_a_stale_window_shows_both_and_loses_neither(then: str):
    cast = make_cast()
    client, data = cast.client("officer"), filled()
    client.post(autosave_url(cast), data)
    client.post(autosave_url(cast), {**data, "draft_version": "1", "summary": "From the first window"})
    mine = {**data, "draft_version": "1", "summary": "From the second window", "then": then}
    response = client.post(log_url(cast), mine)
    page = response.content.decode()
    assert response.status_code == 409
    assert "From the first window" in page
    assert "From the second window" in page
    assert 'name="draft_version" value="2"' in page
    assert not Visit.objects.exists()
    assert VisitDraft.objects.get().fields["summary"] == ["From the first window"]
    # Sent again from that page, it is what the officer wants.
    client.post(log_url(cast), {**mine, "draft_version": "2", "then": "log"})
    assert Visit.objects.get().summary == "From the second window"


def test_an_autosave_that_arrives_after_logging_makes_no_draft():
    cast = make_cast()
    client, data = cast.client("officer"), filled()
    client.post(log_url(cast), data)
    late = client.post(autosave_url(cast), data)
    assert late.status_code == 409
    assert late.json()["url"] == reverse("visit_detail", args=[Visit.objects.get().pk])
    assert not VisitDraft.objects.exists()


def test_autosave_keeps_only_fields_of_the_form_and_bears_odd_characters():
    cast = make_cast()
    data = filled(summary="a\0b 🙂", group=str(cast.meadow.pk), officer=str(cast.other_officer.pk), evil="x")
    assert cast.client("officer").post(autosave_url(cast), data).status_code == 200
    draft = VisitDraft.objects.get()
    assert (draft.group, draft.officer) == (cast.sunrise, cast.officer)
    assert draft.fields["summary"] == ["ab 🙂"]
    assert not {"group", "officer", "evil", "client_id"} & set(draft.fields)


def test_group_and_officer_are_never_taken_from_the_form():
    cast = make_cast()
    cast.client("officer").post(
        log_url(cast),
        filled(group=str(cast.meadow.pk), officer=str(cast.other_officer.pk), pk="999", version="7"),
    )
    visit = Visit.objects.get()
    assert (visit.group, visit.officer, visit.version) == (cast.sunrise, cast.officer, 1)


def test_discarding_a_draft_asks_first():
    cast = make_cast()
    draft = factories.make_visit_draft(group=cast.sunrise, officer=cast.officer)
    client, url = cast.client("officer"), reverse("visit_draft_discard", args=[draft.pk])
    client.get(url)
    assert VisitDraft.objects.count() == 1
    client.post(url)
    assert not VisitDraft.objects.exists()


# Levels that a colleague changed meanwhile


def test_a_level_changed_by_a_colleague_meanwhile_is_shown_beside_ones_own():
    cast = make_cast()
    colleague = factories.make_officer(lio=cast.peak, email="second@peak.example", name="Sam Second")
    factories.make_draft(group=cast.sunrise, by=colleague, levels={"2.15a": 1})
    client, data = cast.client("officer"), filled()  # read while there was no answer: version 0
    response = client.post(log_url(cast), data)
    page = response.content.decode()
    assert response.status_code == 409
    assert "you chose 3, Sam Second recorded 1" in page
    assert "We read the constitution together." in page
    assert 'name="answer_version_2-15a" value="1"' in page
    assert (Visit.objects.count(), Action.objects.count()) == (0, 0)
    assert Answer.objects.get().level == 1
    version = VisitDraft.objects.get().version
    client.post(log_url(cast), {**data, "answer_version_2-15a": "1", "draft_version": str(version)})
    assert Answer.objects.get().level == 3
    assert Visit.objects.count() == 1


def test_the_same_level_as_a_colleagues_is_no_conflict():
    cast = make_cast()
    factories.make_draft(group=cast.sunrise, by=cast.officer, levels={"2.15a": 3})
    assert cast.client("officer").post(log_url(cast), filled()).status_code == 302


def test_a_row_that_fails_leaves_no_visit_behind(monkeypatch: pytest.MonkeyPatch):
    cast = make_cast()

    def fail(**fields: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("toolkit_portal.views.visits.add_action", fail)
    with pytest.raises(RuntimeError):
        cast.client("officer").post(log_url(cast), filled())
    assert everything() == (0, 0, 0, 1)  # the draft is there to try again with


@pytest.mark.django_db(transaction=True)
def test_the_same_form_sent_six_times_at_once_makes_one_of_everything():
    cast, data = make_cast(), filled()
    clients = [cast.client("officer") for _ in range(6)]
    gate, answers = Barrier(len(clients)), []

    def send(client: Client) -> None:
        gate.wait()
        try:
            answers.append(client.post(log_url(cast), data))
        finally:
            connection.close()

    threads = [Thread(target=send, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert everything() == (1, 1, 1, 0)
    places = sorted(answer["Location"] for answer in answers)
    logged = reverse("visit_detail", args=[Visit.objects.get().pk])
    assert places == sorted([reverse("case", args=[cast.sunrise.pk]), *[logged] * 5])


def test_the_form_fetched_again_by_the_back_button_is_the_same_form():
    cast = make_cast()
    client = cast.client("officer")
    address = client.get(log_url(cast))["Location"]
    assert client.get(log_url(cast))["Location"] != address
    client.post(log_url(cast), filled(client_id=address.rpartition("=")[2]))
    assert client.get(address)["Location"] == reverse("visit_detail", args=[Visit.objects.get().pk])
    # Somebody else who is sent that address gets a form of their own.
    colleague = Client()
    colleague.force_login(factories.make_officer(lio=cast.peak), backend="groups.sign_in.PortalBackend")
    assert address not in colleague.get(address)["Location"]
