"""What goes into a portfolio of what may: kept in the address, so that nothing need be stored."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from evidence.portfolio import Collected, PortfolioChoice
from evidence.portfolio_document import MOST_QUOTES, MOST_WORKS
from evidence.portfolio_layout import dates_words

MOST_DIGITS = 18


def choice_of(query: QueryDict) -> PortfolioChoice:
    """The choice in an address; the usual one where nothing was chosen. What is no number counts for nothing."""
    if "chosen" not in query:
        return PortfolioChoice()
    return PortfolioChoice(
        works=_numbers(query, "work"), quotes=_numbers(query, "quote"), contact="contact" in query
    )


def query_of(collected: Collected, choice: PortfolioChoice) -> str:
    """The address's query that gives this portfolio again; empty for the usual one."""
    if choice == PortfolioChoice():
        return ""
    query = QueryDict(mutable=True)
    query["chosen"] = "yes"
    query.setlist("work", [str(number) for number in collected.chosen_works])
    query.setlist("quote", [str(number) for number in collected.chosen_quotes])
    if choice.contact:
        query["contact"] = "on"
    return f"?{query.urlencode()}"


def too_many(collected: Collected, choice: PortfolioChoice) -> list[str]:
    """What to say of more ticks than a portfolio has room for."""
    words = []
    for chosen, offered, most, noun in (
        (choice.works, collected.works, MOST_WORKS, "pieces of work"),
        (choice.quotes, collected.quotes, MOST_QUOTES, "quotes"),
    ):
        if len({item.pk for item in offered} & set(chosen or ())) > most:
            words.append(f"A portfolio has room for {most} {noun}. The first {most} you ticked are in it.")
    return words


class PortfolioForm(forms.Form):
    """The pieces of work, the quotes and the contact, ticked as they are in the portfolio now."""

    chosen = forms.CharField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}), initial="yes")
    work = forms.MultipleChoiceField(
        label="Pieces of work",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=f"{MOST_WORKS} at most.",
    )
    quote = forms.MultipleChoiceField(
        label="Quotes",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=f"{MOST_QUOTES} at most. Only those whose speakers agreed to this use are offered.",
    )
    contact = forms.BooleanField(label="Show the group’s main contact", required=False)

    def __init__(self, collected: Collected, choice: PortfolioChoice) -> None:
        super().__init__(
            initial={
                "work": list(collected.chosen_works),
                "quote": list(collected.chosen_quotes),
                "contact": choice.contact,
            }
        )
        choices: dict[str, list[tuple[int, str]]] = {
            "work": [
                (work.pk, _with_aside(work.title, dates_words(work.starts_on, work.ends_on)))
                for work in collected.works
            ],
            "quote": [
                (quote.pk, _with_aside(f"“{quote.text}”", quote.speaker)) for quote in collected.quotes
            ],
        }
        for name, offered in choices.items():
            field: Any = self.fields[name]
            field.choices = offered
            if not offered:
                del self.fields[name]
        if not collected.may_show_contact:
            del self.fields["contact"]


def _numbers(query: QueryDict, name: str) -> tuple[int, ...]:
    return tuple(
        int(value)
        for value in query.getlist(name)
        if value.isascii() and value.isdigit() and len(value) <= MOST_DIGITS
    )


def _with_aside(text: str, aside: str) -> str:
    return f"{text} ({aside})" if aside else text
