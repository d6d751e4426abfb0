"""Focus groups and consultations."""

from django.urls import path

from evidence.views import focus_groups, focus_themes

urlpatterns = [
    path("evidence/focus-groups/", focus_groups.focus_group_list, name="focus_group_list"),
    path("evidence/focus-groups/new/", focus_groups.focus_group_new, name="focus_group_new"),
    path("evidence/focus-groups/<int:pk>/", focus_groups.focus_group_detail, name="focus_group_detail"),
    path("evidence/focus-groups/<int:pk>/edit/", focus_groups.focus_group_edit, name="focus_group_edit"),
    path(
        "evidence/focus-groups/<int:pk>/delete/", focus_groups.focus_group_delete, name="focus_group_delete"
    ),
    path(
        "evidence/focus-groups/themes/<int:pk>/record/",
        focus_themes.focus_theme_record,
        name="focus_theme_record",
    ),
]
