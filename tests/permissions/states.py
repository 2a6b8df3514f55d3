"""The table goes on: the same operations about rows that are archived, released, cancelled or gone."""

from tests.permissions.matrix import (
    MATRIX,
    OWNER,
    OWNER_AND_STAFF,
    PARTIES,
    Row,
    Statuses,
    about,
    row,
)

GONE: Statuses = (404, 404, 404, 404, 404, 404)
GONE_FOR_USERS: Statuses = (401, 404, 404, 404, 404, 404)
GONE_FOR_OWNERS: Statuses = (401, 403, 403, 404, 404, 404)
OVER: Statuses = (401, 409, 404, 409, 404, 409)
OVER_FOR_OWNERS: Statuses = (401, 403, 403, 409, 404, 409)
OVER_FOR_BUYERS: Statuses = (401, 409, 404, 403, 403, 403)


def same(line: str, statuses: Statuses, **path: str) -> Row:
    """The body of a line of the table, about another row."""
    return Row(statuses, MATRIX[line].body, path)


ARCHIVED = {
    **{
        f"{name}: of an archived one": same(name, OWNER_AND_STAFF, **{key: "archived"})
        for name, key in (
            ("projects_retrieve", "id"),
            ("projects_availability", "id"),
            *(
                (name, "project_id")
                for name in (
                    "projects_towers_list",
                    "projects_units_list",
                    "projects_models_list",
                    "projects_progress_list",
                    "projects_updates_list",
                    "projects_progress_overview",
                    "projects_milestones_list",
                    "projects_certificates_list",
                    "projects_completion_dates_list",
                    "projects_change_cutoffs_list",
                    "projects_working_hours_list",
                    "projects_holidays_list",
                )
            ),
        )
    },
    **{
        f"{name}: of an archived one": same(name, OWNER_AND_STAFF, id=key)
        for name, key in (
            ("units_retrieve", "archived_unit"),
            ("milestones_retrieve", "archived_milestone"),
            ("progress_retrieve", "archived_phase"),
            ("models_retrieve", "archived_model"),
            ("updates_retrieve", "archived_update"),
        )
    },
    "projects_update: an archived one": same("projects_update", GONE_FOR_OWNERS, id="archived"),
    "projects_delete: an archived one": row(GONE_FOR_OWNERS, id="archived"),
    "projects_towers_create: in an archived one": same(
        "projects_towers_create", GONE_FOR_OWNERS, project_id="archived"
    ),
    # What was sold there goes on being built.
    "units_update: of an archived one": same("units_update", OWNER, id="archived_unit"),
    "units_hold: of an archived one": row((401, 404, 404, 409, 404, 409), unit_id="archived_unit"),
    "milestones_update: of an archived one": same(
        "milestones_update", OWNER, id="archived_milestone"
    ),
    "progress_update: of an archived one": same("progress_update", OWNER, id="archived_phase"),
    "models_update: of an archived one": same("models_update", OWNER, id="archived_model"),
    "updates_update: of an archived one": same("updates_update", OWNER, id="archived_update"),
    "projects_inquire: about an archived one": same(
        "projects_inquire", (401, 404, 404, 404, 404, 404), project_id="archived"
    ),
    "projects_slots: of an archived one": same(
        "projects_slots", GONE_FOR_USERS, project_id="archived"
    ),
}
RELEASED = {
    "holds_retrieve: a released one": same("holds_retrieve", PARTIES, id="released_hold"),
    "holds_extend: a released one": same("holds_extend", OVER, id="released_hold"),
    "holds_release: a released one": same("holds_release", OVER, id="released_hold"),
}
CANCELLED = {
    **{
        f"{name}: of a cancelled one": same(name, PARTIES, **{key: "cancelled"})
        for name, key in (
            ("bookings_retrieve", "id"),
            ("bookings_payments", "booking_id"),
            ("bookings_applicants_list", "booking_id"),
            ("bookings_documents_list", "booking_id"),
            ("bookings_statement", "booking_id"),
            ("bookings_schedule", "booking_id"),
        )
    },
    "payments_retrieve: of a cancelled one": row(PARTIES, id="cancelled_payment"),
    "demands_retrieve: of a cancelled one": row(PARTIES, id="cancelled_demand"),
    "change_requests_retrieve: of a cancelled one": row(PARTIES, id="cancelled_change"),
    "bookings_update: a cancelled one": same("bookings_update", OVER, id="cancelled"),
    "bookings_cancel: a cancelled one": same("bookings_cancel", OVER, id="cancelled"),
    "bookings_set_status: a cancelled one": same(
        "bookings_set_status", OVER_FOR_OWNERS, id="cancelled"
    ),
    "bookings_generate_agreement: a cancelled one": row(OVER_FOR_OWNERS, id="cancelled"),
    "bookings_applicants_replace: of a cancelled one": same(
        "bookings_applicants_replace", OVER, id="cancelled"
    ),
    "bookings_payment_proofs_create: of a cancelled one": same(
        "bookings_payment_proofs_create", OVER_FOR_BUYERS, id="cancelled"
    ),
    "bookings_checkouts_create: of a cancelled one": same(
        "bookings_checkouts_create", OVER_FOR_BUYERS, id="cancelled"
    ),
    "change_requests_create: of a cancelled one": row(
        OVER_FOR_BUYERS,
        about(
            "cancelled", request_type="other", request_title="Lamp", request_description="A lamp."
        ),
    ),
    "payments_create: for a cancelled one": row(
        OVER_FOR_OWNERS,
        about(
            "cancelled",
            payment_type="installment",
            amount=1000,
            payment_method="upi",
            transaction_id="T-2",
        ),
    ),
}
REMOVED = {
    "updates_retrieve: a removed one": row(GONE, id="gone_update"),
    "updates_update: a removed one": same("updates_update", GONE_FOR_OWNERS, id="gone_update"),
    "updates_delete: a removed one": row(GONE_FOR_OWNERS, id="gone_update"),
    # Its builder keeps the versions.
    "models_retrieve: a removed one": row(OWNER_AND_STAFF, id="gone_model"),
    "models_update: a removed one": same("models_update", OWNER, id="gone_model"),
    "models_delete: a removed one": row(GONE_FOR_OWNERS, id="gone_model"),
    "team_edit: a removed one": same("team_edit", OWNER, id="removed_member"),
    "team_remove: a removed one": row(OWNER, id="removed_member"),
}
STATES: dict[str, Row] = ARCHIVED | RELEASED | CANCELLED | REMOVED
