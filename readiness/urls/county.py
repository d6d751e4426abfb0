"""The county page and its exports."""

from django.urls import path

from readiness.views import county as views

urlpatterns = [
    path("", views.county_page, name="county"),
    path("export/", views.county_export, name="county_export"),
]
