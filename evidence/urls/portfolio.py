"""A group's portfolio and profile sheet, for its officers and for its lead."""

from django.urls import path

from evidence.views import portfolio as views

urlpatterns = [
    path("groups/<int:pk>/portfolio/", views.portfolio, name="portfolio"),
    path("groups/<int:pk>/portfolio/portfolio.<slug:ending>", views.portfolio_file, name="portfolio_file"),
    path("groups/<int:pk>/portfolio/profile-sheet.pdf", views.profile_sheet, name="profile_sheet"),
    path("your-plan/<int:pk>/portfolio/", views.lead_portfolio, name="lead_portfolio"),
    path(
        "your-plan/<int:pk>/portfolio/portfolio.<slug:ending>",
        views.lead_portfolio_file,
        name="lead_portfolio_file",
    ),
    path(
        "your-plan/<int:pk>/portfolio/profile-sheet.pdf",
        views.lead_profile_sheet,
        name="lead_profile_sheet",
    ),
]
