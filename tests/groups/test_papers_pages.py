"""The officer's papers: all of them, one with its files and history, and what leads have sent."""

import re
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from groups.models import Credential, CredentialChange, CredentialFile
from groups.views.papers import PER_PAGE
from tests.cast import Cast, make_cast
from tests.groups.test_credentials import kind, noted, sent

pytestmark = pytest.mark.django_db
FORM = "?form=00000000-0000-4000-8000-000000000001"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def at(cast: Cast, key: str = "equality-policy") -> str:
    return reverse("paper", args=[cast.sunrise.pk, key]) + FORM


def said(response) -> str:
    return response.content.decode()


def post(cast: Cast, key: str = "equality-policy", **data):
    return cast.client("officer").post(at(cast, key), {"state": "in_place", "version": "0", **data})


def upload(content: bytes = b"Everybody is welcome.", name: str = "policy.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/plain")


def test_all_papers_stand_by_when_they_may_be_asked_for_with_how_they_stand(cast):
    today = timezone.localdate()
    noted(cast, checked_by="Olive Officer", checked_on=today)
    noted(cast, "public-liability", pounds=5_000_000, expires_on=today + timedelta(days=12))
    noted(cast, "accounts", expires_on=today)
    noted(cast, "safeguarding-children", state="not_needed", why_not_needed="We work with adults")
    sent(cast)
    text = said(cast.client("officer").get(reverse("papers", args=[cast.sunrise.pk])))
    for words in (
        "2 of 12 usual papers are in place.", "1 has expired.", "1 expires within 60 days.", "12 days left",
        "You don&#x27;t need to buy this until you win.", "We work with adults", "£5,000,000",
        "some commissioners ask for it", "1 file to check", "What the group has done before",
    ):  # fmt: skip
        assert words in text, words


def test_a_manager_reads_without_buttons_and_a_lead_has_other_pages(cast):
    noted(cast, note="Signed by all three")
    text = said(cast.client("manager").get(at(cast)))
    assert "Signed by all three" in text and "Save</button>" not in text and "Add the file" not in text
    assert cast.client("lead").get(at(cast)).status_code == 404


def test_who_only_reads_sees_every_day_the_sum_and_who_has_checked_it(cast):
    noted(
        cast,
        "public-liability",
        pounds=5_000_000,
        issued_on=date(2026, 1, 5),
        expires_on=date(2099, 1, 4),
        review_on=date(2098, 12, 1),
        checked_by="Olive Officer",
        checked_on=date(2026, 2, 6),
    )
    text = said(cast.client("manager").get(at(cast, "public-liability")))
    for words in ("5 January 2026", "4 January 2099", "1 December 2098", "£5,000,000", "6 February 2026"):
        assert words in text, words
    assert "<bdi>Olive Officer</bdi>, 6 February 2026" in text


def test_an_officer_sees_who_has_seen_a_paper_last_and_names_are_never_markup(cast):
    assert "Last seen by" not in said(cast.client("officer").get(at(cast)))
    noted(cast, checked_by="<b>Olive</b>", checked_on=date(2026, 2, 6))
    text = said(cast.client("officer").get(at(cast)))
    assert "Last seen by &lt;b&gt;Olive&lt;/b&gt;, 6 February 2026." in text


def test_a_paper_that_runs_out_asks_for_its_day_where_none_is_noted(cast):
    noted(cast, "public-liability")
    noted(cast)
    text = said(cast.client("officer").get(reverse("papers", args=[cast.sunrise.pk])))
    assert text.count("Day not noted") == 1


def test_the_way_back_leads_through_the_group_and_its_papers(cast):
    file = sent(cast)
    client = cast.client("officer")
    case, papers = (reverse(name, args=[cast.sunrise.pk]) for name in ("case", "papers"))
    for url in (
        at(cast),
        reverse("paper_model", args=[cast.sunrise.pk, "equality-policy"]),
        reverse("paper_file_judge", args=[file.pk]),
        reverse("paper_file_delete", args=[file.pk]),
    ):
        crumbs = re.search(r'class="crumbs".*?</nav>', said(client.get(url)), re.S)
        assert crumbs is not None
        assert f'<a href="{case}">Sunrise' in crumbs[0] and f'<a href="{papers}">Papers</a>' in crumbs[0], url


def test_queries_do_not_grow_with_papers_and_files(cast):
    client = cast.client("officer")
    noted(cast)
    sent(cast, by=cast.officer)
    urls = [reverse("papers", args=[cast.sunrise.pk]), at(cast), reverse("papers_to_check")]

    def queries() -> list[int]:
        counts = []
        for url in urls:
            with CaptureQueriesContext(connection) as seen:
                client.get(url)
            counts.append(len(seen))
        return counts

    sent(cast, content=b"First.")
    queries()
    few = queries()
    for number, key in enumerate(("accounts", "bank-letter", "cash-flow")):
        noted(cast, key)
        sent(cast, key=key, content=f"Another {number}".encode())
        sent(cast, content=f"More {number}".encode())
    noted(cast, version=1, note="Again")
    assert queries() == few and max(few) <= 20


