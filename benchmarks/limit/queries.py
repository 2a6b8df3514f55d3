"""The statements. Each says what the platform's own read says to the same caller: a customer, or nobody in particular.

Only ``%(name)s`` are parameters. Links of files are passed as they are stored: the benchmark's rows have none of ours.
"""

from benchmarks.limit.fragments import (
    APPOINTMENT_FIELDS,
    BOOKING_FIELDS,
    ME,
    NOTIFICATION_FIELDS,
    PAGE_FIELDS,
    PHASE_FIELDS,
    PUBLIC,
    SHOWN_PROJECT,
    SHOWN_UNIT,
)

PROJECTS = f"""
WITH page AS (
    SELECT * FROM projects_project p WHERE {PUBLIC} ORDER BY created_at DESC, id DESC LIMIT %(limit)s OFFSET %(offset)s
), counted AS (
    SELECT count(*) AS total FROM projects_project p WHERE {PUBLIC}
)
SELECT row_to_json(answer)::text, answer.total FROM (
    SELECT (
        SELECT coalesce(json_agg(row_to_json(shown) ORDER BY p.created_at DESC, p.id DESC), '[]')
        FROM page p, LATERAL ({SHOWN_PROJECT}) shown
    ) AS projects, {PAGE_FIELDS} FROM counted
) answer
"""

PROJECT = f"""
SELECT row_to_json(shown)::text, 1 FROM projects_project p, LATERAL ({SHOWN_PROJECT}) shown
WHERE p.id = %(pk)s AND {PUBLIC}
"""

UNITS = f"""
WITH mine AS (
    SELECT u.* FROM projects_unit u JOIN projects_project p ON p.id = u.project_id
    WHERE u.project_id = %(pk)s AND {PUBLIC}
), page AS (
    SELECT * FROM mine ORDER BY project_id, floor_number, unit_number, id LIMIT %(limit)s OFFSET %(offset)s
)
SELECT coalesce(json_agg(row_to_json(shown) ORDER BY u.project_id, u.floor_number, u.unit_number, u.id), '[]')::text,
    (SELECT count(*) FROM mine)
FROM page u, LATERAL ({SHOWN_UNIT}) shown
"""

PHASES = f"""
WITH page AS (
    SELECT h.* FROM progress_projectprogress h JOIN projects_project p ON p.id = h.project_id
    WHERE h.project_id = %(pk)s AND h.customer_visible AND {PUBLIC}
    ORDER BY h.sequence, h.id LIMIT %(limit)s OFFSET %(offset)s
)
SELECT coalesce(json_agg(row_to_json(shown) ORDER BY h.sequence, h.id), '[]')::text,
    (SELECT count(*) FROM progress_projectprogress WHERE project_id = %(pk)s AND customer_visible)
FROM page h, LATERAL (SELECT {PHASE_FIELDS}) shown
"""

BOOKINGS = f"""
WITH me AS ({ME}), mine AS (
    SELECT id FROM bookings_booking WHERE customer_id = (SELECT user_id FROM me)
    UNION SELECT booking_id FROM bookings_applicant WHERE customer_id = (SELECT user_id FROM me)
), page AS (
    SELECT * FROM bookings_booking WHERE id IN (SELECT id FROM mine)
    ORDER BY booking_date DESC, id DESC LIMIT %(limit)s OFFSET %(offset)s
), counted AS (
    SELECT count(*) AS total FROM mine
)
SELECT row_to_json(answer)::text, answer.total FROM (
    SELECT (
        SELECT coalesce(json_agg(row_to_json(shown) ORDER BY b.booking_date DESC, b.id DESC), '[]')
        FROM page b LEFT JOIN projects_claim c ON c.id = b.claim_id
            LEFT JOIN projects_unit u ON u.id = b.unit_id
            LEFT JOIN projects_project p ON p.id = u.project_id,
        LATERAL (
            SELECT coalesce(sum(amount), 0.00) AS paid FROM payments_payment
            WHERE booking_id = b.id AND state = 'cleared' AND NOT is_held_excess
                AND payment_type NOT IN ('maintenance', 'penalty')
        ) money,
        LATERAL (
            SELECT CASE WHEN b.state = 'on_hold' AND (c.expires_at <= now() OR c.released_at IS NOT NULL)
                THEN 'expired' ELSE b.state END AS booking_status
        ) stand,
        LATERAL (SELECT {BOOKING_FIELDS}) shown
    ) AS bookings, {PAGE_FIELDS} FROM counted
) answer
"""

NOTIFICATIONS = f"""
WITH me AS ({ME}), page AS (
    SELECT * FROM notifications_notification
    WHERE user_id = (SELECT user_id FROM me) AND (scheduled_send_time IS NULL OR scheduled_send_time <= now())
    ORDER BY coalesce(scheduled_send_time, created_at) DESC, id DESC LIMIT %(limit)s OFFSET %(offset)s
), counted AS (
    SELECT count(*) AS total, count(*) FILTER (WHERE read_at IS NULL) AS unread FROM notifications_notification
    WHERE user_id = (SELECT user_id FROM me) AND (scheduled_send_time IS NULL OR scheduled_send_time <= now())
)
SELECT row_to_json(answer)::text, answer.total FROM (
    SELECT (
        SELECT coalesce(
            json_agg(row_to_json(shown) ORDER BY coalesce(n.scheduled_send_time, n.created_at) DESC, n.id DESC), '[]'
        )
        FROM page n, LATERAL (SELECT {NOTIFICATION_FIELDS}) shown
    ) AS notifications, {PAGE_FIELDS}, unread AS unread_count, unread AS "unreadCount" FROM counted
) answer
"""

APPOINTMENTS = f"""
WITH me AS ({ME}), mine AS (
    SELECT * FROM scheduling_appointment WHERE customer_id = (SELECT user_id FROM me)
), page AS (
    SELECT * FROM mine ORDER BY starts_at DESC, id DESC LIMIT %(limit)s OFFSET %(offset)s
), counted AS (
    SELECT count(*) AS total, json_build_object(
        'total', count(*),
        'confirmed', count(*) FILTER (WHERE status = 'confirmed'),
        'pending', count(*) FILTER (WHERE status = 'scheduled'),
        'completed', count(*) FILTER (WHERE status = 'completed'),
        'cancelled', count(*) FILTER (WHERE status = 'cancelled'),
        'scheduled', count(*) FILTER (WHERE status = 'scheduled' AND rescheduled_at IS NULL),
        'rescheduled', count(*) FILTER (WHERE status = 'scheduled' AND rescheduled_at IS NOT NULL)
    ) AS stats FROM mine
)
SELECT row_to_json(answer)::text, answer.total FROM (
    SELECT (
        SELECT coalesce(json_agg(row_to_json(shown) ORDER BY a.starts_at DESC, a.id DESC), '[]')
        FROM page a JOIN projects_project p ON p.id = a.project_id
            JOIN scheduling_host h ON h.id = a.host_id
            JOIN accounts_customer c ON c.user_id = a.customer_id
            JOIN accounts_user cu ON cu.id = c.user_id,
        LATERAL (SELECT {APPOINTMENT_FIELDS}) shown
    ) AS appointments, {PAGE_FIELDS}, stats FROM counted
) answer
"""
