"""What the words of the report mean. They stand in each output and in docs/data-dictionary.md."""

from readiness.reports.values import Definition

DEFINITIONS = (
    Definition(
        "As at a day",
        "What was known in the portal at the end of that day. What was written later, a correction too, isn’t in it.",
    ),
    Definition("Active group", "A group whose status was “active” at the end of the day."),
    Definition(
        "Latest assessment",
        "The complete one with the latest date that had been completed, and not corrected, by the end of the day.",
    ),
    Definition("Score", "0 to 100 over the sections that apply, weighted as the toolkit’s edition says."),
    Definition("Band", "A word for the score: starting, developing, gaining ground or well placed."),
    Definition(
        "Ready to",
        "The realistic next step towards a contract, by scores and papers, as the portal held it that evening.",
    ),
    Definition("Level", "How far a group has come with a section of the toolkit, from 0 to 4."),
    Definition(
        "Moved up or down",
        "The band of the latest assessment on the day against that on the earlier day, for groups assessed in between.",
    ),
    Definition(
        "Late action",
        "Open at the end of the day, and due before it. The day it was due is the one that stands in the plan now.",
    ),
    Definition(
        "By account",
        "A level above what the portal holds of the 12 months before the day: told by people, not yet on record.",
    ),
    Definition("Expired", "A paper counts as missing from the day it expires."),
    Definition(
        "People affected",
        "As told in reviewed records up to the day. Counts of 1 to 4 are hidden, and so is what would give them away.",
    ),
    Definition(
        "No group names them",
        "None of the report’s groups lists that community in its profile. One may serve them all the same.",
    ),
    Definition("LIO, districts, communities and kind", "Those that stand in the group’s profile now."),
)
