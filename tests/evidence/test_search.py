"""The search: what is found by which words, by whom, and that nothing is found that may not be."""

import io

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from evidence import search_index
from evidence.consent import withdraw_consent
from evidence.models import Evidence, Quote, SearchEntry
from evidence.quotes import change_quote, delete_quote
from evidence.recording import change_evidence, delete_draft
from evidence.search import EXCERPT_LETTERS, Found, excerpt, find, pieces, terms
from groups.models import CommunityGroup, Service, User
from tests import factories
from tests.cast import ACTORS, Cast, make_cast
from tests.evidence.test_imports import imported, row
from toolkit_portal.core.many_writes import writing_many

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def need(cast: Cast, summary: str, **fields) -> Evidence:
    return factories.make_evidence(lio=cast.peak, by=cast.officer, summary=summary, **fields)


def reviewed_quote(cast: Cast, text: str, uses: str = "brief") -> Quote:
    return factories.make_quote(
        record=need(cast, "Told in confidence.", reviewed_by=cast.manager),
        by=cast.officer,
        text=text,
        uses=uses,
    )


def found(user: User, typed: str, *kinds: str) -> list[tuple[str, int]]:
    return [(hit.kind, hit.object_id) for hit in find(user, typed, kinds)[:50]]


# What is found


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("No interpreter at the surgery", "interpreter"),
        ("No interpreter at the surgery", "INTERPRETER Surgery"),
        ("No interpreter at the surgery", "interpr"),
        ("No interpreter at the surgery", "interpreting"),
        ("No interpreter at the surgery", "surgeries"),
        ("Two interpreters came late", "interpreter"),
        ("Pani Wałęsa wróciła", "walesa wrocila"),
        ("Der Café war zu", "cafe"),
        ("cafe war zu", "Café"),
        ("They don’t answer", "don't"),
        ("डॉक्टर के पास हिन्दी में कोई नहीं", "हिन्दी"),
        ("ডাক্তারখানায় বাংলা জানে না", "বাংলা"),
        ("ڈاکٹر کے پاس کوئی مترجم نہیں", "مترجم"),
        ("我们没有翻译", "翻译"),
        ("Postcode DE45 1AB", "de45 1ab"),
    ],
)
def test_a_word_is_found_however_it_is_typed(cast: Cast, written: str, typed: str):
    record = need(cast, written)
    need(cast, "Something else entirely")
    assert found(cast.officer, typed) == [("need", record.pk)]


@pytest.mark.parametrize("typed", ["interpreter bus", "urgery", "翻没", "हिन्द्", "or"])
def test_every_word_must_be_there_from_its_beginning(cast: Cast, typed: str):
    need(cast, "No interpreter at the surgery 我们没有翻译 हिन्दी")
    assert found(cast.officer, typed) == []


def test_only_the_last_of_short_words_may_be_half_typed(cast: Cast):
    record = need(cast, "Busy surgery")
    assert found(cast.officer, "surgery bus") == [("need", record.pk)]
    assert found(cast.officer, "bus surgery") == []


@pytest.mark.parametrize("typed", ["", "   ", "!?", "\"'", "***", "…"])
def test_no_words_find_nothing(cast: Cast, typed: str):
    assert len(find(cast.officer, typed)) == 0
    assert find(cast.officer, typed)[:10] == []


HOSTILE = [
    '"', '""', "'", "''", "surgery'", 'surgery" OR "need', "surgery* OR x", "title_words:surgery", "NEAR(surgery x)",
    "surgery NOT x", "^surgery", "-surgery", "surgery)", "((", "surgery & !x", "surgery | x", "surgery:*", "a <-> b",
    "%sx", "%", "\\", "\\'", "surgery\0x", "'; DROP TABLE evidence_searchentry; --", "{surgery}", "<b>surgery</b>",
    "\ud800", "surgery " * 500, "a" * 3000, "\u202esurgery", "AND", "OR NOT AND",
]  # fmt: skip


