"""What a worker does for groups once a day. Each act comes to the same by hand: remind_papers, retention.

Files that no record names aren't swept here: a portal started on the wrong database names none of them.
"""

from datetime import date

from groups import paper_reminders
from groups.leaving import retention
from toolkit_portal.core import statistics


def remind_of_papers(day: date) -> bool:
    """Mails those whose papers run out soon; whether every mail went."""
    return not paper_reminders.send(paper_reminders.due(day), day).failed


def let_go(day: date) -> bool:
    """Deletes what was kept long enough; whether its files went too."""
    return not retention.run(day).files_left


def refresh_statistics(day: date) -> bool:
    """Lets the database count anew what its tables hold, where it doesn't do that by itself."""
    statistics.refresh()
    return True
