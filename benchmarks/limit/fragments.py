"""Parts that several statements share. ``p`` is a project, ``u`` a unit, ``b`` a booking, and so on."""

from scheduling.enums import AppointmentType

# The caller, if the session of the token lives.
ME = """
    SELECT s.user_id FROM accounts_session s JOIN accounts_user person ON person.id = s.user_id
    WHERE s.id = %(session)s AND s.user_id = %(user)s AND s.revoked_at IS NULL AND s.expires_at > now()
        AND person.is_active
"""
PUBLIC = "(p.published_at IS NOT NULL AND p.archived_at IS NULL)"
LIVE = "(claim.released_at IS NULL AND (claim.expires_at IS NULL OR claim.expires_at > now()))"
# Of the row of counts that has ``total``.
PAGE_FIELDS = """
    total, %(page)s::int AS page, %(limit)s::int AS "limit",
    json_build_object(
        'currentPage', %(page)s::int,
        'totalPages', greatest(1, ceil(total::numeric / %(limit)s::int))::int,
        'totalItems', total,
        'hasNext', %(page)s::int * %(limit)s::int < total,
        'hasPrev', %(page)s::int > 1
    ) AS pagination
"""
SHOWN_BUILDER = """
    SELECT row_to_json(builder) FROM (
        SELECT maker.user_id AS id, maker.user_id, maker.company_name AS full_name, maker.company_name,
            (SELECT avg(sale.rating)::float FROM bookings_booking sale JOIN projects_project home
                ON home.id = sale.project_id WHERE home.builder_id = maker.user_id AND sale.rating IS NOT NULL)
                AS rating,
            (SELECT count(*) FROM projects_project home WHERE home.builder_id = maker.user_id
                AND home.published_at IS NOT NULL AND home.archived_at IS NULL) AS total_projects,
            maker.verified, maker.website, maker.description, maker.logo_url
        FROM accounts_builder maker WHERE maker.user_id = p.builder_id
    ) builder
"""
TOTAL_UNITS = """
    coalesce(nullif((SELECT count(*) FROM projects_unit home WHERE home.project_id = p.id), 0), p.planned_units)
"""
# Not NOT EXISTS: PostgreSQL makes a join of it and reads all claims for each project.
AVAILABLE_UNITS = f"""
    (SELECT count(*) FROM projects_unit home WHERE home.project_id = p.id AND home.released_at IS NOT NULL
        AND home.blocked_at IS NULL
        AND (SELECT claim.id FROM projects_claim claim WHERE claim.unit_id = home.id AND {LIVE} LIMIT 1) IS NULL)
"""
PROGRESS = """
    coalesce((SELECT round(sum(part.weight * part.progress_percentage) / sum(part.weight), 2)
        FROM progress_projectprogress part WHERE part.project_id = p.id AND part.customer_visible), 0)
"""
LIVE_BOOKINGS = """
    (SELECT count(*) FROM bookings_booking sale LEFT JOIN projects_claim claim ON claim.id = sale.claim_id
        WHERE sale.project_id = p.id AND sale.state NOT IN ('cancelled', 'expired', 'transferred')
        AND NOT (sale.state = 'on_hold'
            AND (coalesce(claim.expires_at <= now(), false) OR claim.released_at IS NOT NULL)))
"""
SHOWN_PROJECT = f"""
    SELECT p.id, p.builder_id, p.project_name, p.description, p.project_type, p.status, p.location_address,
        p.location_city, p.location_state, p.location_zipcode,
        concat_ws(', ', nullif(p.location_address, ''), nullif(p.location_city, ''), nullif(p.location_state, ''))
            AS location,
        p.latitude, p.longitude, {TOTAL_UNITS} AS total_units, {AVAILABLE_UNITS} AS available_units,
        p.price_range_min, p.price_range_max, p.currency, p.project_area, p.amenities, p.images, p.floor_plans,
        p.brochure_url, p.start_date, p.expected_completion_date, p.actual_completion_date, {PROGRESS} AS progress,
        {LIVE_BOOKINGS} AS bookings, p.is_featured, p.published_at IS NOT NULL AS is_published, p.time_zone,
        ({SHOWN_BUILDER}) AS builder, p.created_at, p.updated_at, p.project_name AS name,
        p.price_range_min AS price_range_start, p.price_range_max AS price_range_end,
        p.expected_completion_date AS expected_completion
"""
UNIT_STATUS = f"""
    coalesce(
        (SELECT CASE claim.stage WHEN 'held' THEN 'reserved' ELSE claim.stage END FROM projects_claim claim
            WHERE claim.unit_id = u.id AND {LIVE}),
        CASE WHEN u.released_at IS NULL OR u.blocked_at IS NOT NULL THEN 'reserved' ELSE 'available' END
    )
"""
UNIT_FIELDS = f"""
    u.id, u.project_id, u.tower_id, u.unit_number, u.unit_type, u.floor_number, u.area_sqft, u.price,
    {UNIT_STATUS} AS status, u.facing, u.balconies, u.bathrooms, u.parking_spaces, u.floor_plan_url, u.features,
    u.created_at, u.updated_at
"""
SHOWN_UNIT = f"SELECT {UNIT_FIELDS}"
PHASE_FIELDS = """
    h.id, h.project_id, h.tower_id, h.sequence, h.phase_name, h.phase_description, h.start_date, h.expected_end_date,
    h.actual_end_date, coalesce(h.actual_end_date, h.expected_end_date) AS end_date, h.progress_percentage, h.weight,
    h.status, h.milestone_images, h.created_at, h.updated_at, h.phase_description AS description,
    h.progress_percentage AS completion_percentage
"""
LIFECYCLE = """
    CASE
        WHEN b.state IN ('token_paid', 'booking_confirmed', 'agreement_signed', 'possession_offered', 'handed_over')
            AND b.actual_registration_date IS NOT NULL AND paid >= b.total_amount THEN 'completed'
        WHEN booking_status IN ('inquiry', 'site_visit_scheduled', 'on_hold') THEN 'pending'
        WHEN booking_status IN ('token_paid', 'booking_confirmed', 'agreement_signed', 'possession_offered')
            THEN 'active'
        WHEN booking_status = 'handed_over' THEN 'completed'
        ELSE 'cancelled'
    END
"""
BOOKING_FIELDS = f"""
    b.id, 'BK-' || lpad(b.id::text, greatest(6, length(b.id::text)), '0') AS booking_number, booking_status,
    {LIFECYCLE} AS status, b.booking_date, c.expires_at, b.customer_id, b.unit_id, b.project_id, b.quote_id,
    b.agreement_value, b.other_charges, b.tax_amount, b.total_amount, b.token_amount, paid AS paid_amount,
    greatest(coalesce(b.total_amount, 0) - paid, 0) AS pending_amount,
    CASE WHEN b.total_amount > 0 THEN least(round(paid * 100 / b.total_amount, 2), 100) ELSE 0 END AS payment_progress,
    b.currency, b.payment_plan, b.loan_approved, b.loan_amount, b.special_requests, b.expected_registration_date,
    b.actual_registration_date, b.cooling_off_until, b.registration_number, b.agent_id, b.rating, b.state_reason,
    NULL AS agreement_url, b.version, b.created_at, b.updated_at,
    CASE WHEN u.id IS NOT NULL THEN (
        SELECT row_to_json(booked) FROM (SELECT {UNIT_FIELDS}, (
            SELECT row_to_json(shown) FROM ({SHOWN_PROJECT}) shown
        ) AS project) booked
    ) END AS unit,
    b.total_amount AS booking_amount, b.special_requests AS notes
"""
NOTIFICATION_FIELDS = """
    n.id, n.user_id, n.notification_type, n.title, n.message, n.priority, n.related_entity_type, n.related_entity_id,
    n.action_url, n.send_via, n.scheduled_send_time, n.sent_at IS NOT NULL AS is_sent, n.sent_at,
    n.read_at IS NOT NULL AS is_read, n.read_at, n.created_at, n.updated_at, n.notification_type AS type
"""
TITLE = " ".join(f"WHEN '{kind.value}' THEN '{kind.label}'" for kind in AppointmentType)
APPOINTMENT_FIELDS = f"""
    a.id, a.customer_id, a.project_id, a.host_id, h.name AS host_name, a.appointment_type,
    CASE a.appointment_type {TITLE} END AS title, a.starts_at AS appointment_date, a.ends_at,
    to_char(a.starts_at AT TIME ZONE p.time_zone, 'HH12:MI AM') AS appointment_time, a.duration_minutes,
    a.meeting_location, a.location, a.status, a.outcome, a.agenda, a.notes, a.attendees, a.reschedule_reason,
    a.rescheduled_at, a.created_by_id AS created_by, a.created_at, a.updated_at,
    (SELECT row_to_json(shown) FROM ({SHOWN_PROJECT}) shown) AS project,
    json_build_object('id', c.user_id, 'first_name', c.first_name, 'last_name', c.last_name,
        'name', trim(c.first_name || ' ' || c.last_name), 'email', cu.email, 'phone', c.phone) AS customer,
    ({SHOWN_BUILDER}) AS builder, a.starts_at AS scheduled_at
"""
