"""The browsable toolkit."""

from django.urls import path

from readiness.views import toolkit as views

urlpatterns = [
    path("", views.toolkit, name="toolkit"),
    path("<slug:edition>/<str:section>/", views.toolkit_section, name="toolkit_section"),
]
