"""What changed from one version of a plan to the next, by comparing their snapshots. Pure: plain values in and out."""

from collections.abc import Callable, Mapping
from typing import Any

from readiness.models import Action
from readiness.plan_document import LEVEL_WORDS
from readiness.plan_snapshot import OPEN_STATES, Snapshot, day_in_words, shortened

MOST_CHANGES_OF_A_KIND = 8
_CONTENT = ("what", "why", "first_step", "who", "person", "support", "code")


def changes_between(before: Snapshot, after: Snapshot) -> list[str]:
    """What changed from one snapshot to a later one, a sentence each; empty where nothing did.

    Scores and levels first, then actions done, begun, new, moved, reworded, dropped and taken up again.
    """
    return [
        *_changes_of_standing(before["standing"], after["standing"]),
        *_changes_of_actions(before["actions"], after["actions"]),
    ]


def _changes_of_standing(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[str]:
    if after is None:
        return []
    found = []
    lines_before = {line["code"]: line for line in before["criteria"]} if before else {}
    if before is None:
        found.append(
            f"You looked at where you are for the first time, on {day_in_words(after['assessed_on'])}."
        )
    elif before["assessment"] != after["assessment"]:
        found.append(f"You looked again at where you are, on {day_in_words(after['assessed_on'])}.")
        if None not in (before["overall"], after["overall"]) and before["overall"] != after["overall"]:
            found.append(f"Your readiness is now {after['overall']} of 100; it was {before['overall']}.")
    for line in after["criteria"]:
        was = lines_before.get(line["code"])
        if was is None:
            continue
        if None not in (was["level"], line["level"]) and was["level"] != line["level"]:
            found.append(
                f"{line['code']} {line['title']}: from {was['level']} {LEVEL_WORDS[was['level']]} "
                f"to {line['level']} {LEVEL_WORDS[line['level']]}."
            )
        if line["target"] is not None and (line["target"], line["target_by"]) != (
            was["target"],
            was["target_by"],
        ):
            found.append(
                f"{line['code']} {line['title']}: you now aim for {line['target']} "
                f"{LEVEL_WORDS[line['target']]} by {day_in_words(line['target_by'])}."
            )
    return found


def _changes_of_actions(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[str]:
    was_by_id = {action["id"]: action for action in before}
    kinds: dict[str, list[str]] = {
        kind: [] for kind in ("Done", "Begun", "Open again", "New", "New date", "Changed", "Dropped")
    }
    for action in after:
        was = was_by_id.get(action["id"])
        if (kind := _kind_of_change(was, action)) is None:
            continue
        words = shortened(action["what"])
        if kind == "New date":
            words = f"{words}: {day_in_words(action['due_on']) or 'no date yet'}"
        elif kind == "Dropped":
            words = f"{words}: {shortened(action['dropped_reason'])}"
        kinds[kind].append(words)
    found = []
    for kind, lines in kinds.items():
        found += [f"{kind}: {words}" for words in lines[:MOST_CHANGES_OF_A_KIND]]
        if (more := len(lines) - MOST_CHANGES_OF_A_KIND) > 0:
            found.append(f"{kind}: {more} more")
    return found


def _kind_of_change(was: Mapping[str, Any] | None, now: Mapping[str, Any]) -> str | None:
    """The one thing worth saying about an action: its state before its date, its date before its words."""
    done, dropped = Action.State.DONE.value, Action.State.DROPPED.value
    state_was = was["state"] if was else None
    tests: list[tuple[str, Callable[[], bool]]] = [
        ("Done", lambda: now["state"] == done and state_was != done),
        # One that came and went between two versions was never in the group's hands.
        ("Dropped", lambda: now["state"] == dropped and was is not None and state_was != dropped),
        ("New", lambda: was is None and now["state"] in OPEN_STATES),
        ("Open again", lambda: state_was in (done, dropped) and now["state"] in OPEN_STATES),
        ("Begun", lambda: state_was == Action.State.TO_DO and now["state"] == Action.State.DOING),
        ("New date", lambda: was is not None and _open(now) and was["due_on"] != now["due_on"]),
        (
            "Changed",
            lambda: was is not None and _open(now) and any(was[name] != now[name] for name in _CONTENT),
        ),
    ]
    return next((kind for kind, holds in tests if holds()), None)


def _open(action: Mapping[str, Any]) -> bool:
    return action["state"] in OPEN_STATES
