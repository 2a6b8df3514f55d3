"""Jobs of the bookings app: load, call a service."""

from bookings.documents import kept_agreement_pdf
from bookings.models import Agreement
from bookings.services import record_lapses
from realestate.core.jobs import job


@job("bookings.expire_holds", cron="*/5 * * * *")
def record_lapses_now(**_unknown: object) -> str:
    """Every five minutes: record holds, bookings and quotes whose time is over."""
    return ", ".join(f"{name}: {count}" for name, count in record_lapses().items())


@job("bookings.draw_agreement")
def draw_agreement(*, agreement_id: int, **_unknown: object) -> None:
    """Draw an agreement's PDF and keep it, unless somebody has asked for it before."""
    kept_agreement_pdf(Agreement.objects.get(pk=agreement_id))
