"""Surveys: their facts, files of answers from upload to import, what they found, and the records made of it."""

import re
import threading
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from auditlog.models import LogEntry
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from evidence.models import Evidence, Survey, SurveyFile, SurveyQuestion, SurveyResponse
from evidence.survey_answers import ColumnChoice, ColumnsFixed, import_answers, settle_columns
from evidence.survey_files import Column
from evidence.survey_results import result_of, results_of, tallies
from evidence.surveys import (
    ForeignForm,
    InUse,
    StaleSurvey,
    change_survey,
    create_survey,
    delete_survey,
    record_finding,
)
from tests import factories
from tests.cast import Cast, make_cast
from tests.evidence.survey_acts import as_sent

SAMPLES = Path(__file__).parents[1] / "data" / "surveys"
MARKER = "<script>alert('x')</script>"
WHY = "Why did you not go?"


@pytest.fixture(autouse=True)
def no_files_of_other_tests():
    for name in kept_files():
        default_storage.delete(f"surveys/{name}")


@pytest.fixture
def cast(db) -> Cast:
    return make_cast()


@pytest.fixture
def officer(cast: Cast) -> Client:
    return cast.client("officer")


@pytest.fixture
def survey(cast: Cast) -> Survey:
    return factories.make_survey(lio=cast.peak, by=cast.officer)


def facts(**changes: object) -> dict[str, object]:
    return {
        "title": "Getting to the doctor",
        "asked_from": f"{timezone.localdate():%d/%m/%Y}",
        "asked_by": "Volunteers",
        "sample": "Members",
        "client_id": str(uuid4()),
        **changes,
    }


def plain(**changes: object) -> dict:
    return {
        "title": "Needs",
        "asked_from": timezone.localdate() - timedelta(days=9),
        "asked_by": "Volunteers",
        "sample": "Members",
        **changes,
    }


def upload(client: Client, survey: Survey, content: bytes | str, name: str = "answers.csv"):
    file = SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)
    url = f"{reverse('survey_answers_add', args=[survey.pk])}?form={uuid4()}"
    return client.post(url, {"file": file, "client_id": str(uuid4())})


def sample(client: Client, survey: Survey, name: str = "google-forms.csv"):
    return upload(client, survey, (SAMPLES / name).read_bytes(), name)


def go_on(client: Client, survey: Survey, **changes: object) -> None:
    """Takes the columns of the file that waits as they are guessed, changed as said, and adds the answers."""
    file = survey.files.get(done_at=None)
    columns = reverse("survey_file_columns", args=[file.pk])
    page = client.get(columns)
    response = client.post(columns, as_sent(page.context["form"]) | changes)
    assert response.status_code == 302, response.context["form"].errors
    response = client.post(reverse("survey_file", args=[file.pk]))
    assert response.url == reverse("survey_detail", args=[survey.pk])


def kept_files() -> list[str]:
    return default_storage.listdir("surveys")[1] if default_storage.exists("surveys") else []


# The facts


def test_a_form_sent_twice_makes_one_survey(officer: Client):
    url, data = f"{reverse('survey_new')}?form={uuid4()}", facts()
    first = officer.post(url, data)
    assert (
        officer.post(url, data).url == first.url == reverse("survey_detail", args=[Survey.objects.get().pk])
    )


def test_going_back_to_the_form_leads_to_the_survey_it_made(officer: Client):
    form = str(uuid4())
    url = f"{reverse('survey_new')}?form={form}"
    made = officer.post(url, facts(client_id=form)).url
    assert officer.get(url).url == made


