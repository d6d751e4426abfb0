"""Quotes of a record: written, changed, taken out; consent noted and withdrawn."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from evidence.access import get_editable_record
from evidence.anonymity import Finding, find_identifying, masked
from evidence.consent import AnotherAnswer, ConsentGone, note_consent, withdraw_consent
from evidence.forms.quotes import ConsentForm, QuoteForm
from evidence.models import Brief, Evidence, Quote
from evidence.quotes import ForeignForm, StaleQuote, add_quote, change_quote, delete_quote
from groups.access import AuthenticatedRequest
from groups.models import CommunityGroup, Contact, District, User
from toolkit_portal.core.form_ids import form_id, send_again, to_new_form

# The words of a quote that are looked through, and what was found in each.
CHECKED = ("text", "speaker")
Found = dict[str, list[Finding]]


def findings_in(text: str, record: Evidence) -> list[Finding]:
    """What in a quote could tell who said it, with the names of people whom the record's groups have in the portal."""
    groups = list(record.groups.values_list("pk", flat=True))
    names, places = names_and_places(groups, record.lio_id)
    return find_identifying(text, known_names=names, known_places=places)


def names_and_places(groups: list[int], lio: int) -> tuple[set[str], list[str]]:
    """Names of people around these groups and of the LIO's officers; names that belong to no person."""
    names: set[str] = set()
    for name in [
        *Contact.objects.filter(group__in=groups).values_list("name", flat=True),
        *User.objects.filter(Q(memberships__group__in=groups) | Q(memberships__lio=lio)).values_list(
            "name", flat=True
        ),
    ]:
        # First names are what people say; two letters would be found in every other word.
        names |= {name, *(part for part in name.split() if len(part) > 2)}
    places = [
        *District.objects.values_list("name", flat=True),
        *CommunityGroup.objects.filter(pk__in=groups).values_list("name", flat=True),
    ]
    return names, places


def _quote(request: HttpRequest, pk: int) -> tuple[Quote, Evidence]:
    """A quote and its record, where this person may write it. 404 and 403 as for the record."""
    quote = get_object_or_404(Quote.objects.filter(record__isnull=False), pk=pk)
    return quote, get_editable_record(request, quote.record_id or 0)


