"""What two people change at once, and a message that is sent again and again, over several processes (A9, A10)."""

from collections.abc import Iterator

from django.db import connection

from drills import house, people
from drills.callers import Call, Callers
from drills.people import Person
from drills.races import CONTROLS, count, no_contradiction, tell, went_wrong
from drills.report import Promise
from projects.models import Unit

TIMES = 10  # that one message is sent
MESSAGES = "SELECT count(*) FROM messaging_message WHERE client_id LIKE 'drill-%'"


def run(database: str, *, quick: bool) -> list[Promise]:
    """Both promises, then the same without locks and without the index of what devices call their messages."""
    changes, messages = (20, 10) if quick else (200, 100)
    people.town()
    (person,) = people.customers(1)
    with house.site(database) as site, Callers([site.door], TIMES) as callers:
        found = [
            lost_updates(callers, changes),
            one_message(callers, person, messages),
            no_contradiction(),
        ]
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_message_per_client_id")
    with house.site(database, without="locks") as site, Callers([site.door], TIMES) as callers:
        one = sum(heard == [200, 412] for heard in changes_at_once(callers, CONTROLS))
        project = people.project().pk
        once = sum(sent_often(callers, person, project, f"c-{n}") for n in range(CONTROLS))
    return [
        *found,
        went_wrong("A9", "without the lock both changes are made", one),
        went_wrong("A10", "without lock and index a message is stored several times", once),
    ]


def lost_updates(callers: Callers, rounds: int) -> Promise:
    """A9: two changes that saw the same version."""
    good = sum(heard == [200, 412] for heard in changes_at_once(callers, rounds))
    return Promise(
        id="A9",
        what="two changes with the same If-Match: one 200, one 412",
        figure=f"{good} of {rounds} rounds",
        holds=good == rounds,
    )


def changes_at_once(callers: Callers, rounds: int) -> Iterator[list[int]]:
    """What two people hear who change the price of a unit as both have seen it."""
    unit = Unit.objects.order_by("pk").select_related("project")[0]
    (owner,) = people.logged_in([unit.project.builder_id])
    path = f"/api/units/{unit.pk}"
    price = unit.price + 1
    for number in range(rounds):
        tell("A9", number, rounds)
        seen = callers.send(Call(path=path, method="GET", token=owner.token)).headers["etag"]
        answers = callers.together(
            [
                Call(
                    path=path,
                    method="PATCH",
                    token=owner.token,
                    body={"price": str(price + 2 * number + place)},
                    headers={"If-Match": seen},
                )
                for place in range(2)
            ]
        )
        yield sorted(answer.status for answer in answers)


def one_message(callers: Callers, person: Person, rounds: int) -> Promise:
    """A10: one message ten times at once; whoever it is for has it once, and reads all in the order of their rows."""
    project = people.project()
    (owner,) = people.logged_in([project.builder_id])
    before = unread(callers, owner)
    good = sum(sent_often(callers, person, project.pk, f"drill-{n}") for n in range(rounds))
    rows, new = count(MESSAGES), unread(callers, owner) - before
    shown = [history(callers, owner, person, project.pk) for _ in range(2)]
    is_stable = shown[0] == shown[1] == sorted(shown[0]) and len(shown[0]) >= rounds
    return Promise(
        id="A10",
        what=f"one message sent {TIMES} times at once: one row, one id; read in one order, counted as unread once",
        figure=f"{good} of {rounds} rounds, {rows} rows, {new} more unread, "
        + ("one order" if is_stable else f"not in one order: {shown}"),
        holds=good == rounds == rows == new and is_stable,
    )


def sent_often(callers: Callers, person: Person, project: int, name: str) -> bool:
    """Whether a message that is sent several times at once under one name was one to all who sent it."""
    body = {"project_id": project, "message_content": "Hello", "client_id": name}
    call = Call(path="/api/messages", token=person.token, body=body)
    answers = callers.together([call] * TIMES)
    ids = {answer.json.get("id") for answer in answers}
    return {answer.status for answer in answers} <= {200, 201} and len(ids) == 1


def unread(callers: Callers, reader: Person) -> int:
    """How many messages somebody has not read, as it is told."""
    call = Call(method="GET", path="/api/messages/unread-count", token=reader.token)
    return int(callers.send(call).json["unread_count"])


def history(callers: Callers, reader: Person, customer: Person, project: int) -> list[int]:
    """The latest hundred messages of a conversation, in the order in which they are shown."""
    path = f"/api/messages/conversation/{customer.pk}/{project}?limit=100"
    answer = callers.send(Call(method="GET", path=path, token=reader.token))
    return [message["id"] for message in answer.json["messages"]]
