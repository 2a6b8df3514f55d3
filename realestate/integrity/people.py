"""Who meets, who writes to whom, who is told what, and who knows whom."""

from realestate.core.enums import Role
from realestate.integrity.check import Check, sql_check
from scheduling.enums import LIVE

PARAMS = {
    "live": sorted(LIVE),
    "builder": Role.BUILDER.value,
    "customer": Role.CUSTOMER.value,
}

CHECKS: tuple[Check, ...] = (
    sql_check(
        "account_has_its_profile",
        "A builder's account has a builder's profile or an employer, a customer's a customer's, and no other.",
        """SELECT u.id FROM accounts_user u
        LEFT JOIN accounts_builder b ON b.user_id = u.id
        LEFT JOIN accounts_customer c ON c.user_id = u.id
        WHERE (b.user_id IS NOT NULL) <> (u.user_type = %(builder)s AND u.employer_id IS NULL)
            OR (c.user_id IS NOT NULL) <> (u.user_type = %(customer)s)
        ORDER BY 1""",
        PARAMS,
    ),
    sql_check(
        "buyer_and_builder_know_each_other",
        "There is a relation between the customer of a booking and its builder.",
        """SELECT b.id FROM bookings_booking b JOIN projects_project p ON p.id = b.project_id
        WHERE NOT EXISTS (SELECT FROM accounts_relation r
            WHERE r.customer_id = b.customer_id AND r.builder_id = p.builder_id) ORDER BY 1""",
    ),
    sql_check(
        "hosts_receive_for_their_builder",
        "Who receives a customer belongs to the builder of the project.",
        """SELECT a.id FROM scheduling_appointment a JOIN scheduling_host h ON h.id = a.host_id
        JOIN projects_project p ON p.id = a.project_id WHERE h.builder_id <> p.builder_id ORDER BY 1""",
    ),
    sql_check(
        "one_appointment_per_host_at_a_time",
        "Live appointments of a host do not overlap, the time to breathe included (R14.2).",
        """SELECT DISTINCT one.id FROM scheduling_appointment one JOIN scheduling_appointment other
            ON other.host_id = one.host_id AND other.id <> one.id AND other.status = ANY(%(live)s)
            AND tstzrange(other.starts_at, other.host_free_at) && tstzrange(one.starts_at, one.host_free_at)
        WHERE one.status = ANY(%(live)s) ORDER BY 1""",
        PARAMS,
    ),
    sql_check(
        "one_appointment_per_customer_at_a_time",
        "Live appointments of a customer do not overlap (R14.1).",
        """SELECT DISTINCT one.id FROM scheduling_appointment one JOIN scheduling_appointment other
            ON other.customer_id = one.customer_id AND other.id <> one.id AND other.status = ANY(%(live)s)
            AND tstzrange(other.starts_at, other.ends_at) && tstzrange(one.starts_at, one.ends_at)
        WHERE one.status = ANY(%(live)s) ORDER BY 1""",
        PARAMS,
    ),
    sql_check(
        "newest_message_is_kept",
        "The message that conversations are listed by is their last one; else: SELECT messaging_recount().",
        """SELECT c.id FROM messaging_conversation c WHERE c.newest_id IS DISTINCT FROM
            (SELECT max(m.id) FROM messaging_message m WHERE m.conversation_id = c.id) ORDER BY 1""",
    ),
    sql_check(
        "messages_stay_in_the_conversation",
        "Sender and recipient of a message are the two parties of its conversation; a builder's team writes for it.",
        """SELECT m.id FROM messaging_message m
        JOIN messaging_conversation c ON c.id = m.conversation_id
        JOIN projects_project p ON p.id = c.project_id
        JOIN accounts_user s ON s.id = m.sender_id
        WHERE (coalesce(s.employer_id, s.id), m.recipient_id) NOT IN
            ((c.customer_id, p.builder_id), (p.builder_id, c.customer_id)) ORDER BY 1""",
    ),
    sql_check(
        "replies_stay_in_the_conversation",
        "A message, the one that it answers and the booking that it is about belong together.",
        """SELECT m.id FROM messaging_message m
        JOIN messaging_conversation c ON c.id = m.conversation_id
        LEFT JOIN messaging_message parent ON parent.id = m.parent_id
        LEFT JOIN bookings_booking b ON b.id = m.booking_id
        WHERE parent.conversation_id <> m.conversation_id
            OR (b.customer_id, b.project_id) <> (c.customer_id, c.project_id) ORDER BY 1""",
    ),
    sql_check(
        "nobody_is_told_twice",
        "A user has at most one notification per dedupe key.",
        """SELECT min(id) FROM notifications_notification WHERE dedupe_key <> ''
        GROUP BY user_id, dedupe_key HAVING count(*) > 1 ORDER BY 1""",
    ),
)
