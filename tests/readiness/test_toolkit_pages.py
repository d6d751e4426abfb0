"""The toolkit to read, and its editions: a used one never changes, a second one stands beside it."""

from html import unescape
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from readiness.loading import EditionInUse, load_bundled_editions, load_edition, store_edition
from readiness.models import Assessment, Criterion, Edition
from readiness.toolkit import bundled_editions, parse_edition
from tests import factories
from tests.cast import make_cast

pytestmark = pytest.mark.django_db
BUNDLED = bundled_editions()[0].read_text(encoding="utf-8")


def edition_file(
    folder: Path, *, code: str = "derbyshire-2", published: str = "2027-01-01", title: str = ""
) -> Path:
    """The bundled edition under another code, day or title."""
    text = BUNDLED.replace('code = "derbyshire-1"', f'code = "{code}"', 1)
    text = text.replace("published = 2026-11-01", f"published = {published}", 1)
    if title:
        text = text.replace("Derbyshire contract-readiness toolkit, first edition", title, 1)
    path = folder / f"{code}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def run(path: Path, *options: str) -> str:
    out = StringIO()
    call_command("load_edition", str(path), *options, stdout=out)
    return out.getvalue()


# Pages


def test_the_list_shows_every_section_with_its_statement_and_whose_the_letters_are():
    page = unescape(make_cast().client("lead").get(reverse("toolkit")).content.decode())
    edition = factories.current_edition()
    for section in edition.criteria.all():
        assert reverse("toolkit_section", args=[edition.code, section.code]) in page
        assert section.statement in page
    assert "The letters a to d are ours" in page
    assert "not legal advice" in page


def test_a_section_shows_levels_what_to_try_evidence_and_the_law_with_its_source():
    edition = factories.current_edition()
    section = edition.criteria.get(code="2.1")
    url = reverse("toolkit_section", args=[edition.code, "2.1"])
    page = unescape(make_cast().client("lead").get(url).content.decode())
    assert section.why in page
    for item in section.descriptors.all():
        assert item.text in page
    for action in section.suggested_actions.all():
        assert action.what in page
    for words in section.evidence:
        assert words in page
    assert section.law[0]["url"] in page
    assert "Checked on 1 November 2026" in page
    assert "not legal advice" in page
    assert "Next:" in page
    assert "Before:" not in page
    assert "About the letter" not in page


def test_a_lettered_section_says_that_the_letter_is_the_portal_s():
    url = reverse("toolkit_section", args=["derbyshire-1", "2.15b"])
    page = make_cast().client("officer").get(url).content.decode()
    assert "About the letter" in page


def test_the_last_section_has_none_after_it():
    url = reverse("toolkit_section", args=["derbyshire-1", "2.23"])
    page = make_cast().client("officer").get(url).content.decode()
    assert "Before:" in page
    assert "Next:" not in page


def test_unknown_sections_and_editions_are_404():
    client = make_cast().client("officer")
    assert client.get(reverse("toolkit_section", args=["derbyshire-1", "9.9"])).status_code == 404
    assert client.get(reverse("toolkit_section", args=["nowhere", "2.1"])).status_code == 404
    assert client.get(reverse("toolkit") + "?edition=nowhere").status_code == 404


def test_a_second_edition_can_be_switched_to(tmp_path):
    load_edition(edition_file(tmp_path, title="Second edition"))
    client = make_cast().client("officer")
    page = client.get(reverse("toolkit")).content.decode()
    assert "Second edition (in use)" in page
    old = client.get(reverse("toolkit") + "?edition=derbyshire-1").content.decode()
    assert reverse("toolkit_section", args=["derbyshire-1", "2.1"]) in old
    section = client.get(reverse("toolkit_section", args=["derbyshire-1", "2.1"])).content.decode()
    assert reverse("toolkit_section", args=["derbyshire-2", "2.1"]) in section


def test_without_any_edition_the_page_says_what_to_do():
    cast = make_cast()
    Edition.objects.all().delete()
    assert "No edition is loaded yet" in cast.client("officer").get(reverse("toolkit")).content.decode()
    assert cast.client("officer").get(reverse("case_readiness", args=[cast.sunrise.pk])).status_code == 200


def test_the_pages_cost_a_constant_number_of_queries(tmp_path, django_assert_max_num_queries):
    client = make_cast().client("officer")
    for number in (2, 3):
        with django_assert_max_num_queries(9):
            client.get(reverse("toolkit"))
        with django_assert_max_num_queries(10):
            client.get(reverse("toolkit_section", args=["derbyshire-1", "2.15a"]))
        load_edition(edition_file(tmp_path, code=f"derbyshire-{number}"))


# Loading


def test_an_edition_is_loaded_whole(tmp_path):
    data = parse_edition(edition_file(tmp_path))
    edition, written = store_edition(data)
    assert (written, edition.is_current, edition.checksum) == (True, True, data.checksum)
    assert [item.code for item in edition.criteria.all()] == [item.code for item in data.criteria]
    for item in data.criteria:
        stored = Criterion.objects.get(edition=edition, code=item.code)
        assert tuple(stored.descriptors.values_list("text", flat=True)) == item.levels
        assert set(stored.suggested_actions.values_list("key", flat=True)) == {
            action.key for action in item.actions
        }
        assert [note["now"] for note in stored.law] == [note.now for note in item.law]


