"""A batch of enquiries becomes one record of unmet need."""

from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from evidence.enquiries import StaleBatch, record_batch, summary_of
from evidence.forms.enquiries import BatchForm, BatchRecordForm
from evidence.models import Enquiry, Evidence
from evidence.recording import ForeignForm
from groups.access import AuthenticatedRequest, officers_only
from toolkit_portal.core.form_ids import form_id, send_again, to_new_form


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
def enquiry_record(request: AuthenticatedRequest) -> HttpResponse:
    """Choose service area and period (kept in the URL), check the words, and the enquiries are one record."""
    if (new := to_new_form(request)) is not None:
        return new
    sent = form_id(request)
    if sent and request.method != "POST":
        made = Evidence.objects.editable_by(request.user).filter(client_id=sent).first()
        if made is not None:
            messages.info(request, "This record was made already.")
            return redirect("evidence_detail", pk=made.pk)
    chosen = request.GET.copy()
    chosen.pop("form", None)
    choice = BatchForm(chosen or None, user=request.user)
    context = {"tab": "enquiries", "choice": choice}
    if not choice.is_valid():
        return render(
            request, "evidence/enquiry_record.html", context, status=422 if request.method == "POST" else 200
        )
    batch = choice.batch
    outcomes = batch.by_outcome()
    number = sum(outcomes.values())
    form = BatchRecordForm(
        request.POST if request.method == "POST" else None,
        with_service=False,
        initial={
            "client_id": sent or uuid4(),
            "number": number,
            "people_affected": number,
            "summary": summary_of(batch, outcomes),
            **batch.places(),
        },
    )
    status = 422 if form.is_bound else 200
    stale = False
    if form.is_valid():
        content = form.content()
        try:
            record = record_batch(
                batch=batch,
                by=request.user,
                number=form.cleaned_data["number"],
                client_id=form.cleaned_data["client_id"] or sent,
                **content,
            )
        except StaleBatch as fault:
            status, stale, number = 409, True, fault.number
            send_again(form, number=str(number))
        except ForeignForm:
            send_again(form, client_id=str(uuid4()))
            form.add_error(None, "This form was used for another record. Nothing is lost: send it once more.")
        except ValueError as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(
                request,
                "The record is a draft now, and its enquiries count in no other. A colleague reviews it before it"
                " counts.",
            )
            return redirect("evidence_detail", pk=record.pk)
    context |= {
        "form": form,
        "batch": batch,
        "number": number,
        "stale": stale,
        "outcomes": [(label, outcomes[name]) for name, label in Enquiry.Outcome.choices],
    }
    return render(request, "evidence/enquiry_record.html", context, status=status)
