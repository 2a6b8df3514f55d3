"""How long rows are kept: every table is a record of the business, small by nature, or cleared by a job."""

# Rows of the business: they grow with it and stay; people correct them by new rows, and law asks for most of them.
BUSINESS = frozenset(
    {
        *(
            "accounts_user",
            "accounts_builder",
            "accounts_customer",
            "accounts_relation",
        ),
        *("accounts_user_groups", "accounts_user_user_permissions"),
        *(
            "projects_project",
            "projects_tower",
            "projects_unit",
            "projects_claim",
            "projects_claim_parties",
        ),
        *(
            "projects_model3d",
            "projects_model3dversion",
            "projects_pricelist",
            "projects_chargeline",
        ),
        *(
            "projects_taxrate",
            "progress_completiondate",
            "progress_milestone",
            "progress_certificate",
        ),
        *(
            "progress_projectprogress",
            "progress_constructionupdate",
            "bookings_quote",
            "bookings_booking",
        ),
        *(
            "bookings_applicant",
            "bookings_agreement",
            "bookings_signature",
            "bookings_changerequest",
        ),
        *(
            "bookings_changequote",
            "bookings_changecutoff",
            "bookings_bookingdocument",
            "bookings_promiseddate",
        ),
        *(
            "payments_plantemplate",
            "payments_planline",
            "payments_terms",
            "payments_schedulerevision",
        ),
        *("payments_scheduleline", "payments_demand", "payments_demandline", "payments_creditnote"),
        *(
            "payments_creditline",
            "payments_interestrate",
            "payments_payment",
            "payments_adjustment",
        ),
        *(
            "payments_checkout",
            "payments_gatewayevent",
            "payments_defaultnotice",
            "payments_settlement",
        ),
        *("payments_refund", "payments_ledgerentry", "payments_allocation", "payments_letterbatch"),
        *(
            "payments_reminder",
            "scheduling_host",
            "scheduling_host_projects",
            "scheduling_workinghours",
        ),
        *("scheduling_holiday", "scheduling_appointment", "scheduling_appointmentmove"),
        *("scheduling_appointmentreminder", "scheduling_calendarfeed", "messaging_conversation"),
        *("messaging_message", "messaging_broadcast", "messaging_broadcastrecipient"),
        *("notifications_notification", "notifications_delivery", "notifications_preference"),
        *("notifications_quiethours", "notifications_device", "core_bulkrun", "core_bulkline"),
    }
)
# What everybody did, with its seals: never changed, never deleted.
RECORDS = frozenset({"core_auditentry", "core_rowchange", "core_seal", "django_admin_log"})
# A row each for what there is one or a few of.
SMALL = frozenset(
    {
        "core_fence",
        *(
            "core_catalogueversion",
            "core_settingsversion",
            "core_systemsetting",
            "core_numberseries",
        ),
        *("auth_permission", "auth_group", "auth_group_permissions", "django_content_type"),
        *("otp_totp_totpdevice", "otp_static_staticdevice", "otp_static_statictoken"),
        *(
            "procrastinate_workers",
            "procrastinate_periodic_defers",
        ),  # the queue forgets old ones by itself
    }
)
# Tables that a job clears, and the job.
CLEARED = {
    "accounts_session": "accounts.purge_sessions",
    "accounts_loginchallenge": "accounts.purge_sessions",
    "django_session": "accounts.purge_sessions",
    "core_ratecounter": "accounts.purge_rate_counters",
    "core_idempotencykey": "accounts.purge_idempotency_keys",
    "core_jobrun": "realestate.purge_job_runs",
    "procrastinate_jobs": "realestate.purge_job_runs",
    "procrastinate_events": "realestate.purge_job_runs",
    "core_importrun": "realestate.purge_imports",
    "core_storedfile": "realestate.clean_files",
    "notifications_signal": "notifications.purge_signals",
    "notifications_ticket": "notifications.purge_signals",
}
