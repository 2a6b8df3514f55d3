"""Back-office pages for users, builders and customers."""

from accounts.admin.people import BuilderAdmin, CustomerAdmin, RelationAdmin, SessionAdmin
from accounts.admin.teams import MemberAdmin
from accounts.admin.users import HouseGroupAdmin, HouseUserAdmin

__all__ = [
    "BuilderAdmin",
    "CustomerAdmin",
    "HouseGroupAdmin",
    "HouseUserAdmin",
    "MemberAdmin",
    "RelationAdmin",
    "SessionAdmin",
]
