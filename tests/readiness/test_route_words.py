"""Words for group leads: what to do next and what they have, without codes, levels or scores."""

import pytest

from readiness.route_words import lead_has_words, lead_words
from readiness.routes import Rule, Scale, Step


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (Step("paper", "accounts", "Renew: Accounts"), "Renew: Accounts"),
        (Step("level", "2.1", "Bring 2.1 to level 2", 2), "Go further with: Speak up"),
        (Step("level", "9", "Bring 9 to level 2", 2), "Go further with: 9"),
        (
            Step("assessment", "", "Complete an assessment together"),
            "Look together with your officer at where you are now",
        ),
        (
            Step("track_record", "", "Write down 1 more piece of work"),
            "Write down 1 more piece of work, together with your officer",
        ),
    ],
)
def test_every_step_has_words_for_a_lead(step, words):
    assert lead_words(step, {"2.1": "Speak up"}) == words


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("paper accounts", "As the rule says"),
        ("level 2.21", "Well on the way with: Become a sub-contractor"),
        ("theme 2.2", "Well on the way with: Work with others"),
        ("level 9", "Well on the way with: 9"),
        ("evidence", "What people need, written down and checked"),
        ("track record", "Work of these last years that you can show"),
        ("overall", "Well on the way with the toolkit as a whole"),
    ],
)
def test_every_met_rule_has_words_for_a_lead(key, words):
    scale = Scale((), {}, {"2.21": "Become a sub-contractor"}, {"2.2": "Work with others"})
    assert lead_has_words(Rule("r", key, "As the rule says", True, "In place."), scale) == words
