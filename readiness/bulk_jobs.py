"""The kinds of job that do bulk work: plans as files, plans issued, letters."""

from __future__ import annotations

from functools import partial
from typing import cast

from django.utils import timezone

from groups.jobs import JobContext, JobFault, JobKind, Result, register
from groups.models import User
from readiness import bulk_files, bulk_issue, letter_files
from readiness.bulk_orders import begun, covers, may_read_all, may_write_all, note, note_files, tally, ways
from readiness.letter_texts import LetterText, bundled_letters
from readiness.models import BulkOrder, BulkRow
from toolkit_portal.core.pdf import PdfTooLarge

FILES, ISSUE, LETTERS = "plan-files", bulk_issue.KIND, "letters"
GONE = "The letter has been deleted since. Choose another one."


def make_files(context: JobContext) -> Result:
    """All plans of an order as one ZIP or one printing copy."""
    order, groups = begun(context, BulkOrder.Act.FILES)
    ending = "zip" if order.options["format"] == "zip" else "pdf"
    large = bool(order.options["large"])
    with context.new_file(ending).open("wb") as file:
        if ending == "zip":
            states = bulk_files.write_zip(file, groups, large_print=large, progress=context.progress)
        else:
            states = bulk_files.write_printing_copy(
                file,
                groups,
                large_print=large,
                both_sides=bool(order.options["both_sides"]),
                progress=context.progress,
            )
    note_files(order, states)
    what = "Action plans" if ending == "zip" else "Action plans, printing copy"
    return Result(
        filename=f"{what}{', large print' if large else ''} {timezone.localdate():%Y-%m-%d}.{ending}",
        content_type="application/zip" if ending == "zip" else "application/pdf",
        report=bulk_files.counts(states),
    )


def make_letters(context: JobContext) -> Result:
    """The letters of an order in one file."""
    order, groups = begun(context, BulkOrder.Act.LETTERS)
    letter = text_of(order)
    if letter is None:
        raise JobFault(GONE)
    kind = cast(str, order.options["format"])
    try:
        with context.new_file(kind).open("wb") as file:
            said = letter_files.write_letters(
                file,
                kind,
                letter,
                groups,
                User.objects.get(pk=order.owner_id),
                both_sides=bool(order.options["both_sides"]),
                progress=context.progress,
            )
    except PdfTooLarge as fault:
        raise JobFault(str(fault)) from fault
    done = {True: BulkRow.Outcome.WRITTEN, False: BulkRow.Outcome.NO_FACTS}
    note(order, ((group, done[is_written], None) for group, is_written in said))
    return Result(
        filename=f"Letters {timezone.localdate():%Y-%m-%d}.{kind}",
        content_type=letter_files.TYPES[kind],
        report=tally(order),
    )


def text_of(order: BulkOrder) -> LetterText | None:
    """The letter that an order is about; None where it has been deleted, or no longer comes with the portal."""
    if (key := order.options.get("template")) is not None:
        return bundled_letters().get(str(key))
    return LetterText(title=order.letter.title, body=order.letter.body) if order.letter else None


def register_kinds() -> None:
    """Adds them to the kinds of job; called once when the app is ready."""
    register(
        JobKind(
            key=FILES,
            words="Plans of many groups",
            may=partial(may_read_all, act=BulkOrder.Act.FILES),
            covers=covers,
            run=make_files,
            ways=ways,
            needs_proof=True,
            most_seconds=2 * 60 * 60,
        )
    )
    register(
        JobKind(
            key=ISSUE,
            words="Plans to be issued",
            may=bulk_issue.may,
            covers=covers,
            run=bulk_issue.run,
            ways=ways,
        )
    )
    register(
        JobKind(
            key=LETTERS,
            words="Letters to many groups",
            may=partial(may_write_all, act=BulkOrder.Act.LETTERS),
            covers=covers,
            run=make_letters,
            ways=ways,
            needs_proof=True,
        )
    )
