from datetime import UTC, datetime, timedelta, timezone

import pytest
from b3_market_data.line_protocol import encode_row

TIME = datetime(2026, 11, 23, 13, 30, 0, 123456, tzinfo=UTC)


def test_a_row():
    row = encode_row("quotes", {"ticker": "PETR4"}, {"price": 37.15, "volume": 100}, TIME)
    assert row == b"quotes,ticker=PETR4 price=37.15,volume=100i 1795440600123456000\n"


def test_no_microsecond_is_lost_and_the_zone_counts():
    elsewhere = TIME.astimezone(timezone(timedelta(hours=-3)))
    assert encode_row("q", {}, {"a": 1}, elsewhere) == encode_row("q", {}, {"a": 1}, TIME)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, b"t"),
        (False, b"f"),
        (-3, b"-3i"),
        (1e-7, b"1e-07"),
        ('say "x"\\', b'"say \\"x\\"\\\\"'),
        ("ação", '"ação"'.encode()),
    ],
)
def test_values(value, text):
    assert encode_row("q", {}, {"a": value}, TIME).split(b" 179")[0] == b"q a=" + text


def test_names_and_symbols_are_escaped():
    row = encode_row("my table", {"a=b": "c,d e"}, {"x": 1}, TIME)
    assert row.startswith(rb"my\ table,a\=b=c\,d\ e x=1i ")


@pytest.mark.parametrize(
    ("symbols", "columns"),
    [({}, {}), ({"t": "a\nb"}, {"x": 1}), ({"t": ""}, {"x": 1}), ({}, {"x": "a\nb"}), ({}, {"x": float("nan")})],
)
def test_what_the_protocol_cannot_carry_is_refused(symbols, columns):
    with pytest.raises(ValueError):
        encode_row("q", symbols, columns, TIME)
