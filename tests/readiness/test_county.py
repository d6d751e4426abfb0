"""The list of all groups as they are today, its figures, and what its export holds."""

import csv
import io
import time
from datetime import timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from auditlog.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from groups.models import CommunityGroup, District
from readiness import county
from readiness.assessing import complete, start_correction
from readiness.models import Action, Answer, Assessment, Edition, GroupRoute
from readiness.route_keeping import settle
from tests import factories
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def page(cast: Cast, query: str = ""):
    response = cast.client("manager").get(reverse("county_groups") + query)
    assert response.status_code == 200
    return response


def names(response) -> list[str]:
    return [line["group"] for line in response.context["lines"]]


def exported(cast: Cast, query: str) -> list[dict[str, str]]:
    response = cast.client("manager").get(reverse("county_export") + query)
    assert response.status_code == 200
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def days_ago(number: int):
    return timezone.localdate() - timedelta(days=number)


def test_page_shows_where_each_group_stands(cast):
    cast.sunrise.districts.set(District.objects.filter(name__in=["Derby", "Bolsover"]))
    factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=4)
    factories.make_visit(group=cast.sunrise, officer=cast.officer, happened_on=days_ago(10))
    factories.make_visit(group=cast.sunrise, officer=cast.officer, happened_on=days_ago(40))
    factories.make_action(group=cast.sunrise, by=cast.officer)
    line = next(line for line in page(cast).context["lines"] if line["group"] == "Sunrise")
    assert (line["lio"], line["districts"], line["overall"]) == ("Peak", "Bolsover, Derby", "100")
    assert line["themes"] == (("2.1", "100"), ("2.2", "100"))
    assert line["band"]
    assert line["plan"] == "not issued, 1 open"
    assert line["last_visit"] == f"{days_ago(10):%-d %B %Y}"


def test_page_says_when_a_group_has_nothing_yet(cast):
    line = page(cast, "?q=meadow").context["lines"][0]
    assert (line["overall"], line["assessed_on"], line["last_visit"], line["plan"]) == ("", "", "", "none")
    assert "not assessed" in page(cast, "?q=meadow").content.decode()


def test_plan_whose_actions_are_all_done_says_so(cast):
    factories.make_action(
        group=cast.sunrise, by=cast.officer, state=Action.State.DONE, done_on=timezone.localdate()
    )
    assert page(cast, "?q=sunrise").context["lines"][0]["plan"] == "not issued, all done"


def test_queries_do_not_grow_with_groups(cast, django_assert_max_num_queries):
    def queries() -> int:
        client = cast.client("manager")
        # The first page of a session also writes the session.
        client.get(reverse("county_groups"))
        with django_assert_max_num_queries(20) as seen:
            client.get(reverse("county_groups"))
        return len(seen)

    CommunityGroup.objects.exclude(pk=cast.sunrise.pk).delete()
    factories.make_assessment(group=cast.sunrise, by=cast.officer)
    with_one = queries()
    for _ in range(2):
        group = factories.make_group(lio=cast.peak)
        factories.make_assessment(group=group, by=cast.officer)
        factories.make_visit(group=group, officer=cast.officer)
    assert queries() == with_one


def test_averages_are_over_groups_that_fit_and_leave_out_not_applicable(cast):
    factories.make_assessment(group=cast.sunrise, by=cast.officer, levels={"2.21": 4})
    factories.make_assessment(group=cast.harbour, by=cast.officer, levels={"2.21": 1})
    last = factories.make_assessment(group=cast.meadow, by=cast.other_officer, levels={"2.21": 1})
    found = {item.code: item for item in page(cast).context["averages"]}
    assert (found["2.21"].average, found["2.21"].groups) == (Decimal("2.00"), 3)
    Answer.objects.filter(assessment=last, criterion__code="2.21").update(
        level=None, not_applicable=True, na_reason="No bids"
    )
    found = {item.code: item for item in page(cast).context["averages"]}
    assert (found["2.21"].average, found["2.21"].groups) == (Decimal("2.50"), 2)
    found = {item.code: item for item in page(cast, f"?lio={cast.vale.pk}").context["averages"]}
    assert (found["2.21"].average, found["2.21"].groups) == (None, 0)


def test_mean_is_rounded_half_up():
    assert county._mean(9, 8) == Decimal("1.13")
    assert county._mean(0, 0) is None


