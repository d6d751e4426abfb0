"""Letters to the groups of a filter: which letter, a new one, what each group would get, and taking one away."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from groups.access import AuthenticatedRequest, officers_only
from groups.models import CommunityGroup
from groups.sign_in import to_proof
from readiness.bulk_jobs import LETTERS
from readiness.bulk_orders import MOST_LETTERS
from readiness.forms.bulk import LetterForm, LettersForm
from readiness.letter_facts import fill_for, said_of
from readiness.letter_keeping import ForeignForm, write_letter
from readiness.letter_texts import PLACES, LetterText, bundled_letters
from readiness.models import BulkOrder, Letter
from readiness.views.bulk import NO_ID, confirm, filtered
from toolkit_portal.core.form_ids import form_id, to_new_form

PREVIEWS = 3
OWN = "own-"


def _query(request: AuthenticatedRequest, **also: str) -> QueryDict:
    """The filter of the address, without what belongs to one page, and something more."""
    query = request.GET.copy()
    for name in ("page", "form", "letter", "from"):
        query.pop(name, None)
    query.update(also)
    return query


@require_safe
@officers_only
def bulk_letters(request: AuthenticatedRequest) -> HttpResponse:
    """The letters that there are: those that come with the portal, and one's own."""
    choice, groups = filtered(request, CommunityGroup.objects.editable_by(request.user))
    check = reverse("bulk_letters_check")
    context = {
        "choice": choice,
        "number": groups.count(),
        "bundled": [
            (letter, f"{check}?{_query(request, letter=letter.key).urlencode()}")
            for letter in bundled_letters().values()
        ],
        "own": [
            (letter, f"{check}?{_query(request, letter=f'{OWN}{letter.pk}').urlencode()}")
            for letter in Letter.objects.filter(owner=request.user)
        ],
        "query": _query(request).urlencode(),
    }
    return render(request, "bulk/letters.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
def letter_write(request: AuthenticatedRequest) -> HttpResponse:
    """A new letter, empty or begun from one that comes with the portal (?from=)."""
    if (new := to_new_form(request)) is not None:
        return new
    client_id, is_posted = form_id(request), request.method == "POST"
    begin = bundled_letters().get(request.GET.get("from", ""))
    initial = {"title": begin.title, "body": begin.body.strip()} if begin else {}
    form = LetterForm(request.POST if is_posted else None, user=request.user, initial=initial)
    if is_posted and client_id is not None and form.is_valid():
        try:
            letter = write_letter(
                by=request.user,
                lio=form.organisation,
                title=form.cleaned_data["title"],
                body=form.cleaned_data["body"],
                client_id=client_id,
            )
        except ForeignForm as fault:
            form.add_error(None, f"{fault} Open the page again.")
        else:
            query = _query(request, letter=f"{OWN}{letter.pk}")
            return redirect(f"{reverse('bulk_letters_check')}?{query.urlencode()}")
    elif is_posted and client_id is None:
        form.add_error(None, NO_ID)
    context = {"form": form, "places": PLACES, "query": _query(request).urlencode()}
    return render(request, "bulk/letter_form.html", context, status=422 if is_posted else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
def letter_delete(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Asks, then deletes one's own letter. Files made of it stay for their week."""
    letter = get_object_or_404(Letter.objects.filter(owner=request.user), pk=pk)
    if request.method == "POST":
        letter.delete()
        messages.success(request, "The letter is deleted.")
        return redirect("bulk_letters")
    return render(request, "bulk/letter_delete.html", {"letter": letter})


@require_http_methods(["GET", "HEAD", "POST"])
@officers_only
def bulk_letters_check(request: AuthenticatedRequest) -> HttpResponse:
    """What each group would get and what is missing, row by row; sending the form has the letters made."""
    if (new := to_new_form(request)) is not None:
        return new
    key = request.GET.get("letter", "")
    own = Letter.objects.filter(owner=request.user, pk=int(pk)).first() if (pk := _own_pk(key)) else None
    text = LetterText(title=own.title, body=own.body) if own else bundled_letters().get(key)
    if text is None:
        messages.info(request, "Choose a letter first.")
        return redirect(f"{reverse('bulk_letters')}?{_query(request).urlencode()}")
    choice, groups = filtered(request, CommunityGroup.objects.editable_by(request.user))
    number = groups.count()
    listed = list(groups.select_related("lio", "caseworker")[:MOST_LETTERS])
    rows = fill_for(text, listed, request.user)
    client_id, is_posted = form_id(request), request.method == "POST"
    form = LettersForm(request.POST if is_posted else None)
    problem = ""
    if is_posted:
        able = [group.pk for group, _, why_not in rows if not why_not]
        ticked = set(request.POST.getlist("group"))
        wanted = [group for group in able if str(group) in ticked]
        if client_id is None or len(wanted) != len(ticked):
            problem = NO_ID
        elif not wanted:
            problem = "Tick at least one group that gets a letter."
        elif form.is_valid():
            if (proof := to_proof(request, request.get_full_path())) is not None:
                return proof
            return confirm(
                request,
                act=BulkOrder.Act.LETTERS,
                kind=LETTERS,
                groups=wanted,
                client_id=client_id,
                title=f"Letters to {len(wanted)} group{'' if len(wanted) == 1 else 's'}",
                options={**form.cleaned_data, **({} if own else {"template": text.key})},
                letter=own,
            )
    writable = [(group, filled) for group, filled, why_not in rows if not why_not]
    context = {
        "choice": choice,
        "text": text,
        "form": form,
        "problem": problem,
        "number": number,
        "most": MOST_LETTERS if number > MOST_LETTERS else 0,
        "rows": [
            (group, filled, said_of(filled, filled.greeting != "Dear friends,"), why_not)
            for group, filled, why_not in rows
        ],
        "previews": writable[:PREVIEWS],
        "able": len(writable),
        "query": _query(request).urlencode(),
    }
    return render(request, "bulk/letters_check.html", context, status=422 if is_posted else 200)


def _own_pk(key: str) -> str:
    """The id of one's own letter in the address, as digits; empty where it names none."""
    pk = key.removeprefix(OWN)
    return pk if key.startswith(OWN) and pk.isascii() and pk.isdecimal() and len(pk) < 19 else ""
