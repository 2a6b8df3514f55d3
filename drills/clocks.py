"""The same tests in other time zones and on the days on which clocks and calendars do odd things (I12).

PostgreSQL is run with libfaketime and Python travels by as many seconds (drills/moment.py), so that the machine seems
to live on that day. Its time goes on from there as usual; tests that set the clock themselves do so as ever. Programs
that a test starts live in that zone, but today.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from drills.recovery import PORT, USER, own_server
from drills.report import Promise, progress
from drills.suites import Outcome, run_tests, told

LIBRARIES = ("/usr/lib", "/usr/local/lib", "/lib")
# Apps whose rules know days, months, hours or deadlines. Not: pictures, sheets, permissions, documents of the API,
# the fuzz, browsers and the house tests, which read code.
TESTS = (
    *("tests/payments", "tests/scheduling", "tests/bookings", "tests/projects", "tests/progress"),
    *("tests/notifications", "tests/reports", "tests/properties", "tests/accounts"),
    *("tests/core/test_clock.py", "tests/core/test_maintenance.py", "tests/core/answers"),
    "tests/core/test_api_idempotency.py",
)
QUICK = ("tests/payments", "tests/scheduling")
# Sockets are programs that tests start, and live today: there tickets of another day are over.
WITHOUT = ("--ignore=tests/notifications/realtime",)
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "archive_mode=off")
# While a process of the server waits, libfaketime tells its alarm the time of today. The first alarm of a wait, that
# for deadlocks after a second, then finds each limit passed: where the clock is behind, it ends the statement.
PATIENT = ("deadlock_timeout=100s",)
PROOF = "drills/moment.py"


@dataclass(frozen=True)
class Clock:
    """A zone, and the moment at which a run begins there; None: now."""

    zone: str
    moment: datetime | None = None
    why: str = "today"

    def __str__(self) -> str:
        return f"{self.zone}, {self.why}"


HERE = Clock("UTC")
KOLKATA, NEW_YORK = "Asia/Kolkata", "America/New_York"
SPRING = Clock(
    NEW_YORK,
    datetime(2026, 3, 8, 6, 58, tzinfo=UTC),
    "8 March 2026, two minutes before an hour is left out",
)
AUTUMN = Clock(
    NEW_YORK,
    datetime(2026, 11, 1, 5, 58, tzinfo=UTC),
    "1 November 2026, two minutes before an hour comes twice",
)
LEAP = Clock(KOLKATA, datetime(2028, 2, 29, 12, tzinfo=UTC), "29 February 2028")
JANUARY = Clock("UTC", datetime(2027, 1, 31, 10, tzinfo=UTC), "31 January 2027")
# Half past midnight in India, where it is February.
MONTH_END = Clock("UTC", datetime(2027, 1, 31, 19, tzinfo=UTC), "31 January 2027, late")
CLOCKS = (Clock(KOLKATA), Clock(NEW_YORK), SPRING, AUTUMN, LEAP, JANUARY, MONTH_END)
QUICK_CLOCKS = (SPRING, LEAP)


def run(_database: str, *, quick: bool) -> list[Promise]:
    """First here and now; then everywhere else. Raises SystemExit where there is no libfaketime."""
    library, chosen = find_library(), (QUICK if quick else TESTS)
    usual = tests_at(HERE, chosen, library)
    elsewhere = [
        held(clock, tests_at(clock, chosen, library), usual)
        for clock in (QUICK_CLOCKS if quick else CLOCKS)
    ]
    return [control(library), held(HERE, usual, usual), *elsewhere]


def find_library() -> str:
    """The library that moves the clock of a program."""
    for folder in LIBRARIES:
        for path in sorted(Path(folder).glob("**/faketime/libfaketimeMT.so.1")):
            return str(path)
    raise SystemExit("This drill needs libfaketime: apt-get install libfaketime")


def tests_at(clock: Clock, chosen: tuple[str, ...], library: str) -> Outcome:
    """What becomes of the tests there and then."""
    progress(f"I12: {clock}")
    with machine(clock, library) as environment:
        found = run_tests((PROOF, *chosen), *WITHOUT, "-p", "drills.moment", more=environment)
    progress(f"I12: {clock}: {found.figure}")
    return found


@contextmanager
def machine(clock: Clock, library: str) -> Iterator[dict[str, str]]:
    """A database server that lives there and then; yields the environment for tests that do so too."""
    now = datetime.now(UTC)
    moment = clock.moment or now
    shift = round((moment - now).total_seconds())
    moved = {
        "TZ": clock.zone,
        "LD_PRELOAD": library,
        "FAKETIME": f"{shift:+d}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",  # waiting is as long as ever
        "FAKETIME_DISABLE_SHM": "1",  # it is the same distance for all: nothing to agree upon
    }
    settings = (*FAST, *PATIENT, "max_connections=100", f"timezone={clock.zone}")
    with own_server(archive_seconds=0, settings=settings, environment=moved) as server:
        where = f"{USER}@{quote(str(server.home), safe='')}:{PORT}"
        yield {
            "TZ": clock.zone,
            "DATABASE_URL": f"postgresql://{where}/realestate",
            # No limit, for the same reason; no rule of a calendar needs it.
            "DB_IDLE_TRANSACTION_TIMEOUT": "0",
            "DRILL_ZONE": clock.zone,
            "DRILL_SHIFT": str(shift),
            "DRILL_MOMENT": moment.isoformat(),
        }


def held(clock: Clock, found: Outcome, usual: Outcome) -> Promise:
    """Whether all passed, as they do here and now."""
    other = found.unlike(usual)
    same = f"{len(other)} unlike" if other else "same as"
    return Promise(
        id="I12",
        what=str(clock),
        figure=f"{found.figure}, {same} under UTC today{told(found.bad)}",
        holds=not found.bad and not other,
    )


def control(library: str) -> Promise:
    """A clock that was not moved, and a zone that is another one, are noticed by the run itself."""
    with machine(HERE, library) as environment:
        wrong = {"DRILL_MOMENT": str(SPRING.moment)}
        found = run_tests((PROOF,), "-p", "drills.moment", more={**environment, **wrong})
    return Promise(
        id="I12",
        what="control: each run proves its own moment, and fails where the clock was not moved",
        figure=f"{found.figure}{told(found.bad)}",
        holds=len(found.bad) == 2,
    )
