"""Focus groups: written with themes and quotes, changed side by side, made into records."""

from datetime import timedelta
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from evidence import consent
from evidence.focus_groups import (
    ForeignForm,
    InRecord,
    QuoteRow,
    StaleFocusGroup,
    ThemeRow,
    change_focus_group,
    create_focus_group,
    delete_focus_group,
    record_theme,
)
from evidence.models import Barrier as Hindrance
from evidence.models import Evidence, FocusGroup, FocusTheme, Quote
from evidence.recording import delete_draft
from groups.models import District
from tests import factories
from tests.cast import make_cast
from tests.evidence.focus_group_acts import CALM, said, with_a_theme


def meeting(**changes) -> dict:
    return {
        "title": "Seeing a doctor",
        "held_on": timezone.localdate() - timedelta(days=3),
        "people_came": 12,
        **changes,
    }


# Writing


@pytest.mark.django_db
def test_a_focus_group_is_written_with_its_themes_and_quotes_in_their_order():
    cast = make_cast()
    made = create_focus_group(
        lio=cast.peak,
        by=cast.officer,
        lists={"groups": [cast.sunrise], "districts": District.objects.filter(name="Chesterfield")},
        themes=[ThemeRow("Second thoughts", 3), ThemeRow("Buses", 12, factories.service_area("Transport"))],
        quotes=[QuoteRow(CALM, "a mother of two")],
        **meeting(),
    )
    assert [(theme.text, theme.raised_by) for theme in made.themes.all()] == [
        ("Second thoughts", 3),
        ("Buses", 12),
    ]
    assert [str(theme.service_area) for theme in made.themes.all()] == ["None", "Transport"]
    (quote,) = made.quotes.all()
    assert (quote.text, quote.speaker, quote.record, quote.written_by) == (
        CALM,
        "a mother of two",
        None,
        cast.officer,
    )
    assert list(made.groups.all()) == [cast.sunrise] and made.districts.count() == 1


@pytest.mark.django_db
def test_a_form_sent_twice_is_one_focus_group():
    cast, form = make_cast(), uuid4()
    first = create_focus_group(
        lio=cast.peak, by=cast.officer, client_id=form, themes=[ThemeRow("Buses", 2)], **meeting()
    )
    again = create_focus_group(
        lio=cast.peak, by=cast.officer, client_id=form, themes=[ThemeRow("Buses", 2)], **meeting()
    )
    assert again == first and FocusTheme.objects.count() == 1
    with pytest.raises(ForeignForm):
        create_focus_group(lio=cast.vale, by=cast.other_officer, client_id=form, **meeting())


@pytest.mark.django_db(transaction=True)
def test_the_same_form_ten_times_at_once_is_one_focus_group():
    cast, form, gate, faults = make_cast(), uuid4(), Barrier(10), []

    def send() -> None:
        gate.wait()
        try:
            create_focus_group(
                lio=cast.peak,
                by=cast.officer,
                client_id=form,
                themes=[ThemeRow("Buses", 2)],
                quotes=[QuoteRow(CALM)],
                **meeting(),
            )
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [Thread(target=send) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert FocusGroup.objects.count() == FocusTheme.objects.count() == Quote.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "themes", "words"),
    [
        # Two days on: midnight may pass between collecting tests and this one.
        ({"held_on": timezone.localdate() + timedelta(days=2)}, [], "still to come"),
        ({"people_came": 0}, [], "At least one"),
        ({}, [ThemeRow("Buses", 13)], "raised by 13, but 12 came"),
        ({}, [ThemeRow("Buses", 0)], "raised by 0"),
    ],
)
def test_what_contradicts_itself_is_refused_new_and_changed(changes, themes, words):
    cast = make_cast()
    stored = factories.make_focus_group(lio=cast.peak, by=cast.officer)
    with pytest.raises(ValueError, match=words):
        create_focus_group(lio=cast.peak, by=cast.officer, themes=themes, **meeting(**changes))
    with pytest.raises(ValueError, match=words):
        change_focus_group(
            focus_group=stored, by=cast.officer, version=1, themes=themes, **meeting(**changes)
        )
    assert FocusGroup.objects.get() == stored and not FocusTheme.objects.exists()


