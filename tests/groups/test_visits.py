"""Visits as verbs: one record a form even in a race, drafts that lose nothing, next dates that stand or don't."""

from collections.abc import Callable
from datetime import date, timedelta
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from groups.models import Visit, VisitDraft
from groups.visits import (
    AlreadyLogged,
    ForeignForm,
    StaleDraft,
    StaleVisit,
    change_visit,
    log_visit,
    save_draft,
)
from tests import factories
from tests.cast import make_cast

TODAY = date(2026, 3, 14)


def at_once(work: Callable[[int], object], *, times: int) -> list[object]:
    """Runs work(number) in so many threads that start together; what each returned or raised."""
    gate, results = Barrier(times), [None] * times

    def run(number: int) -> None:
        gate.wait()
        try:
            results[number] = work(number)
        except Exception as fault:  # the test looks at every fault itself
            results[number] = fault
        finally:
            connection.close()

    threads = [Thread(target=run, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_ten_sendings_at_once_make_one_visit():
    cast, client_id = make_cast(), uuid4()

    def send(number: int) -> Visit:
        return log_visit(
            group=cast.sunrise,
            by=cast.officer,
            client_id=client_id,
            happened_on=TODAY,
            topics=[],
            summary=f"sending {number}",
        )

    results = at_once(send, times=10)
    made = [result for result in results if isinstance(result, Visit)]
    refused = [result for result in results if isinstance(result, AlreadyLogged)]
    assert (len(made), len(refused)) == (1, 9), results
    assert Visit.objects.get() == made[0]
    assert {fault.visit.pk for fault in refused} == {made[0].pk}


@pytest.mark.django_db(transaction=True)
def test_two_windows_at_once_lose_nothing_silently():
    cast, client_id = make_cast(), uuid4()
    save_draft(
        group=cast.sunrise, by=cast.officer, client_id=client_id, fields={"place": ["Hall"]}, version=0
    )

    def save(number: int) -> VisitDraft:
        return save_draft(
            group=cast.sunrise,
            by=cast.officer,
            client_id=client_id,
            fields={"place": [f"window {number}"]},
            version=1,
        )

    results = at_once(save, times=2)
    saved = [result for result in results if isinstance(result, VisitDraft)]
    stale = [result for result in results if isinstance(result, StaleDraft)]
    assert (len(saved), len(stale)) == (1, 1), results
    assert VisitDraft.objects.get().fields == saved[0].fields == stale[0].current.fields


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(5))
def test_an_autosave_racing_with_the_logging_leaves_no_draft(attempt: int):
    cast, client_id = make_cast(), uuid4()
    form = {"group": cast.sunrise, "by": cast.officer, "client_id": client_id}

    def work(number: int) -> object:
        if number:
            return save_draft(**form, fields={"place": ["x"]}, version=0)
        return log_visit(**form, happened_on=TODAY, topics=[])

    visit, draft = at_once(work, times=2)
    assert isinstance(visit, Visit), visit
    assert isinstance(draft, VisitDraft | AlreadyLogged), draft
    assert not VisitDraft.objects.exists()


@pytest.mark.django_db
def test_somebody_elses_form_is_refused():
    cast, client_id = make_cast(), uuid4()
    log_visit(group=cast.sunrise, by=cast.officer, client_id=client_id, happened_on=TODAY, topics=[])
    with pytest.raises(ForeignForm):
        log_visit(group=cast.harbour, by=cast.officer, client_id=client_id, happened_on=TODAY, topics=[])
    with pytest.raises(ForeignForm):
        save_draft(group=cast.meadow, by=cast.other_officer, client_id=client_id, fields={}, version=0)


@pytest.mark.django_db
def test_a_visit_in_the_future_or_a_next_date_before_it_is_refused():
    cast = make_cast()
    tomorrow = timezone.localdate() + timedelta(days=1)
    with pytest.raises(ValueError, match="has happened"):
        log_visit(group=cast.sunrise, by=cast.officer, client_id=uuid4(), happened_on=tomorrow, topics=[])
    with pytest.raises(ValueError, match="before the visit"):
        log_visit(
            group=cast.sunrise,
            by=cast.officer,
            client_id=uuid4(),
            happened_on=TODAY,
            topics=[],
            next_on=TODAY - timedelta(days=1),
        )


@pytest.mark.django_db
def test_a_draft_that_was_discarded_elsewhere_is_written_anew():
    cast, client_id = make_cast(), uuid4()
    draft = save_draft(
        group=cast.sunrise, by=cast.officer, client_id=client_id, fields={"place": ["Hall"]}, version=7
    )
    assert VisitDraft.objects.get() == draft


@pytest.mark.django_db
def test_saving_what_is_stored_is_no_conflict_and_no_new_version():
    cast, client_id = make_cast(), uuid4()
    for _ in range(2):
        draft = save_draft(
            group=cast.sunrise, by=cast.officer, client_id=client_id, fields={"place": ["Hall"]}, version=0
        )
    assert draft.version == 1


@pytest.mark.django_db
def test_a_stale_change_of_a_visit_changes_nothing():
    cast = make_cast()
    visit = factories.make_visit(group=cast.sunrise, officer=cast.officer, summary="First")
    change_visit(visit=visit, version=1, summary="Second")
    with pytest.raises(StaleVisit) as stale:
        change_visit(visit=visit, version=1, summary="Third")
    assert stale.value.current.summary == "Second"
    visit.refresh_from_db()
    assert (visit.summary, visit.version) == ("Second", 2)


def standing() -> list[date | None]:
    return list(Visit.objects.with_standing_next_date().order_by("next_on").values_list("next_on", flat=True))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("later", "expected"),
    [
        ({}, [TODAY + timedelta(days=10)]),
        # A call in between that agrees nothing new.
        ({"happened_on": TODAY + timedelta(days=9)}, [TODAY + timedelta(days=10)]),
        # The visit itself, on the day.
        ({"happened_on": TODAY + timedelta(days=10)}, []),
        ({"happened_on": TODAY + timedelta(days=11)}, []),
        # Another date agreed since, even on the same day.
        ({"happened_on": TODAY, "next_on": TODAY + timedelta(days=4)}, [TODAY + timedelta(days=4)]),
    ],
)
def test_a_next_date_stands_until_kept_or_replaced(later: dict[str, date], expected: list[date]):
    cast = make_cast()
    factories.make_visit(
        group=cast.sunrise, officer=cast.officer, happened_on=TODAY, next_on=TODAY + timedelta(days=10)
    )
    if later:
        factories.make_visit(group=cast.sunrise, officer=cast.officer, **later)
    # Another group's visit ends nothing here.
    factories.make_visit(group=cast.harbour, officer=cast.officer, happened_on=TODAY + timedelta(days=30))
    assert standing() == expected
