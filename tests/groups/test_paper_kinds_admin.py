"""The list of kinds of paper, as administrators keep it: keys that stay, names taken once, retired and not deleted."""

import pytest
from auditlog.models import LogEntry
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from groups.credentials import kinds_by_name, papers_of, set_paper
from groups.models import Credential, CredentialKind
from groups.paper_kinds import delete_kind, new_key, taken_names
from groups.reference import load_reference_data
from tests.cast import Cast, make_cast
from tests.groups.test_credentials import kind

pytestmark = pytest.mark.django_db
DATA = {
    "label": "Food hygiene certificate",
    "other_names": "food hygiene\nhygiene rating",
    "purpose": "Says that the kitchen is clean.",
    "stage": "selection",
    "is_usual": "on",
    "review_months": "12",
    "position": "300",
}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def client(cast):
    return cast.client("administrator")


def add(client, **data):
    return client.post(reverse("admin_paper_kind_add"), DATA | data)


def edit(client, stored: CredentialKind, **data):
    now = {
        "label": stored.label,
        "other_names": stored.other_names,
        "purpose": stored.purpose,
        "stage": stored.stage,
        "position": stored.position,
        **({"is_usual": "on"} if stored.is_usual else {}),
        **({"asks_sum": "on"} if stored.asks_sum else {}),
        **({"expires": "on"} if stored.expires else {}),
        **({"review_months": stored.review_months} if stored.review_months else {}),
    }
    return client.post(reverse("admin_paper_kind_edit", args=[stored.pk]), now | data)


def words(response) -> str:
    return response.content.decode()


def test_a_new_kind_gets_its_key_from_its_name_and_is_offered_everywhere(cast, client):
    assert add(client).status_code == 302
    made = kind("food-hygiene-certificate")
    assert (made.stage, made.is_usual, made.review_months, made.position) == ("selection", True, 12, 300)
    assert made.label in {line.kind.label for line in papers_of(cast.sunrise, timezone.localdate())}
    assert kinds_by_name()["hygiene rating"] == made
    officer = cast.client("officer")
    assert made.label in words(officer.get(reverse("papers", args=[cast.sunrise.pk])))
    assert made.label in words(officer.get(reverse("papers_matrix")))
    assert made.label in words(cast.client("lead").get(reverse("lead_papers", args=[cast.sunrise.pk])))
    listed = client.get(reverse("admin_paper_kinds"))
    assert made.label in words(listed)
    assert [kind.position for kind in listed.context["kinds"]] == sorted(
        CredentialKind.objects.values_list("position", flat=True)
    )


def test_the_key_never_changes_and_the_old_name_still_finds_it(client):
    stored = kind("public-liability")
    assert edit(client, stored, label="Liability insurance", key="mine", pk="1").status_code == 302
    stored.refresh_from_db()
    assert (stored.key, stored.label) == ("public-liability", "Liability insurance")
    assert kinds_by_name()["public liability insurance"] == kinds_by_name()["liability insurance"] == stored
    assert edit(client, stored).status_code == 302
    before = stored.other_names
    stored.refresh_from_db()
    assert stored.other_names == before
    assert LogEntry.objects.get_for_object(stored).filter(changes__label__isnull=False).exists()


def test_everything_else_can_be_changed(client):
    stored = kind()
    data = {"stage": "award", "asks_sum": "on", "expires": "on", "review_months": "", "purpose": "So that."}
    now = {"label": stored.label, "other_names": "fairness", "position": "7", **data}
    assert client.post(reverse("admin_paper_kind_edit", args=[stored.pk]), now).status_code == 302
    stored.refresh_from_db()
    assert (stored.stage, stored.asks_sum, stored.expires, stored.review_months) == (
        "award",
        True,
        True,
        None,
    )
    assert (stored.purpose, stored.other_names, stored.position) == ("So that.", "fairness", 7)
    assert not stored.is_usual


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"label": " equality  POLICY "}, "equality POLICY is on the list already."),
        ({"label": "PQASSO"}, "PQASSO is another name of Quality standard already."),
        ({"label": "equality-policy"}, "equality-policy is another name of Equality policy already."),
        ({"label": ""}, "error-summary"),
        ({"other_names": "new\nAccounts"}, "Accounts is a name of Accounts already."),
        ({"other_names": "x" * 121}, "120 letters at most"),
        ({"purpose": ""}, "error-summary"),
        ({"purpose": "x" * 501}, "500 letters at most"),
        ({"stage": "never"}, "error-summary"),
        ({"review_months": "0"}, "at least one month"),
        ({"review_months": "121"}, "error-summary"),
    ],
)
def test_what_cannot_be_is_refused_in_words(client, data, said):
    number = CredentialKind.objects.count()
    response = add(client, **data)
    assert response.status_code == 422 and said in words(response)
    assert CredentialKind.objects.count() == number


