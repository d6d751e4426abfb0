"""The search through needs, quotes, organisations and groups."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from evidence.models import SearchEntry
from evidence.search import find, terms
from groups.access import AuthenticatedRequest, case_readers_only

PER_PAGE = 20
MOST_LETTERS = 200
ONE_OF = {"need": "Need", "quote": "Quote", "organisation": "Organisation", "group": "Group"}


@require_safe
@case_readers_only
def search(request: AuthenticatedRequest) -> HttpResponse:
    """One box. What it finds, best first, with the number of each kind; ?kind= shows one of them."""
    typed = " ".join(request.GET.get("q", "").replace("\0", " ").split())[:MOST_LETTERS]
    kind = request.GET.get("kind", "")
    if kind not in SearchEntry.Kind.values:
        kind = ""
    context: dict[str, Any] = {"typed": typed, "kind": kind, "no_words": bool(typed) and not terms(typed)}
    if typed and not context["no_words"]:
        found = find(request.user, typed, [kind] if kind else ())
        page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
        context |= {
            "page_obj": page,
            "hits": [(hit, ONE_OF[hit.kind]) for hit in page.object_list],
            "kinds": _kinds(found.counts, typed, kind),
            "in_all": sum(found.counts.values()),
        }
    return render(request, "search/search.html", context)


def _kinds(counts: dict[str, int], typed: str, chosen: str) -> list[dict[str, Any]]:
    """The links that filter by kind, each with its number."""
    every = [("", "All", sum(counts.values()))]
    every += [(kind.value, str(kind.label), counts[kind.value]) for kind in SearchEntry.Kind]
    return [
        {
            "url": "?" + urlencode({"q": typed} | ({"kind": value} if value else {})),
            "label": label,
            "number": number,
            "here": value == chosen,
        }
        for value, label, number in every
    ]
