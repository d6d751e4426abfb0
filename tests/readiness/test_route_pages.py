"""The pages of a route: every rule with its why, steps that lead somewhere and into the plan, and trying out."""

import json
import re
from datetime import date
from html import unescape
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from evidence.models import Evidence
from evidence.recording import review
from groups.credentials import set_paper
from groups.models import CommunityGroup, Contact, CredentialKind
from groups.track_records import add_work
from readiness import issuing
from readiness.models import Action, Edition, GroupRoute, RouteChange
from readiness.plan_snapshot import document_of, own_fingerprint, ready_for
from readiness.planning import plan_of
from readiness.route_keeping import WITH_ROUTE, RouteInShort, route_of, settle
from readiness.routes import Step
from readiness.snapshot_taking import take_snapshot
from readiness.views.routes import place_of
from tests import factories
from tests.cast import Cast, make_cast
from tests.readiness.test_route_keeping import (
    CODES,
    HEARD,
    SUB,
    hold,
    ready_to_be_heard,
    ready_to_sub_contract,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def page(cast: Cast, name: str = "case_route", actor: str = "officer", query: str = ""):
    return cast.client(actor).get(reverse(name, args=[cast.sunrise.pk]) + query)


def test_a_new_group_sees_the_next_rung_with_every_rule_and_its_steps(cast):
    shown = page(cast)
    text = shown.content.decode()
    assert "Ready to: build foundations" in text and "5 rules still to meet" in text
    for words in ("Governing document", "Bank account", "Equality policy", "Named contact", "a score of 40"):
        assert words in text
    assert [item["step"].about for item in shown.context["steps"]] == [*HEARD, "named-contact", ""]
    assert "has not changed since" in text
    assert GroupRoute.objects.filter(group=cast.sunrise).exists()


def test_the_history_names_each_move_and_its_cause(cast):
    ready_to_be_heard(cast)
    text = page(cast).content.decode()
    assert "Up from “Build foundations” to “Be heard”" in text and "Equality policy: in place" in text
    assert "Next: Sub-contract to a prime." in text


def test_the_top_of_the_ladder_has_no_steps(cast):
    edition = Edition.objects.get(is_current=True)
    edition.settings["routes"] = [{"key": "only", "title": "Only", "summary": "All there is."}]
    edition.save()
    text = page(cast).content.decode()
    assert "This is the top of the ladder." in text and "What would move this group up" not in text


@pytest.mark.parametrize("name", ["case_route", "route_try"])
def test_an_edition_without_routes_says_so(cast, name):
    edition = Edition.objects.get(is_current=True)
    edition.settings["routes"] = []
    edition.save()
    assert "This edition has no routes" in page(cast, name).content.decode()


def test_queries_do_not_grow_with_papers_and_history(cast):
    client, url = cast.client("officer"), reverse("case_route", args=[cast.sunrise.pk])
    edition = Edition.objects.get(is_current=True)

    def moved() -> None:
        RouteChange.objects.create(
            group=cast.sunrise, edition=edition, route="be-heard", went_up=True, cause="A paper"
        )

    moved()
    hold(cast, "bank-account")
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    ready_to_sub_contract(cast)
    for _ in range(3):
        moved()
    factories.make_action(group=cast.sunrise, by=cast.officer)
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(many) <= len(few) <= 20


def test_a_manager_sees_the_steps_without_buttons(cast):
    assert "Add to the plan" in page(cast).content.decode()
    shown = page(cast, actor="manager").content.decode()
    assert "What would move this group up" in shown and "Add to the plan" not in shown


def test_a_rung_that_builds_on_another_says_how_much_of_that_is_met_and_lists_its_own_rules(cast):
    ready_to_be_heard(cast)
    text = unescape(page(cast).content.decode())
    assert (
        "First, everything that “Sub-contract to a prime” asks for: 5 rules of it not met yet. Then:" in text
    )
    # Once on the rung that asks for it, not again on the one above.
    assert text.count("At least 1 reviewed record of unmet need") == 1
    assert "At least 2 pieces of work" in text
    hold(cast, *SUB)
    record = factories.make_evidence(lio=cast.peak, by=cast.officer, groups=(cast.sunrise,))
    review(record=record, by=factories.make_officer(lio=cast.peak), version=record.version)
    assert "“Sub-contract to a prime” asks for: all of it is met. Then:" in unescape(
        page(cast).content.decode()
    )


def test_a_rung_that_adds_nothing_to_the_one_it_builds_on_says_only_that(cast):
    edition = Edition.objects.get(is_current=True)
    edition.settings["routes"] = [
        {"key": "a", "title": "A"},
        {"key": "b", "title": "B", "credentials": ["bank account"]},
        {"key": "c", "title": "C", "after": "b"},
    ]
    edition.save()
    text = unescape(page(cast).content.decode())
    assert "First, everything that “B” asks for: 1 rule of it not met yet.</p>" in text
    assert text.count("Nothing is asked for here.") == 1


def test_a_paper_noted_with_a_day_that_is_past_moves_the_route_as_expired(cast):
    ready_to_be_heard(cast)
    paper = cast.sunrise.credentials.get(kind__key="equality-policy")
    set_paper(
        group=cast.sunrise,
        kind=paper.kind,
        by=cast.officer,
        version=paper.version,
        state="in_place",
        expires_on=timezone.localdate(),
    )
    assert RouteChange.objects.first().cause == "Equality policy: expired"


def test_a_level_to_raise_leads_to_what_to_try_in_its_section(cast):
    factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=0)
    edition = Edition.objects.get(is_current=True)
    found = page(cast)
    codes = [item["section"] for item in found.context["steps"] if item["section"]]
    assert codes
    for code in codes:
        assert reverse("toolkit_section", args=[edition.code, code]) in found.content.decode()


