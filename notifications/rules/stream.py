"""Places in the stream of signals, and how long they can be followed."""

import re
from dataclasses import dataclass
from datetime import timedelta

TICKET_LIFE = timedelta(seconds=60)
SIGNALS_KEPT = timedelta(days=4)
# A browser that was away for longer reads everything anew; less than is kept, so that nothing is missing.
LONGEST_AWAY = timedelta(days=3)
LOOKED_BACK = timedelta(minutes=30)  # for scheduled notifications, whatever runs were missed
_CURSOR = re.compile(
    r"(?P<snapshot>[0-9]{1,19}:[0-9]{1,19}:(?P<between>(?:[0-9]{1,19}(?:,[0-9]{1,19})*)?))@(?P<at>[0-9]{1,11})"
)
LONGEST_CURSOR = 4_000


@dataclass(frozen=True)
class Place:
    """A place in the stream of signals: the transactions that were read, and when, in seconds of the epoch."""

    snapshot: str
    at: int

    @property
    def cursor(self) -> str:
        """The place as browsers keep it; they need not understand it."""
        return f"{self.snapshot}@{self.at}"

    @property
    def next_transaction(self) -> int:
        """The first transaction that had not begun."""
        return int(self.snapshot.split(":")[1])

    def can_follow(self, earlier: "Place") -> bool:
        """Whether what came between an earlier place and this one is still there to be read."""
        away = timedelta(seconds=self.at - earlier.at)
        # The other way round: a cursor of another database, or of this one before it was set back.
        return away <= LONGEST_AWAY and earlier.next_transaction <= self.next_transaction


def place_of(cursor: str) -> Place | None:
    """The place that a cursor names; None for what is no cursor."""
    found = _CURSOR.fullmatch(cursor) if len(cursor) <= LONGEST_CURSOR else None
    if found is None:
        return None
    first, following = (int(number) for number in found["snapshot"].split(":")[:2])
    open_ones = [int(number) for number in re.findall(r"\d+", found["between"])]
    # As PostgreSQL demands it of a snapshot.
    in_order = sorted(open_ones) == open_ones and all(
        first <= number < following for number in open_ones
    )
    good = 0 < first <= following < 2**63 and in_order
    return Place(found["snapshot"], int(found["at"])) if good else None
