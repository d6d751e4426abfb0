"""Papers of the demo county in every state, made in bulk, each with the story of how it came to stand as it does."""

from dataclasses import dataclass, field
from typing import Any

from groups.credentials import WARNED_DAYS
from groups.demo import words
from groups.demo.shared import DAYS_BACK, DemoGroup, DemoGroups
from groups.models import CommunityGroup, Credential, CredentialChange, CredentialKind, User

State = Credential.State
DAYS_A_MONTH = 30.44
# What a group that is only forming can't have.
NEEDS_A_GROUP = frozenset({"governing-document", "accounts"})
SLIPS = "equality-policy"
FOR_CHILDREN = ("Children and young people", "Families")


@dataclass
class Stood:
    """How a paper stood from a day on, days ago."""

    days: int
    state: str
    facts: dict[str, Any] = field(default_factory=dict)


def add_papers(county: DemoGroups, groups: list[DemoGroup]) -> int:
    """Makes the papers of some groups with their changes: a few queries in all. Returns how many papers."""
    kinds = list(CredentialKind.objects.filter(key__in=words.PAPERS))
    serves = CommunityGroup.serves.through.objects.filter(
        communitygroup__in=[entry.group.pk for entry in groups], audienceserved__label__in=FOR_CHILDREN
    )
    with_children = set(serves.values_list("communitygroup_id", flat=True))
    papers: list[Credential] = []
    stories: list[list[CredentialChange]] = []
    for entry in groups:
        for kind in kinds:
            if entry.is_own:
                story = _own(county, kind)
            elif entry.has_slipped and kind.key == SLIPS:
                story = _slipped(county)
            elif county.happens(_held(entry, kind)):
                story = _in_place(county, entry, kind)
            else:
                story = _not_in_place(county, entry, kind, entry.group.pk in with_children)
            if story:
                paper, changes = _written(county, entry.group, kind, story)
                papers.append(paper)
                stories.append(changes)
    Credential.objects.bulk_create(papers, batch_size=2000)
    for paper, changes in zip(papers, stories, strict=True):
        for change in changes:
            change.credential = paper
    CredentialChange.objects.bulk_create(
        (change for changes in stories for change in changes), batch_size=2000
    )
    return len(papers)


def _written(
    county: DemoGroups, group: CommunityGroup, kind: CredentialKind, story: list[Stood]
) -> tuple[Credential, list[CredentialChange]]:
    """The paper as its story leaves it, and a change for each step of the story."""
    changes = []
    officer: User | None = None
    for stood in story:
        officer = county.chance.choice(county.officers[group.lio_id])
        if stood.state == State.IN_PLACE and stood.facts.pop("checked", county.happens(60)):
            stood.facts |= {"checked_by": officer.name, "checked_on": county.day(stood.days)}
        changes.append(
            CredentialChange(
                state=stood.state,
                recorded_at=county.moment(stood.days, 11),
                recorded_by=officer,
                **stood.facts,
            )
        )
    newest = story[-1]
    paper = Credential(
        client_id=county.uuid(),
        group=group,
        kind=kind,
        state=newest.state,
        changed_by=officer,
        version=len(story),
        is_demo=True,
        **newest.facts,
    )
    return paper, changes


def _held(entry: DemoGroup, kind: CredentialKind) -> int:
    """In how many of a hundred such groups the paper is in place, or was until it ran out."""
    if entry.is_forming and kind.key in NEEDS_A_GROUP:
        return 0
    held: list[int] = words.PAPERS[kind.key]["held"]
    return held[entry.in_hand]


def _is_drafted(kind: CredentialKind) -> bool:
    """Whether there is something to draft, as there is of a policy and not of a bank account."""
    return bool(words.PAPERS[kind.key].get("drafted", True))


def _own(county: DemoGroups, kind: CredentialKind) -> list[Stood]:
    """The papers of the group whose lead can sign in are written down one by one."""
    story = []
    for step in words.OWN.get(kind.key, ()):
        facts: dict[str, Any] = {"note": step.get("note", ""), "why_not_needed": step.get("why", "")}
        for name, key in (("issued_on", "issued"), ("expires_on", "runs_out"), ("review_on", "look_again")):
            if key in step:
                facts[name] = county.day(step[key] if key == "issued" else -step[key])
        if "pounds" in step:
            facts["pounds"] = step["pounds"]
        if step["state"] == State.IN_PLACE:
            facts["checked"] = True
        story.append(Stood(step["days"], step["state"], facts))
    return story


# In place


def _in_place(county: DemoGroups, entry: DemoGroup, kind: CredentialKind) -> list[Stood]:
    return _running(county, entry, kind) if kind.expires else _lasting(county, kind)


def _lasting(county: DemoGroups, kind: CredentialKind) -> list[Stood]:
    """A paper that doesn't run out: agreed lately or long ago, sometimes to be looked at again by now."""
    pick = county.chance
    cycle = round((kind.review_months or 0) * DAYS_A_MONTH)
    if cycle and county.happens(6):
        age = cycle + pick.randint(0, 45)
    else:
        age = pick.randint(12, min(cycle - 70, 900) if cycle else 900)
    if age > DAYS_BACK - 100:
        return _long_agreed(county, kind, age, cycle)
    story = [_agreed(county, age, age, cycle)]
    if _is_drafted(kind) and county.happens(65):
        story.insert(0, Stood(age + pick.randint(20, 45), State.DRAFT, {"note": words.NOTES["draft"][1]}))
        if county.happens(50):
            story.insert(0, Stood(age + pick.randint(46, 99), State.MISSING))
    return story


