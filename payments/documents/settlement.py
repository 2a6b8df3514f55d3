"""The settlement of a booking that ends: what was received, what is kept line by line, what is returned (R11)."""

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from accounts.documents import Letterhead, letterhead_of
from payments.documents.paper import about, shell
from payments.enums import Initiator, SettlementState
from payments.models import Settlement
from realestate.core.amounts import format_day, format_figure
from realestate.core.documents import render_pdf
from realestate.core.money import ZERO
from realestate.core.papers import LEFT, RIGHT, filled, headline, table, with_working

TEMPLATE = Path(__file__).with_name("settlement.typ")
MARKS = {SettlementState.DRAFT: "DRAFT", SettlementState.REFUSED: "REFUSED"}


def settlement_pdf(settlement: Settlement) -> bytes:
    """The bytes of the PDF; the settlement comes with its booking."""
    letterhead = letterhead_of(settlement.booking.project.builder)
    content = settlement_content(settlement, letterhead)
    return render_pdf(TEMPLATE, content, letterhead.files)


def settlement_content(settlement: Settlement, letterhead: Letterhead) -> dict[str, Any]:
    """What the settlement says, as plain JSON values; a draft is marked as one."""
    state, currency = SettlementState(settlement.state), settlement.currency
    effective = format_day(settlement.effective_on)
    return {
        **shell(
            settlement.booking,
            letterhead,
            title="Settlement of account",
            number=str(settlement),
            day=settlement.effective_on,
        ),
        "mark": MARKS.get(state, ""),
        "facts": [
            *filled(("Settlement", str(settlement)), ("Version", str(settlement.version))),
            *about(settlement.booking),
            ["Ended by", Initiator(settlement.initiator).label],
            ["Effective on", effective],
            ["State", state.label],
        ],
        "reason": settlement.reason,
        "lines": _lines(settlement),
        "headline": headline(
            f"To be returned by {format_day(settlement.refund_due_on)}",
            settlement.refund_amount,
            currency,
        ),
        "closing": (
            "What is kept is taken off, what the builder owes is added: "
            "the lines come to what is returned."
        ),
    }


def _lines(settlement: Settlement) -> dict[str, Any]:
    currency = settlement.currency
    rows = [_row(line, currency) for line in settlement.lines]
    return table(
        (("Item", "1fr", LEFT), ("Rule", "auto", LEFT), (f"Amount ({currency})", "auto", RIGHT)),
        [
            ("Money received", "", format_figure(settlement.received, currency)),
            *rows,
        ],
        [("Returned to the buyer", "", format_figure(settlement.refund_amount, currency))],
    )


def _row(line: object, currency: str) -> tuple[str, str, str]:
    """A line of the JSON column, whatever of it is missing; what is kept is shown as taken off."""
    facts = line if isinstance(line, dict) else {}
    code = str(facts.get("code") or "other")
    label = str(facts.get("label") or code.replace("_", " ").capitalize())
    working = facts.get("working")
    shown = with_working(label, working if isinstance(working, dict) else {}, currency)
    return shown, str(facts.get("rule", "")), format_figure(-_amount(facts), currency)


def _amount(facts: dict[str, Any]) -> Decimal:
    try:
        return Decimal(str(facts.get("amount", ZERO)))
    except InvalidOperation:
        return ZERO
