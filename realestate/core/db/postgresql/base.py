"""See ``is_usable``; subclassing a backend is Django's documented way."""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection."""

    def is_usable(self) -> bool:
        """Whether the server still holds the other end, asked at the begin of each request.

        A server that restarts, or ends a session, closes it: then there is something to read, and only then is it worth
        a question, which costs as much as many a request's own.
        """
        if self.connection is None:
            return False
        look = select.poll()
        look.register(self.connection.fileno(), select.POLLIN)
        waiting = look.poll(0)
        return bool(super().is_usable()) if waiting else not self.connection.closed
