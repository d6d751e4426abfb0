"""Files that are being made for somebody, and what has come of it. Only that person sees them."""

from django.urls import path

from groups.views import jobs as views

urlpatterns = [
    path("", views.jobs, name="jobs"),
    path("<int:pk>/", views.job, name="job"),
    path("<int:pk>/file/", views.job_file, name="job_file"),
    path("<int:pk>/cancel/", views.job_cancel, name="job_cancel"),
    path("<int:pk>/again/", views.job_retry, name="job_retry"),
    path("<int:pk>/delete/", views.job_delete, name="job_delete"),
]
