"""What machines that watch over ours are told: that a process lives, and whether it can serve."""

import pytest
from django.db import connection


def test_liveness_touches_no_database(client):
    response = client.get("/health")  # without the database mark, any query would fail
    assert response.json()["status"] == "ok"
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db(transaction=True)
def test_readiness_tells_what_it_checked(client):
    response = client.get("/health/ready")
    assert (response.status_code, response.json()) == (
        200,
        {
            "status": "ok",
            "checks": {"database": "ok", "migrations": "ok", "queue": "ok", "outgoing": "ok"},
        },
    )


@pytest.mark.django_db(transaction=True)
def test_readiness_sees_a_missing_migration(client):
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE django_migrations SET name = 'x_' || name WHERE app = 'core' AND name LIKE '0001%'"
        )
        try:
            response = client.get("/health/ready")
        finally:
            cursor.execute(
                "UPDATE django_migrations SET name = substr(name, 3) WHERE name LIKE 'x\\_%'"
            )
    assert response.status_code == 503
    assert response.json()["checks"]["migrations"] == "1 not applied"


def test_readiness_gives_up_in_time(client, monkeypatch):
    nowhere = {"host": "/nowhere", "dbname": "x", "user": "x"}
    monkeypatch.setattr(connection, "get_connection_params", lambda: nowhere)
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert response.json() == {
        "status": "unavailable",
        "checks": dict.fromkeys(("database", "migrations", "queue", "outgoing"), "unreachable"),
    }


def test_the_root_says_where_to_go(client):
    assert set(client.get("/").json()) == {"message", "version", "docs", "redoc", "health"}
