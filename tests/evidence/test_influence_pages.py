"""The page of influence and partners and its forms: what they show to whom, and that nobody's words are lost."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from evidence import request_clock
from evidence.models import Engagement, Indicator, IndicatorValue, Partnership
from evidence.request_clock import due_on
from evidence.views import engagements as views
from evidence.views import influence_forms
from groups.models import BreakGlass, Organisation, ServiceArea
from tests import factories
from tests.cast import Cast, make_cast
from tests.factories import days_ago

pytestmark = pytest.mark.django_db
MOST_QUERIES = 20


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def client(cast):
    return cast.client("officer")


def at(cast: Cast) -> str:
    return reverse("case_influence", args=[cast.sunrise.pk])


def page_of(cast: Cast, actor: str = "officer", **query) -> str:
    return cast.client(actor).get(at(cast), query).content.decode()


def engaged(cast: Cast, **fields) -> Engagement:
    return factories.make_engagement(**{"groups": [cast.sunrise], "by": cast.officer, **fields})


def adding(cast: Cast, kind: str = "dialogue") -> str:
    return reverse("engagement_add", args=[cast.sunrise.pk, kind]) + f"?form={uuid4()}"


def editing(made: Engagement) -> str:
    return reverse("engagement_edit", args=[made.groups.first().pk, made.pk])


def typed(cast: Cast, **fields) -> dict:
    if "organisation" not in fields:
        fields["organisation"] = factories.make_organisation(is_commissioner=True).pk
    return {"subject": "Interpreters", "happened_on": "3/5/2026", "groups": [cast.sunrise.pk], **fields}


def test_without_a_record_the_officer_learns_what_to_write_down(cast):
    page = page_of(cast)
    assert (
        "Nothing written down yet" in page and "Note a talk" in page and "No partnership is noted yet" in page
    )
    managers = page_of(cast, "manager")
    assert "Nothing written down yet" in managers
    for name in ("engagement_add", "partnership_add", "indicator_add"):
        path = reverse(
            name, args=[cast.sunrise.pk, "dialogue"] if name == "engagement_add" else [cast.sunrise.pk]
        )
        assert f'"{path}"' in page and f'"{path}"' not in managers


def test_the_page_tells_all_that_is_known_of_each_kind(cast):
    asked = days_ago(40)
    visit = factories.make_visit(group=cast.sunrise, officer=cast.officer)
    engaged(
        cast,
        who="The chair",
        said="They listened.",
        next_step="Meet again",
        outcome="more_talks",
        visit=visit,
    )
    engaged(cast, kind="request", happened_on=asked)
    engaged(cast, kind="consultation", opens_on=days_ago(9), closes_on=days_ago(2), responded_on=days_ago(3))
    engaged(cast, kind="consultation", opens_on=days_ago(9), closes_on=days_ago(2), subject="Missed")
    engaged(cast, kind="consultation", closes_on=timezone.localdate() + timedelta(days=4))
    engaged(cast, kind="forum", attended=2, raised=True)
    engaged(cast, kind="specification", section_asked="Language", marks_asked=10, marks_obtained=5)
    page = page_of(cast)
    for words in (
        "The chair", "They listened.", "Meet again", "More talks agreed", reverse("visit_detail", args=[visit.pk]),
        f"Answer was due by {due_on(asked):%-d %B %Y}", "Next: ask for an internal review", "not legal advice",
        f"Response sent on {days_ago(3):%-d %B %Y}", "No response sent", "Open, closes on",
        "2 of the group went", "The group raised a matter",
        "Section asked for", "Marks obtained: 5 of 100", "Toolkit 2.15",
    ):  # fmt: skip
        assert words in page, words


def test_the_rules_of_requests_stand_only_beside_requests(cast):
    engaged(cast)
    assert "When the group has asked" not in page_of(cast)


def test_a_day_whose_bank_holidays_are_unknown_says_so(cast, monkeypatch):
    engaged(cast, kind="request")
    assert "aren’t known yet" not in page_of(cast)
    monkeypatch.setattr(views, "knows", lambda day: False)
    assert "aren’t known yet" in page_of(cast)
    assert request_clock.knows(timezone.localdate())


def test_the_kinds_filter_and_an_unknown_one_shows_all(cast):
    engaged(cast, subject="Talk of May")
    engaged(cast, kind="forum", subject="Forum of May")
    forum = page_of(cast, kind="forum")
    assert "Forum of May" in forum and "Talk of May" not in forum
    assert "Talk of May" in page_of(cast, kind="nonsense")
    assert "Nothing of this kind yet" in page_of(cast, kind="request")


def test_partnerships_stand_by_stage_and_figures_as_bars(cast):
    factories.make_partnership(group=cast.sunrise, by=cast.officer, stage="ended", opportunity="Old one")
    working = factories.make_partnership(
        group=cast.sunrise, by=cast.officer, opportunity="Ours", pounds=12_500
    )
    working.history.create(stage="sub_contract", reached_on=days_ago(1))
    Partnership.objects.filter(pk=working.pk).update(stage="sub_contract", stage_on=days_ago(1))
    factories.make_partnership(group=cast.harbour, by=cast.officer, opportunity="Not ours")
    factories.make_indicator(group=cast.sunrise, by=cast.officer, figures=[40, 80], target=60, unit="people")
    page = page_of(cast)
    assert page.index("Ours") < page.index("Old one") and "Not ours" not in page
    assert "£12,500" in page and "Before: identified" in page
    assert "Aim: 60 people" in page and 'width="50"' in page and "reaches the aim" in page


def test_contact_of_another_lio_and_of_other_groups_stays_away(cast):
    engaged(cast, groups=[cast.harbour], subject="Of Harbour")
    stray = engaged(cast, groups=[cast.meadow], subject="Of Vale")
    stray.groups.add(cast.sunrise)
    page = page_of(cast)
    assert "Of Harbour" not in page and "Of Vale" not in page
    assert (
        cast.client("officer").get(reverse("engagement_edit", args=[cast.sunrise.pk, stray.pk])).status_code
        == 404
    )
    assert "Of Vale" in page_of(cast, "manager")


def test_an_entry_is_changed_under_its_own_group_only(cast, client):
    made = engaged(cast, groups=[cast.harbour])
    for name in ("engagement_edit", "engagement_delete"):
        assert client.post(reverse(name, args=[cast.sunrise.pk, made.pk]), typed(cast)).status_code == 404
    assert Engagement.objects.get().subject == "Interpreters at the surgery"


def test_an_administrator_sees_it_after_breaking_the_glass(cast):
    engaged(cast, subject="Behind glass")
    administrator = cast.client("administrator")
    assert administrator.get(at(cast)).status_code == 404
    now = timezone.now()
    BreakGlass.objects.create(
        user=cast.administrator, group=cast.sunrise, reason="They rang", expires_at=now + timedelta(hours=1)
    )
    assert "Behind glass" in administrator.get(at(cast)).content.decode()


def test_queries_do_not_grow_with_the_record(cast, client):
    counts = []
    for more in (1, 2):
        for _ in range(more):
            for kind in Engagement.Kind.values:
                engaged(cast, kind=kind, service_area=factories.service_area(), district=factories.district())
            partnership = factories.make_partnership(group=cast.sunrise, by=cast.officer)
            partnership.services.set([factories.service_area()])
            partnership.districts.set([factories.district()])
            factories.make_indicator(group=cast.sunrise, by=cast.officer, figures=[1, 2])
        client.get(at(cast))
        with CaptureQueriesContext(connection) as seen:
            client.get(at(cast))
        counts.append(len(seen))
    assert counts[0] == counts[1] <= MOST_QUERIES


def test_a_form_takes_days_as_people_write_them(cast, client):
    area = factories.service_area()
    data = typed(
        cast, subject="  The   day centre ", happened_on="12 Feb 2026", more_time="on", said="No figures.",
        answered_on="12.3.26", outcome="partly", service_area=area.pk, groups=[cast.sunrise.pk, cast.harbour.pk],
    )  # fmt: skip
    response = client.post(adding(cast, "request"), data)
    assert response["Location"] == at(cast)
    made = Engagement.objects.get()
    assert (made.kind, made.subject, made.outcome, made.more_time) == (
        "request",
        "The day centre",
        "partly",
        True,
    )
    assert (f"{made.answered_on:%d/%m/%Y}", f"{made.due_on:%d/%m/%Y}") == ("12/03/2026", "13/04/2026")
    assert made.service_area == area and made.groups.count() == 2 and made.created_by == cast.officer


@pytest.mark.parametrize(
    ("kind", "wrong", "words"),
    [
        ("dialogue", {"subject": ""}, "Say in a few words"),
        ("dialogue", {"organisation": ""}, "Choose the organisation"),
        ("dialogue", {"happened_on": "1/1/2199"}, "still to come"),
        ("dialogue", {"happened_on": ""}, "Say on which day"),
        ("dialogue", {"groups": []}, "Tick at least one group"),
        ("dialogue", {"outcome": "provided"}, "not one of the available choices"),
        ("request", {"outcome": "provided"}, "on which day they answered"),
        ("consultation", {}, "at least one of the three days"),
        ("specification", {"marks_asked": "101"}, "less than or equal to 100"),
        ("forum", {}, "not one of the available choices"),
    ],
)
def test_faults_are_said_and_nothing_typed_is_lost(cast, client, kind, wrong, words):
    response = client.post(adding(cast, kind), typed(cast, said="Kept words", **wrong))
    page = response.content.decode()
    assert response.status_code == 422 and words in page and "Kept words" in page
    assert not Engagement.objects.exists()


def test_a_form_offers_only_what_fits(cast, client):
    forum = factories.make_organisation(name="The forum", is_forum=True)
    closed = factories.make_organisation(name="Closed body", is_commissioner=True)
    Organisation.objects.filter(pk=closed.pk).update(closed_on=days_ago(1))
    assert "The forum" not in client.get(adding(cast, "request")).content.decode()
    page = client.get(adding(cast, "forum")).content.decode()
    assert "The forum" in page and "Meadow" not in page and "Harbour" in page
    made = engaged(cast, organisation=closed)
    assert "Closed body" in client.get(editing(made)).content.decode()
    assert "Closed body" not in client.get(adding(cast)).content.decode()
    assert client.get(reverse("engagement_add", args=[cast.sunrise.pk, "party"])).status_code == 404
    assert forum.is_forum


def test_groups_and_visits_of_others_are_no_choice(cast, client):
    theirs = factories.make_visit(group=cast.harbour, officer=cast.officer)
    for wrong in ({"groups": [cast.sunrise.pk, cast.meadow.pk]}, {"visit": theirs.pk}):
        assert client.post(adding(cast), typed(cast, **wrong)).status_code == 422
    assert not Engagement.objects.exists()


def test_a_part_that_says_something_is_open(cast, client):
    empty = client.get(adding(cast)).content.decode()
    assert empty.count('<details class="more-fields">') == 2
    made = engaged(cast, groups=[cast.sunrise, cast.harbour], district=factories.district())
    assert client.get(editing(made)).content.decode().count('<details class="more-fields" open>') == 2


def test_sending_a_form_again_or_going_back_to_it_makes_no_second_one(cast, client):
    for url, data, model in (
        (adding(cast), typed(cast), Engagement),
        (
            reverse("partnership_add", args=[cast.sunrise.pk]) + f"?form={uuid4()}",
            {
                "prime": factories.make_organisation().pk,
                "opportunity": "x",
                "stage": "ended",
                "stage_on": "1/2/2026",
            },
            Partnership,
        ),
        (
            reverse("indicator_add", args=[cast.sunrise.pk]) + f"?form={uuid4()}",
            {"title": "People", "kind": "output"},
            Indicator,
        ),
    ):
        for _ in range(2):
            assert client.post(url, data).status_code == 302
        assert model.objects.count() == 1
        assert "saved already" in client.get(url, follow=True).content.decode()
        assert "?form=" in client.get(url.split("?")[0])["Location"]


def test_a_form_used_for_another_group_keeps_what_was_typed(cast, client):
    form = uuid4()
    factories.make_indicator(group=cast.harbour, by=cast.officer, client_id=form)
    url = reverse("indicator_add", args=[cast.sunrise.pk]) + f"?form={form}"
    response = client.post(url, {"title": "Ours", "kind": "output", "client_id": str(form)})
    page = response.content.decode()
    assert response.status_code == 422 and "used for another group" in page and "Ours" in page
    assert str(form) not in page.split('name="client_id"')[1].split(">")[0]


def test_a_change_is_saved_and_leads_back_to_its_place(cast, client):
    made = engaged(cast)
    page = client.get(editing(made)).content.decode()
    assert f"{made.happened_on:%d/%m/%Y}" in page
    response = client.post(editing(made), typed(cast, subject="Other words", version=1))
    assert response["Location"] == f"{at(cast)}#contact-{made.pk}"
    made.refresh_from_db()
    assert (made.subject, made.version) == ("Other words", 2)


def test_a_stale_change_shows_both_and_sending_it_again_decides(cast, client):
    made = engaged(cast, kind="request", organisation=factories.make_organisation(is_commissioner=True))
    Engagement.objects.filter(pk=made.pk).update(
        subject="A colleague's", version=2, answered_on=days_ago(1), outcome="not_held", more_time=True
    )
    data = typed(
        cast, subject="Mine", version=1, happened_on=f"{days_ago(11):%d/%m/%Y}",
        groups=[cast.sunrise.pk, cast.harbour.pk],
    )  # fmt: skip
    response = client.post(editing(made), data)
    page = response.content.decode()
    assert response.status_code == 409 and "Somebody changed this" in page
    for words in (
        "Mine",
        "A colleague&#x27;s",
        "Not held",
        f"{days_ago(1):%-d %B %Y}",
        ">Yes<",
        ">No<",
        "Harbour",
    ):
        assert words in page, words
    assert Engagement.objects.get().subject == "A colleague's" and 'name="version" value="2"' in page
    assert client.post(editing(made), data | {"version": 2}).status_code == 302
    assert Engagement.objects.get().subject == "Mine"


def test_a_change_of_what_was_deleted_meanwhile_is_a_404(cast, client, monkeypatch):
    made = engaged(cast)

    def gone(**kwargs):
        raise Engagement.DoesNotExist

    monkeypatch.setattr(views, "change_engagement", gone)
    assert client.post(editing(made), typed(cast, version=1)).status_code == 404


def test_a_retired_value_stays_where_it_is_held(cast, client):
    area = factories.service_area()
    made = engaged(cast, service_area=area)
    partnership = factories.make_partnership(group=cast.sunrise, by=cast.officer)
    partnership.services.set([area])
    ServiceArea.objects.filter(pk=area.pk).update(retired_on=days_ago(1))
    assert "Housing" in client.get(editing(made)).content.decode()
    assert "Housing" in client.get(reverse("partnership_edit", args=[partnership.pk])).content.decode()
    assert "Housing" not in client.get(adding(cast)).content.decode()


def test_deleting_asks_first_and_says_what_goes_with_it(cast, client):
    made = engaged(cast, groups=[cast.sunrise, cast.harbour])
    partnership = factories.make_partnership(group=cast.sunrise, by=cast.officer)
    indicator = factories.make_indicator(group=cast.sunrise, by=cast.officer, figures=[1, 2])
    for url, words in (
        (reverse("engagement_delete", args=[cast.sunrise.pk, made.pk]), "1 other group is named in it too"),
        (reverse("partnership_delete", args=[partnership.pk]), "Befriending"),
        (reverse("figure_delete", args=[indicator.values.first().pk]), "People at the lunch club"),
        (reverse("indicator_delete", args=[indicator.pk]), "with its "),
    ):
        assert words in client.get(url).content.decode()
        assert client.post(url).status_code == 302
        assert client.post(url).status_code == 404
    for model in (Engagement, Partnership, Indicator, IndicatorValue):
        assert not model.objects.exists()


def test_a_partnership_is_changed_and_moves_on(cast, client):
    made = factories.make_partnership(group=cast.sunrise, by=cast.officer, stage_on=days_ago(60))
    stage = reverse("partnership_stage", args=[made.pk])
    assert "Befriending" in client.get(stage).content.decode()
    assert client.post(stage, {"stage": "agreed", "stage_on": "1/1/2199"}).status_code == 422
    response = client.post(stage, {"stage": "agreed", "stage_on": f"{days_ago(2):%d/%m/%Y}"})
    assert response["Location"] == f"{at(cast)}#partnerships"
    edit = reverse("partnership_edit", args=[made.pk])
    page = client.get(edit).content.decode()
    assert 'name="stage"' not in page
    data = {"prime": made.prime_id, "opportunity": "  Home   care ", "pounds": "£3k", "version": 1}
    assert client.post(edit, data).status_code == 302
    made.refresh_from_db()
    assert (made.stage, made.opportunity, made.pounds) == ("agreed", "Home care", 3_000)


def test_a_stage_is_taken_back_but_not_the_only_one(cast, client):
    made = factories.make_partnership(group=cast.sunrise, by=cast.officer)
    made.history.create(stage="ended", reached_on=days_ago(1))
    wrong, only = (
        reverse("partnership_stage_delete", args=[entry.pk]) for entry in made.history.order_by("-reached_on")
    )
    assert "Ended" in client.get(wrong).content.decode()
    client.post(wrong)
    assert "only stage" in client.post(only, follow=True).content.decode()
    assert made.history.get().stage == "identified"


def test_a_figure_is_corrected_in_sight_of_the_stored_one(cast, client):
    made = factories.make_indicator(group=cast.sunrise, by=cast.officer)
    url = reverse("figure_add", args=[made.pk])
    data = {"period_end": "31/3/2026", "value": "12.5"}
    assert client.post(url, data)["Location"] == f"{at(cast)}#indicator-{made.pk}"
    response = client.post(url, data | {"value": "13"})
    page = response.content.decode()
    assert response.status_code == 409 and "12.5" in page and 'name="replace" value="12.50"' in page
    assert client.post(url, data | {"value": "13", "replace": "12.50"}).status_code == 302
    assert made.values.get().value == 13
    for wrong in ({"period_end": "1/1/2199"}, {"period_end": "1/1/1900"}, {"value": "-1"}, {"value": ""}):
        assert client.post(url, data | wrong).status_code == 422


def test_an_indicator_is_changed(cast, client):
    made = factories.make_indicator(group=cast.sunrise, by=cast.officer)
    url = reverse("indicator_edit", args=[made.pk])
    assert client.post(url, {"title": " ", "kind": "output", "version": 1}).status_code == 422
    assert (
        client.post(url, {"title": "Visits", "kind": "outcome", "target": "5", "version": 1}).status_code
        == 302
    )
    made.refresh_from_db()
    assert (made.title, made.kind, made.target) == ("Visits", "outcome", 5)


def test_the_case_file_tells_of_contact_among_what_happened(cast, client):
    engaged(cast, subject="About the pool")
    engaged(
        cast, kind="consultation", closes_on=timezone.localdate() + timedelta(days=9), subject="Still open"
    )
    page = client.get(reverse("case", args=[cast.sunrise.pk])).content.decode()
    assert "About the pool" in page and "Still open" not in page


def test_the_directory_counts_what_names_an_organisation(cast, client):
    body = factories.make_organisation(is_commissioner=True, is_provider=True)
    engaged(cast, organisation=body)
    engaged(cast, organisation=body, groups=[cast.meadow])
    factories.make_partnership(group=cast.sunrise, by=cast.officer, prime=body)
    factories.make_partnership(group=cast.meadow, by=cast.officer, prime=body)
    page = client.get(reverse("organisation", args=[body.pk])).content.decode()
    assert "Contact with groups" in page and "Partnerships with groups" in page
    assert influence_forms.to_influence(cast.sunrise)["Location"] == at(cast)
