"""Records of unmet need: what was heard, by which method, what people said, and what was made of it."""

from evidence.models.briefs import Brief
from evidence.models.enquiries import Enquiry
from evidence.models.files import Attachment
from evidence.models.focus_groups import FocusGroup, FocusTheme
from evidence.models.needs import Evidence
from evidence.models.quotes import Quote, QuoteConsent
from evidence.models.search import SearchEntry
from evidence.models.shopping import MysteryVisit
from evidence.models.surveys import Survey, SurveyFile, SurveyQuestion, SurveyResponse
from evidence.models.vocabulary import Barrier

__all__ = [
    "Attachment",
    "Barrier",
    "Brief",
    "Enquiry",
    "Evidence",
    "FocusGroup",
    "FocusTheme",
    "MysteryVisit",
    "Quote",
    "QuoteConsent",
    "SearchEntry",
    "Survey",
    "SurveyFile",
    "SurveyQuestion",
    "SurveyResponse",
]