def test_a_form_of_another_lio_makes_nothing(cast: Cast):
    made = create_survey(lio=cast.peak, by=cast.officer, **plain())
    with pytest.raises(ForeignForm):
        create_survey(lio=cast.vale, by=cast.other_officer, client_id=made.client_id, **plain())
    response = cast.client("other_officer").post(
        f"{reverse('survey_new')}?form={uuid4()}", facts(client_id=str(made.client_id))
    )
    assert response.status_code == 422
    assert "used for another survey" in response.content.decode()
    assert Survey.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"asked_from": "01/01/2199"}, "still to come"),
        ({"asked_to": "01/01/2001"}, "can’t be before the first"),
        ({"title": ""}, "Give the survey a title"),
        ({"sample": ""}, "Say whom you asked"),
    ],
)
def test_contradictory_facts_are_refused_in_words(officer: Client, changes, said):
    response = officer.post(f"{reverse('survey_new')}?form={uuid4()}", facts(**changes))
    assert response.status_code == 422
    assert said in response.content.decode().replace("&#x27;", "’")
    assert not Survey.objects.exists()


@pytest.mark.parametrize(("field", "days"), [("asked_to", -99), ("asked_from", 2)])
def test_a_survey_with_impossible_days_is_never_written(cast: Cast, field: str, days: int):
    changes = {field: timezone.localdate() + timedelta(days=days)}
    with pytest.raises(ValueError, match=r"before the first|still to come"):
        create_survey(lio=cast.peak, by=cast.officer, **plain(**changes))


def test_a_survey_names_groups_of_its_own_lio_only(cast: Cast, officer: Client):
    response = officer.post(f"{reverse('survey_new')}?form={uuid4()}", facts(groups=[cast.meadow.pk]))
    assert response.status_code == 422
    with pytest.raises(ValueError, match="own LIO"):
        create_survey(lio=cast.peak, by=cast.officer, groups=[cast.meadow], **plain())
    assert "Meadow" not in officer.get(f"{reverse('survey_new')}?form={uuid4()}").content.decode()


def test_a_stale_save_changes_nothing_and_shows_both(cast: Cast, officer: Client, survey: Survey):
    change_survey(survey=survey, version=1, groups=[cast.harbour], title="Theirs")
    url = reverse("survey_edit", args=[survey.pk])
    response = officer.post(url, facts(title="Mine", version=1, groups=[cast.sunrise.pk]))
    assert response.status_code == 409
    text = response.content.decode()
    assert all(words in text for words in ("Mine", "Theirs", "Sunrise", "Harbour", "Nothing is saved yet"))
    survey.refresh_from_db()
    assert survey.title == "Theirs"
    # What the page now sends is a decision made in sight of both.
    version = response.context["form"]["version"].value()
    assert officer.post(url, facts(title="Mine", version=version)).status_code == 302
    survey.refresh_from_db()
    assert (survey.title, survey.version) == ("Mine", 3)


def test_saving_what_is_stored_changes_nothing(cast: Cast, survey: Survey):
    same = change_survey(survey=survey, version=99, groups=[], title=survey.title)
    assert same.version == 1
    with pytest.raises(StaleSurvey):
        change_survey(survey=survey, version=99, groups=[], title="Another")


