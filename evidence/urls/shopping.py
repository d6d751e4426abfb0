"""Mystery shopping."""

from django.urls import path

from evidence.views import shopping, shopping_compared

urlpatterns = [
    path("evidence/mystery-shopping/", shopping.mystery_visit_list, name="mystery_visit_list"),
    path("evidence/mystery-shopping/new/", shopping.mystery_visit_new, name="mystery_visit_new"),
    path(
        "evidence/mystery-shopping/compare/",
        shopping_compared.mystery_visit_compare,
        name="mystery_visit_compare",
    ),
    path(
        "evidence/mystery-shopping/record/",
        shopping_compared.mystery_visit_record,
        name="mystery_visit_record",
    ),
    path("evidence/mystery-shopping/<int:pk>/", shopping.mystery_visit_detail, name="mystery_visit_detail"),
    path("evidence/mystery-shopping/<int:pk>/edit/", shopping.mystery_visit_edit, name="mystery_visit_edit"),
    path(
        "evidence/mystery-shopping/<int:pk>/delete/",
        shopping.mystery_visit_delete,
        name="mystery_visit_delete",
    ),
]
