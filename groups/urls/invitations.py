"""Invitations of group leads."""

from django.urls import path

from groups.views import account as views

urlpatterns = [
    path("group/<int:pk>/", views.lead_invite, name="lead_invite"),
    path("<int:pk>/withdraw/", views.invitation_revoke, name="invitation_revoke"),
    path("lead/<int:pk>/remove/", views.lead_remove, name="lead_remove"),
    path("accept/<str:token>/", views.invitation, name="invitation"),
]
