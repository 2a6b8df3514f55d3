"""What the OpenAPI document says about the whole API; what it says about one operation stands beside its view."""

from typing import Any

from realestate import __version__

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Real estate platform API",
    "DESCRIPTION": (
        "Projects, units, bookings, payments and what belongs to them, for builders, customers and staff. "
        "Send `Authorization: Bearer <access token>` from `POST /api/auth/login`."
    ),
    "VERSION": __version__,
    "OAS_VERSION": "3.0.3",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SCHEMA_PATH_PREFIX": r"/api",
    "COMPONENT_SPLIT_REQUEST": True,
    # A choice set that is emitted under two names (an alias) is named here.
    "ENUM_NAME_OVERRIDES": {
        "AccountTypeEnum": "accounts.enums.AccountType",
        "TeamRoleEnum": "accounts.enums.TeamRole",
        "BuilderRoleEnum": "accounts.enums.BuilderRole",
        "RoleEnum": "realestate.core.enums.Role",
        "SettingScopeEnum": "realestate.core.enums.SettingScope",
        "SettingKindEnum": "realestate.core.enums.SettingKind",
        "ProjectStatusEnum": "projects.enums.ProjectStatus",
        "UnitStatusEnum": "projects.enums.UnitStatus",
        "UnitTypeEnum": "projects.enums.UnitType",
        "ChargeKindEnum": "projects.enums.ChargeKind",
        "CertificateKindEnum": "progress.enums.CertificateKind",
        "PhaseStatusEnum": "progress.enums.PhaseStatus",
        "BookingStateEnum": "bookings.enums.BookingState",
        "LifecycleEnum": "bookings.enums.Lifecycle",
        "QuoteStateEnum": "bookings.enums.QuoteState",
        "KycStateEnum": "bookings.enums.KycState",
        "ChangeStateEnum": "bookings.enums.ChangeState",
        "LineKindEnum": "payments.enums.LineKind",
        "PlanKindEnum": "payments.enums.PlanKind",
        "PaymentStatusEnum": "payments.enums.PaymentStatus",
        "AppointmentStatusEnum": "scheduling.enums.AppointmentStatus",
        "AskedStatusEnum": "scheduling.enums.AskedStatus",
        "NotificationTypeEnum": "notifications.enums.NotificationType",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "realestate.core.api.schema.shapes_may_overlap",
        "realestate.core.api.schema.refusals_may_say_more",
    ],
    "SORT_OPERATIONS": True,
    # Swagger UI and ReDoc come from our own static files: the pages work without a network.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {
        "persistAuthorization": True,
        "displayOperationId": True,
        "filter": True,
    },
    "REDOC_DIST": "SIDECAR",
}
