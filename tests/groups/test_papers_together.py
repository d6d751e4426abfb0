"""One state noted for several groups: what is said before, what is done, what is left alone."""

import uuid
from datetime import date, timedelta

import pytest
from auditlog.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from groups.credentials import set_paper
from groups.models import CommunityGroup, Credential, CredentialChange, Membership
from groups.papers_together import CHANGED, GONE, Wish, looked_at, note_together
from tests import factories
from tests.cast import Cast, make_cast
from tests.groups.test_credentials import kind, sent
from toolkit_portal.core.dates import months_after

pytestmark = pytest.mark.django_db
KEY = "data-protection"
CHANGED_WORDS = "somebody has changed it in the meantime"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def address(*groups: CommunityGroup, key: str = KEY, form: str = "") -> str:
    query = {"paper": key, "group": [group.pk for group in groups], "form": form or str(uuid.uuid4())}
    return reverse("papers_note", query=query)


def noted(group: CommunityGroup, key: str = KEY, **facts) -> Credential:
    return set_paper(group=group, kind=kind(key), by=None, version=0, **{"state": "in_place", **facts})


def versions(outcomes) -> dict[str, str]:
    return {f"version-{outcome.group.pk}": str(outcome.version) for outcome in outcomes}


def words(response) -> str:
    return response.content.decode()


def test_it_is_checked_row_by_row_then_done_then_told_row_by_row(cast):
    noted(cast.harbour, state="draft", note="Ours")
    client, url = cast.client("officer"), address(cast.sunrise, cast.harbour)
    assert "Note it for 2 groups" in words(client.get(url))
    data = {"state": "in_place", "seen": "on", "issued_on": "14/09/2025"}
    check = client.post(url, data | {"step": "check"})
    text = words(check)
    assert "2 groups will change. Nothing is saved yet." in text and "Will be noted" in text
    assert "Draft</span> →" in text and "Olive Officer" in text and "14 September 2025" in text
    assert not Credential.objects.filter(group=cast.sunrise).exists()
    shown = versions(check.context["outcomes"])
    assert shown == {f"version-{cast.sunrise.pk}": "0", f"version-{cast.harbour.pk}": "1"}
    for name, value in shown.items():
        assert f'name="{name}" value="{value}"' in text
    done = client.post(url, data | shown | {"step": "do"}, follow=True)
    assert done.redirect_chain == [(url, 302)]
    assert "Noted for 2 groups" in words(done) and words(done).count(">✓</span> Noted<") == 2
    today = timezone.localdate()
    for paper in Credential.objects.all():
        assert (paper.state, paper.checked_by, paper.checked_on) == ("in_place", "Olive Officer", today)
        # The data protection policy is looked at again after two years.
        assert f"{paper.review_on:%d/%m/%Y}" == "14/09/2027"
    # What wasn't said stays, and the history keeps how it stood.
    assert Credential.objects.get(group=cast.harbour).note == "Ours"
    assert CredentialChange.objects.filter(credential__group=cast.harbour).count() == 2
    act = LogEntry.objects.get(additional_data__act="papers noted for several groups")
    assert act.additional_data["groups"] == 2 and act.actor == cast.officer


def test_the_same_form_twice_is_one_act(cast):
    client, url = cast.client("officer"), address(cast.sunrise, cast.harbour)
    data = {
        "state": "draft",
        "step": "do",
        f"version-{cast.sunrise.pk}": "0",
        f"version-{cast.harbour.pk}": "0",
    }
    first = words(client.post(url, data, follow=True))
    # Somebody goes on from there; the form that comes again takes nothing back.
    noted_again = set_paper(group=cast.sunrise, kind=kind(KEY), by=cast.officer, version=1, state="in_place")
    again = words(client.post(url, data, follow=True))
    assert first.split("<main")[1] == again.split("<main")[1] and "Noted for 2 groups" in again
    noted_again.refresh_from_db()
    assert noted_again.state == "in_place" and CredentialChange.objects.count() == 3
    # Also in a session that knows nothing of it, such as after signing in again.
    other = words(cast.client("officer").post(url, data, follow=True))
    assert "Nothing was changed" in other and CHANGED_WORDS in other and "stands like this already" in other
    assert CredentialChange.objects.count() == 3


@pytest.mark.parametrize(
    ("days", "typed", "seen", "months"),
    [
        (0, "", "on", 24),
        (-9, "", "on", 24),
        (1, "", "on", None),
        (0, "", "", None),
        (0, "01/02/2030", "on", None),
    ],
)
def test_a_paper_that_was_due_and_is_seen_is_due_again_after_its_months(cast, days, typed, seen, months):
    today = timezone.localdate()
    noted(cast.sunrise, review_on=today + timedelta(days=days))
    data = {"state": "in_place", "review_on": typed, "step": "do", f"version-{cast.sunrise.pk}": "1"}
    cast.client("officer").post(address(cast.sunrise), data | ({"seen": "on"} if seen else {}))
    wanted = months_after(today, months) if months else today + timedelta(days=days)
    assert Credential.objects.get().review_on == (date(2030, 2, 1) if typed else wanted)


