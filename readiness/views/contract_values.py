"""Contract values: which rules hold for a contract, what they mean for a small group, and what to have ready when."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from groups.access import get_group, get_led_group, roles_of
from groups.models import CommunityGroup, CredentialKind
from readiness.forms.contract_values import ContractForm
from readiness.procurement import Verdict, figures_for, judge, pounds, read_figures


@dataclass(frozen=True, slots=True)
class PaperToShow:
    """A kind of paper, and where the group's own is; empty where no group is meant."""

    label: str
    url: str
    by_law: str
    """When the law asks for it in any case; empty for most."""


@dataclass(frozen=True, slots=True)
class StageToShow:
    """When papers may be asked for, in words, and which."""

    key: str
    words: str
    papers: tuple[PaperToShow, ...]


@require_safe
def contract_values(request: HttpRequest) -> HttpResponse:
    """The form, and once it is filled in what it comes to. All of it is in the address, so it can be shared.

    ?group= is a group whose papers are linked: one that the person may read or leads. A lead's own is taken
    without it.
    """
    today = timezone.localdate()
    group = _group(request)
    asked = any(name in request.GET for name in ContractForm.base_fields)
    form = ContractForm(request.GET if asked else None, initial={"day": today})
    files = read_figures()
    is_valid = asked and form.is_valid()
    context: dict[str, object] = {
        "form": form,
        "group": group,
        "files": files,
        "figures": figures_for(today, files),
    }
    if is_valid:
        data = form.cleaned_data
        verdict = judge(
            value=form.value,
            includes_vat=data["vat"] == "yes",
            day=data["day"],
            service=data["service"],
            buyer=data["buyer"],
            figures=figures_for(data["day"], files),
        )
        context |= {
            "verdict": verdict,
            "worked_out": _worked_out(form),
            "is_stale": verdict.is_stale(today),
            "stages": _stages(request, group, verdict),
        }
    return render(
        request, "toolkit/contract_values.html", context, status=422 if asked and not is_valid else 200
    )


def _group(request: HttpRequest) -> CommunityGroup | None:
    """The group whose papers to link. Raises Http404 for one that the person may neither read nor leads."""
    roles = roles_of(request)
    wanted = request.GET.get("group", "")
    if not wanted:
        return get_led_group(request) if len(roles.led_group_ids) == 1 else None
    if not (wanted.isascii() and wanted.isdecimal() and len(wanted) <= 18):
        raise Http404("No such group.")
    pk = int(wanted)
    return get_led_group(request, pk) if pk in roles.led_group_ids else get_group(request, pk)


def _worked_out(form: ContractForm) -> str:
    """How the whole value came of a sum for one year; empty where the whole was given."""
    if form.sum_in_years is None:
        return ""
    a_year, years = form.sum_in_years
    return (
        f"{pounds(a_year)} a year for {years.normalize():f} years, extensions counted: {pounds(form.value)}."
    )


def _stages(request: HttpRequest, group: CommunityGroup | None, verdict: Verdict) -> list[StageToShow]:
    """The usual papers by the stage at which they may be asked for, with links to those of the group."""
    page = ""
    if group is not None:
        page = "lead_paper" if group.pk in roles_of(request).led_group_ids else "paper"
    kinds = list(CredentialKind.objects.current().filter(is_usual=True))
    return [
        StageToShow(
            stage.value,
            _words_of(stage, verdict),
            tuple(
                PaperToShow(
                    kind.label,
                    reverse(page, args=[group.pk, kind.key]) if group is not None else "",
                    kind.by_law,
                )
                for kind in kinds
                if kind.stage == stage
            ),
        )
        for stage in CredentialKind.Stage
    ]


def _words_of(stage: CredentialKind.Stage, verdict: Verdict) -> str:
    """What a stage means here: the limit on insurance is one of the full rules of the Procurement Act."""
    if stage is CredentialKind.Stage.AWARD and not verdict.has_full_rules:
        return "Ask whether this may wait until you are chosen. Get a price before, and buy it only then."
    return CredentialKind.STAGE_WORDS[stage]
