"""One's own account."""

from django.urls import path

from groups.views import account as views

urlpatterns = [path("", views.account, name="account")]
