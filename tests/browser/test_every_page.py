"""Every page that a person may open, empty and full, at phone and desk width: axe, one <h1>, no sideways scroll."""

import pytest
from django.urls import reverse

from evidence.models import Brief, Quote
from groups.models import CommunityGroup, ServiceArea, User, Visit
from readiness.demo.county import build
from readiness.models import Assessment
from tests.access.rows import Row
from tests.browser.conftest import DESKTOP, PHONE
from tests.cast import Cast, make_cast
from tests.test_access import FOREIGN_PREFIXES, ROWS

WORKERS = ["officer", "manager", "lead", "administrator"]
# Not pages: files, fragments and answers to scripts.
NOT_PAGES = {
    "county_export",
    "plan_pdf",
    "issued_plan_pdf",
    "group_import_template",
    "assessment_import_template",
    "assessment_progress",
    "evidence_export",
    "evidence_table_csv",
    "evidence_import_template",
    "paper_import_template",
    "work_import_template",
    "brief_file",
    "attachment_file",
    "paper_file",
    "papers_export",
    "attachment_thumbnail",
    "work_file",
    "lead_paper_file",
    "paper_model_file",
    "lead_paper_model_file",
    "portfolio_file",
    "profile_sheet",
    "lead_portfolio_file",
    "lead_profile_sheet",
    "job_file",
}


@pytest.fixture
def sound_at_both_widths(assert_page_is_sound):
    """A page is loaded once: no script reads the width, styles follow it at once."""

    def sound(page) -> None:
        for width in (DESKTOP, PHONE):
            page.set_viewport_size({"width": width, "height": 900})
            assert_page_is_sound(page)

    return sound


def rows_of(actor: str) -> list[Row]:
    """Rows of the pages this actor may open."""
    return [
        row
        for row in ROWS
        if row.name not in NOT_PAGES
        and not row.name.startswith(FOREIGN_PREFIXES)
        and row.expected("GET", actor) == 200
    ]


def address(row: Row, cast: Cast) -> str:
    return reverse(row.name, kwargs=dict(row.kwargs(cast))) + row.query


@pytest.mark.parametrize("actor", WORKERS)
def test_pages_are_sound(actor, new_page, signed_in, sound_at_both_widths, live_server):
    cast = make_cast()
    page = new_page()
    signed_in(page, getattr(cast, actor))
    for row in rows_of(actor):
        # A row makes the records it needs, and a group has one draft at a time.
        Assessment.objects.drafts().delete()
        path = address(row, cast)
        response = page.goto(path)
        if "text/html" not in (response.headers.get("content-type") or ""):
            continue
        assert response.status == 200, path
        sound_at_both_widths(page)


def test_full_pages_are_sound(new_page, signed_in, sound_at_both_widths, live_server, settings):
    """The same with a county's worth of content."""
    settings.DEMO = True
    build(groups=48, seed=3, issued=1, evidence=60)
    officer = User.objects.get(email="officer@demo.example")
    group = CommunityGroup.objects.led_by(User.objects.get(email="lead@demo.example")).get()
    visit = Visit.objects.filter(group=group).latest("happened_on")
    latest = Assessment.objects.get(group=group, is_latest=True)
    draft = Assessment.objects.drafts().get()
    walks = {
        officer.email: [
            reverse("home"),
            reverse("group_list"),
            reverse("case", args=[group.pk]),
            reverse("case_visits", args=[group.pk]),
            reverse("case_readiness", args=[group.pk]),
            reverse("case_plan", args=[group.pk]),
            reverse("plan_suggestions", args=[group.pk]),
            reverse("plan_issue", args=[group.pk]),
            reverse("group_profile", args=[group.pk]),
            reverse("group_history", args=[group.pk]),
            reverse("visit_log", args=[group.pk]),
            reverse("papers_matrix"),
            reverse("papers_matrix") + "?paper=equality-policy",
            reverse("case_evidence", args=[group.pk]),
            reverse("portfolio", args=[group.pk]),
            reverse("evidence_list"),
            reverse("evidence_review_list"),
            reverse(
                "evidence_detail", args=[Quote.objects.filter(record__lio=group.lio).latest("pk").record_id]
            ),
            reverse("evidence_analysis"),
            reverse("evidence_analysis") + "?measure=records&start=01/01/2026",
            reverse("brief_list"),
            reverse("brief_new") + f"?service_area={ServiceArea.objects.get(label='Housing').pk}",
            reverse("brief_detail", args=[Brief.objects.filter(lio=group.lio).latest("pk").pk]),
            reverse("visit_detail", args=[visit.pk]),
            reverse("assessment_result", args=[latest.pk]),
            reverse("assessment_theme", args=[draft.pk, "2.1"]),
            reverse("assessment_check", args=[draft.pk]),
            reverse("toolkit"),
            reverse("toolkit_section", args=[latest.edition.code, "2.15a"]),
        ],
        "lead@demo.example": [
            reverse("lead_plan"),
            reverse("lead_portfolio", args=[group.pk]),
            reverse("toolkit"),
        ],
        "manager@demo.example": [
            reverse("home"),
            reverse("county"),
            reverse("county_groups"),
            reverse("group_list"),
            reverse("case", args=[group.pk]),
        ],
        "admin@demo.example": [reverse("admin_people"), reverse("admin_lios"), reverse("admin_trail")],
    }
    for email, paths in walks.items():
        page = new_page()
        signed_in(page, User.objects.get(email=email))
        for path in paths:
            response = page.goto(path)
            assert response.status == 200, f"{email} {path}"
            sound_at_both_widths(page)
