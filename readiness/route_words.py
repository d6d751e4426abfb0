"""Steps and met rules of a route in words for group leads, without codes, levels or scores. Pure."""

from collections.abc import Mapping

from readiness.routes import Rule, Scale, Step


def lead_words(step: Step, titles: Mapping[str, str]) -> str:
    """A step as a lead reads it. titles: title by code of the sections of the toolkit."""
    if step.kind == "level":
        return f"Go further with: {titles.get(step.about, step.about)}"
    return {
        "assessment": "Look together with your officer at where you are now",
        "evidence": "Tell your officer what people need and can’t get, so that it is written down and checked",
        "track_record": f"{step.words}, together with your officer",
    }.get(step.kind, step.words)


def lead_has_words(rule: Rule, scale: Scale) -> str:
    """A rule that is met, as something the group has already."""
    kind, _, about = rule.key.partition(" ")
    if kind in ("level", "theme"):
        titles = scale.titles if kind == "level" else scale.theme_titles
        return f"Well on the way with: {titles.get(about, about)}"
    return {
        "evidence": "What people need, written down and checked",
        "track record": "Work of these last years that you can show",
        "overall": "Well on the way with the toolkit as a whole",
    }.get(rule.key, rule.words)
