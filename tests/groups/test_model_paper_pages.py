"""Pages of model papers: offered, read, downloaded, and the adoption noted, by whoever may."""

import io
from datetime import date, timedelta

import docx
import pytest
from auditlog.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from groups.models import CommunityGroup, Credential, CredentialFile, CredentialKind, District, ServiceArea
from tests.cast import Cast, make_cast
from tests.groups.test_credentials import noted, sent
from tests.groups.test_lead_papers import list_of, url_of
from tests.groups.test_papers_pages import said, upload
from toolkit_portal.core.kept_files import NOTHING_RUNS

pytestmark = pytest.mark.django_db
FORM = "?form=00000000-0000-4000-8000-000000000001"
KEY = "equality-policy"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def at(cast: Cast, name: str, key: str = KEY) -> str:
    return reverse(name, args=[cast.sunrise.pk, key]) + FORM


def adopt(cast: Cast, key: str = KEY, actor: str = "officer", **data):
    typed = {"adopted_on": "03/05/2026", "version": "0"} | data
    named = {f"adopted-{name}": value for name, value in typed.items()}
    return cast.client(actor).post(at(cast, "paper_adopt", key), named)


def change(cast: Cast, **facts) -> None:
    CommunityGroup.objects.filter(pk=cast.sunrise.pk).update(**facts)


# Reading


def test_the_papers_page_offers_the_model_with_what_is_filled_in_and_left_blank(cast):
    change(cast, meeting_place="St John’s Hall")
    text = said(cast.client("officer").get(at(cast, "paper", "complaints")))
    assert "Start from a model paper" in text and "name of the group; meeting place." in text
    assert "not legal advice" in text and "They have adopted it" in text
    manager = said(cast.client("manager").get(at(cast, "paper", "complaints")))
    assert "Download as Word file" in manager and "They have adopted it" not in manager
    assert "model paper" not in said(cast.client("officer").get(at(cast, "paper", "bank-account")))


def test_a_kind_whose_model_is_unknown_has_none(cast):
    CredentialKind.objects.filter(key=KEY).update(model_paper="licence")
    client, lead = cast.client("officer"), cast.client("lead")
    assert "model paper" not in said(client.get(at(cast, "paper")))
    assert client.get(at(cast, "paper_model")).status_code == 404
    assert adopt(cast).status_code == 404
    assert "model paper" not in said(lead.get(url_of(cast.sunrise)))
    assert lead.get(at(cast, "lead_paper_model_file")).status_code == 404


@pytest.mark.parametrize(
    ("actor", "name"),
    [("officer", "paper_model"), ("manager", "paper_model"), ("lead", "lead_paper_model")],
)
def test_the_model_is_read_on_a_page_with_what_people_typed_made_harmless(cast, actor, name):
    change(cast, name="<script>alert(1)</script> & Friends")
    text = said(cast.client(actor).get(at(cast, name)))
    assert "A start to discuss and adopt, not legal advice" in text
    assert "<script>alert" not in text and "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Friends" in text
    assert '<mark class="blank">[… date of the meeting]</mark>' in text
    assert "Talk about these before you adopt it" in text


@pytest.mark.parametrize(
    ("actor", "name"),
    [
        ("officer", "paper"),
        ("officer", "paper_model"),
        ("lead", "lead_paper"),
        ("lead", "lead_paper_model"),
    ],
)
def test_a_company_is_told_that_the_constitution_is_not_for_it(cast, actor, name):
    change(cast, legal_form="cic")
    text = said(cast.client(actor).get(at(cast, name, "governing-document")))
    assert "is a community interest company. This model does not suit it." in text


@pytest.mark.parametrize(
    ("actor", "name"),
    [("officer", "paper_model_file"), ("manager", "paper_model_file"), ("lead", "lead_paper_model_file")],
)
def test_the_word_file_is_handed_out_harmless_and_enters_the_trail(cast, actor, name):
    response = cast.client(actor).get(at(cast, name))
    assert response["Content-Disposition"] == 'attachment; filename="equality-policy-sunrise.docx"'
    assert response["Content-Security-Policy"] == NOTHING_RUNS
    assert response["X-Content-Type-Options"] == "nosniff" and "no-store" in response["Cache-Control"]
    assert docx.Document(io.BytesIO(response.content)).core_properties.title == "Equality policy: Sunrise"
    entry = LogEntry.objects.get(additional_data__act="model paper downloaded")
    assert entry.actor == getattr(cast, actor) and entry.object_pk == str(cast.sunrise.pk)
    assert entry.additional_data["paper"] == "equality" and entry.additional_data["version"] == 1


def test_a_name_without_latin_letters_still_names_the_file(cast):
    change(cast, name="شروق")
    response = cast.client("officer").get(at(cast, "paper_model_file"))
    assert response["Content-Disposition"] == 'attachment; filename="equality-policy.docx"'


def test_a_lead_downloads_the_model_in_one_tap_from_the_list_and_the_page(cast):
    link = reverse("lead_paper_model_file", args=[cast.sunrise.pk, KEY])
    assert link in list_of(cast) and link in said(cast.client("lead").get(url_of(cast.sunrise)))
    noted(cast)
    assert link not in list_of(cast), "what is in place needs no model"


def test_queries_do_not_grow_with_what_the_profile_holds(cast):
    pages = [
        ("officer", at(cast, "paper")),
        ("officer", at(cast, "paper_model")),
        ("officer", at(cast, "paper_model_file")),
        ("lead", at(cast, "lead_paper")),
        ("lead", at(cast, "lead_paper_model")),
    ]

    def queries() -> list[int]:
        counts = []
        for actor, url in pages:
            client = cast.client(actor)
            client.get(url)
            with CaptureQueriesContext(connection) as seen:
                assert client.get(url).status_code == 200
            counts.append(len(seen))
        return counts

    cast.sunrise.districts.set(District.objects.all()[:1])
    cast.sunrise.services.set(ServiceArea.objects.all()[:1])
    few = queries()
    cast.sunrise.districts.set(District.objects.all()[:3])
    cast.sunrise.services.set(ServiceArea.objects.all()[:3])
    assert queries() == few and max(few) <= 20


