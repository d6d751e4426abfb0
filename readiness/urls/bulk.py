"""Work upon many groups at once. The filter of the list of groups stays in the address."""

from django.urls import path

from readiness.views import bulk, bulk_letters

urlpatterns = [
    path("", bulk.bulk, name="bulk"),
    path("files/", bulk.bulk_files, name="bulk_files"),
    path("issue/", bulk.bulk_issue, name="bulk_issue"),
    path("letters/", bulk_letters.bulk_letters, name="bulk_letters"),
    path("letters/write/", bulk_letters.letter_write, name="letter_write"),
    path("letters/check/", bulk_letters.bulk_letters_check, name="bulk_letters_check"),
    path("letters/<int:pk>/delete/", bulk_letters.letter_delete, name="letter_delete"),
    path("done/<int:pk>/", bulk.bulk_order, name="bulk_order"),
]
