"""What goes where and when, places in the stream of signals, clients' words."""

from notifications.rules.channels import (
    EMAIL_BY_DEFAULT,
    LONGEST_WAIT,
    OUTSIDE,
    PAUSES,
    default_for,
    pause_after,
)
from notifications.rules.quiet import quiet_until
from notifications.rules.stream import (
    LONGEST_AWAY,
    LONGEST_CURSOR,
    LOOKED_BACK,
    SIGNALS_KEPT,
    TICKET_LIFE,
    Place,
    place_of,
)
from notifications.rules.words import TYPES

__all__ = [
    "EMAIL_BY_DEFAULT",
    "LONGEST_AWAY",
    "LONGEST_CURSOR",
    "LONGEST_WAIT",
    "LOOKED_BACK",
    "OUTSIDE",
    "PAUSES",
    "SIGNALS_KEPT",
    "TICKET_LIFE",
    "TYPES",
    "Place",
    "default_for",
    "pause_after",
    "place_of",
    "quiet_until",
]
