"""The table: each operation of the OpenAPI document, asked by each caller, answers with this status.

The rows that are asked for belong to Asha and Meera, so the answers to Ravi and Kiran are those to strangers who ask
for something that exists.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rest_framework.test import APIClient

from tests.factories.accounts import PASSWORD
from tests.permissions.world import World, morning

CALLERS = ("anonymous", "asha", "ravi", "meera", "kiran", "sana")
Statuses = tuple[int, int, int, int, int, int]
Body = Callable[[World], Mapping[str, Any]]

# --- profiles: anonymous, the buyer, another buyer, the builder, another builder, staff ------------------------------

PUBLIC: Statuses = (200, 200, 200, 200, 200, 200)
PUBLIC_CREATE: Statuses = (201, 201, 201, 201, 201, 201)
NOBODY: Statuses = (404, 404, 404, 404, 404, 404)
USERS: Statuses = (401, 200, 200, 200, 200, 200)
PARTIES: Statuses = (401, 200, 404, 200, 404, 200)
READERS: Statuses = (404, 200, 404, 200, 404, 200)
OWNER_AND_STAFF: Statuses = (404, 404, 404, 200, 404, 200)
MINE: Statuses = (401, 200, 404, 404, 404, 404)
BUILDER_LIST: Statuses = (401, 403, 403, 200, 200, 200)
OWNER: Statuses = (401, 403, 403, 200, 404, 200)
OWNER_CREATE: Statuses = (401, 403, 403, 201, 404, 201)
BUYER: Statuses = (401, 200, 404, 403, 403, 403)


@dataclass(frozen=True)
class Row:
    """What an operation is asked with, and what each caller hears."""

    statuses: Statuses
    body: Body | None = None
    path: Mapping[str, str] = field(default_factory=dict)  # parameter -> row of the world

    def expected(self) -> dict[str, int]:
        """Caller -> status."""
        return dict(zip(CALLERS, self.statuses, strict=True))


def row(statuses: Statuses, body: Body | None = None, **path: str) -> Row:
    """A line of the table."""
    return Row(statuses, body, path)


def fixed(**values: Any) -> Body:
    """The same body for everybody."""
    return lambda _world: values


def in_project(**values: Any) -> Body:
    """A body about Meera's project."""
    return lambda world: {"project_id": world.project, **values}


def about(name: str, **values: Any) -> Body:
    """A body about Asha's booking."""
    return lambda world: {"booking_id": getattr(world, name), **values}


def ravis_token() -> str:
    """A refresh token that is good for one use."""
    reply = APIClient().post(
        "/api/auth/login", {"email": "ravi@example.com", "password": PASSWORD}, format="json"
    )
    return str(reply.json()["refresh_token"])


OWN_PRICE = [{"code": "BASE", "label": "Base", "kind": "base", "basis": "unit_price"}]
ALL_AT_ONCE = [
    {"label": "All", "kind": "percent", "percent": 100, "trigger": "on_possession_offer"}
]
REGISTRATION = {
    "email": "mary@example.com",
    "password": "a long enough sentence",
    "user_type": "customer",
    "customer_data": {
        "first_name": "Mary",
        "last_name": "",
        "phone": "+91 98200 22222",
        "address": "",
    },
}