def test_a_survey_goes_only_while_it_has_no_answers_and_no_records(
    cast: Cast, officer: Client, survey: Survey
):
    sample(officer, survey)
    with_answers = factories.make_survey(lio=cast.peak, by=cast.officer, answers={"Help?": ["Yes"]})
    with_record = factories.make_survey(lio=cast.peak, by=cast.officer)
    factories.make_evidence(lio=cast.peak, by=cast.officer, survey=with_record)
    for one in (with_answers, with_record):
        assert officer.post(reverse("survey_delete", args=[one.pk])).status_code == 403
        with pytest.raises(InUse):
            delete_survey(survey=one)
        assert (
            "Delete this survey" not in officer.get(reverse("survey_detail", args=[one.pk])).content.decode()
        )
    assert len(kept_files()) == 1
    assert officer.get(reverse("survey_delete", args=[survey.pk])).status_code == 200
    assert Survey.objects.filter(pk=survey.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_a_deleted_survey_takes_the_waiting_file_along():
    cast = make_cast()
    survey = factories.make_survey(lio=cast.peak, by=cast.officer)
    client = cast.client("officer")
    sample(client, survey)
    before = kept_files()
    assert client.post(reverse("survey_delete", args=[survey.pk])).status_code == 302
    assert len(before) == 1
    assert kept_files() == []
    delete_survey(survey=survey)


# Files of answers


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("name", "added"), [("google-forms.csv", 26), ("microsoft-forms.xlsx", 10), ("kobotoolbox.csv", 9)]
)
def test_a_file_goes_in_once_and_is_deleted(name, added):
    cast = make_cast()
    survey = factories.make_survey(lio=cast.peak, by=cast.officer)
    client = cast.client("officer")
    sample(client, survey, name)
    assert len(kept_files()) == 1
    go_on(client, survey)
    assert survey.responses.count() == added
    assert kept_files() == []
    # The same file again goes straight to the dry run, and adds nothing.
    check = sample(client, survey, name).url
    page = client.get(check)
    assert (page.status_code, page.context["judged"].known, page.context["judged"].new) == (200, added, {})
    assert "There is nothing new in this file" in page.content.decode()
    client.post(check)
    assert survey.responses.count() == added
    assert kept_files() == []
    assert list(survey.files.values_list("added", "known")) == [(0, added), (added, 0)]
    assert client.get(check).url == reverse("survey_detail", args=[survey.pk])


def test_columns_left_out_are_kept_nowhere(officer: Client, survey: Survey):
    sample(officer, survey)
    go_on(officer, survey)
    stored = " ".join(map(str, SurveyResponse.objects.values_list("answers", flat=True)))
    assert "Because of the language" in stored
    assert "mail.example" not in stored
    assert "2026/09" not in stored
    log = " ".join(map(str, LogEntry.objects.values_list("changes_text", "changes", "additional_data")))
    assert "survey answers imported" in log
    assert not re.search("Because|mail.example|doctor", log)


def test_a_corrected_column_is_read_as_corrected(officer: Client, survey: Survey):
    sample(officer, survey)
    file = survey.files.get()
    page = officer.get(reverse("survey_file_columns", args=[file.pk]))
    assert "It looks like e-mail addresses" in page.content.decode()
    go_on(officer, survey, kind_2="left_out", kind_5="one", kind_4="words", whole_3="")
    assert {q.text: q.kind for q in survey.questions.all()} == {
        "Timestamp": "left_out",
        "Email Address": "left_out",
        "Did you see a doctor when you needed one?": "left_out",
        WHY: "many",
        "How many weeks did you wait?": "words",
        "What would have helped?": "one",
    }
    _, found = tallies(survey, [survey.questions.get(text=WHY)])
    assert "or too far" in next(iter(found.values())).choices


def test_columns_may_be_corrected_until_there_are_answers(officer: Client, survey: Survey):
    sample(officer, survey)
    file = survey.files.get()
    columns, check = (reverse(name, args=[file.pk]) for name in ("survey_file_columns", "survey_file"))
    sent = as_sent(officer.get(columns).context["form"])
    officer.post(columns, sent)
    assert "Correct the columns" in officer.get(check).content.decode()
    officer.post(columns, sent | {"kind_4": "one"})
    assert survey.questions.get(text="How many weeks did you wait?").kind == "one"
    assert survey.questions.count() == 6
    officer.post(check)
    sample(officer, survey)
    page = officer.get(reverse("survey_file", args=[survey.files.get(done_at=None).pk]))
    assert "Correct the columns" not in page.content.decode()


def test_what_a_question_is_stays_once_there_are_answers(cast: Cast):
    survey = factories.make_survey(lio=cast.peak, by=cast.officer, answers={"Help?": ["Yes"]})
    column = Column(text="Help?", headings=("Help?",), kind="one")
    settle_columns(survey=survey, choices=[ColumnChoice(column, "one")])
    with pytest.raises(ColumnsFixed):
        settle_columns(survey=survey, choices=[ColumnChoice(column, "left_out")])
    assert survey.questions.get().kind == "one"


