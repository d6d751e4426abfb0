"""Administrators' privacy pages, below administration/privacy/."""

from django.urls import path

from groups.views import privacy as views

urlpatterns = [
    path("", views.privacy, name="admin_privacy"),
    path("groups/<int:pk>/", views.held_of_group, name="admin_held_group"),
    path("groups/<int:pk>/copy/", views.held_of_group_copy, name="admin_held_group_copy"),
    path("groups/<int:pk>/erase/", views.group_erase, name="admin_group_erase"),
    path("person/", views.held_of_person, name="admin_held_person"),
    path("person/copy/", views.held_of_person_copy, name="admin_held_person_copy"),
    path("person/erase/", views.person_erase, name="admin_person_erase"),
    path("erased/<int:pk>/", views.erased, name="admin_erased"),
    path("retention/", views.retention, name="admin_retention"),
]
