"""Targets: a level and a day for a section, agreed by group and officer; two people don't overwrite each other."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from readiness.forms.targets import as_text, from_text
from readiness.models import Target
from readiness.targets import Aim, StaleTarget, agree_targets, aims_of
from tests import factories
from tests.cast import Cast, make_cast
from tests.readiness.test_assessing import at_once

pytestmark = pytest.mark.django_db
SOON = timezone.localdate() + timedelta(days=100)
LATER = SOON + timedelta(days=100)


def agree(cast: Cast, wanted: dict[str, Aim | None], shown: dict[str, Aim | None] | None = None) -> int:
    return agree_targets(group=cast.sunrise, by=cast.officer, wanted=wanted, shown=shown or {})


def test_targets_are_set_changed_and_removed():
    cast = make_cast()
    assert agree(cast, {"2.21": Aim(3, SOON), "2.22": Aim(2, SOON), "2.23": None}) == 2
    shown = aims_of(cast.sunrise)
    assert agree(cast, {"2.21": Aim(4, LATER), "2.22": None}, shown) == 2
    assert aims_of(cast.sunrise) == {"2.21": Aim(4, LATER)}
    assert Target.objects.get().agreed_by == cast.officer


def test_what_was_not_touched_is_not_written():
    cast = make_cast()
    agree(cast, {"2.21": Aim(3, SOON)})
    before = Target.objects.get().agreed_at
    assert agree(cast, {"2.21": Aim(3, SOON)}, aims_of(cast.sunrise)) == 0
    assert Target.objects.get().agreed_at == before


def test_another_person_s_change_to_another_section_is_no_conflict():
    cast = make_cast()
    agree(cast, {"2.21": Aim(3, SOON)})
    shown = aims_of(cast.sunrise)
    agree(cast, {"2.22": Aim(1, SOON)})
    agree(cast, {"2.21": Aim(4, SOON), "2.22": None}, shown)
    assert aims_of(cast.sunrise) == {"2.21": Aim(4, SOON), "2.22": Aim(1, SOON)}


def test_a_stale_change_saves_nothing_and_names_the_section():
    cast = make_cast()
    agree(cast, {"2.21": Aim(3, SOON)})
    shown = aims_of(cast.sunrise)
    agree(cast, {"2.21": Aim(4, SOON)}, shown)
    with pytest.raises(StaleTarget) as stale:
        agree(cast, {"2.21": Aim(2, SOON), "2.22": Aim(2, SOON)}, shown)
    assert stale.value.codes == ["2.21"]
    assert aims_of(cast.sunrise) == {"2.21": Aim(4, SOON)}


@pytest.mark.parametrize("aim", [Aim(0, SOON), Aim(5, SOON), Aim(2, timezone.localdate())])
def test_a_level_outside_1_to_4_or_a_day_that_has_come_is_refused(aim):
    cast = make_cast()
    with pytest.raises(ValueError, match=r"2\.21"):
        agree(cast, {"2.21": aim})
    assert not Target.objects.exists()


def test_a_target_whose_day_has_passed_may_stay():
    cast = make_cast()
    past = Aim(2, date(2026, 1, 1))
    Target.objects.create(
        group=cast.sunrise, criterion_code="2.21", level=2, by_date=past.by, agreed_by=cast.officer
    )
    assert agree(cast, {"2.21": past, "2.22": Aim(1, SOON)}, {"2.21": past}) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_targets_at_once_one_is_stored_and_the_other_is_told():
    cast = make_cast()
    results = at_once(lambda number: agree(cast, {"2.21": Aim(number + 1, SOON)}))
    assert sorted(type(item).__name__ for item in results) == ["StaleTarget", "int"], results
    assert Target.objects.count() == 1


def test_the_database_refuses_a_level_0_and_a_second_target_for_a_section():
    cast = make_cast()
    fields = {"group": cast.sunrise, "criterion_code": "2.21", "by_date": SOON, "agreed_by": cast.officer}
    with pytest.raises(IntegrityError), transaction.atomic():
        Target.objects.create(level=0, **fields)
    Target.objects.create(level=1, **fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        Target.objects.create(level=2, **fields)


@pytest.mark.parametrize("text", ["", "x|2027-01-01", "3|soon", "3"])
def test_a_broken_hidden_field_reads_as_no_target(text):
    assert from_text(text) is None


# The page


def url(cast: Cast) -> str:
    return reverse("group_targets", args=[cast.sunrise.pk])


def form(cast: Cast) -> dict[str, str]:
    """The page's form as a browser sends it when nothing was touched."""
    aims, sent = aims_of(cast.sunrise), {}
    for code in factories.current_edition().criteria.values_list("code", flat=True):
        key, aim = "t-" + code.replace(".", "-"), aims.get(code)
        sent[f"{key}-shown"] = as_text(aim)
        sent[f"{key}-level"] = str(aim.level) if aim else ""
        sent[f"{key}-by"] = f"{aim.by:%d/%m/%Y}" if aim else ""
    return sent