def test_at_least_one_question_is_kept(officer: Client, survey: Survey):
    sample(officer, survey)
    file = survey.files.get()
    url = reverse("survey_file_columns", args=[file.pk])
    response = officer.post(url, {f"kind_{number}": "left_out" for number in range(6)})
    assert response.status_code == 422
    assert "Keep at least one question" in response.content.decode()
    assert not survey.questions.exists()


def test_changed_headings_are_named_and_nothing_is_lost(officer: Client, survey: Survey):
    upload(officer, survey, "When,Help?,Reason\n1 May,Yes,Far\n2 May,No,Cost\n")
    go_on(officer, survey, kind_0="left_out", kind_1="one", kind_2="one")
    # One heading is worded anew, one is gone, one is new; the first row was there before.
    response = upload(officer, survey, "When,Did you get help?,Age\n1 May,Yes,\n3 May,Yes,40\n")
    columns = officer.get(response.url).url
    page = officer.get(columns)
    assert [column.text for column in page.context["new"]] == ["Did you get help?", "Age"]
    assert [question.text for question in page.context["missing"]] == ["Help?", "Reason"]
    assert [row["column"].text for row in page.context["form"].rows] == ["Did you get help?", "Age"]
    old = survey.questions.get(text="Help?")
    sent = as_sent(page.context["form"]) | {"same_0": str(old.pk), "kind_1": "number"}
    check = officer.post(columns, sent).url
    page = officer.get(check)
    assert [question.text for question in page.context["missing"]] == ["Reason"]
    officer.post(check)
    assert survey.questions.get(pk=old.pk).headings == ["help", "didyougethelp"]
    assert survey.questions.filter(text="Did you get help?").count() == 0
    _, found = tallies(survey, [old])
    assert found[old.pk].choices == {"Yes": 3, "No": 1}
    # What was answered before stays.
    _, found = tallies(survey, [survey.questions.get(text="Reason")])
    assert sum(tally.answered for tally in found.values()) == 2


def test_a_row_is_known_again_under_a_new_heading_in_another_order_and_with_a_new_question(
    officer: Client, survey: Survey
):
    upload(officer, survey, "When,Help?\n1 May,Yes\n2 May,No\n")
    go_on(officer, survey, kind_0="left_out", kind_1="one")
    old = survey.questions.get(text="Help?")
    upload(officer, survey, "Got help?,When,Age\nYes,1 May,\nNo,2 May,\nNo,3 May,7\n")
    go_on(officer, survey, same_0=str(old.pk), kind_1="number")
    assert survey.responses.count() == 3


def test_two_columns_cant_be_the_same_question(officer: Client, survey: Survey):
    upload(officer, survey, "When,Help?\n1 May,Yes\n2 May,No\n")
    go_on(officer, survey, kind_0="left_out", kind_1="one")
    old = survey.questions.get(text="Help?")
    url = officer.get(upload(officer, survey, "When,A,B\n1 May,Yes,x\n").url).url
    sent = as_sent(officer.get(url).context["form"]) | {"same_0": str(old.pk), "same_1": str(old.pk)}
    response = officer.post(url, sent)
    assert response.status_code == 422
    assert "Two columns" in response.content.decode()


def test_a_new_choice_of_a_known_question_joins_it(officer: Client, survey: Survey):
    upload(officer, survey, "Sex,Need/Food,Need/Rent\nF,1,0\nM,0,1\n")
    go_on(officer, survey)
    upload(officer, survey, "Sex,Need/Food,Need/Rent,Need/Bus\nF,1,0,0\nF,1,0,1\n")
    go_on(officer, survey)
    question = survey.questions.get(kind="many")
    _, found = tallies(survey, [question])
    assert found[question.pk].choices == {"Food": 2, "Bus": 1, "Rent": 1}
    assert survey.responses.count() == 3


def test_answers_of_two_people_who_say_the_same_both_count(officer: Client, survey: Survey):
    upload(officer, survey, "Help?,Far?\nYes,No\nYes,No\n,\nYes,No\n")
    go_on(officer, survey)
    assert survey.responses.count() == 3


