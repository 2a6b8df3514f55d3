"""Every write of scheduling: book, move along the states, reschedule."""

from scheduling.services.book import book_appointment
from scheduling.services.feeds import close_feed, feed_owner, feed_token, open_feed
from scheduling.services.free import FreeSlot, free_slots
from scheduling.services.hosts import HostHasLogin, add_host, change_host, hosts_of, own_host
from scheduling.services.hours import OnHoliday, OutsideHours, set_holidays, set_hours
from scheduling.services.limits import (
    BUFFER_MINUTES,
    HORIZON_DAYS,
    LONGEST_MINUTES,
    NOTICE_HOURS,
    SHORTEST_MINUTES,
    SITE_CAPACITY,
)
from scheduling.services.move import AppointmentNotStarted, cancel_appointment, move_appointment
from scheduling.services.reminders import appointments_to_remind, remind_of_appointment
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
    "FreeSlot",
    "HostHasLogin",
    "InThePast",
    "NoSuchTime",
    "OnHoliday",
    "OutsideHours",
    "SlotTaken",
    "TooFarAhead",
    "TooSoon",
    "add_host",
    "appointments_to_remind",
    "book_appointment",
    "cancel_appointment",
    "change_host",
    "close_feed",
    "feed_owner",
    "feed_token",
    "free_slots",
    "hosts_of",
    "move_appointment",
    "open_feed",
    "own_host",
    "remind_of_appointment",
    "reschedule_appointment",
    "set_holidays",
    "set_hours",
]
