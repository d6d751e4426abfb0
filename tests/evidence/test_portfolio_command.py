"""portfolio: a group's portfolio as a file, whole or not at all."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from evidence.management.commands import portfolio as command
from tests import factories
from tests.cast import Cast, make_cast
from tests.evidence.portfolio_acts import words
from toolkit_portal.core.pdf import PdfTooLarge

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files in no time, with the whole document in them as text."""
    for ending in command.RENDER:
        monkeypatch.setitem(command.RENDER, ending, lambda document: str(document).encode())


def run(target: Path, group: object) -> str:
    said = io.StringIO()
    call_command("portfolio", "--group", str(group), "-o", str(target), stdout=said)
    return said.getvalue()


@pytest.mark.parametrize(("name", "start"), [("p.pdf", b"%PDF-"), ("P.PDF", b"%PDF-"), ("p.docx", b"PK")])
def test_the_ending_of_the_file_says_what_it_becomes(cast, tmp_path, name, start):
    assert run(tmp_path / name, "sunrise") == f"Wrote the portfolio of Sunrise to {tmp_path / name}.\n"
    content = (tmp_path / name).read_bytes()
    assert content.startswith(start) and "Sunrise" in words(content)


@pytest.mark.usefixtures("plain")
def test_a_group_is_known_by_name_or_number(cast, tmp_path):
    for group in ("Sunrise", " SUNRISE ", cast.sunrise.pk):
        run(tmp_path / "p.pdf", group)
        assert "group_name='Sunrise'" in (tmp_path / "p.pdf").read_text()
    numbered = factories.make_group(lio=cast.vale, name=str(cast.sunrise.pk))
    run(tmp_path / "p.pdf", cast.sunrise.pk)
    assert f"group_name='{numbered.name}'" in (tmp_path / "p.pdf").read_text(), "a name goes before a number"


@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize(
    ("group", "message"),
    [
        ("Sunrize", "There is no group called “Sunrize”. Did you mean “Sunrise”"),
        ("999999", "There is no group called “999999”."),
        ("", "There is no group called “”."),
        ("9" * 40, "There is no group called"),
    ],
)
def test_a_group_that_is_not_known_is_refused_in_words(cast, tmp_path, group, message):
    with pytest.raises(CommandError) as fault:
        run(tmp_path / "p.pdf", group)
    assert message in str(fault.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("plain")
def test_two_groups_of_one_name_are_told_apart_by_number(cast, tmp_path):
    other = factories.make_group(lio=cast.vale, name="Sunrise")
    with pytest.raises(CommandError) as fault:
        run(tmp_path / "p.pdf", "Sunrise")
    assert f"Sunrise of Peak, id {cast.sunrise.pk}; Sunrise of Vale, id {other.pk}" in str(fault.value)


@pytest.mark.parametrize("name", ["p.odt", "p", "p.pdf.txt"])
def test_another_ending_is_refused(cast, tmp_path, name):
    with pytest.raises(CommandError, match=r"must end in \.pdf or \.docx"):
        run(tmp_path / name, "Sunrise")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named_and_nothing_is_there(cast, tmp_path):
    with pytest.raises(CommandError, match=r"Can't write .*nowhere"):
        run(tmp_path / "nowhere" / "p.pdf", "Sunrise")
    (tmp_path / "folder.pdf").mkdir()
    with pytest.raises(CommandError, match=r"Can't write .*folder"):
        run(tmp_path / "folder.pdf", "Sunrise")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.pdf"]


def test_one_that_cannot_be_made_leaves_the_file_that_was_there(cast, tmp_path, monkeypatch):
    def fail(document):
        raise PdfTooLarge("More than one document can carry.")

    target = tmp_path / "p.pdf"
    target.write_text("The last one")
    monkeypatch.setitem(command.RENDER, ".pdf", fail)
    with pytest.raises(CommandError, match="More than one document can carry"):
        run(target, "Sunrise")
    assert target.read_text() == "The last one"
    assert [path.name for path in tmp_path.iterdir()] == ["p.pdf"]


def test_a_fault_ends_with_1_and_one_line(tmp_path):
    ended = subprocess.run(
        [sys.executable, "manage.py", "portfolio", "--group", "x", "-o", str(tmp_path / "p.odt")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.strip() == f"CommandError: {tmp_path / 'p.odt'} must end in .pdf or .docx."
