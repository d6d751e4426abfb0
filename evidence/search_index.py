"""Keeps the search's entries in step with the records, within the transaction that changes them.

By signals: records are changed by many hands in two apps, and a way of writing that forgot the search would leave words
findable that somebody has withdrawn. What is written past signals (bulk_create, update) calls the functions here.

Left out on purpose: private notes, contacts, addresses, and quotes that nobody agreed to show.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Q
from django.db.models.signals import m2m_changed, post_delete, post_migrate, post_save

from evidence.models import Evidence, Quote, SearchEntry
from groups.models import CommunityGroup, Organisation, Service
from toolkit_portal.core.many_writes import Act, postponed
from toolkit_portal.core.words import stored_words

Kind = SearchEntry.Kind
AT_ONCE = 500
MOST_LETTERS = 20_000
TITLE_LETTERS = 120
Content = tuple[int | None, str, str]  # LIO, title, body


def rebuild() -> dict[str, int]:
    """Makes every entry anew in one transaction. The number of each kind."""
    with transaction.atomic():
        SearchEntry.objects.all().delete()
        for kind, (model, _) in _SOURCES.items():
            ids = model._base_manager.order_by("pk").values_list("pk", flat=True)
            index(kind, list(ids))
        forget_deleted()
        made = dict(SearchEntry.objects.order_by().values_list("kind").annotate(number=models.Count("pk")))
    return {kind: made.get(kind, 0) for kind in Kind.values}


def forget_deleted() -> None:
    """Lets the index drop the words of what was deleted. SQLite keeps them, unfindable, until it tidies up."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO evidence_search_index(evidence_search_index) VALUES ('optimize')")


def index(kind: str, ids: Iterable[int]) -> set[int]:
    """Brings the entries of these records up to date; those that can't be found any more go.

    Returns the ids whose title is another than before.
    """
    wanted = sorted(set(ids))
    changed: set[int] = set()
    with transaction.atomic():
        for start in range(0, len(wanted), AT_ONCE):
            changed |= _index_some(kind, wanted[start : start + AT_ONCE])
    return changed


def _index_some(kind: str, ids: list[int]) -> set[int]:
    content = _SOURCES[kind][1](ids)
    known = {entry.object_id: entry for entry in SearchEntry.objects.filter(kind=kind, object_id__in=ids)}
    gone = [entry.pk for object_id, entry in known.items() if object_id not in content]
    if gone:
        SearchEntry.objects.filter(pk__in=gone).delete()
    new: list[SearchEntry] = []
    changed = set(known) - set(content)
    for object_id, (lio, title, body) in content.items():
        entry = known.get(object_id)
        body = body[:MOST_LETTERS]
        if entry is not None and (entry.lio_id, entry.title, entry.body) == (lio, title, body):
            continue
        if entry is None or entry.title != title:
            changed.add(object_id)
        made = entry or SearchEntry(kind=kind, object_id=object_id)
        made.lio_id, made.title, made.body = lio, title, body
        made.title_words, made.body_words = stored_words(title), stored_words(body)
        if entry is None:
            new.append(made)
        else:
            made.save()
    # Two that index the same new record at once: the later one brings it up to date.
    SearchEntry.objects.bulk_create(
        new,
        batch_size=AT_ONCE,
        update_conflicts=True,
        unique_fields=["kind", "object_id"],
        update_fields=["lio", "title", "body", "title_words", "body_words", "updated_at"],
    )
    return changed


