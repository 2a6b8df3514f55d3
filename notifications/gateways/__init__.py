"""Sockets: the process that tells browsers at once what is new for them."""

from notifications.gateways.hub import Hub, Member
from notifications.gateways.sockets import Realtime

__all__ = ["Hub", "Member", "Realtime"]