@pytest.mark.django_db
def test_groups_are_of_the_same_lio():
    cast = make_cast()
    stored = factories.make_focus_group(lio=cast.peak, by=cast.officer)
    for write in (
        lambda lists: create_focus_group(lio=cast.peak, by=cast.officer, lists=lists, **meeting()),
        lambda lists: change_focus_group(focus_group=stored, by=cast.officer, version=1, lists=lists),
    ):
        with pytest.raises(ValueError, match="own LIO"):
            write({"groups": [cast.meadow]})


@pytest.mark.django_db
def test_rows_are_changed_added_and_taken_out_and_those_not_named_stay():
    cast = make_cast()
    focus_group, changed = with_a_theme(cast)
    gone = factories.make_theme(focus_group=focus_group, text="Gone")
    stays = factories.make_theme(focus_group=focus_group, text="Stays")
    quote, out = said(focus_group), said(focus_group, "Out")
    change_focus_group(
        focus_group=focus_group,
        by=cast.officer,
        version=1,
        themes=[
            ThemeRow("New words", 2, pk=changed.pk),
            ThemeRow("", 1, pk=gone.pk, is_gone=True),
            ThemeRow("Added", 4),
        ],
        quotes=[QuoteRow("Other words", pk=quote.pk), QuoteRow("", pk=out.pk, is_gone=True), QuoteRow("New")],
    )
    assert [theme.text for theme in focus_group.themes.all()] == ["New words", "Stays", "Added"]
    assert stays in focus_group.themes.all()
    assert [quote.text for quote in focus_group.quotes.all()] == ["Other words", "New"]


@pytest.mark.django_db
def test_a_stale_save_changes_nothing_and_what_is_stored_already_is_no_change():
    cast = make_cast()
    focus_group, theme = with_a_theme(cast)
    known = {"focus_group": focus_group, "by": cast.officer, "version": 1}
    change_focus_group(themes=[ThemeRow("First", 5, pk=theme.pk)], **known)
    for other in (
        {"themes": [ThemeRow("Second", 5, pk=theme.pk)]},
        {"themes": [ThemeRow("Another", 5)]},
        {"quotes": [QuoteRow("Another")]},
        {"title": "Another"},
        {"lists": {"groups": [cast.sunrise]}},
        {"themes": [ThemeRow("", 1, pk=theme.pk, is_gone=True)]},
    ):
        with pytest.raises(StaleFocusGroup):
            change_focus_group(**other, **known)
    assert change_focus_group(themes=[ThemeRow("First", 5, pk=theme.pk)], **known).version == 2
    assert [theme.text for theme in focus_group.themes.all()] == ["First"]


@pytest.mark.django_db
def test_rows_of_another_focus_group_are_never_touched():
    cast = make_cast()
    focus_group, _ = with_a_theme(cast)
    theirs = factories.make_focus_group(lio=cast.vale, by=cast.other_officer)
    theme, quote = factories.make_theme(focus_group=theirs, text="Theirs"), said(theirs, "Theirs")
    change_focus_group(
        focus_group=focus_group,
        by=cast.officer,
        version=1,
        themes=[ThemeRow("Mine", 1, pk=theme.pk)],
        quotes=[QuoteRow("", pk=quote.pk, is_gone=True)],
    )
    theme.refresh_from_db()
    assert (theme.text, theme.focus_group) == ("Theirs", theirs)
    assert Quote.objects.filter(pk=quote.pk).exists()
    assert "Mine" in [row.text for row in focus_group.themes.all()]


# The record of a theme


@pytest.mark.django_db
def test_a_theme_becomes_a_record_with_its_quotes():
    cast = make_cast()
    focus_group, theme = with_a_theme(cast)
    focus_group.groups.add(cast.sunrise)
    along, stays = said(focus_group), said(focus_group, "Stays")
    barrier = Hindrance.objects.get(label="Language or interpreting")
    record = record_theme(
        theme=theme,
        by=cast.officer,
        quotes=[along],
        service_area=factories.service_area("Health care"),
        summary="No interpreter",
        people_affected=7,
        lists={"barriers": [barrier]},
    )
    theme.refresh_from_db()
    assert theme.record == record
    assert (record.method, record.strength, record.criteria) == ("focus_group", "several", ["2.15b"])
    assert (record.happened_on, record.lio) == (focus_group.held_on, cast.peak)
    assert list(record.groups.all()) == [cast.sunrise] and list(record.barriers.all()) == [barrier]
    along.refresh_from_db(), stays.refresh_from_db()
    assert (along.record, along.focus_group, stays.record) == (record, focus_group, None)


