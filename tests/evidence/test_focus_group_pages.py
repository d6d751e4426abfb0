"""The pages of focus groups: the form with its rows, words that could tell who spoke, both versions, the list."""

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from evidence.focus_groups import ThemeRow, change_focus_group, record_theme
from evidence.models import Evidence, FocusGroup, FocusTheme, Quote
from groups.models import Community, Contact
from tests import factories
from tests.cast import make_cast
from tests.evidence.focus_group_acts import CALM, said, with_a_theme

MARKER = "<script>alert('x')</script>"
PHONE = "Ring me on 07700 900123 about it."


def filled(
    themes: tuple[dict, ...] = (), quotes: tuple[dict, ...] = (), **changes: object
) -> dict[str, object]:
    """A valid form as the browser sends it."""
    rows = {"themes": themes, "quotes": quotes}
    return (
        {
            "title": "Seeing a doctor",
            "held_on": f"{timezone.localdate():%d/%m/%Y}",
            "people_came": "12",
            "interpreting": "volunteer",
            "language": "Punjabi",
            "client_id": str(uuid4()),
        }
        | {f"{name}-TOTAL_FORMS": str(len(sent)) for name, sent in rows.items()}
        | {f"{name}-INITIAL_FORMS": "0" for name in rows}
        | {
            f"{name}-{number}-{field}": value
            for name, sent in rows.items()
            for number, row in enumerate(sent)
            for field, value in row.items()
        }
        | changes
    )


def theme_row(**changes) -> dict[str, object]:
    return {"text": "No interpreter at the surgery", "raised_by": "7", **changes}


def new_url() -> str:
    return f"{reverse('focus_group_new')}?form={uuid4()}"


@pytest.mark.django_db
def test_an_officer_adds_a_focus_group_and_makes_a_record_of_a_theme():
    cast = make_cast()
    client = cast.client("officer")
    page = client.get(reverse("focus_group_new"), follow=True).content.decode()
    assert 'name="themes-1-text"' in page and 'name="quotes-0-text"' in page
    answer = client.post(
        new_url(),
        filled(
            themes=(
                theme_row(
                    service_area=factories.service_area("Health care").pk, needed_instead="A telephone one"
                ),
                {"text": "", "raised_by": "", "service_area": "", "needed_instead": ""},
            ),
            quotes=({"text": CALM, "speaker": "a mother of two"}, {"text": "", "speaker": ""}),
            communities=[Community.objects.get(label="Indian").pk],
            groups=[cast.sunrise.pk],
        ),
    )
    focus_group = FocusGroup.objects.get()
    assert answer["Location"] == reverse("focus_group_detail", args=[focus_group.pk])
    theme, quote = FocusTheme.objects.get(), Quote.objects.get()
    shown = client.get(answer["Location"]).content.decode()
    for words in (
        "7 of 12",
        "A telephone one",
        "a mother of two",
        "Somebody of the group interpreted",
        "Indian",
    ):
        assert words in shown
    start = client.get(reverse("focus_theme_record", args=[theme.pk]), follow=True)
    form = start.content.decode()
    assert 'name="people_affected" value="7"' in form and "A telephone one" in form and CALM in form
    url = start.redirect_chain[-1][0]
    body = {
        "summary": "No interpreter at the surgery",
        "service_area": factories.service_area("Health care").pk,
        "people_affected": "7",
        "quotes": [quote.pk],
        "client_id": str(uuid4()),
    }
    made = client.post(url, body)
    record = Evidence.objects.get()
    assert made["Location"] == reverse("evidence_detail", args=[record.pk])
    assert list(record.quotes.all()) == [quote]
    # Sent again, or gone back to, it is the same record.
    assert client.post(url, body)["Location"] == made["Location"]
    assert client.get(url)["Location"] == made["Location"]
    assert Evidence.objects.count() == 1
    after = client.get(answer["Location"]).content.decode()
    assert "Draft" in after and "where consent is noted" in after and "Delete this focus group" not in after
    assert client.get(reverse("focus_group_delete", args=[focus_group.pk])).status_code == 403


@pytest.mark.django_db
def test_going_back_to_a_used_form_leads_to_its_focus_group():
    cast = make_cast()
    client, form = cast.client("officer"), uuid4()
    url = f"{reverse('focus_group_new')}?form={form}"
    for _ in range(2):
        client.post(url, filled(client_id=str(form)))
    made = FocusGroup.objects.get()
    assert client.get(url)["Location"] == reverse("focus_group_detail", args=[made.pk])


