"""R13.5: the promised date moves only with the consent of both sides, and every revision is kept."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ObjectDoesNotExist

from bookings import services
from bookings.enums import PromiseState
from bookings.models import PromisedDate
from notifications.models import Notification
from projects.models import Project
from projects.services import change_project
from realestate.core.errors import InvalidTransition, InvalidValue, NotAllowed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
PLANNED, LATER = date(2028, 6, 30), date(2028, 9, 30)


@pytest.fixture
def promised(cast):
    """Asha's booking in a project that is planned to be complete on 30 June 2028."""
    Project.objects.filter(pk=cast.meera_project.pk).update(expected_completion_date=PLANNED)
    return services.book_unit(actor=cast.asha, unit_id=cast.meera_unit.pk)


def propose(cast, booking, day=LATER, by=None):
    return services.propose_date(
        actor=by or cast.meera, booking_id=booking.pk, promised_on=day, reason="Monsoon."
    )


def history(booking) -> list[tuple[date, str]]:
    return list(booking.promises.order_by("version").values_list("promised_on", "state"))


def test_a_booking_is_promised_what_the_project_plans_and_the_plan_moves_nothing(cast, promised):
    assert history(promised) == [(PLANNED, "agreed")]
    change_project(
        actor=cast.meera, project_id=cast.meera_project.pk, expected_completion_date=LATER
    )
    assert services.promised_on(promised) == PLANNED


def test_without_a_plan_nothing_is_promised(cast, booking):
    assert (history(booking), services.promised_on(booking)) == ([], None)


@pytest.mark.parametrize(("accept", "holds"), [(True, LATER), (False, PLANNED)])
def test_a_proposal_holds_when_the_buyer_agrees(cast, promised, accept, holds):
    row = propose(cast, promised)
    assert services.promised_on(promised) == PLANNED
    (news,) = Notification.objects.filter(title="Another date is proposed")
    assert (news.user, "30 September 2028. Reason: Monsoon." in news.message) == (cast.asha, True)
    services.answer_date(actor=cast.asha, promise_id=row.pk, accept=accept)
    assert services.promised_on(promised) == holds
    answers = {True: "Date agreed", False: "Date declined"}
    assert Notification.objects.get(title=answers[accept]).user == cast.meera
    with pytest.raises(InvalidTransition):
        services.answer_date(actor=cast.asha, promise_id=row.pk, accept=not accept)


def test_one_proposal_at_a_time(cast, promised):
    propose(cast, promised)
    with pytest.raises(services.ProposalOpen):
        propose(cast, promised)
    assert PromisedDate.objects.count() == 2


def test_who_proposes_and_who_answers(cast, promised):
    for actor, error in ((cast.asha, NotAllowed), (cast.kiran, ObjectDoesNotExist)):
        with pytest.raises(error):
            propose(cast, promised, by=actor)
    row = propose(cast, promised)
    for actor, error in ((cast.meera, NotAllowed), (cast.ravi, ObjectDoesNotExist)):
        with pytest.raises(error):
            services.answer_date(actor=actor, promise_id=row.pk, accept=True)
    assert history(promised)[-1] == (LATER, PromiseState.PROPOSED)


@pytest.mark.parametrize("day", [date(2026, 1, 4), date(2060, 1, 1)])
def test_a_proposed_day_is_to_come(cast, promised, day):
    with pytest.raises(InvalidValue):
        propose(cast, promised, day)
    assert len(history(promised)) == 1


def quoted(cast, booking, days):
    wish = {
        "request_type": "electrical",
        "request_title": "Sockets",
        "request_description": "Two more",
    }
    change = services.request_change(actor=cast.asha, booking_id=booking.pk, **wish)
    services.answer_change(
        actor=cast.meera, change_request_id=change.pk, changes={}, wanted="under_review"
    )
    return services.quote_change(
        actor=cast.meera,
        change_request_id=change.pk,
        net_amount=Decimal(100),
        tax_amount=Decimal(0),
        timeline_days=days,
    )


def test_R13_5_the_days_of_an_accepted_offer_move_the_date(cast, promised):
    quote = quoted(cast, promised, 14)
    assert services.promised_on(promised) == PLANNED
    services.approve_quote(actor=cast.asha, change_request_id=quote.change_request_id, version=1)
    assert history(promised) == [(PLANNED, "agreed"), (date(2028, 7, 14), "agreed")]
    row = PromisedDate.objects.get(version=2)
    assert (row.change_quote, row.proposed_by, row.decided_by) == (quote, cast.meera, cast.asha)


def test_R13_5_an_offer_without_days_moves_nothing(cast, promised):
    quote = quoted(cast, promised, 0)
    services.approve_quote(actor=cast.asha, change_request_id=quote.change_request_id, version=1)
    assert history(promised) == [(PLANNED, "agreed")]


def test_over_http(as_, cast, promised):
    path = f"/api/bookings/{promised.pk}/promised-dates"
    for bad in ({}, {"promised_on": "soon", "reason": "x"}, {"promised_on": "2028-09-30"}):
        assert as_(cast.meera).post(path, bad).status_code == 400
    body = {"promised_on": "2028-09-30", "reason": "Monsoon."}
    made = as_(cast.meera).post(path, body)
    assert (made.status_code, made.json()["state"]) == (201, "proposed")
    again = as_(cast.meera).post(path, body)
    assert (again.status_code, again.json()["code"]) == (409, "proposal_open")
    reply = as_(cast.asha).post(f"/api/promised-dates/{made.json()['id']}/accept")
    assert (reply.status_code, reply.json()["state"]) == (200, "agreed")
    rows = as_(cast.asha).get(path).json()
    assert [row["promised_on"] for row in rows] == ["2028-06-30", "2028-09-30"]
