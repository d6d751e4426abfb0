"""What is done with papers: noted with their history, expiring on the day, files that wait for an officer."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from auditlog.models import LogEntry
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from groups import credentials
from groups.credentials import (
    MOST_FILES,
    ForeignForm,
    StalePaper,
    add_file,
    as_at,
    content_of,
    expiring,
    files_to_check,
    judge_file,
    kinds_by_name,
    kinds_in_use,
    matrix_of,
    papers_of,
    readiness_changed,
    remove_file,
    set_paper,
    to_look_at_again,
)
from groups.models import CommunityGroup, Credential, CredentialChange, CredentialFile, CredentialKind
from tests.cast import Cast, make_cast
from toolkit_portal.core.attachment_files import prepare
from toolkit_portal.core.kept_files import DamagedFile
from toolkit_portal.core.uploads import UploadError

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 30)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def kind(key: str = "equality-policy") -> CredentialKind:
    return CredentialKind.objects.get(key=key)


def noted(cast: Cast, key: str = "equality-policy", *, version: int = 0, **facts) -> Credential:
    return set_paper(
        group=cast.sunrise, kind=kind(key), by=cast.officer, version=version, **{"state": "in_place", **facts}
    )


def sent(cast: Cast, *, by=None, content: bytes = b"Everybody is welcome.", **options) -> CredentialFile:
    return add_file(
        group=options.pop("group", cast.sunrise),
        kind=kind(options.pop("key", "equality-policy")),
        by=by or cast.lead,
        prepared=prepare(ContentFile(content), "policy.txt"),
        client_id=options.pop("client_id", None) or uuid.uuid4(),
        **options,
    )


# Noting


def test_every_change_is_kept_and_what_is_the_same_changes_nothing(cast):
    first = noted(cast, state="draft")
    same = noted(cast, state="draft")
    second = noted(cast, version=1, issued_on=date(2026, 1, 2))
    assert first == same == second and second.version == 2
    assert list(CredentialChange.objects.order_by("pk").values_list("state", "issued_on", "recorded_by")) == [
        ("draft", None, cast.officer.pk),
        ("in_place", date(2026, 1, 2), cast.officer.pk),
    ]


def test_a_stale_save_changes_nothing_and_hands_over_what_is_stored(cast):
    noted(cast, state="draft")
    with pytest.raises(StalePaper) as stale:
        noted(cast, state="missing")
    assert stale.value.current.state == "draft" and CredentialChange.objects.count() == 1
    with pytest.raises(ValueError, match="removed in the meantime"):
        noted(cast, "accounts", version=3)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"state": "not_needed"}, "why it isn't needed"),
        ({"state": "not_needed", "why_not_needed": " "}, "why it isn't needed"),
        ({"issued_on": date(2026, 2, 1), "expires_on": date(2026, 1, 1)}, "before it was issued"),
        ({"issued_on": date(2999, 1, 1)}, "still to come"),
        ({"checked_by": "Olive"}, "who checked it and when"),
        ({"checked_on": date(2026, 1, 1)}, "who checked it and when"),
    ],
)
def test_facts_that_contradict_each_other_are_refused_and_nothing_is_noted(cast, facts, words):
    with pytest.raises(ValueError, match=words):
        noted(cast, **facts)
    assert not Credential.objects.exists()


@pytest.mark.parametrize(
    "facts",
    [
        {"state": "not_needed"},
        {"issued_on": date(2026, 2, 1), "expires_on": date(2026, 1, 1)},
        {"checked_by": "Olive"},
    ],
)
def test_the_database_holds_the_same_rules(cast, facts):
    with pytest.raises(IntegrityError), transaction.atomic():
        Credential.objects.create(group=cast.sunrise, kind=kind(), **facts)


def test_a_group_has_one_paper_of_a_kind_and_a_kind_in_use_stays(cast):
    paper = noted(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Credential.objects.create(group=cast.sunrise, kind=kind())
    with pytest.raises(ProtectedError):
        paper.kind.delete()


def test_each_change_tells_those_who_follow(cast):
    told = []

    def follow(sender, groups, cause, **kwargs):
        told.append((list(groups), cause))

    readiness_changed.connect(follow)
    try:
        noted(cast)
        noted(cast)
    finally:
        readiness_changed.disconnect(follow)
    assert told == [([cast.sunrise.pk], "Equality policy: in place")]


def test_the_trail_says_that_a_paper_changed_and_keeps_its_words_out(cast):
    noted(cast, state="not_needed", why_not_needed="We are only three", note="Ask Mrs Khan")
    entries = str(list(LogEntry.objects.values_list("changes", "object_repr", "additional_data")))
    assert "not_needed" in entries and "only three" not in entries and "Khan" not in entries


# How they stand


@pytest.mark.parametrize(
    ("expires", "state", "words", "left", "soon"),
    [
        (None, "in_place", "In place", None, False),
        (DAY + timedelta(days=61), "in_place", "In place", 61, False),
        (DAY + timedelta(days=60), "in_place", "In place", 60, True),
        (DAY + timedelta(days=1), "in_place", "In place", 1, True),
        (DAY, "missing", "Expired", None, False),
        (DAY - timedelta(days=400), "missing", "Expired", None, False),
    ],
)
def test_a_paper_counts_as_missing_from_the_day_it_expires(cast, expires, state, words, left, soon):
    noted(cast, expires_on=expires)
    line = next(line for line in papers_of(cast.sunrise, DAY) if line.kind.key == "equality-policy")
    assert (line.state, line.words, line.days_left, line.expires_soon) == (state, words, left, soon)
    assert line.holds is (state == "in_place")
    assert Credential.objects.in_place(DAY).exists() is line.holds
    assert Credential.objects.expired(DAY).exists() is (words == "Expired")
    paper = Credential.objects.get()
    assert paper.holds(DAY) is line.holds


def test_the_matrix_has_every_kind_for_every_group_in_two_queries(cast, django_assert_num_queries):
    noted(cast)
    retired = kind("environment")
    retired.retired_on = date(2020, 1, 1)
    retired.save()
    unused = kind("modern-slavery")
    unused.retired_on = date(2020, 1, 1)
    unused.save()
    Credential.objects.create(group=cast.harbour, kind=retired, state="draft")
    with django_assert_num_queries(2):
        found = matrix_of([cast.sunrise, cast.harbour], DAY)
    kinds = [[line.kind.key for line in lines] for lines in found.values()]
    assert kinds[0] == kinds[1] and "environment" in kinds[0] and "modern-slavery" not in kinds[0]
    assert {line.state for line in found[cast.harbour.pk]} == {"missing", "draft"}
    assert "environment" not in kinds_in_use().values_list("key", flat=True)


def test_what_runs_out_is_listed_soonest_first_and_of_active_groups_only(cast):
    noted(cast, expires_on=DAY + timedelta(days=60))
    noted(cast, "accounts", expires_on=DAY - timedelta(days=1))
    noted(cast, "bank-letter", expires_on=DAY + timedelta(days=61))
    noted(cast, "cash-flow", state="draft", expires_on=DAY)
    every = CommunityGroup.objects.all()
    assert [paper.kind.key for paper in expiring(every, DAY)] == ["accounts", "equality-policy"]
    CommunityGroup.objects.filter(pk=cast.sunrise.pk).update(status="dormant")
    assert not expiring(every, DAY).exists()


def test_what_is_to_be_looked_at_again_leaves_out_what_has_expired(cast):
    noted(cast, review_on=DAY)
    noted(cast, "accounts", review_on=DAY + timedelta(days=1))
    noted(cast, "bank-letter", review_on=DAY - timedelta(days=9), expires_on=DAY)
    assert [paper.kind.key for paper in to_look_at_again(CommunityGroup.objects.all(), DAY)] == [
        "equality-policy"
    ]


def test_any_day_before_can_be_told_again(cast):
    paper = noted(cast, state="draft")
    noted(cast, version=1)
    CredentialChange.objects.filter(state="draft").update(recorded_at=datetime(2026, 3, 1, 12, tzinfo=UTC))
    # Half past midnight in London is still the evening before in universal time.
    CredentialChange.objects.filter(state="in_place").update(
        recorded_at=datetime(2026, 5, 9, 23, 30, tzinfo=UTC)
    )

    def state(day: date) -> list[str]:
        return [change.state for change in as_at([cast.sunrise.pk], day)]

    assert (state(date(2026, 2, 28)), state(date(2026, 3, 1))) == ([], ["draft"])
    assert (state(date(2026, 5, 9)), state(date(2026, 5, 10))) == (["draft"], ["in_place"])
    assert as_at([cast.harbour.pk], DAY) == []
    assert str(paper.changes.first()) == f"Change {paper.changes.first().pk} of a paper"


def test_kinds_are_known_by_key_label_and_other_names_their_own_first(cast):
    found = kinds_by_name()
    assert found["equality-policy"] == found["equality policy"] == found["equal opportunities"] == kind()
    CredentialKind.objects.create(
        key="extra", label="Constitution", purpose="p", stage="always", other_names="accounts\n\nrules"
    )
    found = kinds_by_name()
    assert found["constitution"].key == "extra" and found["accounts"].key == "accounts"
    assert found["rules"].key == "governing-document"
    assert str(kind()) == "Equality policy"


def test_who_employs_people_never_reads_that_this_insurance_can_wait(cast):
    assert kind("public-liability").stage_words == "You don't need to buy this until you win."
    assert kind("employers-liability").stage_words == (
        "You don't need to buy this until you win. If you employ anybody, the law asks for it already."
    )
    assert [each.key for each in CredentialKind.objects.all() if each.by_law] == ["employers-liability"]


# Files


def test_a_leads_file_waits_an_officers_own_counts(cast):
    waiting, own = sent(cast), sent(cast, by=cast.officer, content=b"Ours.")
    assert (waiting.verdict, waiting.judged_by) == ("to_check", None)
    assert (own.verdict, own.judged_by) == ("accepted", cast.officer)
    assert list(files_to_check(CommunityGroup.objects.all())) == [waiting]
    assert not files_to_check(CommunityGroup.objects.filter(pk=cast.harbour.pk)).exists()
    paper = Credential.objects.get()
    assert (paper.state, paper.changes.count()) == ("missing", 1)
    assert "policy" not in str(waiting) and "Paper" in str(paper)


def test_the_same_form_keeps_one_file_and_another_papers_form_is_refused(cast):
    form = uuid.uuid4()
    first = sent(cast, client_id=form)
    stored = set(default_storage.listdir("papers")[1])
    assert sent(cast, client_id=form) == first and CredentialFile.objects.count() == 1
    with pytest.raises(ForeignForm):
        sent(cast, client_id=form, group=cast.harbour, by=cast.other_lead)
    with pytest.raises(ForeignForm):
        sent(cast, client_id=form, key="accounts")
    assert set(default_storage.listdir("papers")[1]) == stored


def test_of_two_at_once_one_is_kept_and_no_file_is_left_over(cast, monkeypatch):
    form = uuid.uuid4()
    first = sent(cast, client_id=form)
    stored = set(default_storage.listdir("papers")[1])
    looked: list[int] = []
    real = credentials._made_before

    def blind_at_first(*args):
        looked.append(1)
        return None if len(looked) == 1 else real(*args)

    monkeypatch.setattr(credentials, "_made_before", blind_at_first)
    assert sent(cast, client_id=form) == first
    assert set(default_storage.listdir("papers")[1]) == stored
    monkeypatch.setattr(credentials, "_made_before", lambda *args: None)
    with pytest.raises(IntegrityError), transaction.atomic():
        sent(cast, client_id=form)


def test_a_paper_holds_so_many_files_and_the_one_too_many_is_not_left_in_the_storage(cast):
    for number in range(MOST_FILES):
        sent(cast, content=f"Version {number}".encode())
    stored = set(default_storage.listdir("papers")[1])
    with pytest.raises(UploadError, match="at most"):
        sent(cast, content=b"One more")
    assert set(default_storage.listdir("papers")[1]) == stored


def test_a_file_is_accepted_or_sent_back_with_a_reason_once(cast):
    file = sent(cast)
    with pytest.raises(ValueError, match="Say why"):
        judge_file(file=file, by=cast.officer, accept=False, why=" ")
    back = judge_file(file=file, by=cast.officer, accept=False, why="Not signed")
    assert (back.verdict, back.why_refused, back.judged_by) == ("refused", "Not signed", cast.officer)
    assert judge_file(file=file, by=cast.officer, accept=False, why="Again") == back
    with pytest.raises(ValueError, match="already"):
        judge_file(file=file, by=cast.officer, accept=True)
    other = sent(cast, content=b"Signed.")
    assert judge_file(file=other, by=cast.officer, accept=True).verdict == "accepted"


@pytest.mark.django_db(transaction=True)
def test_a_removed_file_leaves_the_storage_and_twice_changes_nothing():
    cast = make_cast()
    file = sent(cast)
    name = file.file.name
    assert b"".join(content_of(file, by=cast.officer)) == b"Everybody is welcome."
    assert LogEntry.objects.filter(additional_data__act="paper downloaded").exists()
    remove_file(file=file)
    remove_file(file=file)
    assert not default_storage.exists(name) and not CredentialFile.objects.exists()


def test_a_file_that_is_not_what_was_stored_is_never_handed_out(cast):
    file = sent(cast)
    CredentialFile.objects.filter(pk=file.pk).update(sha256="0" * 64)
    file.refresh_from_db()
    with pytest.raises(DamagedFile):
        content_of(file, by=cast.officer)
    default_storage.delete(file.file.name)
    with pytest.raises(DamagedFile):
        content_of(file, by=cast.officer)
    assert not LogEntry.objects.filter(additional_data__act="paper downloaded").exists()


def test_a_new_portal_knows_what_commissioners_ask_for_and_keeps_what_was_changed(cast):
    from groups.reference import add_credential_kinds

    changed = kind("volunteers")
    changed.purpose = "Ours"
    changed.save()
    kind("environment").delete()
    number = CredentialKind.objects.count()
    add_credential_kinds("default")
    add_credential_kinds("default")
    assert CredentialKind.objects.count() == number + 1
    assert kind("volunteers").purpose == "Ours"
    insurance = kind("public-liability")
    assert (insurance.stage, insurance.asks_sum, insurance.expires) == ("award", True, True)