MATRIX: dict[str, Row] = {
    # --- accounts
    "auth_register": row(PUBLIC_CREATE, fixed(**REGISTRATION)),
    "auth_login": row(PUBLIC, fixed(email="ravi@example.com", password=PASSWORD)),
    "auth_refresh": row((401,) * 6, fixed(refresh_token="not one of ours")),
    "auth_logout": row(USERS),
    "auth_me": row(USERS),
    "auth_me_edit": row(USERS, fixed()),
    "auth_sessions_list": row(USERS),
    "auth_sessions_end": row(MINE, fixed(current_password=PASSWORD)),
    "auth_password_change": row(
        USERS, fixed(current_password=PASSWORD, new_password="another long sentence")
    ),
    "auth_password_reset": row(PUBLIC, fixed(email="asha@example.com")),
    "auth_password_reset_confirm": row(
        (400,) * 6, fixed(token="not one of ours", new_password="another long sentence")
    ),
    "auth_verify_email": row(USERS),
    "auth_verify_email_confirm": row((400,) * 6, fixed(token="not one of ours")),
    "builder": row(PUBLIC),
    "builder_edit": row(OWNER, fixed(description="New.")),
    "customer": row((401, 200, 404, 200, 404, 200)),
    "customer_edit": row((401, 200, 404, 403, 403, 200), fixed(first_name="Asha")),
    "team_list": row(BUILDER_LIST),
    "team_add": row(
        (401, 403, 403, 201, 201, 201),
        lambda world: {
            "email": "new@example.com",
            "name": "New",
            "role": "site",
            "builder_id": world.builder,
        },
    ),
    "team_edit": row(OWNER, fixed(role="finance")),
    "team_remove": row(OWNER),
    # --- core
    "settings_retrieve": row(PUBLIC),
    "builder_settings": row((401, 403, 403, 200, 200, 403)),
    "builder_settings_edit": row(
        (401, 403, 403, 200, 200, 403), fixed(values={"bookings.hold_minutes": 45})
    ),
    "files_create": row((401, 415, 415, 415, 415, 415), fixed()),  # a form, not JSON
    "files_retrieve": row(NOBODY, file_id="file"),
    "imports_create": row((401, 403, 403, 415, 415, 415), fixed()),  # a form, not JSON
    "imports_retrieve": row(OWNER),
    "imports_apply": row(OWNER),
    # --- projects
    "projects_list": row(PUBLIC),
    "projects_create": row(
        (401, 403, 403, 201, 201, 400),
        fixed(project_name="Lake", project_type="residential", location_city="Pune"),
    ),
    "projects_retrieve": row(PUBLIC),
    "projects_update": row(OWNER, fixed(description="New.")),
    "projects_delete": row(OWNER, id="spare_project"),
    "projects_availability": row(PUBLIC),
    "projects_towers_list": row(PUBLIC),
    "projects_towers_create": row(OWNER_CREATE, fixed(name="North", floors=3)),
    "projects_units_list": row(PUBLIC),
    "projects_models_list": row(PUBLIC),
    "projects_progress_list": row(PUBLIC),
    "projects_updates_list": row(PUBLIC),
    "units_list": row(PUBLIC),
    "units_create": row(
        OWNER_CREATE,
        in_project(
            unit_number="Z-1",
            unit_type="2BHK",
            floor_number=1,
            area_sqft=1000,
            price=5_000_000,
            bathrooms=1,
        ),
    ),
    "units_generate": row(
        OWNER_CREATE,
        in_project(
            prefix="Z-",
            first_floor=1,
            last_floor=2,
            templates=[
                {"suffix": "01", "unit_type": "2BHK", "area_sqft": 1000, "price": 5_000_000}
            ],
        ),
    ),
    "units_retrieve": row(PUBLIC),
    "units_update": row(OWNER, fixed(floor_number=4), id="free_unit"),
    "models_create": row(
        OWNER_CREATE,
        in_project(
            model_name="Lobby",
            model_type="amenities",
            file_format="glb",
            file_url="https://files.example.com/lobby.glb",
        ),
    ),
    "models_retrieve": row(READERS),
    "models_update": row(OWNER, fixed(model_name="Hall")),
    "models_delete": row(OWNER),
    "models_versions_list": row(OWNER, model_id="model"),
    # --- progress
    "progress_create": row(OWNER_CREATE, in_project(phase_name="Roof")),
    "projects_progress_overview": row(PUBLIC),
    "projects_progress_report": row(USERS),
    "projects_completion_dates_list": row(PUBLIC),
    "projects_completion_dates_create": row(OWNER_CREATE, fixed(promised_on="2040-01-01")),
    "progress_retrieve": row(PUBLIC),
    "progress_update": row(OWNER, fixed(progress_percentage=50)),
    "updates_create": row(OWNER_CREATE, in_project(update_title="Roof", update_content="Done.")),
    "updates_retrieve": row(READERS),
    "updates_update": row(OWNER, fixed(update_title="Roof")),
    "updates_delete": row(OWNER),
    # --- bookings
    "quotes_list": row(USERS),
    "quotes_create": row(
        (401, 201, 201, 201, 404, 201), lambda world: {"unit_id": world.free_unit}
    ),
    "quotes_retrieve": row(PARTIES),
    "quotes_approve": row(OWNER, fixed(reason="Agreed."), id="pending_quote"),
    "quotes_refuse": row(OWNER, fixed(reason="Too much."), id="pending_quote"),
    "units_hold": row((401, 201, 201, 201, 404, 201)),
    "holds_retrieve": row(PARTIES),
    "holds_extend": row(PARTIES, fixed(minutes=15)),
    "holds_release": row(PARTIES),
    "bookings_list": row(USERS),
    "projects_inquire": row(
        (401, 201, 201, 201, 404, 201), lambda world: {"customer_id": world.customer}
    ),
    "bookings_create": row(
        (401, 201, 201, 400, 404, 400), lambda world: {"unit_id": world.free_unit}
    ),
    "bookings_retrieve": row(PARTIES),
    "bookings_update": row(PARTIES, fixed(special_requests="Call first.")),
    "bookings_of_customer": row((401, 200, 404, 200, 404, 200)),
    "builder_bookings_list": row(BUILDER_LIST),
    "bookings_builder_list": row(BUILDER_LIST),
    "bookings_set_status": row(OWNER, fixed(status="booking_confirmed")),
    "bookings_cancel": row(PARTIES, fixed(reason="Elsewhere."), id="held_booking"),
    "bookings_payments": row(PARTIES),
    "bookings_generate_agreement": row(OWNER),
    "bookings_download_agreement": row(PARTIES),
    "bookings_agreements_list": row(PARTIES),
    "bookings_applicants_list": row(PARTIES),
    "bookings_applicants_replace": row(
        PARTIES, fixed(applicants=[{"is_primary": True, "share": 100}])
    ),
    "applicants_kyc_submit": row(BUYER),
    "applicants_kyc_verify": row(OWNER, id="submitted_applicant"),
    "bookings_documents_list": row(PARTIES),
    "bookings_documents_create": row(
        (401, 403, 403, 400, 404, 400), fixed(file_id=2_000_000_000, title="Sale deed")
    ),
    "bookings_promised_dates_list": row(PARTIES),
    "bookings_promised_dates_create": row(
        OWNER_CREATE, fixed(promised_on="2040-01-01", reason="Late")
    ),
    "promised_dates_accept": row(BUYER, id="promise"),
    "promised_dates_decline": row(BUYER, id="promise"),
    "applicants_kyc_reject": row(OWNER, id="submitted_applicant"),
    "agreements_sign": row(
        (401, 201, 404, 201, 404, 201), lambda world: {"applicant_id": world.signer}
    ),
    "quotes_pdf": row(PARTIES),
    "change_requests_list": row(USERS),
    "change_requests_create": row(
        (401, 201, 404, 403, 403, 403),
        about("booking", request_type="other", request_title="Lamp", request_description="A lamp."),
    ),
    "change_requests_retrieve": row(PARTIES),
    "change_requests_update": row(OWNER, fixed(status="under_review")),
    "change_requests_quote": row(
        OWNER_CREATE, fixed(net_amount=100, tax_amount=18), id="quoted_change"
    ),
    "change_quotes_approve": row(OWNER, id="pending_change_quote"),
    "change_quotes_refuse": row(OWNER, fixed(reason="Too dear."), id="pending_change_quote"),
    "projects_change_cutoffs_list": row(PUBLIC),
    "projects_working_hours_list": row(PUBLIC),
    "projects_working_hours_replace": row(OWNER, fixed(hours=[])),
    "projects_holidays_list": row(PUBLIC),
    "projects_holidays_replace": row(OWNER, fixed(holidays=[])),
    "projects_slots": row(USERS),
    "projects_hosts_list": row(USERS),
    "hosts_list": row(BUILDER_LIST),
    "hosts_create": row(
        (401, 403, 403, 201, 201, 201), lambda world: {"name": "Rohan", "builder_id": world.builder}
    ),
    "hosts_update": row(OWNER, fixed(phone="+91 98200 11111")),
    "projects_change_cutoffs_replace": row(OWNER, fixed(cutoffs=[])),
    "change_requests_approve": row(BUYER, fixed(version=1), id="quoted_change"),
    "change_requests_decline": row(BUYER, fixed(reason="Too much."), id="quoted_change"),
    "change_requests_withdraw": row(BUYER),
    # --- payments
    "payments_list": row(USERS),
    "payments_create": row(
        OWNER_CREATE,
        about(
            "booking",
            payment_type="installment",
            amount=1000,
            payment_method="upi",
            transaction_id="T-1",
        ),
    ),
    "payments_retrieve": row(PARTIES),
    "payments_clear": row(OWNER, fixed(), id="cheque"),
    "payments_certificate": row(OWNER, fixed(certificate_number="26QB-1"), id="withheld"),
    "payments_reject": row(OWNER, fixed(reason="Not found"), id="cheque"),
    "payments_reverse": row(OWNER, fixed(reason="Returned unpaid")),
    "bookings_payment_proofs_create": row(
        (401, 201, 404, 403, 403, 403),
        fixed(amount=1000, payment_method="neft", transaction_id="UTR-P"),
    ),
    # --- prices
    "price_lists_list": row(BUILDER_LIST),
    "price_lists_retrieve": row(OWNER),
    "price_lists_create": row(OWNER_CREATE, in_project(lines=OWN_PRICE)),
    "price_lists_update": row(OWNER, fixed(note="Later")),
    "tax_rates_list": row(PUBLIC),
    "tax_rates_create": row(
        (401, 403, 403, 403, 403, 201),
        fixed(tax_class="residential", component="CGST", percent=2.5, valid_from="2030-01-01"),
    ),
    "units_cost_sheet": row(PUBLIC),
    # --- milestones and certificates
    "projects_milestones_list": row(PUBLIC),
    "projects_milestones_replace": row(
        OWNER,
        fixed(milestones=[{"code": "roof", "name": "Roof"}]),
    ),
    "milestones_retrieve": row(PUBLIC),
    "milestones_create": row(OWNER_CREATE, in_project(code="roof", name="Roof")),
    "milestones_update": row(OWNER, fixed(name="Plinth done")),
    "milestones_report": row(OWNER),
    "milestones_certify": row(
        OWNER,
        fixed(certified_on="2026-01-04", photos=["https://cdn.example.com/a.jpg"]),
        id="reported_milestone",
    ),
    "projects_certificates_list": row(PUBLIC),
    "certificates_create": row(
        OWNER_CREATE, in_project(kind="occupancy", number="OC/1", issued_on="2026-01-04")
    ),
    # --- payment plans
    "payment_plans_list": row(USERS),
    "payment_plans_retrieve": row((401, 200, 200, 200, 404, 200)),  # what is offered is no secret
    "payment_plans_create": row(
        OWNER_CREATE, in_project(payment_plan="loan", name="Loan", lines=ALL_AT_ONCE)
    ),
    "payment_plans_update": row(OWNER, fixed(name="Renamed")),
    "payment_plans_delete": row(OWNER),
    "units_payment_schedule": row((400, 400, 400, 400, 400, 400)),
    "bookings_schedule": row(PARTIES),
    "bookings_schedule_revise": row(
        OWNER_CREATE,
        fixed(
            reason="Agreed",
            lines=[
                {
                    "label": "All",
                    "kind": "fixed",
                    "amount": 7_400_000,
                    "trigger": "on_possession_offer",
                }
            ],
        ),
        id="planned_booking",
    ),
    # --- demands and the account
    "demands_list": row(USERS),
    "demands_retrieve": row(PARTIES),
    "demands_correct": row(OWNER_CREATE, fixed(reason="Wrong tower")),
    "credit_notes_list": row(USERS),
    "credit_notes_retrieve": row(PARTIES),
    "bookings_statement": row(PARTIES),
    "bookings_interest_create": row(OWNER_CREATE, fixed(until="2025-12-31")),
    "milestones_demands_create": row(OWNER),
    "milestones_uncertify": row(OWNER, fixed(reason="Wrong tower"), id="certified_milestone"),
    "adjustments_list": row(BUILDER_LIST),
    "adjustments_retrieve": row(OWNER),
    "adjustments_approve": row((401, 403, 403, 422, 404, 200), fixed()),  # Meera has asked for it
    "adjustments_refuse": row((401, 403, 403, 422, 404, 200), fixed()),
    "bookings_waivers_create": row(
        OWNER_CREATE,
        lambda world: {"demand_line_id": world.demand_line, "amount": 10, "reason": "Courtesy"},
    ),
    "bookings_allocations_create": row(
        OWNER_CREATE,
        lambda world: {
            "demand_line_id": world.demand_line,
            "payment_id": world.payment,
            "amount": 10,
            "reason": "As the buyer wrote",
        },
    ),
    "interest_rates_list": row(USERS),
    "interest_rates_create": row(OWNER_CREATE, in_project(percent=10.9, valid_from="2030-01-01")),
    "payments_receipt": row(PARTIES),
    "settlements_list": row(USERS),
    "settlements_create": row(OWNER_CREATE, about("booking", initiator="buyer", reason="Abroad.")),
    "settlements_retrieve": row(PARTIES),
    "settlements_approve": row(OWNER, fixed(reason="Fine."), id="draft_settlement"),
    "settlements_refuse": row(OWNER, fixed(reason="Not yet."), id="draft_settlement"),
    "refunds_list": row(USERS),
    "refunds_retrieve": row(PARTIES),
    "refunds_pay": row(OWNER, fixed(reference="UTR-1")),
    "bookings_notices_list": row(PARTIES),
    "bookings_notices_create": row(OWNER_CREATE, fixed(text="Please pay.")),
    "demands_letter": row(PARTIES),
    "credit_notes_pdf": row(PARTIES),
    "settlements_pdf": row(PARTIES),
    "bookings_statement_pdf": row(PARTIES),
    "bookings_allotment_letter": row(PARTIES, id="planned_booking"),
    "bookings_statement_xlsx": row(PARTIES),
    "demand_letters_list": row(BUILDER_LIST),
    "demand_letters_create": row(OWNER_CREATE, in_project()),
    "demand_letters_retrieve": row(OWNER),
    # --- paying online
    "bookings_checkouts_create": row((401, 201, 404, 403, 403, 403), fixed(amount=1000)),
    "checkouts_retrieve": row(PARTIES),
    "webhooks_receive": row((400,) * 6, fixed(id="evt_1", type="payment.paid")),  # not signed
    # --- scheduling
    "appointments_list": row(USERS),
    "appointments_create": row(
        (401, 201, 201, 400, 404, 400),
        lambda world: {
            "project_id": world.project,
            "appointment_type": "site_visit",
            "appointment_date": morning(5),
        },
    ),
    "appointments_retrieve": row(PARTIES),
    "appointments_cancel": row(PARTIES),
    "appointments_calendar": row(PARTIES),
    "appointments_history": row(PARTIES),
    "calendar_feed_retrieve": row((401, 404, 404, 404, 404, 403)),  # nobody has asked for one yet
    "calendar_feed_create": row((401, 201, 201, 201, 201, 403)),
    "calendar_feed_delete": row((401, 200, 200, 200, 200, 403)),
    "calendar_feed_read": row(NOBODY),  # a key is no token
    "appointments_set_status": row(PARTIES, fixed(status="cancelled")),
    "appointments_reschedule": row(PARTIES, lambda _world: {"appointment_date": morning(4)}),
    "appointments_of_customer": row((401, 200, 404, 200, 404, 200)),
    "appointments_of_project": row(OWNER),
    # --- messaging
    "messages_list": row(USERS),
    "messages_create": row((401, 201, 201, 400, 400, 403), in_project(content="Hello")),
    "messages_history": row(PARTIES),
    "messages_thread": row(PARTIES, id="message"),
    "messages_unread_count": row(USERS),
    "broadcasts_list": row(BUILDER_LIST),
    "broadcasts_retrieve": row((401, 403, 403, 200, 404, 200), id="broadcast"),
    "broadcasts_create": row((401, 403, 403, 201, 404, 403), in_project(content="Hello")),
    "conversations_list": row(USERS),
    "conversations_mark_read": row((401, 200, 404, 200, 404, 403)),
    # --- home pages
    "reports_collections": row(BUILDER_LIST),
    **{
        f"reports_{name}_series": row(BUILDER_LIST)
        for name in (
            *("sales", "stock", "collections", "ageing", "forecast"),
            *("appointments", "stages", "responses"),
        )
    },
    "builder_dashboard": row((401, 403, 403, 200, 200, 403)),
    "customer_dashboard": row((401, 200, 200, 403, 403, 403)),
    # --- notifications
    "notifications_list": row(USERS),
    "notifications_mark_read": row(MINE),
    "notifications_mark_all_read": row(USERS),
    "realtime_ticket": row(PUBLIC_CREATE),
    "quiet_hours_retrieve": row(USERS),
    "quiet_hours_set": row(USERS, fixed(starts="22:00", ends="07:00", time_zone="Asia/Kolkata")),
    "quiet_hours_delete": row(USERS),
    "devices_list": row(USERS),
    "devices_create": row((401, 201, 201, 201, 201, 201), fixed(token="t", platform="web")),
    "devices_delete": row(MINE, id="device"),
    "notification_preferences_retrieve": row(USERS),
    "notification_preferences_update": row(
        USERS, fixed(preferences={"progress_update": {"email": False}})
    ),
}