def test_what_changed_since_it_was_shown_is_left_alone(cast):
    client, url = cast.client("officer"), address(cast.sunrise, cast.harbour)
    noted(cast.sunrise, state="draft")
    data = {
        "state": "in_place",
        "step": "do",
        f"version-{cast.sunrise.pk}": "0",
        f"version-{cast.harbour.pk}": "0",
    }
    text = words(client.post(url, data, follow=True))
    assert "Noted for 1 group" in text and CHANGED_WORDS in text
    assert Credential.objects.get(group=cast.sunrise).state == "draft"
    assert Credential.objects.get(group=cast.harbour).state == "in_place"


def test_what_was_never_shown_is_left_alone(cast):
    text = words(
        cast.client("officer").post(
            address(cast.sunrise),
            {"state": "in_place", "step": "do", f"version-{cast.sunrise.pk}": "x"},
            follow=True,
        )
    )
    assert "Nothing was changed" in text and not Credential.objects.exists()


def test_a_paper_whose_file_waits_is_left_alone_before_and_after(cast):
    client, url = cast.client("officer"), address(cast.sunrise, cast.harbour)
    sent(cast, key=KEY)
    data = {"state": "in_place"}
    check = client.post(url, data)
    assert "1 group will change, 1 will not" in words(check) and "waits to be looked at" in words(check)
    text = words(client.post(url, data | versions(check.context["outcomes"]) | {"step": "do"}, follow=True))
    assert "Noted for 1 group" in text and "waits to be looked at" in text
    assert Credential.objects.get(group=cast.sunrise).state == "missing"


def test_a_file_that_comes_after_the_check_stops_it_too(cast):
    wish, day = Wish(state="in_place"), timezone.localdate()
    shown = looked_at([cast.sunrise], kind(KEY), wish, by=cast.officer, day=day)
    sent(cast, key=KEY)
    done = note_together(
        [cast.sunrise],
        kind(KEY),
        wish,
        by=cast.officer,
        day=day,
        versions={cast.sunrise.pk: shown[0].version},
    )
    assert [outcome.fate for outcome in done] == ["waits"]


def test_days_that_contradict_what_a_group_has_are_said_and_left(cast):
    today = timezone.localdate()
    noted(cast.sunrise, "public-liability", expires_on=today, issued_on=today - timedelta(days=365))
    noted(cast.harbour, "public-liability", state="draft", issued_on=today - timedelta(days=5))
    client, url = cast.client("officer"), address(cast.sunrise, cast.harbour, key="public-liability")
    text = words(client.post(url, {"state": "in_place", "step": "check"}))
    assert f"It ran out on {today.day} {today:%B %Y}" in text and "1 group will change, 1 will not" in text
    early = f"{today - timedelta(days=9):%d/%m/%Y}"
    text = words(client.post(url, {"state": "draft", "expires_on": early, "step": "check"}))
    assert "expire before it was issued" in text
    data = {"state": "in_place", "expires_on": early, "step": "do"}
    data |= {f"version-{cast.sunrise.pk}": "1", f"version-{cast.harbour.pk}": "1"}
    assert "Nothing was changed" in words(client.post(url, data, follow=True))
    assert CredentialChange.objects.count() == 2


def test_not_needed_yet_wants_its_reason_and_every_group_gets_it(cast):
    client, url = cast.client("officer"), address(cast.sunrise)
    wrong = client.post(url, {"state": "not_needed", "step": "check"})
    assert wrong.status_code == 422 and "Say why it isn&#x27;t needed yet." in words(wrong)
    data = {
        "state": "not_needed",
        "why_not_needed": " No staff ",
        "step": "do",
        f"version-{cast.sunrise.pk}": "0",
    }
    client.post(url, data)
    assert Credential.objects.get().why_not_needed == "No staff"
    back = client.post(
        address(cast.sunrise), {"state": "in_place", "step": "do", f"version-{cast.sunrise.pk}": "1"}
    )
    assert back.status_code == 302 and Credential.objects.get().why_not_needed == ""


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"state": ""}, "Say how it stands."),
        ({"issued_on": "14/09/2025", "expires_on": "13/09/2025"}, "expire before it was issued"),
        # Two days on: midnight may pass between collecting tests and this one.
        ({"issued_on": f"{timezone.localdate() + timedelta(days=2):%d/%m/%Y}"}, "still to come"),
        ({"expires_on": "soon"}, "error-summary"),
    ],
)
def test_what_cannot_be_is_said_at_once(cast, data, said):
    response = cast.client("officer").post(address(cast.sunrise), {"state": "in_place", "step": "do", **data})
    assert response.status_code == 422 and said in words(response)
    assert not Credential.objects.exists()


