"""The version of the catalogue: another one from the commit on that changed a row of it, whoever changed it.

Triggers (``realestate.showing``) renew it in the transaction of the change. It is the tokens of all rows of a small
table: a transaction gives a new, random token to any row that nobody else has taken, or adds a row. So writers never
wait for one another, and there are as many rows as there once were transactions at the same time. A token that was
rolled back, restored or truncated away is never seen again.
"""

from collections.abc import Callable
from datetime import datetime

from django.db import connection

from realestate.core import clock
from realestate.core.answers import making
from realestate.core.answers.replica import read_from_replica
from realestate.core.setting_cache import look_again

ASK = "SELECT string_agg(token::text, ' ' ORDER BY id) FROM core_catalogueversion"
Moment = Callable[[datetime], datetime | None]
_moments: list[Moment] = []


def present() -> str | None:
    """The version that this connection sees now; None after the table was emptied: then nothing can be said."""
    with connection.cursor() as cursor:
        cursor.execute(ASK)
        found: str | None = cursor.fetchone()[0]
    return found


def changes_by_time(moment: Moment) -> None:
    """An app tells when time alone will change what it shows: the first such instant after one, or None.

    It is asked for each answer that is kept, so it is one index's business.
    """
    _moments.append(moment)


def next_moment(now: datetime) -> datetime | None:
    """The first instant after ``now`` at which some row of the catalogue looks different although nobody writes."""
    return min(filter(None, (moment(now) for moment in _moments)), default=None)


def begin(*, is_public: bool) -> None:
    """A view begins an answer of the catalogue; before it reads anything that the answer shows.

    What is committed after this makes the version another one, so that what was read too late is never given again.
    """
    made = making.present()
    if made is None:
        return
    made.is_catalogue, made.is_public = True, is_public
    if made.is_wanted and is_public:
        made.version, made.since = present(), clock.now()
        look_again()
        read_from_replica(ASK, made.version)
        moment = next_moment(made.since)
        if moment is not None:
            making.ends(moment)
