"""The pages of evidence, one module a noun. Included at the site's root."""

from evidence.urls import (
    analysis,
    attachments,
    briefs,
    enquiries,
    focus_groups,
    influence,
    needs,
    packs,
    portfolio,
    search,
    shopping,
    surveys,
)

urlpatterns = [
    *analysis.urlpatterns,
    *attachments.urlpatterns,
    *briefs.urlpatterns,
    *enquiries.urlpatterns,
    *focus_groups.urlpatterns,
    *influence.urlpatterns,
    *needs.urlpatterns,
    *packs.urlpatterns,
    *portfolio.urlpatterns,
    *search.urlpatterns,
    *shopping.urlpatterns,
    *surveys.urlpatterns,
]
