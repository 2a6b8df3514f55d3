"""Writes the demo's bookings. Where no service leads to a state yet, the step is written here, and says so."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from accounts.models import User
from accounts.services import relate
from bookings.enums import BookingAction as A
from bookings.enums import BookingState as S
from bookings.enums import ChangeState, PaymentPlan, SignatureMethod
from bookings.events import BookingMoved
from bookings.models import Booking
from bookings.rules import NEW
from bookings.services import (
    answer_change,
    approve_quote,
    book_unit,
    cancel_booking,
    expire_booking,
    extend_hold,
    generate_agreement,
    move_booking,
    quote_change,
    request_change,
    sign_agreement,
    update_booking,
)
from payments.enums import PaymentMethod, PaymentType
from payments.services import record_payment
from projects.enums import ReleaseReason
from projects.models import Claim
from projects.services import expire_claims, release_claim
from realestate.core import audit, clock
from realestate.core.edits import create_row
from realestate.core.events import publish
from realestate.core.locking import lock
from realestate.core.money import round_money
from realestate.core.transactions import service
from realestate.management.demo.deals import DEALS, WISHES, Deal, Wish
from realestate.management.demo.story import Story, put_back

PAID_STEPS = (A.CONFIRM, A.SIGN, A.OFFER_POSSESSION, A.HAND_OVER)
STEPS_TO = {  # how many of them a paid booking went
    S.TOKEN_PAID: 0,
    S.BOOKING_CONFIRMED: 1,
    S.TRANSFERRED: 1,
    S.AGREEMENT_SIGNED: 2,
    S.POSSESSION_OFFERED: 3,
    S.HANDED_OVER: 4,
}
# Minutes on top of a builder's first day; together the longest that it may hold a unit.
LONGER = 6 * 1440
LOAN_SHARE = Decimal("0.70")
GST = Decimal("0.18")
CARE = Decimal("36000.00")  # a year's maintenance


def add_bookings(story: Story) -> None:
    """All deals, in their order; each is dated back to its day when it is done."""
    for deal in DEALS:
        booking = _write(story, deal)
        story.bookings.append((deal, booking))
        _date_back(story, deal, booking)


def add_wishes(story: Story) -> None:
    """Change requests, as far as they came."""
    by_unit = {(deal.site, deal.unit): (deal, booking) for deal, booking in story.bookings}
    for wish in WISHES:
        deal, booking = by_unit[wish.site, wish.unit]
        _ask(story, wish, booking, story.people[deal.customer])


def _write(story: Story, deal: Deal) -> Booking:
    match deal.state:
        case S.INQUIRY | S.SITE_VISIT_SCHEDULED:
            return _inquire(story, deal)
        case S.ON_HOLD:
            return _hold(story, deal)
        case S.EXPIRED:
            return _expire(story, deal)
        case S.CANCELLED:
            customer, booking = story.people[deal.customer], _book(story, deal)
            return cancel_booking(actor=customer, booking_id=booking.pk, reason=deal.reason)
        case S.TRANSFERRED:
            return _transfer(story, deal)
        case _:
            return _sell(story, deal)


@service
def _inquire(story: Story, deal: Deal) -> Booking:
    """An inquiry, or a planned visit: no service makes bookings without a unit yet."""
    project, customer = story.projects[deal.site], story.people[deal.customer]
    row = Booking(
        customer_id=customer.pk, project=project, state=deal.state, booking_date=story.now
    )
    booking = create_row(actor=customer, row=row, state=deal.state)
    relate(customer_id=customer.pk, builder_id=project.builder_id)
    publish(BookingMoved(booking_id=booking.pk, old=NEW, new=booking.state))
    return booking


def _book(story: Story, deal: Deal, *, by: User | None = None) -> Booking:
    """A booking on hold, by the customer unless somebody else books for it."""
    unit = story.units[deal.site, deal.unit]
    return book_unit(
        actor=by or story.people[deal.customer],
        unit_id=unit.pk,
        customer_id=story.people[deal.customer].pk,
        payment_plan=deal.plan,
        loan_amount=round_money(unit.price * LOAN_SHARE) if deal.plan == PaymentPlan.LOAN else None,
        special_requests=deal.wishes,
        expected_registration_date=(story.now + timedelta(days=60)).date(),
    )


def _hold(story: Story, deal: Deal) -> Booking:
    """Booked by the builder, whose holds live long enough for people to look at them."""
    owner, customer = story.owner(deal.site), story.people[deal.customer]
    relate(customer_id=customer.pk, builder_id=owner.pk)
    booking = _book(story, deal, by=owner)
    extend_hold(actor=owner, claim_id=_claim_id(booking), minutes=LONGER)
    return booking


def _expire(story: Story, deal: Deal) -> Booking:
    """A hold of the past: its times are moved, then it lapses in the ordinary way."""
    booking = _book(story, deal)
    taken = story.ago(deal.days_ago)
    times = {"taken_at": taken, "expires_at": taken + timedelta(minutes=30)}
    put_back(Claim.objects.filter(pk=_claim_id(booking)), **times)
    expire_booking(booking_id=booking.pk)
    expire_claims()
    return booking


def _sell(story: Story, deal: Deal) -> Booking:
    """A booking with its payments, step by step to its state, each step on its day."""
    owner, actions = story.owner(deal.site), PAID_STEPS[: STEPS_TO[deal.state]]
    days = [deal.days_ago * (1 - place / (len(actions) + 1)) for place in range(len(actions) + 1)]
    with clock.pretend(story.ago(days[0])):
        booking = _book(story, deal)
        payments = _payments(story, deal, booking)
        next(payments)  # the token moves the booking by itself
    for action, day in zip(actions, days[1:], strict=True):
        with clock.pretend(story.ago(day)):
            _step(booking, owner, action, payments)
    with clock.pretend(story.ago(days[-1] / 2)):
        for _payment in payments:
            pass
        if deal.stars is not None:
            customer = story.people[deal.customer]
            update_booking(actor=customer, booking_id=booking.pk, changes={"rating": deal.stars})
    return booking


def _step(booking: Booking, owner: User, action: A, payments: Iterator[None]) -> None:
    """One step; a part of the price before the confirmation, the rest only when the agreement is signed (R6)."""
    if action == A.CONFIRM:
        next(payments, None)
    if action == A.SIGN:
        sign(owner, booking)
    if action == A.HAND_OVER:
        _care(booking, owner)
    move_booking(actor=owner, booking_id=booking.pk, action=action)
    if action in {A.SIGN, A.OFFER_POSSESSION}:
        next(payments, None)


def sign(owner: User, booking: Booking) -> None:
    """The agreement, signed on paper by the builder and everybody who buys."""
    agreement = generate_agreement(actor=owner, booking_id=booking.pk)
    buyers = booking.applicants.order_by("pk").values_list("pk", flat=True)
    for party in (None, *buyers):
        sign_agreement(
            actor=owner,
            agreement_id=agreement.pk,
            applicant_id=party,
            method=SignatureMethod.WET_INK,
        )


def _payments(story: Story, deal: Deal, booking: Booking) -> Iterator[None]:
    """Records the token, then each instalment, one per step of the iterator, on the day of the step."""
    price, token = booking.agreement_value or Decimal(0), booking.token_amount or Decimal(0)
    amounts = [token, *(round_money(price * share / 100) for share in deal.paid)]
    for index, amount in enumerate(amounts):
        method = PaymentMethod.ONLINE if index == 0 else PaymentMethod.BANK_TRANSFER
        if index and deal.plan == PaymentPlan.LOAN:
            method = PaymentMethod.LOAN
        record_payment(
            actor=story.owner(deal.site),
            booking_id=booking.pk,
            payment_type=PaymentType.INSTALLMENT if index else PaymentType.TOKEN,
            amount=amount,
            payment_method=method,
            transaction_id=f"{'UTR' if index else 'UPI'}{booking.pk:06d}{index:02d}",
            notes="Token" if index == 0 else f"Instalment {index}",
        )
        yield


def _care(booking: Booking, owner: User) -> None:
    """The first year's maintenance, which does not count towards the price."""
    record_payment(
        actor=owner,
        booking_id=booking.pk,
        payment_type=PaymentType.MAINTENANCE,
        amount=CARE,
        payment_method=PaymentMethod.CHEQUE,
        transaction_id=f"CHQ{booking.pk:06d}",
    )


