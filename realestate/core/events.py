"""News goes up: an app publishes what happened, apps above listen, in the publisher's transaction.

Handlers run at once, from the bottom of the ladder to the top. A handler may refuse: its DomainError undoes all.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from realestate.core.ladder import rung_of_module
from realestate.core.transactions import outermost_block


@dataclass(frozen=True, kw_only=True)
class Event:
    """Base of all events: frozen, ids only, named in the past tense by the app that speaks."""


Heard = TypeVar("Heard", bound=Event)
Handler = Callable[[Any], None]
_handlers: dict[type[Event], list[Handler]] = defaultdict(list)


def on(event: type[Heard]) -> Callable[[Callable[[Heard], None]], Callable[[Heard], None]]:
    """Register a handler; used in ``receivers`` modules, which ``AppConfig.ready`` imports."""

    def register(handler: Callable[[Heard], None]) -> Callable[[Heard], None]:
        if handler not in _handlers[event]:
            _handlers[event].append(handler)
            _handlers[event].sort(key=lambda listener: rung_of_module(listener.__module__))
        return handler

    return register


def publish(event: Event) -> None:
    """Tell everybody who listens; must be called inside a service."""
    if outermost_block() is None:
        message = "publish() belongs inside a service"
        raise RuntimeError(message)
    for handler in listeners(type(event)):
        handler(event)


def events() -> list[type[Event]]:
    """Every event that an app of the house can say."""
    return sorted(Event.__subclasses__(), key=lambda event: (event.__module__, event.__name__))


def listeners(event: type[Event]) -> list[Handler]:
    """Who hears an event, in the order they are told."""
    return list(_handlers.get(event, ()))