def test_a_target_is_saved_day_first_and_shown_on_the_readiness_tab():
    cast = make_cast()
    client = cast.client("officer")
    day = date(timezone.localdate().year + 1, 4, 3)
    sent = form(cast) | {"t-2-21-level": "3", "t-2-21-by": f"3/4/{day.year}"}
    response = client.post(url(cast), sent, follow=True)
    assert aims_of(cast.sunrise) == {"2.21": Aim(3, day)}
    assert "Saved 1 target." in response.content.decode()
    assert f"{day:%-d %B %Y}" in response.content.decode()
    again = client.post(url(cast), form(cast), follow=True)
    assert "Nothing was changed" in again.content.decode()


def test_a_target_is_removed_by_emptying_it():
    cast = make_cast()
    agree(cast, {"2.21": Aim(3, SOON)})
    cast.client("officer").post(url(cast), form(cast) | {"t-2-21-level": "", "t-2-21-by": ""})
    assert not Target.objects.exists()


@pytest.mark.parametrize(
    ("level", "by", "says"),
    [
        ("3", "", "Say by when"),
        ("", f"{SOON:%d/%m/%Y}", "Choose a level for this date"),
        ("3", "1/1/2020", "Choose a day in the future"),
        ("3", "whenever", "Write it as 14/09/2026"),
        ("9", f"{SOON:%d/%m/%Y}", "Select a valid choice"),
    ],
)
def test_half_a_target_comes_back_with_its_why_and_nothing_is_saved(level, by, says):
    cast = make_cast()
    sent = form(cast) | {"t-2-21-level": level, "t-2-21-by": by}
    sent |= {"t-2-22-level": "2", "t-2-22-by": f"{SOON:%d/%m/%Y}"}
    response = cast.client("officer").post(url(cast), sent)
    assert response.status_code == 422
    assert says in response.content.decode()
    assert not Target.objects.exists()


def test_a_target_not_above_the_level_now_is_saved_with_a_warning():
    cast = make_cast()
    factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=3)
    sent = form(cast) | {"t-2-21-level": "2", "t-2-21-by": f"{SOON:%d/%m/%Y}"}
    response = cast.client("officer").post(url(cast), sent, follow=True)
    assert "2.21: the target is not above" in response.content.decode()
    assert Target.objects.exists()


def test_two_people_on_the_page_see_both_and_may_choose():
    cast = make_cast()
    client, sent = cast.client("officer"), form(cast)
    agree(cast, {"2.21": Aim(4, LATER)})
    sent |= {"t-2-21-level": "2", "t-2-21-by": f"{SOON:%d/%m/%Y}"}
    response = client.post(url(cast), sent)
    page = response.content.decode()
    assert response.status_code == 409
    assert f"level 4 by {LATER:%-d %B %Y}" in page
    assert f'value="{SOON:%d/%m/%Y}"' in page
    assert aims_of(cast.sunrise)["2.21"].level == 4
    assert as_text(Aim(4, LATER)) in page
    assert client.post(url(cast), sent | {"t-2-21-shown": as_text(Aim(4, LATER))}).status_code == 302
    assert aims_of(cast.sunrise)["2.21"] == Aim(2, SOON)


def test_a_removal_by_somebody_else_is_shown_too():
    cast = make_cast()
    agree(cast, {"2.21": Aim(4, LATER)})
    sent = form(cast) | {"t-2-21-level": "2"}
    Target.objects.all().delete()
    assert "no target" in cast.client("officer").post(url(cast), sent).content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_costs_the_same_queries_with_one_and_three_targets(number, django_assert_max_num_queries):
    cast = make_cast()
    factories.make_assessment(group=cast.sunrise, by=cast.officer)
    agree(cast, {code: Aim(3, SOON) for code in ("2.21", "2.22", "2.23")[:number]})
    client = cast.client("officer")
    with django_assert_max_num_queries(11):
        client.get(url(cast))


def test_a_section_that_was_not_on_the_sent_page_stays_as_it_is():
    cast = make_cast()
    agree(cast, {"2.21": Aim(3, SOON)})
    sent = {"t-2-22-shown": "", "t-2-22-level": "1", "t-2-22-by": f"{SOON:%d/%m/%Y}"}
    assert cast.client("officer").post(url(cast), sent).status_code == 302
    assert aims_of(cast.sunrise) == {"2.21": Aim(3, SOON), "2.22": Aim(1, SOON)}
