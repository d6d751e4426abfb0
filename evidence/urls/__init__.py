"""The pages of evidence, one module a noun. Included at the site's root."""

from evidence.urls import needs

urlpatterns = [
    *needs.urlpatterns,
]
