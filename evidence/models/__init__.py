"""What groups can show: unmet need and what was made of it, contact with commissioners, partnerships, figures."""

from evidence.models.briefs import Brief
from evidence.models.engagements import Engagement
from evidence.models.enquiries import Enquiry
from evidence.models.files import Attachment
from evidence.models.focus_groups import FocusGroup, FocusTheme
from evidence.models.indicators import Indicator, IndicatorValue
from evidence.models.needs import Evidence
from evidence.models.partnerships import Partnership, PartnershipStage
from evidence.models.quotes import Quote, QuoteConsent
from evidence.models.search import SearchEntry
from evidence.models.shopping import MysteryVisit
from evidence.models.surveys import Survey, SurveyFile, SurveyQuestion, SurveyResponse
from evidence.models.vocabulary import Barrier

__all__ = [
    "Attachment",
    "Barrier",
    "Brief",
    "Engagement",
    "Enquiry",
    "Evidence",
    "FocusGroup",
    "FocusTheme",
    "Indicator",
    "IndicatorValue",
    "MysteryVisit",
    "Partnership",
    "PartnershipStage",
    "Quote",
    "QuoteConsent",
    "SearchEntry",
    "Survey",
    "SurveyFile",
    "SurveyQuestion",
    "SurveyResponse",
]