# Steps into the plan


def add(cast: Cast, step: str, **data):
    return cast.client("officer").post(
        reverse("route_step_add", args=[cast.sunrise.pk]), {"step": step, **data}, follow=True
    )


def test_a_step_becomes_an_action_once_and_the_page_says_that_it_is_in_the_plan(cast):
    client_id = str(uuid4())
    first = add(cast, "route-paper-bank-account", client_id=client_id)
    assert "Added to the plan: Put in place: Bank account." in first.content.decode()
    again = add(cast, "route-paper-bank-account", client_id=str(uuid4()))
    assert "in the plan already" in again.content.decode()
    action = Action.objects.get()
    assert (action.what, action.who, action.criterion_code) == ("Put in place: Bank account", "group", "")
    assert action.why == "Bank account (asked on the way to “Be heard”)"
    assert "In the plan" in page(cast).content.decode()


def test_a_step_that_was_done_or_dropped_can_be_added_again(cast):
    add(cast, "route-paper-bank-account")
    Action.objects.update(state="dropped", dropped_reason="Later")
    add(cast, "route-paper-bank-account")
    assert Action.objects.count() == 2


def test_a_level_evidence_and_work_carry_their_section_of_the_toolkit(cast):
    ready_to_be_heard(cast)
    add(cast, "route-evidence-")
    evidence = Action.objects.get()
    assert (evidence.criterion_code, evidence.who) == ("2.15", "both")
    factories.make_assessment(
        group=cast.sunrise, by=cast.officer, levels={**dict.fromkeys(CODES, 2), "2.21": 0, "2.22": 4}
    )
    add(cast, "route-level-2.21")
    assert Action.objects.get(criterion_code="2.21").what.startswith("Bring 2.21 ")


@pytest.mark.parametrize("step", ["", "route-paper-accounts", "nonsense"])
def test_a_step_that_is_not_asked_adds_nothing(cast, step):
    assert "Nothing was added" in add(cast, step).content.decode()
    assert not Action.objects.exists()


def test_without_routes_nothing_is_added(cast):
    Edition.objects.update(is_current=False)
    assert "Nothing was added" in add(cast, "route-paper-bank-account").content.decode()


def test_a_form_of_another_groups_plan_is_refused_and_says_what_to_do(cast):
    known = factories.make_action(group=cast.harbour, by=cast.officer)
    shown = add(cast, "route-paper-bank-account", client_id=str(known.client_id))
    assert "Press the button once more" in shown.content.decode()
    assert not plan_of(cast.sunrise).actions.exists()


def test_every_kind_of_step_leads_to_an_address(cast):
    for step in (
        Step("paper", "bank-account", ""),
        Step("paper", "named-contact", ""),
        Step("level", "2.1", ""),
        Step("assessment", "", ""),
        Step("evidence", "", ""),
        Step("track_record", "", ""),
    ):
        assert str(cast.sunrise.pk) in place_of(step, cast.sunrise)


# Trying out


