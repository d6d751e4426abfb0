"""The page of a record, its change and its deletion."""

from uuid import uuid4

import pytest
from django.urls import reverse

from evidence.models import Barrier, Evidence
from evidence.recording import change_evidence, review, send_back
from groups.models import District
from groups.people import break_glass
from tests.cast import make_cast
from tests.evidence.evidence_acts import DAY, HOSTILE, LIST, at, fields, full_record, new_url
from tests.evidence.test_recording import colleague_of, together

pytestmark = pytest.mark.django_db


# One record


def test_a_record_says_why_it_does_not_count_yet_and_offers_a_colleague_to_review_it():
    cast = make_cast()
    record = full_record(cast)
    page = cast.client("officer").get(at("evidence_detail", record)).content.decode()
    assert "a colleague reviews it" in page and at("evidence_review", record) not in page
    assert "No quote yet" in page and at("quote_add", record) in page
    theirs = full_record(cast)
    Evidence.objects.filter(pk=theirs.pk).update(created_by=None, changed_by=None, imported=True)
    page = cast.client("officer").get(at("evidence_detail", theirs)).content.decode()
    assert at("evidence_review", theirs) in page and "Imported on" in page


def test_likely_duplicates_are_pointed_out_to_those_who_can_do_something_about_them():
    cast = make_cast()
    record, twin = full_record(cast), full_record(cast)
    theirs = full_record(cast)
    Evidence.objects.filter(pk=theirs.pk).update(lio=cast.vale)
    page = cast.client("officer").get(at("evidence_detail", record)).content.decode()
    assert "May be the same need" in page and at("evidence_detail", twin) in page
    assert at("evidence_detail", theirs) not in page
    assert "May be the same" not in cast.client("manager").get(at("evidence_detail", record)).content.decode()


def test_hostile_words_stay_words_on_every_page():
    cast = make_cast()
    hostile = HOSTILE + " {{ record }} \u202e"
    record = full_record(cast, summary=hostile, needed_instead=hostile, who_affected=hostile, groups=())
    cast.sunrise.name = HOSTILE
    cast.sunrise.save()
    record.groups.set([cast.sunrise])
    send_back(record=record, by=colleague_of(cast, HOSTILE), version=1, why=hostile)
    client = cast.client("officer")
    for address in (
        reverse(LIST),
        reverse("evidence_review_list"),
        reverse("case_evidence", args=[cast.sunrise.pk]),
        new_url(form=uuid4(), group=cast.sunrise.pk),
        *[at(name, record) for name in ("evidence_detail", "evidence_edit", "evidence_delete")],
    ):
        page = client.get(address).content.decode()
        assert HOSTILE not in page and "&lt;script&gt;alert" in page, address


def test_an_administrator_reads_a_record_only_while_a_groups_case_file_is_open():
    cast = make_cast()
    record = full_record(cast)
    assert cast.client("administrator").get(at("evidence_detail", record)).status_code == 404
    assert cast.client("administrator").get(reverse(LIST)).status_code == 403
    elsewhere = full_record(cast, groups=(cast.harbour,), summary="Told by Harbour alone")
    both = full_record(cast, groups=(cast.sunrise, cast.harbour))
    opening = break_glass(user=cast.administrator, group=cast.sunrise, reason="The group has rung us.")
    client = cast.client("administrator")
    for address in (reverse(LIST), reverse("case_evidence", args=[cast.sunrise.pk])):
        page = client.get(address).content.decode()
        assert "2 records" in page and "Told by Harbour alone" not in page, address
    for seen in (record, both):
        assert client.get(at("evidence_detail", seen)).status_code == 200
        assert client.post(at("evidence_edit", seen), fields()).status_code == 403
        assert client.post(at("evidence_delete", seen)).status_code == 403
    assert client.get(at("evidence_detail", elsewhere)).status_code == 404
    opening.expires_at = opening.opened_at
    opening.save()
    assert cast.client("administrator").get(at("evidence_detail", record)).status_code == 404


# A change


def test_a_change_is_saved_and_says_that_a_colleague_reviews_it():
    cast = make_cast()
    record = full_record(cast, reviewed_by=colleague_of(cast))
    client = cast.client("officer")
    page = client.get(at("evidence_edit", record)).content.decode()
    assert "it is a draft again" in page
    # Everything held is in the form, and what is folded away is open where it holds something.
    for words in ("The lift was out of order.", "Peak Homes", "Peak Council"):
        assert words in page
    assert page.count('<details class="more-fields" open>') == 4
    answer = client.post(at("evidence_edit", record), fields(summary="Changed"), follow=True)
    assert "A colleague reviews it before it counts." in answer.content.decode()
    record.refresh_from_db()
    assert (record.summary, record.state, record.districts.count()) == ("Changed", "draft", 0)


