"""Files of the demo county's papers and pieces of work: some kept by officers, some sent by a lead."""

from typing import Any

from django.core.files.base import ContentFile
from django.db.models import Count, Q

from groups import credentials, track_records
from groups.demo import words
from groups.demo.drawn import made as drawn
from groups.demo.shared import DemoGroups
from groups.models import CommunityGroup, Credential, CredentialFile, TrackRecord, TrackRecordFile, User
from toolkit_portal.core.attachment_files import Prepared, prepare
from toolkit_portal.core.kept_files import digest, store

OTHERS = 3  # groups besides the lead's own, for each paper, that have a file of it


def add_files(county: DemoGroups, *, own: CommunityGroup, lead: User) -> int:
    """Files of the lead's own group and of some others. Returns how many."""
    made: list[CredentialFile] = []
    for item in words.FILES:
        papers = Credential.objects.filter(kind__key=item["paper"]).select_related("group").order_by("pk")
        if item["group"] == "own":
            papers = papers.filter(group=own)
        else:
            # A file may have come no earlier than the paper.
            papers = papers.filter(state=Credential.State.IN_PLACE, issued_on__lt=county.day(item["days"]))
            # Those that hold most go furthest on the ladder, and what they would hand in is looked at first.
            in_hand = Count(
                "group__credentials", filter=Q(group__credentials__state=Credential.State.IN_PLACE)
            )
            papers = papers.exclude(group=own).annotate(in_hand=in_hand).order_by("-in_hand", "pk")
        made += [_paper_file(county, item, paper, lead) for paper in papers[:OTHERS]]
    CredentialFile.objects.bulk_create(made)
    return len(made) + _add_work_files(county)


def _paper_file(county: DemoGroups, item: dict[str, Any], paper: Credential, lead: User) -> CredentialFile:
    officer = county.officers[paper.group.lio_id][0]
    by_lead = item["by"] == "lead"
    prepared, name = _stored(item, credentials.FOLDER)
    file = CredentialFile(
        client_id=county.uuid(),
        credential=paper,
        filename=prepared.filename,
        kind=prepared.kind,
        size=prepared.content.size,
        sha256=digest(prepared.content),
        uploaded_by=lead if by_lead else officer,
        uploaded_at=county.moment(item["days"], 12),
        why_refused=item.get("why", ""),
    )
    file.file.name = name
    if not by_lead:
        file.verdict = CredentialFile.Verdict.ACCEPTED
        file.judged_by, file.judged_at = officer, file.uploaded_at
    elif "verdict" in item:
        file.verdict = CredentialFile.Verdict(item["verdict"])
        file.judged_by, file.judged_at = officer, county.moment(item["days"] - 2, 15)
    return file


def _add_work_files(county: DemoGroups) -> int:
    """One file on each of the first groups' newest pieces of work."""
    made = []
    seen: dict[int, TrackRecord] = {}
    for work in TrackRecord.objects.select_related("group").order_by("group_id", "-starts_on", "pk")[:20]:
        seen.setdefault(work.group_id, work)
    for item, work in zip(words.WORK_FILES, seen.values(), strict=False):
        prepared, name = _stored(item, track_records.FOLDER)
        file = TrackRecordFile(
            client_id=county.uuid(),
            track_record=work,
            filename=prepared.filename,
            kind=prepared.kind,
            size=prepared.content.size,
            sha256=digest(prepared.content),
            description=item["description"],
            uploaded_by=county.officers[work.group.lio_id][0],
            uploaded_at=county.moment(20, 14),
        )
        file.file.name = name
        made.append(file)
    TrackRecordFile.objects.bulk_create(made)
    return len(made)


def _stored(item: dict[str, Any], folder: str) -> tuple[Prepared, str]:
    prepared = prepare(ContentFile(drawn(item["kind"], item["lines"]), name=item["name"]), item["name"])
    return prepared, store(prepared.content, folder, prepared.ending)
