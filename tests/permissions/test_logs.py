"""H8: secrets that people send stand in no log, no mail and no entry of the history, wherever they send them."""

import json
import logging

import pytest
from django.core import mail
from django.urls import get_resolver
from rest_framework.test import APIClient

from realestate.core.models import AuditEntry
from realestate.core.request_id import shown_path
from scheduling.services import feed_token, open_feed
from tests.contract.test_transport import routes
from tests.permissions.test_matrix import LINES, client_of

pytestmark = pytest.mark.django_db
PASSWORD, TOKEN = "c4nary-Passw0rd-77", "c4nary.t0ken.77"  # what must not be found
CARD, NUMBER = "4929000000000077", "ABCPX7777K"  # of a card; of an identity
CANARIES = (PASSWORD, TOKEN, CARD, NUMBER)
HIDDEN = {
    **dict.fromkeys(("password", "new_password", "current_password", "secret"), PASSWORD),
    **dict.fromkeys(("token", "access_token", "refresh_token", "code"), TOKEN),
    **dict.fromkeys(("card_number", "cvv", "account_number"), CARD),
    **dict.fromkeys(("tax_number", "identity_number", "id_number"), NUMBER),
}


@pytest.fixture
def said(caplog):
    """Everything that any logger says, with what belongs to each line."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("django.db.backends").setLevel(logging.INFO)  # statements are never logged
    return lambda: "\n".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records)


def found_in(text: str) -> list[str]:
    return [canary for canary in CANARIES if canary in text]


def test_H8_no_secret_that_is_sent_to_any_operation_is_written_down(world, said, record_property):
    strangers = APIClient(raise_request_exception=False)
    strangers.credentials(HTTP_AUTHORIZATION=f"Bearer {TOKEN}", HTTP_COOKIE=f"sessionid={TOKEN}")
    mine = client_of(world, "meera")
    for _line, operation, row in LINES:
        body = {**HIDDEN, **(row.body(world) if row.body else {})}
        address = operation.url(row, world)
        for api in (strangers, mine):
            for sent in (body, HIDDEN, [HIDDEN]):
                if operation.method == "get":
                    api.get(address, HIDDEN)
                else:
                    getattr(api, operation.method)(address, sent, format="json")
    feed = feed_token(open_feed(actor=world.person("meera")))
    for address in (f"/api/calendar/{feed}.ics", f"/api/calendar/{feed}", f"/API/Calendar/{feed}/"):
        assert APIClient().get(address).status_code == (200 if address.endswith(".ics") else 404)
    log = said()
    assert feed not in log
    assert feed.rpartition(".")[2] not in log  # not a part of it either
    requests = log.count("request_finished")
    assert requests > 1000  # so that there was something to look at
    record_property("counted", {"requests": requests})
    assert found_in(log) == []
    assert found_in(" ".join(f"{each.subject} {each.body}" for each in mail.outbox)) == []
    entries = AuditEntry.objects.values()
    assert found_in(json.dumps(list(entries), default=str)) == []


def test_H8_control_what_is_logged_is_found(said):
    logging.getLogger("payments").warning("paid with %s", CARD)
    assert found_in(said()) == [CARD]


def test_H10_no_address_that_holds_a_secret_is_written_as_it_is():
    """A word of the caller's in the path is a key, the name of a gateway, or a secret that is hidden from there on."""
    found = {f"/{each}" for each in routes(get_resolver().url_patterns) if "<str:" in each}
    ours = {each for each in found if each.startswith("/api/")}
    assert "/api/calendar/<str:token>.ics" in ours
    for route in ours:
        assert shown_path(route) == route.partition("<str:")[0] + "[hidden]"
    assert shown_path("/api/appointments/7/calendar") == "/api/appointments/7/calendar"
