"""What a survey found: counts with the small ones hidden, its pages, and the records made of it."""

from datetime import timedelta
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from evidence.models import Evidence, Survey, SurveyQuestion, SurveyResponse
from evidence.survey_results import result_of, results_of, tallies
from evidence.surveys import record_finding
from tests import factories
from tests.cast import Cast, make_cast
from tests.evidence.survey_acts import WHY

MARKER = "<script>alert('x')</script>"


@pytest.fixture
def cast(db) -> Cast:
    return make_cast()


@pytest.fixture
def officer(cast: Cast) -> Client:
    return cast.client("officer")


@pytest.fixture
def survey(cast: Cast) -> Survey:
    return factories.make_survey(lio=cast.peak, by=cast.officer)


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
