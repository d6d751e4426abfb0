"""manage.py render_plan: the issued bytes, or a draft; a plain message and no file where that can't be."""

from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from readiness import issuing
from readiness.issuing import issue_plan, stored_pdf
from readiness.models import Plan
from readiness.planning import plan_of
from tests import factories
from tests.cast import Cast, make_cast
from toolkit_portal.core.pdf import PdfTooLarge

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick_pdf(monkeypatch) -> None:
    """Stands in for the layout, which takes a second; drafts of other tests are not in sight."""
    monkeypatch.setattr(issuing, "DRAFT_FOLDER", f"drafts-{uuid4()}/")
    monkeypatch.setattr(
        issuing,
        "render_plan",
        lambda document, large_print=False: f"%PDF {document.version} {large_print}".encode(),
    )


def run(group: object, file: Path, *options: str) -> str:
    out = StringIO()
    call_command("render_plan", f"--group={group}", "-o", str(file), *options, stdout=out)
    return out.getvalue()


def issue(cast: Cast):
    return issue_plan(plan=plan_of(cast.sunrise), by=cast.officer, client_id=uuid4())


def test_the_newest_issued_version_is_written_as_it_was_issued(tmp_path):
    cast = make_cast()
    issue(cast)
    made = issue(cast)
    file = tmp_path / "plan.pdf"
    assert "version 2 of Sunrise" in run("sunrise", file)
    assert file.read_bytes() == stored_pdf(made)
    run("Sunrise", file, "--large-print")
    assert file.read_bytes() == stored_pdf(made, large_print=True)
    assert [path.name for path in tmp_path.iterdir()] == ["plan.pdf"]


def test_without_an_issue_the_living_plan_is_written_as_a_draft(tmp_path):
    cast = make_cast()
    assert "draft" in run(cast.sunrise.pk, tmp_path / "plan.pdf")
    assert (tmp_path / "plan.pdf").read_bytes() == b"%PDF None False"
    assert not Plan.objects.exists()


def test_a_group_is_found_by_any_of_its_names_and_a_name_of_digits_before_an_id(tmp_path):
    cast = make_cast()
    cast.sunrise.other_names = "Morning Star\nDawn"
    cast.sunrise.save()
    numeral = factories.make_group(lio=cast.peak, name=str(cast.sunrise.pk))
    assert "of Sunrise" in run("  MORNING star", tmp_path / "a.pdf")
    assert f"draft, of {numeral.name} to" in run(cast.sunrise.pk, tmp_path / "b.pdf")
    with pytest.raises(CommandError):
        run("Morning", tmp_path / "c.pdf")


def test_a_name_that_several_groups_have_is_refused_with_each_lio_and_id(tmp_path):
    cast = make_cast()
    twin = factories.make_group(lio=cast.vale, name="SUNRISE")
    with pytest.raises(CommandError) as fault:
        run("Sunrise", tmp_path / "plan.pdf")
    for words in (f"of Peak, id {cast.sunrise.pk}", f"of Vale, id {twin.pk}"):
        assert words in str(fault.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("wanted", "words"), [("Sunrize", "“Sunrise”"), ("!!", "no group"), ("99999999999", "no group")]
)
def test_an_unknown_group_is_refused_with_near_names(tmp_path, wanted, words):
    make_cast()
    with pytest.raises(CommandError, match=words):
        run(wanted, tmp_path / "plan.pdf")
    assert not list(tmp_path.iterdir())


def test_a_damaged_version_is_not_written_and_what_was_there_stays(tmp_path):
    cast = make_cast()
    default_storage.delete(issue(cast).pdf.name)
    file = tmp_path / "plan.pdf"
    file.write_bytes(b"older")
    with pytest.raises(CommandError, match="version 1 is missing or damaged"):
        run("Sunrise", file)
    assert file.read_bytes() == b"older" and len(list(tmp_path.iterdir())) == 1


def test_a_plan_that_fits_no_pdf_and_a_place_that_takes_no_file_are_said_plainly(tmp_path, monkeypatch):
    make_cast()
    with pytest.raises(CommandError, match="no such folder"):
        run("Sunrise", tmp_path / "nowhere" / "plan.pdf")
    with pytest.raises(CommandError, match="folder, not a file"):
        run("Sunrise", tmp_path)

    def refuse(document, large_print=False):
        raise PdfTooLarge("Too long for one PDF.")

    monkeypatch.setattr(issuing, "render_plan", refuse)
    with pytest.raises(CommandError, match="Too long"):
        run("Harbour", tmp_path / "plan.pdf")
    assert not list(tmp_path.iterdir())


def test_help_has_an_example(capsys):
    with pytest.raises(SystemExit) as left:
        call_command("render_plan", "--help")
    assert left.value.code == 0
    assert "Example: manage.py render_plan --group" in " ".join(capsys.readouterr().out.split())
