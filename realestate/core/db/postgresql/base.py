"""See ``is_usable``; subclassing a backend is Django's documented way."""

import select

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

IDLE = TransactionStatus.IDLE


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection."""

    def is_usable(self) -> bool:
        """Whether the server still holds the other end, asked at the begin of each request.

        A server that restarts, or ends a session, closes it: then there is something to read. Only then, and within a
        transaction, is it worth a question, which costs as much as many a request's own.
        """
        if self.connection is None or self.connection.closed:
            return False
        look = select.poll()
        look.register(self.connection.fileno(), select.POLLIN)
        is_quiet = not look.poll(0) and self.connection.info.transaction_status == IDLE
        return is_quiet or bool(super().is_usable())
