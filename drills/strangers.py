"""What strangers learn from a refusal, by its words and by the clock; and approvals at one moment (D4, D8)."""

import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from accounts.enums import TeamRole
from accounts.models import User
from drills import house, people
from drills.callers import Answer, Call, Callers
from drills.people import Person
from drills.report import Promise, progress
from realestate.core.models import AuditEntry
from tests.cast import Cast
from tests.factories.accounts import MemberFactory
from tests.permissions.test_matrix import LINES, NEVER_ISSUED
from tests.permissions.test_two_people import (
    DECISIONS,
    adjustment,
    change_quote,
    quote,
    settlement,
)
from tests.permissions.world import make_world

NEAR = 0.20  # of the median
TRIES = 3  # of a pair whose medians are apart: other things go on on this machine
CROWD = 12


def run(database: str, *, quick: bool) -> list[Promise]:
    """Each address that a stranger may try; then two people who approve the same."""
    progress("a world with one row of each kind")
    world = make_world()
    people.set_to(platform__limits_factor=people.MANY_TIMES)  # papers are asked for by one
    (ravi,) = people.logged_in([world.cast.ravi.pk])
    with house.site(database) as site, Callers([site.door], CROWD) as callers:
        return [
            oracle(callers, pairs(world), ravi, 20 if quick else 50),
            control(callers, ravi, 20 if quick else 50),
            *(
                one_approval(callers, world.cast, kind, 5 if quick else 25)
                for kind in (adjustment, settlement, quote, change_quote)
            ),
        ]


# --- D4 --------------------------------------------------------------------------------------------------------------


def pairs(world: Any) -> dict[str, tuple[str, str]]:
    """Line of the table -> somebody else's row, and one that never was, where a stranger hears 404."""
    found: dict[str, tuple[str, str]] = {}
    for line, operation, row in LINES:
        if operation.method != "get" or row.expected()["ravi"] != 404:
            continue
        theirs = operation.url(row, world)
        never = operation.url(row, world, dict.fromkeys(operation.parameters, NEVER_ISSUED))
        if theirs != never:
            found[line] = (theirs, never)
    return found


def oracle(
    callers: Callers, chosen: dict[str, tuple[str, str]], stranger: Person, samples: int
) -> Promise:
    """D4: the same status, the same body, as fast."""
    telling, apart, most = [], [], 0.0
    for number, (line, addresses) in enumerate(chosen.items()):
        if number % 20 == 0:
            progress(f"D4: {number} of {len(chosen)} addresses")
        shown, distance = compare(callers, addresses, stranger, samples)
        for _again in range(TRIES - 1):
            if distance > NEAR:
                distance = min(distance, compare(callers, addresses, stranger, samples)[1])
        most = max(most, distance)
        telling += [line] * (len(shown) > 1)
        apart += [f"{line} {distance:.0%}"] * (distance > NEAR)
    return Promise(
        id="D4",
        what=f"{len(chosen)} addresses: somebody else's row is refused like one that never was, {samples} times each",
        figure=f"told apart by words: {', '.join(telling) or 'none'}; by time: {', '.join(apart) or 'none'};"
        f" medians at most {most:.0%} apart",
        holds=not telling and not apart and len(chosen) > 30,
    )


def compare(
    callers: Callers, addresses: tuple[str, str], stranger: Person, samples: int
) -> tuple[set[tuple[int, str]], float]:
    """What was shown, and how far the medians are apart, as a part of the slower one."""
    times: tuple[list[float], list[float]] = ([], [])
    shown = set()
    for _sample in range(samples):
        for place, path in enumerate(addresses):
            answer = callers.send(Call(method="GET", path=path, token=stranger.token))
            times[place].append(answer.seconds)
            shown.add((answer.status, words_of(answer, path)))
    medians = [statistics.median(each) for each in times]
    return shown, abs(medians[0] - medians[1]) / max(medians)


def words_of(answer: Answer, path: str) -> str:
    """The body without the request's id and the keys that were asked for."""
    said = str({name: value for name, value in answer.json.items() if name != "request_id"})
    for word in path.split("/"):
        said = said.replace(word, "?") if word.isdigit() else said
    return said


def control(callers: Callers, stranger: Person, samples: int) -> Promise:
    """D4 between a list and one row: if they look alike by the clock, the drill sees nothing.

    Both are read anew each time; two pages of the catalogue, which is kept, take as long as one another.
    """
    addresses = ("/api/bookings?limit=100", "/api/auth/me")
    shown, distance = compare(callers, addresses, stranger, samples)
    return Promise(
        id="D4",
        what="control: two addresses that do not do the same are told apart, in words and in time",
        figure=f"{len(shown)} different answers, medians {distance:.0%} apart",
        holds=len(shown) > 1 and distance > NEAR,
    )


# --- D8 --------------------------------------------------------------------------------------------------------------


def one_approval(
    callers: Callers, cast: Cast, kind: Callable[[Cast, User], str], rounds: int
) -> Promise:
    """R21: who asked and two others approve at one moment, several times each: one counts, and not one's own."""
    what = kind.__name__.replace("_", " ")
    asker, *deciders = (
        MemberFactory(employer=cast.meera.builder, team_role=TeamRole.FINANCE) for _ in range(3)
    )
    tokens = [person.token for person in people.logged_in([one.pk for one in (asker, *deciders)])]
    good, own, heard = 0, 0, Counter[int]()
    for number in range(rounds):
        if number % 10 == 0:
            progress(f"D8: {what}, round {number} of {rounds}")
        path = kind(cast, asker)
        before = approvals(deciders)
        answers = callers.together(
            [
                Call(path=path, token=tokens[place % 3], body={"reason": "Agreed."})
                for place in range(CROWD)
            ]
        )
        statuses = [answer.status for answer in answers]
        own += statuses[::3].count(200) + (approvals([asker]) > 0)
        good += statuses.count(200) == 1 and approvals(deciders) == before + 1
        heard += Counter(statuses)
    return Promise(
        id="D8",
        what=f"{what}: who asked and two others approve at once, {CROWD} requests: one approval, none of one's own",
        figure=f"{good} of {rounds} rounds; {own} approved their own; {dict(sorted(heard.items()))}",
        holds=good == rounds and own == 0,
    )


def approvals(people_: Sequence[User]) -> int:
    """How many the history knows of these people."""
    return AuditEntry.objects.filter(action__in=DECISIONS, actor__in=people_).count()
