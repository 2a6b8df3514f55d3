"""Builders' teams in the matrix: what each role hears follows from the duty of the operation.

Reading, and writing within a role's duties, is answered as the owner is; other writing with 403.
"""

from accounts.enums import BuilderRole, TeamRole
from accounts.rules import DUTIES
from realestate.core.enums import Duty

# Caller of the table -> whose team, and as what. Kiran's sales person is the stranger.
TEAM = {
    "meera_sales": ("meera", TeamRole.SALES),
    "meera_finance": ("meera", TeamRole.FINANCE),
    "meera_site": ("meera", TeamRole.SITE),
    "meera_reads": ("meera", TeamRole.READ_ONLY),
    "kiran_sales": ("kiran", TeamRole.SALES),
}
# Where somebody of the team hears something else than the owner, because it is another person (R21).
ANOTHER_PERSON: dict[str, dict[str, int]] = {
    "adjustments_approve": {"meera_finance": 200},  # the owner asked for it
    "adjustments_refuse": {"meera_finance": 200},
    "milestones_certify: reported by Meera, out of order": {"meera_site": 200},
    # What somebody has sent is that person's.
    "imports_retrieve": dict.fromkeys(TEAM, 404),
    "imports_apply": dict.fromkeys(TEAM, 404),
}
NO_LOGIN = {"webhooks_receive"}  # gateways have none, so the guard knows no team


def may(role: TeamRole, duty: str | None) -> bool:
    """Whether writing of a duty is a role's."""
    return duty is not None and Duty(duty) in DUTIES[BuilderRole(role)]


def expected(line: str, method: str, duty: str | None, of_owners: dict[str, int]) -> dict[str, int]:
    """Caller -> status, from what the owners hear."""
    as_owner = method == "get" or line in NO_LOGIN
    found = {
        caller: of_owners[owner] if as_owner or may(role, duty) else 403
        for caller, (owner, role) in TEAM.items()
    }
    return found | ANOTHER_PERSON.get(line, {})