def _transfer(story: Story, deal: Deal) -> Booking:
    """A confirmed booking that somebody else takes over, who books and pays in turn."""
    booking = _sell(story, deal)
    with clock.pretend(story.ago(deal.days_ago / 2 + 1)):
        _hand_on(story, deal, booking)
    heir = Deal(
        customer=deal.to,
        site=deal.site,
        unit=deal.unit,
        state=S.BOOKING_CONFIRMED,
        days_ago=deal.days_ago // 2,
        paid=deal.paid,
    )
    successor = _sell(story, heir)
    story.bookings.append((heir, successor))
    _date_back(story, heir, successor)
    return booking


@service
def _hand_on(story: Story, deal: Deal, booking: Booking) -> None:
    """R5.11 in short: no service transfers yet. The old claim ends, and the old booking with it."""
    owner = story.owner(deal.site)
    row = lock(Booking.objects.all(), booking.pk)
    release_claim(actor=owner, claim_id=_claim_id(row), reason=ReleaseReason.RELEASED)
    old, row.state, row.state_reason = row.state, S.TRANSFERRED, deal.reason
    row.version += 1
    row.save(update_fields=["state", "state_reason", "version", "updated_at"])
    audit.record(
        owner,
        row,
        "moved",
        before={"state": old},
        after={"state": row.state},
        reason=deal.reason,
    )
    publish(BookingMoved(booking_id=row.pk, old=old, new=row.state))


def _date_back(story: Story, deal: Deal, booking: Booking) -> None:
    day = story.ago(deal.days_ago)
    if deal.days_ago == 0:
        return
    put_back(Booking.objects.filter(pk=booking.pk), booking_date=day, created_at=day)
    if deal.state not in {S.ON_HOLD, S.EXPIRED} and booking.claim_id:
        put_back(Claim.objects.filter(pk=booking.claim_id), taken_at=day)


def _claim_id(booking: Booking) -> int:
    if booking.claim_id is None:  # pragma: no cover  # each of these bookings has a unit
        raise LookupError(booking.booking_number)
    return booking.claim_id


def _ask(story: Story, wish: Wish, booking: Booking, customer: User) -> None:
    owner = story.owner(wish.site)
    row = request_change(
        actor=customer,
        booking_id=booking.pk,
        request_type=wish.kind,
        request_title=wish.title,
        request_description=wish.text,
        current_specification=wish.now,
        requested_specification=wish.wanted,
    )
    if wish.state == ChangeState.SUBMITTED:
        return
    answer_change(
        actor=owner,
        change_request_id=row.pk,
        changes={"builder_response": "Our engineer is looking at it."},
        wanted=ChangeState.UNDER_REVIEW,
    )
    if wish.net is None:
        return
    quote_change(
        actor=owner,
        change_request_id=row.pk,
        net_amount=wish.net,
        tax_amount=round_money(wish.net * GST),
        timeline_days=wish.days,
        description="Material and work, 18 % GST.",
    )
    if wish.state == ChangeState.APPROVED:
        approve_quote(actor=customer, change_request_id=row.pk, version=1)
