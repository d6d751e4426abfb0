"""The demo county's surveys, discussions, tallies and mystery visits."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from evidence.demo import words
from evidence.models import (
    Enquiry,
    Evidence,
    FocusGroup,
    FocusTheme,
    MysteryVisit,
    Quote,
    Survey,
    SurveyQuestion,
    SurveyResponse,
)
from groups.models import Organisation, Service, ServiceArea

if TYPE_CHECKING:
    from evidence.demo.county import DemoCounty

RESPONSES = 40


def _areas() -> dict[str, ServiceArea]:
    return {area.label: area for area in ServiceArea.objects.all()}


def add_surveys(county: DemoCounty) -> int:
    """Two surveys with their answers, and a record made of the first. Returns the number of records."""
    pick, lio = county.chance, county.lios[0]
    by, reviewer = county.officers[lio.pk][:2]
    for number, (title, asked_by, sample, questions) in enumerate(words.SURVEYS):
        first = county.today - timedelta(days=200 - 90 * number)
        survey = Survey.objects.create(
            client_id=county.uuid(),
            lio=lio,
            title=title,
            asked_from=first,
            asked_to=first + timedelta(days=21),
            asked_by=asked_by,
            sample=sample,
            language="English, Urdu, Polish",
            created_by=by,
            created_at=county.moment(first),
            is_demo=True,
        )
        survey.groups.set([group for group in county.groups if group.lio_id == lio.pk][:4])
        asked = [
            SurveyQuestion.objects.create(
                survey=survey,
                text=text,
                kind=kind,
                headings=[text.casefold()],
                separator=";" if kind == "many" else "",
                position=place,
            )
            for place, (text, kind, _) in enumerate(questions)
        ]
        responses = []
        for nth in range(RESPONSES):
            answers: dict[str, object] = {}
            for question, (_, kind, choices) in zip(asked, questions, strict=True):
                if kind == "many":
                    answers[str(question.pk)] = pick.sample(choices[:-1], pick.randint(1, 2))
                elif kind == "number":
                    answers[str(question.pk)] = pick.randint(1, 60)
                else:
                    answers[str(question.pk)] = pick.choice(choices)
            key = hashlib.sha256(f"{survey.pk}:{nth}".encode()).hexdigest()
            responses.append(SurveyResponse(survey=survey, key=key, answers=answers))
        SurveyResponse.objects.bulk_create(responses)
        record = Evidence.objects.create(
            client_id=county.uuid(),
            lio=lio,
            happened_on=first,
            until=first + timedelta(days=21),
            method=Evidence.Method.SURVEY,
            service_area=_areas()["Transport" if number else "Health care"],
            summary=(
                "Half of those asked missed something that mattered because there was no bus."
                if number
                else "Most of those who needed an interpreter got one sometimes or never."
            ),
            needed_instead="A later bus on class days."
            if number
            else "An interpreter booked with every appointment.",
            people_affected=22 - number * 4,
            strength=Evidence.Strength.SYSTEMATIC,
            criteria=["2.15a"],
            state=Evidence.State.REVIEWED,
            reviewed_by=reviewer,
            reviewed_at=county.moment(first + timedelta(days=30)),
            survey=survey,
            created_by=by,
            changed_by=by,
            created_at=county.moment(first + timedelta(days=25)),
            is_demo=True,
        )
        record.groups.set(survey.groups.all())
    return len(words.SURVEYS)


def add_focus_groups(county: DemoCounty) -> int:
    """Three discussions with themes, one theme of each made into a record. Returns the number of records."""
    areas, pick = _areas(), county.chance
    for number, (title, language, interpreting, themes) in enumerate(words.FOCUS_GROUPS):
        lio = county.lios[number % len(county.lios)]
        by, reviewer = county.officers[lio.pk][:2]
        group = next(group for group in county.groups if group.lio_id == lio.pk)
        held = county.today - timedelta(days=160 - 45 * number)
        focus = FocusGroup.objects.create(
            client_id=county.uuid(),
            lio=lio,
            title=title,
            held_on=held,
            place="Village hall",
            language=language,
            interpreting=interpreting,
            people_came=12,
            created_by=by,
            created_at=county.moment(held),
            is_demo=True,
        )
        focus.groups.add(group)
        focus.districts.set(group.districts.all())
        focus.communities.set(group.communities.all())
        for place, (text, raised_by, area) in enumerate(themes):
            record = None
            if place == 0:
                record = Evidence.objects.create(
                    client_id=county.uuid(),
                    lio=lio,
                    happened_on=held,
                    method=Evidence.Method.FOCUS_GROUP,
                    service_area=areas[area],
                    summary=f"{text}: raised by {raised_by} of 12 people in a discussion.",
                    people_affected=raised_by,
                    strength=Evidence.Strength.SEVERAL,
                    criteria=["2.15b"],
                    state=Evidence.State.REVIEWED,
                    reviewed_by=reviewer,
                    reviewed_at=county.moment(held + timedelta(days=3)),
                    created_by=by,
                    changed_by=by,
                    created_at=county.moment(held),
                    is_demo=True,
                )
                record.groups.add(group)
                record.districts.set(focus.districts.all())
                record.communities.set(focus.communities.all())
            FocusTheme.objects.create(
                focus_group=focus,
                text=text,
                raised_by=raised_by,
                service_area=areas[area],
                record=record,
                position=place,
            )
        text, speaker = pick.choice(words.QUOTES)
        Quote.objects.create(
            client_id=county.uuid(), focus_group=focus, text=text, speaker=speaker, written_by=by
        )
    return len(words.FOCUS_GROUPS)


def add_enquiries(county: DemoCounty) -> None:
    """A year of tallies: some on most working days, each LIO with its own mix."""
    areas, pick = list(_areas().values()), county.chance
    found = []
    for number, lio in enumerate(county.lios):
        weights = [1 + (place + 3 * number) % 5 for place in range(len(areas))]
        officers = county.officers[lio.pk]
        for back in range(1, 366):
            day = county.today - timedelta(days=back)
            if day.weekday() > 4:
                continue
            for _ in range(pick.choice([0, 1, 1, 2, 3])):
                found.append(
                    Enquiry(
                        client_id=county.uuid(),
                        lio=lio,
                        officer=pick.choice(officers),
                        asked_on=day,
                        service_area=pick.choices(areas, weights)[0],
                        outcome=pick.choices(["helped", "referred", "nothing"], [4, 3, 3])[0],
                        noted_at=county.moment(day),
                        is_demo=True,
                    )
                )
    Enquiry.objects.bulk_create(found, batch_size=1000)


def add_mystery_visits(county: DemoCounty, organisations: dict[str, Organisation]) -> int:
    """Three visits to each of four services, and a record of the first. Returns the number of records."""
    areas, pick, lio = _areas(), county.chance, county.lios[0]
    by, reviewer = county.officers[lio.pk][:2]
    services = {(item.organisation_id, item.name): item for item in Service.objects.all()}
    first_record = 0
    for number, (provider, service, area, scenario, how) in enumerate(words.SCENARIOS):
        visits = []
        for nth, language in enumerate(("English", "Urdu", "Polish")):
            struggled = nth > 0
            day = county.today - timedelta(days=120 - 12 * number - 5 * nth)
            visits.append(
                MysteryVisit.objects.create(
                    client_id=county.uuid(),
                    lio=lio,
                    provider=organisations[provider],
                    service=services[organisations[provider].pk, service],
                    service_area=areas[area],
                    scenario=scenario,
                    visited_on=day,
                    how=how,
                    language=language,
                    answered=True,
                    greeted=not struggled or pick.random() < 0.6,
                    interpreter_offered=False if struggled else None,
                    told_of_rights=pick.random() < 0.4,
                    respectful=pick.random() < 0.7,
                    minutes_waited=pick.randint(2, 15) + (20 if struggled else 0),
                    outcome="not_helped" if struggled and pick.random() < 0.5 else "partly",
                    note="Was asked to bring somebody who speaks English." if struggled else "",
                    created_by=by,
                    created_at=county.moment(day),
                    is_demo=True,
                )
            )
        if number == 0:
            record = Evidence.objects.create(
                client_id=county.uuid(),
                lio=lio,
                happened_on=visits[0].visited_on,
                until=visits[-1].visited_on,
                method=Evidence.Method.MYSTERY_SHOPPING,
                service_area=areas[area],
                provider=organisations[provider],
                summary="Two of three callers to the repairs line were asked to bring somebody who speaks English.",
                needed_instead="A telephone interpreter on every call.",
                people_affected=None,
                strength=Evidence.Strength.SEVERAL,
                criteria=["2.15d"],
                state=Evidence.State.REVIEWED,
                reviewed_by=reviewer,
                reviewed_at=county.moment(visits[-1].visited_on + timedelta(days=2)),
                created_by=by,
                changed_by=by,
                created_at=county.moment(visits[-1].visited_on),
                is_demo=True,
            )
            MysteryVisit.objects.filter(pk__in=[visit.pk for visit in visits]).update(record=record)
            first_record = 1
    return first_record
