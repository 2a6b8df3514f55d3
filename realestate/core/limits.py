"""How much of what one account may do in a stretch of time: every limit on work that makes rows, files or papers.

A view names the limit of an action in ``limits``, beside ``access``. People reach none of these; programs that run
wild do. docs/security.md shows the same figures, and a test holds the two together. Limits on passwords, codes and
mails stand in ``accounts/rules.py``: they count what somebody claims to be, not who has come in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True)
class Limit:
    """At most ``times`` uses of something in any stretch of time as long as ``per``.

    ``office`` is how many one of a builder's people or of the platform's staff has, who work in bulk; ``network`` how
    many all those have together who are not logged in and come from one address. None: as many as everybody.
    """

    scope: str
    times: int
    per: timedelta
    office: int | None = None
    network: int | None = None

    @property
    def described(self) -> dict[str, int | str]:
        """As the OpenAPI document says it; what is counted together has one scope."""
        more = {"office_times": self.office, "network_times": self.network}
        return {
            "scope": self.scope,
            "times": self.times,
            "seconds": int(self.per.total_seconds()),
            **{name: times for name, times in more.items() if times is not None},
        }


# What reaches somebody else.
MESSAGES = Limit("messages", 60, MINUTE, office=120)
BROADCASTS = Limit("broadcasts", 30, HOUR)
INQUIRIES = Limit("inquiries", 120, HOUR, office=300)
APPOINTMENTS = Limit("appointments", 120, HOUR, office=300)
CHANGE_REQUESTS = Limit("change-requests", 120, HOUR, office=300)
INVITATIONS = Limit("invitations", 60, HOUR)  # each is a mail to an address that somebody typed

# What a sale is made of. Here and above nothing that takes an Idempotency-Key has less than 120 an hour: whose first
# request was cut off asks again each second for a minute, and each of these counts.
QUOTES = Limit("quotes", 120, HOUR, office=600)
HOLDS = Limit("holds", 120, HOUR, office=600)
BOOKINGS = Limit("bookings", 120, HOUR, office=600)
APPLICANTS = Limit("applicants", 120, HOUR, office=300)
PROOFS = Limit("payment-proofs", 120, HOUR)
CHECKOUTS = Limit("checkouts", 120, HOUR)  # each asks a gateway

# What fills the storage or keeps a processor busy.
UPLOADS = Limit("uploads", 120, HOUR, office=600)
IMPORTS = Limit("imports", 120, HOUR)
PAPERS = Limit("papers", 60, MINUTE, office=240, network=240)
EXPORTS = Limit("exports", 120, HOUR)
REPORTS = Limit("reports", 60, MINUTE)
BATCHES = Limit("batches", 120, HOUR)

# Everything else that builders' people and staff make.
RECORDS = Limit("records", 300, MINUTE)

TICKETS = Limit("realtime-ticket", 60, MINUTE)

LIMITS: Sequence[Limit] = (
    MESSAGES,
    BROADCASTS,
    INQUIRIES,
    APPOINTMENTS,
    CHANGE_REQUESTS,
    INVITATIONS,
    QUOTES,
    HOLDS,
    BOOKINGS,
    APPLICANTS,
    PROOFS,
    CHECKOUTS,
    UPLOADS,
    IMPORTS,
    PAPERS,
    EXPORTS,
    REPORTS,
    BATCHES,
    RECORDS,
    TICKETS,
)
