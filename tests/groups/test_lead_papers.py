"""The lead's papers: what each is for and how it stands, sending one, taking one back, and nothing of others'."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from groups.credentials import MOST_FILES, add_file, judge_file, line_of, set_paper
from groups.lead_papers import notices_of, standing_tone, standing_words
from groups.models import CommunityGroup, Credential, CredentialFile, CredentialKind, Membership, User
from tests.access.table_evidence_attachments import picture
from tests.cast import Cast, make_cast
from toolkit_portal.core.attachment_files import prepare

pytestmark = pytest.mark.django_db
MOST_QUERIES = 20
KEY = "equality-policy"
DAY = date(2026, 11, 2)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def client(cast):
    return cast.client("lead")


def kind(key: str = KEY) -> CredentialKind:
    return CredentialKind.objects.get(key=key)


def note(group: CommunityGroup, key: str = KEY, **facts) -> Credential:
    return set_paper(group=group, kind=kind(key), by=None, version=0, **{"state": "in_place", **facts})


def send(
    group: CommunityGroup,
    by: User,
    key: str = KEY,
    words: bytes = b"All are welcome.",
    name: str = "ours.txt",
) -> CredentialFile:
    prepared = prepare(ContentFile(words), name)
    return add_file(group=group, kind=kind(key), by=by, prepared=prepared, client_id=uuid4())


def list_of(cast: Cast, actor: str = "lead") -> str:
    return cast.client(actor).get(reverse("lead_papers", args=[cast.sunrise.pk])).content.decode()


def url_of(group: CommunityGroup, key: str = KEY) -> str:
    return reverse("lead_paper", args=[group.pk, key]) + f"?form={uuid4()}"


def paper_of(cast: Cast, key: str = KEY) -> str:
    return cast.client("lead").get(url_of(cast.sunrise, key)).content.decode()


def card(page: str, key: str = KEY) -> str:
    """The part of the list about that paper."""
    return page.split(f'id="paper-{key}"', 1)[1].split("</li>", 1)[0]


def test_the_list_tells_of_each_usual_paper_what_it_is_for_and_when_it_is_asked(cast):
    page = list_of(cast)
    for each in CredentialKind.objects.filter(is_usual=True):
        assert each.purpose.replace("'", "&#x27;") in card(page, each.key)
    assert "You don&#x27;t need to buy this until you win." in page
    others = CredentialKind.objects.filter(is_usual=False)
    assert others.exists()
    assert not any(f'id="paper-{each.key}"' in page for each in others)


def test_a_paper_that_few_ask_for_is_listed_once_the_group_has_it(cast):
    few = CredentialKind.objects.filter(is_usual=False).first()
    note(cast.sunrise, few.key)
    assert "In place" in card(list_of(cast), few.key)
    assert "Only some ask for this one." in paper_of(cast, few.key)


def test_the_list_counts_what_is_in_place_of_what_is_wanted(cast):
    asked = CredentialKind.objects.filter(is_usual=True).exclude(stage="award").count()
    note(cast.sunrise)
    note(cast.sunrise, "public-liability")
    note(cast.sunrise, "bank-account", expires_on=timezone.localdate())
    note(cast.sunrise, "accounts", state="not_needed", why_not_needed="No money yet")
    page = list_of(cast)
    assert f"1 of {asked - 1} papers is in place." in page
    assert "No money yet" in card(page, "accounts")


@pytest.mark.parametrize(
    ("days", "words", "tone"),
    [
        (-1, "Ran out on 1 November 2026.", "late"),
        (0, "Ran out on 2 November 2026.", "late"),
        (1, "Expires tomorrow: talk to your officer now.", "late"),
        (14, "Expires in 14 days: talk to your officer now.", "late"),
        (15, "Expires in 15 days: talk to your officer.", "warn"),
        (60, "Expires in 60 days: talk to your officer.", "warn"),
        (61, "In place until 2 January 2027.", "good"),
        (None, "In place. Well done!", "good"),
    ],
)
def test_a_paper_that_runs_out_is_told_in_stronger_words_the_nearer_it_is(cast, days, words, tone):
    paper = note(cast.sunrise, expires_on=None if days is None else DAY + timedelta(days=days))
    line = line_of(paper.kind, paper, DAY)
    assert standing_words(line).startswith(words) and standing_tone(line) == tone


@pytest.mark.parametrize(
    ("key", "state", "words", "tone"),
    [
        (KEY, "missing", "Not there yet: start from a model paper.", "quiet"),
        ("bank-account", "missing", "Not there yet: ask your officer how to begin.", "quiet"),
        (KEY, "draft", "Begun: there is a draft.", "accent"),
        (KEY, "not_needed", "You don’t need this yet.", "quiet"),
    ],
)
def test_a_paper_that_is_not_in_place_says_what_to_do(cast, key, state, words, tone):
    paper = note(
        cast.sunrise, key, state=state, why_not_needed="No staff", expires_on=DAY - timedelta(days=1)
    )
    line = line_of(paper.kind, paper, DAY)
    assert (standing_words(line), standing_tone(line)) == (words, tone)


def test_a_file_that_waits_stands_in_the_place_of_asking_the_lead_to_begin(cast):
    send(cast.sunrise, cast.lead)
    for page in (card(list_of(cast)), paper_of(cast)):
        assert "Sent, and waiting for your officer." in page and "Not there yet" not in page
    Credential.objects.update(state="draft")
    assert "Begun: there is a draft." in card(list_of(cast))


def test_a_new_one_sent_for_a_paper_that_ran_out_is_told_beside_it(cast):
    note(cast.sunrise, expires_on=timezone.localdate())
    send(cast.sunrise, cast.lead)
    words = f"Ran out on {timezone.localdate():%-d %B %Y}. Sent, and waiting for your officer."
    assert words in card(list_of(cast))
    (notice,) = notices_of(cast.sunrise, timezone.localdate()).running_out
    assert (notice.words, notice.tone) == (words, "late")


def test_the_law_on_employers_insurance_stands_with_the_paper(cast):
    page = list_of(cast)
    assert "the law asks for it already" in card(page, "employers-liability")
    assert page.count("the law asks for it already") == 1
    assert "the law asks for it already" in paper_of(cast, "employers-liability")


def test_a_private_note_and_who_checked_stay_with_the_officers(cast):
    note(cast.sunrise, note="Marker note", checked_by="Marker officer", checked_on=DAY, pounds=5_000_000)
    page = paper_of(cast)
    assert "Marker" not in page + list_of(cast) and "£5,000,000" in page


def test_a_lead_of_several_groups_can_go_from_one_to_the_other(cast):
    assert "Harbour" not in list_of(cast)
    Membership.objects.create(user=cast.lead, role=Membership.Role.LEAD, group=cast.harbour)
    assert reverse("lead_papers", args=[cast.harbour.pk]) in list_of(cast)


def test_a_file_that_a_lead_sends_waits_for_an_officer_and_changes_no_state(cast, client):
    response = client.post(url_of(cast.sunrise), {"chosen": picture()}, follow=True)
    assert "Your file is sent" in response.content.decode()
    file = CredentialFile.objects.get()
    assert (file.verdict, file.uploaded_by, file.credential.group) == ("to_check", cast.lead, cast.sunrise)
    assert file.credential.state == Credential.State.MISSING
    for page in (paper_of(cast), card(list_of(cast))):
        assert "letter.png" in page and ">Waiting<" in page


def test_what_became_of_a_file_is_told(cast):
    file = send(cast.sunrise, cast.lead)
    judge_file(file=file, by=cast.officer, accept=True)
    assert ">Accepted<" in card(list_of(cast)) and ">Accepted<" in paper_of(cast)
    second = send(cast.sunrise, cast.lead, name="second.txt")
    judge_file(file=second, by=cast.officer, accept=False, why="Page 2 is missing")
    page = paper_of(cast)
    assert "Page 2 is missing" in page and "send it again" in page and ">Accepted<" in page
    assert "Page 2 is missing" in card(list_of(cast)) and ">Accepted<" not in card(list_of(cast))


def test_sending_the_same_form_again_keeps_one_file(cast, client):
    url = url_of(cast.sunrise)
    for _ in range(2):
        assert client.post(url, {"chosen": picture()}).status_code == 302
    assert CredentialFile.objects.count() == 1


def test_a_page_without_a_form_id_gets_one(cast, client):
    response = client.get(reverse("lead_paper", args=[cast.sunrise.pk, KEY]))
    assert response.status_code == 302 and "?form=" in response["Location"]


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "Choose a file first."),
        ({"chosen": SimpleUploadedFile("a.txt", b"")}, "The file is empty."),
        ({"chosen": SimpleUploadedFile("a.txt", b"x" * 5000 + b"<script>")}, "could run something"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_in_words(cast, client, sent, words):
    response = client.post(url_of(cast.sunrise), sent)
    assert response.status_code == 422 and words in response.content.decode()
    assert not CredentialFile.objects.exists()


def test_a_large_file_is_not_turned_away_at_the_door(cast, client):
    """16 MB is the most of other pages; what is wrong with this one, its own page says."""
    large = SimpleUploadedFile("a.txt", b"x" * 20_000_000)
    response = client.post(url_of(cast.sunrise), {"chosen": large})
    assert response.status_code == 422 and "the most is 15 MB" in response.content.decode()


def test_a_paper_with_very_many_files_takes_no_more_and_says_whom_to_ask(cast, client):
    for number in range(MOST_FILES):
        send(cast.sunrise, cast.lead, words=b"Page %d" % number)
    response = client.post(url_of(cast.sunrise), {"chosen": picture()})
    assert response.status_code == 422 and "Ask your officer to take out" in response.content.decode()
    assert CredentialFile.objects.count() == MOST_FILES


def test_an_unknown_paper_is_a_404(cast, client):
    assert client.get(url_of(cast.sunrise, "no-such-paper")).status_code == 404


def test_a_retired_paper_is_offered_only_where_the_group_has_it(cast, client):
    CredentialKind.objects.filter(key=KEY).update(retired_on=timezone.localdate() - timedelta(days=1))
    assert client.get(url_of(cast.sunrise)).status_code == 404
    note(cast.sunrise)
    assert client.get(url_of(cast.sunrise)).status_code == 200


def test_somebody_who_is_officer_too_has_the_file_accepted_at_once(cast):
    Membership.objects.create(user=cast.officer, role=Membership.Role.LEAD, group=cast.sunrise)
    response = cast.client("officer").post(url_of(cast.sunrise), {"chosen": picture()}, follow=True)
    assert "Your file is saved." in response.content.decode()
    assert CredentialFile.objects.get().verdict == "accepted"


def main_page(cast: Cast) -> str:
    page = cast.client("lead").get(reverse("lead_plan"), {"group": cast.sunrise.pk}).content.decode()
    return page.split('id="papers-title"', 1)[1].split("</section>", 1)[0]


def test_the_main_page_leads_to_the_papers_and_tells_what_cannot_wait(cast):
    today = timezone.localdate()
    assert reverse("lead_papers", args=[cast.sunrise.pk]) in main_page(cast)
    assert "councils and others" in main_page(cast)
    note(cast.sunrise, "accounts", expires_on=today + timedelta(days=61))
    assert "Accounts" not in main_page(cast)
    note(cast.sunrise, "bank-account", expires_on=today + timedelta(days=60))
    part = main_page(cast)
    assert "Expires in 60 days: talk to your officer." in part and "Very soon" not in part
    note(cast.sunrise, "cash-flow", expires_on=today + timedelta(days=14))
    note(cast.sunrise, "bank-letter", expires_on=today)
    part = main_page(cast)
    assert "Very soon" in part and ">Ran out<" in part
    assert part.index("Letter from the bank") < part.index("Cash flow") < part.index("Bank account")


def test_the_main_page_tells_of_a_file_sent_back_until_another_follows(cast):
    file = send(cast.sunrise, cast.lead)
    assert "Sent back" not in main_page(cast)
    judge_file(file=file, by=cast.officer, accept=False, why="Page 2 is missing")
    assert "Page 2 is missing" in main_page(cast)
    send(cast.sunrise, cast.lead, words=b"Both pages.")
    assert "Page 2 is missing" not in main_page(cast)


def test_notices_are_of_the_own_group_only(cast):
    note(cast.harbour, expires_on=DAY)
    file = send(cast.harbour, cast.other_lead)
    judge_file(file=file, by=cast.officer, accept=False, why="Unsigned")
    assert not notices_of(cast.sunrise, DAY)
    theirs = notices_of(cast.harbour, DAY)
    assert len(theirs.running_out) == len(theirs.sent_back) == 1


def test_queries_do_not_grow_with_papers_and_files(cast, client):
    keys, counts = list(CredentialKind.objects.values_list("key", flat=True)), {}
    for some in (keys[:1], keys[1:3]):
        for key in some:
            note(cast.sunrise, key, expires_on=timezone.localdate())
            for accept in (True, False):
                file = send(cast.sunrise, cast.lead, key)
                judge_file(file=file, by=cast.officer, accept=accept, why="Unsigned")
        for url in (
            reverse("lead_papers", args=[cast.sunrise.pk]), url_of(cast.sunrise, keys[0]), reverse("lead_plan"),
        ):  # fmt: skip
            client.get(url)
            with CaptureQueriesContext(connection) as seen:
                client.get(url)
            counts.setdefault(url.split("?")[0], []).append(len(seen))
    assert len(counts) == 3
    for one, three in counts.values():
        assert one == three <= MOST_QUERIES
