"""Loads an edition file into tables. A used edition never changes; a new one stands beside it."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from django.apps import apps as registry
from django.contrib.contenttypes.models import ContentType
from django.db import connections, transaction

from readiness.toolkit import EditionData, EditionError, bundled_editions, parse_edition

if TYPE_CHECKING:  # models can't be imported yet when the app's configuration imports this module
    from readiness.models import Edition


class EditionInUse(EditionError):
    """The file's edition differs from the loaded one, which assessments already use."""


def load_edition(source: Path, *, using: str = "default") -> tuple["Edition", bool]:
    """Validates and loads one edition file. Returns the Edition and whether anything was written.

    Raises EditionError for a faulty file, and EditionInUse where assessments rely on the loaded content.
    """
    return store_edition(parse_edition(source), using=using)


def store_edition(data: EditionData, *, using: str = "default") -> tuple["Edition", bool]:
    """Writes a validated edition. Same code and content: nothing to do. See load_edition."""
    from readiness.models import Edition

    with transaction.atomic(using=using):
        known = Edition.objects.using(using).filter(code=data.code).first()
        if known is not None:
            if known.checksum == data.checksum:
                return known, False
            if known.assessments.exists():
                raise EditionInUse(
                    [
                        f"{data.code}: assessments already use this edition, so it can't change. "
                        "Give the file a new code to load it as an edition of its own."
                    ]
                )
            known.delete()
        edition = Edition.objects.using(using).create(
            code=data.code,
            title=data.title,
            published_on=data.published,
            checksum=data.checksum,
            settings=_settings(data),
        )
        _store_content(edition, data, using)
        _choose_current(using)
        edition.refresh_from_db(fields=["is_current"])
        return edition, True


def _choose_current(using: str) -> None:
    """New assessments use the edition published last; of two on one day, the one loaded last."""
    from readiness.models import Edition

    newest = Edition.objects.using(using).latest("published_on", "pk").pk
    Edition.objects.using(using).filter(is_current=True).exclude(pk=newest).update(is_current=False)
    Edition.objects.using(using).filter(pk=newest, is_current=False).update(is_current=True)


def _settings(data: EditionData) -> dict[str, object]:
    return {
        "intro": data.intro,
        "language": data.language,
        "law_notice": data.law_notice,
        "letters_note": data.letters_note,
        "level_names": list(data.level_names),
        "bands": [[band.least, band.name] for band in data.bands],
        "routes": list(data.routes),
    }


def _store_content(edition: "Edition", data: EditionData, using: str) -> None:
    from readiness.models import Criterion, LevelDescriptor, SuggestedAction, Theme

    themes = {
        theme.code: Theme.objects.using(using).create(
            edition=edition,
            code=theme.code,
            title=theme.title,
            intro=theme.intro,
            weight=theme.weight,
            position=position,
        )
        for position, theme in enumerate(data.themes)
    }
    descriptors, actions = [], []
    for position, item in enumerate(data.criteria):
        criterion = Criterion.objects.using(using).create(
            edition=edition,
            theme=themes[item.theme],
            code=item.code,
            title=item.title,
            statement=item.statement,
            why=item.why,
            weight=item.weight,
            position=position,
            evidence=list(item.evidence),
            law=[
                {
                    "then": note.then,
                    "now": note.now,
                    "source": note.source,
                    "checked": note.checked.isoformat() if isinstance(note.checked, date) else note.checked,
                    "url": note.url,
                }
                for note in item.law
            ],
        )
        descriptors += [
            LevelDescriptor(criterion=criterion, level=level, text=text)
            for level, text in enumerate(item.levels)
        ]
        actions += [
            SuggestedAction(
                criterion=criterion,
                level=action.level,
                key=action.key,
                what=action.what,
                first_step=action.first_step,
                support=action.support,
                who=action.who,
                weeks=action.weeks,
                position=place,
            )
            for place, action in enumerate(item.actions)
        ]
    LevelDescriptor.objects.using(using).bulk_create(descriptors)
    SuggestedAction.objects.using(using).bulk_create(actions)


def load_bundled_editions(sender=None, using: str = "default", **kwargs) -> None:
    """After migrate: loads the editions that come with the portal, and leaves used ones as they are."""
    if not registry.is_installed("readiness"):
        return
    tables = set(connections[using].introspection.table_names())
    if not {"readiness_edition", "readiness_suggestedaction", "readiness_assessment"} <= tables:
        return  # migrations are rolled back part of the way
    # After a flush the remembered content types are gone from their table, and the trail would point at nothing.
    ContentType.objects.clear_cache()
    for path in bundled_editions():
        try:
            load_edition(path, using=using)
        except EditionInUse:
            continue  # a later release changed the file; what assessments rest on stays
