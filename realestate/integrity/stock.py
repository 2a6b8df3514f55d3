"""Units and who occupies them (R4), against the bookings that say so (R5)."""

from bookings.enums import BookingState
from bookings.rules import DEAD, STAGE_AFTER
from projects.enums import ClaimKind, ClaimStage, ReleaseReason
from realestate.integrity.check import Check, sql_check

STAGES = {BookingState.ON_HOLD: ClaimStage.HELD, **STAGE_AFTER}
PARAMS = {
    "states": [str(state) for state in STAGES],
    "stages": [str(stage) for stage in STAGES.values()],
    "dead": sorted(DEAD),
    "on_hold": BookingState.ON_HOLD.value,
    "booking": ClaimKind.BOOKING.value,
    "expired": ReleaseReason.EXPIRED.value,
}
CHECKS: tuple[Check, ...] = (
    sql_check(
        "planned_completion_is_the_last_promise",
        "A project plans to be completed on the day that its buyers were told last.",
        """SELECT p.id FROM projects_project p JOIN (
            SELECT DISTINCT ON (project_id) project_id, promised_on FROM progress_completiondate
            WHERE tower_id IS NULL ORDER BY project_id, number DESC
        ) AS last ON last.project_id = p.id
        WHERE p.expected_completion_date <> last.promised_on ORDER BY 1""",
    ),
    sql_check(
        "one_live_claim_per_unit",
        "A unit has at most one claim that is not released.",
        """SELECT unit_id FROM projects_claim WHERE released_at IS NULL
        GROUP BY unit_id HAVING count(*) > 1 ORDER BY 1""",
    ),
    sql_check(
        "claimed_as_is_kept",
        "The column that lists of units go by is the stage of their claim; else: SELECT projects_recount().",
        """SELECT u.id FROM projects_unit u WHERE u.claimed_as <> coalesce((
            SELECT min(c.stage) FROM projects_claim c WHERE c.unit_id = u.id AND c.released_at IS NULL), '')
        ORDER BY 1""",
    ),
    sql_check(
        "live_booking_has_its_claim",
        "A booking that holds a unit has a claim that is not released; of a hold that may have lapsed.",
        """SELECT b.id FROM bookings_booking b LEFT JOIN projects_claim c ON c.id = b.claim_id
        WHERE b.state = ANY(%(states)s) AND (c.id IS NULL OR c.released_at IS NOT NULL
            AND NOT (b.state = %(on_hold)s AND c.release_reason = %(expired)s))
        ORDER BY 1""",
        PARAMS,
    ),
    sql_check(
        "claim_stage_fits_the_booking",
        "A claim is as firm as the state of its booking says.",
        """SELECT b.id FROM bookings_booking b JOIN projects_claim c ON c.id = b.claim_id
        JOIN unnest(%(states)s::text[], %(stages)s::text[]) AS fits(state, stage) ON fits.state = b.state
        WHERE c.released_at IS NULL AND c.stage <> fits.stage ORDER BY 1""",
        PARAMS,
    ),
    sql_check(
        "ended_booking_frees_its_unit",
        "A booking that was cancelled, transferred or has expired no longer claims a unit.",
        """SELECT b.id FROM bookings_booking b JOIN projects_claim c ON c.id = b.claim_id
        WHERE b.state = ANY(%(dead)s) AND c.released_at IS NULL
        AND (c.expires_at IS NULL OR c.expires_at > now()) ORDER BY 1""",
        PARAMS,
    ),
    sql_check(
        "booked_claim_has_a_booking",
        "A claim that no longer expires belongs to a booking.",
        """SELECT c.id FROM projects_claim c LEFT JOIN bookings_booking b ON b.claim_id = c.id
        WHERE c.released_at IS NULL AND c.kind = %(booking)s AND b.id IS NULL ORDER BY 1""",
        PARAMS,
    ),
    sql_check(
        "claim_is_on_the_booked_unit",
        "A booking and its claim name the same unit and the same buyer.",
        """SELECT b.id FROM bookings_booking b JOIN projects_claim c ON c.id = b.claim_id
        WHERE (c.unit_id, c.customer_id) IS DISTINCT FROM (b.unit_id, b.customer_id) ORDER BY 1""",
    ),
    sql_check(
        "buyer_is_a_party",
        "The buyer of a booking is among the parties of its claim.",
        """SELECT b.id FROM bookings_booking b WHERE b.claim_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM projects_claim_parties p
            WHERE p.claim_id = b.claim_id AND p.customer_id = b.customer_id) ORDER BY 1""",
    ),
    sql_check(
        "booking_in_the_units_project",
        "A booking names the project of its unit.",
        """SELECT b.id FROM bookings_booking b JOIN projects_unit u ON u.id = b.unit_id
        WHERE u.project_id <> b.project_id ORDER BY 1""",
    ),
    sql_check(
        "unit_in_a_tower_of_its_project",
        "A unit stands in a tower of its own project.",
        """SELECT u.id FROM projects_unit u JOIN projects_tower t ON t.id = u.tower_id
        WHERE t.project_id <> u.project_id ORDER BY 1""",
    ),
    sql_check(
        "model_of_a_unit_of_its_project",
        "A 3D model shows a unit of its own project.",
        """SELECT m.id FROM projects_model3d m JOIN projects_unit u ON u.id = m.unit_id
        WHERE u.project_id <> m.project_id ORDER BY 1""",
    ),
)
