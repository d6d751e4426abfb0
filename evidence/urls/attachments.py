"""Files of records of unmet need."""

from django.urls import path

from evidence.views import attachments

urlpatterns = [
    path("evidence/<int:pk>/files/add/", attachments.attachment_add, name="attachment_add"),
    path("evidence/files/<int:pk>/", attachments.attachment_file, name="attachment_file"),
    path("evidence/files/<int:pk>/thumbnail/", attachments.attachment_thumbnail, name="attachment_thumbnail"),
    path("evidence/files/<int:pk>/delete/", attachments.attachment_delete, name="attachment_delete"),
]