def test_filters_stand_in_the_url_and_combine(cast):
    cast.sunrise.districts.add(District.objects.get(name="Derby"))
    CommunityGroup.objects.filter(pk=cast.harbour.pk).update(status="dormant")
    derby = District.objects.get(name="Derby").pk
    assert names(page(cast, f"?lio={cast.peak.pk}")) == ["Harbour", "Sunrise"]
    assert names(page(cast, f"?lio={cast.peak.pk}&district={derby}")) == ["Sunrise"]
    assert names(page(cast, "?status=dormant")) == ["Harbour"]
    assert names(page(cast, "?lio=999999&band=unheard")) == ["Harbour", "Meadow", "Sunrise"]


def test_band_filter_takes_groups_of_that_band_or_without_assessment(cast):
    band = factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=4).band
    factories.make_assessment(group=cast.harbour, by=cast.officer, levels=0)
    assert names(page(cast, f"?band={band}")) == ["Sunrise"]
    assert names(page(cast, "?band=none")) == ["Meadow"]


def test_order_by_score_and_by_last_visit(cast):
    factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=3)
    factories.make_assessment(group=cast.harbour, by=cast.officer, levels=1)
    factories.make_visit(group=cast.meadow, officer=cast.other_officer, happened_on=days_ago(5))
    factories.make_visit(group=cast.sunrise, officer=cast.officer, happened_on=days_ago(9))
    assert names(page(cast, "?sort=-score")) == ["Sunrise", "Harbour", "Meadow"]
    assert names(page(cast, "?sort=score")) == ["Meadow", "Harbour", "Sunrise"]
    assert names(page(cast, "?sort=seen")) == ["Harbour", "Sunrise", "Meadow"]
    assert names(page(cast, "?sort=lio")) == ["Harbour", "Sunrise", "Meadow"]


def test_pages_of_fifty_keep_the_filter(cast):
    for number in range(51):
        factories.make_group(lio=cast.vale, name=f"Valley {number:02}")
    response = page(cast, "?q=valley")
    assert len(names(response)) == 50
    assert "q=valley" in response.content.decode().split("page=2")[0][-200:] + "page=2"
    assert names(page(cast, "?q=valley&page=2")) == ["Valley 50"]


def test_figures_of_bands_count_all_pages(cast):
    factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=4)
    context = page(cast).context
    assert (context["total"], context["assessed"], context["not_assessed"]) == (3, 1, 2)
    assert sum(number for _, number in context["bands"]) == 1


def test_empty_county_and_empty_filter_say_so(cast):
    assert "No group fits" in page(cast, "?q=zzz").content.decode()
    CommunityGroup.objects.all().delete()
    assert "No groups yet" in page(cast).content.decode()


def test_page_stands_without_an_edition(cast):
    Edition.objects.update(is_current=False)
    response = page(cast)
    assert names(response) == ["Harbour", "Meadow", "Sunrise"]
    assert response.context["averages"] == []


def test_export_holds_every_page_of_what_is_filtered(cast):
    for number in range(60):
        factories.make_group(lio=cast.vale, name=f"Valley {number:02}")
    rows = exported(cast, f"?format=csv&lio={cast.vale.pk}&q=valley")
    assert len(rows) == 60
    assert {row["lio"] for row in rows} == {"Vale"}


