"""The papers of the group that a lead leads."""

from django.urls import path

from groups.views import lead_papers as views
from groups.views import model_papers

urlpatterns = [
    path("your-plan/<int:pk>/papers/", views.lead_papers, name="lead_papers"),
    path("your-plan/<int:pk>/papers/<slug:key>/", views.lead_paper, name="lead_paper"),
    path(
        "your-plan/<int:pk>/papers/<slug:key>/model/", model_papers.lead_paper_model, name="lead_paper_model"
    ),
    path(
        "your-plan/<int:pk>/papers/<slug:key>/model.docx",
        model_papers.lead_paper_model_file,
        name="lead_paper_model_file",
    ),
    path("your-plan/papers/files/<int:pk>/", views.lead_paper_file, name="lead_paper_file"),
    path(
        "your-plan/papers/files/<int:pk>/take-back/",
        views.lead_paper_file_delete,
        name="lead_paper_file_delete",
    ),
]