def test_trying_out_shows_another_route_and_stores_nothing(cast):
    ready_to_be_heard(cast)
    before = list(GroupRoute.objects.values_list("group", "route", "judged_at"))
    asked = page(cast, "route_try")
    assert asked.status_code == 200 and "tried" not in asked.context
    initial = {name: field.initial for name, field in asked.context["form"].fields.items()}
    assert initial["level-2.21"] == "2" and set(initial["papers"]) == {*HEARD, "named-contact"}
    query = "&".join(
        [
            *(f"level-{code}=2" for code in CODES),
            *(
                f"papers={key}"
                for key in (
                    *HEARD,
                    "named-contact",
                    "accounts",
                    "safeguarding-adults",
                    "data-protection",
                    "health-and-safety",
                )
            ),
            "evidence=1",
        ]
    )
    shown = page(cast, "route_try", query=f"?{query}")
    assert shown.context["tried"].route.key == "sub-contract"
    assert "It would be: sub-contract to a prime" in shown.content.decode()
    assert list(GroupRoute.objects.values_list("group", "route", "judged_at")) == before


def test_what_is_too_old_is_not_counted_when_trying_out_and_an_unchanged_form_gives_the_route_of_now(cast):
    ready_to_sub_contract(cast)
    today = timezone.localdate()
    for ends in (date(2020, 1, 1), today):
        add_work(group=cast.sunrise, by=cast.officer, client_id=uuid4(), title="Lunches", ends_on=ends)
    Evidence.objects.update(happened_on=date(2020, 1, 1), last_day=date(2020, 1, 1))
    hold(cast, "quality-standard", state="draft")
    shown = page(cast, "route_try")
    fields = shown.context["form"].fields
    assert (fields["work"].initial, fields["evidence"].initial) == (1, 0)
    query = urlencode({name: field.initial for name, field in fields.items()}, doseq=True)
    tried = page(cast, "route_try", query=f"?{query}").context
    assert tried["tried"].route.key == tried["now"].route.key == "be-heard"
    assert [rule.detail for rule in tried["tried"].ladder[3].rules] == [
        rule.detail for rule in tried["now"].ladder[3].rules
    ]
    more = query.replace("evidence=0", "evidence=1").replace("work=1", "work=3")
    details = {
        rule.key: rule.detail
        for rule in page(cast, "route_try", query=f"?{more}").context["tried"].ladder[3].rules
    }
    assert details["evidence"].startswith("1 reviewed record ")
    assert details["track record"].startswith("3 pieces of work ")
    assert details["paper quality standard"] == "A draft so far."
    fewer = query.replace("work=1", "work=")
    details = {
        rule.key: rule.detail
        for rule in page(cast, "route_try", query=f"?{fewer}").context["tried"].ladder[3].rules
    }
    assert details["track record"].startswith("0 pieces of work ")


def test_an_edition_that_asks_for_no_records_counts_none_when_trying_out(cast):
    ready_to_sub_contract(cast)
    edition = Edition.objects.get(is_current=True)
    edition.settings["routes"] = [{"key": "only", "title": "Only"}]
    edition.save()
    fields = page(cast, "route_try").context["form"].fields
    assert (fields["evidence"].initial, fields["evidence"].help_text) == (0, "")


def test_trying_out_lower_levels_and_what_does_not_apply(cast):
    ready_to_be_heard(cast)
    query = "&".join(
        f"level-{code}={'na' if code == '2.15d' else '' if code == '2.23' else 0}" for code in CODES
    )
    shown = page(cast, "route_try", query=f"?{query}&work=2")
    assert shown.context["tried"].route.key == "build-foundations"
    assert "Now it is: be heard" in shown.content.decode()


def test_trying_out_the_same_says_so(cast):
    assert "The same as now." in page(cast, "route_try", query="?work=0").content.decode()


@pytest.mark.parametrize("query", ["?level-2.1=9", "?work=-1", "?papers=licence"])
def test_a_value_that_cannot_be_is_an_error_in_words(cast, query):
    shown = page(cast, "route_try", query=query)
    assert shown.status_code == 422 and "tried" not in shown.context
    assert "error-summary" in shown.content.decode()


def test_an_edition_without_names_of_levels_still_shows_them(cast):
    edition = Edition.objects.get(is_current=True)
    edition.settings.pop("level_names")
    edition.save()
    assert "3 in place" in page(cast, "route_try").content.decode()


# Commands


def told(capsys, *options: str) -> str:
    call_command("route", *options)
    return capsys.readouterr().out


def test_the_command_answers_in_json_with_every_rule(cast, capsys):
    ready_to_be_heard(cast)
    answer = json.loads(told(capsys, "--group", "sunrise", "--format", "json"))
    assert (answer["route"], answer["next"]) == ("be-heard", "sub-contract")
    rules = {(rule["route"], rule["rule"]): rule for rule in answer["rules"]}
    assert rules["be-heard", "paper bank account"]["met"] is True
    assert rules["sub-contract", "evidence"] == {
        "route": "sub-contract",
        "rule": "evidence",
        "met": False,
        "detail": rules["sub-contract", "evidence"]["detail"],
    }
    assert "0 reviewed records" in rules["sub-contract", "evidence"]["detail"]


