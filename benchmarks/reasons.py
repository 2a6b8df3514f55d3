"""Why a goal is missed, where it is: shown below the tables, so that a figure never stands alone.

By the beginning of a row's name. A row that misses and is not here says that nobody has looked yet.
"""

from collections.abc import Iterable

UNKNOWN = "nobody has looked into it yet"
REASONS = {
    "progress of a project": (
        "Its rows are few and small, so that little but the request itself is left: DRF around the view, and links that"
        " are made for each reader. The hand-written read has neither, behind the same middlewares."
    ),
    "my notifications": (
        "Few small rows, and three statements: whose login it is, how many are unread, the page. By hand they are one,"
        " without DRF around it."
    ),
    "one project": "One row: what is left is the request itself.",
    "100 units of a project": (
        "PostgreSQL looks at each unit's claim and project and writes 35 kB of JSON; by hand the project is looked at"
        " once, and there is no DRF."
    ),
    "hold different units": (
        "The FastAPI design writes one row and checks nothing. A hold here locks the unit, refuses who holds too many,"
        " freezes a price with its taxes, writes two audit entries, the history of each row, a signal for browsers and"
        " the reminder of its end: 25 statements. Most of the time is Python that makes them, not waiting for locks."
    ),
    "memory after": (
        "It moves between 155 and 175 MB from some 40,000 requests on and falls again in between: which pages threads"
        " make at the same moment decides. With one thread it is flat, and no Python object is left over."
    ),
    "statement of account": (
        "The account is computed from its facts each time, never read from a balance: nine statements, the"
        " allocation of all money to all demands, 120 lines of seven fields."
    ),
}


def reasons(missed: Iterable[str]) -> list[str]:
    """A line for each row that misses its goal."""
    return [f"{name}: {_reason(name)}" for name in missed]


def _reason(name: str) -> str:
    return next((why for start, why in REASONS.items() if name.startswith(start)), UNKNOWN)