def test_rows_without_an_answer_are_counted_and_not_added(officer: Client, survey: Survey):
    upload(officer, survey, "Timestamp,Help?,Far?\n2026-05-01 10:00,Yes,No\n2026-05-01 11:00,,\n")
    file = survey.files.get()
    url = reverse("survey_file_columns", args=[file.pk])
    check = officer.post(url, as_sent(officer.get(url).context["form"])).url
    judged = officer.get(check).context["judged"]
    assert (len(judged.new), judged.known, judged.empty) == (1, 0, 1)


def test_the_same_answers_written_another_way_are_pointed_out(officer: Client, survey: Survey):
    said = ["Yes,Far", "No,Cost", "No,Far"]
    times = {"iso": "2026-05-0{} 10:00", "english": "0{}/05/2026 10:00"}
    iso, english = (
        "Timestamp,Help?,Cause\n"
        + "".join(f"{time.format(day)},{answers}\n" for day, answers in enumerate(said, start=1))
        for time in times.values()
    )
    upload(officer, survey, iso)
    go_on(officer, survey)
    again = upload(officer, survey, english)
    assert "Has this file been added before?" in officer.get(again.url).content.decode()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"Help?\nYes\n", "only one column"),
        (b"%PDF-1.7 x", "a PDF"),
        (b"", "empty"),
        (b"Help?,Why?\n", "no answers below"),
        (b"1,2,3\n4,5,6\n", "first row holds answers"),
        (b"x" * (10 * 1024 * 1024 + 1), "larger than 10 MB"),
    ],
)
def test_a_bad_file_is_refused_in_words_and_not_kept(officer: Client, survey: Survey, content, said):
    before = kept_files()
    response = upload(officer, survey, content)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not survey.files.exists()
    assert kept_files() == before


def test_a_file_that_is_gone_says_so(officer: Client, survey: Survey):
    url = sample(officer, survey).url
    default_storage.delete(survey.files.get().file.name)
    for address in (url, reverse("survey_file_columns", args=[survey.files.get().pk])):
        response = officer.get(address, follow=True)
        assert "Choose it once more" in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_discarded_file_leaves_nothing():
    cast = make_cast()
    survey = factories.make_survey(lio=cast.peak, by=cast.officer)
    client = cast.client("officer")
    sample(client, survey)
    file = survey.files.get()
    columns = reverse("survey_file_columns", args=[file.pk])
    client.post(columns, as_sent(client.get(columns).context["form"]))
    url = reverse("survey_file_discard", args=[file.pk])
    assert client.get(url).status_code == 200
    assert len(kept_files()) == 1
    assert client.post(url).status_code == 302
    assert kept_files() == []
    assert not survey.questions.exists()
    assert not survey.files.exists()


def test_an_upload_sent_twice_is_kept_once(officer: Client, survey: Survey):
    url, form = f"{reverse('survey_answers_add', args=[survey.pk])}?form={uuid4()}", str(uuid4())
    before = len(kept_files())
    found = {
        officer.post(url, {"file": SimpleUploadedFile("a.csv", b"A,B\nx,y\n"), "client_id": form}).url
        for _ in range(2)
    }
    assert len(found) == 1
    assert len(kept_files()) == before + 1


def test_an_upload_of_another_surveys_form_is_refused(cast: Cast, officer: Client, survey: Survey):
    sample(officer, survey)
    other = factories.make_survey(lio=cast.peak, by=cast.officer)
    response = officer.post(
        f"{reverse('survey_answers_add', args=[other.pk])}?form={uuid4()}",
        {"file": SimpleUploadedFile("a.csv", b"A,B\nx,y\n"), "client_id": str(survey.files.get().client_id)},
    )
    assert response.status_code == 422
    assert not other.files.exists()


def test_a_file_with_columns_nobody_spoke_of_is_not_imported(officer: Client, survey: Survey):
    sample(officer, survey)
    response = officer.post(reverse("survey_file", args=[survey.files.get().pk]), follow=True)
    assert "nobody has said yet" in response.content.decode()
    assert not survey.responses.exists()


