"""The browsable toolkit."""

from django.urls import path

from readiness.views import contract_values
from readiness.views import toolkit as views

urlpatterns = [
    path("", views.toolkit, name="toolkit"),
    path("contract-values/", contract_values.contract_values, name="contract_values"),
    path("<slug:edition>/<str:section>/", views.toolkit_section, name="toolkit_section"),
]
