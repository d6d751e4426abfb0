"""The tender pack as a job: the papers' files, portfolio, profile sheet and index, as they stand when it is made."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import IO, cast

from django.utils import timezone

from evidence.models import Quote
from evidence.pack_index import NAME as INDEX
from evidence.pack_index import render_index_pdf
from evidence.packs import PackContents, Progress, contents_of, write_pack
from evidence.portfolio import portfolio_of
from evidence.portfolio_docx import render_portfolio_docx
from evidence.portfolio_pdf import render_portfolio_pdf
from evidence.profile_sheet import profile_sheet_of, render_profile_sheet_pdf
from groups.jobs import Covers, JobContext, JobFault, JobKind, Params, Result, drop_results, register
from groups.models import CommunityGroup, User
from toolkit_portal.core.file_names import file_words
from toolkit_portal.core.kept_files import DamagedFile
from toolkit_portal.core.pdf import PdfTooLarge

KIND = "tender-pack"
MOST_BYTES = 300 * 1024 * 1024
WITHDRAWN = "Somebody has withdrawn a quote of this group since. Make the pack again to have it without."


class PackTooLarge(ValueError):
    """The chosen files come to more than a pack may hold."""


def make_pack(
    target: IO[bytes],
    group: CommunityGroup,
    day: date,
    files: Iterable[int],
    *,
    profile: bool = True,
    portfolio: bool = True,
    progress: Progress = lambda done, total, words: None,
) -> PackContents:
    """Writes the ZIP and returns what is in it. files: ids of files of papers, see evidence.packs.contents_of.

    Raises PackTooLarge, DamagedFile, and PdfTooLarge of toolkit_portal.core.pdf.
    """
    first = [
        *([("Profile sheet", ".pdf")] if profile else []),
        *([("Portfolio", ".pdf"), ("Portfolio for changing", ".docx")] if portfolio else []),
    ]
    contents = contents_of(group, day, set(files), first=first)
    if sum(item.file.size for item in contents.included if item.file is not None) > MOST_BYTES:
        raise PackTooLarge(
            f"The chosen files come to more than {MOST_BYTES // 1024 // 1024} MB. Choose fewer, or smaller ones."
        )
    made = [render_index_pdf(contents)]
    progress(0, 0, "Profile sheet and portfolio")
    if profile:
        made.append(render_profile_sheet_pdf(profile_sheet_of(group, day)))
    if portfolio:
        document = portfolio_of(group, day)
        made += [render_portfolio_pdf(document), render_portfolio_docx(document)]
    names = [INDEX, *(item.name for item in contents.included if item.file is None)]
    write_pack(target, contents, dict(zip(names, made, strict=True)), progress=progress)
    return contents


def _group(params: Params) -> int:
    return int(str(params["group"]))


def may(user: User, params: Params) -> bool:
    """Whoever may read the case file: they could save each of the files by itself."""
    return CommunityGroup.objects.visible_to(user).filter(pk=_group(params)).exists()


def _run(context: JobContext) -> Result:
    params = context.params
    group = CommunityGroup.objects.select_related("lio").get(pk=_group(params))
    try:
        with context.new_file("zip").open("wb") as file:
            contents = make_pack(
                file,
                group,
                timezone.localdate(),
                cast(Iterable[int], params["files"]),
                profile=bool(params["profile"]),
                portfolio=bool(params["portfolio"]),
                progress=context.progress,
            )
    except DamagedFile:
        raise JobFault(
            "A stored file is damaged. Open each chosen paper to see which, and have it sent again."
        ) from None
    except (PackTooLarge, PdfTooLarge) as fault:
        raise JobFault(str(fault)) from fault
    return Result(
        filename=f"Tender pack {file_words(group.name)} {contents.day:%Y-%m-%d}.zip",
        content_type="application/zip",
        report={"Documents": len(contents.included), "Papers listed as not in it": len(contents.left_out)},
    )


def drop_packs_with(quote: Quote, by: User) -> None:
    """Takes back the packs of every group that told of a quote whose allowed uses have shrunk."""
    for group in CommunityGroup.objects.filter(evidence=quote.record_id) if quote.record_id else ():
        drop_results(why=WITHDRAWN, kinds=[KIND], group=group)


def register_kind() -> None:
    """Adds the tender pack to the kinds of job; called once when the app is ready."""
    register(
        JobKind(
            key=KIND,
            words="Tender pack",
            may=may,
            covers=lambda user, params: Covers(groups=(_group(params),)),
            run=_run,
            needs_proof=True,
        )
    )
