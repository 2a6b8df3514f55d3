"""Every write of scheduling: book, move along the states, reschedule."""

from scheduling.services.book import book_appointment
from scheduling.services.limits import (
    BUFFER_MINUTES,
    HORIZON_DAYS,
    LONGEST_MINUTES,
    NOTICE_HOURS,
    SHORTEST_MINUTES,
    SITE_CAPACITY,
)
from scheduling.services.move import AppointmentNotStarted, cancel_appointment, move_appointment
from scheduling.services.reschedule import reschedule_appointment
from scheduling.services.slots import (
    DurationOutOfRange,
    InThePast,
    NoSuchTime,
    SlotTaken,
    TooFarAhead,
    TooSoon,
)

__all__ = [
    "BUFFER_MINUTES",
    "HORIZON_DAYS",
    "LONGEST_MINUTES",
    "NOTICE_HOURS",
    "SHORTEST_MINUTES",
    "SITE_CAPACITY",
    "AppointmentNotStarted",
    "DurationOutOfRange",
    "InThePast",
    "NoSuchTime",
    "SlotTaken",
    "TooFarAhead",
    "TooSoon",
    "book_appointment",
    "cancel_appointment",
    "move_appointment",
    "reschedule_appointment",
]
