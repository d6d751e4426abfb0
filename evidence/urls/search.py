"""The search."""

from django.urls import path

from evidence.views import search

urlpatterns = [path("search/", search.search, name="search")]
