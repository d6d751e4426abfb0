"""A group's pieces of work and their files."""

from django.urls import path

from groups.views import work

urlpatterns = [
    path("groups/<int:pk>/work/", work.work_list, name="work_list"),
    path("groups/<int:pk>/work/add/", work.work_add, name="work_add"),
    path("work/<int:pk>/", work.work_edit, name="work_edit"),
    path("work/<int:pk>/delete/", work.work_delete, name="work_delete"),
    path("work/<int:pk>/files/add/", work.work_file_add, name="work_file_add"),
    path("work/files/<int:pk>/", work.work_file, name="work_file"),
    path("work/files/<int:pk>/delete/", work.work_file_delete, name="work_file_delete"),
]