@pytest.mark.django_db
def test_forms_of_others_can_be_sent_once_more():
    cast = make_cast()
    client = cast.client("officer")
    theirs = factories.make_focus_group(lio=cast.vale, by=cast.other_officer)
    answer = client.post(new_url(), filled(client_id=str(theirs.client_id), title="Kept words"))
    page = answer.content.decode()
    assert answer.status_code == 422 and "Nothing is lost" in page and "Kept words" in page
    _, theme = with_a_theme(cast)
    record = factories.make_evidence(lio=cast.vale, by=cast.other_officer)
    answer = client.post(
        reverse("focus_theme_record", args=[theme.pk]),
        {"summary": "x", "service_area": record.service_area_id, "client_id": str(record.client_id)},
    )
    assert answer.status_code == 422 and "Nothing is lost" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "words"),
    [
        (filled(title=""), "Say what it was about."),
        (filled(people_came="0"), "greater than or equal to 1"),
        (filled(people_came=""), "Say how many came."),
        (filled(held_on="01/01/2090"), "That day is still to come."),
        (filled(themes=(theme_row(raised_by="13"),)), "12 came, so it can’t be raised by 13."),
        (filled(themes=(theme_row(raised_by=""),)), "Say how many raised it."),
        (filled(themes=(theme_row(text=""),)), "Say what came up, or empty this row."),
        (filled(themes=(theme_row(service_area="999999"),)), "Select a valid choice"),
        (filled(quotes=({"speaker": "a mother of two"},)), "Write what was said, or empty this row."),
        (filled(themes=(theme_row(),) * 31), "at most 30"),
    ],
)
def test_a_fault_is_said_and_nothing_typed_is_lost(body, words):
    cast = make_cast()
    answer = cast.client("officer").post(new_url(), body | {"notes": "Kept words"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page and "Kept words" in page and "Error:" in page
    assert not FocusGroup.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("then", ["theme", "quote", "stay"])
def test_another_row_without_scripts_saves_nothing_and_keeps_all(then):
    cast = make_cast()
    body = filled(
        themes=(theme_row(DELETE="on"),),
        quotes=({"text": PHONE},),
        then=then,
        title="",
        groups=[cast.sunrise.pk],
        held_on="the 3rd",
    )
    page = cast.client("officer").post(new_url(), body).content.decode()
    assert ('name="themes-1-text"' in page) == (then == "theme")
    assert ('name="quotes-1-text"' in page) == (then == "quote")
    assert PHONE in page and "No interpreter at the surgery" in page and 'value="the 3rd"' in page
    assert re.search(rf'name="groups" value="{cast.sunrise.pk}"[^>]* checked', page)
    assert re.search(r'name="themes-0-DELETE"[^>]* checked', page)
    assert "Error" not in page
    assert not FocusGroup.objects.exists()


@pytest.mark.django_db
def test_what_could_tell_who_spoke_is_shown_before_it_is_saved():
    cast = make_cast()
    Contact.objects.create(group=cast.sunrise, name="Zubaida Karim")
    client = cast.client("officer")
    body = filled(
        quotes=({"text": CALM}, {"text": PHONE, "speaker": "zubaida's sister"}), groups=[cast.sunrise.pk]
    )
    answer = client.post(new_url(), body)
    page = answer.content.decode()
    assert answer.status_code == 422 and "Could somebody be known by this?" in page
    assert "Quote 2, a phone number" in page and "Quote 2, a name" in page and "Quote 1, " not in page
    assert "Ring me on [phone number] about it." in page
    assert PHONE in page and not FocusGroup.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("decision", "stored"), [("mask", "Ring me on [phone number] about it."), ("keep", PHONE)]
)
def test_the_writer_masks_or_keeps_it(decision, stored):
    cast = make_cast()
    body = filled(quotes=({"text": CALM}, {"text": PHONE}), findings=decision)
    assert cast.client("officer").post(new_url(), body).status_code == 302
    assert [quote.text for quote in Quote.objects.all()] == [CALM, stored]


@pytest.mark.django_db
def test_words_that_were_decided_on_are_not_asked_about_again():
    cast = make_cast()
    focus_group, _ = with_a_theme(cast)
    quote = said(focus_group, PHONE)
    client, url = cast.client("officer"), reverse("focus_group_edit", args=[focus_group.pk])
    kept = {"pk": quote.pk, "text": PHONE}
    assert client.post(url, filled(quotes=(kept,), version=1, title="Other")).status_code == 302
    answer = client.post(url, filled(quotes=({**kept, "text": PHONE + " Soon."},), version=2))
    assert "Could somebody be known" in answer.content.decode()
    # A quote that is taken out needs no decision.
    client.post(url, filled(quotes=({**kept, "text": PHONE + " Soon.", "DELETE": "on"},), version=2))
    assert not Quote.objects.exists()


@pytest.mark.django_db
def test_a_focus_group_is_changed_on_one_page():
    cast = make_cast()
    focus_group, theme = with_a_theme(cast)
    quote = said(focus_group)
    client, url = cast.client("officer"), reverse("focus_group_edit", args=[focus_group.pk])
    page = client.get(url).content.decode()
    assert "No interpreter at the surgery" in page and CALM in page
    assert 'name="themes-1-text"' in page and 'name="quotes-1-text"' in page
    answer = client.post(
        url,
        filled(
            version=1,
            title="Other",
            themes=(theme_row(pk=theme.pk, text="Changed"), theme_row(text="Added")),
            quotes=({"pk": quote.pk, "text": CALM, "DELETE": "on"},),
        ),
    )
    assert answer["Location"] == reverse("focus_group_detail", args=[focus_group.pk])
    focus_group.refresh_from_db()
    assert (focus_group.title, focus_group.version) == ("Other", 2)
    assert [theme.text for theme in focus_group.themes.all()] == ["Changed", "Added"]
    assert not focus_group.quotes.exists()


@pytest.mark.django_db
def test_a_stale_save_shows_both_versions_and_sending_again_decides():
    cast = make_cast()
    focus_group, theme = with_a_theme(cast)
    change_focus_group(
        focus_group=focus_group,
        by=cast.officer,
        version=1,
        title="Theirs",
        interpreting="missing",
        themes=[ThemeRow("Their theme", 5, pk=theme.pk)],
    )
    client, url = cast.client("officer"), reverse("focus_group_edit", args=[focus_group.pk])
    body = filled(
        version=1,
        title="Mine",
        groups=[cast.sunrise.pk],
        themes=(theme_row(pk=theme.pk, text="My theme"),),
        quotes=({"text": PHONE},),
        findings="mask",
    )
    answer = client.post(url, body)
    page = answer.content.decode()
    assert answer.status_code == 409
    for words in (
        "Theirs",
        "Mine",
        "Their theme",
        "My theme",
        "raised by 5",
        "It was needed and there was none",
    ):
        assert words in page
    assert 'name="version" value="2"' in page and "Ring me on [phone number] about it." in page
    focus_group.refresh_from_db()
    assert focus_group.title == "Theirs" and not focus_group.quotes.exists()
    client.post(url, body | {"version": 2})
    focus_group.refresh_from_db()
    assert focus_group.title == "Mine"
    assert [theme.text for theme in focus_group.themes.all()] == ["My theme"]


@pytest.mark.django_db
def test_fewer_people_than_raised_a_recorded_theme_is_told_on_the_page():
    cast = make_cast()
    focus_group, theme = with_a_theme(cast)
    record_theme(theme=theme, by=cast.officer, service_area=factories.service_area(), summary="x")
    url = reverse("focus_group_edit", args=[focus_group.pk])
    client = cast.client("officer")
    page = client.get(url).content.decode()
    assert "In a record already" in page
    assert not re.search(rf'name="themes-0-pk"[^>]* value="{theme.pk}"', page)
    answer = client.post(url, filled(version=2, people_came="5"))
    assert answer.status_code == 422 and "raised by 7, but 5 came" in answer.content.decode()


@pytest.mark.django_db
def test_a_record_made_by_a_colleague_meanwhile_is_shown():
    cast = make_cast()
    _, theme = with_a_theme(cast)
    record_theme(theme=theme, by=cast.officer, service_area=factories.service_area(), summary="x")
    client = cast.client("officer")
    url = f"{reverse('focus_theme_record', args=[theme.pk])}?form={uuid4()}"
    answer = client.post(url, {"summary": "x", "service_area": factories.service_area().pk}, follow=True)
    assert "A record was made of this theme in the meantime." in answer.content.decode()
    assert Evidence.objects.count() == 1


@pytest.mark.django_db
def test_a_theme_of_another_lio_cannot_be_recorded_nor_its_quotes_chosen():
    cast = make_cast()
    theirs = factories.make_focus_group(lio=cast.vale, by=cast.other_officer)
    theme, quote = factories.make_theme(focus_group=theirs), said(theirs, "SECRET")
    client = cast.client("officer")
    body = {"summary": "x", "service_area": factories.service_area().pk}
    assert client.post(reverse("focus_theme_record", args=[theme.pk]), body).status_code == 404
    _, own = with_a_theme(cast)
    url = reverse("focus_theme_record", args=[own.pk])
    answer = client.post(url, {**body, "quotes": [quote.pk]})
    assert answer.status_code == 422 and "SECRET" not in answer.content.decode()
    assert not Evidence.objects.exists()


@pytest.mark.django_db
def test_a_manager_reads_and_is_offered_no_change():
    cast = make_cast()
    focus_group, _ = with_a_theme(cast)
    client = cast.client("manager")
    assert "Add a focus group" not in client.get(reverse("focus_group_list")).content.decode()
    page = client.get(reverse("focus_group_detail", args=[focus_group.pk])).content.decode()
    assert "Make a record" not in page and ">Change<" not in page and "Peak" in page


@pytest.mark.django_db
def test_an_officer_sees_no_focus_group_of_another_lio():
    cast = make_cast()
    factories.make_focus_group(lio=cast.vale, by=cast.other_officer, title="SECRET")
    page = cast.client("officer").get(reverse("focus_group_list")).content.decode()
    assert "SECRET" not in page and "No focus group yet" in page
    assert "SECRET" in cast.client("manager").get(reverse("focus_group_list")).content.decode()


@pytest.mark.django_db
def test_an_empty_list_tells_a_manager_who_fills_it():
    page = make_cast().client("manager").get(reverse("focus_group_list")).content.decode()
    assert "once officers have added them" in page and "Add a focus group" not in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("", True),
        ("q=doctor", True),
        ("q=bus", False),
        ("start=01/01/2020", True),
        ("end=01/01/2020", False),
        ("start=soon", True),
    ],
)
def test_the_list_is_filtered_in_the_address(query, fits):
    cast = make_cast()
    focus_group, _ = with_a_theme(cast)
    page = cast.client("officer").get(f"{reverse('focus_group_list')}?{query}").content.decode()
    assert (reverse("focus_group_detail", args=[focus_group.pk]) in page) == fits
    assert ("No focus group fits" in page) != fits


