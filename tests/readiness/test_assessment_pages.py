"""Pages of an assessment: a theme a page, saved as one goes, two people on one draft, check, complete, correct."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from readiness import assessing
from readiness.forms.assessments import mark_of
from readiness.models import Answer, Assessment
from tests import factories
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
CODES = ["2.2", "2.21", "2.22", "2.23"]


def theme_url(draft: Assessment, theme: str = "2.2") -> str:
    return reverse("assessment_theme", args=[draft.pk, theme])


def draft_of(cast: Cast, **fields) -> Assessment:
    return factories.make_draft(group=cast.sunrise, by=cast.officer, **fields)


def answered_draft(cast: Cast, level: int = 2) -> Assessment:
    codes = factories.current_edition().criteria.values_list("code", flat=True)
    return draft_of(cast, levels=dict.fromkeys(codes, level))


def sent(draft: Assessment) -> dict[str, str]:
    """The form of theme 2.2 as a browser sends it when nothing was touched."""
    form = {}
    for code in CODES:
        answer = draft.answers.filter(criterion__code=code).first()
        key = "c-" + code.replace(".", "-")
        form[f"{key}-mark"] = mark_of(answer)
        form[f"{key}-note"] = answer.note if answer else ""
        form[f"{key}-na_reason"] = answer.na_reason if answer else ""
        if answer and answer.is_answered:
            form[f"{key}-answer"] = "na" if answer.not_applicable else str(answer.level)
    return form


def level_of(draft: Assessment, code: str) -> int | None:
    return draft.answers.get(criterion__code=code).level


def colleague_saves(cast: Cast, draft: Assessment, code: str, level: int) -> Answer:
    return assessing.save_answer(
        draft=draft, criterion=draft.edition.criteria.get(code=code), by=cast.manager, level=level
    )


# Starting


def test_starting_leads_to_the_first_theme_and_again_to_the_first_open_section():
    cast = make_cast()
    client = cast.client("officer")
    url, form = reverse("assessment_start", args=[cast.sunrise.pk]), {"client_id": str(uuid4())}
    first = client.post(url, form)
    draft = Assessment.objects.get()
    assert first["Location"] == theme_url(draft, "2.1")
    colleague_saves(cast, draft, "2.1", 1)
    assert client.post(url, form)["Location"] == theme_url(draft, "2.1") + "#c-2-11"
    assert Assessment.objects.count() == 1


def test_starting_without_a_form_id_works_and_a_completed_one_leads_to_its_result():
    cast = make_cast()
    client, url = cast.client("officer"), reverse("assessment_start", args=[cast.sunrise.pk])
    client.post(url, {"client_id": "nonsense"})
    draft = Assessment.objects.get()
    for code in draft.edition.criteria.values_list("code", flat=True):
        colleague_saves(cast, draft, code, 1)
    assert client.post(url)["Location"] == reverse("assessment_check", args=[draft.pk])
    assessing.complete(draft, by=cast.officer)
    again = client.post(url, {"client_id": str(draft.client_id)})
    assert again["Location"] == reverse("assessment_result", args=[draft.pk])


# A theme


def test_a_card_shows_five_levels_why_and_last_time_in_words():
    cast = make_cast()
    factories.make_assessment(
        group=cast.sunrise,
        by=cast.officer,
        levels={"2.21": 3},
        assessed_on=timezone.localdate() - timedelta(days=90),
    )
    draft = draft_of(cast, levels={"2.21": 1})
    page = cast.client("officer").get(theme_url(draft)).content.decode()
    item = draft.edition.criteria.get(code="2.21")
    assert item.statement in page
    assert "Why it matters" in page
    assert page.count('name="c-2-21-answer"') == 7  # five levels, doesn't apply, leave it open
    assert page.count('name="c-2-22-answer"') == 6  # nothing to leave open yet
    assert '3 In place <span class="tag tag-accent">Last time</span>' in page
    assert "1 of 14 answered" in page
    assert "Provisional score" in page


def test_saving_a_theme_leads_to_the_next_then_to_the_check():
    cast = make_cast()
    draft = draft_of(cast)
    client = cast.client("officer")
    form = {"c-2-1-mark": mark_of(None), "c-2-1-answer": "2"}
    assert client.post(theme_url(draft, "2.1"), form)["Location"] == theme_url(draft, "2.2")
    assert level_of(draft, "2.1") == 2
    assert client.post(theme_url(draft), sent(draft))["Location"] == reverse(
        "assessment_check", args=[draft.pk]
    )
    assert Answer.objects.count() == 1, "untouched cards leave no empty answers"


def test_finishing_later_keeps_the_draft():
    cast = make_cast()
    draft = draft_of(cast)
    response = cast.client("officer").post(
        theme_url(draft), sent(draft) | {"c-2-21-answer": "1", "then": "later"}
    )
    assert response["Location"] == reverse("case_readiness", args=[cast.sunrise.pk])
    assert level_of(draft, "2.21") == 1


def test_an_answer_may_be_left_open_again():
    cast = make_cast()
    draft = draft_of(cast, levels={"2.21": 1})
    cast.client("officer").post(theme_url(draft), sent(draft) | {"c-2-21-answer": "open"})
    assert level_of(draft, "2.21") is None


def test_without_a_reason_not_applicable_comes_back_and_the_others_are_saved():
    cast = make_cast()
    draft = draft_of(cast)
    form = sent(draft) | {"c-2-21-answer": "na", "c-2-21-note": "Typed words", "c-2-22-answer": "3"}
    response = cast.client("officer").post(theme_url(draft), form)
    page = response.content.decode()
    assert response.status_code == 422
    assert "2.21: Say why this doesn’t apply" in page
    assert "Typed words" in page
    assert 'value="na" checked' in page
    assert level_of(draft, "2.22") == 3
    assert not draft.answers.filter(criterion__code="2.21").exists()


def test_not_applicable_with_its_reason_is_saved():
    cast = make_cast()
    draft = draft_of(cast)
    form = sent(draft) | {"c-2-21-answer": "na", "c-2-21-na_reason": "Two lines\r\nof why"}
    assert cast.client("officer").post(theme_url(draft), form).status_code == 302
    assert draft.answers.get(criterion__code="2.21").na_reason == "Two lines\nof why"


def test_a_level_that_does_not_exist_is_refused_in_words():
    cast = make_cast()
    draft = draft_of(cast)
    response = cast.client("officer").post(theme_url(draft), sent(draft) | {"c-2-21-answer": "7"})
    assert response.status_code == 422
    assert "Choose one of the levels" in response.content.decode()


def test_an_unknown_theme_is_404():
    cast = make_cast()
    assert cast.client("officer").get(theme_url(draft_of(cast), "9.9")).status_code == 404


def test_a_correction_says_so_and_shows_the_level_it_corrects():
    cast = make_cast()
    old = factories.make_assessment(group=cast.sunrise, by=cast.officer, levels={"2.21": 3})
    draft = assessing.start_correction(of=old, by=cast.officer, reason="Read from the wrong sheet")
    page = cast.client("officer").get(theme_url(draft)).content.decode()
    assert "Read from the wrong sheet" in page
    assert "In the assessment you correct" in page


@pytest.mark.parametrize("earlier", [1, 3])
def test_a_theme_costs_the_same_queries_with_one_and_three_assessments(
    earlier, django_assert_max_num_queries
):
    cast = make_cast()
    for number in range(earlier):
        day = timezone.localdate() - timedelta(days=100 * (number + 1))
        factories.make_assessment(group=cast.sunrise, by=cast.officer, assessed_on=day)
    draft, client = draft_of(cast, levels={"2.1": 1, "2.11": 2, "2.21": 3}), cast.client("officer")
    with django_assert_max_num_queries(20):
        client.get(theme_url(draft, "2.1"))
    with django_assert_max_num_queries(18):
        client.get(reverse("assessment_check", args=[draft.pk]))


# Two people on one draft


def test_a_colleague_s_answer_to_another_card_is_no_conflict():
    cast = make_cast()
    draft = draft_of(cast, levels={"2.21": 1, "2.22": 1})
    form = sent(draft) | {"c-2-21-answer": "2"}
    colleague_saves(cast, draft, "2.22", 4)
    assert cast.client("officer").post(theme_url(draft), form).status_code == 302
    assert (level_of(draft, "2.21"), level_of(draft, "2.22")) == (2, 4)


def test_a_colleague_s_answer_to_the_same_card_is_shown_beside_mine_and_nothing_is_lost():
    cast = make_cast()
    draft = draft_of(cast, levels={"2.21": 1})
    form = sent(draft) | {"c-2-21-answer": "2", "c-2-21-note": "My words", "c-2-22-answer": "3"}
    colleague_saves(cast, draft, "2.21", 4)
    response = cast.client("officer").post(theme_url(draft), form)
    page = response.content.decode()
    assert response.status_code == 409
    assert "Mina Manager answered this too" in page
    assert "My words" in page
    assert "data-autosave-url" not in page, "saving by itself would choose for the person"
    assert (level_of(draft, "2.21"), level_of(draft, "2.22")) == (4, 3)


@pytest.mark.parametrize(("keep", "level"), [("mine", 2), ("theirs", 4)])
def test_after_a_conflict_the_person_chooses(keep, level):
    cast = make_cast()
    draft, client = draft_of(cast, levels={"2.21": 1}), cast.client("officer")
    form = sent(draft) | {"c-2-21-answer": "2"}
    now = colleague_saves(cast, draft, "2.21", 4)
    assert client.post(theme_url(draft), form).status_code == 409
    form |= {"c-2-21-keep": keep, "c-2-21-mark": mark_of(now)}
    assert client.post(theme_url(draft), form).status_code == 302
    assert level_of(draft, "2.21") == level


def test_what_is_sent_after_a_colleague_completed_it_comes_back_to_be_copied():
    cast = make_cast()
    draft = answered_draft(cast)
    form = sent(draft) | {"c-2-21-answer": "4", "c-2-21-note": "My last words"}
    assessing.complete(draft, by=cast.manager)
    response = cast.client("officer").post(theme_url(draft), form)
    page = response.content.decode()
    assert response.status_code == 409
    assert "completed in the meantime" in page
    assert "My last words" in page
    assert "Save and continue" not in page
    assert level_of(draft, "2.21") == 2


def test_pages_of_a_draft_lead_to_the_result_once_it_is_complete():
    cast = make_cast()
    done = factories.make_assessment(group=cast.sunrise, by=cast.officer)
    client, result = cast.client("officer"), reverse("assessment_result", args=[done.pk])
    assert client.get(theme_url(done))["Location"] == result
    for name in ("assessment_check", "assessment_discard"):
        assert client.get(reverse(name, args=[done.pk]))["Location"] == result
    assert client.post(reverse("assessment_discard", args=[done.pk]))["Location"] == result
    assert Assessment.objects.filter(pk=done.pk).exists()


# Saved as one goes


def test_autosave_stores_the_changed_card_and_returns_only_its_new_mark():
    cast = make_cast()
    draft, client = draft_of(cast, levels={"2.22": 1}), cast.client("officer")
    url = reverse("assessment_autosave", args=[draft.pk])
    form = sent(draft) | {"c-2-21-answer": "3"}
    reply = client.post(url, form).json()
    assert reply["ok"]
    assert reply["versions"] == {"c-2-21-mark": mark_of(draft.answers.get(criterion__code="2.21"))}
    form |= reply["versions"] | {"c-2-21-answer": "2"}
    assert client.post(url, form).json()["ok"]
    assert level_of(draft, "2.21") == 2


def test_an_untouched_card_keeps_its_old_mark_so_that_a_later_change_meets_the_conflict():
    cast = make_cast()
    draft, client = draft_of(cast, levels={"2.22": 1}), cast.client("officer")
    url = reverse("assessment_autosave", args=[draft.pk])
    form = sent(draft) | {"c-2-21-answer": "3"}
    colleague_saves(cast, draft, "2.22", 4)
    form |= client.post(url, form).json()["versions"] | {"c-2-22-answer": "0"}
    reply = client.post(url, form)
    assert reply.status_code == 409
    assert reply.json()["conflict"]
    assert "2.22" in reply.json()["message"]
    assert level_of(draft, "2.22") == 4


def test_autosave_says_what_it_could_not_save():
    cast = make_cast()
    draft = draft_of(cast)
    form = sent(draft) | {"c-2-21-answer": "na", "c-2-22-answer": "1"}
    reply = cast.client("officer").post(reverse("assessment_autosave", args=[draft.pk]), form)
    assert (reply.status_code, reply.json()["ok"]) == (400, False)
    assert "2.21" in reply.json()["message"]
    assert level_of(draft, "2.22") == 1


def test_autosave_after_completion_says_where_to_look():
    cast = make_cast()
    draft = answered_draft(cast)
    form = sent(draft) | {"c-2-21-answer": "4"}
    assessing.complete(draft, by=cast.manager)
    reply = cast.client("officer").post(reverse("assessment_autosave", args=[draft.pk]), form)
    assert reply.status_code == 409
    assert reply.json()["url"] == reverse("assessment_result", args=[draft.pk])


def test_the_line_of_progress_can_be_fetched_alone():
    cast = make_cast()
    draft = draft_of(cast, levels={"2.21": 4})
    words = cast.client("officer").get(reverse("assessment_progress", args=[draft.pk])).content.decode()
    assert "1 of 14 answered" in words
    assert "<html" not in words


# Check and complete


def test_the_check_lists_what_is_open_with_links_and_all_answers():
    cast = make_cast()
    draft = draft_of(cast, levels={"2.21": 4})
    page = cast.client("officer").get(reverse("assessment_check", args=[draft.pk])).content.decode()
    assert theme_url(draft) + "#c-2-22" in page
    assert "4</b>" in page
    assert "Provisional score" in page


def test_completing_leads_to_the_result_once():
    cast = make_cast()
    draft, client = answered_draft(cast), cast.client("officer")
    url, form = reverse("assessment_complete", args=[draft.pk]), {"seen": assessing.seen_state(draft)}
    result = reverse("assessment_result", args=[draft.pk])
    assert client.post(url, form)["Location"] == result
    completed_at = Assessment.objects.get().completed_at
    assert client.post(url, form)["Location"] == result
    assert Assessment.objects.get().completed_at == completed_at


def test_an_incomplete_one_says_which_sections_are_open():
    cast = make_cast()
    draft = draft_of(cast, levels={"2.21": 4})
    response = cast.client("officer").post(
        reverse("assessment_complete", args=[draft.pk]), {"seen": assessing.seen_state(draft)}
    )
    assert response.status_code == 422
    assert "Some sections have no answer yet" in response.content.decode()


def test_what_a_colleague_changed_since_is_looked_at_before_it_is_completed():
    cast = make_cast()
    draft = answered_draft(cast)
    seen = assessing.seen_state(draft)
    colleague_saves(cast, draft, "2.21", 0)
    response = cast.client("officer").post(reverse("assessment_complete", args=[draft.pk]), {"seen": seen})
    assert response.status_code == 409
    assert "Something was changed since you looked" in response.content.decode()
    assert not Assessment.objects.complete().exists()


def test_the_day_is_saved_day_first_and_never_in_the_future():
    cast = make_cast()
    draft, client = draft_of(cast), cast.client("officer")
    url, shown = reverse("assessment_check", args=[draft.pk]), f"{draft.assessed_on:%d/%m/%Y}"
    assert client.post(url, {"assessed_on": "3/4/2026", "shown_on": shown})["Location"] == url
    draft.refresh_from_db()
    assert (draft.assessed_on.day, draft.assessed_on.month) == (3, 4)
    tomorrow = timezone.localdate() + timedelta(days=1)
    for words in (f"{tomorrow:%d/%m/%Y}", "soon", ""):
        response = client.post(url, {"assessed_on": words, "shown_on": "03/04/2026"})
        assert response.status_code == 422
    draft.refresh_from_db()
    assert draft.assessed_on.month == 4


def test_a_day_set_by_a_colleague_is_shown_before_it_is_replaced():
    cast = make_cast()
    draft, client = draft_of(cast), cast.client("officer")
    url, today = reverse("assessment_check", args=[draft.pk]), timezone.localdate()
    assessing.change_day(draft=draft, on=today - timedelta(days=5), shown=today)
    form = {"assessed_on": "3/4/2026", "shown_on": f"{today:%d/%m/%Y}"}
    response = client.post(url, form)
    assert response.status_code == 409
    theirs = today - timedelta(days=5)
    assert f"{theirs:%-d %B %Y}" in response.content.decode()
    assert 'value="3/4/2026"' in response.content.decode(), "what was typed stays"
    assert client.post(url, form | {"shown_on": f"{theirs:%d/%m/%Y}"}).status_code == 302


def test_a_day_sent_while_a_colleague_completes_stays_as_it_is(monkeypatch):
    cast = make_cast()
    draft = draft_of(cast)

    def completed_meanwhile(**given):
        raise assessing.AlreadyComplete

    monkeypatch.setattr("readiness.views.assessments.change_day", completed_meanwhile)
    response = cast.client("officer").post(
        reverse("assessment_check", args=[draft.pk]), {"assessed_on": "3/4/2026", "shown_on": "3/4/2026"}
    )
    assert response["Location"] == reverse("assessment_result", args=[draft.pk])


# Correct and discard


def test_a_correction_begins_with_its_why():
    cast = make_cast()
    old, client = factories.make_assessment(group=cast.sunrise, by=cast.officer), cast.client("officer")
    url = reverse("assessment_correct", args=[old.pk])
    form = {"reason": "Wrong row", "client_id": str(uuid4())}
    first = client.post(url, form)
    draft = Assessment.objects.get(corrects=old)
    assert (
        first["Location"]
        == client.post(url, form)["Location"]
        == reverse("assessment_check", args=[draft.pk])
    )
    assert "A correction is begun already" in client.get(url).content.decode()
    assessing.complete(draft, by=cast.officer)
    assert "It was corrected already" in client.get(url).content.decode()


def test_a_correction_waits_for_another_draft():
    cast = make_cast()
    old, client = factories.make_assessment(group=cast.sunrise, by=cast.officer), cast.client("officer")
    draft_of(cast)
    url = reverse("assessment_correct", args=[old.pk])
    response = client.post(url, {"reason": "Wrong row", "client_id": str(uuid4())})
    assert response.status_code == 422
    assert "another draft assessment" in response.content.decode()


def test_a_draft_is_not_corrected_but_gone_on_with():
    cast = make_cast()
    draft = draft_of(cast)
    response = cast.client("officer").get(reverse("assessment_correct", args=[draft.pk]))
    assert response["Location"] == reverse("assessment_check", args=[draft.pk])


def test_a_draft_is_deleted_after_a_question():
    cast = make_cast()
    draft, client = draft_of(cast, levels={"2.21": 4}), cast.client("officer")
    url = reverse("assessment_discard", args=[draft.pk])
    assert "1 answered section" in client.get(url).content.decode()
    assert Assessment.objects.exists()
    assert client.post(url)["Location"] == reverse("case_readiness", args=[cast.sunrise.pk])
    assert not Assessment.objects.exists()


def test_a_draft_completed_while_it_is_being_deleted_stays(monkeypatch):
    cast = make_cast()
    draft = draft_of(cast)

    def completed_meanwhile(assessment):
        raise assessing.AlreadyComplete

    monkeypatch.setattr("readiness.views.assessments.discard", completed_meanwhile)
    response = cast.client("officer").post(reverse("assessment_discard", args=[draft.pk]))
    assert response["Location"] == reverse("assessment_result", args=[draft.pk])
    assert Assessment.objects.exists()
