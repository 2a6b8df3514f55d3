"""Meetings of many at one time, over HTTP and several processes: asked for, moved, confirmed and given up (A5).

A site takes three visits at once and has more people to receive customers than that, so that both limits are met.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import connection

from accounts.models import User
from drills import house, people
from drills.callers import Answer, Call, Callers
from drills.people import Person
from drills.races import CONTROLS, count, is_fair, no_contradiction, tell, went_wrong
from drills.report import Promise
from realestate.core import clock
from scheduling.models import Appointment
from scheduling.services import add_host, own_host

CROWD, ROUNDS, QUICK_ROUNDS = 20, 200, 40
HOSTS, PLACES = 5, 3  # who receives people, and how many visits the site takes at once (R14.2)
LENGTH = 30  # minutes
APART = timedelta(minutes=90)  # so that the meetings of one round come near those of no other
DAYS, A_DAY = 50, 9  # within the sixty days that the platform allows, from nine o'clock on
OVERLAPS = """
    SELECT count(*) FROM scheduling_appointment a JOIN scheduling_appointment b ON a.id < b.id
    WHERE a.status IN ('scheduled', 'confirmed') AND b.status IN ('scheduled', 'confirmed')
      AND (a.host_id = b.host_id AND a.starts_at < b.host_free_at AND b.starts_at < a.host_free_at
        OR a.customer_id = b.customer_id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at)
"""
# Visits at whose beginning more are on the site than its three places.
CROWDED = """
    SELECT count(*) FROM (SELECT a.id FROM scheduling_appointment a JOIN scheduling_appointment b
            ON b.project_id = a.project_id AND b.starts_at <= a.starts_at AND b.ends_at > a.starts_at
        WHERE a.status IN ('scheduled', 'confirmed') AND b.status IN ('scheduled', 'confirmed')
            AND a.meeting_location = 'site' AND b.meeting_location = 'site'
        GROUP BY a.id HAVING count(*) > 3) full_site
"""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Who meets whom where, and how they ask."""

    callers: Callers
    crowd: Sequence[Person]
    owner: Person
    project: int
    host: int

    def ask(self, person: Person, at: datetime, **more: object) -> Call:
        """A customer wants to come."""
        body = {
            "project_id": self.project,
            "appointment_type": "consultation",
            "appointment_date": at.isoformat(),
            "duration_minutes": LENGTH,
            **more,
        }
        return Call(path="/api/appointments", token=person.token, body=body)


def run(database: str, *, quick: bool) -> list[Promise]:
    """Each way to come by a time in turn, then one of them without its guards."""
    rounds = QUICK_ROUNDS if quick else ROUNDS
    people.town()
    crowd, project = people.customers(CROWD), people.project()
    (owner,) = people.logged_in([project.builder_id])
    host = receive(owner, project.pk)
    free = times()
    with house.site(database) as site, Callers([site.door], CROWD + 1) as callers:
        scene = Scene(callers=callers, crowd=crowd, owner=owner, project=project.pk, host=host)
        found = [races(scene, settle(scene, free), free, rounds), no_contradiction()]
    with connection.cursor() as cursor:
        for name in ("one_host_one_appointment", "one_customer_one_appointment"):
            cursor.execute(f'ALTER TABLE scheduling_appointment DROP CONSTRAINT "{name}"')
    with house.site(database, without="locks") as site, Callers([site.door], CROWD + 1) as callers:
        scene = Scene(callers=callers, crowd=crowd, owner=owner, project=project.pk, host=host)
        good = 0
        for number in range(CONTROLS):
            tell("A5 without its guards", number, CONTROLS)
            good += one_host(scene, next(free))
    what = f"without locks and constraints one host has several meetings at a time ({count(OVERLAPS)} pairs)"
    return [*found, went_wrong("A5", what, good)]


def times() -> Iterator[datetime]:
    """Times of the project's days, none near another."""
    first = clock.local(clock.now()).replace(hour=9, minute=0, second=0, microsecond=0)
    for day, place in itertools.product(range(3, 3 + DAYS), range(A_DAY)):
        yield first + timedelta(days=day) + place * APART


def receive(owner: Person, project: int) -> int:
    """The builder's people who receive customers, the builder among them; the key of one of them."""
    builder = User.objects.with_profile().get(pk=owner.pk)
    for number in range(HOSTS - 1):
        add_host(actor=builder, name=f"Host {number}", project_ids=[project])
    return own_host(builder=builder.builder).pk


