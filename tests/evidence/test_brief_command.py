"""evidence_brief: a draft as PDF or Word file, over reviewed records, whole or not at all."""

import io
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from evidence.management.commands import evidence_brief
from evidence.models import Brief
from groups.models import LIO
from tests import factories
from tests.cast import Cast, make_cast
from tests.evidence.marker_walk import words_of
from toolkit_portal.core.pdf import PdfTooLarge

pytestmark = pytest.mark.django_db
HOUSING = ("--service", "Housing")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files in no time, with the whole document in them as text."""
    for ending in (".pdf", ".docx"):
        monkeypatch.setitem(evidence_brief.RENDER, ending, lambda document: str(document).encode())


def told(cast: Cast, summary: str, *, lio: LIO | None = None, by=None, **fields) -> None:
    factories.make_evidence(
        lio=lio or cast.peak,
        by=by or cast.officer,
        summary=summary,
        **{"reviewed_by": cast.manager, "districts": ("Chesterfield",), **fields},
    )


def run(target: Path, *options: str) -> str:
    """What the command says."""
    said = io.StringIO()
    call_command("evidence_brief", *options, "-o", str(target), stdout=said)
    return said.getvalue()


def written(folder: Path, *options: str) -> str:
    run(folder / "brief.pdf", *HOUSING, *options)
    return (folder / "brief.pdf").read_text()


@pytest.mark.parametrize(
    ("name", "start"), [("brief.pdf", b"%PDF-"), ("Brief.PDF", b"%PDF-"), ("b.docx", b"PK")]
)
def test_the_ending_of_the_file_says_what_it_becomes_and_it_is_a_draft(cast, tmp_path, name, start):
    told(cast, "Wintergreen")
    said = run(tmp_path / name, *HOUSING)
    content = (tmp_path / name).read_bytes()
    assert content.startswith(start)
    words = "".join(words_of(content).split())
    assert "Wintergreen" in words and "Draftevidencebrief" in words
    assert said == f"Wrote a brief over 1 reviewed record to {tmp_path / name}.\n"
    assert not Brief.objects.exists(), "a draft takes no number"


@pytest.mark.usefixtures("plain")
def test_only_reviewed_records_of_that_service_count_and_the_command_says_how_many(cast, tmp_path):
    told(cast, "Told by Peak")
    told(cast, "Told by Vale", lio=cast.vale, by=cast.other_officer)
    told(cast, "Nobody read this", reviewed_by=None)
    told(cast, "About buses", service="Transport")
    assert "over 2 reviewed records to" in run(tmp_path / "brief.pdf", *HOUSING)
    words = (tmp_path / "brief.pdf").read_text()
    assert "Told by Peak" in words and "Told by Vale" in words
    assert "Nobody read this" not in words and "About buses" not in words


@pytest.mark.usefixtures("plain")
def test_each_filter_leaves_out_what_does_not_fit(cast, tmp_path):
    told(cast, "Early", happened_on=date(2026, 3, 31), communities=("Roma",))
    told(cast, "Late", happened_on=date(2026, 4, 1), districts=("Bolsover",))
    told(cast, "Far", happened_on=date(2026, 4, 1), districts=("High Peak",), communities=("Indian",))
    told(cast, "Theirs", happened_on=date(2026, 4, 1), lio=cast.vale, by=cast.other_officer)
    told(cast, "A draft", reviewed_by=None)

    def fits(*options: str) -> list[str]:
        words = written(tmp_path, *options)
        return [name for name in ("Early", "Late", "Far", "Theirs", "A draft") if f"'{name}'" in words]

    assert fits() == ["Early", "Late", "Far", "Theirs"]
    assert fits("--district", "bolsover", "--district", "High  Peak") == ["Late", "Far"]
    assert fits("--community", "ROMA", "--community", "Indian") == ["Early", "Far"]
    assert fits("--community", "Roma", "--district", "Bolsover") == []
    assert fits("--from", "2026-04-01") == ["Late", "Far", "Theirs"]
    assert fits("--to", "31 March 2026") == ["Early"]
    assert fits("--from", "2026-03-31", "--to", "2026-03-31") == ["Early"]
    assert fits("--lio", "vale") == ["Theirs"]


@pytest.mark.usefixtures("plain")
def test_a_brief_names_the_lio_whose_records_it_rests_on_and_its_groups_alone(cast, tmp_path):
    for group in (cast.sunrise, cast.meadow):
        group.services.add(factories.service_area())
        group.directory_consent_by, group.directory_consent_on = "Chair", date(2026, 1, 2)
        group.directory_fields = ["name"]
        group.save()
    told(cast, "Told by Peak")
    words = written(tmp_path)
    assert "local infrastructure organisations" in words and "Sunrise" in words and "Meadow" in words
    words = written(tmp_path, "--lio", "Vale")
    assert "BriefLio(name='Vale'" in words and "Meadow" in words and "Sunrise" not in words
    council = factories.make_organisation(name="Amber Council", is_commissioner=True)
    words = written(tmp_path, "--commissioner", "amber council")
    assert f"commissioner='{council}'" in words


@pytest.mark.usefixtures("plain")
def test_the_only_lio_of_a_portal_is_named_without_being_asked_for(tmp_path):
    factories.make_lio(name="Peak")
    assert "BriefLio(name='Peak'" in written(tmp_path)


@pytest.mark.usefixtures("plain")
def test_where_no_record_fits_the_brief_says_so(cast, tmp_path):
    assert "over 0 reviewed records" in run(tmp_path / "brief.pdf", *HOUSING)
    words = (tmp_path / "brief.pdf").read_text()
    assert "No reviewed record yet shows" in words and "clause=()" in words


@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--service", "Huosing"), "“Huosing” isn't a known service area. Did you mean “Housing”?"),
        ((*HOUSING, "--district", "Chestrfield"), "isn't a known district. Did you mean “Chesterfield”?"),
        ((*HOUSING, "--community", "Romma"), "isn't a known community. Did you mean “Roma”?"),
        ((*HOUSING, "--lio", "Moor"), "“Moor” isn't a known LIO. Use “Peak” or “Vale”."),
        ((*HOUSING, "--commissioner", "Nobody"), "isn't a known commissioner."),
        ((*HOUSING, "--commissioner", "Prime Provider"), "isn't a known commissioner."),
        ((*HOUSING, "--from", "2026-02-31"), "--from: "),
        ((*HOUSING, "--to", "soon"), "--to: "),
        ((*HOUSING, "--from", "2026-05-02", "--to", "2026-05-01"), "--to lies before --from."),
    ],
)
def test_what_is_not_known_is_refused_with_what_is(cast, tmp_path, options, words):
    factories.make_organisation(name="Prime Provider", is_provider=True)
    told(cast, "Told by Peak")
    with pytest.raises(CommandError) as fault:
        run(tmp_path / "brief.pdf", *options)
    assert words in str(fault.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["brief.odt", "brief", "brief.pdf.txt"])
def test_another_ending_is_refused(cast, tmp_path, name):
    with pytest.raises(CommandError, match=r"must end in \.pdf or \.docx"):
        run(tmp_path / name, *HOUSING)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(cast, tmp_path):
    with pytest.raises(CommandError, match=r"Can't write .*nowhere"):
        run(tmp_path / "nowhere" / "brief.pdf", *HOUSING)


def test_a_brief_that_cannot_be_made_leaves_the_file_that_was_there(cast, tmp_path, monkeypatch):
    def fail(document):
        raise PdfTooLarge("More than one document can carry.")

    target = tmp_path / "brief.pdf"
    target.write_text("The last one")
    monkeypatch.setitem(evidence_brief.RENDER, ".pdf", fail)
    with pytest.raises(CommandError, match="More than one document can carry"):
        run(target, *HOUSING)
    assert [path.name for path in tmp_path.iterdir()] == ["brief.pdf"]
    assert target.read_text() == "The last one"


@pytest.mark.usefixtures("plain")
def test_a_disk_that_runs_full_leaves_the_file_that_was_there_and_no_part_of_another(
    cast, tmp_path, monkeypatch
):
    """The new file takes the old one's place by a new name, once it is whole."""
    target = tmp_path / "brief.pdf"
    target.write_text("The last one")
    write = Path.write_bytes

    def until_full(path: Path, content: bytes) -> int:
        write(path, content[:10])
        assert path != target and path.parent == target.parent
        assert target.read_text() == "The last one"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", until_full)
    with pytest.raises(CommandError, match=r"Can't write .*No space left on device"):
        run(target, *HOUSING)
    assert [path.name for path in tmp_path.iterdir()] == ["brief.pdf"]
    assert target.read_text() == "The last one"
