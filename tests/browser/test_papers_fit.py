"""Papers with long names and many columns: nothing runs out of its box."""

import uuid

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from groups.credentials import add_file, set_paper
from groups.models import CredentialKind
from tests.browser.conftest import DESKTOP, PHONE
from tests.cast import make_cast
from toolkit_portal.core.attachment_files import prepare


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_a_file_whose_name_is_one_long_word_fits_into_the_tender_pack(
    width, new_page, signed_in, assert_page_is_sound, live_server
):
    cast = make_cast()
    kind = CredentialKind.objects.get(key="equality-policy")
    set_paper(group=cast.sunrise, kind=kind, by=cast.officer, version=0, state="in_place")
    add_file(
        group=cast.sunrise,
        kind=kind,
        by=cast.officer,
        prepared=prepare(ContentFile(b"All are welcome."), f"{'policy' * 30}.txt"),
        client_id=uuid.uuid4(),
    )
    page = new_page(width=width)
    signed_in(page, cast.officer)
    page.goto(reverse("tender_pack", args=[cast.sunrise.pk]))
    assert page.get_by_text("policypolicy").is_visible()
    assert_page_is_sound(page)


@pytest.mark.parametrize("name", ["papers_matrix", "group_list"])
def test_the_fields_of_a_filter_keep_clear_of_its_edge(name, page, signed_in, live_server):
    cast = make_cast()
    signed_in(page, cast.officer)
    page.goto(reverse(name))
    page.locator(".filters > summary").click()
    panel = page.locator(".filters").bounding_box()
    for inside in (page.locator(".filters select").first, page.locator(".filters button")):
        box = inside.bounding_box()
        assert panel is not None and box is not None
        assert box["x"] - panel["x"] >= 8 and panel["y"] + panel["height"] > box["y"] + box["height"]
    button = page.locator(".filters button").bounding_box()
    assert panel["y"] + panel["height"] - button["y"] - button["height"] >= 8
