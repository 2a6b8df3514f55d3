"""R20: which rung of the ladder of reminders a demand has reached, and when a reminder must wait."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

FURTHEST = 365  # days before or after the due date
MOST_RUNGS = 20
LONGEST = len(f"-{FURTHEST}")
HOURS = 24


def ladder_of(words: Sequence[str]) -> tuple[int, ...]:
    """The rungs in a setting such as ``-7``, ``0``, ``1``: days after the due date, negative before it, ascending.

    Raises ValueError with a sentence for anything else than 1 to 20 different whole numbers up to 365 days away.
    """
    # Not int() alone: it takes other digits than ours, and underscores.
    if not all(
        word.isascii() and word.lstrip("+-").isdigit() and len(word) <= LONGEST for word in words
    ):
        message = "Enter whole numbers of days, such as -7, 0 and 1."
        raise ValueError(message)
    rungs = tuple(sorted(int(word) for word in words))
    if not 0 < len(rungs) <= MOST_RUNGS or len(set(rungs)) < len(rungs):
        message = f"Enter 1 to {MOST_RUNGS} numbers, each once."
        raise ValueError(message)
    if max(abs(rung) for rung in rungs) > FURTHEST:
        message = f"Enter numbers from -{FURTHEST} to {FURTHEST}."
        raise ValueError(message)
    return rungs


def due_rung(
    due_on: date, today: date, ladder: Iterable[int], *, issued_on: date, sent: int | None = None
) -> int | None:
    """R20: the rung of which an open demand must remind today; None: there is nothing to say.

    The highest rung whose day has come, so that after a standstill one late reminder is sent instead of several;
    the rungs below it have passed and are never sent. ``sent`` is the highest rung of which the buyer was reminded
    before: it and those below it are never said again, also when the ladder is changed later. A rung that is not
    after the day of issue is left out: the demand itself said it.
    """
    reached = [rung for rung in ladder if issued_on < due_on + timedelta(days=rung) <= today]
    highest = max(reached, default=None)
    return None if highest is None or (sent is not None and highest <= sent) else highest


def is_quiet(hour: int, quiet_from: int, quiet_until: int) -> bool:
    """Whether nobody is to be disturbed at an hour (0 to 23) of the wall clock: ``quiet_from`` is in, ``until`` is out.

    The night may pass midnight (21 to 8); equal hours: never quiet.
    """
    return (hour - quiet_from) % HOURS < (quiet_until - quiet_from) % HOURS


def is_paused(rung: int, today: date, submitted: Iterable[date], pause_days: int) -> bool:
    """R20: a proof that waits for the builder's word stops reminders after the due date for some days."""
    return rung > 0 and any((today - day).days < pause_days for day in submitted)
