"""What evidence holds of groups and people.

What a group alone has told of goes with it. What others told of too stays, without the link to the group. A brief that
names the group, or quotes what goes, is withdrawn: it keeps its number, its content and files go.
"""

from collections.abc import Callable

from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from evidence.models import (
    Attachment,
    Brief,
    Engagement,
    Enquiry,
    Evidence,
    FocusGroup,
    FocusTheme,
    Indicator,
    IndicatorValue,
    MysteryVisit,
    Partnership,
    PartnershipStage,
    Quote,
    QuoteConsent,
    SearchEntry,
    Survey,
    SurveyFile,
    SurveyQuestion,
    SurveyResponse,
)
from evidence.search_index import forget_deleted
from groups import trail
from groups.leaving import registry
from groups.leaving.trail import names_of_group
from groups.models import CommunityGroup, User

WHY = "A group that is in it was erased."


def register() -> None:
    """Tells the registry of groups/leaving which records are about a group or a person, and how long they are kept."""
    _groups()
    _people()
    registry.holds_nothing(SearchEntry, "Follows the records it finds, whose removal it hears of.")
    registry.after_erasure.append(forget_deleted)
    registry.kept_for(
        "survey_files",
        "Files of survey answers that nobody went on with",
        "uploads",
        lambda before: SurveyFile.objects.filter(uploaded_at__lt=before),
    )


def _groups() -> None:
    registry.of_group(
        Brief, "Briefs, which are withdrawn", briefs_of, empty=_withdraw, left_out=["snapshot", "choice"]
    )
    registry.of_group(
        QuoteConsent,
        "Answers about the use of quotes",
        lambda group: QuoteConsent.objects.filter(quote__in=_quotes(group, told_of)),
        goes=lambda group: QuoteConsent.objects.filter(quote__in=_quotes(group, told_alone)),
        changed=["recorded_at"],
    )
    registry.of_group(
        Quote,
        "Quotes",
        lambda group: _quotes(group, told_of),
        goes=lambda group: _quotes(group, told_alone),
        changed=["written_at"],
    )
    _part(Attachment, "Files of evidence", Evidence, "record", changed=["uploaded_at"])
    _whole(Evidence, "Records of need", changed=["updated_at"])
    _part(FocusTheme, "Themes of focus groups", FocusGroup, "focus_group")
    _part(SurveyFile, "Files of survey answers", Survey, "survey", changed=["uploaded_at"])
    _part(SurveyResponse, "Answers to surveys", Survey, "survey", left_out=["key"])
    _part(SurveyQuestion, "Questions of surveys", Survey, "survey")
    _whole(FocusGroup, "Focus groups", changed=["created_at"])
    _whole(Survey, "Surveys", changed=["created_at"])
    _whole(MysteryVisit, "Mystery visits", changed=["created_at"])
    _whole(Engagement, "Contact with commissioners and others", changed=["updated_at"])
    registry.of_group(
        PartnershipStage, "Stages of partnerships", "partnership__group", changed=["recorded_at"]
    )
    registry.of_group(Partnership, "Partnerships", "group", changed=["updated_at"])
    registry.of_group(IndicatorValue, "Figures of indicators", "indicator__group", changed=["recorded_at"])
    registry.of_group(Indicator, "Indicators", "group", changed=["updated_at"])
    # An enquiry holds no words. It stays and no longer says which group it came from.
    registry.of_group(Enquiry, "Enquiries", "group", goes=lambda group: Enquiry.objects.none())


def told_of(model: type[Model], group: CommunityGroup) -> QuerySet:
    """The records that this group has told of, alone or with others."""
    return model._base_manager.filter(groups=group.pk)


def told_alone(model: type[Model], group: CommunityGroup) -> QuerySet:
    """The records that this group has told of and no other."""
    others = model._base_manager.filter(groups__in=CommunityGroup.objects.exclude(pk=group.pk))
    return told_of(model, group).exclude(pk__in=others.values("pk"))


Told = Callable[[type[Model], CommunityGroup], QuerySet]


def _quotes(group: CommunityGroup, told: Told) -> QuerySet[Quote]:
    return Quote.objects.filter(
        Q(record__in=told(Evidence, group).values("pk"))
        | Q(focus_group__in=told(FocusGroup, group).values("pk"))
    )


def _whole(model: type[Model], title: str, **rest) -> None:
    registry.of_group(
        model,
        title,
        lambda group: told_of(model, group),
        goes=lambda group: told_alone(model, group),
        **rest,
    )


def _part(model: type[Model], title: str, whole: type[Model], path: str, **rest) -> None:
    def records(told: Told) -> registry.OfGroup:
        return lambda group: model._base_manager.filter(**{f"{path}__in": told(whole, group).values("pk")})

    registry.of_group(model, title, records(told_of), goes=records(told_alone), **rest)


def briefs_of(group: CommunityGroup) -> QuerySet[Brief]:
    """Briefs that name the group, or hold a quote that goes with it, and aren't withdrawn yet."""
    names = names_of_group(group)
    standing = Brief.objects.filter(withdrawn_at__isnull=True)
    quoting = set(standing.filter(quotes__in=_quotes(group, told_alone)).values_list("pk", flat=True))
    naming = {
        pk
        for pk, title, snapshot in standing.values_list("pk", "title", "snapshot").iterator()
        if names.stand_in(title) or names.stand_in(snapshot)
    }
    return Brief.objects.filter(pk__in=quoting | naming)


def _withdraw(briefs: QuerySet[Brief], by: User | None) -> None:
    for brief in briefs:
        brief.quotes.clear()
        brief.title, brief.choice, brief.snapshot = "Withdrawn", {}, {}
        brief.pdf = brief.docx = brief.pdf_sha256 = brief.docx_sha256 = ""
        # A command has nobody's name; the row must have one, and the sentence says what happened.
        brief.withdrawn_at, brief.withdrawn_by, brief.withdrawn_why = (
            timezone.now(),
            by or brief.issued_by,
            WHY,
        )
        brief.save()
        trail.record("brief withdrawn", brief, by=by, number=brief.number)


def _people() -> None:
    registry.written_by(
        Evidence,
        "Records of need they wrote or checked",
        "created_by",
        "changed_by",
        "reviewed_by",
        "sent_back_by",
    )
    registry.written_by(Brief, "Briefs they issued or withdrew", "issued_by", "withdrawn_by")
    registry.written_by(Quote, "Quotes they wrote down", "written_by")
    registry.written_by(QuoteConsent, "Answers about quotes they noted", "asked_by", "withdrawn_by")
    registry.written_by(Attachment, "Files of evidence they added", "uploaded_by")
    registry.written_by(SurveyFile, "Files of survey answers they added", "uploaded_by")
    registry.written_by(Survey, "Surveys they noted", "created_by")
    registry.written_by(FocusGroup, "Focus groups they noted", "created_by")
    registry.written_by(MysteryVisit, "Mystery visits they noted", "created_by")
    registry.written_by(Enquiry, "Enquiries they noted", "officer")
    registry.written_by(Engagement, "Contact with others that they noted", "created_by", "changed_by")
    registry.written_by(Partnership, "Partnerships they noted", "created_by", "changed_by")
    registry.written_by(PartnershipStage, "Stages of partnerships they noted", "recorded_by")
    registry.written_by(Indicator, "Indicators they noted", "created_by", "changed_by")
    registry.written_by(IndicatorValue, "Figures they noted", "recorded_by")
