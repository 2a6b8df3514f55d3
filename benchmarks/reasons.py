"""Why a goal is missed, where it is: shown below the tables, so that a figure never stands alone.

By the beginning of a row's name. A row that misses and is not here says that nobody has looked yet.
"""

from collections.abc import Iterable

UNKNOWN = "nobody has looked into it yet"
REASONS = {
    "progress of a project": (
        "Its rows are few and small, so that little but the request itself is left: Django's middlewares, DRF, and"
        " whether the caller may see the project. The hand-written read passes the same middlewares and misses the"
        " goal too."
    ),
    "my notifications": (
        "As above, and three statements: whose login it is, how many are unread, the page. By hand they are one."
    ),
    "one project": (
        "One row: what is left is the request itself, which costs twice what the row does."
    ),
    "100 units of a project": (
        "Of its time half is PostgreSQL's, which writes 35 kB of JSON; FastAPI reads the same rows without asking"
        " whether somebody has a claim on each."
    ),
    "hold different units": (
        "The FastAPI design writes one row and checks nothing. A hold here locks the unit, refuses who holds too many,"
        " freezes a price with its taxes, writes two audit entries, the history of each row, a signal for browsers and"
        " the reminder of its end: 24 statements and eight rows. It is the price of what it promises."
    ),
    "statement of account": (
        "The account is computed from its facts each time, never read from a balance: eleven statements, the allocation"
        " of all money to all demands, 120 lines of seven fields."
    ),
}


def reasons(missed: Iterable[str]) -> list[str]:
    """A line for each row that misses its goal."""
    return [f"{name}: {_reason(name)}" for name in missed]


def _reason(name: str) -> str:
    return next((why for start, why in REASONS.items() if name.startswith(start)), UNKNOWN)
