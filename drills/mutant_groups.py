"""What mistakes are made in, and which tests must find them (B13)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from drills.mutations import Mistake, mistakes


@dataclass(frozen=True, kw_only=True)
class Group:
    """Functions of one kind and their tests."""

    what: str
    modules: tuple[str, ...]
    tests: tuple[str, ...]
    sample: int | None = None  # None: every mistake
    quick_sample: int
    only: str = ""  # a regular expression for names of functions; empty: all of them
    needs_database: bool = False

    def mistakes(self) -> list[Mistake]:
        """All that can be made, but for those that change nothing."""
        return [each for each in self.all_mistakes() if each.key not in EXCUSED]

    def all_mistakes(self) -> list[Mistake]:
        """Those that are excused, too."""
        return [
            each
            for module in self.modules
            for each in mistakes(module)
            if re.search(self.only, each.function)
        ]


MONEY = Group(
    what="rules of money and sale",
    modules=(
        *("payments.rules.allocation", "payments.rules.cap", "payments.rules.interest"),
        *("payments.rules.schedule", "payments.rules.settlement", "payments.rules.statement"),
        *("payments.rules.withholding", "payments.rules.triggers", "payments.rules.reminders"),
        *("projects.rules.pricing", "projects.rules.tax", "bookings.rules.changes"),
        *("bookings.rules.states", "realestate.core.money"),
    ),
    tests=(
        *("tests/payments/test_rules.py", "tests/payments/test_rules_money.py"),
        *("tests/payments/test_rules_allocation.py", "tests/payments/test_rules_interest.py"),
        *("tests/payments/test_rules_schedule.py", "tests/payments/test_rules_settlement.py"),
        *("tests/projects/test_rules_prices.py", "tests/bookings/test_rules.py"),
        *("tests/payments/test_rules_triggers.py", "tests/payments/test_rules_reminders.py"),
        *("tests/payments/test_rules_withholding.py", "tests/payments/test_rules_limits.py"),
        *("tests/projects/test_rules_sheets.py", "tests/core/test_money.py"),
    ),
    sample=200,
    quick_sample=60,
)
# Functions of querysets and models that say who sees a row, who may change it, and who acts for whom.
WHO = (
    r"\b(for_user|for_office|editable_by|editable|visible|public|role|scope|scope_of_booking|builder_of|inbox"
    r"|acting_for|of_builder|keys_acting_for|logged_in|heard_by|offered|_booked_by"
    r"|builder_id|builder_role|customer_id|has_duty|may_enter_admin)$"
)
CLAIMS = Group(
    what="claims: holding, extending, ending and reading them",
    modules=("projects.services.claims", "bookings.services.holds", "projects.querysets"),
    only=rf"^(?!.*{WHO}|.*(in_force|natural|in_order)$)",
    tests=(
        *("tests/projects/test_services_claims.py", "tests/projects/test_querysets.py"),
        *("tests/projects/test_claims_of_others.py", "tests/bookings/test_services_holds.py"),
        "tests/core/answers/test_until_when.py",
    ),
    quick_sample=20,
    needs_database=True,
)
PERMISSIONS = Group(
    what="permissions: who sees, changes and does what",
    modules=(
        *("realestate.core.api.access", "realestate.core.setting_querysets"),
        *("realestate.core.models.bulk", "accounts.models.people", "accounts.querysets"),
        *("projects.querysets", "progress.querysets", "bookings.querysets", "payments.querysets"),
        *("scheduling.querysets", "messaging.querysets", "notifications.querysets"),
    ),
    only=rf"{WHO}|^AccessGuard|^role_of|^action_of|^duty_of",
    tests=(
        *("tests/permissions/test_scopes.py", "tests/accounts/test_querysets.py"),
        *("tests/projects/test_querysets.py", "tests/progress/test_querysets.py"),
        *("tests/messaging/test_querysets.py", "tests/notifications/test_querysets.py"),
        *("tests/accounts/test_teams.py", "tests/core/test_api_views.py"),
    ),
    sample=200,
    quick_sample=20,
    needs_database=True,
)
GROUPS: Mapping[str, Group] = {"money": MONEY, "claims": CLAIMS, "permissions": PERMISSIONS}

# Mistakes that change nothing that anybody can observe, each with its reason.
EXCUSED: Mapping[str, str] = {
    "payments.rules.allocation allocate: book.left[each.key] > 0 and (unpaid or each.targets) → "
    "book.left[each.key] > 0 or (unpaid or each.targets)": "saves a call that would do nothing",
    "payments.rules.allocation allocate: book.left[each.key] > 0 → book.left[each.key] >= 0": "likewise",
    "payments.rules.allocation allocate: book.left[each.key] > 0 → book.left[each.key] >= 0 (2)": "likewise",
    "payments.rules.allocation allocate: book.open[item.key] > 0 → book.open[item.key] >= 0": "likewise",
    "payments.rules.allocation _use: free <= 0 → free < 0": "likewise",
    "payments.rules.allocation _oldest_due: 2 → 3": "the last of three groups; only their order counts",
    "payments.rules.allocation _contract_in: 2 → 3": "likewise",
    "payments.rules.interest _spans: first < rate.valid_from <= last → first <= rate.valid_from <= last": (
        "a set has the first day once"
    ),
    "payments.rules.interest _spans: True → False": "both lists have the same length",
    "payments.rules.schedule _check_less_fixed: each.sequence > line.sequence → each.sequence >= line.sequence": (
        "no line is fixed and absorbs fixed ones"
    ),
    "payments.rules.statement ageing: 1 → 2": "a bucket that nothing falls into",
    "projects.querysets UnitQuerySet.free: Q(…) without claimed_as=ClaimStage.HELD": (
        "only holds lapse; it saves asking for the claims of others"
    ),
    "projects.querysets UnitQuerySet.seen_as: filter(…) without HELD_OR_KEPT_BACK": "said once more for the index",
    "projects.querysets UnitQuerySet._is_unclaimed: 1 → 2": "a unit has one live claim at most",
    "projects.querysets ClaimQuerySet.next_end: filter(…) without kind=ClaimKind.HOLD": (
        "what has an end is a hold, and the other way round: the constraint only_holds_expire"
    ),
    "projects.querysets ClaimQuerySet.next_end: exclude(…) without expires_at=None": "likewise",
    "projects.querysets Model3DQuerySet.for_user: Q(…) without access_level=AccessLevel.BOOKED_CUSTOMERS": (
        "the other levels are open to every customer anyway"
    ),
    "payments.rules.withholding filing_day: 31 → 32": "the day is only asked for its month",
    "payments.rules.withholding filing_day: 1 → 2 (2)": "likewise: 31 days after the 2nd is the next month, too",
}


def stale_excuses() -> set[str]:
    """Excuses for mistakes that cannot be made any more."""
    return EXCUSED.keys() - {each.key for group in GROUPS.values() for each in group.all_mistakes()}
