"""Administrators' pages for the kinds of paper."""

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from groups.access import administrators_only
from groups.forms.paper_kinds import PaperKindForm
from groups.models import CredentialKind
from groups.paper_kinds import delete_kind, new_key, why_it_stays


@require_safe
@administrators_only
def paper_kinds(request: HttpRequest) -> HttpResponse:
    """Every kind of paper, retired ones last, with the number of groups that have something noted of it."""
    kinds = list(CredentialKind.objects.annotate(groups=Count("credentials")).order_by("position", "label"))
    return render(
        request,
        "administration/paper_kinds.html",
        {"kinds": sorted(kinds, key=lambda kind: not kind.is_current)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def paper_kind_add(request: HttpRequest) -> HttpResponse:
    """A new kind of paper; its key is made from its name."""
    return _form(request, CredentialKind())


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def paper_kind_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Changes a kind of paper, retires it or offers it again."""
    return _form(request, get_object_or_404(CredentialKind, pk=pk))


def _form(request: HttpRequest, kind: CredentialKind) -> HttpResponse:
    # The page's heading says what is stored, whatever the form has done to the instance.
    heading = kind.label
    form = PaperKindForm(request.POST if request.method == "POST" else None, instance=kind)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                if kind.pk is None:
                    kind.key = new_key(form.cleaned_data["label"])
                form.save()
        except IntegrityError:
            # Another administrator was first, this moment.
            form.add_error("label", f"{form.cleaned_data['label']} is on the list already.")
        else:
            messages.success(request, f"Saved {kind}.")
            return redirect("admin_paper_kinds")
    return render(
        request,
        "administration/paper_kind_form.html",
        {
            "form": form,
            "kind": kind,
            "heading": heading,
            "why_it_stays": why_it_stays(kind) if heading else "",
        },
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def paper_kind_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks, then deletes a kind that nothing uses; says why where something does."""
    kind = get_object_or_404(CredentialKind, pk=pk)
    if request.method == "POST":
        try:
            delete_kind(kind)
        except ValueError as fault:
            messages.error(request, str(fault))
            return redirect("admin_paper_kind_edit", pk=pk)
        messages.success(request, f"{kind.label} is deleted.")
        return redirect("admin_paper_kinds")
    return render(
        request, "administration/paper_kind_delete.html", {"kind": kind, "why_it_stays": why_it_stays(kind)}
    )