# Adopting


def test_an_officer_notes_the_adoption_with_the_signed_file(cast):
    for _ in range(2):
        assert adopt(cast, chosen=upload(name="signed.txt")).status_code == 302
    paper = Credential.objects.get()
    assert (paper.state, paper.issued_on, paper.version) == ("in_place", date(2026, 5, 3), 1)
    assert CredentialFile.objects.get().adopted_on == date(2026, 5, 3)
    text = said(cast.client("officer").get(at(cast, "paper")))
    assert "adopted on 3 May 2026" in text and "They have adopted it anew" in text
    assert text.count('class="timeline__what"') == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"adopted_on": ""}, "Say on which day the group adopted it."),
        ({"adopted_on": "soon"}, "a date the portal can read"),
        # Two days on: midnight may pass between collecting tests and this one.
        ({"adopted_on": f"{timezone.localdate() + timedelta(days=2):%d/%m/%Y}"}, "still to come"),
        ({"review_on": "03/05/2026"}, "comes after"),
        ({"version": ""}, "There is a problem"),
        ({"chosen": "page.html"}, "There is a problem"),
    ],
)
def test_what_cannot_be_is_said_in_words_and_nothing_is_stored(cast, data, words):
    if "chosen" in data:
        data = {"chosen": upload(b"<html><script>", data["chosen"])}
    response = adopt(cast, **data)
    assert response.status_code == 422 and words in said(response) and "error-summary" in said(response)
    assert not Credential.objects.exists() and not CredentialFile.objects.exists()


def test_a_stale_adoption_shows_both_and_the_next_one_counts(cast):
    noted(cast, state="draft", note="Theirs")
    response = adopt(cast)
    text = said(response)
    assert response.status_code == 409 and "Somebody changed this" in text and "Draft" in text
    assert 'name="adopted-version" value="1"' in text and Credential.objects.get().state == "draft"
    assert adopt(cast, version="1").status_code == 302
    assert Credential.objects.get().note == "Theirs\nAdopted on 3 May 2026."


def test_only_the_groups_officers_note_it(cast):
    for actor, status in (("manager", 403), ("other_officer", 404), ("lead", 404)):
        assert adopt(cast, actor=actor).status_code == status
    assert not Credential.objects.exists()


# A lead's word


def send(cast: Cast, key: str = KEY, **data):
    return cast.client("lead").post(url_of(cast.sunrise, key), {"chosen": upload(), **data})


def accept(cast: Cast, **data):
    typed = {"adopted-adopted_on": "03/05/2026", "adopted-version": "1"} | data
    url = reverse("paper_file_judge", args=[CredentialFile.objects.get().pk])
    return cast.client("officer").post(url, {"verdict": "accept", **typed})


def test_a_lead_says_when_it_was_adopted_and_the_officer_accepts_it_with_that_day(cast):
    assert send(cast, adopted_on="3 May 2026").status_code == 302
    file = CredentialFile.objects.get()
    assert (file.adopted_on, file.verdict) == (date(2026, 5, 3), "to_check")
    assert "adopted on 3 May 2026" in said(cast.client("lead").get(url_of(cast.sunrise)))
    text = said(cast.client("officer").get(reverse("paper_file_judge", args=[file.pk])))
    assert 'value="03/05/2026"' in text and 'value="03/05/2028"' in text
    assert accept(cast).status_code == 302
    file.refresh_from_db()
    paper = Credential.objects.get()
    assert (file.verdict, paper.state, paper.issued_on) == ("accepted", "in_place", date(2026, 5, 3))


def test_a_file_accepted_without_a_day_leaves_the_paper_and_its_day_stands_ready(cast):
    send(cast, adopted_on="3 May 2026")
    assert accept(cast, **{"adopted-adopted_on": ""}).status_code == 302
    assert Credential.objects.get().state == "missing"
    client = cast.client("officer")
    text = said(client.get(at(cast, "paper")))
    assert "<details open>" in text and 'value="03/05/2026"' in text
    adopt(cast, version="1")
    assert "<details open>" not in said(client.get(at(cast, "paper")))


def test_a_stale_or_wrong_acceptance_leaves_the_file_waiting(cast):
    file = sent(cast)
    noted(cast, version=1, state="draft")
    response = accept(cast)
    assert response.status_code == 409 and 'name="adopted-version" value="2"' in said(response)
    for wrong in ({"adopted-adopted_on": "never"}, {"adopted-version": ""}):
        response = accept(cast, **wrong)
        assert response.status_code == 422 and "error-summary" in said(response)
    file.refresh_from_db()
    assert (file.verdict, Credential.objects.get().state) == ("to_check", "draft")


def test_a_day_to_come_is_refused(cast):
    response = send(cast, adopted_on=f"{timezone.localdate() + timedelta(days=1):%d/%m/%Y}")
    assert response.status_code == 422 and "still to come" in said(response)
    assert not CredentialFile.objects.exists()


def test_an_insurance_is_not_adopted_whatever_is_sent(cast):
    assert 'name="adopted_on"' not in said(cast.client("lead").get(url_of(cast.sunrise, "public-liability")))
    assert send(cast, "public-liability", adopted_on="3 May 2026").status_code == 302
    assert CredentialFile.objects.get().adopted_on is None
    assert accept(cast).status_code == 302
    assert Credential.objects.get().state == "missing"
