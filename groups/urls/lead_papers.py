"""The papers of the group that a lead leads."""

from django.urls import path

from groups.views import lead_papers as views

urlpatterns = [
    path("your-plan/<int:pk>/papers/", views.lead_papers, name="lead_papers"),
    path("your-plan/<int:pk>/papers/<slug:key>/", views.lead_paper, name="lead_paper"),
    path("your-plan/papers/files/<int:pk>/", views.lead_paper_file, name="lead_paper_file"),
    path(
        "your-plan/papers/files/<int:pk>/take-back/",
        views.lead_paper_file_delete,
        name="lead_paper_file_delete",
    ),
]
