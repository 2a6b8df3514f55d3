"""F3: the watch over every answer of the suite finds what the document does not promise."""

import copy
from functools import cache
from typing import Any

import pytest
import yaml
from rest_framework.test import APIClient

from tests.answers import ROOT, Answers, Undocumented
from tests.factories.bookings import BookingFactory

pytestmark = pytest.mark.django_db


@cache
def document() -> dict[str, Any]:
    text = (ROOT / "docs" / "openapi.yaml").read_text()
    found: dict[str, Any] = yaml.load(text, yaml.CSafeLoader)  # the safe loader, written in C
    return found


@pytest.fixture
def altered() -> dict[str, Any]:
    """A document that may be made wrong."""
    return copy.deepcopy(document())


def operation(altered: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = altered["paths"]["/api/units/{id}"]["get"]["responses"]
    return found


def shape(altered: dict[str, Any]) -> dict[str, Any]:
    reference = operation(altered)["200"]["content"]["application/json"]["schema"]["$ref"]
    found: dict[str, Any] = altered["components"]["schemas"][reference.rpartition("/")[2]]
    return found


@pytest.fixture
def reply(cast) -> Any:
    return APIClient().get(f"/api/units/{cast.meera_unit.pk}")


def test_F3_the_true_document_is_kept(altered, reply):
    Answers(altered).check(reply)


def test_F3_a_field_that_no_schema_names_is_found(altered, reply):
    del shape(altered)["properties"]["unit_number"]
    with pytest.raises(Undocumented, match="unit_number"):
        Answers(altered).check(reply)


def test_F3_a_missing_field_is_found(altered, reply):
    shape(altered)["properties"]["nobody"] = {"type": "string"}
    shape(altered)["required"].append("nobody")
    with pytest.raises(Undocumented, match="nobody"):
        Answers(altered).check(reply)


def test_F3_a_field_of_another_kind_is_found(altered, reply):
    shape(altered)["properties"]["unit_number"] = {"type": "integer"}
    with pytest.raises(Undocumented, match="unit_number"):
        Answers(altered).check(reply)


def test_F3_an_undocumented_status_is_found(altered, reply):
    del operation(altered)["200"]
    with pytest.raises(Undocumented, match="200 is not in the document"):
        Answers(altered).check(reply)


def test_F3_another_kind_of_content_is_found(altered, reply):
    content = operation(altered)["200"]["content"]
    content["text/html"] = content.pop("application/json")
    with pytest.raises(Undocumented, match="is application/json"):
        Answers(altered).check(reply)


def test_F3_the_watch_stands_over_every_client(monkeypatch, cast):
    """The control of the fixture itself: a client of a test cannot get around it."""
    wrong = Answers(
        {"paths": {"/api/units/{id}": {"get": {"responses": {}}}}, "components": {"schemas": {}}}
    )
    monkeypatch.setattr("tests.contract.conftest.answers", lambda: wrong)
    with pytest.raises(Undocumented):
        APIClient().get(f"/api/units/{cast.meera_unit.pk}")


# Found by asking nonsense: each was answered well, and the document did not say so.
FOUND = [
    ("/api/bookings/{booking}/statement?to=x", 400),
    ("/api/bookings/{booking}/statement.pdf?to=x", 400),
    ("/api/bookings/{booking}/statement.xlsx?to=x", 400),
    ("/api/reports/collections?on=x", 400),
    ("/api/reports/collections?project_id=999999", 404),
    ("/api/builder/reports/stock?project_id=999999", 404),
    ("/api/builder/reports/stock?months=x", 400),
    ("/api/projects/{project}/slots?date=x", 400),
    ("/api/calendar-feed", 404),
    ("/api/builders/{builder}", 200),  # what an owner sees is also what others see, and more
]


@pytest.mark.parametrize(("path", "status"), FOUND, ids=[path for path, _status in FOUND])
def test_F1_what_was_found_is_in_the_document_now(cast, as_, path, status):
    booking = BookingFactory(paid=True, unit=cast.meera_unit, customer=cast.asha.customer)
    project, builder = cast.meera_project.pk, cast.meera.pk
    target = path.format(booking=booking.pk, project=project, builder=builder)
    assert as_(cast.meera).get(target).status_code == status


def test_F1_a_row_that_a_body_names_may_be_missing(cast, as_):
    body = {"project_id": 999_999, "code": "roof", "name": "Roof", "sequence": 9}
    assert as_(cast.meera).post("/api/milestones", body).status_code == 404


def test_F1_a_statement_names_the_day_as_the_caller_did(cast, as_):
    booking = BookingFactory(paid=True, unit=cast.meera_unit, customer=cast.asha.customer)
    for query in ("to=x", "from=2026-01-02&to=2026-01-01"):
        reply = as_(cast.meera).get(f"/api/bookings/{booking.pk}/statement?{query}")
        assert (reply.status_code, list(reply.json()["errors"])) == (400, ["to"])


def test_F1_a_call_without_a_body_refuses_a_key_that_cannot_be_kept(cast, as_):
    reply = as_(cast.meera).post("/api/imports/1/apply", HTTP_IDEMPOTENCY_KEY="x" * 256)
    assert (reply.status_code, reply.json()["code"]) == (400, "invalid")