def test_going_back_to_the_form_keeps_what_was_said(cast):
    response = cast.client("officer").post(
        address(cast.sunrise), {"state": "draft", "issued_on": "14/09/2025", "step": "edit"}
    )
    assert 'value="14/09/2025"' in words(response) and "See what will happen" in words(response)


def test_groups_of_others_and_closed_ones_are_as_if_not_there(cast):
    client = cast.client("officer")
    data = {
        "state": "in_place",
        "step": "do",
        f"version-{cast.meadow.pk}": "0",
        f"version-{cast.sunrise.pk}": "0",
    }
    assert client.post(address(cast.meadow), data)["Location"] == f"/papers/?paper={KEY}"
    url = address(cast.sunrise, cast.meadow)
    assert "Meadow" not in words(client.get(url)) + words(client.post(url, data | {"step": "check"}))
    # Also where it is named in what is posted.
    text = words(client.post(url, data | {"group": [cast.meadow.pk]}, follow=True))
    assert "Noted for 1 group" in text and "Meadow" not in text
    CommunityGroup.objects.filter(pk=cast.harbour.pk).update(status="closed")
    assert client.get(address(cast.harbour)).status_code == 302
    assert list(Credential.objects.values_list("group", flat=True)) == [cast.sunrise.pk]


def test_what_happened_is_not_shown_of_a_group_that_has_moved_since(cast):
    client, url = cast.client("officer"), address(cast.sunrise, cast.harbour)
    data = {
        "state": "draft",
        "step": "do",
        f"version-{cast.sunrise.pk}": "0",
        f"version-{cast.harbour.pk}": "0",
    }
    client.post(url, data)
    CommunityGroup.objects.filter(pk=cast.harbour.pk).update(lio=cast.vale)
    text = words(client.get(url))
    assert "Noted for 1 group" in text and "Harbour" not in text


def test_a_group_that_moves_to_another_lio_in_the_meantime_is_left_alone(cast):
    CommunityGroup.objects.filter(pk=cast.sunrise.pk).update(lio=cast.vale)
    done = note_together(
        [cast.sunrise],
        kind(KEY),
        Wish(state="draft"),
        by=cast.officer,
        day=timezone.localdate(),
        versions={cast.sunrise.pk: 0},
    )
    assert [outcome.fate for outcome in done] == [GONE] and not Credential.objects.exists()


def test_a_manager_who_is_an_officer_notes_only_for_the_own_lio(cast):
    Membership.objects.create(user=cast.officer, role=Membership.Role.MANAGER)
    client = cast.client("officer")
    text = words(client.get(reverse("papers_matrix", query={"paper": KEY})))
    assert ">Meadow</a>" in text and f'name="group" value="{cast.meadow.pk}"' not in text
    assert client.get(address(cast.meadow)).status_code == 302


def test_a_retired_or_unknown_kind_is_not_found(cast):
    client = cast.client("officer")
    assert client.get(address(cast.sunrise, key="licence")).status_code == 404
    type(kind()).objects.filter(key=KEY).update(retired_on=timezone.localdate())
    assert client.get(address(cast.sunrise)).status_code == 404


def test_odd_ids_are_left_out(cast):
    url = f"/papers/note/?paper={KEY}&group=x&group=²&group={'9' * 30}&group={cast.sunrise.pk}&form={uuid.uuid4()}"
    assert "Note it for 1 group" in words(cast.client("officer").get(url))


def test_the_address_without_a_form_id_gets_one_and_keeps_every_group(cast):
    url = reverse("papers_note", query={"paper": KEY, "group": [cast.sunrise.pk, cast.harbour.pk]})
    where = cast.client("officer").get(url)["Location"]
    assert "form=" in where and where.count("group=") == 2


def test_stale_is_told_apart_from_the_same(cast):
    noted(cast.sunrise, state="draft")
    done = note_together(
        [cast.sunrise],
        kind(KEY),
        Wish(state="in_place"),
        by=cast.officer,
        day=timezone.localdate(),
        versions={cast.sunrise.pk: 7},
    )
    assert [outcome.fate for outcome in done] == [CHANGED]


def test_looking_takes_as_many_queries_for_three_groups_as_for_one(cast, django_assert_num_queries):
    groups = [factories.make_group(lio=cast.peak) for _ in range(3)]
    data_protection = kind(KEY)
    for some in (groups[:1], groups):
        with django_assert_num_queries(2):
            looked_at(some, data_protection, Wish(state="draft"), by=cast.officer, day=timezone.localdate())