@pytest.mark.parametrize("typed", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_typed_is_never_syntax(cast: Cast, typed: str):
    """Nothing breaks, and a word of syntax is a word like any other: it doesn't widen what is found."""
    need(cast, "Nothing to see")
    other = need(cast, "Only the surgery")
    assert set(found(cast.officer, typed)) <= {("need", other.pk)}
    assert SearchEntry.objects.exists()
    client = cast.client("officer")
    assert client.get(reverse("search"), {"q": typed.encode("utf-8", "replace")}).status_code == 200


@given(typed=st.text(max_size=60))
def test_any_text_at_all_can_be_typed(typed: str):
    with transaction.atomic():
        list(Found(User(pk=1, is_active=False), terms(typed), ())[:5])
        with connection.cursor() as cursor:
            from evidence.search import _FROM, _query

            if looked_for := terms(typed):
                cursor.execute(f"SELECT count(*) FROM {_FROM[connection.vendor]}", [_query(looked_for)])


def test_a_title_comes_before_a_text(cast: Cast):
    in_text = factories.make_group(lio=cast.peak, name="Moorland", own_words="Friends of the lantern parade")
    in_title = factories.make_group(lio=cast.peak, name="Lantern")
    factories.make_group(
        lio=cast.peak, name="Peat", own_words="Our lantern, again the lantern, always a lantern"
    )
    assert found(cast.officer, "lantern")[0] == ("group", in_title.pk)
    assert ("group", in_text.pk) in found(cast.officer, "lantern")


def test_what_each_kind_is_found_by(cast: Cast):
    record = need(cast, "x", needed_instead="Waldlicht", communities=("Roma",), districts=("Bolsover",))
    quote = reviewed_quote(cast, "Mondschein")
    organisation = factories.make_organisation(name="Sternhaus", other_names="Kometenhof")
    Service.objects.create(
        organisation=organisation, name="Nordlicht line", service_area=factories.service_area()
    )
    group = factories.make_group(lio=cast.peak, name="Abendrot", languages="Igbo", places="Glossop")
    user = cast.officer
    for typed in ("Waldlicht", "Roma", "Bolsover"):
        assert found(user, typed) == [("need", record.pk)]
    assert found(user, "Mondschein") == [("quote", quote.pk)]
    for typed in ("Sternhaus", "Kometenhof", "Nordlicht"):
        assert found(user, typed) == [("organisation", organisation.pk)]
    for typed in ("Abendrot", "Igbo", "Glossop"):
        assert found(user, typed) == [("group", group.pk)]


def test_a_kind_alone_can_be_asked_for_and_all_are_counted(cast: Cast):
    record = need(cast, "Lantern light")
    factories.make_group(lio=cast.peak, name="Lantern")
    assert found(cast.officer, "lantern", "need") == [("need", record.pk)]
    assert find(cast.officer, "lantern", ["need"]).counts == {
        "need": 1, "quote": 0, "organisation": 0, "group": 1,
    }  # fmt: skip
    assert len(find(cast.officer, "lantern", ["need"])) == 1
    assert find(cast.officer, "lantern", ["need"])[0].object_id == record.pk


# Who finds it


def test_records_of_another_lio_are_never_found(cast: Cast):
    factories.make_evidence(lio=cast.vale, by=cast.other_officer, summary="Lantern")
    theirs = factories.make_evidence(
        lio=cast.vale, by=cast.other_officer, reviewed_by=cast.manager, summary="Lantern"
    )
    factories.make_quote(record=theirs, by=cast.other_officer, text="Lantern", uses="brief report")
    factories.make_group(lio=cast.vale, name="Lantern")
    assert find(cast.officer, "lantern").counts == {"need": 0, "quote": 0, "organisation": 0, "group": 0}
    assert found(cast.officer, "lantern") == []
    assert find(cast.other_officer, "lantern").counts == {
        "need": 2,
        "quote": 1,
        "organisation": 0,
        "group": 1,
    }
    assert find(cast.manager, "lantern").counts == {"need": 2, "quote": 1, "organisation": 0, "group": 1}


def test_a_record_moved_past_the_signals_is_judged_by_itself_not_by_its_entry(cast: Cast):
    record = need(cast, "Lantern")
    Evidence.objects.filter(pk=record.pk).update(lio=cast.vale)
    assert SearchEntry.objects.get(kind="need", object_id=record.pk).lio_id == cast.peak.pk
    assert found(cast.officer, "lantern") == []


@pytest.mark.parametrize("actor", [actor for actor in ACTORS if actor != "anonymous"])
def test_organisations_are_found_by_everybody_with_case_files(cast: Cast, actor: str):
    factories.make_organisation(name="Lantern Trust")
    user = getattr(cast, actor)
    reads = actor in {"officer", "other_officer", "manager"}
    assert len(find(user, "lantern")) == int(reads)


def test_private_words_are_never_found(cast: Cast):
    group = factories.make_group(lio=cast.peak, name="Sun", notes="lantern", meeting_place="lantern")
    group.contacts.create(name="Lantern", email="lantern@x.example", note="lantern")
    factories.make_organisation(name="Moon", notes="lantern", address="lantern").contacts.create(
        name="Lantern"
    )
    record = need(cast, "Stars")
    record.sent_back_why, record.sent_back_by, record.sent_back_at = (
        "lantern",
        cast.manager,
        record.created_at,
    )
    record.save()
    factories.make_visit(group=group, officer=cast.officer, summary="lantern", private_notes="lantern")
    assert found(cast.officer, "lantern") == []
    assert not SearchEntry.objects.filter(body_words__contains="lantern").exists()


# Quotes follow consent


@pytest.mark.parametrize("uses", ["", "portfolio"])
def test_a_quote_that_nobody_agreed_to_show_is_not_indexed(cast: Cast, uses: str):
    reviewed_quote(cast, "Lantern", uses=uses)
    assert found(cast.manager, "lantern") == []
    assert not SearchEntry.objects.filter(kind="quote").exists()


def test_a_quote_of_a_draft_is_not_indexed_until_it_is_reviewed(cast: Cast):
    record = need(cast, "Stars")
    quote = factories.make_quote(record=record, by=cast.officer, text="Lantern", uses="report")
    assert found(cast.officer, "lantern") == []
    record.state, record.reviewed_by, record.reviewed_at = "reviewed", cast.manager, record.created_at
    record.save()
    assert found(cast.officer, "lantern") == [("quote", quote.pk)]
    change_evidence(record=record, by=cast.officer, version=record.version, summary="Planets")
    assert found(cast.officer, "lantern") == []
    assert not SearchEntry.objects.filter(kind="quote").exists()


def test_a_withdrawn_quote_is_gone_at_once(cast: Cast):
    quote = reviewed_quote(cast, "Lantern")
    assert found(cast.officer, "lantern") == [("quote", quote.pk)]
    withdraw_consent(quote=quote, by=cast.officer)
    assert found(cast.officer, "lantern") == []
    assert not SearchEntry.objects.filter(kind="quote").exists()


def test_a_quote_withdrawn_past_the_signals_is_not_found_either(cast: Cast):
    quote = reviewed_quote(cast, "Lantern")
    Quote.objects.filter(pk=quote.pk).update(for_briefs=False)
    assert SearchEntry.objects.filter(kind="quote").exists()
    assert found(cast.officer, "lantern") == []


def test_other_words_of_a_quote_or_its_deletion_take_it_out(cast: Cast):
    quote, other = reviewed_quote(cast, "Lantern"), reviewed_quote(cast, "Lantern two")
    change_quote(quote=quote, by=cast.officer, version=quote.version, text="Candle", speaker="")
    assert found(cast.officer, "lantern") == [("quote", other.pk)]
    delete_quote(quote=other, by=cast.officer)
    assert found(cast.officer, "lantern") == []


# Kept in step


def test_a_change_is_found_and_what_it_replaced_is_not(cast: Cast):
    record = need(cast, "Lantern")
    change_evidence(record=record, by=cast.officer, version=record.version, summary="Candle")
    assert found(cast.officer, "candle") == [("need", record.pk)]
    assert found(cast.officer, "lantern") == []


def test_what_is_deleted_is_gone(cast: Cast):
    record = need(cast, "Lantern")
    group = factories.make_group(lio=cast.peak, name="Lantern")
    organisation = factories.make_organisation(name="Lantern")
    assert len(find(cast.officer, "lantern")) == 3
    delete_draft(record=record, by=cast.officer)
    group.delete()
    organisation.delete()
    assert found(cast.officer, "lantern") == []
    assert not SearchEntry.objects.filter(title_words="lantern").exists()


def test_a_change_that_is_rolled_back_changes_nothing(cast: Cast):
    record = need(cast, "Lantern")
    with pytest.raises(RuntimeError), transaction.atomic():
        change_evidence(record=record, by=cast.officer, version=record.version, summary="Candle")
        assert found(cast.officer, "candle")
        raise RuntimeError
    assert found(cast.officer, "lantern") == [("need", record.pk)]
    assert found(cast.officer, "candle") == []


def test_lists_are_followed_from_both_ends(cast: Cast):
    record = need(cast, "Stars")
    district = factories.district("Bolsover")
    for act in (
        lambda: record.districts.add(district),
        lambda: record.districts.remove(district),
        lambda: district.evidence.add(record),
        lambda: district.evidence.clear(),
        lambda: record.districts.set([district]),
        lambda: record.districts.clear(),
    ):
        act()
        holds = district in record.districts.all()
        assert (("need", record.pk) in found(cast.officer, "bolsover")) is holds


def test_a_new_name_is_followed_in_the_needs_that_repeat_it(cast: Cast):
    provider = factories.make_organisation(name="Lantern Homes")
    record = need(cast, "Stars", provider=provider, groups=(cast.sunrise,))
    provider.name, cast.sunrise.name = "Candle Homes", "Candlelight"
    provider.save()
    cast.sunrise.save()
    assert ("need", record.pk) in found(cast.officer, "candle homes candlelight")
    assert found(cast.officer, "lantern") == []
    assert ("need", record.pk) not in found(cast.officer, "sunrise")


def test_an_organisation_merged_into_another_is_not_found(cast: Cast):
    kept, merged = factories.make_organisation(name="Candle"), factories.make_organisation(name="Lantern")
    merged.merged_into = kept
    merged.save()
    assert found(cast.officer, "lantern") == []


def test_a_service_is_followed(cast: Cast):
    organisation = factories.make_organisation(name="Candle")
    service = Service.objects.create(
        organisation=organisation, name="Lantern line", service_area=factories.service_area()
    )
    assert found(cast.officer, "lantern") == [("organisation", organisation.pk)]
    service.delete()
    assert found(cast.officer, "lantern") == []


def test_rebuilding_finds_what_was_written_past_the_signals_and_says_how_much(cast: Cast):
    group = factories.make_group(lio=cast.peak, name="Sun")
    CommunityGroup.objects.filter(pk=group.pk).update(name="Lantern")
    need(cast, "Stars")
    SearchEntry.objects.create(kind="need", object_id=99_999, title="ghost", title_words="ghost")
    assert found(cast.officer, "lantern") == []
    said = io.StringIO()
    call_command("rebuild_search", stdout=said)
    assert found(cast.officer, "lantern") == [("group", group.pk)]
    assert not SearchEntry.objects.filter(title="ghost").exists()
    assert said.getvalue() == "The search holds 1 needs, 0 quotes, 0 organisations and 4 groups.\n"


def test_rebuilding_changes_nothing_that_was_in_step(cast: Cast):
    need(cast, "Lantern", groups=(cast.sunrise,), barriers=("Cost",))
    reviewed_quote(cast, "Lantern")
    factories.make_organisation(name="Lantern")

    def entries() -> list:
        return list(
            SearchEntry.objects.order_by("kind", "object_id").values_list(
                "kind", "object_id", "lio", "title", "body", "title_words", "body_words"
            )
        )

    before = entries()
    search_index.rebuild()
    assert entries() == before


def test_an_older_portal_is_filled_after_migrate_once(cast: Cast):
    need(cast, "Lantern")
    SearchEntry.objects.all().delete()
    search_index.fill_if_empty()
    assert len(find(cast.officer, "lantern")) == 1
    with CaptureQueriesContext(
        connection,
    ) as ran:
        search_index.fill_if_empty()
    assert not [query for query in ran.captured_queries if "INSERT" in query["sql"]]


def test_one_save_indexes_no_more_however_long_its_lists_are(cast: Cast):
    record = need(cast, "Lantern", groups=(cast.sunrise,), districts=("Bolsover",))
    with CaptureQueriesContext(connection) as few:
        record.save()
    record.groups.add(cast.harbour)
    record.districts.add(factories.district("Chesterfield"))
    with CaptureQueriesContext(connection) as many:
        record.save()
    assert len(many) == len(few)


def test_an_import_indexes_once_at_its_end_in_its_own_transaction(cast: Cast):
    with CaptureQueriesContext(connection) as ran, transaction.atomic(), writing_many():
        for number in range(10):
            factories.make_group(lio=cast.peak, name=f"Lantern {number}").districts.add(
                factories.district("Bolsover")
            )
        assert len(find(cast.officer, "lantern")) == 0
    assert len(find(cast.officer, "lantern bolsover")) == 10
    assert (
        len([query for query in ran.captured_queries if 'INTO "evidence_searchentry"' in query["sql"]]) == 1
    )
    with pytest.raises(RuntimeError), transaction.atomic(), writing_many():
        factories.make_group(lio=cast.peak, name="Candle")
        raise RuntimeError
    factories.make_group(lio=cast.peak, name="Torch")
    assert found(cast.officer, "candle") == []
    assert len(found(cast.officer, "torch")) == 1


def test_imported_records_and_quotes_are_found(cast: Cast):
    imported(
        row(summary="The lantern letter", quote="A candle", quote_consent="yes", reviewed="yes"),
        may_review=True,
    )
    assert [kind for kind, _ in found(cast.officer, "lantern")] == ["need"]
    assert [kind for kind, _ in found(cast.officer, "candle")] == ["quote"]


# The excerpt


def test_an_excerpt_shows_the_place_and_marks_it_as_structure():
    text = "Long ago. " * 60 + "Then the <b>lantern</b> went out. " + "Much later. " * 60
    shown = excerpt(text, terms("lantern"))
    assert [piece.text for piece in shown if piece.marked] == ["lantern"]
    whole = "".join(piece.text for piece in shown)
    assert "<b>lantern</b>" in whole
    assert whole.startswith("…") and whole.endswith("…")
    assert len(whole) <= EXCERPT_LETTERS + 2


def test_an_excerpt_of_one_endless_word_is_bounded():
    assert len("".join(piece.text for piece in excerpt("a" * 5000, terms("b")))) <= EXCERPT_LETTERS + 2


def test_pieces_put_together_are_the_text():
    text = "Die Café-Öffnung, 我们 and the interpreters’ INTERPRETER."
    shown = pieces(text, terms("cafe interpreter 我们"))
    assert "".join(piece.text for piece in shown) == text
    assert [piece.text for piece in shown if piece.marked] == ["Café", "我们", "interpreters", "INTERPRETER"]


# The page


def test_the_page_shows_hits_escaped_with_links_and_numbers(cast: Cast):
    record = need(cast, "The <script>alert(1)</script> lantern")
    quote = reviewed_quote(cast, "A lantern for all")
    page = cast.client("officer").get(reverse("search"), {"q": "lantern"}).content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;" in page
    assert "<mark>lantern</mark>" in page
    assert f'href="{reverse("evidence_detail", args=[record.pk])}"' in page
    assert f'href="{reverse("evidence_detail", args=[quote.record_id])}#quote-{quote.pk}"' in page
    assert (
        '<a href="?q=lantern&amp;kind=quote">Quotes <span class="search-kinds__number">1</span></a>' in page
    )


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({}, "What are you looking for?"),
        ({"q": "???"}, "There is no word in that"),
        ({"q": "zebra"}, "Nothing found"),
        ({"q": "lantern", "kind": "quote"}, "None of this kind"),
        ({"q": "lantern", "kind": "nonsense", "page": "nonsense"}, "1 result"),
        ({"q": "lantern", "page": "99"}, "1 result"),
    ],
)
def test_every_state_of_the_page_says_what_to_do(cast: Cast, query: dict, said: str):
    need(cast, "Lantern")
    assert said in cast.client("officer").get(reverse("search"), query).content.decode()


