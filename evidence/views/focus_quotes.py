"""What in the quotes of a focus group could tell who said them: found before they are saved, masked or kept."""

from typing import Any

from evidence.anonymity import Finding, find_identifying, masked
from evidence.forms.focus_groups import Sheet
from evidence.models import FocusGroup
from evidence.views.quotes import CHECKED, names_and_places
from groups.access import AuthenticatedRequest

# Number of the row, name of its field -> what was found there.
Found = dict[tuple[int, str], list[Finding]]


def _search(sheet: Sheet, lio: int, focus_group: FocusGroup | None) -> Found:
    """Looks through the quotes of a valid sheet. Words that are stored already were decided on before."""
    names, places = names_and_places([group.pk for group in sheet.form.cleaned_data["groups"]], lio)
    decided: dict[str, set[str]] = {name: set() for name in CHECKED}
    if focus_group is not None:
        for quote in focus_group.quotes.all():
            for name in CHECKED:
                decided[name].add(getattr(quote, name))
    found: Found = {}
    for number, row in enumerate(sheet.quotes.forms):
        for name in CHECKED:
            words = row.cleaned_data.get(name, "").strip()
            if words and words not in decided[name] and not row.cleaned_data.get("DELETE"):
                found[number, name] = find_identifying(words, known_names=names, known_places=places)
    return {place: findings for place, findings in found.items() if findings}


def to_decide(
    request: AuthenticatedRequest, sheet: Sheet, lio: int, focus_group: FocusGroup | None = None
) -> list[tuple[int, list[Finding], str]]:
    """Number of the quote, what was found and how it would read masked. Empty once the writer has decided.

    A decision to mask is carried out: the sheet holds the masked words then.
    """
    decision = request.POST.get("findings", "")
    if decision == "keep":
        return []
    found = _search(sheet, lio, focus_group)
    as_masked = {
        (number, name): masked(sheet.quotes.forms[number].cleaned_data[name].strip(), findings)
        for (number, name), findings in found.items()
    }
    if decision != "mask":
        return [(number + 1, findings, as_masked[number, name]) for (number, name), findings in found.items()]
    data: Any = request.POST.copy()
    for (number, name), words in as_masked.items():
        row = sheet.quotes.forms[number]
        row.cleaned_data[name] = words
        # Should the page be shown once more, it shows what would be saved.
        data[row.add_prefix(name)] = words
        row.data = data
    return []