def _shortened(text: str, most: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[: most - 1].rstrip() + "…"


def _joined(*parts: object) -> str:
    return "\n".join(str(part).strip() for part in parts if part and str(part).strip())


def _labels(manager: Any) -> str:
    return ", ".join(str(value) for value in manager.all())


def _needs(ids: list[int]) -> dict[int, Content]:
    records = (
        Evidence.objects.filter(pk__in=ids)
        .select_related("service_area", "provider", "commissioner")
        .prefetch_related("districts", "communities", "barriers", "groups")
    )
    return {
        record.pk: (
            record.lio_id,
            _shortened(f"{record.service_area}: {record.summary}", TITLE_LETTERS),
            _joined(
                record.summary,
                record.needed_instead,
                record.who_affected,
                _labels(record.barriers),
                _labels(record.districts),
                _labels(record.communities),
                record.provider,
                record.commissioner,
                _labels(record.groups),
            ),
        )
        for record in records
    }


def _quotes(ids: list[int]) -> dict[int, Content]:
    shown = Quote.objects.filter(
        Q(for_briefs=True) | Q(for_reports=True), pk__in=ids, record__state=Evidence.State.REVIEWED
    ).select_related("record")
    return {
        quote.pk: (
            quote.record.lio_id if quote.record else None,
            _shortened(quote.text, TITLE_LETTERS),
            _joined(quote.text, quote.speaker),
        )
        for quote in shown
    }


def _organisations(ids: list[int]) -> dict[int, Content]:
    listed = Organisation.objects.listed().filter(pk__in=ids).prefetch_related("districts", "services")
    return {
        one.pk: (
            None,
            one.name,
            _joined(
                ", ".join(one.other_names_list),
                one.kinds,
                ", ".join(service.name for service in one.services.all()),
                _labels(one.districts),
                one.website,
            ),
        )
        for one in listed
    }


def _groups(ids: list[int]) -> dict[int, Content]:
    groups = CommunityGroup.objects.filter(pk__in=ids).prefetch_related(
        "communities", "districts", "serves", "services"
    )
    return {
        group.pk: (
            group.lio_id,
            group.name,
            _joined(
                ", ".join(group.other_names_list),
                group.own_words,
                _labels(group.communities),
                _labels(group.services),
                _labels(group.serves),
                ", ".join([*group.places_list, *(str(district) for district in group.districts.all())]),
                ", ".join(group.languages_list),
                group.website,
                " ".join(filter(None, [group.charity_number, group.company_number, group.ppon])),
            ),
        )
        for group in groups
    }


_SOURCES: dict[str, tuple[type[models.Model], Callable[[list[int]], dict[int, Content]]]] = {
    Kind.NEED: (Evidence, _needs),
    Kind.QUOTE: (Quote, _quotes),
    Kind.ORGANISATION: (Organisation, _organisations),
    Kind.GROUP: (CommunityGroup, _groups),
}
_KINDS: dict[type[models.Model], str] = {model: kind for kind, (model, _) in _SOURCES.items()}
# One act a model, always the same object, so that what is postponed comes together.
_ACTS: dict[type[models.Model], Act] = {}


def _saved(sender: type[models.Model], instance: Any, raw: bool = False, **kwargs: Any) -> None:
    # A fixture is loaded row by row, before what its rows refer to; migrate or rebuild_search follows it.
    if not raw:
        _changed(sender, {instance.pk})


def _changed(model: type[models.Model], ids: set[int]) -> None:
    """Indexes these records and what repeats their names, at the end where many are written at once."""
    if not postponed(_ACTS[model], ids):
        _index_with_names(model, ids)


def _index_with_names(model: type[models.Model], ids: set[int]) -> None:
    renamed = index(_KINDS[model], ids)
    if model is Evidence:
        # Whether a quote may be found hangs on its record's state.
        index(Kind.QUOTE, Quote.objects.filter(record_id__in=ids).values_list("pk", flat=True))
    elif model is Organisation and renamed:
        naming = Evidence.objects.filter(Q(provider_id__in=renamed) | Q(commissioner_id__in=renamed))
        index(Kind.NEED, naming.values_list("pk", flat=True))
    elif model is CommunityGroup and renamed:
        index(Kind.NEED, Evidence.objects.filter(groups__in=renamed).values_list("pk", flat=True))


def _deleted(sender: type[models.Model], instance: Any, **kwargs: Any) -> None:
    SearchEntry.objects.filter(kind=_KINDS[sender], object_id=instance.pk).delete()


def _service_changed(sender: type[models.Model], instance: Service, raw: bool = False, **kwargs: Any) -> None:
    if not raw:
        index(Kind.ORGANISATION, [instance.organisation_id])


def _listed(model: type[models.Model]) -> Callable[..., None]:
    """What to do when a list of such records changes, from whichever end."""

    def listed(instance: Any, action: str, reverse: bool, pk_set: set[int] | None, **kwargs: Any) -> None:
        if not reverse and action.startswith("post_"):
            _changed(model, {instance.pk})
        elif reverse and pk_set and action.startswith("post_"):
            _changed(model, set(pk_set))
        elif reverse and action == "pre_clear":
            held = kwargs["sender"].objects.filter(**{_link_to(kwargs["sender"], type(instance)): instance})
            instance._search_cleared = set(
                held.values_list(f"{_link_to(kwargs['sender'], model)}_id", flat=True)
            )
        elif reverse and action == "post_clear":
            _changed(model, instance.__dict__.pop("_search_cleared", set()))

    return listed


def _link_to(through: type[models.Model], model: type[models.Model]) -> str:
    return next(field.name for field in through._meta.fields if field.related_model is model)


_LISTS: dict[type[models.Model], tuple[str, ...]] = {
    Evidence: ("districts", "communities", "barriers", "groups"),
    Organisation: ("districts",),
    CommunityGroup: ("communities", "districts", "serves", "services"),
}


def follow() -> None:
    """Connects the signals; called once when the app is ready."""
    for model in _KINDS:
        _ACTS[model] = partial(_index_with_names, model)
        post_save.connect(_saved, sender=model, dispatch_uid=f"search-saved-{model.__name__}")
        post_delete.connect(_deleted, sender=model, dispatch_uid=f"search-deleted-{model.__name__}")
    for signal in (post_save, post_delete):
        signal.connect(_service_changed, sender=Service, dispatch_uid="search-service")
    for model, lists in _LISTS.items():
        act = _listed(model)
        for name in lists:
            through: Any = getattr(model, name).through
            m2m_changed.connect(act, sender=through, weak=False, dispatch_uid=f"search-{through.__name__}")


def fill_if_empty(sender: Any = None, using: str = "default", **kwargs: Any) -> None:
    """After a migrate: the entries of a portal that is older than its search."""
    tables = set(connection.introspection.table_names())
    read: list[type[models.Model]] = [SearchEntry, *_KINDS]
    needed = {model._meta.db_table for model in read}
    if using != "default" or not needed <= tables or SearchEntry.objects.exists():
        return
    if any(model._base_manager.exists() for model in _KINDS):
        rebuild()


def follow_migrations(app: Any) -> None:
    """Fills the entries of an older portal after migrate. Apart from follow(), since it wants the app."""
    post_migrate.connect(fill_if_empty, sender=app, dispatch_uid="search-fill")
