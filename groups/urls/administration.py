"""Administrators' pages."""

from django.urls import include, path

from groups.views import administration as views
from groups.views import census, lists, paper_kinds

urlpatterns = [
    path("", views.administration, name="administration"),
    path("lios/", views.lios, name="admin_lios"),
    path("lios/add/", views.lio_add, name="admin_lio_add"),
    path("lios/<int:pk>/", views.lio_edit, name="admin_lio_edit"),
    path("people/", views.people_list, name="admin_people"),
    path("people/add/", views.person_add, name="admin_person_add"),
    path("people/<int:pk>/", views.person, name="admin_person"),
    path("people/<int:pk>/role/", views.role_give, name="admin_role_give"),
    path("roles/<int:pk>/end/", views.role_end, name="admin_role_end"),
    path("people/<int:pk>/sign-in/", views.sign_in_switch, name="admin_sign_in"),
    path("people/<int:pk>/password-link/", views.password_link, name="admin_password_link"),
    path("districts/", lists.districts, name="admin_districts"),
    path("districts/add/", lists.district_form, name="admin_district_add"),
    path("districts/<int:pk>/", lists.district_form, name="admin_district_edit"),
    path("lists/<slug:slug>/", lists.listed_values, name="admin_list"),
    path("lists/<slug:slug>/add/", lists.listed_value_form_page, name="admin_list_add"),
    path("lists/<slug:slug>/<int:pk>/", lists.listed_value_form_page, name="admin_list_edit"),
    path("papers/", paper_kinds.paper_kinds, name="admin_paper_kinds"),
    path("papers/add/", paper_kinds.paper_kind_add, name="admin_paper_kind_add"),
    path("papers/<int:pk>/", paper_kinds.paper_kind_edit, name="admin_paper_kind_edit"),
    path("papers/<int:pk>/delete/", paper_kinds.paper_kind_delete, name="admin_paper_kind_delete"),
    path("census/", census.census, name="admin_census"),
    path("census/add/", census.census_add, name="admin_census_add"),
    path("census/<int:pk>/", census.census_table, name="admin_census_table"),
    path("census/<int:pk>/remove/", census.census_remove, name="admin_census_remove"),
    path("open-a-case-file/", lists.open_case, name="admin_open_case"),
    path("privacy/", include("groups.urls.privacy")),
    path("trail/", lists.trail_page, name="admin_trail"),
]
