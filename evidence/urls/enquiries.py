"""The enquiry tally."""

from django.urls import path

from evidence.views import enquiries, enquiry_records

urlpatterns = [
    path("evidence/enquiries/", enquiries.enquiry_tally, name="enquiry_tally"),
    path("evidence/enquiries/undo/", enquiries.enquiry_undo, name="enquiry_undo"),
    path("evidence/enquiries/month/", enquiries.enquiry_month, name="enquiry_month"),
    path("evidence/enquiries/record/", enquiry_records.enquiry_record, name="enquiry_record"),
    path("evidence/enquiries/<int:pk>/delete/", enquiries.enquiry_delete, name="enquiry_delete"),
]
