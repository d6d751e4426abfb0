"""The steps of a route in words for group leads: what to do, without codes or numbers of levels. Pure."""

from collections.abc import Mapping

from readiness.routes import Step


def lead_words(step: Step, titles: Mapping[str, str]) -> str:
    """A step as a lead reads it. titles: title by code of the sections of the toolkit."""
    if step.kind == "level":
        return f"Go further with: {titles.get(step.about, step.about)}"
    return {
        "assessment": "Look together with your officer at where you are now",
        "evidence": "Tell your officer what people need and can’t get, so that it is written down and checked",
        "track_record": f"{step.words}, together with your officer",
    }.get(step.kind, step.words)
