"""Where walks of a booking's life begin: in each state of the sale, after what must be refused there (B9).

Walks that begin anywhere rarely come to the rare moves of R5 and the rare refusals; these are made sure of.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from bookings import services
from bookings.enums import BookingState as S
from bookings.models import Agreement, Booking
from payments.models import Refund
from projects.models import Claim
from realestate.core import clock
from tests.properties.test_life import Life, Office

# Every code with which the platform can refuse what the machine asks for, by the rule that it belongs to. Not among
# them: refusals that need a setting, a calendar or a price list other than those that a new builder begins with.
REFUSALS_OF = {
    "R0": ("invalid", "not_found", "permission_denied", "stale_version"),
    "R4": ("unit_not_available", "hold_limit", "hold_cooldown", "hold_ended", "hold_has_booking"),
    "R5": (
        *("invalid_transition", "token_not_paid", "signatures_missing", "settlement_required"),
        *("agreement_superseded", "already_signed", "payment_plan_frozen", "rating_too_early"),
        *("token_out_of_range", "loan_out_of_range", "price_changed"),
    ),
    "R6": ("pre_agreement_cap", "token_beyond_cap"),
    "R8": ("duplicate_payment",),
    "R11": (
        *("nothing_to_settle", "forfeit_beyond_terms", "approver_is_requester", "receipts_pending"),
        *("payer_is_requester", "settlement_superseded", "settlement_stale"),
        *("notices_missing", "notice_too_early"),
    ),
    "R14": ("slot_taken", "in_the_past", "too_soon", "too_far_ahead", "duration_out_of_range"),
}
REFUSALS = tuple(code for codes in REFUSALS_OF.values() for code in codes)
TERMS: tuple[dict[str, Any], ...] = (
    {"token_amount": "0.01"},
    {"token_amount": "7000000"},  # of the price, but more than may be received at once
    {"total_amount": "1"},
    {"loan_amount": "999999999"},
)
TIMES = (  # of an appointment: hours from now, and minutes
    *((-2, 60), (1, 60), (100 * 24, 60), (48, 5)),
    *((hours, 60) for hours in (48, 48, 24, 26, 36)),
)
MUTUAL = {"initiator": "mutual", "reason": "Both want it."}
OUR_FAULT = {"initiator": "builder_default", "reason": "The tower is late."}  # nothing is kept
DEFAULT = {"initiator": "buyer_default", "reason": "Does not pay."}
TOO_MUCH = {"initiator": "buyer", "reason": "Moves abroad.", "forfeit_percent": "99"}


def book_on(office: Office, who: str, where: int, terms: Mapping[str, Any]) -> Any:
    """Book a unit on terms of one's own."""
    body = {"unit_id": office.units[where].pk, **office.customer(who), **terms}
    return office.ask(who, "post", "bookings", body)


def visit_in(office: Office, who: str, hours: int, minutes: int) -> Any:
    """An appointment so many hours from now, for so long."""
    body = {
        "project_id": office.project.pk,
        "appointment_type": "site_visit",
        "appointment_date": (clock.now() + timedelta(hours=hours)).isoformat(),
        "duration_minutes": minutes,
        **office.customer(who),
    }
    return office.ask(who, "post", "appointments", body)


def propose(office: Office, who: str, booking: Booking, ending: Mapping[str, str]) -> Any:
    """A settlement that waits for somebody's word."""
    return office.ask(who, "post", "settlements", {"booking_id": booking.pk, **ending})


def approve(office: Office, who: str, proposed: Any) -> Any:
    """What was proposed just now, if it was."""
    return office.ask(who, "post", f"settlements/{proposed.json().get('id', 0)}/approve")


def edit(office: Office, who: str, booking: Booking, change: Mapping[str, Any]) -> Any:
    """Change a booking as somebody saw it."""
    body = {**change, "version": booking.version}
    return office.ask(who, "patch", f"bookings/{booking.pk}", body)


def hold(office: Office, who: str, where: int) -> Any:
    """Hold a unit, for the customer that a builder names."""
    unit = office.units[where]
    return office.ask(who, "post", f"units/{unit.pk}/hold", office.customer(who))


def change_hold(office: Office, who: str, where: int, method: str, minutes: int = 30) -> Any:
    """Extend the last claim on a unit, or give it back."""
    claim = Claim.objects.filter(unit=office.units[where]).order_by("-pk").first()
    return claim and office.ask(who, method, f"holds/{claim.pk}", {"minutes": minutes})


def end(office: Office, booking: Booking) -> None:
    """R11, R21: who asks does not decide, and who asked for the refund does not pay it."""
    proposed = propose(office, "meera", booking, OUR_FAULT)
    approve(office, "meera", proposed)
    approve(office, "sana", proposed)
    for refund in Refund.objects.filter(booking=booking, state="due"):
        for who in ("meera", "sana"):
            office.ask(who, "post", f"refunds/{refund.pk}/pay", {"reference": "UTR-R"})


def lapse(life: Life) -> None:
    """The night's work finds what nobody paid for."""
    services.record_lapses()
    life.office.follow(None)


def later(life: Life, minutes: int) -> None:
    """Time passes."""
    life.time.move_to(clock.now() + timedelta(minutes=minutes), tick=False)


