"""What every payment gateway can do for us, and how money and time cross to it and back."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

import orjson
import requests

from payments.enums import Gateway
from realestate.core import clock
from realestate.core.errors import DomainError
from realestate.core.fence import Fenced, refuse_while_fenced
from realestate.core.money import MINOR_DIGITS
from realestate.core.transactions import outermost_block

TIMEOUT = 10  # seconds without a byte from a gateway
TOLERANCE = timedelta(seconds=300)  # between the clock of a gateway and ours, both ways


class SignatureInvalid(DomainError):
    """This event was not signed by the gateway, or not just now."""

    code, status = "signature_invalid", 400


class EventUnreadable(DomainError):
    """This event is signed, but it is none that the platform can read."""

    code, status = "event_unreadable", 400


class GatewayUnavailable(DomainError):
    """Paying online is not possible at the moment; please try again shortly."""

    code, status = "gateway_unavailable", 503
    retry_after = 30


class GatewayNotAvailable(DomainError):
    """This way to pay online is not offered here."""

    code, status = "gateway_not_available", 422


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a customer is about to pay. ``reference`` is our own, unique for each attempt.

    The browser comes back to one of two pages; neither says anything about money, only webhooks do.
    """

    reference: str
    amount: Decimal
    currency: str
    description: str
    success_url: str
    cancel_url: str


@dataclass(frozen=True, kw_only=True)
class Created:
    """What the gateway made of an order: its own id of it, and where the customer pays."""

    external_id: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Event:
    """What a gateway told, verified. ``outcome`` is succeeded, failed or other; what it does not say is empty."""

    event_id: str
    kind: str
    body: Mapping[str, Any]
    outcome: str = "other"
    external_id: str = ""
    amount: Decimal | None = None
    currency: str = ""
    transaction_id: str = ""
    paid_at: datetime | None = None
    failure: str = ""

    def facts(self) -> dict[str, str | None]:
        """What the services need to know, as it is stored beside the body."""
        return {
            "outcome": self.outcome,
            "external_id": self.external_id,
            "amount": None if self.amount is None else str(self.amount),
            "currency": self.currency,
            "transaction_id": self.transaction_id,
            "paid_at": None if self.paid_at is None else self.paid_at.isoformat(),
            "failure": self.failure,
        }


class Adapter(ABC):
    """A payment gateway. It speaks with the outer world and decides nothing."""

    name: ClassVar[Gateway]
    currencies: ClassVar[frozenset[str]] = frozenset(MINOR_DIGITS)

    @property
    @abstractmethod
    def is_offered(self) -> bool:
        """Whether customers can pay here: all keys are set."""

    @property
    @abstractmethod
    def is_heard(self) -> bool:
        """Whether its events can be verified; true for longer than it is offered, for payments under way."""

    @abstractmethod
    def begin(self, order: Order) -> Created:
        """Ask the gateway for a page on which the order is paid. Raises GatewayUnavailable (503)."""

    @abstractmethod
    def verify(self, body: bytes, headers: Mapping[str, str]) -> Event:
        """The event in a request, if the gateway signed these very bytes.

        Raises SignatureInvalid, EventUnreadable (400).
        """


class Guarded(requests.Session):
    """Asks the address that it was told to ask, and follows nobody elsewhere."""

    def __init__(self) -> None:
        """A redirect is an error: the keys are for one host."""
        super().__init__()
        self.max_redirects = 0

    def send(self, request: requests.PreparedRequest, **how: Any) -> requests.Response:
        """From a copy of the platform nobody is asked for money: to the gateway's library, as if nobody answered."""
        try:
            refuse_while_fenced()
        except Fenced as error:
            raise requests.ConnectionError(str(error)) from error
        return super().send(request, **how)


def refuse_in_transaction() -> None:
    """No gateway is asked while rows are locked: it may take ten seconds to answer."""
    if outermost_block() is not None:
        message = "a gateway is asked outside of transactions"
        raise RuntimeError(message)


def to_minor(amount: Decimal, currency: str) -> int:
    """An amount in minor units, exactly: 75000.50 INR are 7500050 paise, 500 JPY are 500 yen."""
    minor = amount.scaleb(MINOR_DIGITS[currency])
    if minor != int(minor):
        message = f"{amount} is no amount in {currency}"
        raise ValueError(message)
    return int(minor)


def from_minor(minor: object, currency: str) -> Decimal | None:
    """The amount of so many minor units; None for what is no amount of a currency that we know."""
    if not isinstance(minor, int) or isinstance(minor, bool) or currency not in MINOR_DIGITS:
        return None
    return Decimal(minor).scaleb(-MINOR_DIGITS[currency])


def instant(seconds: object) -> datetime | None:
    """The instant of a gateway's timestamp; None when it is none."""
    try:
        return datetime.fromtimestamp(float(str(seconds)), tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None


def refuse_other_times(
    moment: datetime | None, *, past: timedelta = TOLERANCE, future: timedelta = TOLERANCE
) -> None:
    """Raises SignatureInvalid for an instant that is too old or still to come: kept events cannot be sent again."""
    now = clock.now()
    if moment is None or not now - past <= moment <= now + future:
        raise SignatureInvalid


def readable(body: bytes) -> dict[str, Any]:
    """A verified body as an object that the database can keep. Raises EventUnreadable."""
    try:
        data = _storable(orjson.loads(body))
    except (orjson.JSONDecodeError, RecursionError) as error:
        raise EventUnreadable from error
    if not isinstance(data, dict):
        raise EventUnreadable
    return data


def _storable(data: Any) -> Any:  # any JSON value
    """PostgreSQL stores no NUL characters; whoever signs one has not said anything with it."""
    if isinstance(data, str):
        return data.replace("\x00", "")
    if isinstance(data, list):
        return [_storable(each) for each in data]
    if isinstance(data, dict):
        return {_storable(name): _storable(each) for name, each in data.items()}
    return data


def inside(data: object, *path: str) -> Any:  # any JSON value
    """What stands at a path of nested objects; None when something on the way is missing or is no object."""
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    return data


def word(value: object, longest: int = 200) -> str:
    """A short text of an event; empty for everything that is none."""
    return value[:longest] if isinstance(value, str) else ""


def page_url(url: object, *, below: str) -> str:
    """The address of a payment page. Raises ValueError unless it is https, or plain where the gateway itself is."""
    text = word(url, 2000)
    if not text.startswith(("https://", *(["http://"] if below.startswith("http://") else []))):
        message = "the gateway named no page to pay on"
        raise ValueError(message)
    return text
