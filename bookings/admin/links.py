"""Which rows of this app belong to rows of those below, and to bookings."""

from accounts.models import Customer
from bookings.models import (
    Agreement,
    Applicant,
    Booking,
    ChangeQuote,
    ChangeRequest,
    PromisedDate,
    Quote,
    Signature,
)
from projects.models import Project, Unit
from realestate.core.admin import Neighbour, lend_neighbours

OF_BOOKING = {"booking": "pk"}
TO_BOOKING = {"pk": "booking_id"}

lend_neighbours(
    Booking,
    Neighbour("Unit", Unit, {"pk": "unit_id"}),
    Neighbour("Customer", Customer, {"pk": "customer_id"}),
    Neighbour("Project", Project, {"pk": "project_id"}),
    Neighbour("Quote", Quote, {"pk": "quote_id"}),
    Neighbour("Applicants", Applicant, OF_BOOKING),
    Neighbour("Agreements", Agreement, OF_BOOKING),
    Neighbour("Change requests", ChangeRequest, OF_BOOKING),
    Neighbour("Promised dates", PromisedDate, OF_BOOKING),
)
lend_neighbours(
    Agreement,
    Neighbour("Booking", Booking, TO_BOOKING),
    Neighbour("Signatures", Signature, {"agreement": "pk"}),
)
lend_neighbours(Applicant, Neighbour("Booking", Booking, TO_BOOKING))
lend_neighbours(
    ChangeRequest,
    Neighbour("Booking", Booking, TO_BOOKING),
    Neighbour("Quotes", ChangeQuote, {"change_request": "pk"}),
)
lend_neighbours(
    ChangeQuote, Neighbour("Change request", ChangeRequest, {"pk": "change_request_id"})
)
for model, path in ((Customer, "customer"), (Unit, "unit"), (Project, "project")):
    lend_neighbours(
        model,
        Neighbour("Bookings", Booking, {path: "pk"}),
        Neighbour("Quotes", Quote, {path: "pk"}),
    )
