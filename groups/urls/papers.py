"""A group's papers, as officers keep them and managers read them."""

from django.urls import path

from groups.views import model_papers, paper_checks, papers
from groups.views.papers_matrix import papers_export, papers_matrix
from groups.views.papers_together import papers_note

urlpatterns = [
    path("groups/<int:pk>/papers/", papers.papers, name="papers"),
    path("groups/<int:pk>/papers/<slug:key>/", papers.paper, name="paper"),
    path("groups/<int:pk>/papers/<slug:key>/files/", papers.paper_file_add, name="paper_file_add"),
    path("groups/<int:pk>/papers/<slug:key>/model/", model_papers.paper_model, name="paper_model"),
    path(
        "groups/<int:pk>/papers/<slug:key>/model.docx",
        model_papers.paper_model_file,
        name="paper_model_file",
    ),
    path("groups/<int:pk>/papers/<slug:key>/adopted/", model_papers.paper_adopt, name="paper_adopt"),
    path("papers/to-check/", paper_checks.papers_to_check, name="papers_to_check"),
    path("papers/", papers_matrix, name="papers_matrix"),
    path("papers/export/", papers_export, name="papers_export"),
    path("papers/note/", papers_note, name="papers_note"),
    path("papers/files/<int:pk>/", papers.paper_file, name="paper_file"),
    path("papers/files/<int:pk>/delete/", papers.paper_file_delete, name="paper_file_delete"),
    path("papers/files/<int:pk>/check/", paper_checks.paper_file_judge, name="paper_file_judge"),
]
