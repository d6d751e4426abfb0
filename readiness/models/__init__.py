"""Records of toolkit editions, assessments, targets and action plans."""

from readiness.models.assessments import Answer, Assessment, Target
from readiness.models.bulk import BulkOrder, BulkRow, Letter
from readiness.models.editions import Criterion, Edition, LevelDescriptor, SuggestedAction, Theme
from readiness.models.plans import Action, ActionNote, IssuedPlan, Plan
from readiness.models.routes import GroupRoute, RouteChange
from readiness.models.saved_views import SavedView
from readiness.models.scheduled_reports import ReportRun, ScheduledReport

__all__ = [
    "Action",
    "ActionNote",
    "Answer",
    "Assessment",
    "BulkOrder",
    "BulkRow",
    "Criterion",
    "Edition",
    "GroupRoute",
    "IssuedPlan",
    "Letter",
    "LevelDescriptor",
    "Plan",
    "ReportRun",
    "RouteChange",
    "SavedView",
    "ScheduledReport",
    "SuggestedAction",
    "Target",
    "Theme",
]
