"""Saved views of the county report: kept, renamed, deleted, each by its owner alone."""

from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from groups.leaving import registry
from readiness.models import SavedView
from readiness.reports import saved_views
from readiness.reports.saved_views import ViewRefused, delete_view, rename_view, save_view
from tests import factories
from tests.cast import Cast, make_cast
from tests.readiness.reports.county import days_ago

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def saved(cast: Cast, name: str = "Derby, quarterly", query: str = "", **options) -> SavedView:
    given = {"keep_days": False, "client_id": uuid4(), "by": cast.manager} | options
    return save_view(name=name, query=query, **given)


def query_of(cast: Cast) -> str:
    return f"as_at={days_ago(9)}&compare={days_ago(99)}&lio={cast.peak.pk}&kind=network&page=3&move=up"


def test_days_are_kept_or_move_with_the_day_it_is_opened(cast):
    moving = saved(cast, query=query_of(cast))
    assert moving.query == f"lio={cast.peak.pk}&kind=network" and not moving.keeps_days
    fixed = saved(cast, name="Then", query=query_of(cast), keep_days=True)
    assert fixed.query == f"as_at={days_ago(9)}&compare={days_ago(99)}&lio={cast.peak.pk}&kind=network"
    assert fixed.keeps_days and fixed.name == "Then"


def test_filters_that_do_not_fit_are_refused(cast):
    for query in ("lio=999999", "as_at=soon", "kind=unheard"):
        with pytest.raises(ViewRefused, match="don’t fit any more"):
            saved(cast, query=query)
    assert not SavedView.objects.exists()


def test_one_form_makes_one_view(cast):
    client_id = uuid4()
    first = saved(cast, client_id=client_id)
    assert saved(cast, client_id=client_id) == first and SavedView.objects.count() == 1
    with pytest.raises(ViewRefused, match="something else"):
        saved(cast, client_id=client_id, by=factories.make_manager())


def test_a_name_is_taken_once_by_each(cast):
    saved(cast)
    with pytest.raises(ViewRefused, match="of that name already"):
        saved(cast, name="  DERBY,  quarterly ")
    assert saved(cast, by=factories.make_manager()).name == "Derby, quarterly"
    with pytest.raises(ViewRefused, match="Give the view a name"):
        saved(cast, name=" ")


def test_there_is_an_end_to_them(cast, monkeypatch):
    monkeypatch.setattr(saved_views, "MOST", 1)
    saved(cast)
    with pytest.raises(ViewRefused, match="Delete one"):
        saved(cast, name="Second")


def test_only_managers_save_and_only_owners_change(cast):
    with pytest.raises(PermissionDenied):
        saved(cast, by=cast.officer)
    view, other = saved(cast), factories.make_manager()
    with pytest.raises(PermissionDenied):
        rename_view(view=view, name="Mine", by=other)
    with pytest.raises(PermissionDenied):
        delete_view(view=view, by=other)
    assert SavedView.objects.get().name == "Derby, quarterly"


def test_the_trail_tells_of_it_without_its_words(cast):
    view = saved(cast, query="kind=network")
    entry = LogEntry.objects.get_for_object(view).get()
    told = f"{entry.changes} {entry.object_repr}"
    assert "network" not in told and "quarterly" not in told


def test_views_are_among_what_is_held_of_a_person(cast):
    saved(cast)
    kind = next(kind for kind in registry.person_kinds if kind.model is SavedView)
    assert kind.held(registry.Person(cast.manager.email, cast.manager)).count() == 1
    assert kind.held(registry.Person(cast.officer.email, cast.officer)).count() == 0
    assert kind.held(registry.Person("nobody@example.org", None)).count() == 0


# Pages


def test_saving_from_the_county_page(cast):
    client = cast.client("manager")
    page = client.get(f"{reverse('saved_view_new')}?{query_of(cast)}")
    text = page.content.decode()
    assert "Peak" in text and "Informal network" in text
    form = page.context["form"]
    data = {name: form[name].value() for name in ("query", "client_id", "days")}
    response = client.post(reverse("saved_view_new"), {**data, "name": "Peak’s networks"})
    assert response["Location"] == f"{reverse('county')}?lio={cast.peak.pk}&kind=network"
    assert "Saved as “Peak’s networks”." in client.get(response["Location"]).content.decode()
    assert "Peak’s networks" in client.get(reverse("saved_views")).content.decode()


def test_a_view_of_the_whole_county_leads_to_the_bare_page_and_one_that_keeps_days_to_them(cast):
    client = cast.client("manager")
    data = {"name": "All", "days": "today", "query": "", "client_id": uuid4()}
    assert client.post(reverse("saved_view_new"), data)["Location"] == reverse("county")
    data |= {"name": "Then", "days": "keep", "query": f"as_at={days_ago(9)}", "client_id": uuid4()}
    assert f"as_at={days_ago(9)}" in urlsplit(client.post(reverse("saved_view_new"), data)["Location"]).query
    text = client.get(reverse("saved_views")).content.decode()
    assert "Always the same" in text and "The day you open it" in text


def test_what_is_wrong_is_said_and_what_was_typed_stays(cast):
    client = cast.client("manager")
    saved(cast)
    data = {"name": "Derby, quarterly", "days": "keep", "query": "kind=network", "client_id": uuid4()}
    response = client.post(reverse("saved_view_new"), data)
    assert response.status_code == 422
    text = response.content.decode()
    assert "of that name already" in text and "Informal network" in text and 'value="kind=network"' in text
    assert client.post(reverse("saved_view_new"), data | {"name": ""}).status_code == 422
    assert SavedView.objects.count() == 1


def test_renaming(cast):
    client, view = cast.client("manager"), saved(cast)
    saved(cast, name="Taken")
    where = reverse("saved_view_rename", args=[view.pk])
    assert "Derby, quarterly" in client.get(where).content.decode()
    assert client.post(where, {"name": "taken"}).status_code == 422
    assert "Rename “Derby, quarterly”" in client.post(where, {"name": "taken"}).content.decode()
    assert client.post(where, {"name": ""}).status_code == 422
    assert client.post(where, {"name": "Derby"})["Location"] == reverse("saved_views")
    view.refresh_from_db()
    assert view.name == "Derby"


def test_deleting_asks_first(cast):
    client, view = cast.client("manager"), saved(cast)
    where = reverse("saved_view_delete", args=[view.pk])
    assert "Delete “Derby, quarterly”?" in client.get(where).content.decode()
    assert SavedView.objects.exists()
    assert client.post(where)["Location"] == reverse("saved_views")
    assert not SavedView.objects.exists()


def test_anothers_view_is_not_there(cast):
    view = saved(cast, by=factories.make_manager())
    client = cast.client("manager")
    for name in ("saved_view_rename", "saved_view_delete"):
        where = reverse(name, args=[view.pk])
        assert client.get(where).status_code == 404 and client.post(where, {"name": "x"}).status_code == 404
    assert "Derby, quarterly" not in client.get(reverse("saved_views")).content.decode()
    assert "No saved views yet" in client.get(reverse("saved_views")).content.decode()


def test_a_view_whose_district_is_no_more_says_so_when_opened(cast):
    response = cast.client("manager").get(reverse("county") + "?district=999999")
    assert response.status_code == 422 and "District" in response.content.decode()
