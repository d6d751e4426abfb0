"""A tender pack: chosen papers of a group with an index, profile sheet and portfolio, in one ZIP (toolkit 2.21).

What is missing or has run out is listed in the index and never hidden: a commissioner finds it in any case.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import IO

from groups.credentials import PaperLine, State, papers_of
from groups.models import CommunityGroup, CredentialFile, CredentialKind
from toolkit_portal.core.file_names import file_words
from toolkit_portal.core.kept_files import DamagedFile, parts_of

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class PackLine:
    """One kind of paper on the day: how it stands, and the files that could go into a pack, newest first."""

    line: PaperLine
    files: tuple[CredentialFile, ...] = ()

    @property
    def can_go(self) -> bool:
        """Whether there is something to put in: the paper holds and has a file that an officer has accepted."""
        return self.line.holds and bool(self.files)

    @property
    def why_not(self) -> str:
        """Why it isn't in the pack; empty where it could be."""
        line, paper = self.line, self.line.credential
        if line.expired_on:
            return f"Expired on {line.expired_on:%-d %B %Y}"
        if line.state == State.NOT_NEEDED:
            return f"Not needed yet: {paper.why_not_needed}" if paper else "Not needed yet"
        if line.state == State.DRAFT:
            return "Only a draft so far"
        if line.state == State.MISSING:
            return (
                "Not there yet; it is needed once you win"
                if line.kind.stage == CredentialKind.Stage.AWARD
                else "Missing"
            )
        return "" if self.files else "In place, but no file is kept here"


@dataclass(frozen=True)
class Included:
    """A file of the pack with its number and name in the ZIP."""

    number: int
    name: str
    what: str
    issued_on: date | None = None
    expires_on: date | None = None
    checked: str = ""
    file: CredentialFile | None = None


@dataclass(frozen=True)
class LeftOut:
    """A paper that isn't in the pack, why, and when a commissioner may ask for it."""

    what: str
    why: str
    stage: str


@dataclass(frozen=True)
class PackContents:
    """What a pack holds and what it doesn't, as of a day."""

    group: CommunityGroup
    day: date
    included: tuple[Included, ...]
    left_out: tuple[LeftOut, ...]


def lines_of(group: CommunityGroup, day: date) -> list[PackLine]:
    """Every kind of paper that is usual or that the group has, in the list's order. Three queries."""
    files: dict[int, list[CredentialFile]] = {}
    for file in (
        CredentialFile.objects.filter(credential__group=group, verdict=CredentialFile.Verdict.ACCEPTED)
        .select_related("credential")
        .order_by("-uploaded_at", "-pk")
    ):
        files.setdefault(file.credential.kind_id, []).append(file)
    return [
        PackLine(line, tuple(files.get(line.kind.pk, ())))
        for line in papers_of(group, day)
        if line.kind.is_usual or line.credential is not None
    ]


def newest_files(lines: Iterable[PackLine]) -> set[int]:
    """Ids of what a pack holds unless somebody chooses otherwise: the newest file of each paper that holds."""
    return {line.files[0].pk for line in lines if line.can_go}


def contents_of(
    group: CommunityGroup, day: date, chosen: Collection[int], *, first: Iterable[tuple[str, str]] = ()
) -> PackContents:
    """The pack with these files of papers, as far as they may go in on that day.

    chosen  ids of files; one of a paper that has run out since, or of another group, is left out
    first   what and ending of the documents that come before the papers, in order
    """
    included = [
        Included(number, f"{number:02} {file_words(what)}{ending}", what)
        for number, (what, ending) in enumerate(first, 1)
    ]
    left_out = []
    for line in lines_of(group, day):
        wanted = [file for file in line.files if file.pk in chosen] if line.can_go else []
        if wanted:
            included += _of_paper(line, wanted, len(included))
        else:
            stage = str(CredentialKind.Stage(line.line.kind.stage).label)
            left_out.append(LeftOut(line.line.kind.label, line.why_not or "Not chosen", stage))
    return PackContents(group, day, tuple(included), tuple(left_out))


def _of_paper(line: PackLine, wanted: list[CredentialFile], before: int) -> list[Included]:
    paper, label = line.line.credential, line.line.kind.label
    assert paper is not None
    checked = (
        f"{paper.checked_by}, {paper.checked_on:%-d %B %Y}" if paper.checked_by and paper.checked_on else ""
    )
    return [
        Included(
            number=number,
            name=f"{number:02} {file_words(label)}{_ending(file)}",
            what=label if len(wanted) == 1 else f"{label}, file {place} of {len(wanted)}",
            issued_on=paper.issued_on,
            expires_on=paper.expires_on,
            checked=checked,
            file=file,
        )
        for place, (number, file) in enumerate(enumerate(wanted, before + 1), 1)
    ]


def _ending(file: CredentialFile) -> str:
    """The ending that fits what the file is, as it is stored."""
    _, dot, ending = str(file.file.name).rpartition(".")
    return f"{dot}{ending}"


def write_pack(
    target: IO[bytes],
    contents: PackContents,
    documents: dict[str, bytes],
    *,
    progress: Progress = lambda done, total, words: None,
) -> None:
    """Writes the ZIP. documents: content by name, for what isn't a file of a paper; the index among them.

    The same content gives the same bytes. Raises DamagedFile where a stored file isn't what was stored; progress is
    called before each file.
    """
    day = contents.day
    stamp = (day.year, day.month, day.day, 12, 0, 0)
    total = len(documents) + sum(item.file is not None for item in contents.included)
    with zipfile.ZipFile(target, "w") as archive:
        for place, (name, content) in enumerate(documents.items()):
            progress(place, total, name)
            with archive.open(_entry(name, stamp, zipfile.ZIP_DEFLATED), "w") as entry:
                entry.write(content)
        for place, item in enumerate(
            (item for item in contents.included if item.file is not None), len(documents)
        ):
            assert item.file is not None
            progress(place, total, item.what)
            # Photos and PDFs are packed already: packing them once more costs time and saves nothing.
            entry_info = _entry(item.name, stamp, zipfile.ZIP_STORED)
            with archive.open(entry_info, "w", force_zip64=False) as entry:
                for part in parts_of(str(item.file.file.name), item.file.sha256):
                    entry.write(part)
    progress(total, total, "")


def _entry(name: str, stamp: tuple[int, int, int, int, int, int], how: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, stamp)
    entry.compress_type = how
    entry.external_attr = 0o644 << 16
    return entry


__all__ = [
    "DamagedFile",
    "Included",
    "LeftOut",
    "PackContents",
    "PackLine",
    "contents_of",
    "lines_of",
    "newest_files",
    "write_pack",
]
