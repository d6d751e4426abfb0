"""Records of unmet need, their review, their quotes."""

from django.urls import path

from evidence.views import exports, needs, quotes, review

urlpatterns = [
    path("evidence/", needs.evidence_list, name="evidence_list"),
    path("groups/<int:pk>/evidence/", needs.case_evidence, name="case_evidence"),
    path("evidence/export/", exports.evidence_export, name="evidence_export"),
    path("evidence/new/", needs.evidence_new, name="evidence_new"),
    path("evidence/review/", review.review_list, name="evidence_review_list"),
    path("evidence/<int:pk>/", needs.evidence_detail, name="evidence_detail"),
    path("evidence/<int:pk>/edit/", needs.evidence_edit, name="evidence_edit"),
    path("evidence/<int:pk>/delete/", needs.evidence_delete, name="evidence_delete"),
    path("evidence/<int:pk>/review/", review.evidence_review, name="evidence_review"),
    path("evidence/<int:pk>/quotes/add/", quotes.quote_add, name="quote_add"),
    path("evidence/quotes/<int:pk>/edit/", quotes.quote_edit, name="quote_edit"),
    path("evidence/quotes/<int:pk>/delete/", quotes.quote_delete, name="quote_delete"),
    path("evidence/quotes/<int:pk>/consent/", quotes.quote_consent, name="quote_consent"),
    path("evidence/quotes/<int:pk>/withdraw/", quotes.quote_withdraw, name="quote_withdraw"),
]