def _long_agreed(county: DemoGroups, kind: CredentialKind, age: int, cycle: int) -> list[Stood]:
    """A paper that was there before anything was noted. One policy in three was written again since."""
    pick = county.chance
    noted = min(age, pick.randint(DAYS_BACK - 100, DAYS_BACK))
    story = [_agreed(county, noted, age, cycle)]
    if _is_drafted(kind) and county.happens(32):
        again = pick.randint(30, 300)
        story.append(Stood(again + pick.randint(20, 60), State.DRAFT, {"note": words.NOTES["draft"][2]}))
        story.append(_agreed(county, again, again, cycle))
    return story


def _agreed(county: DemoGroups, noted: int, age: int, cycle: int) -> Stood:
    facts: dict[str, Any] = {
        "issued_on": county.day(age),
        "note": county.chance.choice(words.NOTES["in_place"]),
    }
    if cycle:
        facts["review_on"] = county.day(age - cycle)
    return Stood(noted, State.IN_PLACE, facts)


def _running(county: DemoGroups, entry: DemoGroup, kind: CredentialKind) -> list[Stood]:
    """A paper with an end: run out, soon to, or good for longer; often there was one before it."""
    pick = county.chance
    spec = words.PAPERS[kind.key]
    life = round(spec["months"] * DAYS_A_MONTH)
    first, last = WARNED_DAYS
    # What is always in place there hasn't run out; it was renewed within a year, some of it late.
    always = _held(entry, kind) == 100
    fate = pick.choices(
        ["out", "last", "first", "later", "new"], [0, 3, 5, 32, 60] if always else [20, 9, 14, 57, 0]
    )[0]
    left = {
        "out": -pick.randint(0, 80),
        "last": pick.randint(1, last),
        "first": pick.randint(last + 1, first),
        "later": pick.randint(first + 1, life - 15),
        "new": life - pick.randint(60, 330),
    }[fate]
    begun = life - left
    pounds = pick.choice(spec["pounds"]) if "pounds" in spec else None
    noted = begun if begun <= DAYS_BACK - 60 else min(begun, pick.randint(DAYS_BACK - 60, DAYS_BACK))
    story = [
        Stood(
            noted,
            State.IN_PLACE,
            {"issued_on": county.day(begun), "expires_on": county.day(begun - life), "pounds": pounds},
        )
    ]
    # Renewed the day before the last one ran out, or weeks after.
    gap = pick.choice([-1, 26, 41])
    if noted == begun <= DAYS_BACK - 90 and county.happens(75):
        ended = begun + gap
        story.insert(
            0,
            Stood(
                pick.randint(ended + 10, min(DAYS_BACK, ended + life)),
                State.IN_PLACE,
                {
                    "issued_on": county.day(ended + life),
                    "expires_on": county.day(ended),
                    "pounds": min(spec["pounds"]) if pounds else None,
                },
            ),
        )
    return story


# Not in place


def _slipped(county: DemoGroups) -> list[Stood]:
    """It was in place, until somebody saw that it had to be written again."""
    pick = county.chance
    noted = pick.randint(DAYS_BACK - 120, DAYS_BACK)
    again = Stood(pick.randint(12, 240), State.DRAFT, {"note": words.NOTES["draft"][-1]})
    return [_agreed(county, noted, noted + pick.randint(100, 700), 0), again]


def _not_in_place(
    county: DemoGroups, entry: DemoGroup, kind: CredentialKind, with_children: bool
) -> list[Stood]:
    """Never spoken of, not needed yet, a draft, or missing. Drafts and missing ones may have been in place before."""
    pick = county.chance
    reasons = [
        why
        for why, when in words.NOT_NEEDED.get(kind.key, ())
        if not when
        or (when == "unpaid" and entry.group.paid_staff == 0)
        or (when == "moneyless" and entry.group.income_band == CommunityGroup.IncomeBand.NONE)
        or (when == "adults" and not with_children)
    ]
    if reasons and county.happens(60):
        return [
            Stood(pick.randint(60, DAYS_BACK), State.NOT_NEEDED, {"why_not_needed": pick.choice(reasons)})
        ]
    if county.happens(45):
        return []
    is_draft = _is_drafted(kind) and county.happens(55)
    since = pick.randint(8, 320)
    was_there = not kind.expires and not entry.is_forming and county.happens(50)
    state = State.DRAFT if is_draft else State.MISSING
    *fresh, again = words.NOTES[state]
    if state == State.MISSING:
        again = words.PAPERS[kind.key].get("lost", again)
    story = [Stood(since, state, {"note": again if was_there else pick.choice(fresh)})]
    if was_there:
        noted = pick.randint(since + 40, DAYS_BACK)
        story.insert(0, _agreed(county, noted, noted + pick.randint(0, 900), 0))
    elif is_draft and county.happens(50):
        story.insert(0, Stood(since + pick.randint(30, 200), State.MISSING))
    return story
