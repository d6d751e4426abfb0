"""A group's papers as its lead sees them: how each stands in plain words, what was sent, what became of it.

A lead reads, sends files, and takes back what nobody has looked at. How a paper stands, an officer says.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.db.models import F, QuerySet

from groups.credentials import WARNED_DAYS, PaperLine, State, expiring, line_of, papers_of
from groups.model_papers import has_model
from groups.models import CommunityGroup, Credential, CredentialFile, User

Verdict = CredentialFile.Verdict
LOOKED_AT = "Your officer has looked at this file already, so it stays."


class AlreadyJudged(ValueError):
    """An officer has looked at the file, so it stays."""


@dataclass(frozen=True)
class LeadPaper:
    """One kind of paper, in words for the group's lead."""

    line: PaperLine
    files: list[CredentialFile] = field(default_factory=list)
    """What leads have sent, newest first."""

    @property
    def words(self) -> str:
        """How it stands; what was sent for a paper that isn't there counts as a step that the lead has taken."""
        if not self.is_waiting:
            return standing_words(self.line)
        gone = self.line.expired_on
        return f"{f'Ran out on {gone:%-d %B %Y}. ' if gone else ''}Sent, and waiting for your officer."

    @property
    def tone(self) -> str:
        """The tone of its words, see components/tag.html."""
        return "accent" if self.is_waiting and not self.line.expired_on else standing_tone(self.line)

    @property
    def is_waiting(self) -> bool:
        """Whether the paper isn't there, and what the lead has sent of it last waits for an officer."""
        newest = self.newest
        return self.line.state == State.MISSING and newest is not None and newest.verdict == Verdict.TO_CHECK

    @property
    def why_not_needed(self) -> str:
        """The officer's reason, where the paper isn't needed yet."""
        paper = self.line.credential
        return paper.why_not_needed if paper and self.line.state == State.NOT_NEEDED else ""

    @property
    def model_paper(self) -> str:
        """The key of the model paper to start from, empty where there is none."""
        key = self.line.kind.model_paper
        return key if has_model(key) else ""

    @property
    def newest(self) -> CredentialFile | None:
        return self.files[0] if self.files else None


@dataclass(frozen=True)
class Notices:
    """What a lead should know at once about the group's papers."""

    running_out: list[LeadPaper]
    """Those that have run out or will within the days of the first warning, soonest first."""
    sent_back: list[CredentialFile]
    """Files that weren't accepted and that nothing has followed since."""

    def __bool__(self) -> bool:
        return bool(self.running_out or self.sent_back)


def standing_words(line: PaperLine) -> str:
    """How a paper stands, for somebody who has never tendered."""
    if line.expired_on:
        return f"Ran out on {line.expired_on:%-d %B %Y}. Talk to your officer about a new one."
    if line.state == State.NOT_NEEDED:
        return "You don’t need this yet."
    if line.state == State.DRAFT:
        return "Begun: there is a draft."
    if line.state == State.MISSING:
        if has_model(line.kind.model_paper):
            return "Not there yet: start from a model paper."
        return "Not there yet: ask your officer how to begin."
    if line.days_left is None or line.credential is None or line.credential.expires_on is None:
        return "In place. Well done!"
    if line.days_left > WARNED_DAYS[0]:
        return f"In place until {line.credential.expires_on:%-d %B %Y}."
    when = "tomorrow" if line.days_left == 1 else f"in {line.days_left} days"
    if line.days_left <= WARNED_DAYS[1]:
        return f"Expires {when}: talk to your officer now."
    return f"Expires {when}: talk to your officer."


def standing_tone(line: PaperLine) -> str:
    """The tone of the words, see components/tag.html."""
    if line.expired_on or (line.days_left is not None and line.days_left <= WARNED_DAYS[1]):
        return "late"
    if line.expires_soon:
        return "warn"
    return {State.IN_PLACE: "good", State.DRAFT: "accent"}.get(State(line.state), "quiet")


def sent_files(groups: Iterable[CommunityGroup]) -> QuerySet[CredentialFile]:
    """Files that these groups' leads have sent, newest first; an officer's own file is judged by who sent it."""
    return (
        CredentialFile.objects.filter(credential__group__in=list(groups))
        .exclude(judged_by=F("uploaded_by"))
        .select_related("credential__kind", "uploaded_by")
        .order_by("-uploaded_at", "-pk")
    )


def lead_papers_of(group: CommunityGroup, day: date) -> list[LeadPaper]:
    """Every kind that is offered or that the group has, in the list's order, with what was sent. Three queries."""
    sent: dict[int, list[CredentialFile]] = {}
    for file in sent_files([group]):
        sent.setdefault(file.credential.kind_id, []).append(file)
    return [LeadPaper(line, sent.get(line.kind.pk, [])) for line in papers_of(group, day)]


def notices_of(group: CommunityGroup, day: date) -> Notices:
    """What to say on the lead's main page. Two queries."""
    due = expiring(CommunityGroup.objects.filter(pk=group.pk), day)
    newest: dict[int, CredentialFile] = {}
    files = CredentialFile.objects.filter(credential__group=group).select_related("credential__kind")
    for file in files.order_by("-uploaded_at", "-pk"):
        newest.setdefault(file.credential_id, file)
    return Notices(
        [
            LeadPaper(line_of(paper.kind, paper, day), [newest[paper.pk]] if paper.pk in newest else [])
            for paper in due
        ],
        [file for file in newest.values() if file.verdict == Verdict.REFUSED],
    )


def take_back(*, file: CredentialFile, by: User) -> None:
    """Deletes a file that this person sent and nobody has looked at. Twice changes nothing.

    Raises AlreadyJudged where an officer has decided on it, also just now; ValueError for somebody else's.
    """
    with transaction.atomic():
        current = CredentialFile.objects.select_for_update(of=("self",)).filter(pk=file.pk).first()
        if current is None:
            return
        if current.uploaded_by_id != by.pk:
            raise ValueError("Only who sent a file can take it back.")
        if current.verdict != Verdict.TO_CHECK:
            raise AlreadyJudged(LOOKED_AT)
        current.delete()


def has_room(paper: Credential | None, most: int) -> bool:
    """Whether the paper takes another file. A lead can't make room as an officer can."""
    return paper is None or paper.files.count() < most
