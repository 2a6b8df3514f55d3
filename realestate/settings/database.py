"""The database with our limits, and what tells processes that there is something new in it."""

from typing import Any

from realestate.settings.env import env

statement_timeout = env.number(
    "DB_STATEMENT_TIMEOUT",
    default=10_000,
    about="Longest statement, in ms; 0: no limit (so migrations run).",
)
lock_timeout = env.number(
    "DB_LOCK_TIMEOUT", default=3_000, about="Longest wait for a lock, in ms; 0: no limit."
)
prepared = env.switch(
    "DB_PREPARED_STATEMENTS",
    default=True,
    about="Let connections keep plans of frequent reads; off behind a pooler that cannot keep them apart.",
)
idle_timeout = env.number(
    "DB_IDLE_TRANSACTION_TIMEOUT",
    default=15_000,
    about="Longest idle time within a transaction, in ms; 0: no limit.",
)
given_database = env.database(
    "DATABASE_URL",
    about="The PostgreSQL server. Not set: one starts by itself (not in production).",
)

given_replica = env.database(
    "DATABASE_REPLICA_URL",
    about="A streaming replica, for the public catalogue: asked only while it is as far as the primary.",
)

closed_hosts = env.words(
    "CLOSED_NETWORK_HOSTS",
    about="Hosts, as DATABASE_URL and EMAIL_URL spell them, of a network that nobody else can listen to: they may be"
    " asked without TLS. Production wants a checked certificate of every other one but this machine.",
)


def database(given: dict[str, Any]) -> dict[str, Any]:
    """Our limits on top of a description of where the database is."""
    limits = {
        "statement_timeout": statement_timeout,
        "lock_timeout": lock_timeout,
        "idle_in_transaction_session_timeout": idle_timeout,
        "random_page_cost": 1.1,  # memory and solid-state disks: 4 is for disks that turn, and shuns indexes
        "jit": "off",  # compiles for 100 ms what then runs for 5: statements here are short
    }
    defaults = {
        "connect_timeout": 3,
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "application_name": "realestate",
        "prepare_threshold": 1
        if prepared
        else None,  # of ``fetched``: the ORM's own cursors never prepare
        "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
    }
    return {
        **given,
        "ENGINE": "realestate.core.db.postgresql",
        # One lasting connection per web thread rather than a pool: as many as there are threads, nothing to tune,
        # nothing to fork, and a health check finds one that a restarted server has dropped.
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**defaults, **given.get("OPTIONS", {})},
    }


REFUSE_SUPERUSER = False  # the embedded server has no other role; production refuses one

DATABASES: dict[str, dict[str, Any]] = (
    {"default": database(given_database)} if given_database else {}
)
if given_replica and not given_database:
    env.wrong("DATABASE_REPLICA_URL needs DATABASE_URL, whose replica it is")
elif given_replica:
    described = database(given_replica)
    described["OPTIONS"]["connect_timeout"] = 1  # the primary can answer too
    DATABASES["replica"] = described

REDIS_URL = env.text(
    "REDIS_URL",
    secret=True,
    about="redis://user:password@host:port. Tells the socket processes that there is news (PostgreSQL does if empty),"
    " and shares kept answers of the catalogue between processes.",
)
if REDIS_URL and not REDIS_URL.startswith(("redis://", "rediss://")):
    env.wrong("REDIS_URL must begin with redis:// or rediss://")

# --- answers of the public catalogue that are kept (realestate.core.answers) ------------------------------------------

CATALOGUE_CACHE_MB = env.number(
    "CATALOGUE_CACHE_MB",
    default=32,
    maximum=4096,
    about="Most memory for kept answers of the public catalogue, in each web process; 0: none are kept.",
)
CATALOGUE_CACHE_SECONDS = env.number(
    "CATALOGUE_CACHE_SECONDS",
    default=3600,
    minimum=1,
    about="Longest time that an answer is kept. It ends before, with the first change that it would show.",
)
