"""Prices and payments, and the figures that are counted whenever they are shown (D6)."""

from accounts.models import Builder
from bookings.enums import FIRM, OPEN, BookingState
from bookings.models import Booking
from payments.enums import NOT_FOR_THE_PRICE, PaymentStatus
from projects.models import Project
from realestate.integrity.check import Check, figure_check, sql_check

PARAMS = {
    "firm": sorted(FIRM),
    "live": sorted(OPEN | FIRM),
    "on_hold": BookingState.ON_HOLD.value,
    "completed": PaymentStatus.COMPLETED.value,
    "apart": sorted(NOT_FOR_THE_PRICE),
}
PAID = """SELECT booking_id AS id, sum(amount) AS figure FROM payments_payment
    WHERE payment_status = %(completed)s AND payment_type <> ALL(%(apart)s) AND NOT is_held_excess
    GROUP BY booking_id"""
NOW = "statement_timestamp()"

CHECKS: tuple[Check, ...] = (
    sql_check(
        "total_is_price_and_tax",
        "The total of a booking is its agreement value, other charges and its tax.",
        """SELECT id FROM bookings_booking
        WHERE total_amount IS DISTINCT FROM agreement_value + other_charges + tax_amount ORDER BY 1""",
    ),
    sql_check(
        "quote_is_net_and_tax",
        "The total of a quote is its net amount and its tax.",
        """SELECT id FROM bookings_changequote
        WHERE total_amount IS DISTINCT FROM net_amount + tax_amount ORDER BY 1""",
    ),
    sql_check(
        "firm_booking_has_paid_its_token",
        "Payments of a booking that is firm reach its token (R5.4).",
        f"""SELECT b.id FROM bookings_booking b LEFT JOIN ({PAID}) AS paid ON paid.id = b.id
        WHERE b.state = ANY(%(firm)s) AND coalesce(paid.figure, 0) < b.token_amount ORDER BY 1""",  # noqa: S608  # PAID and NOW are ours
        PARAMS,
    ),
    sql_check(
        "one_currency_per_booking",
        "A booking and its payments are in the project's currency.",
        """SELECT b.id FROM bookings_booking b JOIN projects_project p ON p.id = b.project_id
        WHERE b.currency <> p.currency OR EXISTS (SELECT FROM payments_payment m
            WHERE m.booking_id = b.id AND m.currency <> b.currency) ORDER BY 1""",
    ),
    figure_check(Booking.objects.all, "paid_amount", PAID, PARAMS),
    sql_check(
        "paid_so_far_is_kept",
        "The column that lists of bookings go by is what their payments add up to; else: SELECT payments_recount().",
        f"""SELECT b.id FROM bookings_booking b LEFT JOIN ({PAID}) AS paid ON paid.id = b.id
        WHERE b.paid_so_far <> coalesce(paid.figure, 0) ORDER BY 1""",  # noqa: S608  # PAID and NOW are ours
        PARAMS,
    ),
    figure_check(
        Booking.objects.all,
        "pending_amount",
        f"""SELECT b.id, greatest(coalesce(b.total_amount, 0) - coalesce(paid.figure, 0), 0)
        FROM bookings_booking b LEFT JOIN ({PAID}) AS paid ON paid.id = b.id""",  # noqa: S608  # PAID and NOW are ours
        PARAMS,
    ),
    figure_check(
        Project.objects.all,
        "available_units",
        f"""SELECT u.project_id, count(*) FROM projects_unit u
        WHERE u.released_at IS NOT NULL AND u.blocked_at IS NULL AND u.id NOT IN (
            SELECT unit_id FROM projects_claim WHERE released_at IS NULL
            AND (expires_at IS NULL OR expires_at > {NOW}))
        GROUP BY u.project_id""",  # noqa: S608  # PAID and NOW are ours
    ),
    figure_check(
        Project.objects.all,
        "total_units",
        """SELECT p.id, CASE WHEN count(u.id) > 0 THEN count(u.id) ELSE p.planned_units END
        FROM projects_project p LEFT JOIN projects_unit u ON u.project_id = p.id GROUP BY p.id""",
    ),
    figure_check(
        Project.objects.all,
        "bookings",
        f"""SELECT b.project_id, count(*) FROM bookings_booking b
        LEFT JOIN projects_claim c ON c.id = b.claim_id
        WHERE b.state = ANY(%(live)s) AND NOT (b.state = %(on_hold)s
            AND coalesce(c.released_at, c.expires_at) <= {NOW})
        GROUP BY b.project_id""",  # noqa: S608  # PAID and NOW are ours
        PARAMS,
    ),
    figure_check(
        Project.objects.all,
        "progress",
        """SELECT project_id, round(sum(weight * progress_percentage) / sum(weight), 2) FROM progress_projectprogress
        WHERE customer_visible GROUP BY project_id""",
    ),
    figure_check(
        Builder.objects.all,
        "total_projects",
        """SELECT builder_id, count(*) FROM projects_project
        WHERE published_at IS NOT NULL AND archived_at IS NULL GROUP BY builder_id""",
    ),
    figure_check(
        Builder.objects.all,
        "rating",
        """SELECT p.builder_id, avg(b.rating) FROM bookings_booking b
        JOIN projects_project p ON p.id = b.project_id
        WHERE b.rating IS NOT NULL GROUP BY p.builder_id""",
    ),
)