def _warned(request: HttpRequest, form: QuoteForm, record: Evidence) -> Found:
    """What was found and not decided on yet. Masking puts the masks into the form's words.

    What was shown may be kept; what was written since then is shown first.
    """
    decision = request.POST.get("findings", "")
    found = {name: findings for name in CHECKED if (findings := findings_in(form.cleaned_data[name], record))}
    shown = set(request.POST.getlist("shown"))
    if decision == "keep" and all(item.words in shown for items in found.values() for item in items):
        return {}
    if decision == "mask":
        form.cleaned_data |= {name: masked(form.cleaned_data[name], items) for name, items in found.items()}
        return {}
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def quote_add(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Somebody's words, checked for what could tell who it was."""
    record = get_editable_record(request, pk)
    if (new := to_new_form(request)) is not None:
        return new
    sent = form_id(request)
    if sent and request.method != "POST" and record.quotes.filter(client_id=sent).exists():
        messages.info(request, "This quote was saved already.")
        return redirect("evidence_detail", pk=pk)
    form = QuoteForm(
        request.POST if request.method == "POST" else None,
        initial={"client_id": sent or uuid4(), "version": 0},
    )
    found: Found = {}
    if form.is_valid() and not (found := _warned(request, form, record)):
        data = form.cleaned_data
        try:
            add_quote(
                by=request.user,
                record=record,
                text=data["text"],
                speaker=data["speaker"],
                client_id=data["client_id"] or sent,
            )
        except ForeignForm:
            send_again(form, client_id=str(uuid4()))
            form.add_error(None, "This form was used for another quote. Nothing is lost: send it once more.")
            return _form_page(request, record, form, {})
        messages.success(
            request,
            "The quote is saved. It is used once a colleague has reviewed the record and consent is noted.",
        )
        return redirect("evidence_detail", pk=pk)
    return _form_page(request, record, form, found)


@require_http_methods(["GET", "HEAD", "POST"])
def quote_edit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Other words. A consent ends with the words it was given to."""
    quote, record = _quote(request, pk)
    form = QuoteForm(
        request.POST if request.method == "POST" else None,
        initial={"text": quote.text, "speaker": quote.speaker, "version": quote.version},
    )
    found: Found = {}
    if form.is_valid() and not (found := _warned(request, form, record)):
        data = form.cleaned_data
        try:
            change_quote(
                quote=quote,
                by=request.user,
                version=data["version"] or 0,
                text=data["text"],
                speaker=data["speaker"],
            )
        except StaleQuote as stale:
            send_again(form, version=str(stale.current.version))
            return _form_page(request, record, form, {}, quote=quote, stored=stale.current, status=409)
        messages.success(request, "The quote is saved.")
        return redirect("evidence_detail", pk=record.pk)
    return _form_page(request, record, form, found, quote=quote)


def _form_page(
    request: HttpRequest,
    record: Evidence,
    form: QuoteForm,
    found: Found,
    *,
    status: int = 0,
    **more: Any,
) -> HttpResponse:
    context = {
        "tab": "records",
        "record": record,
        "form": form,
        "found": [item for name in CHECKED for item in found.get(name, [])],
        "as_masked": [masked(form.cleaned_data[name], found[name]) for name in CHECKED if name in found],
        **more,
    }
    return render(
        request, "evidence/quote_form.html", context, status=status or (422 if form.is_bound else 200)
    )


@require_http_methods(["GET", "HEAD", "POST"])
def quote_delete(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Asks, then deletes a quote with its consents; briefs that hold it are withdrawn."""
    quote, record = _quote(request, pk)
    if request.method == "POST":
        delete_quote(quote=quote, by=request.user)
        messages.success(request, "The quote is deleted.")
        return redirect("evidence_detail", pk=record.pk)
    return render(
        request,
        "evidence/quote_delete.html",
        {"tab": "records", "record": record, "quote": quote, "briefs": _briefs_with(quote)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def quote_consent(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Notes that somebody was asked, and what they answered."""
    quote, record = _quote(request, pk)
    if (new := to_new_form(request)) is not None:
        return new
    sent = form_id(request)
    if sent and request.method != "POST" and quote.consents.filter(client_id=sent).exists():
        messages.info(request, "This answer was noted already.")
        return redirect("evidence_detail", pk=record.pk)
    form = ConsentForm(
        request.POST if request.method == "POST" else None, initial={"client_id": sent or uuid4()}
    )
    if form.is_valid():
        data = form.cleaned_data
        agreed = data["answer"] == "yes"
        uses = {use: agreed and use in data["uses"] for use in ("for_briefs", "for_reports", "for_portfolio")}
        try:
            note_consent(
                quote=quote,
                by=request.user,
                asked_on=data["asked_on"],
                was_given=agreed,
                client_id=data["client_id"],
                **uses,
            )
        except AnotherAnswer:
            send_again(form, client_id=str(uuid4()))
            form.add_error(
                None, "This form noted another answer before. Check what you chose and send it once more."
            )
        else:
            messages.success(request, "The answer is noted and holds from now on.")
            return redirect("evidence_detail", pk=record.pk)
    return render(
        request,
        "evidence/quote_consent.html",
        {"tab": "records", "record": record, "quote": quote, "form": form},
        status=422 if form.is_bound else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def quote_withdraw(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Asks, then withdraws the consent: the quote leaves every page, file and brief at once."""
    quote, record = _quote(request, pk)
    if request.method == "POST":
        try:
            withdraw_consent(quote=quote, by=request.user)
        except ConsentGone as fault:
            messages.error(request, str(fault))
        else:
            messages.success(request, "Withdrawn. The quote is shown on this page only.")
        return redirect("evidence_detail", pk=record.pk)
    return render(
        request,
        "evidence/quote_withdraw.html",
        {"tab": "records", "record": record, "quote": quote, "briefs": _briefs_with(quote)},
    )


def _briefs_with(quote: Quote) -> list[Brief]:
    return list(quote.briefs.filter(withdrawn_at__isnull=True).order_by("number"))
