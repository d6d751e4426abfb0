"""The pages of evidence, one module a noun. Included at the site's root."""

from evidence.urls import analysis, briefs, needs, shopping

urlpatterns = [
    *analysis.urlpatterns,
    *briefs.urlpatterns,
    *needs.urlpatterns,
    *shopping.urlpatterns,
]