def test_saving_notes_how_it_stands_and_the_page_shows_how_it_stood_before(cast):
    assert post(cast, state="draft").status_code == 302
    assert (
        post(cast, version="1", issued_on="14/09/2025", note="Agreed in the hall", seen="on").status_code
        == 302
    )
    paper = Credential.objects.get()
    assert (paper.state, paper.note, paper.checked_by) == ("in_place", "Agreed in the hall", "Olive Officer")
    assert paper.checked_on == timezone.localdate()
    # The equality policy is looked at again after two years.
    assert f"{paper.review_on:%d/%m/%Y}" == "14/09/2027"
    text = said(cast.client("officer").get(at(cast)))
    assert text.count('class="timeline__what"') == 2 and "Draft" in text


def test_the_history_says_who_changed_what_from_which_to_which(cast):
    noted(cast, "public-liability", state="draft", pounds=2_000_000)
    noted(
        cast,
        "public-liability",
        version=1,
        pounds=5_000_000,
        expires_on=date(2027, 1, 2),
        checked_by="Olive Officer",
        checked_on=date(2026, 1, 3),
        note="Paid",
    )
    text = said(cast.client("officer").get(at(cast, "public-liability"))).split("How it stood before", 1)[1]
    newest, first = text.split('<li><span class="timeline__when">')[1:]
    for words in ("Olive Officer", "£2,000,000</span> → <span class=\"typed\">£5,000,000", "nothing noted</span>",
                  "2 January 2027", "Draft</span> → <span class=\"typed\">In place", "3 January 2026",
                  "Paid"):  # fmt: skip
        assert words in newest, words
    assert 'Missing</span> → <span class="typed">Draft' in first and "Expires" not in first


def test_a_long_history_compares_over_the_edge_of_a_page(cast):
    for number in range(PER_PAGE + 2):
        noted(cast, version=number, note=f"Note {number}", issued_on=date(2026, 1, 2))
    client = cast.client("officer")
    first, second = (said(client.get(f"{at(cast)}&page={page}")) for page in (1, 2))
    assert first.count("timeline__what") == PER_PAGE and second.count("timeline__what") == 2
    # The oldest of the first page is compared with the newest of the second.
    assert (
        'Note 1</span> → <span class="typed">Note 2<' in first
        and "Issued" not in first.split("stood before")[1]
    )
    assert "Issued or adopted on: <span" in second


def test_a_paper_that_came_with_a_file_is_only_first_noted(cast):
    sent(cast)
    assert "First noted." in said(cast.client("officer").get(at(cast)))


def test_the_groups_papers_are_filtered_and_sorted_by_the_address(cast):
    today = timezone.localdate()
    noted(cast, "safeguarding-adults", expires_on=today + timedelta(days=30))
    noted(cast, "health-and-safety", expires_on=today + timedelta(days=10), review_on=today)
    client, url = cast.client("officer"), reverse("papers", args=[cast.sunrise.pk])

    def links(query: str) -> list[str]:
        text = said(client.get(url + query))
        return [key for key in re.findall(r'papers/([a-z-]+)/">', text) if key != "note"]

    assert links("?show=within_60") == ["safeguarding-adults", "health-and-safety"]
    assert links("?show=within_60&sort=expires") == ["health-and-safety", "safeguarding-adults"]
    assert links("?show=look_again") == ["health-and-safety"]
    assert "None of the papers stands like this" in said(client.get(url + "?show=draft"))
    assert len(links("?show=nonsense")) == len(links(""))
    text = said(client.get(url))
    assert "Expires within 60 days: 2" in text and ">Due</span>" in text and "Draft: " not in text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"state": ""}, "Say how it stands."),
        ({"state": "not_needed"}, "Say why it isn&#x27;t needed yet."),
        ({"issued_on": "14/09/2025", "expires_on": "13/09/2025"}, "expire before it was issued"),
        # Two days on: midnight may pass between collecting tests and this one.
        ({"issued_on": f"{timezone.localdate() + timedelta(days=2):%d/%m/%Y}"}, "still to come"),
        ({"expires_on": "soon"}, "error-summary"),
        ({"version": "x"}, "error-summary"),
    ],
)
def test_what_cannot_be_is_said_in_words_and_nothing_is_stored(cast, data, words):
    response = post(cast, **data)
    assert response.status_code == 422 and words in said(response)
    assert not Credential.objects.exists()


