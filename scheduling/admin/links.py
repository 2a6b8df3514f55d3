"""Where the pages of appointments lead to, and what leads to them."""

from accounts.models import Customer
from bookings.models import Booking
from projects.models import Project
from realestate.core.admin import (
    Neighbour,
    lend_neighbours,
)
from scheduling.models import (
    Appointment,
    AppointmentMove,
)

lend_neighbours(
    Booking,
    Neighbour("Appointments", Appointment, {"customer": "customer_id", "project": "project_id"}),
)


lend_neighbours(Customer, Neighbour("Appointments", Appointment, {"customer": "pk"}))


lend_neighbours(Project, Neighbour("Appointments", Appointment, {"project": "pk"}))


lend_neighbours(
    Appointment,
    Neighbour("Customer", Customer, {"pk": "customer_id"}),
    Neighbour("Project", Project, {"pk": "project_id"}),
    Neighbour("Earlier times", AppointmentMove, {"appointment": "pk"}),
)
