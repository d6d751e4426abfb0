"""Records of people, places, community groups and visits."""

from groups.models.census import CensusFigure, CensusTable
from groups.models.community_groups import CommunityGroup, Contact
from groups.models.credentials import (
    Credential,
    CredentialChange,
    CredentialFile,
    CredentialKind,
    PaperReminder,
)
from groups.models.group_states import GroupState
from groups.models.imports import ImportUpload
from groups.models.jobs import Job, JobWorker
from groups.models.organisations import Organisation, OrganisationContact, Service
from groups.models.people import LIO, BreakGlass, Invitation, Membership, User
from groups.models.places import AudienceServed, Community, District, ServiceArea
from groups.models.track_records import TrackRecord, TrackRecordFile
from groups.models.visits import Visit, VisitDraft

__all__ = [
    "LIO",
    "AudienceServed",
    "BreakGlass",
    "CensusFigure",
    "CensusTable",
    "Community",
    "CommunityGroup",
    "Contact",
    "Credential",
    "CredentialChange",
    "CredentialFile",
    "CredentialKind",
    "District",
    "GroupState",
    "ImportUpload",
    "Invitation",
    "Job",
    "JobWorker",
    "Membership",
    "Organisation",
    "OrganisationContact",
    "PaperReminder",
    "Service",
    "ServiceArea",
    "TrackRecord",
    "TrackRecordFile",
    "User",
    "Visit",
    "VisitDraft",
]
