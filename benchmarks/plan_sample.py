"""A plausible plan of 12 or more actions, the same every time, for measuring its PDF."""

from __future__ import annotations

from datetime import date, timedelta

from readiness.plan_document import (
    ContactLine,
    CriterionLine,
    LioContact,
    PlanDocument,
    Step,
    ThemeLine,
)

CRITERIA = (
    ("2.1", "Inform and influence commissioners", 2),
    ("2.11", "Talking with commissioners about services that fit your community", 1),
    ("2.12", "Asking for equality checks on services", 0),
    ("2.13", "Taking part in consultations that matter to you", 3),
    ("2.14", "Taking part in the county's BME forum", 2),
    ("2.15", "Getting your community's needs into service specifications", 0),
    ("2.15a", "Evidence: research, surveys and interviews", 1),
    ("2.15b", "Evidence: focus groups and community consultation", 2),
    ("2.15c", "Evidence: a record of what people ask you for", 3),
    ("2.15d", "Evidence: trying out services as a customer would", None),
    ("2.2", "Work alongside larger providers", 2),
    ("2.21", "Sub-contracting with a lead provider", 1),
    ("2.22", "Showing providers what you add", 2),
    ("2.23", "Figures that show what your work achieves", 3),
)
ACTIONS = (
    (
        "Write down every request for help for three months",
        "Commissioners act on numbers they can check.",
        "Put the tally sheet beside the phone.",
        "2.15c",
    ),
    (
        "Ask the council for the equality check on the new carers' service",
        "You have a right to ask how a decision was weighed.",
        "Send the letter we drafted together.",
        "2.12",
    ),
    (
        "Meet the health board's engagement lead",
        "They plan the autumn tender now.",
        "Choose two dates and two stories to tell.",
        "2.11",
    ),
    (
        "Agree an equality policy at the next committee meeting",
        "Every buyer asks for one before anything else.",
        "Read the two-page model and mark what isn't you.",
        "2.2",
    ),
    (
        "Run a focus group with older members",
        "Their journey to hospital came up at three visits.",
        "Book the hall and an interpreter.",
        "2.15b",
    ),
    (
        "Describe what you add in one page",
        "Larger providers look for partners who reach people they don't.",
        "List five things only you can do.",
        "2.22",
    ),
    (
        "Talk to two lead providers about the advice contract",
        "They must show local reach in their bid.",
        "Ask for the name of the person who writes bids.",
        "2.21",
    ),
    (
        "Count people helped and what changed for them",
        "Outcomes weigh more than attendances.",
        "Pick three questions to ask everyone.",
        "2.23",
    ),
    (
        "Answer the transport consultation",
        "It closes in the spring and no group like yours has answered.",
        "Collect ten short accounts.",
        "2.13",
    ),
    (
        "Send somebody to each meeting of the forum",
        "It is where the yearly plan is shaped.",
        "Share the dates on your noticeboard.",
        "2.14",
    ),
    (
        "Draft a paragraph for the next mental health tender",
        "Marks in the scoring follow what is written there.",
        "Start from your focus group's main points.",
        "2.15",
    ),
    (
        "Interview six carers about getting a break",
        "Six careful accounts say more than a long survey.",
        "Practise the questions on one another.",
        "2.15a",
    ),
)


def sample_plan(actions: int = 12) -> PlanDocument:
    """Return version 3 of a made-up group's plan with this many actions, fixed in every word."""
    titles = {code: title for code, title, _ in CRITERIA}
    steps = []
    for number in range(actions):
        what, why, first, code = ACTIONS[number % len(ACTIONS)]
        steps.append(
            Step(
                what=what,
                why=why,
                first_step=first,
                who_words=("Your group", "Both", "Your LIO")[number % 3],
                person=("Amina Rahman", "Dele Okafor", "Jo Marsden", "")[number % 4],
                due_on=date(2026, 12, 4) + timedelta(days=13 * number),
                criterion_code=code,
                criterion_title=titles[code],
                state_words=("To do", "Doing")[number % 5 == 1],
                support="We sit in with you the first time." if number % 4 == 0 else "",
            )
        )
    return PlanDocument(
        group_name="Peak Sisters",
        lio_name="Amber and Dale Voluntary Action",
        lio_contact=LioContact(
            phone="01632 960 123", email="hello@amberdale.example", web="www.amberdale.example"
        ),
        version=3,
        issued_on=date(2026, 11, 23),
        issued_by="Jo Marsden",
        edition_title="the 2026 edition of the toolkit",
        where_you_are=(
            "Your group is known and trusted by the women who use it, and you keep good records of what they "
            "ask for. Decision makers are starting to hear from you. The next stretch is to put what you "
            "know in front of the people who plan services, "
            "before a contract is written, and to meet one larger provider."
        ),
        themes=(
            ThemeLine(
                code="2.1",
                title="Inform and influence commissioners",
                score_shown=39,
                band="developing",
                previous_shown=27,
                median_shown=34,
            ),
            ThemeLine(
                code="2.2",
                title="Work alongside larger providers",
                score_shown=50,
                band="gaining ground",
                previous_shown=38,
                median_shown=41,
            ),
        ),
        overall_shown=44,
        overall_previous_shown=33,
        overall_median_shown=37,
        band="developing",
        assessed_on=date(2026, 11, 9),
        criteria=tuple(
            CriterionLine(
                code=code,
                title=title,
                level=level,
                na=level is None,
                target=None if level is None or level > 2 else level + 1,
                target_by=date(2027, 6, 30) if level is not None and level < 2 else None,
            )
            for code, title, level in CRITERIA
        ),
        strengths=(
            "You write down what people ask for, and can show it for the last two years.",
            "You answer consultations in time and in your members' own words.",
            "You know what changed for the people you help, not only how many came.",
        ),
        steps=tuple(steps),
        lio_help=(
            "An evening for your committee on policies that buyers ask for, on 12 January.",
            "Introductions to two lead providers, with somebody beside you at the first meeting.",
            "A reader for anything you write before you send it.",
        ),
        changes=(
            "Working with larger providers moved from 38 to 50.",
            "Two steps are done, three are new, one has a later date.",
        ),
        done=(
            Step(
                what="Open a bank account with two signatories", criterion_code="2.2", person="Amina Rahman"
            ),
            Step(what="Join the county forum's mailing list", criterion_code="2.14"),
        ),
        contacts=(
            ContactLine(
                name="Jo Marsden",
                role="your development worker",
                phone="01632 960 124",
                email="jo.marsden@amberdale.example",
            ),
        ),
    )
