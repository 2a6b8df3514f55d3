"""What the database says of the business: stock, holds, today's bookings and receipts, over all builders."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.db.models import Count, Sum
from prometheus_client.core import GaugeMetricFamily

from bookings.models import Booking
from payments.models import Payment
from projects.enums import ClaimStage
from projects.models import Claim, Unit
from projects.querysets import ON_OFFER, live, public
from realestate.core import clock
from realestate.metrics.platform import by, gauge


def read() -> list[GaugeMetricFamily]:
    """All figures of this module, by five counts. Raises DatabaseError.

    Days are those of the platform's zone (R0). Free units are those on offer less those that have a live claim: asking
    for the claims of each unit takes ten times as long.
    """
    now, today = clock.now(), clock.today()
    midnight = datetime.combine(today, time(), ZoneInfo(clock.DEFAULT_ZONE))
    offered = Unit.objects.filter(ON_OFFER, public("project__"))
    claims = Claim.objects.filter(live(now))
    claimed = claims.filter(unit__in=offered).count()
    booked = Booking.objects.filter(booking_date__gte=midnight).order_by()
    receipts = Payment.objects.counted().filter(paid_date=today)
    received = receipts.aggregate(count=Count("pk"), amount=Sum("amount"))
    return [
        gauge(
            "units_available",
            "Units on offer that nobody has a claim on.",
            [offered.count() - claimed],
        ),
        gauge(
            "holds_live",
            "Units that are held and not booked.",
            [claims.filter(stage=ClaimStage.HELD).count()],
        ),
        by(
            "bookings_today",
            "Bookings made today, by their present state.",
            "state",
            booked.values_list("state").annotate(Count("pk")),
        ),
        gauge("receipts_today", "Receipts of today that count.", [received["count"]]),
        gauge("receipts_today_amount", "Their sum.", [received["amount"] or 0]),
    ]
