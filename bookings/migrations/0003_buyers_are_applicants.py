"""Every booking has its buyer as the primary applicant with all shares (R18)."""

from django.db import migrations

FORWARD = """
INSERT INTO bookings_applicant (booking_id, customer_id, full_name, email, phone, is_primary, share, kyc_state,
                                created_at, updated_at)
SELECT b.id, b.customer_id, trim(c.first_name || ' ' || c.last_name), u.email, c.phone, true, 100, 'missing',
       now(), now()
FROM bookings_booking b
JOIN accounts_customer c ON c.user_id = b.customer_id
JOIN accounts_user u ON u.id = b.customer_id
WHERE NOT EXISTS (SELECT 1 FROM bookings_applicant a WHERE a.booking_id = b.id)
"""


class Migration(migrations.Migration):
    """Set-based: one statement for all bookings."""

    dependencies = [("bookings", "0002_quotes_applicants_signatures")]
    operations = [migrations.RunSQL(FORWARD, "DELETE FROM bookings_applicant")]