def test_results_are_paged_without_losing_the_words(cast: Cast):
    for number in range(23):
        need(cast, f"Lantern {number}")
    client = cast.client("officer")
    first = client.get(reverse("search"), {"q": "lantern"})
    second = client.get(reverse("search"), {"q": "lantern", "page": 2})
    assert "1 to 20 of 23 results" in first.content.decode()
    assert "?q=lantern&amp;page=2" in first.content.decode()
    ids = [hit.object_id for page in (first, second) for hit, _ in page.context["hits"]]
    assert len(set(ids)) == 23


def test_queries_dont_grow_with_hits(cast: Cast):
    def queries() -> int:
        client = cast.client("manager")
        with CaptureQueriesContext(connection) as ran:
            client.get(reverse("search"), {"q": "lantern"})
        return len(ran)

    def add() -> None:
        need(cast, "Lantern")
        reviewed_quote(cast, "Lantern")
        factories.make_group(lio=cast.peak, name="Lantern")
        factories.make_organisation(name="Lantern")

    add()
    one = queries()
    add()
    add()
    assert queries() == one <= 12


def test_the_search_leaves_nothing_typed_in_the_trail(cast: Cast):
    from auditlog.models import LogEntry

    before = LogEntry.objects.count()
    cast.client("officer").get(reverse("search"), {"q": "lantern"})
    assert LogEntry.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_the_migration_can_be_taken_back_and_done_again():
    executor = MigrationExecutor(connection)
    here = [node for node in executor.loader.graph.leaf_nodes() if node[0] == "evidence"]
    executor.migrate([("evidence", "0001_needs_quotes_methods_briefs")])
    assert "evidence_searchentry" not in connection.introspection.table_names()
    assert "evidence_search_index" not in connection.introspection.table_names()
    executor = MigrationExecutor(connection)
    executor.migrate(here)
    cast = make_cast()
    need(cast, "Lantern")
    assert len(find(cast.officer, "lantern")) == 1