def test_csv_and_xlsx_hold_the_same_values(cast):
    factories.make_assessment(group=cast.sunrise, by=cast.officer, levels={"2.1": 3, "2.11": 0})
    rows = exported(cast, "?format=csv")
    response = cast.client("manager").get(reverse("county_export") + "?format=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    header, *lines = sheet.iter_rows(values_only=True)
    assert list(header) == list(rows[0])
    for row, line in zip(rows, lines, strict=True):
        for (name, text), value in zip(row.items(), line, strict=True):
            if name.startswith(("score_", "overall")) and text:
                assert Decimal(text) == Decimal(str(value))
            elif name == "assessed_on" and text:
                assert value.date().isoformat() == text
            else:
                assert text == ("" if value is None else str(value))


def test_export_is_recorded_with_its_size_but_not_with_what_was_searched(cast):
    exported(cast, "?format=csv&q=sun")
    entry = LogEntry.objects.filter(additional_data__act="county exported").get()
    assert entry.actor == cast.manager
    assert entry.additional_data["groups"] == 1
    assert entry.additional_data["filters"] == ["q"]


def test_export_of_another_form_is_refused(cast):
    client = cast.client("manager")
    for query in ("", "?format=pdf"):
        assert client.get(reverse("county_export") + query).status_code == 400
    assert not LogEntry.objects.filter(additional_data__act="county exported").exists()


def proved(client, age):
    """Sets the last proof of who is there: a sign-in that many seconds ago."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - age}]
    session.save()


def test_export_asks_for_the_password_again_when_the_proof_is_old(cast):
    client = cast.client("manager")
    proved(client, 15 * 60 + 1)
    response = client.get(reverse("county_export") + "?format=csv&lio=1&page=2")
    assert response.status_code == 302
    way = parse_qs(urlsplit(response["Location"]).query)
    assert urlsplit(response["Location"]).path == reverse("account_reauthenticate")
    assert way["next"] == [reverse("county_groups") + "?lio=1&ready=csv"]


def test_after_the_password_the_list_holds_the_file(cast):
    client = cast.client("manager")
    page = client.get(reverse("county_groups") + f"?lio={cast.peak.pk}&ready=csv").content.decode()
    assert f'href="{reverse("county_export")}?lio={cast.peak.pk}&amp;format=csv"' in page
    for ready in ("", "pdf", "<b>"):
        assert (
            "the file is ready" not in client.get(reverse("county_groups"), {"ready": ready}).content.decode()
        )


def test_a_sign_in_just_now_is_proof_enough(cast):
    client = cast.client("manager")
    proved(client, 14 * 60)
    assert client.get(reverse("county_export") + "?format=csv").status_code == 200


def test_names_that_look_like_formulas_are_text_in_both_files(cast):
    factories.make_group(lio=cast.vale, name="=1+1")
    assert "'=1+1" in {row["group"] for row in exported(cast, "?format=csv")}


def test_long_lists_are_read_with_the_same_result(cast, monkeypatch):
    factories.make_assessment(group=cast.sunrise, by=cast.officer)
    groups = CommunityGroup.objects.order_by("name_key")
    short = list(county.lines(groups))
    monkeypatch.setattr(county, "LOT", 1)
    assert list(county.lines(groups)) == short


def test_earlier_day_takes_the_newest_standing_assessment_up_to_it(cast):
    early = factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=1, assessed_on=days_ago(90))
    wrong = factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=4, assessed_on=days_ago(60))
    factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=2, assessed_on=days_ago(5))
    assert list(county.latest_assessments(days_ago(30))) == [wrong]
    assert list(county.latest_assessments(days_ago(61))) == [early]
    assert not county.latest_assessments(days_ago(91)).exists()


def test_a_corrected_assessment_counts_on_the_days_before_its_correction_was_known(cast):
    wrong = factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=4, assessed_on=days_ago(60))
    correction = start_correction(of=wrong, by=cast.officer, reason="Two levels were swapped")
    complete(correction, by=cast.officer, at=timezone.now() - timedelta(days=20))
    assert list(county.latest_assessments(days_ago(21))) == [wrong]
    assert list(county.latest_assessments(days_ago(20))) == [correction]
    assert list(county.latest_assessments()) == [correction]


def test_an_assessment_that_was_completed_later_is_not_known_yet(cast):
    late = factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=2, assessed_on=days_ago(60))
    Assessment.objects.filter(pk=late.pk).update(completed_at=timezone.now() - timedelta(days=10))
    assert not county.latest_assessments(days_ago(11)).exists()
    assert list(county.latest_assessments(days_ago(10))) == [late]


def test_the_page_counts_groups_by_route_and_filters_by_it(cast):
    text = page(cast).content.decode()
    assert "What groups are ready for" in text and text.count("Build foundations") >= 4
    settle(CommunityGroup.objects.all(), "")
    GroupRoute.objects.filter(group=cast.sunrise).update(route="be-heard", rung=1)
    shown = page(cast)
    assert {key: number for key, _, number in shown.context["routes"]} == {
        "build-foundations": 2,
        "be-heard": 1,
        "sub-contract": 0,
        "tender-as-lead": 0,
    }
    shown = cast.client("manager").get(reverse("county_groups"), {"route": "be-heard"})
    assert [line["group"] for line in shown.context["lines"]] == ["Sunrise"]
    assert shown.context["lines"][0]["route"] == "Be heard" and shown.context["total"] == 1
