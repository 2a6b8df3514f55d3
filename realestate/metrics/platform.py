"""What the database says of the platform's own work: connections, the queue, messages on their way, jobs' last runs."""

import time
from collections.abc import Iterable
from typing import Any

from django.db import connection
from prometheus_client.core import GaugeMetricFamily

CONNECTIONS = """
    SELECT coalesce(state, 'unknown'), count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' GROUP BY 1
"""
# Waiting: could run now. The age is that of the moment from which on it could.
QUEUE = """
    SELECT CASE WHEN status = 'todo' AND scheduled_at > now() THEN 'later'
                WHEN status = 'todo' THEN 'waiting' WHEN status = 'doing' THEN 'running' ELSE 'failed' END AS kept,
           count(*)
    FROM procrastinate_jobs WHERE status IN ('todo', 'doing', 'failed') GROUP BY 1
"""
OLDEST_JOB = """
    SELECT coalesce(extract(epoch FROM now() - min(coalesce(job.scheduled_at, event.at))), 0)
    FROM procrastinate_jobs job
    LEFT JOIN procrastinate_events event ON event.job_id = job.id AND event.type = 'deferred'
    WHERE job.status = 'todo' AND (job.scheduled_at IS NULL OR job.scheduled_at <= now())
"""
WORKERS = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '60 seconds'"
DELIVERIES = """
    SELECT 'waiting', count(*), coalesce(extract(epoch FROM now() - min(next_try_at)), 0)
    FROM notifications_delivery WHERE next_try_at <= now()
    UNION ALL SELECT 'given up', count(*), 0 FROM notifications_delivery WHERE failed_at IS NOT NULL
"""
RUNS = """
    SELECT DISTINCT ON (name) name, extract(epoch FROM finished_at) FROM core_jobrun
    WHERE outcome = 'done' ORDER BY name, id DESC
"""


def read() -> list[GaugeMetricFamily]:
    """All figures of this module, by six short statements. Raises DatabaseError."""
    ((most,),) = rows("SELECT setting::integer FROM pg_settings WHERE name = 'max_connections'")
    deliveries = rows(DELIVERIES)
    return [
        gauge("database_connections_most", "Connections that the database allows.", [most]),
        by("database_connections", "Connections to the database.", "state", rows(CONNECTIONS)),
        by("queue_jobs", "Jobs in the queue; waiting ones could run now.", "state", rows(QUEUE)),
        gauge(
            "queue_oldest_seconds", "How long the oldest waiting job has waited.", *rows(OLDEST_JOB)
        ),
        gauge("queue_workers", "Workers that were heard of within a minute.", *rows(WORKERS)),
        by(
            "deliveries",
            "E-mails, text and push messages.",
            "state",
            [row[:2] for row in deliveries],
        ),
        gauge(
            "deliveries_oldest_seconds",
            "How late the oldest waiting message is.",
            deliveries[0][2:],
        ),
        by("job_done_timestamp_seconds", "When each job last ended well.", "job", rows(RUNS)),
        gauge("database_read_timestamp_seconds", "When the database last answered.", [time.time()]),
    ]


def gauge(name: str, about: str, value: Iterable[Any]) -> GaugeMetricFamily:
    """A figure by itself: the one value of a row."""
    (number,) = value
    return GaugeMetricFamily(f"realestate_{name}", about, value=float(number))


def by(name: str, about: str, label: str, found: Iterable[Iterable[Any]]) -> GaugeMetricFamily:
    """Figures under one label, from rows of its value and the figure."""
    family = GaugeMetricFamily(f"realestate_{name}", about, labels=[label])
    for value, number in found:
        family.add_metric([str(value)], float(number))
    return family


def rows(statement: str) -> list[tuple[Any, ...]]:
    """What a statement of this module finds."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
