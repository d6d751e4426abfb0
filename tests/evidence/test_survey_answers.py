"""Files of answers to a survey, from upload over the columns to the import."""

import re
import threading
from uuid import uuid4

import pytest
from auditlog.models import LogEntry
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from evidence.models import Survey, SurveyFile, SurveyResponse
from evidence.survey_answers import ColumnChoice, ColumnsFixed, import_answers, settle_columns
from evidence.survey_files import Column
from evidence.survey_results import tallies
from tests import factories
from tests.cast import Cast, make_cast
from tests.evidence.survey_acts import WHY, as_sent, kept_files, sample, upload


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


def go_on(client: Client, survey: Survey, **changes: object) -> None:
    """Takes the columns of the file that waits as they are guessed, changed as said, and adds the answers."""
    file = survey.files.get(done_at=None)
    columns = reverse("survey_file_columns", args=[file.pk])
    page = client.get(columns)
    response = client.post(columns, as_sent(page.context["form"]) | changes)
    assert response.status_code == 302, response.context["form"].errors
    response = client.post(reverse("survey_file", args=[file.pk]))
    assert response.url == reverse("survey_detail", args=[survey.pk])


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