# --- the beginnings --------------------------------------------------------------------------------------------------


def an_inquiry_and_visits(life: Life) -> None:
    """R14.4, and R5.2 at last."""
    life.office.sell(S.INQUIRY)
    for hours, minutes in TIMES[:6]:
        visit_in(life.office, "asha", hours, minutes)


def an_inquiry_that_books(life: Life) -> None:
    """R5.3 without a visit, after terms that cannot be agreed on."""
    life.office.sell(S.INQUIRY)
    for terms in TERMS:
        book_on(life.office, "asha", 0, terms)
    life.office.book("asha")


def a_hold_alone(life: Life) -> None:
    """R4.5, R4.6: to the end of its life and no further, and not at once again."""
    hold(life.office, "asha", 0)
    change_hold(life.office, "asha", 0, "patch", 20_000)
    hold(life.office, "ravi", 0)
    later(life, 31)
    change_hold(life.office, "asha", 0, "patch")
    lapse(life)
    hold(life.office, "asha", 0)
    life.office.book("ravi", 1)


def a_hold_given_up(life: Life) -> None:
    """R5.10 before any money, after what comes too early."""
    office, booking = life.office, life.office.sell(S.ON_HOLD)
    change_hold(office, "asha", 0, "delete")
    office.book("ravi")
    office.move("meera", booking, "token_paid")
    office.pay("meera", booking, 10**9)
    edit(office, "asha", booking, {"rating": 5})
    propose(office, "meera", booking, MUTUAL)
    office.ask("asha", "post", f"bookings/{booking.pk}/cancel")


def a_hold_that_lapsed(life: Life) -> None:
    """R5.9."""
    life.office.sell(S.ON_HOLD)
    later(life, 31)
    lapse(life)


def a_hold_with_late_money(life: Life) -> None:
    """R5, late payment success: the hold comes back with what was on its way in time."""
    office, booking = life.office, life.office.sell(S.ON_HOLD)
    cheque = office.pay("meera", booking, is_cleared=False).json()["id"]
    later(life, 24 * 60)
    lapse(life)
    office.ask("meera", "post", f"payments/{cheque}/clear")


def a_token_that_goes_back(life: Life) -> None:
    """R5.10 with money, of which a part is on its way."""
    office, booking = life.office, life.office.sell(S.TOKEN_PAID)
    office.ask("asha", "post", f"bookings/{booking.pk}/cancel")
    propose(office, "meera", booking, TOO_MUCH)
    cheque = office.pay("meera", booking, 1, is_cleared=False).json().get("id", 0)
    approve(office, "sana", propose(office, "meera", booking, MUTUAL))
    office.ask("meera", "post", f"payments/{cheque}/reject", {"reason": "Returned."})
    end(office, booking)


def a_confirmed_sale_that_ends(life: Life) -> None:
    """R5.6: what an agreement asks for, and R5.10 instead."""
    office, booking = life.office, life.office.sell(S.BOOKING_CONFIRMED)
    edit(office, "meera", booking, {"payment_plan": "loan"})
    office.move("meera", booking, "signed")
    office.sign(booking)
    office.sign(booking)
    for agreement in Agreement.objects.filter(booking=booking).order_by("version"):
        office.ask("meera", "post", f"agreements/{agreement.pk}/signatures")
    end(office, booking)


def a_signed_sale_that_ends(life: Life) -> None:
    """R11: a default needs notices, and they need time."""
    office, booking = life.office, life.office.sell(S.AGREEMENT_SIGNED)
    for _ in range(2):
        office.ask("meera", "post", f"bookings/{booking.pk}/notices")
    approve(office, "sana", propose(office, "meera", booking, DEFAULT))
    end(office, booking)


def an_offered_home_that_ends(life: Life) -> None:
    """R11: the last proposal counts, and only for the account that it was made for."""
    office, booking = life.office, life.office.sell(S.POSSESSION_OFFERED)
    first, last = (propose(office, "meera", booking, MUTUAL) for _ in range(2))
    approve(office, "sana", first)
    for _ in range(2):  # the second one has the first one's number
        office.pay("meera", booking, 1)
        office.number -= 1
    approve(office, "sana", last)
    end(office, booking)


def a_home_handed_over(life: Life) -> None:
    """The whole way, with strangers and an edit of what has changed since."""
    office, booking = life.office, life.office.sell(S.HANDED_OVER)
    for who in ("kiran", "asha", "meera"):
        office.move(who, booking, "confirmed")
    for wish in ("East, please.", "West, please."):
        edit(office, "asha", booking, {"special_requests": wish})
    office.move("meera", booking, "no such word")


BEGINNINGS: Mapping[str, Callable[[Life], None]] = {
    begin.__name__.replace("_", " "): begin
    for begin in (
        *(an_inquiry_and_visits, an_inquiry_that_books, a_hold_alone, a_hold_given_up),
        *(a_hold_that_lapsed, a_hold_with_late_money, a_token_that_goes_back),
        *(a_confirmed_sale_that_ends, a_signed_sale_that_ends, an_offered_home_that_ends),
        a_home_handed_over,
    )
}
