"""What would make a group's portfolio stronger: for its officer with the page to go to, for its lead in plain words."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from evidence.portfolio import Collected
from groups.models import CommunityGroup


@dataclass(frozen=True)
class Hint:
    """One thing to do. lead_text is empty where only an officer can do anything about it."""

    text: str
    url: str
    link_words: str
    lead_text: str = ""


def hints(group: CommunityGroup, collected: Collected) -> list[Hint]:
    """What is missing, the weightiest first; empty for a portfolio that has everything."""
    document = collected.document
    works, group_page = reverse("work_list", args=[group.pk]), [group.pk]
    found = []
    if not collected.works:
        found.append(
            Hint(
                "Nothing is written down yet of what the group has done before. Two examples from the last three"
                " years count most.",
                reverse("work_add", args=group_page),
                "Add a piece of work",
                "Tell your officer about something you are proud of: what you did, when, and what changed for"
                " people.",
            )
        )
    elif silent := sum(not work.outcomes for work in document.works):
        found.append(
            Hint(
                f"{silent} of the pieces of work shown {'doesn’t' if silent == 1 else 'don’t'} say what came of it.",
                works,
                "See the pieces of work",
                "Tell your officer what changed for people through your work.",
            )
        )
    if collected.works and not collected.has_referee:
        found.append(
            Hint(
                "No referee has agreed to be named yet.",
                works,
                "See the pieces of work",
                "Ask somebody who knows your work well whether they would speak for you.",
            )
        )
    if document.need is None:
        found.append(
            Hint(
                "No reviewed evidence yet that the group told of. It shows that the group knows what people need.",
                f"{reverse('evidence_new')}?group={group.pk}",
                "Record a need",
                "Tell your officer when a service doesn’t work for people.",
            )
        )
    if not collected.quotes:
        found.append(
            Hint(
                "No quote yet whose speaker agreed to its use in the group’s portfolio.",
                reverse("case_evidence", args=group_page),
                "See the group’s evidence",
            )
        )
    if not document.papers:
        found.append(
            Hint(
                "No paper is noted as in place.",
                reverse("papers", args=group_page),
                "See the papers",
                "Send your papers, such as your rules and your accounts.",
            )
        )
    if not collected.may_show_contact:
        found.append(
            Hint(
                "The group hasn’t agreed to have its main contact shown, or has none yet. Your LIO’s address stands in"
                " its place.",
                reverse("group_edit", args=[group.pk, "directory"]),
                "Note what the group agrees to",
                "Tell your officer if people may see how to reach you. Until then they are sent to"
                f" {group.lio}.",
            )
        )
    missing = [
        words
        for words, there in (
            ("whom it serves", document.serves),
            ("what it does", document.services),
            ("where it works", document.districts),
        )
        if not there
    ]
    if missing:
        found.append(
            Hint(
                f"The profile doesn’t say yet {', '.join(missing)}.",
                reverse("group_profile", args=group_page),
                "See the profile",
                "Tell your officer whom you serve, where, and what you do.",
            )
        )
    return found
