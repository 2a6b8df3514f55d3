"""Appointments over HTTP: what cannot be understood is refused, and nothing is stored."""

import pytest

from tests.refused import assert_refused
from tests.scheduling.conftest import URL, stored

BAD_BOOKINGS = [
    {"project_id": None},
    {"project_id": "one"},
    {"project_id": -1},
    {"project_id": 0},
    {"project_id": 10**30},
    {"project_id": [1]},
    {"project_id": 1.5},
    {"appointment_type": None},
    {"appointment_type": ""},
    {"appointment_type": "party"},
    {"appointment_type": 7},
    {"appointment_type": {"a": 1}},
    {"appointment_date": None},
    {"appointment_date": ""},
    {"appointment_date": "tomorrow"},
    {"appointment_date": "2026-13-01T10:00:00Z"},
    {"appointment_date": "0001-01-01T00:00:00+14:00"},
    {"appointment_date": "9999-12-31T23:59:59-14:00"},
    {"appointment_date": "9999-12-31T23:59:59"},
    {"appointment_date": 1_790_000_000},
    {"appointment_date": ["2026-12-01T10:00:00Z"]},
    {"duration_minutes": "long"},
    {"duration_minutes": -60},
    {"duration_minutes": 0},
    {"duration_minutes": 10**12},
    {"duration_minutes": None},
    {"notes": "a\u0000b"},
    {"notes": "x" * 5001},
    {"notes": ["x"]},
    {"agenda": {"a": "b"}},
    {"location": "x" * 501},
    {"meeting_location": "x" * 501},
    {"meeting_location": "\u0000"},
    {"meeting_location": None},
    {"attendees": "Asha"},
    {"attendees": ["x" * 201]},
    {"attendees": ["x"] * 21},
    {"attendees": [None]},
]


@pytest.mark.parametrize("bad", BAD_BOOKINGS, ids=str)
def test_bad_bookings_are_refused_and_nothing_is_stored(cast, as_, at, bad):
    body = {
        "project_id": cast.meera_project.pk,
        "appointment_date": at(10).isoformat(),
        "appointment_type": "site_visit",
        **bad,
    }
    assert_refused(as_(cast.asha).post(URL, body), 400)
    assert stored() == []


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'"x"', b"null", b"3", b'{"project_id": NaN}'])
def test_bad_bodies_are_refused(cast, as_, visit, raw):
    before = stored()
    api = as_(cast.asha)
    for method, url in (
        (api.post, URL),
        (api.patch, f"{URL}/{visit.pk}/status"),
        (api.patch, f"{URL}/{visit.pk}/reschedule"),
    ):
        assert_refused(method(url, raw, content_type="application/json"), 400)
        assert_refused(method(url, b"a=b", content_type="application/x-www-form-urlencoded"), 415)
    assert stored() == before


def test_unknown_ids_are_404(cast, as_, at):
    body = {"appointment_date": at(10).isoformat(), "appointment_type": "site_visit"}
    assert_refused(as_(cast.asha).post(URL, body | {"project_id": 10**15}), 404)
    for pk in (0, 10**15, 2**63, 10**40):
        assert_refused(as_(cast.asha).get(f"{URL}/{pk}"), 404)
        assert_refused(as_(cast.asha).delete(f"{URL}/{pk}"), 404)
        assert_refused(as_(cast.meera).get(f"{URL}/project/{pk}"), 404)
        assert_refused(as_(cast.meera).get(f"{URL}/customer/{pk}"), 404)
        assert_refused(as_(cast.asha).patch(f"{URL}/{pk}/status", {"status": "cancelled"}), 404)
        assert_refused(
            as_(cast.asha).patch(f"{URL}/{pk}/reschedule", {"appointment_date": at(9).isoformat()}),
            404,
        )


@pytest.mark.parametrize("status", [None, "", "pre-booked", 1, True, ["confirmed"], {}, "\u0000"])
def test_unknown_statuses_are_refused(cast, as_, visit, status):
    before = stored()
    assert_refused(as_(cast.meera).patch(f"{URL}/{visit.pk}/status", {"status": status}), 400)
    assert stored() == before


@pytest.mark.parametrize(
    "bad",
    [
        {},
        {"appointment_date": None},
        {"appointment_date": "soon"},
        {"appointment_date": "9999-12-31T23:59:59-14:00"},
        {"duration_minutes": "x"},
        {"reason": "\u0000"},
        {"reason": "x" * 501},
        {"meeting_location": ["site"]},
    ],
    ids=str,
)
def test_bad_reschedules_are_refused(cast, as_, visit, at, bad):
    before = stored()
    body = ({"appointment_date": at(15).isoformat()} | bad) if bad else {}
    assert_refused(as_(cast.asha).patch(f"{URL}/{visit.pk}/reschedule", body), 400)
    assert stored() == before