def settle(scene: Scene, free: Iterator[datetime]) -> list[int]:
    """An appointment of each of the crowd, somewhere else than on the site, at a time that nobody else wants."""
    calls = [scene.ask(person, next(free), meeting_location="online") for person in scene.crowd]
    return [scene.callers.send(call).json["id"] for call in calls]


def races(scene: Scene, moving: Sequence[int], free: Iterator[datetime], rounds: int) -> Promise:
    """A5: R14 holds, whoever asks for what; each way equally often. ``moving`` go from one time to the next."""
    ways: dict[str, Callable[[Scene, datetime], bool]] = {
        "one host": one_host,
        "any host": any_host,
        "on the site": on_the_site,
        "moved there": partial(moved, moving),
        "given up and confirmed": given_up,
    }
    good, held = Counter[str](), Counter[str]()
    for number, (name, way) in zip(range(rounds), itertools.cycle(ways.items()), strict=False):
        tell("A5", number, rounds)
        held[name] += 1
        good[name] += way(scene, next(free))
    overlaps, crowded = count(OVERLAPS), count(CROWDED)
    figures = ", ".join(f"{name} {good[name]} of {times}" for name, times in held.items())
    return Promise(
        id="A5",
        what=f"{CROWD} customers and one time: as many come as there are hosts or places, all others hear slot_taken",
        figure=f"{figures}; {overlaps} appointments overlap, {crowded} are too many on the site",
        holds=good == held and not overlaps and not crowded,
    )


def one_host(scene: Scene, at: datetime) -> bool:
    """They name one host, and times that overlap or leave it no time between."""
    calls = [
        scene.ask(person, at + timedelta(minutes=10 * (place % 3)), host_id=scene.host)
        for place, person in enumerate(scene.crowd)
    ]
    return is_fair(scene.callers.together(calls), "slot_taken")


def any_host(scene: Scene, at: datetime) -> bool:
    """They come to nobody in particular: as many as there are hosts."""
    calls = [scene.ask(person, at, meeting_location="office") for person in scene.crowd]
    return are_let_in(scene.callers.together(calls), 201, HOSTS)


def on_the_site(scene: Scene, at: datetime) -> bool:
    """They all come to the site, which takes fewer than it has hosts."""
    return are_let_in(
        scene.callers.together([scene.ask(person, at) for person in scene.crowd]), 201, PLACES
    )


def moved(appointments: Sequence[int], scene: Scene, at: datetime) -> bool:
    """They all have an appointment, and move it to the same time."""
    calls = [
        Call(
            method="PATCH",
            path=f"/api/appointments/{pk}/reschedule",
            token=person.token,
            body={"appointment_date": at.isoformat(), "reason": "Earlier"},
        )
        for pk, person in zip(appointments, scene.crowd, strict=True)
    ]
    return are_let_in(scene.callers.together(calls), 200, HOSTS)


def given_up(scene: Scene, at: datetime) -> bool:
    """One gives up its time while the builder confirms it and the others want it: at most one of these has it."""
    first, *others = scene.crowd
    theirs = scene.callers.send(scene.ask(first, at, host_id=scene.host)).json["id"]
    path = f"/api/appointments/{theirs}"
    gone, confirmed, *answers = scene.callers.together(
        [
            Call(method="DELETE", path=path, token=first.token),
            Call(
                method="PATCH",
                path=f"{path}/status",
                token=scene.owner.token,
                body={"status": "confirmed"},
            ),
            *(scene.ask(person, at, host_id=scene.host) for person in others),
        ]
    )
    rows = Appointment.objects.filter(host=scene.host, starts_at=at)
    live = list(rows.filter(status__in=("scheduled", "confirmed")).values_list("pk", flat=True))
    won = [answer.json["id"] for answer in answers if answer.status == 201]
    return (
        gone.status == 200
        and confirmed.status in {200, 409}
        and live == won
        and len(won) <= 1
        and are_let_in(answers, 201, len(won))
    )


def are_let_in(answers: Sequence[Answer], good: int, places: int) -> bool:
    """So many won, and everybody else was told the same."""
    won = sum(answer.status == good for answer in answers)
    lost = sum((answer.status, answer.code) == (409, "slot_taken") for answer in answers)
    return (won, lost) == (places, len(answers) - places)