def test_the_command_answers_for_another_day_and_by_id(cast, capsys):
    ready_to_be_heard(cast)
    answer = json.loads(
        told(capsys, "--group", str(cast.sunrise.pk), "--as-at", "2020-01-01", "--format", "json")
    )
    assert (answer["route"], answer["as_at"]) == ("build-foundations", "2020-01-01")


def test_the_command_tells_people_in_words(cast, capsys):
    text = told(capsys, "--group", "Sunrise")
    assert "Build foundations" in text and "Next: Be heard" in text
    assert "not met: Bank account. Missing." in text


def test_the_command_says_where_the_ladder_ends(cast, capsys):
    edition = Edition.objects.get(is_current=True)
    edition.settings["routes"] = [{"key": "only", "title": "Only"}]
    edition.save()
    assert "top of the ladder" in told(capsys, "--group", "Sunrise")
    assert json.loads(told(capsys, "--group", "Sunrise", "--format", "json"))["next"] is None


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--group", "Nowhere"], "There is no group called"),
        (["--group", "999999"], "There is no group called"),
        (["--group", "!"], "There is no group called"),
        (["--group", "Sunr"], "Did you mean “Sunrise”"),
        (["--group", "Sunrise", "--as-at", "30.6."], "Write it as 2026-06-30"),
    ],
)
def test_the_command_says_what_is_wrong(cast, options, words):
    with pytest.raises(CommandError, match=words):
        call_command("route", *options)


def test_the_command_asks_which_of_two_groups_of_one_name(cast):
    factories.make_group(lio=cast.vale, name="Sunrise")
    with pytest.raises(CommandError, match="Give the id"):
        call_command("route", "--group", "Sunrise")


def test_the_command_needs_an_edition_with_routes(cast):
    Edition.objects.update(is_current=False)
    with pytest.raises(CommandError, match="no routes"):
        call_command("route", "--group", "Sunrise")


def test_settling_says_how_many_were_judged_and_moved(cast, capsys):
    call_command("settle_routes")
    assert "Judged 3 groups; 0 moved" in capsys.readouterr().out
    call_command("settle_routes")
    assert "Judged 0 groups; 0 moved" in capsys.readouterr().out
    Contact.objects.create(group=cast.sunrise, name="Ada", is_lead=True)
    factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=3, assessed_on=date(2026, 1, 1))
    for key in HEARD[:-1]:
        hold(cast, key)
    kind = CredentialKind.objects.get(key=HEARD[-1])
    cast.sunrise.credentials.create(kind=kind, state="in_place")
    call_command("settle_routes", "--all")
    assert "Judged 3 groups; 1 moved" in capsys.readouterr().out


# Lists and other pages


def test_the_list_shows_filters_and_sorts_by_route(cast):
    ready_to_be_heard(cast)
    client = cast.client("officer")

    def names(**query: str) -> list[str]:
        return [group.name for group in client.get(reverse("group_list"), query).context["groups"]]

    routes = {group.name: group.route for group in client.get(reverse("group_list")).context["groups"]}
    assert routes == {"Sunrise": "Be heard", "Harbour": "Build foundations"}
    assert names(route="be-heard") == ["Sunrise"]
    assert names(route="nonsense") == ["Harbour", "Sunrise"]
    assert names(sort="-route") == ["Sunrise", "Harbour"]
    assert names(sort="route") == ["Harbour", "Sunrise"]


def test_the_list_judges_what_is_due_before_it_filters(cast):
    ready_to_be_heard(cast)
    paper = cast.sunrise.credentials.get(kind__key="bank-account")
    paper.expires_on = date(2020, 1, 1)
    paper.save()
    GroupRoute.objects.update(holds_until=date(2020, 1, 1), lapses="Bank account expired")
    shown = cast.client("officer").get(reverse("group_list"), {"route": "be-heard"})
    assert shown.context["groups"] == []
    assert RouteChange.objects.first().cause == "Bank account expired"


@pytest.mark.parametrize("name", ["case", "case_readiness"])
def test_case_pages_mention_the_route_and_the_next_one(cast, name):
    text = page(cast, name).content.decode()
    assert "Ready to: build foundations" in text and "next: be heard" in text
    Edition.objects.update(is_current=False)
    GroupRoute.objects.all().delete()
    assert "Ready to:" not in page(cast, name).content.decode()


