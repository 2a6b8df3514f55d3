"""What accounts says."""

from dataclasses import dataclass

from realestate.core.events import Event


@dataclass(frozen=True, kw_only=True)
class UserRegistered(Event):
    """Somebody made an account; the e-mail address is not verified yet."""

    user_id: int


@dataclass(frozen=True, kw_only=True)
class EmailVerified(Event):
    """A user has shown that the e-mail address is theirs."""

    user_id: int