def test_loading_it_again_changes_nothing(tmp_path):
    path = edition_file(tmp_path)
    first, _ = load_edition(path)
    again, written = load_edition(path)
    assert (again.pk, written) == (first.pk, False)


def test_an_unused_edition_may_be_replaced(tmp_path):
    load_edition(edition_file(tmp_path))
    changed, written = load_edition(edition_file(tmp_path, title="Better words"))
    assert (written, changed.title) == (True, "Better words")
    assert Edition.objects.filter(code="derbyshire-2").count() == 1


def test_a_used_edition_never_changes(tmp_path):
    cast = make_cast()
    factories.make_draft(group=cast.sunrise, by=cast.officer)
    with pytest.raises(EditionInUse, match="derbyshire-1: assessments already use"):
        load_edition(edition_file(tmp_path, code="derbyshire-1", title="Quietly changed"))
    assert factories.current_edition().title != "Quietly changed"


def test_a_second_edition_serves_new_assessments_and_old_ones_keep_theirs(tmp_path):
    cast = make_cast()
    old = factories.make_assessment(group=cast.sunrise, by=cast.officer)
    second, _ = load_edition(edition_file(tmp_path))
    new = factories.make_draft(group=cast.harbour, by=cast.officer)
    old.refresh_from_db()
    assert (old.edition.code, new.edition) == ("derbyshire-1", second)
    assert cast.client("officer").get(reverse("assessment_result", args=[old.pk])).status_code == 200
    assert Edition.objects.filter(is_current=True).count() == 1


def test_an_earlier_edition_stands_beside_and_is_not_used(tmp_path):
    edition, _ = load_edition(edition_file(tmp_path, published="2020-01-01"))
    assert not edition.is_current
    assert factories.current_edition().code == "derbyshire-1"


def test_moving_an_edition_back_in_time_leaves_another_in_use(tmp_path):
    load_edition(edition_file(tmp_path))
    load_edition(edition_file(tmp_path, published="2020-01-01"))
    assert factories.current_edition().code == "derbyshire-1"


def test_after_migrate_a_used_edition_stays_as_it_is(monkeypatch, tmp_path):
    cast = make_cast()
    factories.make_draft(group=cast.sunrise, by=cast.officer)
    changed = edition_file(tmp_path, code="derbyshire-1", title="From a later release")
    monkeypatch.setattr("readiness.loading.bundled_editions", lambda: [changed])
    load_bundled_editions()
    assert factories.current_edition().title != "From a later release"
    assert Assessment.objects.exists()


def test_after_migrate_nothing_is_loaded_while_tables_or_the_app_are_missing(monkeypatch):
    Edition.objects.all().delete()
    with monkeypatch.context() as patch:
        patch.setattr("readiness.loading.registry.is_installed", lambda name: False)
        load_bundled_editions()
    with monkeypatch.context() as patch:
        patch.setattr("readiness.loading.connections", _WithoutTables())
        load_bundled_editions()
    assert not Edition.objects.exists()
    load_bundled_editions()
    assert factories.current_edition().code == "derbyshire-1"


class _WithoutTables:
    """Connections to a database that has been migrated part of the way."""

    introspection = property(lambda self: self)

    def __getitem__(self, name: str) -> "_WithoutTables":
        return self

    def table_names(self) -> list[str]:
        return ["readiness_edition"]


# The command


def test_the_command_loads_an_edition_and_says_what_it_did(tmp_path):
    path = edition_file(tmp_path)
    assert run(path) == "Loaded derbyshire-2: 14 sections in 2 themes. New assessments use it.\n"
    assert "Nothing to do" in run(path)
    earlier = edition_file(tmp_path, code="derbyshire-0", published="2020-01-01")
    assert "New assessments go on with a later edition." in run(earlier)


def test_a_dry_run_writes_nothing(tmp_path):
    assert "Would load derbyshire-2" in run(edition_file(tmp_path), "--dry-run")
    assert Edition.objects.count() == 1
    assert factories.current_edition().code == "derbyshire-1"


def test_the_command_names_every_fault_and_writes_nothing(tmp_path):
    path = edition_file(tmp_path)
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("weight = 1", "weight = 0", 3).replace("why = ", "wyh = ", 1), encoding="utf-8"
    )
    with pytest.raises(CommandError) as fault:
        run(path)
    assert fault.value.returncode == 1
    said = str(fault.value)
    assert "faults" in said.splitlines()[0]
    assert "derbyshire-2.toml: 2.1: why: missing" in said
    assert said.count("weight") == 3
    assert Edition.objects.count() == 1


def test_the_command_refuses_to_change_a_used_edition(tmp_path):
    cast = make_cast()
    factories.make_draft(group=cast.sunrise, by=cast.officer)
    with pytest.raises(CommandError, match="already use this edition"):
        run(edition_file(tmp_path, code="derbyshire-1", title="Changed"), "--dry-run")


def test_a_file_that_is_not_there_is_said_plainly(tmp_path):
    with pytest.raises(CommandError, match="can't be read"):
        run(tmp_path / "none.toml")