def test_what_is_retired_stays_in_a_record_that_holds_it_and_is_offered_to_no_other():
    cast = make_cast()
    record = full_record(cast)
    barrier = Barrier.objects.get(label="Cost")
    barrier.retired_on = DAY()
    barrier.save()
    client = cast.client("officer")
    offered = f'name="barriers" value="{barrier.pk}"'
    assert offered in client.get(at("evidence_edit", record)).content.decode()
    assert offered not in client.get(new_url(form=uuid4())).content.decode()
    assert client.post(new_url(form=uuid4()), fields(barriers=[barrier.pk])).status_code == 422


def test_a_stale_save_changes_nothing_shows_both_and_keeps_every_tick():
    cast = make_cast()
    record = full_record(cast)
    client = cast.client("officer")
    change_evidence(
        record=record,
        by=colleague_of(cast),
        version=1,
        summary="Theirs",
        until=record.happened_on,
        lists={"districts": []},
    )
    places = District.objects.filter(name__in=["Chesterfield", "Erewash"])
    mine = fields(
        happened_on=f"{record.happened_on:%d/%m/%Y}",
        summary="Mine",
        districts=list(places.values_list("pk", flat=True)),
        criteria=["2.15a", "2.22"],
    )
    answer = client.post(at("evidence_edit", record), mine)
    page = answer.content.decode()
    assert answer.status_code == 409
    for words in ("Somebody changed this", "Mine", "Theirs", "Chesterfield, Erewash", "(empty)"):
        assert words in page
    assert 'name="version" value="2"' in page
    for place in places:
        part = page.split(f'name="districts" value="{place.pk}"')[1]
        assert "checked" in part[: part.index(">")], place
    record.refresh_from_db()
    assert (record.summary, record.districts.count()) == ("Theirs", 0)
    # Sent again in sight of both, it is what the writer wants.
    assert client.post(at("evidence_edit", record), {**mine, "version": 2}).status_code == 302
    record.refresh_from_db()
    assert (record.summary, record.districts.count(), record.criteria) == ("Mine", 2, ["2.15a", "2.22"])


def test_a_faulty_change_stores_nothing_and_keeps_what_was_typed():
    cast = make_cast()
    record = full_record(cast)
    form = fields(summary="Mine", people_affected="-1")
    answer = cast.client("officer").post(at("evidence_edit", record), form)
    page = answer.content.decode()
    assert answer.status_code == 422 and ">Mine<" in page.replace("\n", "")
    record.refresh_from_db()
    assert record.version == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_forms_saved_at_once_one_is_stored_and_the_other_shows_both():
    cast = make_cast()
    record = full_record(cast)
    clients = [cast.client("officer") for _ in range(2)]
    answers = together(
        *[
            lambda client=client, words=words: client.post(at("evidence_edit", record), fields(summary=words))
            for client, words in zip(clients, ("One", "Two"), strict=True)
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    record.refresh_from_db()
    assert record.version == 2


# Deleting


def test_a_draft_is_deleted_after_the_question():
    cast = make_cast()
    record, client = full_record(cast), cast.client("officer")
    page = client.get(at("evidence_delete", record)).content.decode()
    assert "Delete this draft?" in page and "The lift was out of order." in page
    assert Evidence.objects.exists()
    answer = client.post(at("evidence_delete", record), follow=True)
    assert (
        answer.redirect_chain == [(reverse(LIST), 302)] and "The draft is deleted." in answer.content.decode()
    )
    assert not Evidence.objects.exists()
    assert client.post(at("evidence_delete", record)).status_code == 404


def test_a_reviewed_record_is_not_deleted_and_says_why():
    cast = make_cast()
    record, client = full_record(cast), cast.client("officer")
    review(record=record, by=colleague_of(cast), version=1)
    assert at("evidence_delete", record) not in client.get(at("evidence_detail", record)).content.decode()
    for answer in (client.get(at("evidence_delete", record)), client.post(at("evidence_delete", record))):
        assert answer.status_code == 403 and "be deleted" in answer.content.decode()
    assert Evidence.objects.exists()


def test_a_record_reviewed_while_its_deletion_was_asked_for_stays(monkeypatch):
    cast = make_cast()
    record, client = full_record(cast), cast.client("officer")
    from evidence.views import needs

    delete = needs.delete_draft

    def reviewed_first(*, record, by) -> None:
        review(record=record, by=colleague_of(cast), version=1)
        delete(record=record, by=by)

    monkeypatch.setattr(needs, "delete_draft", reviewed_first)
    assert client.post(at("evidence_delete", record)).status_code == 403
    assert Evidence.objects.exists()
