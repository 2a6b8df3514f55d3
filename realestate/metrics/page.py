"""``GET /metrics``, in Prometheus' text format: for programs of this machine, or for who knows ``METRICS_TOKEN``."""

import hmac
import os
import platform as machine
import shutil
from collections.abc import Iterable
from ipaddress import ip_address
from pathlib import Path

import django
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from realestate import __version__
from realestate.core.api.errors import not_found
from realestate.metrics import business, folder, meters, platform
from realestate.metrics.lookout import Lookout, look

LOOKOUTS = (
    Lookout("platform", platform.read, fresh=5.0),
    Lookout("business", business.read, fresh=60.0),
)
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")


class Given:
    """A collector of what is given."""

    def __init__(self, families: Iterable[GaugeMetricFamily]) -> None:
        self.families = families

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """The library's protocol."""
        return self.families


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """All figures; 404 to who may not see them, as if there was nothing."""
    if not may_see(request):
        return not_found(request)
    found = CollectorRegistry()
    found.register(Given([*of_this_server(), *look(LOOKOUTS)]))
    counted = meters.registry
    if folder.NAME in os.environ:
        counted = CollectorRegistry()
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]  # the library leaves it untyped
    return HttpResponse(
        generate_latest(counted) + generate_latest(found), content_type=CONTENT_TYPE_LATEST
    )


def may_see(request: HttpRequest) -> bool:
    """With a token only its holders; without one the programs of this machine that no proxy speaks for."""
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    if settings.TRUSTED_PROXIES or any(name in request.META for name in FORWARDED):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def of_this_server() -> Iterable[GaugeMetricFamily]:
    """What is so without asking the database: the program, the disk, the newest backup."""
    info = GaugeMetricFamily(
        "realestate_info", "What runs here.", labels=["version", "python", "django"]
    )
    info.add_metric([__version__, machine.python_version(), django.get_version()], 1)
    yield info
    disk = shutil.disk_usage(settings.VAR_DIR if settings.VAR_DIR.exists() else settings.BASE_DIR)
    yield platform.gauge(
        "disk_free_ratio", "Share of VAR_DIR's disk that is free.", [disk.free / disk.total]
    )
    if newest := newest_backup(settings.VAR_DIR / "backups"):
        yield platform.gauge(
            "backup_timestamp_seconds", "When the newest backup was complete.", [newest]
        )


def newest_backup(where: Path) -> float:
    """Seconds since 1970 of the newest complete backup, whose checksums are written last; 0 if there is none."""
    return max((sums.stat().st_mtime for sums in where.glob("*/SHA256SUMS")), default=0.0)