# The same operations about other rows, or with another body: "operation: what is different".
MATRIX |= {
    "auth_refresh: a token of ours": row(PUBLIC, lambda _world: {"refresh_token": ravis_token()}),
    "projects_retrieve: a draft": row(OWNER_AND_STAFF, id="draft"),
    "projects_availability: of a draft": row(OWNER_AND_STAFF, id="draft"),
    "projects_units_list: of a draft": row(OWNER_AND_STAFF, project_id="draft"),
    "projects_towers_list: of a draft": row(OWNER_AND_STAFF, project_id="draft"),
    "projects_models_list: of a draft": row(OWNER_AND_STAFF, project_id="draft"),
    "projects_progress_list: of a draft": row(OWNER_AND_STAFF, project_id="draft"),
    "projects_updates_list: of a draft": row(OWNER_AND_STAFF, project_id="draft"),
    "projects_progress_overview: of a draft": row(OWNER_AND_STAFF, project_id="draft"),
    "projects_progress_report: of a draft": row((401, 404, 404, 200, 404, 200), project_id="draft"),
    "projects_completion_dates_list: of a draft": row(OWNER_AND_STAFF, project_id="draft"),
    "units_retrieve: of a draft": row(OWNER_AND_STAFF, id="draft_unit"),
    "units_hold: of a draft": row((401, 404, 404, 409, 404, 409), unit_id="draft_unit"),
    "projects_milestones_list: of a draft": row(OWNER_AND_STAFF, project_id="draft"),
    "projects_certificates_list: of a draft": row(OWNER_AND_STAFF, project_id="draft"),
    "milestones_retrieve: of a draft": row(OWNER_AND_STAFF, id="draft_milestone"),
    "milestones_certify: reported by Meera, out of order": row(
        (401, 403, 403, 422, 404, 200),
        fixed(
            certified_on="2026-01-04",
            photos=["https://cdn.example.com/a.jpg"],
            override_reason="Built from the other side.",
        ),
        id="late_milestone",
    ),
    "progress_retrieve: a hidden phase": row(OWNER_AND_STAFF, id="hidden_phase"),
    "settlements_retrieve: a draft": row((401, 404, 404, 200, 404, 200), id="draft_settlement"),
    "projects_create: for Meera": row(
        (401, 403, 403, 201, 201, 201),
        lambda world: {
            "builder_id": world.builder,
            "project_name": "Lake",
            "project_type": "residential",
            "location_city": "Pune",
        },
    ),
    "bookings_create: for Asha": row(
        (401, 201, 201, 201, 404, 201),
        lambda world: {"unit_id": world.free_unit, "customer_id": world.customer},
    ),
    "bookings_create: in a draft": row(
        (401, 404, 404, 409, 404, 409),
        lambda world: {"unit_id": world.draft_unit, "customer_id": world.customer},
    ),
    "appointments_create: with Asha": row(
        (401, 201, 201, 201, 404, 201),
        lambda world: {
            "project_id": world.project,
            "customer_id": world.customer,
            "appointment_type": "site_visit",
            "appointment_date": morning(5),
        },
    ),
    "messages_create: to Asha": row(
        (401, 404, 404, 201, 404, 403),
        lambda world: {
            "project_id": world.project,
            "recipient_id": world.customer,
            "content": "Hello",
        },
    ),
    "payments_create: for a booking on hold": row(
        OWNER_CREATE,
        about("held_booking", payment_type="token", amount=100_000, payment_method="upi"),
    ),
}

# What stands behind ``{id}`` of each path, unless its row says otherwise.
ROW_OF = {
    "adjustments": "adjustment",
    "agreements": "agreement",
    "applicants": "applicant",
    "appointments": "appointment",
    "auth": "session",
    "bookings": "booking",
    "calendar": "appointment",
    "builders": "builder",
    "checkouts": "checkout",
    "hosts": "host",
    "promised-dates": "promise",
    "change-quotes": "pending_change_quote",
    "change-requests": "change",
    "credit-notes": "credit_note",
    "customers": "customer",
    "demand-letters": "letter_batch",
    "demands": "demand",
    "files": "file",
    "imports": "import_run",
    "holds": "hold",
    "messages": "conversation",
    "milestones": "milestone",
    "models": "model",
    "notifications": "notification",
    "payment-plans": "plan",
    "payments": "payment",
    "price-lists": "price_list",
    "progress": "phase",
    "projects": "project",
    "refunds": "refund",
    "team": "member",
    "settlements": "settlement",
    "quotes": "quote",
    "units": "free_unit",
    "updates": "update",
    "webhooks": "gateway",
}
ROW_OF_PARAMETER = {"customer_id": "customer", "project_id": "project", "unit_id": "free_unit"}
