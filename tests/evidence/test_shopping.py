"""Mystery shopping: the score, visits to one service compared, and the record made of them."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from evidence.models import Evidence, MysteryVisit
from evidence.recording import delete_draft
from evidence.shopping import (
    ForeignForm,
    InRecord,
    StaleVisit,
    change_visit,
    compare,
    delete_visit,
    note_visit,
    period_of,
    record_visits,
    score,
    summary_of,
)
from groups.models import Community, District, Service
from tests import factories
from tests.cast import Cast, make_cast

MARKER = "<script>alert('x')</script>"


def facts(**changes) -> dict[str, object]:
    return {
        "provider": factories.make_organisation(),
        "service_area": factories.service_area(),
        "scenario": "Asked for a form in Urdu",
        "visited_on": timezone.localdate() - timedelta(days=3),
        "how": "phone",
        "language": "Urdu",
        "answered": True,
        "outcome": "partly",
        **changes,
    }


def filled(provider, **changes) -> dict[str, object]:
    """A valid form as the browser sends it."""
    return {
        "provider": provider.pk,
        "service_area": factories.service_area().pk,
        "scenario": "Asked for a form in Urdu",
        "visited_on": f"{timezone.localdate():%d/%m/%Y}",
        "how": "phone",
        "language": "Urdu",
        "answered": "yes",
        "greeted": "no",
        "interpreter_offered": "",
        "minutes_waited": "25",
        "outcome": "not_helped",
        "client_id": str(uuid4()),
        **changes,
    }


def visits_to_one_service(cast: Cast, number: int = 3) -> list[MysteryVisit]:
    provider = factories.make_organisation(name="Derby Homes")
    return [
        factories.make_mystery_visit(lio=cast.peak, by=cast.officer, provider=provider) for _ in range(number)
    ]


# The score


@pytest.mark.parametrize(
    ("answers", "outcome", "points"),
    [
        # Nothing came up: the ending alone.
        ("-----", "helped", 100),
        ("-----", "partly", 50),
        ("-----", "sent_on", 0),
        ("-----", "not_helped", 0),
        # Everything came up.
        ("yyyyy", "helped", 100),
        ("yyyyy", "partly", 92),  # 5.5 of 6 = 91.67
        ("yyyyy", "not_helped", 83),  # 5 of 6 = 83.33
        ("nnnnn", "helped", 17),  # 1 of 6 = 16.67
        ("nnnnn", "not_helped", 0),
        # What didn't come up counts neither way.
        ("y----", "not_helped", 50),
        ("yn---", "helped", 67),  # 2 of 3
        ("yyn--", "partly", 63),  # 2.5 of 4 = 62.5, rounded half up
        ("ynn--", "partly", 38),  # 1.5 of 4 = 37.5, rounded half up
        ("ny-y-", "sent_on", 50),
    ],
)
def test_the_score_is_yes_and_a_good_ending_over_what_came_up(answers, outcome, points):
    meaning = {"y": True, "n": False, "-": None}
    checklist = {item: meaning[answer] for item, answer in zip(MysteryVisit.CHECKLIST, answers, strict=True)}
    assert score(checklist, outcome) == points


def test_visits_are_compared_as_a_whole_by_language_and_by_item():
    def visit(language: str, waited: int | None, outcome: str, **answers) -> MysteryVisit:
        return MysteryVisit(language=language, minutes_waited=waited, outcome=outcome, **answers)

    found = compare(
        [
            visit("English", 5, "helped", answered=True),  # 100
            visit("Urdu", None, "not_helped", answered=True, interpreter_offered=False),  # 33
            visit(" urdu ", 50, "not_helped", answered=False),  # 0
        ]
    )
    assert (found.overall.visits, found.overall.mean, found.overall.longest) == (3, 44, 50)
    assert [(name, figures.visits, figures.mean) for name, figures in found.languages] == [
        ("English", 1, 100),
        ("Urdu", 2, 17),  # 16.5, rounded half up
    ]
    assert found.items[0] == ("Somebody answered", 2, 3)
    assert found.items[2] == ("An interpreter was offered", 0, 1)
    assert found.items[4] == ("Was treated with respect", 0, 0)


def test_visits_without_a_noted_wait_have_no_longest_one():
    found = compare([MysteryVisit(language="Urdu", outcome="helped")])
    assert found.overall.longest is None


# Writing


@pytest.mark.django_db
def test_a_form_sent_twice_is_one_visit():
    cast, form = make_cast(), uuid4()
    known = facts()
    first = note_visit(lio=cast.peak, by=cast.officer, client_id=form, **known)
    assert note_visit(lio=cast.peak, by=cast.officer, client_id=form, **known) == first
    assert MysteryVisit.objects.count() == 1


@pytest.mark.django_db
def test_a_form_of_another_lio_notes_nothing():
    cast = make_cast()
    theirs = factories.make_mystery_visit(lio=cast.vale, by=cast.other_officer)
    with pytest.raises(ForeignForm):
        note_visit(lio=cast.peak, by=cast.officer, client_id=theirs.client_id, **facts())
    assert MysteryVisit.objects.get() == theirs


@pytest.mark.django_db
def test_a_visit_names_groups_of_its_own_lio_only():
    cast = make_cast()
    with pytest.raises(ValueError, match="own LIO"):
        note_visit(lio=cast.peak, by=cast.officer, lists={"groups": [cast.meadow]}, **facts())
    visit = factories.make_mystery_visit(lio=cast.peak, by=cast.officer)
    with pytest.raises(ValueError, match="own LIO"):
        change_visit(visit=visit, version=1, lists={"groups": [cast.meadow]})
    assert not visit.groups.exists()


@pytest.mark.django_db
def test_a_stale_save_changes_nothing_and_what_is_stored_already_is_no_change():
    cast = make_cast()
    visit = factories.make_mystery_visit(lio=cast.peak, by=cast.officer)
    change_visit(visit=visit, version=1, language="Polish")
    with pytest.raises(StaleVisit):
        change_visit(visit=visit, version=1, language="Roma")
    assert change_visit(visit=visit, version=1, language="Polish").version == 2
    visit.refresh_from_db()
    assert (visit.language, visit.version) == ("Polish", 2)


# The record


@pytest.mark.django_db
def test_several_visits_become_one_record_that_names_provider_period_and_groups():
    cast = make_cast()
    visits = visits_to_one_service(cast)
    MysteryVisit.objects.filter(pk=visits[0].pk).update(visited_on=date(2026, 9, 1))
    visits[1].groups.add(cast.sunrise)
    record = record_visits(
        visits=visits,
        by=cast.officer,
        service_area=factories.service_area(),
        summary="Nobody offered an interpreter.",
        lists={"districts": District.objects.filter(name="Chesterfield")},
    )
    assert (record.method, record.strength, record.criteria) == ("mystery_shopping", "several", ["2.15d"])
    assert record.provider == visits[0].provider
    assert (record.happened_on, record.until) == (date(2026, 9, 1), visits[1].visited_on)
    assert list(record.groups.all()) == [cast.sunrise]
    assert record.districts.count() == 1
    assert set(record.mystery_visits.all()) == set(visits)
    alone = factories.make_mystery_visit(lio=cast.peak, by=cast.officer)
    single = record_visits(
        visits=[alone], by=cast.officer, service_area=factories.service_area(), summary="x"
    )
    assert (single.strength, single.until) == ("one", None)


@pytest.mark.django_db
def test_no_visit_counts_twice_until_the_draft_is_deleted():
    cast = make_cast()
    visits = visits_to_one_service(cast)
    known = {"service_area": factories.service_area(), "summary": "x"}
    record = record_visits(visits=visits[:2], by=cast.officer, **known)
    with pytest.raises(InRecord):
        record_visits(visits=visits, by=cast.officer, **known)
    assert Evidence.objects.count() == 1
    visits[0].refresh_from_db()
    with pytest.raises(InRecord):
        delete_visit(visit=visits[0])
    with pytest.raises(InRecord):
        change_visit(visit=visits[0], version=1, language="Polish")
    delete_draft(record=record, by=cast.officer)
    assert record_visits(visits=visits, by=cast.officer, **known).mystery_visits.count() == 3


@pytest.mark.django_db
def test_the_form_of_a_record_sent_twice_makes_one():
    cast, form = make_cast(), uuid4()
    visits = visits_to_one_service(cast)
    known = {"service_area": factories.service_area(), "summary": "x", "client_id": form}
    first = record_visits(visits=visits, by=cast.officer, **known)
    assert record_visits(visits=visits, by=cast.officer, **known) == first
    # Used for other visits, it links none of them to the record it made.
    other = factories.make_mystery_visit(lio=cast.peak, by=cast.officer)
    record_visits(visits=[other], by=cast.officer, **known)
    other.refresh_from_db()
    assert other.record is None


@pytest.mark.django_db
def test_a_record_is_made_of_visits_to_one_provider_of_one_lio():
    cast = make_cast()
    known = {"service_area": factories.service_area(), "summary": "x"}
    ours = [factories.make_mystery_visit(lio=cast.peak, by=cast.officer) for _ in range(2)]
    with pytest.raises(ValueError, match="one provider"):
        record_visits(visits=ours, by=cast.officer, **known)
    theirs = factories.make_mystery_visit(lio=cast.vale, by=cast.other_officer, provider=ours[0].provider)
    with pytest.raises(ValueError, match="one provider"):
        record_visits(visits=[ours[0], theirs], by=cast.officer, **known)
    with pytest.raises(ValueError, match="at least one"):
        record_visits(visits=[], by=cast.officer, **known)
    assert not Evidence.objects.exists()


@pytest.mark.django_db
def test_the_summary_says_in_words_what_the_visits_showed():
    cast = make_cast()
    visits = visits_to_one_service(cast, 2)
    visits[0].minutes_waited, visits[0].interpreter_offered = 45, False
    assert summary_of(visits) == (
        "2 mystery visits to Derby Homes scored 33 to 50 out of 100, 42 on average. The longest wait was"
        " 45 minutes. An interpreter was offered: in 0 of 1 visit."
    )
    assert summary_of(visits[1:]) == "A mystery visit to Derby Homes in Urdu scored 50 out of 100."
    assert period_of(visits) == (visits[0].visited_on, None)


# Pages


@pytest.mark.django_db
def test_an_officer_notes_a_visit_changes_it_and_deletes_it():
    cast = make_cast()
    client = cast.client("officer")
    provider = factories.make_organisation(name="Derby Homes")
    new = client.get(reverse("mystery_visit_new"))
    assert new.status_code == 302 and "form=" in new["Location"]
    page = client.get(new["Location"]).content.decode()
    assert "An interpreter was offered" in page and "Didn’t come up" in page
    answer = client.post(
        new["Location"], filled(provider, communities=[Community.objects.get(label="Pakistani").pk])
    )
    visit = MysteryVisit.objects.get()
    assert answer["Location"] == reverse("mystery_visit_detail", args=[visit.pk])
    assert (visit.answered, visit.greeted, visit.interpreter_offered) == (True, False, None)
    assert (visit.minutes_waited, visit.created_by, visit.lio) == (25, cast.officer, cast.peak)
    shown = client.get(answer["Location"]).content.decode()
    assert "Derby Homes" in shown and "25 minutes" in shown and "Pakistani" in shown
    assert "<strong>33</strong> of 100" in shown
    edit = reverse("mystery_visit_edit", args=[visit.pk])
    assert 'value="25"' in client.get(edit).content.decode()
    client.post(edit, filled(provider, version=1, greeted="yes"))
    visit.refresh_from_db()
    assert (visit.greeted, visit.version) == (True, 2)
    assert client.get(reverse("mystery_visit_delete", args=[visit.pk])).status_code == 200
    client.post(reverse("mystery_visit_delete", args=[visit.pk]))
    assert not MysteryVisit.objects.exists()


@pytest.mark.django_db
def test_going_back_to_a_used_form_leads_to_its_visit():
    cast = make_cast()
    client, form = cast.client("officer"), uuid4()
    url = f"{reverse('mystery_visit_new')}?form={form}"
    body = filled(factories.make_organisation(), client_id=str(form))
    for _ in range(2):
        client.post(url, body)
    visit = MysteryVisit.objects.get()
    assert client.get(url)["Location"] == reverse("mystery_visit_detail", args=[visit.pk])


@pytest.mark.django_db
def test_a_form_used_by_another_lio_can_be_sent_once_more():
    cast = make_cast()
    theirs = factories.make_mystery_visit(lio=cast.vale, by=cast.other_officer)
    url = f"{reverse('mystery_visit_new')}?form={uuid4()}"
    body = filled(theirs.provider, client_id=str(theirs.client_id), scenario="Kept words")
    answer = cast.client("officer").post(url, body)
    page = answer.content.decode()
    assert answer.status_code == 422 and "Nothing is lost" in page and "Kept words" in page
    assert str(theirs.client_id) not in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"scenario": ""}, "Say what the visitor asked for."),
        ({"language": ""}, "Say which language the visitor used."),
        ({"outcome": ""}, "Say how it ended."),
        ({"minutes_waited": "-1"}, "greater than or equal to 0"),
        ({"minutes_waited": "2000"}, "less than or equal to 1440"),
        ({"answered": "no", "greeted": "yes"}, "Nobody answered, so this can’t be yes."),
        ({"answered": "perhaps"}, "Select a valid choice"),
        ({"visited_on": "01/01/2090"}, "That day is still to come."),
        ({"visited_on": "31/02/2026"}, "has no day 31"),
        ({"provider": "999999"}, "Select a valid choice"),
    ],
)
def test_a_fault_is_said_and_nothing_typed_is_lost(changes, words):
    cast = make_cast()
    body = filled(factories.make_organisation(), note="The queue was long") | changes
    answer = cast.client("officer").post(f"{reverse('mystery_visit_new')}?form={uuid4()}", body)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page and "The queue was long" in page
    assert not MysteryVisit.objects.exists()


@pytest.mark.django_db
def test_the_service_must_be_one_of_the_provider():
    cast = make_cast()
    provider, other = factories.make_organisation(name="Ours"), factories.make_organisation(name="Another")
    service = Service.objects.create(
        organisation=other, name="Repairs line", service_area=factories.service_area()
    )
    client, url = cast.client("officer"), f"{reverse('mystery_visit_new')}?form={uuid4()}"
    page = client.post(url, filled(provider, service=service.pk)).content.decode()
    assert "Repairs line is run by Another." in page
    client.post(url, filled(other, service=service.pk))
    assert MysteryVisit.objects.get().service == service


@pytest.mark.django_db
def test_a_stale_save_shows_both_versions_and_sending_again_decides():
    cast = make_cast()
    visit = factories.make_mystery_visit(lio=cast.peak, by=cast.officer)
    change_visit(visit=visit, version=1, language="Polish", greeted=True)
    client, url = cast.client("officer"), reverse("mystery_visit_edit", args=[visit.pk])
    body = filled(visit.provider, language="Roma", version=1)
    answer = client.post(url, body)
    page = answer.content.decode()
    assert answer.status_code == 409 and "Polish" in page and "Roma" in page
    visit.refresh_from_db()
    assert visit.language == "Polish"
    assert 'name="version" value="2"' in page
    client.post(url, {**body, "version": 2})
    visit.refresh_from_db()
    assert visit.language == "Roma"


@pytest.mark.django_db
def test_a_visit_in_a_record_is_neither_changed_nor_deleted_by_its_pages():
    cast = make_cast()
    visit = visits_to_one_service(cast, 1)[0]
    record_visits(visits=[visit], by=cast.officer, service_area=factories.service_area(), summary="x")
    client = cast.client("officer")
    for name in ("mystery_visit_edit", "mystery_visit_delete"):
        assert client.get(reverse(name, args=[visit.pk])).status_code == 403
        assert client.post(reverse(name, args=[visit.pk])).status_code == 403
    page = client.get(reverse("mystery_visit_detail", args=[visit.pk])).content.decode()
    assert "Part of a record" in page and "Delete this visit" not in page


@pytest.mark.django_db
def test_visits_are_compared_and_those_ticked_become_a_record():
    cast = make_cast()
    client = cast.client("officer")
    visits = visits_to_one_service(cast)
    listed = client.get(reverse("mystery_visit_list")).content.decode()
    url = f"{reverse('mystery_visit_compare')}?provider={visits[0].provider_id}"
    assert url in listed and "Compare 3 visits to Derby Homes" in listed
    page = client.get(url).content.decode()
    assert page.count('name="visit"') == 3 and "mean score of 100" in page
    chosen = f"{reverse('mystery_visit_record')}?visit={visits[0].pk}&visit={visits[1].pk}"
    form = client.get(chosen, follow=True)
    assert "2 mystery visits to Derby Homes scored" in form.content.decode()
    answer = client.post(
        form.redirect_chain[-1][0],
        {"summary": "Nobody could read it.", "service_area": visits[0].service_area_id},
    )
    record = Evidence.objects.get()
    assert answer["Location"] == reverse("evidence_detail", args=[record.pk])
    assert record.mystery_visits.count() == 2
    after = client.get(url).content.decode()
    assert after.count('name="visit"') == 1 and after.count("In a record") == 2
    # Its form again leads to the record, and so does sending it again.
    assert client.get(form.redirect_chain[-1][0])["Location"] == answer["Location"]
    again = client.post(
        form.redirect_chain[-1][0],
        {"summary": "Nobody could read it.", "service_area": visits[0].service_area_id},
    )
    assert again["Location"] == answer["Location"]


@pytest.mark.django_db
def test_a_record_of_visits_that_a_colleague_used_says_so_and_keeps_the_words():
    cast = make_cast()
    visits = visits_to_one_service(cast)
    record_visits(visits=visits[:1], by=cast.officer, service_area=factories.service_area(), summary="x")
    answer = cast.client("officer").post(
        f"{reverse('mystery_visit_record')}?visit={visits[0].pk}&form={uuid4()}",
        {"summary": "My words", "service_area": visits[0].service_area_id},
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "part of a record already" in page and "My words" in page


@pytest.mark.django_db
def test_a_record_form_that_was_used_for_another_lio_can_be_sent_once_more():
    cast = make_cast()
    visit = visits_to_one_service(cast, 1)[0]
    theirs = factories.make_evidence(lio=cast.vale, by=cast.other_officer)
    answer = cast.client("officer").post(
        f"{reverse('mystery_visit_record')}?visit={visit.pk}&form={uuid4()}",
        {"summary": "x", "service_area": visit.service_area_id, "client_id": str(theirs.client_id)},
    )
    assert answer.status_code == 422 and "Nothing is lost" in answer.content.decode()


@pytest.mark.django_db
def test_nothing_ticked_leads_back_with_a_word():
    cast = make_cast()
    visit = visits_to_one_service(cast, 1)[0]
    client = cast.client("officer")
    answer = client.get(f"{reverse('mystery_visit_record')}?provider={visit.provider_id}", follow=True)
    assert "Tick the visits" in answer.content.decode()
    assert answer.redirect_chain[-1][0].endswith(f"compare/?provider={visit.provider_id}")


@pytest.mark.django_db
def test_visits_of_another_lio_are_not_compared_counted_or_recorded():
    cast = make_cast()
    theirs = factories.make_mystery_visit(lio=cast.vale, by=cast.other_officer, scenario="SECRET")
    ours = factories.make_mystery_visit(lio=cast.peak, by=cast.officer, provider=theirs.provider)
    client = cast.client("officer")
    listed = client.get(reverse("mystery_visit_list")).content.decode()
    assert "SECRET" not in listed and "Compare" not in listed
    compared = client.get(f"{reverse('mystery_visit_compare')}?provider={theirs.provider_id}")
    assert reverse("mystery_visit_detail", args=[theirs.pk]) not in compared.content.decode()
    assert "other visit" not in client.get(reverse("mystery_visit_detail", args=[ours.pk])).content.decode()
    record = f"{reverse('mystery_visit_record')}?form={uuid4()}&visit="
    assert client.get(record + str(theirs.pk)).status_code == 404
    assert client.get(f"{record}{ours.pk}&visit={theirs.pk}").status_code == 404
    body = {"summary": "x", "service_area": ours.service_area_id}
    assert client.post(f"{record}{ours.pk}&visit={theirs.pk}", body).status_code == 404
    assert not Evidence.objects.exists()


@pytest.mark.django_db
def test_a_manager_reads_all_and_is_offered_no_change():
    cast = make_cast()
    visits = visits_to_one_service(cast)
    client = cast.client("manager")
    listed = client.get(reverse("mystery_visit_list")).content.decode()
    assert "Note a mystery visit" not in listed and "Peak" in listed
    page = client.get(reverse("mystery_visit_detail", args=[visits[0].pk])).content.decode()
    assert "Make a record" not in page and "Compare it with 2 other visits" in page
    compared = client.get(f"{reverse('mystery_visit_compare')}?provider={visits[0].provider_id}")
    assert 'name="visit"' not in compared.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("", True),
        ("q=urdu+form", True),
        ("q=bus", False),
        ("start=01/01/2020", True),
        ("end=01/01/2020", False),
        ("service_area={area}", True),
        ("provider={other}", False),
        ("provider=nonsense", True),
    ],
)
def test_the_list_is_filtered_in_the_address(query, fits):
    cast = make_cast()
    visit = factories.make_mystery_visit(lio=cast.peak, by=cast.officer)
    other = factories.make_organisation()
    query = query.format(area=visit.service_area_id, other=other.pk)
    page = cast.client("officer").get(f"{reverse('mystery_visit_list')}?{query}").content.decode()
    assert (reverse("mystery_visit_detail", args=[visit.pk]) in page) == fits
    assert ("No visit fits" in page) != fits


@pytest.mark.django_db
def test_empty_pages_say_what_to_do_next():
    cast = make_cast()
    assert (
        "Agree on one request" in cast.client("officer").get(reverse("mystery_visit_list")).content.decode()
    )
    assert (
        "once officers have noted"
        in cast.client("manager").get(reverse("mystery_visit_list")).content.decode()
    )


@pytest.mark.django_db
def test_hostile_words_are_shown_as_words():
    cast = make_cast()
    visit = factories.make_mystery_visit(
        lio=cast.peak, by=cast.officer, scenario=MARKER, note=MARKER, language=MARKER[:100]
    )
    client = cast.client("officer")
    for url in (
        reverse("mystery_visit_list"),
        reverse("mystery_visit_detail", args=[visit.pk]),
        reverse("mystery_visit_edit", args=[visit.pk]),
        f"{reverse('mystery_visit_compare')}?provider={visit.provider_id}",
        f"{reverse('mystery_visit_record')}?visit={visit.pk}&form={uuid4()}",
    ):
        page = client.get(url)
        assert page.status_code == 200
        assert "<script>alert" not in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["list", "compare"])
def test_lists_take_as_many_queries_for_three_visits_as_for_one(page):
    cast = make_cast()
    provider = factories.make_organisation()
    client = cast.client("manager")
    url = {
        "list": reverse("mystery_visit_list"),
        "compare": f"{reverse('mystery_visit_compare')}?provider={provider.pk}",
    }[page]
    numbers = []
    for more in (1, 2):
        for _ in range(more):
            factories.make_mystery_visit(lio=cast.peak, by=cast.officer, provider=provider)
        client.get(url)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(url)
        numbers.append(len(queries))
    assert numbers[0] == numbers[1] <= 20
