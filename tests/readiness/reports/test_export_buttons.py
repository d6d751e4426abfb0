"""The buttons of the county page: what each says, the job it begins, the proof it asks for, the page for printing."""

import re
import time
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from groups.models import Job
from readiness.reports.files import FORMATS
from tests import factories
from tests.cast import Cast, make_cast
from tests.jobs import run_queued
from tests.readiness.reports.county import days_ago

pytestmark = pytest.mark.django_db

OFFERS = [
    "Excel workbook: all tables, charts and every group",
    "PDF report",
    "CSV: every group",
    "CSV: all tables as ZIP",
    "JSON",
]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def forms(text: str) -> dict[str, dict[str, str]]:
    """What each button of the page sends, by its words."""
    found = {}
    where = re.escape(reverse("county_report_make"))
    for form in re.findall(rf'<form method="post" action="{where}".*?</form>', text, re.S):
        fields = dict(re.findall(r'name="(format|query|client_id)" value="([^"]*)"', form))
        words = re.search(r"<button[^>]*>(.*?)</button>", form)
        assert words
        found[words[1]] = {name: value.replace("&amp;", "&") for name, value in fields.items()}
    return found


def page(client: Client, query: str = "") -> str:
    return client.get(reverse("county") + query).content.decode()


def make(client: Client, **data: object):
    sent = {"format": "json", "query": "", "client_id": uuid.uuid4()} | data
    return client.post(reverse("county_report_make"), sent)


def signed_in_long_ago(cast: Cast) -> Client:
    client = cast.client("manager")
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - 16 * 60}]
    session.save()
    return client


def test_each_button_says_what_comes_of_it(cast):
    found = forms(page(cast.client("manager")))
    assert list(found) == OFFERS
    assert [data["format"] for data in found.values()] == list(FORMATS)
    assert len({data["client_id"] for data in found.values()}) == len(OFFERS)


def test_a_button_begins_the_job_with_the_days_and_filters_of_its_page(cast):
    client = cast.client("manager")
    query = f"?as_at={days_ago(0)}&compare={days_ago(99)}&lio={cast.peak.pk}&kind=bme_led"
    response = client.post(reverse("county_report_make"), forms(page(client, query))["PDF report"])
    job = Job.objects.get()
    assert response["Location"] == reverse("job", args=[job.pk])
    assert (job.owner, job.kind, job.lio) == (cast.manager, "county-report", cast.peak)
    assert job.params == {
        "as_at": days_ago(0).isoformat(),
        "compare": days_ago(99).isoformat(),
        "lio": cast.peak.pk,
        "district": None,
        "community": None,
        "kind": "bme_led",
        "route": "",
        "format": "pdf",
    }


def test_the_jobs_page_leads_back_to_the_same_report(cast):
    client = cast.client("manager")
    query = f"as_at={days_ago(0)}&compare={days_ago(99)}&lio={cast.peak.pk}&kind=bme_led"
    response = client.post(reverse("county_report_make"), forms(page(client, f"?{query}"))["JSON"])
    text = client.get(response["Location"]).content.decode()
    assert (
        f'<a href="{reverse("county")}?{query.replace("&", "&amp;")}">The same report as a page</a>' in text
    )
    assert "Your reports by mail" not in text


def test_what_is_made_is_had_from_the_jobs_page(cast):
    client = cast.client("manager")
    make(client, format="groups", query=f"lio={cast.peak.pk}")
    run_queued()
    job = Job.objects.get()
    text = b"".join(client.get(reverse("job_file", args=[job.pk])).streaming_content).decode("utf-8-sig")
    assert [line.split(",")[0] for line in text.splitlines()] == ["group", "Harbour", "Sunrise"]


def test_pressing_twice_makes_one_job(cast):
    client, client_id = cast.client("manager"), uuid.uuid4()
    first, second = make(client, client_id=client_id), make(client, client_id=client_id)
    assert first["Location"] == second["Location"] and Job.objects.count() == 1


def test_an_old_sign_in_is_asked_for_the_password_and_led_to_one_button(cast):
    client = signed_in_long_ago(cast)
    response = make(client, format="xlsx", query=f"as_at={days_ago(3)}&kind=network")
    assert "reauthenticate" in response["Location"] and not Job.objects.exists()
    where = cast.client("manager").get(response["Location"]).wsgi_request.GET["next"]
    assert where.startswith(reverse("county_report_make"))
    client = cast.client("manager")
    text = client.get(where).content.decode()
    assert "Informal network" in text and OFFERS[0] in text
    sent = forms(text)["Make this file"]
    assert (sent["format"], f"as_at={days_ago(3)}" in sent["query"]) == ("xlsx", True)
    client.post(reverse("county_report_make"), sent)
    assert Job.objects.get().params["kind"] == "network"


@pytest.mark.parametrize(
    "data", [{"format": "ods"}, {"client_id": "x"}, {"query": "lio=999999"}, {"query": "as_at=soon"}]
)
def test_what_does_not_fit_is_said_and_nothing_is_begun(cast, data):
    client = cast.client("manager")
    response = make(client, **data)
    assert response["Location"] == reverse("county")
    text = page(client)
    assert "Choose one of the files below." in text or "These filters don’t fit any more." in text
    assert not Job.objects.exists()


@pytest.mark.parametrize("query", ["", "?format=ods", "?format=pdf&lio=999999"])
def test_a_link_that_does_not_fit_leads_to_the_county(cast, query):
    response = cast.client("manager").get(reverse("county_report_make") + query)
    assert response.status_code == 302 and response["Location"] == reverse("county")


def test_too_many_unfinished_files_are_said_beside_the_button(cast):
    client = cast.client("manager")
    for _ in range(5):
        make(client)
    response = make(client, format="pdf")
    assert response["Location"].startswith(reverse("county_report_make"))
    assert "aren’t finished" in client.get(response["Location"]).content.decode()
    assert Job.objects.count() == 5


def test_there_is_a_page_for_printing_without_buttons(cast):
    client = cast.client("manager")
    text = page(client, "?kind=bme_led")
    way = re.search(r'<a href="([^"]*paper=1)">Page for printing</a>', text)
    assert way and "kind=bme_led" in way[1]
    assert "county_print.css" in text and "min-width: 48rem" not in text
    paper = client.get(way[1].replace("&amp;", "&")).content.decode()
    assert "ready for paper" in paper and paper.count("(min-width: 48rem)") == 2
    assert not forms(paper) and "#files" not in paper


def test_an_empty_county_offers_no_files(client):
    client.force_login(factories.make_manager(), backend="groups.sign_in.PortalBackend")
    text = page(client)
    assert not forms(text) and "#files" not in text


def test_the_old_address_of_the_lists_files_still_works(cast):
    response = cast.client("manager").get(reverse("county_export") + "?format=csv")
    assert response.status_code == 200 and response["Content-Type"].startswith("text/csv")


def test_queries_of_the_page_with_one_button_do_not_grow(cast):
    client = cast.client("manager")
    where = reverse("county_report_make") + "?format=pdf"
    client.get(where)
    with CaptureQueriesContext(connection) as few:
        client.get(where)
    factories.make_group(lio=cast.peak, name="Third")
    factories.make_group(lio=cast.peak, name="Fourth")
    with CaptureQueriesContext(connection) as more:
        client.get(where)
    assert len(few) == len(more) <= 20