@pytest.mark.django_db(transaction=True)
def test_a_confirmation_sent_twice_at_once_adds_the_answers_once():
    cast = make_cast()
    survey = factories.make_survey(lio=cast.peak, by=cast.officer)
    client = cast.client("officer")
    sample(client, survey)
    columns = reverse("survey_file_columns", args=[survey.files.get().pk])
    client.post(columns, as_sent(client.get(columns).context["form"]))
    file, start, faults = survey.files.get(), threading.Barrier(2), []

    def confirm() -> None:
        try:
            start.wait()
            import_answers(file=SurveyFile.objects.get(pk=file.pk), by=cast.officer)
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    both = [threading.Thread(target=confirm) for _ in range(2)]
    [thread.start() for thread in both]
    [thread.join() for thread in both]
    assert faults == []
    assert survey.responses.count() == 26
    assert LogEntry.objects.filter(additional_data__act="survey answers imported").count() == 1


# What was found


def found_of(cast: Cast, answers: list, question: str = "Did you get help?"):
    survey = factories.make_survey(lio=cast.peak, by=cast.officer, answers={question: answers})
    return results_of(survey).questions[0]


def lines(result) -> dict[str, str]:
    return {line.label: str(line.count) for line in result.lines}


def test_counts_of_one_to_four_are_hidden_and_what_gives_them_away(cast: Cast):
    result = found_of(cast, ["Yes"] * 20 + ["No"] * 9 + ["Partly"] * 2)
    assert str(result.answered) == "31"
    assert lines(result) == {"Yes": "20", "No": "*", "Partly": "<5"}
    assert [line.share for line in result.lines] == [65, None, None]
    assert result.note


def test_hidden_answers_stand_in_the_order_of_the_alphabet(cast: Cast):
    result = found_of(cast, ["A"] * 30 + ["Z"] * 9 + ["M"] * 2 + ["B"] * 3)
    shown = [line.label for line in result.lines if line.count.value is None]
    assert shown == sorted(shown)


def test_of_several_answers_one_that_nearly_everybody_gave_is_hidden_too(cast: Cast):
    result = found_of(cast, [["Bus"]] * 18 + [["Bus", "Cost"]] * 6 + [["Cost"]] * 2)
    # 24 of 26 said bus: two didn't.
    assert lines(result) == {"Cost": "8", "Bus": "*"}
    assert result.lines[0].share == 31


def test_of_several_answers_the_people_left_over_dont_give_a_small_one_away(cast: Cast):
    # Everybody said something: 20 of 24 said bus or cost, so the hidden one could only be 4.
    result = found_of(cast, [["Bus"]] * 11 + [["Cost"]] * 9 + [["Digital"]] * 4)
    assert lines(result) == {"Bus": "11", "Digital": "<5", "Cost": "*"}


def test_too_few_answers_show_no_number(cast: Cast):
    for answers in (["Yes", "No", "No"], [["Yes"], ["No"], ["No"]], [1, 2, 3]):
        result = found_of(cast, answers)
        assert result.answered.value is None
        assert all(line.count.value is None for line in result.lines)
        assert result.median is None
        assert result.note


def test_numbers_are_grouped_with_median_and_range(cast: Cast):
    result = found_of(cast, [*range(1, 21), 60], "How many weeks?")
    assert (result.median, result.lowest, result.highest) == (11, 1, 60)
    assert sum(line.count.value for line in result.lines) == 21
    assert min(line.count.value for line in result.lines) >= 5


def test_a_scale_from_one_to_five_keeps_its_steps(cast: Cast):
    result = found_of(cast, [1] * 6 + [2] * 5 + [3] * 9 + [4] * 2 + [5] * 3, "How safe?")
    assert lines(result) == {"1": "6", "2": "5", "3": "9", "4 to 5": "5"}