def test_a_name_stays_taken_while_the_kind_is_retired(client):
    CredentialKind.objects.filter(key="equality-policy").update(retired_on=timezone.localdate())
    assert "is on the list already" in words(add(client, label="EQUALITY policy"))


def test_two_administrators_at_once_get_words_and_one_kind(client, monkeypatch):
    def too_late(self, commit=True):
        raise IntegrityError

    monkeypatch.setattr("groups.forms.paper_kinds.PaperKindForm.save", too_late)
    response = add(client)
    assert response.status_code == 422 and "is on the list already" in words(response)


def test_a_kind_in_use_is_retired_and_not_deleted(cast, client):
    add(client)
    made = kind("food-hygiene-certificate")
    set_paper(group=cast.sunrise, kind=made, by=cast.officer, version=0, state="in_place")
    delete = reverse("admin_paper_kind_delete", args=[made.pk])
    assert "Retire it instead" in words(client.get(delete)) and "Delete it</button>" not in words(
        client.get(delete)
    )
    assert "Retire it instead" in words(client.post(delete, follow=True))
    assert Credential.objects.filter(kind=made).exists()
    assert edit(client, made, retired="on").status_code == 302
    made.refresh_from_db()
    assert made.retired_on == timezone.localdate()
    day = timezone.localdate()
    assert made in {line.kind for line in papers_of(cast.sunrise, day)}
    assert made not in {line.kind for line in papers_of(cast.harbour, day)}
    assert "not since" in words(client.get(reverse("admin_paper_kinds")))
    # A later change keeps the day, and offered again it has none.
    CredentialKind.objects.filter(pk=made.pk).update(retired_on="2026-01-02")
    edit(client, made, retired="on", position="9")
    made.refresh_from_db()
    assert f"{made.retired_on}" == "2026-01-02"
    edit(client, made)
    made.refresh_from_db()
    assert made.is_current


def test_a_paper_that_comes_while_it_is_deleted_keeps_the_kind(cast, client, monkeypatch):
    add(client)
    made = kind("food-hygiene-certificate")
    set_paper(group=cast.sunrise, kind=made, by=None, version=0, state="draft")
    monkeypatch.setattr("groups.paper_kinds.why_it_stays", lambda kind: "")
    with pytest.raises(ValueError, match="Retire it instead"):
        delete_kind(made)
    assert CredentialKind.objects.filter(pk=made.pk).exists()


def test_a_kind_that_nothing_uses_is_deleted_after_a_question(client):
    add(client)
    made = kind("food-hygiene-certificate")
    delete = reverse("admin_paper_kind_delete", args=[made.pk])
    assert "Delete Food hygiene certificate?" in words(client.get(delete))
    assert CredentialKind.objects.filter(pk=made.pk).exists()
    assert "is deleted" in words(client.post(delete, follow=True))
    assert not CredentialKind.objects.filter(pk=made.pk).exists()


def test_kinds_that_came_with_the_portal_stay_and_keep_what_was_changed(client):
    stored = kind("modern-slavery")
    assert "came with the portal" in words(
        client.post(reverse("admin_paper_kind_delete", args=[stored.pk]), follow=True)
    )
    edit(client, stored, label="Statement on slavery", retired="on")
    number = CredentialKind.objects.count()
    load_reference_data()
    stored.refresh_from_db()
    assert CredentialKind.objects.count() == number and stored.label == "Statement on slavery"
    assert not stored.is_current


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("Equality policy", "equality-policy-2"),
        ("保险", "paper"),
        ("A" * 60, "a" * 40),
        ("Équité & co.", "equite-co"),
    ],
)
def test_keys_are_short_plain_and_taken_once(label, key):
    assert new_key(label) == key


def test_a_long_key_that_is_taken_stays_within_its_length():
    CredentialKind.objects.create(key="a" * 40, label="Long", purpose="Long", stage="always")
    assert new_key("a" * 50) == "a" * 38 + "-2"


def test_the_kinds_that_come_with_the_portal_share_no_name():
    for each in CredentialKind.objects.all():
        others = [each.label, *each.other_names.split("\n")]
        assert not {name.casefold() for name in others if name} & set(taken_names(each)), each


def test_a_kind_that_runs_out_asks_for_the_day(cast):
    text = words(
        cast.client("officer").get(
            reverse("paper", args=[cast.sunrise.pk, "public-liability"])
            + "?form=00000000-0000-4000-8000-000000000001"
        )
    )
    assert "This paper runs out: give the day." in text


def test_the_list_takes_as_many_queries_with_more_kinds(client, django_assert_max_num_queries):
    client.get(reverse("admin_paper_kinds"))
    with django_assert_max_num_queries(8):
        client.get(reverse("admin_paper_kinds"))