@pytest.mark.django_db
def test_a_theme_is_one_record_only():
    cast, form = make_cast(), uuid4()
    focus_group, theme = with_a_theme(cast)
    known = {"by": cast.officer, "service_area": factories.service_area(), "summary": "x"}
    first = record_theme(theme=theme, client_id=form, **known)
    assert record_theme(theme=theme, client_id=form, **known) == first
    with pytest.raises(InRecord):
        record_theme(theme=theme, **known)
    other = factories.make_theme(focus_group=focus_group, text="Other", raised_by=1)
    with pytest.raises(ValueError, match="another record"):
        record_theme(theme=other, client_id=form, **known)
    assert Evidence.objects.count() == 1
    assert record_theme(theme=other, **known).strength == "one"


@pytest.mark.django_db
def test_quotes_of_others_and_those_in_a_record_do_not_go_along():
    cast = make_cast()
    focus_group, theme = with_a_theme(cast)
    second = factories.make_theme(focus_group=focus_group, text="Second")
    theirs = said(factories.make_focus_group(lio=cast.vale, by=cast.other_officer))
    quote = said(focus_group)
    known = {"by": cast.officer, "service_area": factories.service_area(), "summary": "x"}
    first = record_theme(theme=theme, quotes=[quote, theirs], **known)
    record_theme(theme=second, quotes=[quote], **known)
    quote.refresh_from_db(), theirs.refresh_from_db()
    assert (quote.record, theirs.record) == (first, None)


@pytest.mark.django_db
def test_what_is_in_a_record_stays_as_it_is_in_the_focus_group():
    cast = make_cast()
    focus_group, theme = with_a_theme(cast)
    quote = said(focus_group)
    record = record_theme(
        theme=theme, quotes=[quote], by=cast.officer, service_area=factories.service_area(), summary="x"
    )
    with pytest.raises(StaleFocusGroup):  # whoever had the form open sees it
        change_focus_group(focus_group=focus_group, by=cast.officer, version=1, title="Other")
    change_focus_group(
        focus_group=focus_group,
        by=cast.officer,
        version=2,
        title="Other",
        themes=[ThemeRow("Changed", 1, pk=theme.pk, is_gone=True)],
        quotes=[QuoteRow("Changed", pk=quote.pk)],
    )
    theme.refresh_from_db(), quote.refresh_from_db()
    assert (theme.text, quote.text) == ("No interpreter at the surgery", CALM)
    with pytest.raises(ValueError, match="raised by 7, but 5 came"):
        change_focus_group(focus_group=focus_group, by=cast.officer, version=3, people_came=5)
    with pytest.raises(InRecord):
        delete_focus_group(focus_group=focus_group, by=cast.officer)
    # The draft's end leaves the focus group what is its own.
    delete_draft(record=record, by=cast.officer)
    theme.refresh_from_db(), quote.refresh_from_db()
    assert theme.record is None and quote.record is None
    delete_focus_group(focus_group=focus_group, by=cast.officer)
    delete_focus_group(focus_group=focus_group, by=cast.officer)
    assert not FocusTheme.objects.exists() and not Quote.objects.exists()


@pytest.mark.django_db
def test_deleting_a_focus_group_tells_whatever_was_made_of_its_quotes():
    cast = make_cast()
    focus_group, _ = with_a_theme(cast)
    said(focus_group)
    seen = []
    consent.on_less_allowed.append(act := lambda quote, by: seen.append((quote.text, by)))
    try:
        delete_focus_group(focus_group=focus_group, by=cast.officer)
    finally:
        consent.on_less_allowed.remove(act)
    assert seen == [(CALM, cast.officer)]
