"""A streaming replica under the public catalogue: never older than what was committed, and nobody misses it (8)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count as counting
from itertools import islice
from urllib.parse import quote

from drills import house, people
from drills.callers import Call, Callers
from drills.load import wait_for
from drills.people import Person
from drills.recovery import Cluster, own_home
from drills.report import Promise, progress
from realestate.core.answers.replica import SPARED
from realestate.safekeeping.programs import connected, our_database

Turns = Sequence[Sequence[tuple[Person, int]]]  # for each thread: who holds which unit
THREADS = 4
PATIENCE = 60.0  # seconds
UNITS = '"projects_unit"'  # what each read of a unit or of a page of them names
# PostgreSQL's own figures of reads come up to ten seconds late.
TELLING = ("log_statement=all",)


class Replica:
    """The replica of the drill's own database."""

    def __init__(self, cluster: Cluster, primary: Mapping[str, str]) -> None:
        self.cluster = cluster
        self.where = {**primary, **cluster.where, "dbname": primary["dbname"]}

    @property
    def url(self) -> str:
        """As the settings spell it."""
        host, port, user, name = (
            quote(self.where[word], safe="") for word in ("host", "port", "user", "dbname")
        )
        return f"postgresql://{user}@{host}:{port}/{name}"

    def reads(self) -> int:
        """How often units were looked for here."""
        log = (self.cluster.home / "server.log").read_text(errors="replace")
        return sum(UNITS in entry for entry in log.split("LOG: "))

    @contextmanager
    def behind(self) -> Iterator[None]:
        """It hears of changes and shows none of them."""
        with connected(self.where) as database:
            database.execute("SELECT pg_wal_replay_pause()")
            try:
                yield
            finally:
                database.execute("SELECT pg_wal_replay_resume()")


@contextmanager
def replica() -> Iterator[Replica]:
    """Of the drill's database; nothing of it stays."""
    progress("8: a streaming replica")
    primary = our_database()
    with own_home() as home, Cluster(home, archive_seconds=0, settings=TELLING) as cluster:
        cluster.follow(primary)
        yield Replica(cluster, primary)


