"""Bodies in and out: strict JSON, bounded, never null where there is nothing; DRF's bytes from orjson."""

import io
import ipaddress
import uuid
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import pytest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import ErrorDetail, ParseError
from rest_framework.renderers import JSONRenderer as DRFJSONRenderer
from rest_framework.utils.serializer_helpers import ReturnDict, ReturnList

from projects.enums import ProjectStatus
from realestate.core.api.parsers import MAX_BYTES, MAX_DEPTH, MAX_ITEMS, JSONParser
from realestate.core.api.renderers import JSONRenderer
from realestate.core.errors import TooLarge


def parse(body):
    return JSONParser().parse(io.BytesIO(body))


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": 1.5, "b": [true, null, "\\u20b9"]}', {"a": 1.5, "b": [True, None, "₹"]}),
        ('"₹"'.encode(), "₹"),
        (b"[]", []),
        (b"null", None),
        (b"", {}),
        (b" \r\n\t", {}),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b'"\\ud83c\\udfe0"', "🏠"),
        (b"9223372036854775807", 9223372036854775807),
    ],
)
def test_json_is_read(body, value):
    assert parse(body) == value


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"{'a': 1}",
        b'{"a": 1,}',
        b"NaN",
        b"[Infinity]",
        b"-Infinity",
        b"1e400",
        b'"\\ud800"',
        b'"\\udc00\\ud800"',
        b'"\xff"',
        b'"\xed\xa0\x80"',
        '"a"'.encode("utf-16"),
        b'\xef\xbb\xbf{"a": 1}',
        b'"\x00"',
        b"01",
        b"a=1&b=2",
        b"[" * 100_000,
        b"[" * 2000 + b"]" * 2000,
        b'{"a":' * 999 + b"1" + b"}" * 999,
    ],
)
def test_what_is_not_json_is_refused(body):
    with pytest.raises(ParseError):
        parse(body)


def test_the_depth_is_bounded():
    def nested(levels):
        return b"[" * levels + b"1" + b"]" * levels

    assert parse(nested(MAX_DEPTH))
    with pytest.raises(ParseError, match="nested more than 50 levels"):
        parse(nested(MAX_DEPTH + 1))
    side_by_side = b"[" + b'[1, "a"],' * 500 + b"{}]"
    assert len(parse(side_by_side)) == 501  # many brackets are no depth


@pytest.mark.parametrize("around", [b"%s", b'{"a": %s}', b'{"a": [1, {"b": %s}]}'])
def test_F6_no_list_has_more_than_a_thousand_items(around):
    def of(items):
        return around % (b"[" + b",".join([b"1"] * items) + b"]")

    assert parse(of(MAX_ITEMS))
    with pytest.raises(ParseError, match="more than 1000 items"):
        parse(of(MAX_ITEMS + 1))


def test_F6_control_many_commas_are_no_long_list():
    lists = b"[" + b",".join([b"[1,2,3]"] * 500) + b"]"
    assert len(parse(lists)) == 500
    text = b'"' + b"," * 5_000 + b'"'
    assert parse(text) == "," * 5_000


def test_the_size_is_bounded():
    fits = b'"' + b"x" * (MAX_BYTES - 2) + b'"'
    assert len(parse(fits)) == MAX_BYTES - 2
    with pytest.raises(TooLarge):
        parse(fits + b" ")


EASTERN = timezone(timedelta(hours=5, minutes=30))


@pytest.mark.parametrize(
    "value",
    [
        {"text": "₹ <b>&\"' \\ /\u2028\u2029\x7f\n", "": None},
        [1, -1, 0, True, False, None, 1.5, -0.25, 100.0, 0.1 + 0.2],
        Decimal("7500000.00"),
        Decimal("0.10"),
        Decimal(5),
        datetime(2025, 1, 31, 10, 30, tzinfo=UTC),
        datetime(2025, 1, 31, 10, 30, 0, 123456, tzinfo=UTC),
        datetime(2025, 1, 31, 10, 30, tzinfo=EASTERN),
        datetime(2025, 1, 31, 10, 30),  # noqa: DTZ001  # what DRF makes of a naive one
        date(2025, 1, 31),
        time(10, 30),
        time(10, 30, 0, 5),
        timedelta(hours=1, microseconds=5),
        uuid.UUID("12345678-1234-5678-1234-567812345678"),
        ipaddress.ip_address("127.0.0.1"),
        gettext_lazy("Lazy text"),
        SafeString("<b>"),
        ErrorDetail("Wrong.", code="invalid"),
        ProjectStatus.ON_HOLD,
        b"bytes",
        2**70,
        {"huge": 2**70, "money": Decimal("1.10"), "at": datetime(2025, 1, 31, tzinfo=UTC)},
        2**63,
        {1: "int", None: "null", 1.5: "float", False: "bool"},
        (1, 2),
        {"rows": ReturnList([ReturnDict({"id": 1}, serializer=None)], serializer=None)},
        {},
        [],
        "",
        None,
    ],
)
def test_bodies_are_byte_equal_to_those_of_drf(value):
    assert JSONRenderer().render(value) == DRFJSONRenderer().render(value)


def test_no_data_no_body():
    assert JSONRenderer().render(None) == b""


def test_what_nobody_can_render_is_an_error():
    with pytest.raises(TypeError):
        JSONRenderer().render({"file": object()})