def test_numbers_with_fractions_are_grouped_too(cast: Cast):
    result = found_of(cast, [0.5] * 5 + [1.5] * 5, "How far?")
    assert sum(line.count.value for line in result.lines) == 10
    assert all("to under" in line.label for line in result.lines)


def test_a_number_nobody_can_read_is_counted_apart(cast: Cast):
    result = found_of(cast, [1] * 6 + ["about six"] * 5, "How many weeks?")
    assert (str(result.answered), str(result.unread)) == ("6", "5")


def test_answers_spelt_alike_are_one(cast: Cast):
    assert lines(found_of(cast, ["Yes"] * 6 + ["yes "] * 2 + ["YES"])) == {"Yes": "9"}


def test_rare_answers_beyond_twenty_are_added_up(cast: Cast):
    result = found_of(cast, [f"Answer {number}" for number in range(30) for _ in range(6)])
    assert len(result.lines) == 20
    assert lines(result)["Other answers"] == str(11 * 6)


def test_a_question_left_empty_counts_as_not_answered(cast: Cast):
    survey = factories.make_survey(
        lio=cast.peak,
        by=cast.officer,
        answers={"Help?": ["Yes"] * 6, "Far?": ["No"] * 5 + [None] * 4 + ["No"]},
    )
    results = results_of(survey)
    assert [str(result.answered) for result in results.questions] == ["6", "6"]
    assert str(results.responses) == "10"


def test_the_page_shows_no_small_count_and_no_own_words(cast: Cast):
    survey = factories.make_survey(
        lio=cast.peak,
        by=cast.officer,
        answers={"Help?": ["Yes"] * 20 + ["No"] * 3, WHY: [MARKER] + ["Far"] * 22, "How long?": [7] * 23},
    )
    for actor in ("officer", "manager"):
        client = cast.client(actor)
        text = client.get(reverse("survey_detail", args=[survey.pk])).content.decode()
        assert "fewer than 5" in text
        assert "alert(" not in text
        words = client.get(reverse("survey_words", args=[survey.questions.get(kind="words").pk]))
        assert MARKER not in words.content.decode()
        assert "&lt;script&gt;alert" in words.content.decode()
    assert "Make a record" not in text


def test_own_words_stand_in_the_order_of_the_alphabet_on_pages(cast: Cast, officer: Client):
    survey = factories.make_survey(
        lio=cast.peak, by=cast.officer, answers={WHY: [f"Words {number:03}" for number in range(70, 0, -1)]}
    )
    url = reverse("survey_words", args=[survey.questions.get().pk])
    first = officer.get(url)
    assert first.context["page_obj"].object_list[0] == "Words 001"
    assert len(first.context["page_obj"].object_list) == 50
    assert "Words 070" in officer.get(f"{url}?page=2").content.decode()


def test_the_list_shows_no_small_number_of_answers(cast: Cast, officer: Client):
    factories.make_survey(lio=cast.peak, by=cast.officer, answers={"Help?": ["Yes"] * 3})
    assert "&lt;5" in officer.get(reverse("survey_list")).content.decode()


def test_the_list_finds_by_words_and_days(cast: Cast, officer: Client):
    factories.make_survey(lio=cast.peak, by=cast.officer, title="Buses")
    factories.make_survey(lio=cast.peak, by=cast.officer, title="Doctors")
    factories.make_survey(lio=cast.vale, by=cast.other_officer, title="Buses of Vale")
    text = officer.get(reverse("survey_list"), {"q": "bus"}).content.decode()
    assert "Buses" in text
    assert "Doctors" not in text
    assert "Vale" not in text
    assert "No survey fits" in officer.get(reverse("survey_list"), {"end": "01/01/2001"}).content.decode()