def test_a_mention_asks_nothing_where_the_route_came_with_the_group(cast):
    settle(CommunityGroup.objects.all(), "")
    group = CommunityGroup.objects.select_related(WITH_ROUTE).get(pk=cast.sunrise.pk)
    with CaptureQueriesContext(connection) as queries:
        assert route_of(group) == RouteInShort("Build foundations", "Be heard")
    assert len(queries) == 0
    GroupRoute.objects.update(holds_until=date(2020, 1, 1), route="tender-as-lead", rung=3)
    group = CommunityGroup.objects.select_related(WITH_ROUTE).get(pk=cast.sunrise.pk)
    # What is due is judged again, and left to be kept by whoever may write.
    assert route_of(group) == RouteInShort("Build foundations", "Be heard")
    assert GroupRoute.objects.get(group=group).route == "tender-as-lead"


def test_the_top_of_the_ladder_has_nothing_next(cast):
    settle(CommunityGroup.objects.all(), "")
    GroupRoute.objects.update(route="tender-as-lead", rung=3)
    group = CommunityGroup.objects.select_related(WITH_ROUTE).get(pk=cast.sunrise.pk)
    assert route_of(group) == RouteInShort("Tender as lead", "")
    GroupRoute.objects.update(route="gone")
    group = CommunityGroup.objects.select_related(WITH_ROUTE).get(pk=cast.sunrise.pk)
    assert route_of(group) == RouteInShort("gone", "")


# The lead


def test_a_lead_sees_what_the_group_is_ready_for_and_what_would_help(cast):
    ready_to_be_heard(cast)
    text = page(cast, "lead_route", actor="lead").content.decode()
    assert "You are ready to: be heard" in text and "Next: sub-contract to a prime" in text
    has, _, helps = text.split("You have this already")[1].partition("What would help")
    assert "Governing document" in has and not re.search(r"\b2\.\d|score|level|reviewed", has)
    assert "Put in place: Accounts" in helps
    assert reverse("lead_paper", args=[cast.sunrise.pk, "accounts"]) in text
    assert "Tell your officer what people need" in text
    assert "(you are here)" in text and text.count("Add to the plan") == 0


def test_a_lead_reads_of_sections_without_codes_and_levels(cast):
    factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=0)
    text = unescape(page(cast, "lead_route", actor="lead").content.decode())
    edition = Edition.objects.get(is_current=True)
    title = edition.criteria.get(code="2.11").title
    assert f'{reverse("toolkit_section", args=[edition.code, "2.11"])}">Go further with: {title}</a>' in text
    assert "to level" not in text
    # A contact is noted by the officer; there is no page of the lead's for it.
    assert "<span>Put in place: A main contact</span>" in text


def test_a_lead_at_the_top_and_one_without_routes_get_fitting_words(cast):
    edition = Edition.objects.get(is_current=True)
    edition.settings["routes"] = [{"key": "only", "title": "Only"}]
    edition.save()
    assert "You have reached every step" in page(cast, "lead_route", actor="lead").content.decode()
    edition.settings["routes"] = []
    edition.save()
    assert "no steps to show yet" in page(cast, "lead_route", actor="lead").content.decode()


def test_the_leads_plan_and_its_pdf_name_the_route(cast, monkeypatch):
    ready_to_be_heard(cast)
    factories.make_action(group=cast.sunrise, by=cast.officer)
    plan = plan_of(cast.sunrise)
    snapshot = take_snapshot(plan)
    assert snapshot["route"] == {"title": "Be heard", "next": "Sub-contract to a prime"}
    words = "On the way to contracts you are ready to: be heard. Next comes: sub-contract to a prime."
    assert ready_for(snapshot["route"]) == words
    assert (
        ready_for({"title": "Tender as lead", "next": ""})
        == "On the way to contracts you are ready to: tender as lead."
    )
    assert ready_for(None) == ""
    assert document_of(snapshot, version=1, issued_on=date(2026, 1, 1)).ready_for == words
    before_routes = {name: value for name, value in snapshot.items() if name != "route"}
    assert document_of(before_routes, version=1, issued_on=date(2026, 1, 1)).ready_for == ""
    assert own_fingerprint(snapshot, 1) == own_fingerprint({**snapshot, "route": None}, 1)
    monkeypatch.setattr(issuing, "render_plan", lambda document, **_: b"%PDF")
    issuing.issue_plan(plan=plan, by=cast.officer, client_id=uuid4())
    text = cast.client("lead").get(reverse("lead_plan")).content.decode()
    assert (
        "ready to: <strong>be heard</strong>" in text
        and reverse("lead_route", args=[cast.sunrise.pk]) in text
    )
    Edition.objects.update(is_current=False)
    GroupRoute.objects.all().delete()
    assert take_snapshot(plan_of(CommunityGroup.objects.get(pk=cast.sunrise.pk)))["route"] is None
