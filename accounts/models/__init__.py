"""Who there is, and how they are logged in."""

from accounts.models.logins import LoginChallenge, Session
from accounts.models.people import Builder, BuilderMember, Customer, Relation, User

__all__ = [
    "Builder",
    "BuilderMember",
    "Customer",
    "LoginChallenge",
    "Relation",
    "Session",
    "User",
]
