"""The pages of evidence, one module a noun. Included at the site's root."""

from evidence.urls import analysis, needs

urlpatterns = [
    *analysis.urlpatterns,
    *needs.urlpatterns,
]
