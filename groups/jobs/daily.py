"""What is to be done once a day, such as sending what is due. Apps add their own when they start, and workers do it.

An act may be done more than once a day and by two workers at the same time, so it must come to the same each time.
"""

import logging
import time
from collections.abc import Callable
from datetime import date

from django.utils import timezone

log = logging.getLogger(__name__)

# Gets the day in Derbyshire, and says whether nothing is left to do; else it is done again a while later.
Act = Callable[[date], bool]

AGAIN_SECONDS = 15 * 60

_acts: dict[str, Act] = {}


def register_daily(key: str, act: Act) -> None:
    """Adds an act. Raises ValueError where another has its key."""
    if _acts.setdefault(key, act) is not act:
        raise ValueError(f"There are two daily acts with the key {key}.")


def forget_daily(key: str) -> None:
    """Takes an act out again."""
    _acts.pop(key, None)


class Daily:
    """How far one worker is with the acts of the day. It begins at its start and at each midnight in Derbyshire."""

    def __init__(self) -> None:
        self._day: date | None = None
        self._left: dict[str, Act] = {}
        self._not_before = 0.0

    def do_due(self) -> None:
        """Does what is left of today. A fault of one act keeps no other from being done, and the worker goes on."""
        today = timezone.localdate()
        if today != self._day:
            self._day, self._left, self._not_before = today, dict(_acts), 0.0
        if not self._left or time.monotonic() < self._not_before:
            return
        for key, act in list(self._left.items()):
            try:
                is_over = act(today)
            except Exception:
                log.exception("The daily act %s went wrong", key)
                is_over = False
            if is_over:
                del self._left[key]
        self._not_before = time.monotonic() + AGAIN_SECONDS
