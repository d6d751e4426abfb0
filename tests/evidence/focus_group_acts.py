"""What the tests of focus groups share: one with a theme, and what was said in it."""

from evidence.models import FocusGroup, FocusTheme, Quote
from tests import factories
from tests.cast import Cast

CALM = "Nobody could read it to me."


def said(focus_group: FocusGroup, text: str = CALM) -> Quote:
    return Quote.objects.create(focus_group=focus_group, text=text)


def with_a_theme(cast: Cast) -> tuple[FocusGroup, FocusTheme]:
    focus_group = factories.make_focus_group(lio=cast.peak, by=cast.officer)
    return focus_group, factories.make_theme(focus_group=focus_group)
