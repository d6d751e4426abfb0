"""A group's profile, contacts and history."""

from django.urls import path

from groups.views import community_groups as views

urlpatterns = [
    path("new/", views.group_create, name="group_create"),
    path("<int:pk>/profile/", views.group_profile, name="group_profile"),
    path("<int:pk>/profile/<slug:section>/", views.group_edit, name="group_edit"),
    path("<int:pk>/contacts/add/", views.contact_edit, name="contact_add"),
    path("<int:pk>/contacts/<int:contact>/", views.contact_edit, name="contact_edit"),
    path("<int:pk>/contacts/<int:contact>/remove/", views.contact_delete, name="contact_delete"),
    path("<int:pk>/history/", views.group_history, name="group_history"),
]
