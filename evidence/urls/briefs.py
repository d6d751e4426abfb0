"""Briefs for commissioners."""

from django.urls import path

from evidence.views import briefs

urlpatterns = [
    path("evidence/briefs/", briefs.brief_list, name="brief_list"),
    path("evidence/briefs/new/", briefs.brief_new, name="brief_new"),
    path("evidence/briefs/<int:pk>/", briefs.brief_detail, name="brief_detail"),
    path("evidence/briefs/<int:pk>/brief.<slug:ending>", briefs.brief_file, name="brief_file"),
    path("evidence/briefs/<int:pk>/withdraw/", briefs.brief_withdraw, name="brief_withdraw"),
]