@pytest.mark.django_db
def test_hostile_words_are_shown_as_words():
    cast = make_cast()
    focus_group = factories.make_focus_group(
        lio=cast.peak, by=cast.officer, title=MARKER, place=MARKER, notes=MARKER, language=MARKER
    )
    theme = factories.make_theme(focus_group=focus_group, text=MARKER, needed_instead=MARKER)
    said(focus_group, MARKER)
    client = cast.client("officer")
    for url in (
        reverse("focus_group_list"),
        reverse("focus_group_detail", args=[focus_group.pk]),
        reverse("focus_group_edit", args=[focus_group.pk]),
        reverse("focus_group_delete", args=[focus_group.pk]),
        f"{reverse('focus_theme_record', args=[theme.pk])}?form={uuid4()}",
    ):
        page = client.get(url)
        assert page.status_code == 200 and "<script>alert" not in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["list", "detail", "edit"])
def test_pages_take_as_many_queries_for_three_as_for_one(page):
    cast = make_cast()
    client, numbers = cast.client("officer"), []
    focus_group = factories.make_focus_group(lio=cast.peak, by=cast.officer)
    url = (
        reverse("focus_group_list")
        if page == "list"
        else reverse(f"focus_group_{page}", args=[focus_group.pk])
    )
    for more in (1, 2):
        for _ in range(more):
            for holder in (focus_group, factories.make_focus_group(lio=cast.peak, by=cast.officer)):
                factories.make_theme(
                    focus_group=holder, text=str(uuid4()), service_area=factories.service_area()
                )
                said(holder)
                recorded = factories.make_theme(focus_group=holder)
                record_theme(
                    theme=recorded,
                    quotes=[said(holder)],
                    by=cast.officer,
                    service_area=factories.service_area(),
                    summary="x",
                )
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        numbers.append(len(queries))
    assert numbers[0] == numbers[1] <= 20
