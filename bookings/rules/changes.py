"""R13 as tables and functions: what moves a change request, and what the lines of an offer come to."""

from collections.abc import Iterable, Mapping
from typing import Any

from bookings.enums import ChangeAction, ChangeState, PromiseAction, PromiseState
from realestate.core.money import round_money
from realestate.core.working import Working

C = ChangeState
X = ChangeAction
CHANGE_TRANSITIONS: dict[str, dict[str, str]] = {
    C.SUBMITTED: {X.REVIEW: C.UNDER_REVIEW, X.WITHDRAW: C.WITHDRAWN},
    C.UNDER_REVIEW: {X.QUOTE: C.QUOTED, X.REJECT: C.REJECTED, X.WITHDRAW: C.WITHDRAWN},
    C.QUOTED: {  # a further quote is a new version and supersedes the one before it
        X.QUOTE: C.QUOTED,
        X.APPROVE: C.APPROVED,
        X.DECLINE: C.DECLINED,
        X.LAPSE: C.LAPSED,
        X.WITHDRAW: C.WITHDRAWN,
    },
    C.APPROVED: {X.START: C.IN_PROGRESS},
    C.IN_PROGRESS: {X.COMPLETE: C.COMPLETED},
}
# By PATCH; quotes have a way of their own.
BUILDER_CHANGE_ACTIONS = frozenset({X.REVIEW, X.REJECT, X.START, X.COMPLETE})
CUSTOMER_CHANGE_ACTIONS = frozenset({X.APPROVE, X.DECLINE, X.WITHDRAW})


PROMISE_TRANSITIONS: dict[str, dict[str, str]] = {
    PromiseState.PROPOSED: {
        PromiseAction.AGREE: PromiseState.AGREED,
        PromiseAction.DECLINE: PromiseState.DECLINED,
    },
}


def change_action_for(wanted: str, state: str) -> ChangeAction | None:
    """The one step that leads a change request from ``state`` to ``wanted``; None where none does."""
    steps = CHANGE_TRANSITIONS.get(state, {})
    return next((X(name) for name, new in steps.items() if new == wanted), None)


def change_lines(lines: Iterable[Mapping[str, Any]], currency: str) -> list[Working]:
    """R13: ``line = round(quantity × rate)``; an omission has a negative quantity."""
    return [
        Working(
            figure=line["description"],
            rule="R13",
            formula="quantity × rate",
            inputs={"quantity": line["quantity"], "rate": line["rate"]},
            unrounded=line["quantity"] * line["rate"],
            amount=round_money(line["quantity"] * line["rate"], currency),
        )
        for line in lines
    ]