class Visitors:
    """Browsers without a login, each over a connection of its own; no page is asked for twice, so none is kept."""

    def __init__(self, site: house.Site) -> None:
        self.callers = Callers([site.door], THREADS)
        self._pages = counting()

    def turn(self, count: int, meanwhile: Callable[[], None] | None = None) -> list[int]:
        """So many pages each, at once; the status of each. The first one does something ``meanwhile``, at half time."""

        def read(place: int) -> list[int]:
            first = [self.page() for _ in range(count // 2)]
            if place == 0 and meanwhile is not None:
                meanwhile()
            return [*first, *(self.page() for _ in range(count - len(first)))]

        return [status for each in self.callers.each(read) for status in each]

    def page(self) -> int:
        """One more page; the answer's status."""
        number = next(self._pages)
        return self.callers.send(
            Call(method="GET", path=f"/api/units?limit=10&max_price={10**9 + number}")
        ).status

    def are_served_there(self, where: Replica) -> bool:
        """Whether a page is read at the replica now."""
        before = where.reads()
        self.page()
        return where.reads() > before

    def hold(self, turns: Turns) -> tuple[int, int]:
        """Look at a unit, hold it, look again: how many were not shown as reserved, of how many."""

        def work(place: int) -> list[bool]:
            return [self._is_stale(person, unit) for person, unit in turns[place]]

        seen = [stale for each in self.callers.each(work) for stale in each]
        return sum(seen), len(seen)

    def _is_stale(self, person: Person, unit: int) -> bool:
        look = Call(method="GET", path=f"/api/units/{unit}")
        before = self.callers.send(look).json["status"]
        held = self.callers.send(Call(path=f"/api/units/{unit}/hold", token=person.token))
        if held.status // 100 != 2:
            raise SystemExit(f"A hold was answered with {held.status} {held.code}.")
        return (before, self.callers.send(look).json["status"]) != ("available", "reserved")


def run(database: str, *, quick: bool) -> list[Promise]:
    """What is read, what is written meanwhile, a replica that stands still, and one that dies."""
    rounds = 10 if quick else 90  # of 100 holds that somebody may have, who has some
    people.town(3_000, bookings__holds_per_customer=100, bookings__hold_cooldown_minutes=0)
    crowd = iter(people.customers(3 * THREADS))
    units = iter(people.free_units(3 * THREADS * rounds))

    def some() -> Turns:
        return [[(person, next(units)) for _ in range(rounds)] for person in islice(crowd, THREADS)]

    with replica() as there:
        more = {"DATABASE_REPLICA_URL": there.url}
        with house.site(database, more=more) as site:
            visitors = Visitors(site)
            wait_for(lambda: visitors.are_served_there(there), PATIENCE)
            found = [
                asked(there, visitors, rounds),
                followed(visitors, some()),
                paused(there, visitors, some()),
                killed(there, visitors, rounds),
            ]
        with house.site(database, without="versions", more=more) as site:
            found.append(control(there, Visitors(site), some()))
    return found


def asked(there: Replica, visitors: Visitors, rounds: int) -> Promise:
    """Pages while nobody writes."""
    progress("8: pages")
    before = there.reads()
    statuses = visitors.turn(rounds)
    good, read = statuses.count(200), there.reads() - before
    return Promise(
        id="8",
        what="the public catalogue is read at a streaming replica",
        figure=f"{good} of {len(statuses)} pages, {read} reads of units at the replica",
        holds=good == len(statuses) <= read,
    )


def followed(visitors: Visitors, turns: Turns) -> Promise:
    """Holds while the replica keeps up as well as it can."""
    progress("8: holds")
    stale, count = visitors.hold(turns)
    return Promise(
        id="8",
        what="a hold is shown at once, though a replica learns of it later",
        figure=f"{stale} of {count} were not",
        holds=stale == 0 < count,
    )


def paused(there: Replica, visitors: Visitors, turns: Turns) -> Promise:
    """Holds while the replica stands still, and how soon it is asked again."""
    progress("8: a replica that falls behind")
    with there.behind():
        first = [turn[:1] for turn in turns]
        rest = [turn[1:] for turn in turns]
        stale, count = visitors.hold(first)  # the first of them it might still have known
        before = there.reads()
        stale_later, later = visitors.hold(rest)
        used = there.reads() - before
    back = wait_for(lambda: visitors.are_served_there(there), PATIENCE)
    return Promise(
        id="8",
        what="a replica that is behind is not read, and is again when it has caught up",
        figure=f"{stale + stale_later} of {count + later} holds were not shown at once, {used} reads of units at the "
        f"replica, read again after {back:.2f} s",
        holds=stale + stale_later == 0 < later and used == 0,
    )


def killed(there: Replica, visitors: Visitors, rounds: int) -> Promise:
    """Pages while the replica dies, and how soon it is asked again when it is back."""
    progress("8: a replica that dies")
    statuses = visitors.turn(rounds, there.cluster.kill)
    there.cluster.start(there.cluster.data, is_replica=True)
    back = wait_for(lambda: visitors.are_served_there(there), PATIENCE)
    good = statuses.count(200)
    return Promise(
        id="8",
        what=f"a replica that dies costs no page, and is asked again within {SPARED:.0f} s",
        figure=f"{good} of {len(statuses)} pages, read again after {back:.1f} s",
        holds=good == len(statuses) > 0 and back < SPARED + 2,
    )


def control(there: Replica, visitors: Visitors, turns: Turns) -> Promise:
    """The same where nobody asks the replica how far it is."""
    progress("8: control: a replica that is believed")
    wait_for(lambda: visitors.are_served_there(there), PATIENCE)
    with there.behind():
        stale, count = visitors.hold(turns)
    return Promise(
        id="8",
        what="control: the same holds when nobody asks a replica how far it is",
        figure=f"{stale} of {count} were not shown",
        holds=stale > 0,
    )