@pytest.mark.parametrize("page", ["survey_list", "survey_detail"])
def test_queries_dont_grow(page, cast: Cast, officer: Client):
    survey = factories.make_survey(lio=cast.peak, by=cast.officer, answers={"Help?": ["Yes"] * 9})
    url = reverse(page) if page == "survey_list" else reverse(page, args=[survey.pk])
    officer.get(url)
    with CaptureQueriesContext(connection) as with_one:
        officer.get(url)
    for number in range(2):
        factories.make_survey(lio=cast.peak, by=cast.officer, answers={"Help?": ["Yes"] * 9})
        SurveyQuestion.objects.create(survey=survey, text=f"More {number}", kind="one")
        SurveyResponse.objects.create(survey=survey, key=f"x{number}", answers={})
        factories.make_evidence(lio=cast.peak, by=cast.officer, survey=survey)
        survey.groups.add([cast.sunrise, cast.harbour][number])
    with CaptureQueriesContext(connection) as with_three:
        officer.get(url)
    assert len(with_three) <= len(with_one) <= 20


# Records of findings


def choice_question(cast: Cast, many: int = 23, others: int = 38) -> SurveyQuestion:
    survey = factories.make_survey(
        lio=cast.peak,
        by=cast.officer,
        title="Spring survey",
        answers={"Reason": ["Because of the language"] * many + ["Cost"] * others},
    )
    survey.groups.add(cast.sunrise)
    return survey.questions.get()


def record_url(question: SurveyQuestion, answer: str = "Because of the language", form: str = "") -> str:
    query = urlencode({"answer": answer, "form": form or uuid4()})
    return f"{reverse('survey_finding_record', args=[question.pk])}?{query}"


def test_a_finding_becomes_a_record_that_names_the_survey(cast: Cast, officer: Client):
    question, form = choice_question(cast), str(uuid4())
    url = record_url(question, form=form)
    initial = officer.get(url).context["form"].initial
    assert initial["people_affected"] == 23
    assert "23 of 61" in initial["summary"]
    assert "Spring survey" in initial["summary"]
    data = {
        "summary": initial["summary"],
        "people_affected": 23,
        "service_area": factories.service_area().pk,
        "client_id": form,
    }
    made = officer.post(url, data).url
    record = Evidence.objects.get()
    assert made == reverse("evidence_detail", args=[record.pk]) == officer.post(url, data).url
    assert officer.get(url).url == made
    assert (record.method, record.strength, record.people_affected) == ("survey", "systematic", 23)
    assert (record.survey, record.happened_on, record.criteria) == (
        question.survey, question.survey.asked_from, ["2.15a"],
    )  # fmt: skip
    assert list(record.groups.all()) == [cast.sunrise]
    assert reverse("survey_detail", args=[question.survey_id]) in officer.get(made).content.decode()
    assert made in officer.get(reverse("survey_detail", args=[question.survey_id])).content.decode()


def test_fewer_than_thirty_answers_are_several_accounts(cast: Cast):
    question = choice_question(cast, many=10, others=19)
    record = record_finding(
        question=question, answered=29, by=cast.officer, service_area=factories.service_area(), summary="x"
    )
    assert record.strength == "several"


def test_a_survey_that_goes_on_is_recorded_up_to_today(cast: Cast):
    question = choice_question(cast)
    Survey.objects.update(asked_to=timezone.localdate() + timedelta(days=9))
    question.refresh_from_db()
    record = record_finding(
        question=question, answered=61, by=cast.officer, service_area=factories.service_area(), summary="x"
    )
    assert record.until == timezone.localdate()


def test_a_hidden_count_becomes_no_record(cast: Cast, officer: Client):
    question = choice_question(cast, many=3)
    response = officer.get(record_url(question), follow=True)
    assert "could show who is meant" in response.content.decode()
    data = {"summary": "x", "service_area": factories.service_area().pk}
    officer.post(record_url(question), data)
    assert not Evidence.objects.exists()
    _, found = tallies(question.survey, [question])
    assert "Because of the language" not in [
        line.label for line in result_of(question, found[question.pk]).lines if line.count.value
    ]


def test_an_answer_nobody_gave_is_not_found(cast: Cast, officer: Client):
    assert officer.get(record_url(choice_question(cast), "Nothing of the kind")).status_code == 404
