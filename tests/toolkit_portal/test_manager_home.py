"""The county today: where a manager starts."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from groups.models import CommunityGroup, CredentialKind, District, Membership
from readiness.models import SavedView
from tests import factories
from tests.cast import Cast, make_cast
from tests.jobs import kind, queue
from tests.readiness.reports.county import days_ago, make_county, paper

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def page(client) -> str:
    response = client.get(reverse("home"))
    assert response.status_code == 200
    return response.content.decode()


def section(text: str, title: str) -> str:
    """The part of the page under a heading."""
    found = re.search(rf"<h2[^>]*>{title}</h2>.*?</section>", text, re.DOTALL)
    assert found, title
    return found[0]


def links(part: str) -> list[str]:
    return [address.replace("&amp;", "&") for address in re.findall(r'href="([^"]+)"', part)]


def test_it_opens_with_the_state_of_the_county_in_words(cast):
    factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=1, assessed_on=days_ago(100))
    factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=3, assessed_on=days_ago(3))
    text = page(cast.client("manager"))
    assert "1 of 3 active groups had been assessed in the last 12 months." in text
    assert "1 group moved up a band and none moved down" in text
    assert "The mean score is 75 out of 100; it was 25." in text
    assert "reviewed record" not in text


def test_what_changed_in_a_month_leads_to_the_groups(cast):
    factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=3, assessed_on=days_ago(3))
    factories.make_visit(group=cast.harbour, officer=cast.officer, happened_on=days_ago(3))
    client = cast.client("manager")
    part = section(page(client), "Changed this month")
    assert "1 group assessed for the first time" in part and "1 group visited" in part
    listed = [client.get(address).context["lines"] for address in links(part)]
    assert [[line["group"] for line in lines] for lines in listed] == [["Sunrise"], ["Harbour"]]


def test_a_month_without_anything_says_so(cast):
    assert "No group was visited or assessed." in section(page(cast.client("manager")), "Changed this month")


def test_every_link_of_what_needs_them_leads_to_as_many_groups(cast):
    factories.make_assessment(group=cast.sunrise, by=cast.officer, levels=3, assessed_on=days_ago(500))
    factories.make_action(group=cast.sunrise, by=cast.officer, due_on=days_ago(5))
    factories.make_action(group=cast.sunrise, by=cast.officer, due_on=days_ago(6))
    factories.make_action(group=cast.meadow, by=cast.other_officer, due_on=days_ago(6))
    paper(cast.harbour, "equality-policy", 50, expires_on=days_ago(5))
    client = cast.client("manager")
    text = page(client)
    for title, words in {
        "Not assessed in 12 months": {"1 group last assessed longer ago": 1, "2 groups never assessed": 2},
        "Late actions": {"Peak: 2 actions": 1, "Vale: 1 action": 1},
        "Expired papers": {"Equality policy: 1 group": 1},
    }.items():
        part = section(text, title)
        for said, number in words.items():
            found = re.search(rf'<a href="([^"]+)">{said}</a>', part)
            assert found, said
            assert client.get(found[1].replace("&amp;", "&")).context["total"] == number, said
    assert text.index("Peak: 2 actions") < text.index("Vale: 1 action")


def test_at_most_five_kinds_of_paper_are_named(cast):
    for of in CredentialKind.objects.all()[:7]:
        paper(cast.harbour, of.key, 50, expires_on=days_ago(5))
    part = section(page(cast.client("manager")), "Expired papers")
    assert part.count(": 1 group") == 5 and reverse("county") + "#papers" in part


def test_districts_without_an_active_group_are_named_unless_they_are_no_more(cast):
    first, second, *others = District.objects.all()
    cast.sunrise.districts.set([first, *others])
    part = section(page(cast.client("manager")), "Districts without a group")
    assert second.name in part and first.name not in part
    District.objects.filter(pk=second.pk).update(ends_on=timezone.localdate())
    part = section(page(cast.client("manager")), "Districts without a group")
    assert "Groups are active in every district." in part
    tomorrow = timezone.localdate() + timedelta(days=1)
    District.objects.filter(pk=second.pk).update(ends_on=None, starts_on=tomorrow)
    assert "every district" in section(page(cast.client("manager")), "Districts without a group")


def test_nothing_to_do_is_said(cast):
    for group in CommunityGroup.objects.all():
        factories.make_assessment(group=group, by=cast.officer)
    text = page(cast.client("manager"))
    for words in (
        "Every active group was assessed in the last 12 months.",
        "Nothing is late.",
        "No paper has expired.",
        "None yet. Filter the county report",
        "None at the moment.",
    ):
        assert words in text


def test_own_views_and_files_are_there_and_nobody_elses(cast):
    SavedView.objects.create(owner=cast.manager, name="Derby, quarterly", query="kind=network")
    SavedView.objects.create(owner=factories.make_manager(), name="Another’s")
    with kind():
        queue(cast.manager, title="Table of the county")
        text = page(cast.client("manager"))
    assert f'<a href="{reverse("county")}?kind=network">Derby, quarterly</a>' in text
    assert "Another’s" not in text
    assert "Table of the county" in section(text, "Files made for you")


def test_an_empty_county_says_what_comes_next(cast):
    CommunityGroup.objects.all().delete()
    text = page(cast.client("manager"))
    assert "No active groups yet" in text and "Late actions" not in text


def test_a_manager_with_other_roles_finds_their_pages(cast):
    assert "Your other pages" not in page(cast.client("manager"))
    Membership.objects.create(user=cast.manager, role=Membership.Role.LEAD, group=cast.sunrise)
    Membership.objects.create(user=cast.manager, role=Membership.Role.ADMINISTRATOR)
    part = section(page(cast.client("manager")), "Your other pages")
    assert reverse("lead_plan") in part and reverse("administration") in part


def test_it_stands_without_an_edition(cast):
    factories.current_edition().__class__.objects.update(is_current=False)
    assert "The county today" in page(cast.client("manager"))


def test_queries_do_not_grow_with_groups(cast, django_assert_max_num_queries):
    client = cast.client("manager")

    def queries() -> int:
        client.get(reverse("home"))
        with django_assert_max_num_queries(20) as seen:
            client.get(reverse("home"))
        return len(seen)

    def one_more() -> None:
        group = factories.make_group(lio=cast.peak)
        group.districts.set(District.objects.all()[:2])
        factories.make_assessment(group=group, by=cast.officer)
        factories.make_action(group=group, by=cast.officer, due_on=days_ago(5))
        paper(group, "equality-policy", 50, expires_on=days_ago(5))
        SavedView.objects.create(owner=cast.manager, name=group.name)

    CommunityGroup.objects.all().delete()
    one_more()
    with_one = queries()
    one_more()
    one_more()
    assert queries() == with_one


def test_in_the_county_worked_out_by_hand(client):
    client.force_login(make_county().manager, backend="groups.sign_in.PortalBackend")
    text = page(client)
    assert "2 of 4 active groups had been assessed in the last 12 months." in text
    assert "1 group last assessed longer ago" in text and "1 group never assessed" in text
