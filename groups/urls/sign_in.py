"""Sign-in, password, code and second-factor pages, kept by django-allauth."""

from django.urls import include, path

urlpatterns = [
    path("", include("allauth.account.urls")),
    path("two-steps/", include("allauth.mfa.urls")),
]