def test_sums_are_asked_only_where_they_belong_and_understood_as_people_write_them(cast):
    assert post(cast, "public-liability", pounds="£5m").status_code == 302
    assert Credential.objects.get().pounds == 5_000_000
    assert 'name="pounds"' not in said(cast.client("officer").get(at(cast)))
    assert post(cast, "employers-liability", pounds="a lot").status_code == 422


def test_a_stale_save_shows_both_and_the_next_one_counts(cast):
    noted(cast, state="draft", note="Theirs")
    response = post(cast, note="Mine", issued_on="14/09/2025")
    text = said(response)
    assert response.status_code == 409 and "Theirs" in text and "Mine" in text
    assert "14 September 2025" in text and "In place" in text
    assert Credential.objects.get().note == "Theirs"
    assert 'name="version" value="1"' in text
    assert post(cast, version="1", note="Mine").status_code == 302
    assert Credential.objects.get().note == "Mine"


def test_a_reason_is_kept_only_while_it_is_not_needed(cast):
    post(cast, state="not_needed", why_not_needed="Few")
    post(cast, version="1", why_not_needed="Few")
    assert Credential.objects.get().why_not_needed == ""
    assert CredentialChange.objects.count() == 2


def test_an_unknown_paper_is_not_found(cast):
    assert cast.client("officer").get(at(cast, "licence")).status_code == 404


# Files


def test_an_officers_file_is_kept_handed_out_and_deleted_after_a_question(cast):
    client = cast.client("officer")
    add = reverse("paper_file_add", args=[cast.sunrise.pk, "equality-policy"]) + FORM
    for _ in range(2):
        assert client.post(add, {"chosen": upload()}).status_code == 302
    file = CredentialFile.objects.get()
    assert file.verdict == "accepted"
    answer = client.get(reverse("paper_file", args=[file.pk]))
    assert b"".join(answer.streaming_content) == b"Everybody is welcome."
    assert answer["Content-Disposition"].startswith("attachment")
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    delete = reverse("paper_file_delete", args=[file.pk])
    assert "Delete this file?" in said(client.get(delete)) and CredentialFile.objects.exists()
    assert client.post(delete).status_code == 302
    assert not CredentialFile.objects.exists()


def test_a_file_that_may_not_be_kept_is_named_with_what_is_wrong(cast):
    client = cast.client("officer")
    add = reverse("paper_file_add", args=[cast.sunrise.pk, "equality-policy"]) + FORM
    for data in ({}, {"chosen": upload(b"<html><script>", "page.html")}, {"chosen": upload(b"")}):
        response = client.post(add, data)
        assert response.status_code == 422 and "error-summary" in said(response)
    assert not CredentialFile.objects.exists()


def test_a_damaged_file_is_said_to_be_so(cast):
    file = sent(cast)
    CredentialFile.objects.update(sha256="0" * 64)
    response = cast.client("officer").get(reverse("paper_file", args=[file.pk]))
    assert response.status_code == 500 and "The file is damaged" in said(response)


def test_a_leads_file_waits_in_the_list_and_is_accepted_or_sent_back(cast):
    client = cast.client("officer")
    assert "Nothing to check" in said(client.get(reverse("papers_to_check")))
    first, second = sent(cast), sent(cast, content=b"Another.")
    assert said(client.get(reverse("papers_to_check"))).count("policy.txt") == 2
    assert "Nothing to check" in said(cast.client("other_officer").get(reverse("papers_to_check")))
    judge = reverse("paper_file_judge", args=[first.pk])
    assert client.post(judge, {"verdict": "refuse", "why": ""}).status_code == 422
    assert client.post(judge, {"verdict": "refuse", "why": "Please sign it"}).status_code == 302
    first.refresh_from_db()
    assert (first.verdict, first.why_refused) == ("refused", "Please sign it")
    assert "A decision has been made" in said(client.get(judge))
    again = client.post(judge, {"verdict": "accept"}, follow=True)
    assert "already" in said(again)
    client.post(reverse("paper_file_judge", args=[second.pk]), {"verdict": "accept"})
    second.refresh_from_db()
    assert second.verdict == "accepted"
    text = said(client.get(at(cast)))
    assert "Please sign it" in text and "Not accepted" in text


def test_another_lios_paper_never_enters_by_another_address(cast):
    theirs = sent(cast, group=cast.meadow, by=cast.other_officer)
    client = cast.client("officer")
    for name in ("paper_file", "paper_file_delete", "paper_file_judge"):
        assert client.get(reverse(name, args=[theirs.pk])).status_code == 404
    assert client.get(reverse("papers", args=[cast.meadow.pk])).status_code == 404
    assert kind().label not in said(client.get(reverse("papers_to_check")))
